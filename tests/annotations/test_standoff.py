"""Stand-off records: what is wrong with a line, and the same figures as the files that they come from."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from annotations.agreement import role_agreement
from annotations.evaluation import evaluate
from annotations.gold_files import EvaluationError, read_gold_full, read_gold_results, read_gold_runs
from annotations.places import Place
from annotations.standoff import (
    GOLD_RESULTS,
    GOLD_ROLES,
    GOLD_RUNS,
    RUN_FIELDS,
    RoleLabel,
    load_gold_results,
    load_gold_runs,
    load_roles,
)
from cli import main

PROJECT = Path(__file__).parents[2]
NOWHERE = {"page": None, "box": None, "offsets": None, "digest": None, "letters": None}
LINE = {"paper": "1", "version": None, "record": 1, "field": "count", "value": 8, "optional": False, **NOWHERE}
PLACE = {"page": 2, "box": [1, 2, 3, 4], "offsets": [5, 9], "digest": "0123456789ab", "letters": 4}
ROLE = {"paper": "1", "version": 2, "record": 1, "kind": "cell", "role": "own", "unsure": False, "reader": "first"}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ({**LINE, "field": "speed"}, r"line 2: field 'speed' is not one of model, stage"),
        ({**LINE, "value": "8"}, r"line 2: value '8' is not a whole number"),
        ({**LINE, "value": None}, r"line 2: value None is not a whole number"),
        ({**LINE, "field": "hours", "value": float("inf")}, r"line 2: value inf is not a number"),
        ({**LINE, "field": "stage", "value": "cooking"}, r"line 2: value 'cooking' is not one of pretraining"),
        ({**LINE, "field": "none", "value": 1}, r"line 2: value 1 is not null"),
        ({**LINE, "record": 0}, r"line 2: record 0 is not a whole number from 1"),
        ({**LINE, "version": "v2"}, r"line 2: version 'v2' is not a whole number"),
        ({**LINE, "optional": None}, r"line 2: optional None is not true or false"),
        ({key: value for key, value in LINE.items() if key != "paper"}, r"line 2: paper is missing"),
        ({key: value for key, value in LINE.items() if key != "digest"}, r"line 2: digest is missing"),
        ({**LINE, **PLACE, "box": [3, 2, 1, 4]}, r"line 2: box \[3, 2, 1, 4\] is not"),
        ({**LINE, **PLACE, "box": [1, 2, 3]}, r"line 2: box \[1, 2, 3\] is not \[x0, y0, x1, y1\]"),
        ({**LINE, **PLACE, "offsets": [9, 5]}, r"line 2: offsets \[9, 5\] is not"),
        ({**LINE, **PLACE, "digest": "words"}, r"line 2: digest 'words' is not 12 hex digits"),
        ({**LINE, **PLACE, "digest": None}, r"line 2: box \[1, 2, 3, 4\] is not null, as the digest is"),
        ({**LINE, **PLACE, "page": None}, r"line 2: digest '0123456789ab' is not of any use without page"),
        ({**LINE, "record": 7}, r"line 2: record: 1 7 count has a line already"),
        ({**LINE, "record": 0, "field": "none", "value": None}, r"field: 1 has a run and a record of 'none'"),
    ],
)
def test_a_wrong_line_is_named_with_its_field(tmp_path: Path, line: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(json.dumps({**LINE, "record": 7}) + "\n" + json.dumps(line) + "\n")
    with pytest.raises(EvaluationError, match=complaint):
        load_gold_runs(path)
    with pytest.raises(EvaluationError, match=complaint):
        read_gold_runs(path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"role": "mine"}, r"role 'mine' is not one of own, speed, others, none"),
        ({"reader": "third"}, r"reader 'third' is not one of first, second"),
        ({"unsure": "?"}, r"unsure '\?' is not true or false"),
    ],
)
def test_a_wrong_label_is_named(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    path = tmp_path / "roles.jsonl"
    path.write_text(json.dumps({**ROLE, **NOWHERE, **changes}))
    with pytest.raises(EvaluationError, match=complaint):
        load_roles(path)


def test_agreement_is_more_than_chance() -> None:
    def labels(reader: str, roles: str) -> list[RoleLabel]:
        names = {"o": "own", "n": "none"}
        return [
            RoleLabel("1", None, record, "sentence", names[role], False, reader, Place())
            for record, role in enumerate(roles, start=1)
        ]

    agreement = role_agreement([*labels("first", "oonno"), *labels("second", "oono")])
    assert (agreement.alike, agreement.items) == (3, 4)
    assert agreement.kappa == pytest.approx((3 / 4 - 1 / 2) / (1 - 1 / 2))
    assert role_agreement(labels("first", "on")).items == 0


def export_of(facts: dict[str, list[dict[str, Any]]], seed: int) -> list[dict[str, Any]]:
    """What an extractor might have found: some runs lost, some counts and times mistaken."""
    chance = random.Random(seed)
    return [
        {
            "kind": "training_run",
            "arxiv_id": paper,
            "accelerator": run["accelerator"],
            "accelerator_count": chance.choice([run["count"], 3]),
            "duration_hours": run["hours"] and run["hours"] * chance.choice([1, 1, 2]),
            "device_hours": run["device_hours"],
            "page": chance.choice([run["page"], 1]),
            "confidence": chance.random(),
        }
        for paper, runs in facts.items()
        for run in runs
        if chance.random() < 0.8
    ]


def test_both_formats_give_the_same_figures(invented: Path) -> None:
    gold, own = invented / "runs.jsonl", invented / "made" / "runs.jsonl"
    export = export_of(read_gold_runs(gold), seed=1)
    assert evaluate(gold, export).to_dict() == evaluate(own, export).to_dict()
    assert 0 < evaluate(own, export).field("count").f1 < 1


def test_bundled_runs_are_those_that_were_read(shared_dir: Path) -> None:
    path = shared_dir / "gold" / "runs.jsonl"
    gold, own = read_gold_runs(path), read_gold_runs(GOLD_RUNS)
    names = (*RUN_FIELDS, "page")
    assert own.keys() == gold.keys()
    for paper, runs in gold.items():
        stated = [{**{name: run[name] for name in names}, "optional": bool(run.get("optional"))} for run in runs]
        kept = [{**{name: run[name] for name in names}, "optional": bool(run.get("optional"))} for run in own[paper]]
        assert kept == stated, paper
    export = export_of(gold, seed=2)
    assert evaluate(path, export).to_dict() == evaluate(GOLD_RUNS, export).to_dict()


def test_bundled_results_are_those_that_were_read(shared_dir: Path) -> None:
    def main_tables(path: Path) -> list[tuple[Any, ...]]:
        return sorted(
            (row["arxiv_id"], row["benchmark"], row["metric"], row["value"]) for row in read_gold_results(path)
        )

    def in_full(path: Path) -> dict[str, list[tuple[Any, ...]]]:
        names = ("benchmark", "metric", "value", "own")
        return {
            paper: [tuple(row[name] for name in names) for row in rows] for paper, rows in read_gold_full(path).items()
        }

    assert main_tables(GOLD_RESULTS) == main_tables(shared_dir / "gold" / "results.csv")
    assert in_full(GOLD_RESULTS) == in_full(shared_dir / "gold" / "results_full.jsonl")


def test_bundled_records_hold_no_sentences() -> None:
    """Names and numbers only: the longest is the name of a model."""
    for path in (GOLD_RUNS, GOLD_RESULTS, GOLD_ROLES):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert all(len(value) <= 70 for value in json.loads(line).values() if isinstance(value, str)), line


def test_the_guide_states_the_figures_of_the_files() -> None:
    guide = re.sub(r"\s+", " ", (PROJECT / "docs" / "annotation.md").read_text(encoding="utf-8"))
    agreement = role_agreement(load_roles())
    assert f"{agreement.alike} of {agreement.items} alike, Cohen's kappa {agreement.kappa:.2f}" in guide
    runs = [fact for fact in load_gold_runs() if fact.field == "stage"]
    placed = sum(fact.place.is_placed for fact in runs)
    assert f"{placed} of {len(runs)} runs are placed" in guide
    quotes = {(fact.paper, fact.record): fact.place.box for fact in runs}
    told = [
        fact.place.box != quotes[fact.paper, fact.record]
        for fact in load_gold_runs()
        if fact.field in ("accelerator", "count", "hours", "device_hours") and fact.place.is_placed
    ]
    assert f"{sum(told)} of {len(told)} accelerators, counts and times that are placed have a box" in guide
    results = load_gold_results()
    assert f"{sum(fact.place.is_placed for fact in results)} of {len(results)} values are placed" in guide
    first = [label.role for label in load_roles() if label.reader == "first"]
    for role in ("own", "speed", "others", "none"):
        assert f"| `{role}` | {first.count(role)} |" in guide


def test_evaluate_takes_the_bundled_gold_where_none_is_named(tmp_path: Path) -> None:
    export = tmp_path / "export.jsonl"
    export.write_text(json.dumps({"kind": "training_run", "arxiv_id": "1706.03762", "accelerator": "NVIDIA P100"}))
    shown = CliRunner().invoke(main, ["evaluate", "--pred", str(export), "--json"])
    assert shown.exit_code == 0, shown.output
    report = json.loads(shown.output)
    assert report["papers"] == 114
    assert report["accelerator"]["tp"] == 1
