"""What the words of one table say: its caption and notes, and the heads over and the labels beside each number."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cached_property

from extractors.performance.heads import LONGEST_AREA, NOTHING, Said, said, said_by_path
from extractors.records import Cell, Table

_SETTING = re.compile(
    r"^\W*(?:params?|parameters|flops|madds?|macs|epochs?|latency|speed|fps|time|memory|size|depth|batch|lr|throughput"
    r"|model size|# ?\w+|number of \w+|warm-?up|learning rate|adam\w*|optimi[sz]er|betas?|dropout|weight decay|hidden"
    r"|attention heads|max\w*"
    r"|(?:[\w-]+ ){0,2}(?:steps?|sizes?|rates?|epochs|length|decay|layers)$)\b",
    re.IGNORECASE,
)
_OF_PRECISION = re.compile(r"\bm?AP\b|\biou\b|\barea\b", re.IGNORECASE)
_LETTER = re.compile(r"\W{0,2}[A-Za-z]\W{0,2}")
_OF_SHOTS = re.compile(r"(?:i-?net|image-?net|pets|birds|cars|dogs|flowers|cifar)\s?(?:1|5|25)", re.IGNORECASE)
"""Heads that count shots: beside "INet5", "Cifar10" is CIFAR-100 by ten shots."""
_LOWEST_SCORE, _FEWEST_SCORES, _SHARE_OF_SCORES = 20.0, 4, 0.9
_LONGEST_ANNOUNCING_LABEL = 40
"""Characters; longer labels describe a model."""


class TableWords:
    """One table with what its words say."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.caption = said(table.caption)
        notes = " ".join(text for _, text in table.notes)
        self.notes = said(notes) if notes else NOTHING
        self.text = f"{table.caption} {notes} " + " ".join(cell.text for cell in table.cells if cell.header)
        self.numbered = [cell for cell in table.cells if cell.numbers and not cell.header]
        self._heads_of_labels = {(cell.row, cell.text): cell.column_path for cell in table.cells if not cell.header}
        self._said_by_rows: dict[tuple[int, tuple[str, ...]], Said] = {}
        self._said_of = {id(cell): (said_by_path(cell.column_path), self._said_by_row(cell)) for cell in self.numbered}
        self._rows: dict[int, list[Cell]] = defaultdict(list)
        for cell in table.cells:
            self._rows[cell.row].append(cell)
        pairs = self._said_of.values()
        said_somewhere = [each for pair in pairs for each in pair if not each.never and not each.cost]
        self.announced = any(each.metric for each in said_somewhere)
        """Some head or label names a metric."""
        self.plainly_announced = any(each.plain for each in said_somewhere)
        self.other_measure_in_heads = any(each.never for pair in pairs for each in pair)
        self.in_column_heads = any(column.datasets for column, _ in pairs)
        self.datasets = [mention for each in said_somewhere for mention in each.datasets]
        """Of all heads and labels."""

    def said_of(self, cell: Cell) -> tuple[Said, Said]:
        """By the heads over a number, and by the labels beside it."""
        return self._said_of[id(cell)]

    def said_over_label(self, cell: Cell) -> Said:
        """By the head over the nearest words to the left: tables head their column of models with the data set."""
        beside = [each for each in self._rows[cell.row] if each.column < cell.column and not each.numbers]
        return said_by_path(beside[-1].column_path) if beside else NOTHING

    @cached_property
    def counts_shots(self) -> bool:
        """Whether its columns are of a few examples of each class."""
        return any(_OF_SHOTS.fullmatch(cell.text.strip()) for cell in self.table.cells if cell.header)

    @cached_property
    def looks_like_scores(self) -> bool:
        """Whether a table that names no metric at all holds nothing but numbers such as 83.59."""
        if self.announced or self.plainly_announced:
            return False
        open_ones = [cell for cell in self.numbered if not any(each.never or each.cost for each in self.said_of(cell))]
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
        if any(each.bound or each.other_task for each in labels):
            return Said(other_measure=True)
        if labels and labels[0].never and len(texts[-1]) <= _LONGEST_ANNOUNCING_LABEL:
            return Said(other_measure=True)
        if texts and _SETTING.match(texts[-1]) and not labels[0].metric:
            return Said(cost=True)
        if self._is_named_by_a_letter(cell.row_path):
            texts = texts[:-1]
        together = said(" ".join(texts))
        return replace(together, other_measure=False, difference=False, cost=False)

    def _is_named_by_a_letter(self, path: tuple[str, ...]) -> bool:
        """Whether the last label is a model called "A", and not the end of a name begun above it: below "ImageNet"
        it is, but not where "V2" or "Sketch" stands below it too."""
        return len(path) > 1 and _LETTER.fullmatch(path[-1]) is not None and path[:-1] not in self._beginnings_of_names

    @cached_property
    def _beginnings_of_names(self) -> set[tuple[str, ...]]:
        """The labels that others of more than one letter make names of other data: "ImageNet" above "V2"."""
        paths = {cell.row_path for cell in self.numbered if len(cell.row_path) > 1}
        return {
            path[:-1]
            for path in paths
            if not _LETTER.fullmatch(path[-1])
            and said(f"{path[-2]} {path[-1]}").datasets[-1:] not in ((), said(path[-2]).datasets[-1:])
        }


def _needs_its_head(label: str, head: str) -> bool:
    """A threshold or an area under a head that says so: "AP@IoU" over "0.75", "area" over "small"."""
    return _OF_PRECISION.search(head) is not None and (not any(map(str.isalpha, label)) or len(label) <= LONGEST_AREA)
