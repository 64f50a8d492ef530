"""Exported results against gold: own values of the main tables, and papers whose every value is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from annotations.gold_files import Record, bare_id, number
from annotations.run_scoring import pair

_TOLERANCE = 0.051
_LOWER_IS_BETTER = ("error", "wer", "perplexity")

Cell = tuple[str, str | None, str | None]
"""Paper, benchmark, metric."""


@dataclass(frozen=True, slots=True)
class ResultScore:
    """Own values of main tables found, and cells whose best value is right."""

    value_recall: float
    values: int
    best_value_accuracy: float
    cells: int
    own_values_exported: int


@dataclass(frozen=True, slots=True)
class FullScore:
    """Own and cited values of papers read in full; unclear values count neither way."""

    own_precision: float
    own_recall: float
    cited_recall: float
    own_or_cited_accuracy: float
    exported_own: int
    gold_own: int
    judged: int


def score_results(gold_rows: list[Record], records: list[Record]) -> ResultScore:
    """Recall of gold values among exported own ones, and how often the best of a cell is right."""
    gold: dict[Cell, set[float]] = defaultdict(set)
    for row in gold_rows:
        gold[row["arxiv_id"], row["benchmark"], row["metric"]].add(row["value"])
    exported: dict[Cell, set[float]] = defaultdict(set)
    for cell, value, own in _exported(records):
        if own:
            exported[cell].add(value)
    hits = sum(any(_close(value, other) for other in exported[cell]) for cell, known in gold.items() for value in known)
    best = 0
    for (paper, benchmark, metric), known in gold.items():
        found = exported[paper, benchmark, metric]
        pick = min if any(word in str(metric) for word in _LOWER_IS_BETTER) else max
        best += bool(found) and _close(pick(found), pick(known))
    values = sum(len(known) for known in gold.values())
    own_values = sum(len(exported[cell]) for cell in gold)
    return ResultScore(_share(hits, values), values, _share(best, len(gold)), len(gold), own_values)


def score_full(gold: dict[str, list[Record]], records: list[Record]) -> FullScore:
    """Values matched one to one, own with own and cited with cited, over every cell that either side has."""
    known: dict[Cell, dict[bool | None, set[float]]] = defaultdict(lambda: {True: set(), False: set(), None: set()})
    for paper, results in gold.items():
        for result in results:
            known[paper, result["benchmark"], result["metric"]][result["own"]].add(float(result["value"]))
    found: dict[Cell, dict[bool, set[float]]] = defaultdict(lambda: {True: set(), False: set()})
    for cell, value, own in _exported(records):
        if cell[0] in gold:
            found[cell][own].add(value)
    own_hits = exported_own = gold_own = cited_hits = gold_cited = right = judged = 0
    for cell in known.keys() | found.keys():
        truth, guess = known[cell], found[cell]
        clear = {
            value for value in guess[True] if _close_to_any(value, truth[True]) or not _close_to_any(value, truth[None])
        }
        own_hits += pair(truth[True], clear, _close)
        exported_own += len(clear)
        gold_own += len(truth[True])
        cited_hits += pair(truth[False], guess[False], _close)
        gold_cited += len(truth[False])
        for own in (True, False):
            certain = {value for value in truth[own] if not _close_to_any(value, truth[not own])}
            agreeing = pair(certain, guess[own], _close)
            right += agreeing
            judged += agreeing + pair(certain, guess[not own], _close)
    return FullScore(
        own_precision=_share(own_hits, exported_own),
        own_recall=_share(own_hits, gold_own),
        cited_recall=_share(cited_hits, gold_cited),
        own_or_cited_accuracy=_share(right, judged),
        exported_own=exported_own,
        gold_own=gold_own,
        judged=judged,
    )


def _exported(records: list[Record]) -> Iterable[tuple[Cell, float, bool]]:
    for record in records:
        value = number(record.get("value"))
        if record["kind"] == "result" and value is not None:
            cell = (bare_id(record["arxiv_id"]), record.get("benchmark"), record.get("metric"))
            yield cell, value, bool(record.get("own", True))


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= _TOLERANCE


def _close_to_any(value: float, others: set[float]) -> bool:
    return any(_close(value, other) for other in others)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
