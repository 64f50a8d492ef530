"""`burden lexicon`: what the catalogue lacks is named with its sentences, and one row added makes it known."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from homes import Home

from db.queries import HardwareName
from extractors.lexicon.catalogue import load_catalogue
from extractors.lexicon.unknown_names import unknown_accelerators
from flows.lexicon import NameCheck, check_name
from flows.terminal import print_name_checks, print_unknown_hardware

PROJECT = Path(__file__).parents[2]
NAMES_ZEPHYR = "2304.99011"
"""A sample paper that trains on 64 Zephyr Q9 accelerators, which nobody makes, for 19 days."""
ROW = {
    "name": "Zephyr Q9",
    "maker": "Zephyr",
    "kind": "gpu",
    "release_date": "2022-05-01",
    "fp32_tflops": "50",
    "source": "invented",
}


@pytest.fixture
def row_added(home: Home, tmp_path: Path) -> Home:
    """The same home, and a copy of the room of extractors whose catalogue has one row more."""
    copied = tmp_path / "with-row" / "extractors"
    half_written = shutil.ignore_patterns("*.pyc.*")
    shutil.copytree(PROJECT / "extractors", copied, ignore=half_written)
    catalogue = copied / "lexicon" / "accelerators.csv"
    columns = catalogue.read_text(encoding="utf-8").partition("\n")[0].split(",")
    line = io.StringIO()
    csv.DictWriter(line, columns, restval="", lineterminator="\n").writerow(ROW)
    with catalogue.open("a", encoding="utf-8") as file:
        file.write(line.getvalue())
    return replace(home, variables=(("PYTHONPATH", str(copied.parent)),))


def _listed(home: Home, *arguments: object) -> list[dict[str, Any]]:
    ran = home.burden("lexicon", "unknown", "--json", *arguments)
    assert ran.returncode == 0, ran.stderr
    listed: list[dict[str, Any]] = json.loads(ran.stdout)
    return listed


def _burdens(home: Home, pdf: Path) -> list[float | None]:
    """In FLOP, of the runs on Zephyr Q9 that ``burden extract`` finds."""
    records = map(json.loads, home.burden("extract", pdf, "--format", "jsonl").stdout.splitlines())
    return [record["hardware_burden_flop"] for record in records if record.get("accelerator") == "Zephyr Q9"]


def test_one_row_makes_reported_hardware_known_and_gives_it_a_rate(
    home: Home, row_added: Home, samples_dir: Path
) -> None:
    pdf = samples_dir / f"{NAMES_ZEPHYR}.pdf"
    (reported,) = _listed(home, pdf)
    assert (reported["name"], reported["paper_count"], reported["papers"]) == ("Zephyr Q9", 1, [NAMES_ZEPHYR])
    (sentence,) = reported["sentences"]
    assert sentence["arxiv_id"] == NAMES_ZEPHYR and sentence["page"] == 1
    assert "64 Zephyr Q9 accelerators" in sentence["evidence"]
    assert home.burden("lexicon", "check", "Zephyr Q9").returncode == 1

    assert row_added.burden("lexicon", "unknown", pdf).stdout == "no unknown hardware in 1 paper\n"
    checked = row_added.burden("lexicon", "check", "zephyr-Q9 accelerators", "--json")
    assert checked.returncode == 0
    (known,) = json.loads(checked.stdout)
    assert (known["name"], known["kind"], known["peak_tflops"], known["source"]) == ("Zephyr Q9", "gpu", 50, "invented")
    assert _burdens(home, pdf) == [None]
    assert _burdens(row_added, pdf) == [pytest.approx(64 * 50e12 * 19 * 86_400)]


def test_a_row_takes_its_name_off_the_list_before_papers_are_read_again(
    home: Home, row_added: Home, samples_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in (NAMES_ZEPHYR, "1912.99001"):
        shutil.copy(samples_dir / f"{name}.pdf", folder)
    home.ingest(folder)
    assert [(each["name"], each["papers"]) for each in _listed(home)] == [("Zephyr Q9", [NAMES_ZEPHYR])]
    shown = " ".join(home.burden("lexicon", "unknown").stdout.split())
    assert f"Zephyr Q9: 1 paper: {NAMES_ZEPHYR} {NAMES_ZEPHYR}, page 1: “We pretrained the Ear on 64 Zephyr Q9" in shown
    assert "1 unknown in 2 papers" in shown and "accelerators.csv" in shown
    assert row_added.burden("lexicon", "unknown").stdout == "no unknown hardware in 2 papers\n"
    assert _listed(row_added) == []


def test_a_pdf_that_cannot_be_read_is_named_and_strict_fails(home: Home, samples_dir: Path) -> None:
    pdfs = [samples_dir / "2305.99016.pdf", samples_dir / "1912.99001.pdf"]
    ran = home.burden("lexicon", "unknown", *pdfs, "--strict")
    assert ran.returncode == 1
    assert ran.stdout == "no unknown hardware in 1 paper\n"
    assert "2305.99016.pdf: broken" in ran.stderr
    assert not home.path.exists(), "nothing is written"


def test_without_pdfs_it_wants_a_database_and_no_options_for_pdfs(home: Home) -> None:
    ran = home.burden("lexicon", "unknown")
    assert ran.returncode == 1 and "burden ingest" in ran.stderr
    for option in (("--strict",), ("--jobs", 2)):
        ran = home.burden("lexicon", "unknown", *option)
        assert ran.returncode == 2 and f"{option[0]} has no meaning without PDFs" in ran.stderr


def test_most_papers_first_however_they_spell_it() -> None:
    papers = [
        ("2401.00001", [HardwareName("Boreas B2", 9, "one"), HardwareName("Zephyr-Q9", 1, "two")]),
        ("2401.00002", [HardwareName("Zephyr Q9", 2, "three"), HardwareName("NVIDIA V100", 2, "known")]),
        ("2401.00003", [HardwareName("Zephyr Q9", 3, "four")]),
        ("2401.00004", []),
    ]
    report = unknown_accelerators(papers, load_catalogue())
    assert report.paper_count == 4
    zephyr, boreas = report.accelerators
    assert (zephyr.name, zephyr.spellings) == ("Zephyr Q9", ("Zephyr Q9", "Zephyr-Q9"))
    assert zephyr.papers == ("2401.00001", "2401.00002", "2401.00003")
    assert [(each.arxiv_id, each.page, each.evidence) for each in boreas.sentences] == [("2401.00001", 9, "one")]


def test_sentences_are_three_of_different_papers_and_names_without_one_still_count() -> None:
    named = HardwareName("Zephyr Q9", 1, "a sentence")
    respelled = HardwareName("Zephyr-Q9", 2, "another of the same paper")
    papers = [("old", [HardwareName("Zephyr Q9")]), *((str(number), [named, respelled]) for number in range(5))]
    (zephyr,) = unknown_accelerators(papers, load_catalogue()).accelerators
    assert zephyr.papers == ("old", "0", "1", "2", "3", "4")
    assert [(each.arxiv_id, each.page) for each in zephyr.sentences] == [("0", 1), ("1", 1), ("2", 1)]


@pytest.mark.parametrize(
    ("written", "name", "peak"),
    [
        ("nvidia V100-32GB GPUs", "NVIDIA Tesla V100", (15.7, "fp32", "NVIDIA Tesla V100")),
        ("TPU v3", "Google TPU v3", (123, "bf16", "Google TPU v3")),
        ("Titan X", "NVIDIA Titan X", (10.97, "fp32", "NVIDIA Titan X Pascal")),
    ],
)
def test_check_gives_the_row_and_the_rate_that_counts(written: str, name: str, peak: tuple[float, str, str]) -> None:
    check = check_name(written, load_catalogue())
    assert check.name == name and check.source
    assert (check.peak_tflops, check.peak_precision, check.peak_of) == peak


def test_check_shows_an_unknown_name_and_a_missing_rate_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    rateless = NameCheck("B9", "Boreas B9", "gpu", None, None, "fp32", "Boreas B9", "a leaflet")
    print_name_checks([NameCheck("Zephyr Q9"), rateless, check_name("Titan X", load_catalogue())])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "Zephyr Q9 unknown" in lines
    assert "B9 Boreas B9 gpu none known a leaflet" in lines
    assert any("10.97 fp32 (NVIDIA Titan X" in line for line in lines)


def test_names_and_sentences_do_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    report = unknown_accelerators(
        [(f"2401.{number:05}", [HardwareName("Q9\x1b[2J", 1, "red\x1b[31m\nline")]) for number in range(12)],
        load_catalogue(),
    )
    print_unknown_hardware(report)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "Q9[2J: 12 papers: 2401.00000" in shown and "2401.00009 and 2 more\n" in shown
