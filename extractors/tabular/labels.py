"""What each cell of a grid stands under and beside: heads over columns, headings over groups, labels of rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.tabular.cells import joined
from extractors.tabular.grid import Grid, GridCell
from extractors.tabular.logical import is_header_like

_MOSTLY_WORDS = 0.3
"""A leading column is one of labels if at most so many of its cells are numbers."""


@dataclass(slots=True)
class Labels:
    """The paths of a grid's cells."""

    column_paths: list[list[tuple[str, ...]]]
    """By row and column."""
    row_paths: list[list[tuple[str, ...]]]
    header_cells: set[int]
    """``id`` of each cell that is a head, or the heading of a group."""


def label(grid: Grid) -> Labels:
    """Paths for all cells of a grid whose rows are settled."""
    widen_heads(grid, range(grid.header_rows))
    heads = {id(cell) for row in grid.rows[: grid.header_rows] for cell in row.cells}
    blocks = list(_head_blocks(grid))
    body: list[int] = []
    headings: dict[int, tuple[str, ...]] = {}
    columns: dict[int, list[tuple[str, ...]]] = {}
    paths = _column_paths(grid, range(grid.header_rows))
    in_block = {row: block for block in blocks for row in block}
    stack: list[tuple[tuple[bool, int], str]] = []
    stack_ruled = False
    before_heading = False
    for number in range(grid.header_rows, len(grid.rows)):
        row = grid.rows[number]
        if number in in_block:
            heads |= {id(cell) for cell in row.cells}
            if number == in_block[number][0]:
                widen_heads(grid, in_block[number])
                paths = _column_paths(grid, in_block[number])
                stack = []
            continue
        ruled = row.ruled_above
        if _is_heading(grid, number):
            (cell,) = row.cells
            heads.add(id(cell))
            key = (cell.segments[0].words[0].bold, round(cell.segments[0].x0 / 8) if not cell.spans else -1)
            known = next((i for i, (held, _) in enumerate(stack) if held == key), None)
            if known is not None:
                stack = stack[:known]
            elif not before_heading:
                stack = []
            stack.append((key, cell.text))
            stack_ruled = ruled or number == grid.header_rows
            before_heading = True
            continue
        if before_heading and ruled:
            stack_ruled = False
        if ruled and stack and stack_ruled and not before_heading:
            stack = []
        before_heading = False
        body.append(number)
        headings[number] = tuple(text for _, text in stack)
        columns[number] = paths
    stubs = _stub_columns(grid, body)
    filled = [_filled(grid, body, column) for column in range(stubs)]
    width = len(grid.columns)
    row_paths: list[list[tuple[str, ...]]] = []
    column_paths: list[list[tuple[str, ...]]] = []
    for number in range(len(grid.rows)):
        if number not in headings:
            row_paths.append([()] * width)
            column_paths.append([()] * width)
            continue
        row_paths.append([])
        for column in range(width):
            labels = [filled[stub].get(number, "") for stub in range(min(column, stubs))]
            row_paths[-1].append(headings[number] + tuple(text for text in labels if text))
        column_paths.append(columns[number])
    return Labels(column_paths, row_paths, heads)


def _is_heading(grid: Grid, number: int) -> bool:
    """A row that is one text, and no number: the heading of the rows below it."""
    row = grid.rows[number]
    if len(row.cells) != 1 or row.cells[0].is_number or number + 1 >= len(grid.rows):
        return False
    cell = row.cells[0]
    return cell.first == 0 or cell.spans or len(grid.columns) > 2


def _head_blocks(grid: Grid) -> Iterator[range]:
    """Rows of heads further down: between rulings, words where the rows around them have numbers."""
    rows = grid.rows
    body = rows[grid.header_rows :]
    if not body or sum(is_header_like(row) for row in body) > 0.6 * len(body):
        return
    start = None
    for number in range(grid.header_rows, len(rows)):
        if number > grid.header_rows and rows[number].ruled_above:
            start = number
        if start is None or len(rows[number].cells) < 2 or not all(not cell.is_number for cell in rows[number].cells):
            start = None
            continue
        if number + 1 < len(rows) and rows[number + 1].ruled_above:
            filled = {
                column
                for row in rows[start : number + 1]
                for cell in row.cells
                for column in range(cell.first, cell.last + 1)
            }
            if number - start < 3 and len(filled) >= 0.6 * len(grid.columns):
                yield range(start, number + 1)
            start = None


def widen_heads(grid: Grid, head: range) -> None:
    """Heads that stand centred over several columns, without a ruling that says so, span them.

    Only where an upper row of heads leaves columns empty that have heads of their own below it.
    """
    for number in head:
        row = grid.rows[number]
        below = [grid.rows[lower] for lower in head if lower > number]
        if not below or not row.cells:
            continue
        lower = {column for other in below for cell in other.cells for column in range(cell.first, cell.last + 1)}
        bare = [column for column in range(len(grid.columns)) if row.at(column) is None and column in lower]
        if not bare or not any(cell.spans or _off_centre(grid, cell) for cell in row.cells):
            continue
        for index, cell in enumerate(row.cells):
            left_end = row.cells[index - 1].last + 1 if index else 0
            right_end = row.cells[index + 1].first - 1 if index + 1 < len(row.cells) else len(grid.columns) - 1
            cell.first, cell.last = _best_extent(grid, cell, left_end, right_end, set(bare))


