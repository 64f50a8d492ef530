"""`burden import` and `burden analyze` as people meet them: from a table of the authors' to a report, and once more."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from homes import Home, invoke
from study_tables import write_table


def run(home: Home, *arguments: object) -> str:
    ran = invoke(home, *arguments)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout


def analyze(home: Home, *arguments: object) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(run(home, "analyze", "--json", *arguments))
    return figures


@pytest.fixture
def imported(home: Home, tmp_path: Path) -> Home:
    run(home, "import", "computer-progress", write_table(tmp_path / "tables", 8))
    return home


def test_an_import_reports_what_it_read_and_the_same_file_is_stored_once(home: Home, tmp_path: Path) -> None:
    table = write_table(tmp_path / "tables", 8)
    first = run(home, "import", "computer-progress", table)
    assert "8 models" in first and "squad_1_1.csv: stored as import 1" in first
    assert "was there already as import 1" in run(home, "import", "computer-progress", table.parent)
    assert home.count("imported_models") == 8
    write_table(table.parent, 9)
    report = json.loads(run(home, "import", "computer-progress", table, "--json"))
    assert report["files"][0]["models"] == 9
    assert report["stored"][0]["superseded_import_id"] == 1


def test_a_file_that_is_no_table_of_the_study_is_an_error_in_words(home: Home, tmp_path: Path) -> None:
    foreign = tmp_path / "birds.csv"
    foreign.write_text("bird,weight\nheron,1.5\n", encoding="utf-8")
    for source in ("computer-progress", "epoch"):
        ran = invoke(home, "import", source, foreign)
        assert ran.exit_code == 1
        assert "birds.csv" in ran.stderr and "Traceback" not in ran.stderr


def test_a_copy_is_not_stored_and_an_overlap_is_told_and_can_be_resolved(home: Home, tmp_path: Path) -> None:
    table = write_table(tmp_path / "tables", 8)
    run(home, "import", "computer-progress", table)
    copy = tmp_path / "squad (1).csv"
    copy.write_bytes(b"\xef\xbb\xbf" + table.read_bytes().replace(b"\r\n", b"\n"))
    told = invoke(home, "import", "computer-progress", copy)
    assert "squad (1).csv: was there already as import 1 (squad_1_1.csv)" in told.stdout and told.stderr == ""
    copy.write_bytes(write_table(tmp_path / "newer", 9).read_bytes())
    told = invoke(home, "import", "computer-progress", copy)
    assert "shares 8 models (100% of the shorter file's) with import 1 (squad_1_1.csv)" in told.stderr
    assert (told.exit_code, home.count("fit_points_v1")) == (0, 2 * (8 + 9))
    told = invoke(home, "import", "computer-progress", copy, "--replaces", "squad_1_1.csv")
    assert "was there already as import 2, in place of import 1" in told.stdout and told.stderr == ""
    assert home.count("fit_points_v1") == 2 * 9


def test_broken_files_of_a_folder_are_named_and_the_others_stored(home: Home, tmp_path: Path) -> None:
    folder = write_table(tmp_path / "tables", 8).parent
    (folder / "imagenet.csv").write_text('year,name\n2017,"never closed\n', encoding="utf-8")
    (folder / "coco.csv").write_bytes(b"year,na\0me\n")
    (folder / "birds.csv").write_text("bird,weight\nheron,1.5\n", encoding="utf-8")
    for options in ((), ("--json",)):
        ran = invoke(home, "import", "computer-progress", folder, *options)
        assert ran.exit_code == 1
        assert [line.partition(": ")[0] for line in ran.stderr.splitlines()] == ["coco.csv", "imagenet.csv"]
        assert "could not be read: line 1: holds NUL bytes" in ran.stderr and "line 2: not a CSV" in ran.stderr
    assert home.count("imported_models") == 8
    (folder / "second.csv").write_bytes((folder / "squad_1_1.csv").read_bytes())
    ran = invoke(home, "import", "computer-progress", folder, "--replaces", "squad_1_1.csv")
    assert ran.exit_code == 1 and "--replaces is for one file, and there are 2" in ran.stderr


def test_a_report_is_whole_and_the_same_for_the_same_data(imported: Home, tmp_path: Path) -> None:
    told = run(imported, "analyze", "--source", "authors-2020", "-o", tmp_path / "first")
    assert "squad1.1" in told and "stored as run 1" in told and str(tmp_path / "first" / "index.html") in told
    again = imported.burden("analyze", "--source", "authors-2020", "-o", tmp_path / "second")
    assert "stored as run 1" in again.stdout, again.stderr
    names = {path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file()}
    assert {Path("index.html"), Path("report.md"), Path("fits.csv"), Path("fits.json")} <= names
    assert any(name.suffix == ".svg" for name in names) and any(name.suffix == ".png" for name in names)
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_a_slope_that_moved_is_explained_by_the_points_that_changed(imported: Home, tmp_path: Path) -> None:
    before = analyze(imported)
    run(imported, "import", "computer-progress", write_table(tmp_path / "tables", 9, last_exact_match=50.0))
    after = analyze(imported)
    assert (before["run"], before["changes"], after["run"]) == (1, None, 2)
    moved = {change["subject"]["metric"]: change for change in after["changes"]["slopes"]}
    assert moved["em"]["n_before"] == 8 and moved["em"]["n_now"] == 9
    assert moved["em"]["slope_now"] < moved["em"]["slope_before"]
    (cause,) = [each for each in after["changes"]["causes"] if each["subject"]["metric"] == "em"]
    assert (cause["cause"], cause["points"]) == ("import", 1)
    assert cause["slope_before"] == pytest.approx(moved["em"]["slope_before"])
    assert cause["slope_after"] == pytest.approx(moved["em"]["slope_now"])
    with sqlite3.connect(imported.database) as connection:
        stored = connection.execute(
            "SELECT slope FROM fits_v1 WHERE metric = 'em' AND form = 'polynomial' AND is_newest"
            " AND estimator = 'ordinary least squares' AND computing = 'hardware_burden_flop'"
        ).fetchall()
    assert stored == [(pytest.approx(moved["em"]["slope_now"]),)]


def test_what_cannot_be_analysed_is_said_with_what_to_do(imported: Home, home: Home, tmp_path: Path) -> None:
    for arguments, words in (
        (("--source", "authors-2022"), "no points of authors-2022; there are some of sources: authors-2020"),
        (("--benchmark", "herons", "--benchmark", "squad1.1"), "no points of herons"),
        (("--least-confidence", "1", "--source", "db"), "no points of db"),
        (("--constants", "free"), "authors-2020"),
    ):
        ran = invoke(imported, "analyze", *arguments)
        assert ran.exit_code == 1 and words in ran.stderr and "Traceback" not in ran.stderr
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work", encoding="utf-8")
    refused = invoke(imported, "analyze", "-o", tmp_path / "mine")
    assert refused.exit_code == 1 and "no report of burden" in refused.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_without_a_database_the_command_that_makes_one_is_named(home: Home) -> None:
    ran = invoke(home, "analyze")
    assert ran.exit_code == 1 and "burden ingest" in ran.stderr


def test_names_are_taken_in_any_case_and_shown_whole(imported: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.terminal._WIDTH_UNWATCHED", 80)
    shown = run(imported, "analyze", "--benchmark", "SQuAD1.1", "--source", "Authors-2020")
    assert shown.count("authors-2020") >= 2 and shown.count("squad1.1") >= 2


def test_a_first_night_without_points_is_a_night_all_the_same(home: Home, few_papers: Path, tmp_path: Path) -> None:
    ran = invoke(
        home, "ingest", "--from-folder", few_papers, "--limit", "1", "--analyze", tmp_path / "report", "--json"
    )
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout)["papers_parsed"] == 1
    assert "no report: no points yet" in ran.stderr and not (tmp_path / "report").exists()


def test_ingest_analyses_once_the_papers_are_in(imported: Home, few_papers: Path, tmp_path: Path) -> None:
    imported.ingest(few_papers, "--analyze", tmp_path / "report")
    told = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert "SQuAD 1.1" in told
    assert imported.count("analysis_runs") == 1
