"""Tables and sentences to results: how good a model is on a benchmark, whose the value is, and how surely it was read.

1. ``read_results``: every value that a table's cell or a sentence states, with what was seen of it.
2. ``find_results``: a judge says how likely each value is the paper's own, and how likely the record is right.
3. Records that say the same are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.cell_evidence import evidence_of_cell
from extractors.cell_places import CellPlaces
from extractors.judge import RULES_LOG_ODDS, Judge, Signals, bounded, log_odds_of
from extractors.performance.cells import CellValue, cell_values
from extractors.performance.conditions import crops_in, ensemble_in, extra_data_in
from extractors.performance.context import PaperContext
from extractors.performance.models import ModelLabels
from extractors.performance.names import PaperNames
from extractors.performance.own import OwnSignals
from extractors.records import Document, Result, Status, Table

MOST_RESULTS = 1_500
"""Of one paper; a longer one is a collection of measurements."""
_PRIOR = 3.0
_HAND_WEIGHTS = {
    "metric.benchmark": -1.5,
    "metric.plain caption": -0.7,
    "metric.plain label": -0.7,
    "benchmark.paper in part": -1.5,
    "benchmark.paper": -0.7,
    "benchmark.section text": -1.0,
    "benchmark.reference": -0.3,
    "reading.guessed-error": -0.7,
    "reading.second": -1.0,
    "reading.unnamed": -0.2,
}
_CERTAINTY_WEIGHT = 3.0
"""Of knowing whose the value is, against not knowing at all."""
_PLAIN = re.compile(r"[^a-z0-9]")


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A value that a table or a sentence states, before anyone judges it."""

    result: Result
    """``own``, ``confidence`` and ``status`` are still open."""
    own_signals: Signals
    signals: Signals


def read_results(document: Document, tables: Sequence[Table]) -> tuple[ReadResult, ...]:
    """The part of the work that takes time and needs no judge; in reading order, tables first."""
    context, names, places = PaperContext(document), PaperNames(document), CellPlaces(document)
    found: list[ReadResult] = []
    for table in tables:
        found += _in_table(table, context, names, places)
    return tuple(found[:MOST_RESULTS])


def find_results(read: Sequence[ReadResult], judge: Judge) -> tuple[Result, ...]:
    """The results of a paper, own and cited, each once."""
    return merged_results(judged_results(read, judge))


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


def _in_table(table: Table, context: PaperContext, names: PaperNames, places: CellPlaces) -> Iterator[ReadResult]:
    values = cell_values(table, context)
    if not values:
        return
    labels, own = ModelLabels(table), OwnSignals(table, names, context)
    for value in values:
        model = labels.model_of(value.cell)
        row = " ".join(value.cell.row_path)
        said_of_it = (row, " ".join(value.cell.column_path), table.caption)
        result = Result(
            evidence=evidence_of_cell(table, value.cell, places, _rules(value)),
            benchmark=value.benchmark,
            metric=value.metric.metric,
            value=value.value,
            own=True,
            model=model,
            split=value.split,
            ensemble=ensemble_in(said_of_it),
            extra_training_data=extra_data_in(said_of_it),
            crops=crops_in(said_of_it),
        )
        yield ReadResult(result, own.of(value, model), _signals(value, model))


def _signals(value: CellValue, model: str | None) -> dict[str, float]:
    flags = (
        ("reading.guessed-error", value.guessed_error),
        ("reading.fraction", value.fraction),
        ("reading.second", value.second),
        ("reading.unnamed", model is None),
        ("reading.split", value.split is not None),
        ("reading.whole-number", "." not in value.number.printed),
        (f"metric.{value.metric_from}", True),
        (f"benchmark.{value.benchmark_from}", True),
        ("in.table", True),
    )
    seen = {name: 1.0 for name, present in flags if present}
    seen[RULES_LOG_ODDS] = _PRIOR + sum(weight for name, weight in _HAND_WEIGHTS.items() if name in seen)
    return seen


def _rules(value: CellValue) -> tuple[str, str]:
    """What named the metric and the benchmark."""
    return f"result.metric-by-{value.metric_from}", f"result.benchmark-by-{value.benchmark_from}"
