"""Where a property in a table comes from: the cell, the heads and labels that say what it is, and their words."""

from __future__ import annotations

from collections import defaultdict

from extractors.records import MAX_QUOTE_CHARACTERS, Box, Cell, Document, Evidence, Role, Table

_Word = tuple[int, int, Box]
"""Offsets in ``Document.text``, and where it stands."""

_MOST_LABELS = 4
_BAND = 20.0
"""Points."""
_SLACK = 1.0
"""Points by which words may stand outside of their cell."""


class CellPlaces:
    """Finds the words of cells in ``Document.text``; each page's words are gathered once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._of_page: dict[int, dict[int, list[_Word]]] = {}

    def evidence(self, table: Table, cell: Cell, rules: tuple[str, ...]) -> Evidence:
        """Labels, heads and the value as quote; boxes around the cell and its nearest labels and heads."""
        labels = [text for text in (*cell.row_path, *cell.column_path) if text]
        start, end = self._span(cell)
        return Evidence(
            page=cell.page,
            box=cell.box,
            quote=" | ".join((*labels, cell.text))[-MAX_QUOTE_CHARACTERS:],
            start=start,
            end=end,
            rules=rules,
            boxes=((cell.page, cell.box), *((label.page, label.box) for label in _labels_of(table, cell))),
        )

    def _span(self, cell: Cell) -> tuple[int, int]:
        """Offsets of the word that stands nearest to the cell's middle, in its columns; (0, 0) where there is none."""
        middle = (cell.box.y0 + cell.box.y1) / 2
        band = int(middle // _BAND)
        bands = self._bands(cell.page)
        beside = [
            (abs((box.y0 + box.y1) / 2 - middle), start, end)
            for near in (band - 1, band, band + 1)
            for start, end, box in bands.get(near, ())
            if box.x1 >= cell.box.x0 - _SLACK and box.x0 <= cell.box.x1 + _SLACK
        ]
        return min(beside)[1:] if beside else (0, 0)

    def _bands(self, page: int) -> dict[int, list[_Word]]:
        """The words of a page by the band in which their middle stands."""
        if page not in self._of_page:
            bands: dict[int, list[_Word]] = defaultdict(list)
            for passage in self._document.passages:
                if passage.role in (Role.HEADING, Role.REFERENCE) or not page - 2 <= passage.page <= page:
                    continue
                for start, end, number, box in passage.pieces:
                    if number == page:
                        band = int((box.y0 + box.y1) / 2 // _BAND)
                        bands[band].append((passage.start + start, passage.start + end, box))
            self._of_page[page] = bands
        return self._of_page[page]


def _labels_of(table: Table, cell: Cell) -> list[Cell]:
    """The heads over a cell and the labels beside it, the nearest first."""
    path = {*cell.row_path, *cell.column_path}
    labels = [
        other
        for other in table.cells
        if other is not cell
        and (other.text in path or other.name in path)
        and (_over(other, cell) or _beside(other, cell))
    ]
    labels.sort(
        key=lambda other: (abs(cell.row - other.row) + abs(cell.column - other.column), other.row, other.column)
    )
    return labels[:_MOST_LABELS]


def _over(head: Cell, cell: Cell) -> bool:
    return head.row < cell.row and head.column <= cell.column < head.column + head.column_span


def _beside(label: Cell, cell: Cell) -> bool:
    return label.column < cell.column and label.row <= cell.row < label.row + label.row_span