def _middle(cell: GridCell) -> float:
    return (min(held.x0 for held in cell.segments) + max(held.x1 for held in cell.segments)) / 2


def _off_centre(grid: Grid, cell: GridCell) -> bool:
    column = grid.columns[cell.first]
    left = abs(min(held.x0 for held in cell.segments) - column.x0)
    return abs(_middle(cell) - column.middle) > 0.8 * cell.segments[0].size and left > 0.5 * cell.segments[0].size


def _best_extent(grid: Grid, cell: GridCell, left_end: int, right_end: int, bare: set[int]) -> tuple[int, int]:
    middle = _middle(cell)
    best, off = (cell.first, cell.last), abs((grid.columns[cell.first].x0 + grid.columns[cell.last].x1) / 2 - middle)
    first = cell.first
    while first > left_end and first - 1 in bare:
        first -= 1
    last = cell.last
    while last < right_end and last + 1 in bare:
        last += 1
    for low in range(first, cell.first + 1):
        for high in range(cell.last, last + 1):
            away = abs((grid.columns[low].x0 + grid.columns[high].x1) / 2 - middle)
            if away < off - 0.4 * cell.segments[0].size:
                best, off = (low, high), away
    return best


def _column_paths(grid: Grid, head: range) -> list[tuple[str, ...]]:
    """For each column the heads over it; lines of one head are joined."""
    paths = []
    for column in range(len(grid.columns)):
        levels: list[tuple[GridCell, float, list[str]]] = []
        for number in head:
            row = grid.rows[number]
            cell = row.at(column)
            if cell is None:
                continue
            lines = [held.text for held in cell.segments]
            if (
                levels
                and not cell.spans
                and not levels[-1][0].spans
                and not _ruled(grid, cell, levels[-1][1], row.baseline)
            ):
                levels[-1][2].extend(lines)
            else:
                levels.append((cell, row.last_baseline, lines))
        paths.append(tuple(joined(lines) for _, _, lines in levels))
    return paths


def _ruled(grid: Grid, cell: GridCell, upper: float, lower: float) -> bool:
    """A short ruling runs over the cell's column between two baselines."""
    middle = grid.columns[cell.first].middle
    return any(upper < box.y0 < lower and box.x0 <= middle <= box.x1 for box in grid.partial_rulings)


def _stub_columns(grid: Grid, body: Sequence[int]) -> int:
    """How many leading columns hold labels: the first, and those after it that hold words, if numbers follow them."""
    words = []
    for column in range(len(grid.columns)):
        cells = [cell for number in body if (cell := grid.rows[number].at(column)) is not None]
        words.append(not cells or sum(cell.is_number for cell in cells) <= _MOSTLY_WORDS * len(cells))
    count = 1
    while count < len(words) and words[count]:
        count += 1
    return count if count < len(words) else 1


def _filled(grid: Grid, body: Sequence[int], column: int) -> dict[int, str]:
    """The label of each row in one column; a label that stands once for several rows is given to each of them."""
    labels: dict[int, str] = {}
    for group in _groups(grid, body):
        places: list[tuple[float, str]] = []
        for place, number in enumerate(group):
            cell = grid.rows[number].at(column)
            if cell is not None:
                places.append((place + (cell.rows - 1) / 2, cell.text))
        for number, text in zip(group, _spread(len(group), places), strict=True):
            beside = any(grid.rows[number].at(left) is not None for left in range(column))
            if grid.rows[number].at(column) is not None or not beside:
                labels[number] = text
    return labels


def _groups(grid: Grid, body: Sequence[int]) -> Iterator[list[int]]:
    """Rows that follow each other without a ruling across or a heading between them."""
    group: list[int] = []
    for number in body:
        if group and (number != group[-1] + 1 or grid.rows[number].ruled_above):
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _spread(rows: int, places: Sequence[tuple[float, str]]) -> list[str]:
    """Labels at their places (halves between two rows) over all rows: centred over their group, or at its head.

    3 rows, "A" at 1 -> A A A                        4 rows, "A" at 0, "B" at 2 -> A A B B
    5 rows, "A" at 1, "B" at 3.5 -> A A A B B        3 rows, "A" at 2 -> no label, no label, A
    """
    if not places:
        return [""] * rows
    spread = [""] * rows
    if places[0][0] > 0:
        start = 0.0
        ends = []
        for place, _ in places:
            end = 2 * place - start
            ends.append(end)
            start = end + 1
        if all(b > a for a, b in itertools.pairwise(ends)) and ends[-1] == rows - 1:
            row = 0
            for end, (_, text) in zip(ends, places, strict=True):
                while row <= end:
                    spread[row] = text
                    row += 1
            return spread
    for index in range(rows):
        before = [text for place, text in places if place <= index + 0.5]
        spread[index] = before[-1] if before else ""
    return spread
