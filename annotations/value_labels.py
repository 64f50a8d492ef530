"""Labelled values: of each number that was once read as a result, whether it is one, and whether it is the paper's own.

A value is found again by page, box, benchmark, metric and number; no word of a paper is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from annotations.line_fields import LineFields
from annotations.lines import json_lines
from annotations.standoff import GOLD_FOLDER, ResultFact
from extractors.records import Box, Result

GOLD_VALUES = GOLD_FOLDER / "values.jsonl"
_CLOSE_POINTS = 2.0
_CLOSE_VALUE = 0.051


@dataclass(frozen=True, slots=True)
class ValueLabel:
    """What careful reading says of one number on a page."""

    paper: str
    record: int
    benchmark: str
    metric: str
    value: float
    """As it was read, in percent."""
    own: bool | None
    """None where a careful reader can't tell, or the number is no such result."""
    right: bool
    """Whether it is a result of this benchmark and metric."""
    page: int
    box: Box


def load_value_labels(path: Path = GOLD_VALUES) -> dict[str, list[ValueLabel]]:
    """By paper; ``EvaluationError`` names file, line and field of the first that is wrong."""
    found: dict[str, list[ValueLabel]] = defaultdict(list)
    for place, row in json_lines(path):
        line = LineFields(place, row)
        where = line.where()
        if where.page is None or where.box is None:
            line.refuse("box", "a page and a box")
        label = ValueLabel(
            line.text("paper"),
            line.whole("record", least=1),
            line.text("benchmark"),
            line.text("metric"),
            line.amount("value"),
            line.flag_or_none("own"),
            line.flag("right"),
            where.page,
            where.box,
        )
        found[label.paper].append(label)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a record that was read is a result, and whose; None where nobody said."""

    right: bool | None
    own: bool | None


class PaperVerdicts:
    """What is known of one paper's values: its labels, and its gold results where the paper was read in full."""

    def __init__(self, labels: Iterable[ValueLabel], facts: Iterable[ResultFact]) -> None:
        self._labels: Mapping[tuple[str, str, int], list[ValueLabel]] = defaultdict(list)
        for label in labels:
            self._labels[label.benchmark, label.metric, label.page].append(label)
        self._facts: Mapping[tuple[str, str], list[ResultFact]] = defaultdict(list)
        held = list(facts)
        for fact in held:
            self._facts[fact.benchmark, fact.metric].append(fact)
        self._in_full = any(fact.reading == "full" for fact in held)

    def of(self, result: Result) -> Verdict:
        """By the label of its very number; else, of a paper read in full, by the values of its benchmark and metric."""
        for label in self._labels.get((result.benchmark, result.metric, result.evidence.page), ()):
            if _near(label.box, result.evidence.box) and abs(label.value - result.value) <= _CLOSE_VALUE:
                return Verdict(label.right, label.own)
        if not self._in_full:
            return Verdict(None, None)
        known = self._facts.get((result.benchmark, result.metric), [])
        same = [fact for fact in known if fact.reading == "full" and abs(fact.value - result.value) <= _CLOSE_VALUE]
        owners = {fact.own for fact in same}
        return Verdict(bool(same), owners.pop() if len(owners) == 1 else None)


def _near(one: Box, other: Box) -> bool:
    sides = zip(one.as_list(), other.as_list(), strict=True)
    return all(abs(left - right) <= _CLOSE_POINTS for left, right in sides)
