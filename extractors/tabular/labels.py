"""What each cell of a grid stands under and beside: heads over columns, headings over groups, labels of rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from extractors.tabular.grid import Grid, GridCell
from extractors.tabular.heads import column_paths, later_head_blocks, widen_centred
from extractors.tabular.row_labels import label_columns, row_labels

Path = tuple[str, ...]


@dataclass(slots=True)
class Labels:
    """The paths of a grid's cells."""

    column_paths: list[list[Path]]
    """By row and column."""
    row_paths: list[list[Path]]
    header_cells: set[int] = field(default_factory=set)
    """``id`` of each cell that is a head, or the heading of a group."""


@dataclass(frozen=True, slots=True)
class _Heading:
    """A row that says what the rows below it have in common."""

    text: str
    style: tuple[bool, int]
    """Whether it is bold, and where it begins: headings of one style take each other's place."""


class _Headings:
    """The headings in force, outermost first, while one goes down the rows: each until another takes its place.

    Rulings end no group: most papers rule off parts of a group, too.
    """

    def __init__(self) -> None:
        self._open: list[_Heading] = []
        self._just_opened = False

    def open(self, cell: GridCell) -> None:
        style = cell.segments[0].words[0].bold, -1 if cell.spans else round(cell.segments[0].x0 / 8)
        level = next((level for level, held in enumerate(self._open) if held.style == style), None)
        if level is not None:
            self._open = self._open[:level]
        elif not self._just_opened:
            self._open = []
        self._open.append(_Heading(cell.text, style))
        self._just_opened = True

    def over_row(self) -> Path:
        self._just_opened = False
        return tuple(heading.text for heading in self._open)

    def close(self) -> None:
        self._open = []


def label(grid: Grid) -> Labels:
    """Paths for all cells of a grid whose rows are settled."""
    head = range(grid.header_rows)
    width = len(grid.columns)
    labels = Labels([[()] * width for _ in grid.rows], [[()] * width for _ in grid.rows])
    labels.header_cells = {id(cell) for number in head for cell in grid.rows[number].cells}
    later = {number: block for block in later_head_blocks(grid) for number in block}
    paths = column_paths(grid, head)
    headings = _Headings()
    over: dict[int, Path] = {}
    for number in range(grid.header_rows, len(grid.rows)):
        row = grid.rows[number]
        if number in later:
            labels.header_cells |= {id(cell) for cell in row.cells}
            if number == later[number][0]:
                widen_centred(grid.columns, [grid.rows[line] for line in later[number]])
                paths = column_paths(grid, later[number])
                headings.close()
        elif _is_heading(grid, number):
            labels.header_cells.add(id(row.cells[0]))
            headings.open(row.cells[0])
        else:
            over[number] = headings.over_row()
            labels.column_paths[number] = paths
    body = sorted(over)
    stubs = [row_labels(grid, body, column) for column in range(label_columns(grid, body))]
    for number in body:
        for column in range(width):
            beside = (stub.get(number, "") for stub in stubs[:column])
            labels.row_paths[number][column] = over[number] + tuple(text for text in beside if text)
    return labels


def _is_heading(grid: Grid, number: int) -> bool:
    """A row that is one text, and no number: the heading of the rows below it."""
    row = grid.rows[number]
    if len(row.cells) != 1 or row.cells[0].is_number or number + 1 >= len(grid.rows):
        return False
    cell = row.cells[0]
    return cell.first == 0 or cell.spans or len(grid.columns) > 2
