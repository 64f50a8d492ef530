"""Cells of tables to values of a benchmark and a metric.

What a cell reports is said, from near to far, by the heads over it, the labels beside it, the caption, and for the
benchmark also by the section and by the paper as a whole. What the heads leave open and only the caption says counts
where no other column says it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from extractors.lexicon.benchmarks import DatasetMention, Metric, default_metric, find_datasets, load_metrics
from extractors.performance.context import PaperContext
from extractors.performance.heads import NOTHING, Said, said, said_by_path
from extractors.records import Cell, PrintedNumber, Table

MOST_RESULTS_OF_A_TABLE = 400
_ALTERNATIVES = re.compile(r"\s?/\s?|\s?\(|\s?\|\s?")
_DIFFERENCE = re.compile(r"^\W*[+↑↓△▲▼]|^\(?\s?[-−–+]\s?\d")
_SETTING = re.compile(
    r"^\W*(?:params?|parameters|flops|madds?|macs|epochs?|latency|speed|fps|time|memory|size|depth|batch|lr|throughput"
    r"|model size|# ?\w+|number of \w+|warm-?up|learning rate|adam\w*|optimi[sz]er|betas?|dropout|weight decay|hidden|attention heads|max\w*"
    r"|(?:[\w-]+ ){0,2}(?:steps?|sizes?|rates?|epochs|length|decay|layers)$)\b",
    re.IGNORECASE,
)
_UNITS = (None, "%", "points", "pts", "pt")
_OF_BOXES = re.compile(r"detection|\bbox|classification", re.IGNORECASE)
_OF_PRECISION = re.compile(r"\bm?AP\b|\biou\b|\barea\b", re.IGNORECASE)
_LONGEST_AREA = 8
_OF_SHOTS = re.compile(r"(?:i-?net|image-?net|pets|birds|cars|dogs|flowers|cifar)\s?(?:1|5|25)", re.IGNORECASE)
"""Heads that count shots: beside "INet5", "Cifar10" is CIFAR-100 by ten shots."""
_LOOKS_LIKE_AN_ERROR_BELOW = {"top1_accuracy": 46.0, "top5_accuracy": 35.0}
_LOWEST_FRACTION = 0.02
_LOWEST_SCORE, _FEWEST_SCORES, _SHARE_OF_SCORES = 20.0, 4, 0.9
_LONGEST_ANNOUNCING_LABEL = 40
"""Characters; longer labels describe a model."""


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


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What one number of a cell is of."""

    metric: Metric
    benchmark: str
    split: str | None
    error: bool | None
    metric_from: str
    benchmark_from: str


def cell_values(table: Table, context: PaperContext) -> list[CellValue]:
    """Every number of a table that is a result on a benchmark, in reading order."""
    return _TableReading(table, context).values() if _may_report(table, context) else []


def _may_report(table: Table, context: PaperContext) -> bool:
    """Whether a closer look is worth while: the paper knows a benchmark, and the table names a metric or a data set."""
    if not context.names_a_benchmark:
        return False
    words = " ".join((table.caption, *(cell.text for cell in table.cells if cell.header or not cell.numbers)))
    return any(metric.names.search(words) or metric.plain.search(words) for metric in load_metrics()) or bool(
        find_datasets(words)
    )


