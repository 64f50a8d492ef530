"""What a table calls the models of its cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from extractors.lexicon.benchmarks import find_named_data
from extractors.model_labels import (
    adds,
    head_may_name,
    is_full_name,
    is_group,
    is_kind,
    is_proper,
    is_size,
    marks_of,
    may_name,
    names_data,
    plain_name,
)
from extractors.records import Cell, Table

_MOST_CHARACTERS = 120

_Path = tuple[str, ...]


class ModelLabels:
    """The labels of one table, read as names of models."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._headings = {cell.text for cell in table.cells if cell.header}
        self._names: dict[tuple[int, _Path], str | None] = {}

    def model_of(self, cell: Cell) -> str | None:
        """What its row is called, else its column; a label that only adds to the one above comes with that one.

        "AlderDet [14] | R-101" -> "AlderDet R-101"      "+ dropout" below "AlderNet" -> "AlderNet + dropout"
        "ConvNets | ViT-B" -> "ViT-B"      "0.75 | all" under "Ours" -> "Ours"      "✓ | ✓" -> None
        """
        return self._of_row(cell.row, cell.row_path) or self._of_column(cell.column_path)

    def _of_row(self, row: int, path: _Path) -> str | None:
        key = row, path
        if key not in self._names:
            self._names[key] = self._named(row, path)
        return self._names[key]

    def _named(self, row: int, path: _Path) -> str | None:
        labels = self._labels_that_name(row, path)
        if not labels:
            return None
        if adds(labels[0]):
            return _joined([self._base_above(row, path), *labels])
        name = _joined([self._heading_that_tells(path, labels), *self._without_groups(labels)])
        marks = "".join(map(marks_of, labels))
        return f"{name} {marks}" if name and marks and self._told_apart_by_marks(labels) else name

    def _labels_that_name(self, row: int, path: _Path) -> _Path:
        own = [(text, self._head_over(text, row)) for text in path if text not in self._headings]
        return tuple(
            text for place, (text, head) in enumerate(own) if may_name(text, head) and not (place and is_kind(head))
        )

    def _of_column(self, path: _Path) -> str | None:
        return _joined([head for head in path if head_may_name(head) and head not in self._heads_beside_data])

    def _without_groups(self, labels: _Path) -> list[str]:
        """Without the label of a group where one behind it is a full name that stands in no other group, and without a
        word that only describes: "ConvNets | ResNet-18" -> "ResNet-18", "AlderNet | manual" -> "AlderNet"."""
        kept = [label for place, label in enumerate(labels) if not self._is_of_group(label, labels[place + 1 :])]
        while len(kept) > 1 and self._only_describes(kept[-1], labels[: labels.index(kept[-1])]):
            kept.pop()
        return kept

    def _is_of_group(self, label: str, behind: _Path) -> bool:
        full = [place for place, other in enumerate(behind) if is_full_name(other)]
        if not full or len(self._befores[behind]) > 1:
            return False
        spans = len(self._rows_with[label]) > 1
        return is_group(label) or (spans and not is_proper(label)) or behind[full[0]].startswith(plain_name(label))

    def _only_describes(self, label: str, before: _Path) -> bool:
        plain = label.islower() and label.isascii() and not is_size(label)
        return plain and len(self._rows_that_begin[before]) == 1 and any(map(is_full_name, before))

    def _heading_that_tells(self, path: _Path, labels: _Path) -> str:
        """The heading of the group, where it names a model, and rows of the same labels stand below another heading,
        too: "Sup." and "Alder" below "BirchNet-S" and below "BirchNet-B"."""
        headings = [text for text in path if text in self._headings]
        if not headings or len(self._headings_over[labels]) < 2:
            return ""
        heading = headings[-1]
        names = is_full_name(heading) and may_name(heading) and not heading.endswith(":")
        return heading if names and not find_named_data(heading) else ""

    def _told_apart_by_marks(self, labels: _Path) -> bool:
        """Whether another row has the same labels but for marks: "Swin-B" and "Swin-B ‡" are two models."""
        return len(self._marks_of_lines[tuple(map(plain_name, labels))]) > 1

    @cached_property
    def _marks_of_lines(self) -> dict[_Path, set[str]]:
        marks: dict[_Path, set[str]] = defaultdict(set)
        for line in self._lines.values():
            marks[tuple(map(plain_name, line))].add("".join(map(marks_of, line)))
        return marks

    def _base_above(self, row: int, path: _Path) -> str:
        """What the nearest row above that does not add to another is called, or the heading of the group."""
        for above in range(row - 1, -1, -1):
            heading = self._heading_rows.get(above)
            if heading in path and may_name(heading):
                return plain_name(heading)
            labels = self._lines.get(above)
            if labels and not adds(labels[0]):
                return self._of_row(above, self._paths[above]) or ""
        return ""

    def _head_over(self, text: str, row: int) -> str:
        """Over the label itself, which may stand in another row of its group."""
        places = self._places.get(text, [])
        nearest = min(places, key=lambda cell: abs(cell.row - row), default=None)
        return " ".join(nearest.column_path) if nearest else ""

    @cached_property
    def _places(self) -> dict[str, list[Cell]]:
        """The cells of each label."""
        places: dict[str, list[Cell]] = defaultdict(list)
        for cell in self._table.cells:
            if not cell.header and not cell.numbers:
                places[cell.text].append(cell)
        return places

    @cached_property
    def _heading_rows(self) -> dict[int, str]:
        return {cell.row: cell.text for cell in self._table.cells if cell.header}

    @cached_property
    def _paths(self) -> dict[int, _Path]:
        """The labels of each row: those of its last number; of a row without numbers what it begins with."""
        paths: dict[int, _Path] = {}
        for cell in self._table.cells:
            if cell.numbers and not cell.header:
                paths[cell.row] = cell.row_path
        for cell in self._table.cells:
            if not cell.header:
                paths.setdefault(cell.row, (*cell.row_path, cell.text))
        return paths

    @cached_property
    def _lines(self) -> dict[int, _Path]:
        """The labels of each row that may be part of a name."""
        return {row: self._labels_that_name(row, path) for row, path in self._paths.items()}

    @cached_property
    def _befores(self) -> dict[_Path, set[_Path]]:
        """What stands before the labels at the end of a row."""
        befores: dict[_Path, set[_Path]] = defaultdict(set)
        for line in self._lines.values():
            for place in range(len(line)):
                befores[line[place:]].add(line[:place])
        return befores

    @cached_property
    def _rows_that_begin(self) -> dict[_Path, set[int]]:
        """The rows whose labels begin with these."""
        rows: dict[_Path, set[int]] = defaultdict(set)
        for row, line in self._lines.items():
            for place in range(len(line)):
                rows[line[: place + 1]].add(row)
        return rows

    @cached_property
    def _rows_with(self) -> dict[str, set[int]]:
        rows: dict[str, set[int]] = defaultdict(set)
        for row, line in self._lines.items():
            for label in line:
                rows[label].add(row)
        return rows

    @cached_property
    def _headings_over(self) -> dict[_Path, set[_Path]]:
        """The headings of the groups in which a row has these labels."""
        over: dict[_Path, set[_Path]] = defaultdict(set)
        for row, line in self._lines.items():
            over[line].add(tuple(text for text in self._paths[row] if text in self._headings))
        return over

    @cached_property
    def _heads_beside_data(self) -> set[str]:
        """Heads in a line with one that names a data set, which name data, too."""
        heads = [cell for cell in self._table.cells if cell.header]
        of_data = {cell.row for cell in heads if names_data(cell.text)}
        return {cell.text for cell in heads if cell.row in of_data}


def _joined(labels: Iterable[str]) -> str | None:
    """Labels as one name, each once."""
    names = dict.fromkeys(name for name in map(plain_name, labels) if name)
    return " ".join(names)[:_MOST_CHARACTERS].strip() or None
