"""Every value that a table's cell or a sentence states, with what was seen of it, before anyone judges it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from extractors.cell_evidence import evidence_of_cell
from extractors.cell_places import CellPlaces
from extractors.judge import RULES_LOG_ODDS, Signals
from extractors.performance.cells import CellValue, cell_values
from extractors.performance.conditions import crops_in, ensemble_in, extra_data_in
from extractors.performance.context import PaperContext
from extractors.performance.names import PaperNames
from extractors.performance.own import OwnSignals
from extractors.performance.own_in_text import own_signals
from extractors.performance.sentences import SentenceValue, sentence_values
from extractors.records import MAX_QUOTE_CHARACTERS, Box, Document, Evidence, Result, Table
from extractors.table_models import ModelLabels

MOST_RESULTS = 1_500
"""Of one paper; a longer one is a collection of measurements."""
MOST_WORDS_CHARACTERS = 4_000
"""Of a caption, a note, a head or a label; the rest of a longer one is not read."""
_PRIOR, _PRIOR_IN_TEXT = 3.0, 2.0
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
    "text.benchmark-before": -0.3,
    "text.benchmark-section": -0.7,
    "text.benchmark-paper": -0.7,
    "text.metric-chained": -0.5,
    "text.few-shot": -0.5,
}


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A value that a table or a sentence states, before anyone judges it."""

    result: Result
    """``own``, ``confidence`` and ``status`` are still open."""
    own_signals: Signals
    signals: Signals
    in_table: bool


def read_results(document: Document, tables: Sequence[Table], context: PaperContext) -> tuple[ReadResult, ...]:
    """The part of the work that takes time and needs no judge; in reading order, tables first."""
    names, places = PaperNames(document), CellPlaces(document)
    in_tables = (read for table in tables for read in _in_table(_bounded(table), context, names, places))
    in_sentences = (_in_sentence(value, document) for value in sentence_values(document, context))
    return tuple(islice(chain(in_tables, in_sentences), MOST_RESULTS))


def _bounded(table: Table) -> Table:
    """The table with no text longer than ``MOST_WORDS_CHARACTERS``: each is searched again and again."""
    cells = [
        replace(
            cell,
            text=cell.text[:MOST_WORDS_CHARACTERS],
            row_path=_bounded_path(cell.row_path),
            column_path=_bounded_path(cell.column_path),
        )
        if any(len(text) > MOST_WORDS_CHARACTERS for text in (cell.text, *cell.row_path, *cell.column_path))
        else cell
        for cell in table.cells
    ]
    notes = [(mark, text[:MOST_WORDS_CHARACTERS]) for mark, text in table.notes]
    return replace(table, caption=table.caption[:MOST_WORDS_CHARACTERS], cells=tuple(cells), notes=tuple(notes))


def _bounded_path(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(text[:MOST_WORDS_CHARACTERS] for text in path)


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
        yield ReadResult(result, own.of(value, model), _signals(value, model), in_table=True)


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
    return _weighed({name: 1.0 for name, present in flags if present}, _PRIOR)


def _weighed(seen: Mapping[str, float], prior: float) -> dict[str, float]:
    log_odds = prior + sum(weight for name, weight in _HAND_WEIGHTS.items() if name in seen)
    return {**seen, RULES_LOG_ODDS: log_odds}


def _in_sentence(value: SentenceValue, document: Document) -> ReadResult:
    passage, text = value.passage, value.passage.text
    sentence = text[value.sentence_start : value.sentence_end]
    result = Result(
        evidence=_evidence_in_text(value),
        benchmark=value.benchmark,
        metric=value.metric.metric,
        value=value.value,
        own=True,
        model=value.model,
        split=value.split,
        ensemble=value.ensemble,
        extra_training_data=extra_data_in([sentence]),
        crops=value.crops,
    )
    depth = passage.page / max(1, len(document.pages))
    seen = {**value.signals, "in.text": 1.0, "depth": depth}
    if value.model is None:
        seen["reading.unnamed"] = 1.0
    return ReadResult(result, own_signals(value.signals), _weighed(seen, _PRIOR_IN_TEXT), in_table=False)


def _evidence_in_text(value: SentenceValue) -> Evidence:
    """The sentence as quote, cut around the number if it is too long; a box around the number."""
    passage = value.passage
    start, end = value.sentence_start, value.sentence_end
    if end - start > MAX_QUOTE_CHARACTERS:
        start = max(start, min(value.start - MAX_QUOTE_CHARACTERS // 2, end - MAX_QUOTE_CHARACTERS))
        end = min(end, start + MAX_QUOTE_CHARACTERS)
    boxes = list(passage.boxes(value.start, value.end))
    page = boxes[0][0]
    return Evidence(
        page=page,
        box=Box.around(box for on, box in boxes if on == page),
        quote=passage.text[start:end].strip(),
        start=passage.start + start,
        end=passage.start + end,
        rules=("result.in-text", *sorted(name for name in value.signals if name.startswith("text.benchmark"))),
        boxes=tuple(boxes),
    )


def _rules(value: CellValue) -> tuple[str, str]:
    """What named the metric and the benchmark."""
    return f"result.metric-by-{value.metric_from}", f"result.benchmark-by-{value.benchmark_from}"