class _TableReading:
    """One table with what its words say."""

    def __init__(self, table: Table, context: PaperContext) -> None:
        self._table = table
        self._context = context
        self._caption = said(table.caption)
        notes = " ".join(text for _, text in table.notes)
        self._notes = said(notes) if notes else NOTHING
        self._words = f"{table.caption} {notes} " + " ".join(cell.text for cell in table.cells if cell.header)
        self._heads_of_labels = {(cell.row, cell.text): cell.column_path for cell in table.cells if not cell.header}
        numbered = [cell for cell in table.cells if cell.numbers and not cell.header]
        self._said_by_rows: dict[tuple[int, tuple[str, ...]], Said] = {}
        self._said_of = {id(cell): (said_by_path(cell.column_path), self._said_by_row(cell)) for cell in numbered}
        self._numbered = numbered
        self._rows: dict[int, list[Cell]] = defaultdict(list)
        for cell in table.cells:
            self._rows[cell.row].append(cell)
        said_somewhere = [each for pair in self._said_of.values() for each in pair if not each.never and not each.cost]
        self._announced = any(each.metric for each in said_somewhere)
        self._plainly_announced = any(each.plain for each in said_somewhere)
        self._other_measure_in_heads = any(each.never for pair in self._said_of.values() for each in pair)
        self._in_column_heads = any(column.datasets for column, _ in self._said_of.values())
        self._in_heads = [mention for each in said_somewhere for mention in each.datasets]

    def values(self) -> list[CellValue]:
        found: list[CellValue] = []
        for cell in () if self._caption.per_class or self._counts_shots else self._numbered:
            found += self._of_cell(cell)
            if len(found) >= MOST_RESULTS_OF_A_TABLE:
                break
        return [replace(value, value=_rounded(value.value)) for value in self._as_percent(found)]

    @cached_property
    def _counts_shots(self) -> bool:
        return any(_OF_SHOTS.fullmatch(cell.text.strip()) for cell in self._table.cells if cell.header)

    @cached_property
    def _looks_like_scores(self) -> bool:
        """Whether a table that names no metric at all holds nothing but numbers such as 83.59."""
        if self._announced or self._plainly_announced:
            return False
        open_ones = [
            cell for cell in self._numbered if not any(each.never or each.cost for each in self._said_of[id(cell)])
        ]
        numbers = [number for cell in open_ones for number in cell.numbers]
        scores = [each for each in numbers if _LOWEST_SCORE <= each.value < 100 and "." in each.printed]
        return len(numbers) >= _FEWEST_SCORES and len(scores) >= _SHARE_OF_SCORES * len(numbers)

    def _said_by_row(self, cell: Cell) -> Said:
        key = cell.row, cell.row_path
        if key not in self._said_by_rows:
            self._said_by_rows[key] = self._said_by_labels(cell)
        return self._said_by_rows[key]

    def _said_by_labels(self, cell: Cell) -> Said:
        """By the labels beside a cell; a bare number among them is read with the head over it: "AP@IoU" "0.75"."""
        texts = []
        for text in cell.row_path:
            head = self._heads_of_labels.get((cell.row, text), ())
            texts.append(f"{' '.join(head)} {text}" if _needs_its_head(text, " ".join(head)) else text)
        labels = [said(text) for text in reversed(texts)]
        if labels and labels[0].never and len(texts[-1]) <= _LONGEST_ANNOUNCING_LABEL:
            return Said(other_measure=True)
        if texts and _SETTING.match(texts[-1]) and not labels[0].metric:
            return Said(cost=True)
        together = said(" ".join(texts))
        return replace(together, other_measure=False, difference=False, cost=False)

    def _of_cell(self, cell: Cell) -> Iterator[CellValue]:
        column, row = self._said_of[id(cell)]
        if column.never or row.never or column.cost or row.cost or _DIFFERENCE.match(cell.text):
            return
        if any(map(str.isalpha, cell.text)) and (said(cell.text).cost or said(cell.text).setting):  # "18 layers"
            return
        for place, (number, column_said) in enumerate(self._parts(cell, column)):
            meaning = self._meaning(cell, column_said, row)
            if meaning is None or (number.value <= 0 and meaning.metric.metric != "wer"):
                continue
            yield CellValue(
                table=self._table,
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

    def _parts(self, cell: Cell, column: Said) -> list[tuple[PrintedNumber, Said]]:
        """Each number with what is said of it: "84.1/90.9" under "EM/F1" is of two metrics."""
        numbers = list(cell.numbers)
        if len(numbers) == 1:
            return [(numbers[0], column)]
        for head in (*reversed(cell.column_path), *reversed(cell.row_path), self._table.caption):
            alternatives = _alternatives(head, len(numbers))
            if alternatives:
                outer = tuple(text for text in cell.column_path if text != head)
                parts = [said_by_path((*outer, part)) for part in alternatives]
                whole = said(head).datasets
                return [
                    (number, part if part.datasets else replace(part, datasets=whole))
                    for number, part in zip(numbers, parts, strict=True)
                ]
        pair = self._pair_of_a_task(column)
        if pair and len(numbers) == 2:
            return [(number, replace(column, metric=metric)) for number, metric in zip(numbers, pair, strict=True)]
        return [(number, column) for number in numbers if number is numbers[0] or _is_alike(number, numbers[0])]

    def _pair_of_a_task(self, column: Said) -> Sequence[Metric] | None:
        """EM and F1 where a question-answering head names neither."""
        if column.metric or not any(each.dataset.task == "question-answering" for each in column.datasets):
            return None
        return [metric for metric in load_metrics() if "question-answering" in metric.tasks]

    def _meaning(self, cell: Cell, column: Said, row: Said) -> _Meaning | None:
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
        errors = [each.error for each in (column, row, self._caption, self._notes) if each.error is not None]
        error = errors[0] if errors else None
        if error is None and cell.direction:
            error = cell.direction < 0
        splits = [each.split for each in (column, row, self._caption, self._notes) if each.split]
        if splits and splits[0] in mention.dataset.not_on:
            return None
        return _Meaning(
            metric, mention.dataset.benchmark or "", splits[0] if splits else None, error, metric_from, benchmark_from
        )

    def _measures_otherwise(self, metric: Metric) -> bool:
        """Whether the caption, or the paper as a whole, tells of another measure of the same name."""
        caption = self._table.caption
        if metric.unless.search(caption) and not _OF_BOXES.search(caption):
            return True
        return self._context.measures_otherwise(metric)

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
        if (self._announced or self._plainly_announced) and not beside:
            return None
        if self._caption.other_measure and not (self._other_measure_in_heads and benchmark_from == "head"):
            return None
        for each in (self._caption, self._notes):
            if each.metric and task in each.metric.tasks:
                return each.metric, "caption"
            metric = next((metric for metric in each.plain if task in metric.tasks), None)
            if metric:
                return metric, "plain caption"
        if self._caption.metric or (self._caption.plain and benchmark_from != "head"):
            return None  # it measures something of another task
        default = default_metric(task)
        return (default, "benchmark") if default and (beside or self._looks_like_scores) else None

    def _benchmark(
        self, cell: Cell, column: Said, row: Said, metric: Metric | None
    ) -> tuple[DatasetMention, str] | None:
        """The data set that a number is of, by what stands nearest; None where another one does."""
        tasks = _tasks_of(metric, column, row)
        nearest = [(column, "head"), (row, "label"), (self._said_over_label(cell), "label head")]
        if self._in_column_heads and not column.announces:
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
        if self._in_heads and not (column.announces or row.announces):
            return None
        for each, source in ((self._caption, "caption"), (self._notes, "notes")):
            fitting = [mention for mention in each.datasets if _fits(mention, tasks) and self._holds(mention, each)]
            benchmarks = {mention.dataset.benchmark for mention in fitting}
            if len(benchmarks - {None}) == 1:
                return next(mention for mention in fitting if mention.dataset.benchmark), source
            if fitting:
                return None
        if not tasks or self._caption.datasets:
            return None
        beside_it = {each.dataset for each in self._in_heads if each.dataset.task in tasks}
        if len(beside_it) == 1 and (only := beside_it.pop()).benchmark:
            return DatasetMention(only, 0, 0, False), "other head"
        return self._context.benchmark_of(self._table, tasks)

    def _caption_is_of_another(self, mention: DatasetMention) -> bool:
        """Whether the caption names other data sets, so that a label tells what was trained on."""
        named = {each.dataset for each in self._caption.datasets}
        return bool(named) and mention.dataset not in named and not any(each.benchmark for each in named)

    def _said_over_label(self, cell: Cell) -> Said:
        """By the head over the nearest words to the left: tables head their column of models with the data set."""
        beside = [each for each in self._rows[cell.row] if each.column < cell.column and not each.numbers]
        return said_by_path(beside[-1].column_path) if beside else NOTHING

    def _holds(self, mention: DatasetMention, beside: Said) -> bool:
        """Whether a hint is borne out: its context stands in the table, or else in the paper and nothing denies it."""
        if not mention.hint:
            return True
        if mention.dataset.context.search(self._words):
            return True
        task = mention.dataset.task
        for near in (beside, self._caption, self._notes):
            others = any(other.dataset.task == task and other.dataset.benchmark is None for other in near.datasets)
            itself = near is not beside and any(other.dataset is mention.dataset for other in near.datasets)
            if others and not itself:
                return False
        return self._context.holds(mention.dataset)

    def _as_percent(self, found: list[CellValue]) -> Iterator[CellValue]:
        """Values of one column and metric in percent, as accuracies where errors are printed."""
        groups: dict[tuple[object, ...], list[CellValue]] = {}
        for value in found:
            groups.setdefault((value.cell.column_path, value.benchmark, value.metric.metric), []).append(value)
        for group in groups.values():
            fraction = all(_LOWEST_FRACTION <= each.number.value <= 1.0 for each in group)
            for each in group:
                printed = each.number.value * (100.0 if fraction and each.number.unit != "%" else 1.0)
                error = self._is_error(each, group, fraction)
                percent = 100.0 - printed if error else printed
                if each.metric.low_percent <= percent <= each.metric.high_percent and self._may_be_a_score(each):
                    yield replace(each, value=percent, fraction=fraction)

    def _may_be_a_score(self, value: CellValue) -> bool:
        """Where the data set alone tells the metric, only what looks like a score is one: not "0.9" or "12"."""
        said_so = any(each.error is not None for each in (self._caption, self._notes))
        return value.metric_from != "benchmark" or said_so or value.number.value >= _LOWEST_SCORE or value.fraction

    def _is_error(self, value: CellValue, group: Sequence[CellValue], fraction: bool) -> bool:
        if not value.metric.complement:
            return False
        column, row = self._said_of[id(value.cell)]
        for each in (column, row, self._caption, self._notes):
            if each.error is not None:
                return each.error
        if value.cell.direction:
            return value.cell.direction < 0
        if self._context.speaks_of_accuracy:
            return False
        middle = median(each.number.value for each in group) * (100.0 if fraction else 1.0)
        return middle < _LOOKS_LIKE_AN_ERROR_BELOW.get(value.metric.metric, 0.0)


def _needs_its_head(label: str, head: str) -> bool:
    """A threshold or an area under a head that says so: "AP@IoU" over "0.75", "area" over "small"."""
    return _OF_PRECISION.search(head) is not None and (not any(map(str.isalpha, label)) or len(label) <= _LONGEST_AREA)


def _alternatives(head: str, count: int) -> list[str] | None:
    """The parts of a head that names as many things as there are numbers below: "EM/F1", "Top-1 (Top-5)"."""
    if not re.search(r"[/(|]", head):
        return None
    words = [part.strip(" )") for part in _ALTERNATIVES.split(head) if part.strip(" )%")]
    if len(words) == count + 1 and all(re.fullmatch(r"v?\d(?:\.\d)?", part) for part in words[1:]):
        return [f"{words[0]} {part}" for part in words[1:]]
    for start in range(len(words) - count + 1):
        parts = [_with_name(part, words[start]) for part in words[start : start + count]]
        if all(said(part).announces or said(part).datasets or re.search(r"v?\d\.\d", part) for part in parts):
            return parts
    return None


def _with_name(part: str, first: str) -> str:
    """A bare version with the name before the first one: "SQuAD 1.1/2.0" -> "SQuAD 2.0"."""
    return re.sub(r"\s?v?\d(?:\.\d)?$", "", first) + " " + part if re.fullmatch(r"v?\d\.\d", part) else part


def _is_alike(number: PrintedNumber, first: PrintedNumber) -> bool:
    """Whether a second number without a head of its own may be of the same metric: "6.61 (6.43±0.16)"."""
    return first.value > 0 and abs(number.value - first.value) <= 0.1 * first.value and "." in number.printed


def _tasks_of(metric: Metric | None, column: Said, row: Said) -> frozenset[str]:
    """The tasks that the metric is used for, or those that plain words may mean; none where nothing is said."""
    metrics = (metric,) if metric else column.plain or row.plain
    return frozenset(task for each in metrics for task in each.tasks)


def _fits(mention: DatasetMention, tasks: frozenset[str]) -> bool:
    return not tasks or mention.dataset.task in tasks


def _rounded(value: float) -> float:
    return round(value, 6)
