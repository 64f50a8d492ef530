"""Where the record of a table's cell comes from: the cell, the labels and heads that say what it is, the caption."""

from __future__ import annotations

from extractors.cell_places import CellPlaces
from extractors.records import MAX_QUOTE_CHARACTERS, Cell, Evidence, Table

MOST_BOXES = 8


def evidence_of_cell(table: Table, cell: Cell, places: CellPlaces, rules: tuple[str, ...]) -> Evidence:
    """The number of the table, labels, heads and value as quote: "Table 3: AlderNet | Top-1 | 76.3"; boxes around the
    cell, its nearest labels and heads, and the caption."""
    name = f"Table {table.number}: " if table.number else ""
    start, end = places.offsets(cell)
    boxes = [(cell.page, cell.box), *((other.page, other.box) for other in _labels_of(table, cell))]
    if table.caption_box is not None:
        boxes = [*boxes[: MOST_BOXES - 1], (table.page, table.caption_box)]
    return Evidence(
        page=cell.page,
        box=cell.box,
        quote=f"{name}{words_of(cell)}"[-MAX_QUOTE_CHARACTERS:],
        start=start,
        end=end,
        rules=rules,
        boxes=tuple(dict.fromkeys(boxes[:MOST_BOXES])),
    )


def words_of(cell: Cell) -> str:
    """Its labels, its heads and itself: "AlderNet | Top-1 | 76.3"."""
    return " | ".join((*(text for text in (*cell.row_path, *cell.column_path) if text), cell.text))


def _labels_of(table: Table, cell: Cell) -> list[Cell]:
    """Of each text that a cell stands under or beside the cell nearest to it: labels of its row first, then heads."""
    nearest: dict[str, tuple[int, int, Cell]] = {}
    for other in table.cells:
        if _is_label_of(other, cell):
            distance = abs(cell.row - other.row), abs(cell.column - other.column)
            if other.text not in nearest or distance < nearest[other.text][:2]:
                nearest[other.text] = *distance, other
    return [other for _, _, other in sorted(nearest.values(), key=lambda each: each[:2])]


def _is_label_of(other: Cell, cell: Cell) -> bool:
    """Whether it is a head over the cell, the heading of its group, or a label to its left, which may stand in the
    middle of the rows that it is of."""
    if other.header:
        over = other.column <= cell.column < other.column + other.column_span
        return other.row < cell.row and (other.text in cell.row_path or (over and other.text in cell.column_path))
    return other.column < cell.column and other.text in cell.row_path
