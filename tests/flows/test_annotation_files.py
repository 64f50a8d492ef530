"""`burden annotations export` and `import`: files of every format, out of a database and back."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from homes import Home

from cli import main
from db.desk import paper_records
from db.engine import Engine, open_database
from db.queries import exported_records
from flows.settings import load_settings

Ran = Callable[..., Result]


@pytest.fixture
def burden(two_papers: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ran:
    """``burden("export", "--format", "csv", code=2)``: the command on a copy of the database, with this exit code."""
    shutil.copytree(two_papers.path, tmp_path / "home")
    monkeypatch.setenv("BURDEN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BURDEN_DATABASE_URL", raising=False)

    def run(*arguments: str | Path, code: int = 0) -> Result:
        ran = CliRunner().invoke(main, ["annotations", *map(str, arguments)])
        assert ran.exit_code == code, ran.output
        return ran

    return run


def opened() -> Engine:
    return open_database(load_settings().database)


def a_run() -> dict[str, Any]:
    return next(run for run in exported_records(opened(), "runs") if run["accelerator_count"])


def in_force(key: str) -> dict[str, Any]:
    return next(run for run in exported_records(opened(), "runs") if run["fact_key"] == key)


def filled_in(path: Path, key: str, field: str, **cells: str) -> None:
    """Write into one row of a table, as a spreadsheet of a country with decimal commas saves it."""
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if text.startswith("arxiv_id;") else ","))
    (row,) = [row for row in rows if (row["fact_key"], row["field"]) == (key, field)]
    row.update(cells)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def imported(ran: Result) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def test_a_table_goes_out_is_filled_in_and_comes_back(burden: Ran, tmp_path: Path) -> None:
    table, run = tmp_path / "facts.csv", a_run()
    burden("export", "--format", "csv", "-o", table)
    filled_in(table, run["fact_key"], "accelerator_count", decision="correct", corrected_value="77", reason="p. 3")
    said = burden("import", table, "--format", "csv", "--reviewer", "ada").stdout
    assert "stored: 1 reviews" in said and "rows without a decision" in said
    corrected = in_force(run["fact_key"])
    assert (corrected["accelerator_count"], corrected["basis"]) == (77, "curated")
    assert "not estimated again yet" not in str(corrected["reason"]), "its burden is reckoned anew at once"

    again = imported(burden("import", table, "--format", "csv", "--reviewer", "ada", "--json"))
    assert (again["stored"], again["there_already"]) == ({}, {"review": 1})


def test_what_somebody_reviewed_since_the_export_is_a_conflict(burden: Ran, tmp_path: Path) -> None:
    mine, theirs, run = tmp_path / "mine.csv", tmp_path / "theirs.csv", a_run()
    for path, count in ((mine, "77"), (theirs, "78")):
        burden("export", "--format", "csv", "-o", path)
        filled_in(path, run["fact_key"], "accelerator_count", decision="correct", corrected_value=count)
        filled_in(path, run["fact_key"], "model", decision="accept")
    burden("import", theirs, "--format", "csv", "--reviewer", "ben")
    refused = burden("import", mine, "--format", "csv", "--reviewer", "ada", code=1).stdout
    assert "Nothing was stored" in refused and "ben" in refused
    assert in_force(run["fact_key"])["accelerator_count"] == 78
    burden("import", mine, "--format", "csv", "--reviewer", "ada", "--override")
    assert in_force(run["fact_key"])["accelerator_count"] == 77


def test_label_studio_gets_tasks_and_gives_reviews_and_new_facts(burden: Ran, tmp_path: Path) -> None:
    tasks_file, config, run = tmp_path / "tasks.json", tmp_path / "labels.xml", a_run()
    burden("export", "--format", "label-studio", "--paper", run["arxiv_id"], "--config", config, "-o", tasks_file)
    assert '<Label value="accelerator_count"' in config.read_text(encoding="utf-8")
    tasks = json.loads(tasks_file.read_text(encoding="utf-8"))
    assert {task["data"]["paper"] for task in tasks} == {run["arxiv_id"]}
    task = next(task for task in tasks if run["fact_key"] in str(task["data"]["burden"]["regions"]))
    result = task["predictions"][0]["result"]
    known = task["data"]["burden"]["regions"]
    region = next(
        name
        for name, each in known.items()
        if each["fact_key"] == run["fact_key"] and each["field"] == "accelerator_count"
    )
    next(each for each in result if each["id"] == region and each["type"] == "textarea")["value"]["text"] = ["77"]
    place = {"start": 0, "end": len(task["data"]["text"].split("\n")[0])}
    words = task["data"]["text"][: place["end"]]
    new = {"id": "new", "from_name": "label", "to_name": "text", "type": "labels"}
    result.append({**new, "value": {**place, "text": words, "labels": ["training_run"]}})
    field = {"id": "field", "from_name": "label", "to_name": "text", "type": "labels"}
    result.append({**field, "value": {**place, "text": words, "labels": ["device_hours"]}})
    result.append({**field, "from_name": "value", "type": "textarea", "value": {**place, "text": ["1234"]}})
    result.append({"type": "relation", "from_id": "field", "to_id": "new", "direction": "right"})
    at = "2026-03-09T22:16:08.728378Z"
    task["annotations"] = [{"id": 1, "completed_by": 7, "created_at": at, "updated_at": at, "result": result}]
    done = tmp_path / "done.json"
    done.write_text(json.dumps([task]), encoding="utf-8")

    first = imported(burden("import", done, "--format", "label-studio", "--annotator", "7=ada", "--json"))
    assert first["stored"]["added_fact"] == 1 and first["stored"]["review"] > 5 and first["conflicts"] == []
    assert in_force(run["fact_key"])["accelerator_count"] == 77
    added = [each for each in exported_records(opened(), "runs") if each["device_hours"] == 1234.0]
    assert [(each["basis"], each["page"]) for each in added] == [("curated", task["data"]["page"])]
    records = paper_records(opened(), run["arxiv_id"])
    assert records is not None
    assert {review.reviewer for fact in records.facts for review in fact.reviews} == {"ada"}

    again = imported(burden("import", done, "--format", "label-studio", "--annotator", "7=ada", "--json"))
    assert (again["stored"], again["there_already"]) == ({}, first["stored"])
    assert len([each for each in exported_records(opened(), "runs") if each["device_hours"] == 1234.0]) == 1


def test_all_that_was_said_moves_to_another_database(
    burden: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, run = tmp_path / "facts.csv", a_run()
    burden("export", "--format", "csv", "-o", table)
    filled_in(table, run["fact_key"], "(record)", decision="reject", reason="a test time")
    burden("import", table, "--format", "csv", "--reviewer", "ada")
    exported = burden("export", "--format", "jsonl").stdout
    (tmp_path / "annotations.jsonl").write_text(exported, encoding="utf-8")

    monkeypatch.setenv("BURDEN_HOME", str(tmp_path / "other"))
    assert CliRunner().invoke(main, ["db", "upgrade"]).exit_code == 0
    said = burden("import", tmp_path / "annotations.jsonl", "--format", "jsonl").stdout
    assert "stored: 1 reviews" in said and "1 papers are not read yet" in said
    assert "there already: 1 reviews" in burden("import", tmp_path / "annotations.jsonl", "--format", "jsonl").stdout
    assert burden("export", "--format", "jsonl").stdout == exported


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["import", "FILE", "--format", "csv"], "name them with --reviewer"),
        (["import", "FILE", "--format", "jsonl", "--reviewer", "ada"], "jsonl says itself"),
        (["import", "FILE"], "--format"),
        (["export", "--format", "csv", "--config", "x.xml"], "no meaning with csv"),
    ],
)
def test_wrong_use_is_named(burden: Ran, tmp_path: Path, arguments: list[str], problem: str) -> None:
    (tmp_path / "FILE").touch()
    said = burden(*(str(tmp_path / "FILE") if each == "FILE" else each for each in arguments), code=2)
    assert problem in said.output


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "a,b\n", "a.csv, line 1: no column"),
        ("a.jsonl", '{"type": "burden-annotations", "format": 1}\n{"type": "review"}', "a.jsonl, line 2: review: no "),
        ("a.label-studio", "{}", "a.label-studio: a list of tasks"),
    ],
)
def test_a_file_that_is_refused_is_one_line_and_stores_nothing(
    burden: Ran, tmp_path: Path, name: str, text: str, problem: str
) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    reviewer = ["--reviewer", "ada"] if name.endswith("csv") else []
    said = burden("import", file, "--format", name.partition(".")[2], *reviewer, code=1)
    assert problem in said.output and "Traceback" not in said.output
    assert burden("export", "--format", "jsonl").stdout.count("\n") == 1, "the head alone"


def test_an_unknown_paper_is_named_and_no_file_is_left(burden: Ran, tmp_path: Path) -> None:
    file = tmp_path / "facts.csv"
    said = burden("export", "--format", "csv", "--paper", "2401.99999", "-o", file, code=1)
    assert "no paper 2401.99999 in the database" in said.output
    assert [each.name for each in tmp_path.iterdir()] == ["home"]
