"""What gold and an export state as a result, in the same words, and when two of them are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from annotations.gold_files import Record, number
from annotations.stated_runs import box_or_none, page_or_none, text_or_none
from extractors.records import Box

TOLERANCE = 0.051
"""Within which two values, in percent, are the same: one printed with one place after the point, one with two."""
_LOWER_IS_BETTER = ("error", "wer", "perplexity")

Stated = tuple[str | None, str | None, float, bool | None]
"""Benchmark, metric, value, and whose it is."""


@dataclass(frozen=True, slots=True)
class StatedResult:
    """A value of a benchmark as gold or an export has it. Unknown is None."""

    benchmark: str | None
    metric: str | None
    value: float
    own: bool | None
    """Of the paper's own models, or cited (False); None where gold leaves it open."""
    model: str | None = None
    printed: str | None = None
    """The number as the page has it, where gold says so."""
    table: str | None = None
    page: int | None = None
    box: Box | None = None
    text: str | None = None
    """The exported evidence."""
    confidence: float | None = None
    """Of an exported record."""

    @property
    def cell(self) -> tuple[str | None, str | None]:
        return self.benchmark, self.metric

    @property
    def stated(self) -> Stated:
        """Without its place."""
        return self.benchmark, self.metric, self.value, self.own

    @property
    def in_words(self) -> str:
        """As "imagenet top1_accuracy 60.72, own", "coco box_ap 41, cited", "coco box_ap 41, own or cited"."""
        side = {True: "own", False: "cited", None: "own or cited"}[self.own]
        return f"{self.benchmark or 'unnamed benchmark'} {self.metric or 'unnamed metric'} {self.value:g}, {side}"

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``; the box as ``[x0, y0, x1, y1]``."""
        return {**asdict(self), "box": self.box and self.box.as_list()}


def gold_result(row: Record) -> StatedResult:
    """A row of ``read_gold_results``, whose values are all own, or of ``read_gold_full``."""
    return StatedResult(
        row["benchmark"],
        row["metric"],
        float(row["value"]),
        row.get("own", True),
        printed=text_or_none(row.get("printed")),
        table=text_or_none(row.get("table")),
        page=page_or_none(row.get("page")),
        box=box_or_none(row.get("box")),
    )


def exported_result(record: Record) -> StatedResult:
    """A ``result`` of ``read_export`` that has a value; without a word on whose it is, it is the paper's own."""
    return StatedResult(
        record.get("benchmark"),
        record.get("metric"),
        float(record["value"]),
        bool(record.get("own", True)),
        model=text_or_none(record.get("model")),
        page=page_or_none(record.get("page")),
        box=box_or_none(record.get("bbox")),
        text=text_or_none(record.get("evidence")),
        confidence=number(record.get("confidence")),
    )


def is_result(record: Record) -> bool:
    """Whether an exported record is a result that can be judged."""
    return record["kind"] == "result" and number(record.get("value")) is not None


def close(one: float, other: float) -> bool:
    """75.2, 75.25 -> True    75.2, 75.3 -> False"""
    return abs(one - other) <= TOLERANCE


def same_result(one: StatedResult, other: StatedResult) -> bool:
    """The same value of the same benchmark and metric, whosever it is."""
    return one.cell == other.cell and close(one.value, other.value)


def best_of(metric: str | None) -> Callable[..., Any]:
    """``min`` for "word_error_rate", else ``max``."""
    return min if any(word in str(metric) for word in _LOWER_IS_BETTER) else max
