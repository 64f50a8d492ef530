"""`burden extract`: the same records as the database gives, streamed in order, without one."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
import pytest
from homes import Home, invoke


@pytest.fixture(scope="module")
def extracted(undisturbed: Home, few_papers: Path) -> tuple[list[Path], str, str]:
    """The PDFs in the order given, what came on stdout, and on stderr."""
    pdfs = sorted(few_papers.glob("*.pdf"), reverse=True)
    ran = undisturbed.burden("extract", *pdfs, "--format", "jsonl", "--jobs", 2)
    assert ran.returncode == 0, ran.stderr
    return pdfs, ran.stdout, ran.stderr


def test_records_are_those_that_the_database_exports(extracted: tuple[list[Path], str, str], undisturbed: Home) -> None:
    exported = invoke(undisturbed, "export", "facts").stdout
    assert sorted(extracted[1].splitlines()) == sorted(exported.splitlines())
    assert extracted[1].count("\n") >= 4


def test_records_come_in_the_order_of_the_arguments(extracted: tuple[list[Path], str, str]) -> None:
    pdfs, output, _ = extracted
    found = list(dict.fromkeys(json.loads(line)["arxiv_id"] for line in output.splitlines()))
    assert len(found) > 1
    assert found == [path.stem for path in pdfs if path.stem in found]


def test_records_hold_the_fields_that_programs_rely_on(extracted: tuple[list[Path], str, str]) -> None:
    fields = {
        "kind", "arxiv_id", "version", "model", "stage", "accelerator", "accelerator_count", "count_unit",
        "duration_hours", "device_hours", "hardware_burden_flop", "hardware_burden_low", "hardware_burden_high",
        "method", "page", "bbox", "boxes", "evidence", "confidence", "basis",
    }  # fmt: skip
    runs = [record for record in map(json.loads, extracted[1].splitlines()) if record["kind"] == "training_run"]
    assert runs
    for run in runs:
        assert fields <= set(run)
        assert run["basis"] == "machine" and 0 <= run["confidence"] <= 1
        assert run["page"] >= 1 and len(run["bbox"]) == 4 and run["evidence"]
        assert run["page"] in {page for page, *_ in run["boxes"]} and {len(box) for box in run["boxes"]} == {5}
        assert 0 not in (run["accelerator_count"], run["duration_hours"], run["hardware_burden_flop"])


def test_boxes_lie_on_the_words_of_the_evidence(extracted: tuple[list[Path], str, str], few_papers: Path) -> None:
    runs = [record for record in map(json.loads, extracted[1].splitlines()) if record["arxiv_id"] == "1912.99001"]
    assert runs
    with pymupdf.open(few_papers / "1912.99001.pdf") as pdf:
        for run in runs:
            words = " ".join(pdf[page - 1].get_textbox(pymupdf.Rect(sides)) for page, *sides in run["boxes"])
            assert "P100" in words and ("days" in words or "hours" in words) and len(words) < 60


def test_draw_writes_the_pages_with_evidence_and_numbers_the_runs(home: Home, few_papers: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "new" / "pictures"
    pdfs = [few_papers / "2105.99003.pdf", few_papers / "1912.99001.pdf"]
    ran = home.burden("extract", *pdfs, "--draw", pictures)
    assert ran.returncode == 0, ran.stderr
    records = [json.loads(line) for line in home.burden("extract", *pdfs, "--format", "jsonl").stdout.splitlines()]
    pages = {(record["arxiv_id"], page) for record in records for page, *_ in record["boxes"]}
    assert {path.name for path in pictures.iterdir()} == {f"{paper}-page-{page}.png" for paper, page in pages}
    head, *rows = ran.stdout.splitlines()
    numbered = [row.split()[:2] for row in rows if row.split()[0].isdigit() and not row.startswith("    ")]
    assert head.startswith("no.  paper")
    of_each = {path.stem: sum(record["arxiv_id"] == path.stem for record in records) for path in pdfs}
    assert numbered == [[str(number), paper] for paper, runs in of_each.items() for number in range(1, runs + 1)]


def test_drawing_changes_no_record(extracted: tuple[list[Path], str, str], home: Home, tmp_path: Path) -> None:
    ran = home.burden("extract", *extracted[0], "--format", "jsonl", "--draw", tmp_path / "pictures")
    assert ran.stdout == extracted[1]


def test_the_broken_paper_is_named_on_stderr_only(extracted: tuple[list[Path], str, str]) -> None:
    _, output, errors = extracted
    assert "2305.99016" not in output
    [line] = errors.splitlines()
    assert line.startswith("failed: ") and "2305.99016.pdf: broken: " in line


def test_table_shows_burden_page_and_evidence_and_strict_fails(home: Home, few_papers: Path) -> None:
    pdfs = [few_papers / "1912.99001.pdf", few_papers / "2305.99016.pdf"]
    ran = home.burden("extract", *pdfs, "--strict")
    assert ran.returncode == 1
    shown = " ".join(ran.stdout.split())
    for part in ("1912.99001", "NVIDIA Tesla P100", "2.6e+19", "3.5 days"):
        assert part in shown
    assert not home.path.exists(), "nothing is written"


def test_bare_pdf_takes_its_id_from_nowhere_else_than_name_stamp_or_bytes(home: Home, few_papers: Path) -> None:
    anonymous = few_papers.parent / "a paper.pdf"
    anonymous.write_bytes((few_papers / "1912.99001.pdf").read_bytes())
    ran = home.burden("extract", anonymous, "--format", "jsonl")
    names = {json.loads(line)["arxiv_id"] for line in ran.stdout.splitlines()}
    assert len(names) == 1
    assert names.pop().startswith(("sha256:", "1912.99001"))


def test_evaluate_reads_the_database_and_an_export_alike(undisturbed: Home, tmp_path: Path) -> None:
    """An export with candidates, as the calibration is over these, too."""
    gold = tmp_path / "gold.jsonl"
    run = {"accelerator": "P100", "count": 8, "hours": 84.0}
    gold.write_text(json.dumps({"arxiv_id": "1912.99001", "runs": [run]}) + "\n")
    export = tmp_path / "export.jsonl"
    exported = invoke(undisturbed, "export", "facts", "--candidates", "-o", export)
    assert exported.exit_code == 0, exported.stderr
    command = ("evaluate", "--gold", gold, "--json")
    from_database = json.loads(invoke(undisturbed, *command).stdout)
    from_export = json.loads(invoke(undisturbed, *command, "--pred", export).stdout)
    assert from_database == from_export
    assert from_database["accelerator"]["recall"] == 1.0
    assert "accelerator" in invoke(undisturbed, "evaluate", "--gold", gold).stdout


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_export_takes_its_format_from_the_file_name(undisturbed: Home, tmp_path: Path, file_format: str) -> None:
    file = tmp_path / f"burden.{file_format}"
    ran = invoke(undisturbed, "export", "burden", "-o", file)
    assert ran.exit_code == 0, ran.stderr
    head = file.read_bytes()[:8]
    assert head.startswith(b"PAR1") if file_format == "parquet" else head.startswith(b"kind,")


def test_export_table_shows_how_the_burden_was_reckoned(undisturbed: Home) -> None:
    shown = " ".join(invoke(undisturbed, "export", "burden", "--format", "table").stdout.split())
    assert "8 devices x 10.6 TFLOP/s fp32" in shown and "2.6e+19" in shown


def test_database_status_counts_rows(undisturbed: Home) -> None:
    status = json.loads(invoke(undisturbed, "db", "status", "--json").stdout)
    assert status["revision"] == status["head"]
    assert status["rows"]["papers"] == 5
