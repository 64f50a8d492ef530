"""Tables and sentences to results: how good a model is on a benchmark, whose the value is, and how surely it was read.

1. ``read_results``: every value that a table's cell or a sentence states, with what was seen of it.
2. ``find_results``: a judge says how likely each value is the paper's own, and how likely the record is right.
3. Records that say the same are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from extractors.judge import RULES_LOG_ODDS, Judge, Signals, bounded, log_odds_of
from extractors.performance.readings import ReadResult, read_results
from extractors.records import Result, Status

__all__ = ["ReadResult", "find_results", "judged_results", "merged_results", "read_results", "with_certainty"]

_CERTAINTY_WEIGHT = 3.0
"""Of knowing whose the value is, against not knowing at all."""
_PLAIN = re.compile(r"[^a-z0-9]")


def find_results(read: Sequence[ReadResult], judge: Judge) -> tuple[Result, ...]:
    """The results of a paper, own and cited, each once; what a sentence repeats of a table is the table's."""
    judged = judged_results(read, judge)
    in_tables = [result for each, result in zip(read, judged, strict=True) if each.in_table]
    stated = {
        (result.benchmark, result.metric, round(result.value, 2))
        for result in in_tables
        if result.status is Status.ACCEPTED
    }
    in_text = [
        result
        for each, result in zip(read, judged, strict=True)
        if not each.in_table and (result.benchmark, result.metric, round(result.value, 2)) not in stated
    ]
    return merged_results([*in_tables, *in_text])


def judged_results(read: Sequence[ReadResult], judge: Judge) -> list[Result]:
    """Each value with whose it is, how surely the record is right, and whether that is enough."""
    own = judge.own_results([each.own_signals for each in read])
    signals = [with_certainty(each.signals, probability) for each, probability in zip(read, own, strict=True)]
    confidences = judge.result_confidences(signals)
    return [
        replace(
            each.result,
            own=bool(probability >= 0.5),
            confidence=round(float(confidence), 4),
            status=Status.ACCEPTED if confidence >= judge.results_from else Status.CANDIDATE,
        )
        for each, probability, confidence in zip(read, own, confidences, strict=True)
    ]


def with_certainty(signals: Signals, own_probability: float) -> dict[str, float]:
    """Signals of a record with how sure it is whose value it is, which is part of its being right."""
    certainty = abs(bounded(log_odds_of(own_probability)))
    seen = dict(signals)
    seen["own.certainty"] = certainty
    seen["own.is-own"] = float(own_probability >= 0.5)
    seen[RULES_LOG_ODDS] = signals[RULES_LOG_ODDS] + _CERTAINTY_WEIGHT * (certainty - 0.5)
    return seen


def merged_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Without records that state what a surer one states: the same value of the same model."""
    best: dict[tuple[object, ...], Result] = {}
    order: dict[tuple[object, ...], int] = {}
    for place, result in enumerate(results):
        key = (result.benchmark, result.metric, round(result.value, 3), result.own, _same_name(result.model))
        order.setdefault(key, place)
        if key not in best or result.confidence > best[key].confidence:
            best[key] = result
    return tuple(best[key] for key in sorted(best, key=order.__getitem__))


def _same_name(model: str | None) -> str | None:
    return None if model is None else _PLAIN.sub("", model.lower())
