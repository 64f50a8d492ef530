"""Which metric and benchmark a number in a table is of.

What a cell reports is said, from near to far, by the heads over it, the labels beside it, the caption, and for the
benchmark also by the section and by the paper as a whole. What the heads leave open and only the caption says counts
where no other column says it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.lexicon.benchmarks import Dataset, DatasetMention, Metric, default_metric
from extractors.performance.context import PaperContext
from extractors.performance.heads import Said
from extractors.performance.table_words import TableWords
from extractors.records import Cell

_OF_BOXES = re.compile(r"detection|\bbox|classification", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one number of a cell is of."""

    metric: Metric
    benchmark: str
    split: str | None
    error: bool | None
    """What is printed is the error; None where it is not said."""
    metric_from: str
    """What names the metric: head, label, caption, or the benchmark alone."""
    benchmark_from: str
    """What names the benchmark: head, label, caption, section, reference, paper."""


class Meanings:
    """The numbers of one table."""

    def __init__(self, words: TableWords, context: PaperContext) -> None:
        self._words = words
        self._context = context
        self._otherwise: dict[Metric, bool] = {}
        self._borne_out: dict[Dataset, bool] = {}

    def of(self, cell: Cell, column: Said, row: Said) -> Meaning | None:
        """What a number is of, of which the heads say ``column`` and the labels ``row``; None where it is no result."""
        if column.never or column.cost:
            return None
        named = self._named_metric(column, row)
        found = self._benchmark(cell, column, row, named[0] if named else None)
        if found is None:
            return None
        mention, benchmark_from = found
        task = mention.dataset.task
        if named is None:
            named = self._plain_metric(column, row, task, benchmark_from)
        if named is None:
            return None
        metric, metric_from = named
        if task not in metric.tasks or self._measures_otherwise(metric):
            return None
        nearest_first = (column, row, self._words.caption, self._words.notes)
        errors = [each.error for each in nearest_first if each.error is not None]
        error = errors[0] if errors else None
        if error is None and cell.direction:
            error = cell.direction < 0
        splits = [each.split for each in nearest_first if each.split]
        if splits and splits[0] in mention.dataset.not_on:
            return None
        return Meaning(
            metric, mention.dataset.benchmark or "", splits[0] if splits else None, error, metric_from, benchmark_from
        )

    def _measures_otherwise(self, metric: Metric) -> bool:
        """Whether the caption, or the paper as a whole, tells of another measure of the same name."""
        if metric not in self._otherwise:
            caption = self._words.table.caption
            denied = metric.unless.search(caption) is not None and not _OF_BOXES.search(caption)
            self._otherwise[metric] = denied or self._context.measures_otherwise(metric)
        return self._otherwise[metric]

    def _named_metric(self, column: Said, row: Said) -> tuple[Metric, str] | None:
        for each, source in ((column, "head"), (row, "label")):
            if each.metric:
                return each.metric, source
        return None

    def _plain_metric(self, column: Said, row: Said, task: str, benchmark_from: str) -> tuple[Metric, str] | None:
        """The metric that only a plain word, the caption or the benchmark itself tells."""
        for each, source in ((column, "plain head"), (row, "plain label")):
            metric = next((metric for metric in each.plain if task in metric.tasks), None)
            if metric:
                return metric, source
        beside = benchmark_from in ("head", "label", "label head")
        if (self._words.announced or self._words.plainly_announced) and not beside:
            return None
        if self._words.caption.other_measure and not (self._words.other_measure_in_heads and benchmark_from == "head"):
            return None
        for each in (self._words.caption, self._words.notes):
            if each.metric and task in each.metric.tasks:
                return each.metric, "caption"
            metric = next((metric for metric in each.plain if task in metric.tasks), None)
            if metric:
                return metric, "plain caption"
        if self._words.caption.metric or (self._words.caption.plain and benchmark_from != "head"):
            return None  # it measures something of another task
        default = default_metric(task)
        return (default, "benchmark") if default and (beside or self._words.looks_like_scores) else None

    def _benchmark(
        self, cell: Cell, column: Said, row: Said, metric: Metric | None
    ) -> tuple[DatasetMention, str] | None:
        """The data set that a number is of, by what stands nearest; None where another one does."""
        tasks = _tasks_of(metric, column, row)
        nearest = [(column, "head"), (row, "label"), (self._words.said_over_label(cell), "label head")]
        if self._words.in_column_heads and not column.announces:
            nearest.pop(1)  # where columns are data sets, a label names what was trained on
        for each, source in nearest:
            fitting = [mention for mention in each.datasets if _fits(mention, tasks) and self._holds(mention, each)]
            if fitting:
                last = fitting[-1]
                if source == "label" and self._caption_is_of_another(last):
                    return None
                return (last, source) if last.dataset.benchmark else None
            if source == "head" and any(mention.dataset.benchmark is None for mention in each.datasets):
                return None
        if self._words.datasets and not (column.announces or row.announces) and not self._is_beside_its_splits(column):
            return None
        for each, source in ((self._words.caption, "caption"), (self._words.notes, "notes")):
            fitting = [mention for mention in each.datasets if _fits(mention, tasks) and self._holds(mention, each)]
            benchmarks = {mention.dataset.benchmark for mention in fitting}
            if len(benchmarks - {None}) == 1:
                return next(mention for mention in fitting if mention.dataset.benchmark), source
            if fitting:
                return None
        if not tasks and self._words.caption.metric and not self._words.datasets:
            tasks = frozenset(self._words.caption.metric.tasks)
        if not tasks or self._words.caption.datasets:
            return None
        beside_it = {each.dataset for each in self._words.datasets if each.dataset.task in tasks}
        if len(beside_it) == 1 and (only := beside_it.pop()).benchmark:
            return DatasetMention(only, 0, 0, False), "other head"
        return self._context.benchmark_of(self._words.table, tasks)

    def _is_beside_its_splits(self, column: Said) -> bool:
        """Whether a head says only a split, where all other heads name splits of the caption's data: "val" beside
        "test-dev" below "AP on COCO"."""
        named = {mention.dataset for mention in self._words.datasets}
        only_a_split = column.split is not None and not column.datasets
        return only_a_split and named == {mention.dataset for mention in self._words.caption.datasets}

    def _caption_is_of_another(self, mention: DatasetMention) -> bool:
        """Whether the caption names other data sets, so that a label tells what was trained on."""
        named = {each.dataset for each in self._words.caption.datasets}
        return bool(named) and mention.dataset not in named and not any(each.benchmark for each in named)

    def _holds(self, mention: DatasetMention, beside: Said) -> bool:
        """Whether a hint is borne out: its context stands in the table, or else in the paper and nothing denies it.

        "En-De" beside a head "WMT14 En-De", or below "BLEU on WMT14" -> True      "WMT16 En-De" -> False
        """
        if not mention.hint:
            return True
        task = mention.dataset.task
        if beside not in (self._words.caption, self._words.notes) and _names_another(beside, task):
            return False
        if self._is_borne_out(mention.dataset):
            return True
        for near in (beside, self._words.caption, self._words.notes):
            itself = near is not beside and any(other.dataset is mention.dataset for other in near.datasets)
            if _names_another(near, task) and not itself:
                return False
        return self._context.holds(mention.dataset)

    def _is_borne_out(self, dataset: Dataset) -> bool:
        """Whether the table's own words hold the context of a hint."""
        if dataset not in self._borne_out:
            self._borne_out[dataset] = dataset.context.search(self._words.text) is not None
        return self._borne_out[dataset]


def _tasks_of(metric: Metric | None, column: Said, row: Said) -> frozenset[str]:
    """The tasks that the metric is used for, or those that plain words may mean; none where nothing is said."""
    metrics = (metric,) if metric else column.plain or row.plain
    return frozenset(task for each in metrics for task in each.tasks)


def _names_another(near: Said, task: str) -> bool:
    """Whether a head, label or caption names a data set of the task that is only told apart."""
    return any(other.dataset.task == task and other.dataset.benchmark is None for other in near.datasets)


def _fits(mention: DatasetMention, tasks: frozenset[str]) -> bool:
    return not tasks or mention.dataset.task in tasks
