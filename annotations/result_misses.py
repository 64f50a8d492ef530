"""What an export misses of results and what it has wrong, value by value: the list from which the next rule is found.

A *cell* is a benchmark and a metric of a paper.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotations.gold_files import Record
from annotations.stated_results import (
    Stated,
    StatedResult,
    best_of,
    close,
    exported_result,
    gold_result,
    is_result,
    same_result,
)


class ResultMissKind(StrEnum):
    MISSED = "missed"
    """A gold value that no accepted record states."""
    WRONG = "wrong"
    """An accepted own record, of a paper read in full, that gold lacks."""
    CONFUSED = "confused"
    """A gold value that is own and exported as cited, or cited and exported as own."""
    BEYOND = "beyond"
    """An accepted own record that is better than all that gold has in its cell, and not wrong by the above."""


@dataclass(frozen=True, slots=True)
class ResultMiss:
    """A value that stands on one side only, and what comes nearest to it on the other."""

    kind: ResultMissKind
    arxiv_id: str
    result: StatedResult
    """Of gold where it is missed or confused, else the record."""
    nearest: StatedResult | None
    """Of the other side: the same value in another cell, else the nearest value in this one, if possible
    one that is itself unexplained."""
    reason: str
    """What stands in the way: "held back", "own or cited", "other metric", "other value" …"""
    held_back: StatedResult | None = None
    """The candidate that states the missed value."""
    spoils_best: bool = False
    """The best value of its cell is wrong because of it. Of each cell whose best value is wrong one miss says so."""

    @property
    def of_gold(self) -> bool:
        return self.kind in (ResultMissKind.MISSED, ResultMissKind.CONFUSED)

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        sides = {"result": self.result, "nearest": self.nearest, "held_back": self.held_back}
        return {
            "kind": str(self.kind),
            "arxiv_id": self.arxiv_id,
            "reason": self.reason,
            "spoils_best": self.spoils_best,
            **{name: result and result.to_dict() for name, result in sides.items()},
        }


def find_result_misses(
    arxiv_id: str, main: list[Record], full: list[Record] | None, accepted: list[Record], candidates: list[Record]
) -> Iterator[ResultMiss]:
    """The misses of one paper: of gold's values, then of its records.

    ``main``: gold's own values of main tables; ``full``: every value, None for a paper that was not read in full.
    Records are those of the paper, of any kind. Values within 0.051 are the same.
    """
    gold = _Side(map(gold_result, [*main, *(full or ())]))
    found = _Side(map(exported_result, filter(is_result, accepted)))
    held = _Side(map(exported_result, filter(is_result, candidates)))
    spoilers = frozenset(one.stated for one in _spoilers(_Side(map(gold_result, main)), found))
    named: set[StatedResult] = set()
    for one in gold.results:
        if one.own is None:
            continue
        confused = found.like(one, not one.own)
        if confused and not gold.like(one, not one.own):
            named.update(confused)
            spoils = any(each.stated in spoilers for each in (one, *confused))
            yield ResultMiss(ResultMissKind.CONFUSED, arxiv_id, one, confused[0], "own or cited", None, spoils)
        elif not found.like(one, one.own):
            nearest, reason = _nearest(one, found, gold)
            held_back = next(iter([*held.like(one, one.own), *held.like(one, not one.own)]), None)
            reason = "held back" if held_back else reason
            yield ResultMiss(ResultMissKind.MISSED, arxiv_id, one, nearest, reason, held_back, one.stated in spoilers)
    for record in found.results:
        if not record.own or record in named:
            continue
        wrong = full is not None and not gold.like(record, True) and not gold.like(record, None)
        spoils = record.stated in spoilers
        if wrong or spoils:
            kind = ResultMissKind.WRONG if wrong else ResultMissKind.BEYOND
            nearest, reason = _nearest(record, gold, found)
            yield ResultMiss(kind, arxiv_id, record, nearest, reason, None, spoils)


def result_reasons(misses: Iterable[ResultMiss]) -> list[tuple[str, tuple[int, ...]]]:
    """How many misses there are of each kind for each reason, the most frequent first."""
    counts = Counter((miss.reason, miss.kind) for miss in misses)
    rows = [
        (reason, tuple(counts[reason, kind] for kind in ResultMissKind))
        for reason in dict.fromkeys(reason for reason, _ in counts)
    ]
    return sorted(rows, key=lambda row: -sum(row[1]))


class _Side:
    """What one side states of a paper: each value of a cell once, own and cited apart, by the surest of its places."""

    def __init__(self, results: Iterable[StatedResult]) -> None:
        surest: dict[Stated, StatedResult] = {}
        for one in results:
            if one.stated not in surest or _surety(one) > _surety(surest[one.stated]):
                surest[one.stated] = one
        self.results = list(surest.values())

    def like(self, one: StatedResult, own: bool | None) -> list[StatedResult]:
        """The same value in the same cell with this ``own``, the nearest first."""
        same = [other for other in self.results if other.own is own and same_result(one, other)]
        return sorted(same, key=lambda other: abs(other.value - one.value))

    def explains(self, one: StatedResult) -> bool:
        return any(same_result(one, other) for other in self.results)


def _surety(one: StatedResult) -> tuple[float, bool]:
    return one.confidence or 0.0, one.box is not None


def _spoilers(gold: _Side, found: _Side) -> Iterator[StatedResult]:
    """For each cell whose best value is wrong: the record that is better than gold's best, else that best itself."""
    for cell in dict.fromkeys(one.cell for one in gold.results):
        best = best_of(cell[1])
        known = best((one for one in gold.results if one.cell == cell), key=lambda one: one.value)
        exported = [one for one in found.results if one.cell == cell and one.own]
        if not exported:
            yield known
            continue
        guess = best(exported, key=lambda one: one.value)
        if not close(guess.value, known.value):
            yield guess if best(guess.value, known.value) == guess.value else known


def _nearest(one: StatedResult, others: _Side, side: _Side) -> tuple[StatedResult | None, str]:
    """What of the other side comes nearest, and in what it differs; ``side`` is that on which ``one`` stands.

    top1_accuracy 76.5, others: top5_accuracy 76.5 -> "other metric"    top1_accuracy 23.5 -> "an error for an accuracy"
    """
    elsewhere = [
        other
        for other in others.results
        if other.cell != one.cell and close(other.value, one.value) and not side.explains(other)
    ]
    if elsewhere:
        nearest = min(elsewhere, key=lambda other: (other.benchmark != one.benchmark, other.own != one.own))
        return nearest, "other metric" if nearest.benchmark == one.benchmark else "other benchmark"
    here = [other for other in others.results if other.cell == one.cell]
    if not here:
        return None, "nothing of its benchmark and metric"
    turned = [other for other in here if close(100 - other.value, one.value) and not side.explains(other)]
    if turned and "accuracy" in str(one.metric):
        return turned[0], "an error for an accuracy"
    nearest = min(here, key=lambda other: (side.explains(other), abs(other.value - one.value)))
    return nearest, "nothing like it" if side.explains(nearest) else "other value"
