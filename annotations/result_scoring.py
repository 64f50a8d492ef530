"""Exported results against gold: own values of the main tables, and papers whose every value is known.

A *cell* is a paper, a benchmark and a metric.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from annotations.gold_files import Record, bare_id
from annotations.run_scoring import pair
from annotations.shares import Share, share_over_papers
from annotations.stated_results import best_of, close, is_result

Cell = tuple[str, str | None, str | None]
"""Paper, benchmark, metric."""


@dataclass(frozen=True, slots=True)
class ResultScore:
    """Main tables."""

    value_recall: Share
    """Of gold's own values: an exported own value is the same."""
    best_value_accuracy: Share
    """Of gold's cells: the best exported own value is the best of gold."""
    own_values_exported: int

    def shares(self) -> dict[str, tuple[str, Share]]:
        """What is judged, and how well, by name."""
        return {
            "value_recall": ("own values of main tables", self.value_recall),
            "best_value_accuracy": ("cells", self.best_value_accuracy),
        }

    def to_dict(self) -> dict[str, Any]:
        wholes = {"values": self.value_recall.whole, "cells": self.best_value_accuracy.whole}
        return {**flat(self.shares()), **wholes, "own_values_exported": self.own_values_exported}


@dataclass(frozen=True, slots=True)
class FullScore:
    """Papers read in full; values that gold leaves open count neither way."""

    own_precision: Share
    own_recall: Share
    cited_recall: Share
    own_or_cited_accuracy: Share
    """Of gold values that are either own or cited: an exported one is, too, and not the other."""

    def shares(self) -> dict[str, tuple[str, Share]]:
        """What is judged, and how well, by name."""
        return {
            "own_precision": ("own values exported", self.own_precision),
            "own_recall": ("own values of papers read in full", self.own_recall),
            "cited_recall": ("cited values of papers read in full", self.cited_recall),
            "own_or_cited_accuracy": ("values found on either side", self.own_or_cited_accuracy),
        }

    def to_dict(self) -> dict[str, Any]:
        wholes = {
            "exported_own": self.own_precision.whole,
            "gold_own": self.own_recall.whole,
            "judged": self.own_or_cited_accuracy.whole,
        }
        return {**flat(self.shares()), **wholes}


def flat(shares: dict[str, tuple[str, Share]]) -> dict[str, Any]:
    """For JSON: each share by its name, and its interval."""
    figures: dict[str, Any] = {}
    for name, (_, share) in shares.items():
        figures |= {name: share.share, f"{name}_interval": share.interval}
    return figures


def score_results(gold_rows: Iterable[Record], records: Iterable[Record]) -> ResultScore:
    """Recall of gold values among exported own ones, and how often the best of a cell is right."""
    gold: dict[Cell, set[float]] = defaultdict(set)
    for row in gold_rows:
        gold[row["arxiv_id"], row["benchmark"], row["metric"]].add(row["value"])
    exported: dict[Cell, set[float]] = defaultdict(set)
    for cell, value, own in _exported(records):
        if own and cell in gold:
            exported[cell].add(value)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for cell, known in gold.items():
        found, best = exported[cell], best_of(cell[2])
        hits = sum(_close_to_any(value, found) for value in known)
        best_is_right = bool(found) and close(best(found), best(known))
        _add(counts[cell[0]], hits, len(known), int(best_is_right), 1)
    return ResultScore(
        value_recall=share_over_papers((hits, values) for hits, values, _, _ in counts.values()),
        best_value_accuracy=share_over_papers((right, cells) for _, _, right, cells in counts.values()),
        own_values_exported=sum(map(len, exported.values())),
    )


def score_full(gold: dict[str, list[Record]], records: Iterable[Record]) -> FullScore:
    """Values matched one to one, own with own and cited with cited, over every cell that either side has."""
    known: dict[Cell, dict[bool | None, set[float]]] = defaultdict(lambda: {True: set(), False: set(), None: set()})
    for paper, results in gold.items():
        for result in results:
            known[paper, result["benchmark"], result["metric"]][result["own"]].add(float(result["value"]))
    found: dict[Cell, dict[bool, set[float]]] = defaultdict(lambda: {True: set(), False: set()})
    for cell, value, own in _exported(records):
        if cell[0] in gold:
            found[cell][own].add(value)
    counts = {paper: [0] * 7 for paper in gold}
    for cell in known.keys() | found.keys():
        truth, guess = known[cell], found[cell]
        clear = {
            value for value in guess[True] if _close_to_any(value, truth[True]) or not _close_to_any(value, truth[None])
        }
        right = judged = 0
        for own in (True, False):
            certain = {value for value in truth[own] if not _close_to_any(value, truth[not own])}
            agreeing = pair(certain, guess[own], close)
            right += agreeing
            judged += agreeing + pair(certain, guess[not own], close)
        own_hits, cited_hits = pair(truth[True], clear, close), pair(truth[False], guess[False], close)
        _add(counts[cell[0]], own_hits, len(clear), len(truth[True]), cited_hits, len(truth[False]), right, judged)
    return FullScore(
        own_precision=share_over_papers((each[0], each[1]) for each in counts.values()),
        own_recall=share_over_papers((each[0], each[2]) for each in counts.values()),
        cited_recall=share_over_papers((each[3], each[4]) for each in counts.values()),
        own_or_cited_accuracy=share_over_papers((each[5], each[6]) for each in counts.values()),
    )


def _exported(records: Iterable[Record]) -> Iterable[tuple[Cell, float, bool]]:
    for record in filter(is_result, records):
        cell = (bare_id(record["arxiv_id"]), record.get("benchmark"), record.get("metric"))
        yield cell, float(record["value"]), bool(record.get("own", True))


def _add(totals: list[int], *counts: int) -> None:
    totals[:] = [total + count for total, count in zip(totals, counts, strict=True)]


def _close_to_any(value: float, others: set[float]) -> bool:
    return any(close(value, other) for other in others)
