"""Labels are read field by field, and say of a value that was read whether it is one, and whose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotations.lines import EvaluationError
from annotations.places import Place
from annotations.standoff import ResultFact
from annotations.value_labels import GOLD_VALUES, PaperVerdicts, ValueLabel, Verdict, load_value_labels
from extractors.lexicon.benchmarks import load_datasets, load_metrics
from extractors.records import Box, Evidence, Result

BOX = Box(100.0, 200.0, 120.0, 210.0)
LABEL = ValueLabel("2001.00001", 1, "imagenet", "top1_accuracy", 76.3, True, True, 5, BOX)
LINE = {
    "paper": "2001.00001",
    "version": 1,
    "record": 1,
    "benchmark": "imagenet",
    "metric": "top1_accuracy",
    "value": 76.3,
    "own": True,
    "right": True,
    "printed": "23.7",
    "page": 5,
    "box": BOX.as_list(),
    "offsets": None,
    "digest": "0" * 12,
    "letters": 3,
}


def written(folder: Path, *lines: dict[str, Any]) -> Path:
    path = folder / "values.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def read_value(value: float = 76.3, page: int = 5, box: Box = BOX, **others: Any) -> Result:
    evidence = Evidence(page, box, "Table 1: OakNet | Top-1 | 76.3", 0, 0)
    return replace(Result(evidence, "imagenet", "top1_accuracy", value, True, "OakNet"), **others)


def fact(value: float, own: bool | None = True, reading: str = "full", benchmark: str = "imagenet") -> ResultFact:
    return ResultFact(
        "2001.00001", 1, 1, reading, benchmark, "top1_accuracy", value, None, own, None, None, Place(page=5)
    )


def verdict(result: Result, labels: Iterable[ValueLabel] = (), facts: Iterable[ResultFact] = ()) -> Verdict:
    return PaperVerdicts(labels, facts).of(result)


def test_a_line_is_a_label_of_its_paper(tmp_path: Path) -> None:
    other = LINE | {"paper": "2001.00002", "own": None, "right": False}
    held = load_value_labels(written(tmp_path, LINE, other))
    assert held == {
        "2001.00001": [LABEL],
        "2001.00002": [replace(LABEL, paper="2001.00002", own=None, right=False)],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("paper", ""),
        ("paper", None),
        ("record", 0),
        ("record", "1"),
        ("benchmark", None),
        ("metric", 7),
        ("value", "76.3"),
        ("value", None),
        ("own", "yes"),
        ("right", None),
        ("right", 1),
        ("page", 0),
        ("box", [100, 200, 120]),
        ("box", [120, 200, 100, 210]),
        ("digest", "not hex"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(tmp_path: Path, field: str, value: object) -> None:
    path = written(tmp_path, LINE, LINE | {field: value})
    with pytest.raises(EvaluationError, match=rf"values\.jsonl, line 2: {field} "):
        load_value_labels(path)


@pytest.mark.parametrize("field", ["paper", "record", "benchmark", "metric", "value", "own", "right", "page", "box"])
def test_a_field_that_is_missing_is_named(tmp_path: Path, field: str) -> None:
    line = {name: value for name, value in LINE.items() if name != field}
    with pytest.raises(EvaluationError, match=f"line 1: {field} is missing"):
        load_value_labels(written(tmp_path, line))


def test_a_label_without_a_place_could_not_be_found_again(tmp_path: Path) -> None:
    nowhere = LINE | {"page": None, "box": None, "digest": None, "letters": None}
    with pytest.raises(EvaluationError, match="line 1: box None is not a page and a box"):
        load_value_labels(written(tmp_path, nowhere))


def test_the_bundled_labels_are_of_benchmarks_and_metrics_that_are_read() -> None:
    benchmarks = {dataset.benchmark for dataset in load_datasets() if dataset.benchmark}
    metrics = {metric.metric for metric in load_metrics()}
    held = [label for labels in load_value_labels().values() for label in labels]
    assert {label.benchmark for label in held} <= benchmarks
    assert {label.metric for label in held} <= metrics
    assert {label.right for label in held} == {True, False}
    assert {label.own for label in held if label.right} >= {True, False}
    assert {label.own for label in held if not label.right} == {None}, "what is no result is nobody's"


def test_the_bundled_labels_hold_numbers_and_no_words_of_papers() -> None:
    lines = [json.loads(line) for line in GOLD_VALUES.read_text(encoding="utf-8").splitlines()]
    assert {frozenset(line) for line in lines} == {frozenset(LINE)}
    assert [line["printed"] for line in lines if not re.fullmatch(r"[\d.,%]+", line["printed"] or "0")] == []


def test_the_bundled_labels_of_one_value_agree() -> None:
    for labels in load_value_labels().values():
        said: dict[object, set[Verdict]] = {}
        for each in labels:
            value = each.page, each.box, each.benchmark, each.metric, each.value
            said.setdefault(value, set()).add(Verdict(each.right, each.own))
        assert [value for value, verdicts in said.items() if len(verdicts) > 1] == []


@pytest.mark.parametrize(
    "label", [LABEL, replace(LABEL, own=False), replace(LABEL, own=None), replace(LABEL, own=None, right=False)]
)
def test_a_value_has_the_verdict_of_its_label(label: ValueLabel) -> None:
    assert verdict(read_value(), [label]) == Verdict(label.right, label.own)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(read_value(76.34), id="rounded otherwise"),
        pytest.param(read_value(box=Box(101.5, 199.0, 121.5, 210.0)), id="a box nearly there"),
        pytest.param(read_value(own=False, model="PineNet"), id="whose it is plays no part"),
    ],
)
def test_a_label_is_found_again_by_another_reading(result: Result) -> None:
    assert verdict(result, [LABEL]) == Verdict(True, True)


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(read_value(76.4), id="another number"),
        pytest.param(read_value(page=6), id="another page"),
        pytest.param(read_value(box=Box(100.0, 212.0, 120.0, 222.0)), id="the cell below"),
        pytest.param(read_value(benchmark="cifar10"), id="another benchmark"),
        pytest.param(read_value(metric="top5_accuracy"), id="another metric"),
    ],
)
def test_of_another_value_nothing_is_known(result: Result) -> None:
    assert verdict(result, [LABEL]) == Verdict(None, None)


def test_of_labels_near_one_another_that_with_the_number_counts() -> None:
    """Two numbers in one cell: "76.3 / 93.1" have one box."""
    labels = [replace(LABEL, value=93.1, right=False, own=None), LABEL]
    assert verdict(read_value(), labels) == Verdict(True, True)
    assert verdict(read_value(93.1), labels) == Verdict(False, None)


@pytest.mark.parametrize(
    ("value", "facts", "expected"),
    [
        pytest.param(76.3, [fact(76.3)], Verdict(True, True), id="own"),
        pytest.param(76.3, [fact(76.3, own=False)], Verdict(True, False), id="cited"),
        pytest.param(76.3, [fact(76.3, own=None)], Verdict(True, None), id="gold leaves it open"),
        pytest.param(76.3, [fact(76.3), fact(76.3, own=False)], Verdict(True, None), id="own and cited alike"),
        pytest.param(76.34, [fact(76.3)], Verdict(True, True), id="rounded"),
        pytest.param(77.0, [fact(76.3)], Verdict(False, None), id="not among the values of its cell"),
        pytest.param(77.0, [fact(77.0, benchmark="cifar10")], Verdict(False, None), id="of another benchmark"),
    ],
)
def test_in_a_paper_read_in_full_gold_decides(value: float, facts: list[ResultFact], expected: Verdict) -> None:
    assert verdict(read_value(value), (), facts) == expected


def test_main_tables_alone_do_not_say_what_is_wrong() -> None:
    assert verdict(read_value(77.0), (), [fact(76.3, reading="main")]) == Verdict(None, None)
    assert verdict(read_value(76.3), (), [fact(76.3, reading="main")]) == Verdict(None, None)


def test_values_of_main_tables_are_no_part_of_the_full_reading() -> None:
    facts = [fact(76.3, reading="main"), fact(70.1)]
    assert verdict(read_value(76.3), (), facts) == Verdict(False, None)


def test_a_label_goes_before_gold() -> None:
    label = replace(LABEL, own=False)
    assert verdict(read_value(), [label], [fact(76.3)]) == Verdict(True, False)


def test_of_a_paper_that_nobody_read_nothing_is_known() -> None:
    assert verdict(read_value()) == Verdict(None, None)
