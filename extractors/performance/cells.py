"""Cells of tables to values of a benchmark and a metric, in percent.

``table_words`` gathers what a table's words say, ``parts`` takes cells of several numbers apart, and ``meanings`` tells
what each number is of; here the numbers of one column and metric are brought to percent together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from extractors.lexicon.benchmarks import Metric, find_datasets, load_metrics
from extractors.performance.context import PaperContext
from extractors.performance.heads import said
from extractors.performance.meanings import Meanings
from extractors.performance.parts import parts_of
from extractors.performance.table_words import TableWords
from extractors.records import Cell, PrintedNumber, Table

MOST_RESULTS_OF_A_TABLE = 400
_DIFFERENCE = re.compile(r"^\W*[+↑↓△▲▼]|^\(?\s?[-−–+]\s?\d")
_LOOKS_LIKE_AN_ERROR_BELOW = {"top1_accuracy": 46.0, "top5_accuracy": 35.0}
_LOWEST_FRACTION = 0.02
_LOWEST_SCORE = 20.0


@dataclass(frozen=True, slots=True)
class CellValue:
    """A number in a table, read as a result, and how it was read."""

    table: Table
    cell: Cell
    number: PrintedNumber
    benchmark: str
    metric: Metric
    value: float
    """In percent."""
    split: str | None
    metric_from: str
    """What names the metric: head, label, caption, or the benchmark alone."""
    benchmark_from: str
    """What names the benchmark: head, label, caption, section, reference, paper."""
    guessed_error: bool
    """Nobody says whether errors or accuracies are printed: their size does."""
    fraction: bool
    second: bool
    """Behind another number in the same cell."""


def cell_values(table: Table, context: PaperContext) -> list[CellValue]:
    """Every number of a table that is a result on a benchmark, in reading order."""
    if not _may_report(table, context):
        return []
    words = TableWords(table)
    if words.caption.per_class or words.counts_shots:
        return []
    meanings = Meanings(words, context)
    found: list[CellValue] = []
    for cell in words.numbered:
        found += _of_cell(cell, words, meanings)
        if len(found) >= MOST_RESULTS_OF_A_TABLE:
            break
    return [replace(value, value=round(value.value, 6)) for value in _as_percent(found, words, context)]


def _may_report(table: Table, context: PaperContext) -> bool:
    """Whether a closer look is worth while: the paper knows a benchmark, and the table names a metric or a data set."""
    if not context.names_a_benchmark:
        return False
    words = " ".join((table.caption, *(cell.text for cell in table.cells if cell.header or not cell.numbers)))
    return any(metric.names.search(words) or metric.plain.search(words) for metric in load_metrics()) or bool(
        find_datasets(words)
    )


def _of_cell(cell: Cell, words: TableWords, meanings: Meanings) -> Iterator[CellValue]:
    column, row = words.said_of(cell)
    if column.never or row.never or column.cost or row.cost or _DIFFERENCE.match(cell.text):
        return
    if any(map(str.isalpha, cell.text)) and (said(cell.text).cost or said(cell.text).setting):  # "18 layers"
        return
    for place, (number, column_said) in enumerate(parts_of(cell, column, words.table.caption)):
        meaning = meanings.of(cell, column_said, row)
        if meaning is None or (number.value <= 0 and meaning.metric.metric != "wer"):
            continue
        yield CellValue(
            table=words.table,
            cell=cell,
            number=number,
            benchmark=meaning.benchmark,
            metric=meaning.metric,
            value=number.value,
            split=meaning.split,
            metric_from=meaning.metric_from,
            benchmark_from=meaning.benchmark_from,
            guessed_error=meaning.error is None and meaning.metric.complement,
            fraction=False,
            second=place > 0,
        )


def _as_percent(found: Sequence[CellValue], words: TableWords, context: PaperContext) -> Iterator[CellValue]:
    """Values of one column and metric in percent, as accuracies where errors are printed."""
    groups: dict[tuple[object, ...], list[CellValue]] = {}
    for value in found:
        groups.setdefault((value.cell.column_path, value.benchmark, value.metric.metric), []).append(value)
    for group in groups.values():
        fraction = all(_LOWEST_FRACTION <= each.number.value <= 1.0 for each in group)
        for each in group:
            printed = each.number.value * (100.0 if fraction and each.number.unit != "%" else 1.0)
            error = _is_error(each, group, fraction, words, context)
            percent = 100.0 - printed if error else printed
            if each.metric.low_percent <= percent <= each.metric.high_percent and _may_be_a_score(each, words):
                yield replace(each, value=percent, fraction=fraction)


def _may_be_a_score(value: CellValue, words: TableWords) -> bool:
    """Where the data set alone tells the metric, only what looks like a score is one: not "0.9" or "12"."""
    said_so = any(each.error is not None for each in (words.caption, words.notes))
    return value.metric_from != "benchmark" or said_so or value.number.value >= _LOWEST_SCORE or value.fraction


def _is_error(
    value: CellValue, group: Sequence[CellValue], fraction: bool, words: TableWords, context: PaperContext
) -> bool:
    """Whether a value is an error that is to be given as an accuracy; where nobody says, by its size."""
    if not value.metric.complement:
        return False
    column, row = words.said_of(value.cell)
    for each in (column, row, words.caption, words.notes):
        if each.error is not None:
            return each.error
    if value.cell.direction:
        return value.cell.direction < 0
    if context.speaks_of_accuracy:
        return False
    middle = median(each.number.value for each in group) * (100.0 if fraction else 1.0)
    return middle < _LOOKS_LIKE_AN_ERROR_BELOW.get(value.metric.metric, 0.0)
