"""What `burden evaluate` prints and writes."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
import pytest
from click.testing import CliRunner, Result
from run_records import found_run, gold_run, judged, write_gold

from cli import main
from flows.evaluation_output import pdfs_by_paper, print_misses

GOLD = {
    "2001.00001": [gold_run("NVIDIA V100", 8, 24, page=1, quote="on eight V100"), gold_run("NVIDIA K80", 1)],
    "2001.00002": [],
}
RECORDS = [
    found_run("2001.00001", "NVIDIA Tesla V100", 4, 24, page=1, confidence=0.84, evidence="four V100 " * 30),
    found_run("2001.00001", "NVIDIA Tesla K80", 1, page=1, confidence=0.31, status="candidate"),
]


@pytest.fixture
def run(tmp_path: Path):
    write_gold(tmp_path / "gold.jsonl", GOLD)
    for name, records in (("e.jsonl", RECORDS), ("other.jsonl", RECORDS[1:])):
        (tmp_path / name).write_text("".join(json.dumps(record) + "\n" for record in records))

    def evaluate(*options: str) -> Result:
        files = ["--gold", str(tmp_path / "gold.jsonl"), "--pred", str(tmp_path / "e.jsonl")]
        return CliRunner().invoke(main, ["evaluate", *files, *options])

    return evaluate


def test_misses_are_listed_run_by_run(run) -> None:
    result = run("--misses")
    words = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "missed 8 x NVIDIA V100, 24 h · page 1" in words
    assert "nearest record: 4 x NVIDIA Tesla V100, 24 h · page 1 · 0.84; other count" in words
    assert "missed 1 x NVIDIA K80 found, but held back at 0.31, page 1" in words
    assert "wrong 4 x NVIDIA Tesla V100, 24 h · page 1 · 0.84" in words
    assert "Expected calibration error" in words


def test_misses_wrap_at_the_width_and_do_not_act_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.terminal._WIDTH_UNWATCHED", 60)
    hostile = "\x1b[2J[red]x[/red]\n" + "long " * 60
    record = found_run("1\x1b]0;x\x07", "GPU\x1b[31m", 4, evidence=hostile, model=hostile)
    gold = {"1\x1b]0;x\x07": [gold_run("NVIDIA V100\x9b", 4, quote=hostile)]}
    print_misses(judged(tmp_path, gold, record).misses)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 60
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)
    assert "[red]x[/red]" in shown


def test_json_has_misses_and_the_other_export_where_asked_for(run, tmp_path: Path) -> None:
    plain = json.loads(run("--json").output)
    assert "misses" not in plain and "against" not in plain
    report = json.loads(run("--json", "--misses", "--against", str(tmp_path / "other.jsonl")).output)
    assert {name: report[name] for name in plain} == plain
    assert [miss["kind"] for miss in report["misses"]] == ["missed", "missed", "wrong"]
    assert report["misses"][1]["held_back"]["confidence"] == 0.31
    accelerator = report["against"]["accelerator"]
    assert (accelerator["first"], accelerator["second"]) == (pytest.approx(2 / 3, abs=1e-4), 0.0)
    assert accelerator["difference_interval"] == [accelerator["first"]] * 2


def test_both_exports_stand_in_one_table(run, tmp_path: Path) -> None:
    words = " ".join(run("--against", str(tmp_path / "other.jsonl")).output.split())
    assert "accelerator 0.667 (0.67–0.67) 0.000 (0.00–0.00) +0.667 (+0.667 to +0.667) *" in words


def test_the_report_is_written_with_pictures_of_the_papers(run, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    with pymupdf.open() as document:
        document.new_page().insert_text((100, 300), "on eight V100")
        document.save(papers / "2001.00001v2.pdf")
    page = tmp_path / "report.html"
    assert run("--report", str(page), "--pdfs", str(papers)).exit_code == 0
    assert page.read_text(encoding="utf-8").count("data:image/jpeg") == 2  # the third miss has no page
    assert run("--pdfs", str(papers)).exit_code == 2


def test_of_several_versions_the_latest_is_shown(tmp_path: Path) -> None:
    for name in ("2001.00001v10.pdf", "2001.00001v9.pdf", "2001.00001.pdf", "cs_0112017.pdf", "notes.pdf", "a.txt"):
        (tmp_path / name).touch()
    shown = {paper: path.name for paper, path in pdfs_by_paper(tmp_path).items()}
    assert shown == {"2001.00001": "2001.00001v10.pdf", "cs/0112017": "cs_0112017.pdf"}
