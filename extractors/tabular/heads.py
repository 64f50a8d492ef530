"""Heads: those that look like one told apart, those that span given their reach, and what stands over each column."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence, Set

from extractors.records import Word
from extractors.tabular.cells import joined
from extractors.tabular.columns import Column
from extractors.tabular.grid import Grid, GridCell, GridRow
from extractors.tabular.segments import Segment, segment

_MOST_LATER_LINES = 3
_LINES_LOOKED_AT = 2
_CENTRED_EMS = 0.6
_WORD_GAP_EMS = 0.33
"""Words of one head are not farther apart."""


def is_header_like(row: GridRow) -> bool:
    """Most of its cells are words."""
    numbers = sum(cell.is_number for cell in row.cells)
    return numbers <= 0.34 * len(row.cells)


def split_glued_heads(columns: Sequence[Column], line: GridRow, below: Sequence[GridRow], inside: bool) -> None:
    """Heads so close that they look like one are told apart where each of their words stands over a column of its own.

    "Params FLOPs" over two columns of numbers, each word over one -> two heads
    "Training time" over "hours" and "days", or with a short ruling below it -> one head

    ``below``: the lines under it, nearest first; ``inside``: the first of them is one of heads, too.
    """
    cells: list[GridCell] = []
    for cell in line.cells:
        pieces = _pieces(columns, cell)
        ruled = _has_ruling_below(cell, below[0])
        spans = (
            _word_gap(cell) < _WORD_GAP_EMS and (inside or is_header_like(below[0])) and _has_heads(below, cell, inside)
        )
        if (
            not ruled
            and not spans
            and len(pieces) == cell.last - cell.first + 1
            and all(_in_line(columns[number], held) for number, held in pieces)
        ):
            cells += [GridCell(number, number, [held]) for number, held in pieces]
        else:
            cells.append(cell)
    line.cells = cells


def split_glued_cells(columns: Sequence[Column], line: GridRow) -> None:
    """The same for a label and a number that stand close: "with residual 12.7G" over two columns -> two cells."""
    cells: list[GridCell] = []
    for cell in line.cells:
        pieces = _pieces(columns, cell)
        apart = len(pieces) == cell.last - cell.first + 1 and all(held.is_number for _, held in pieces[1:])
        if apart and all(_in_line(columns[number], held) for number, held in pieces[1:]):
            cells += [GridCell(number, number, [held]) for number, held in pieces]
        else:
            cells.append(cell)
    line.cells = cells


def _word_gap(cell: GridCell) -> float:
    """The widest gap between a cell's words, in font sizes."""
    words = cell.segments[0].words
    gaps = [after.box.x0 - before.box.x1 for before, after in itertools.pairwise(words)]
    return max(gaps, default=0.0) / max(words[0].size, 0.1)


def _has_heads(below: Sequence[GridRow], cell: GridCell, inside: bool) -> bool:
    """Each column that the cell spans has a cell of its own on the next lines."""
    lines = below[: _LINES_LOOKED_AT if inside else 1]
    own = {other.first for line in lines for other in line.cells if not other.spans}
    return own >= set(_columns_under(cell))


def span_repeated_heads(columns: int, line: GridRow, below: GridRow) -> None:
    """Heads that stand at the left of their columns span them where the same heads repeat under each of them.

    "Dev" "" "Test" "" over "EM" "F1" "EM" "F1" -> Dev over the first EM and F1, Test over the others
    "images" "" "images" "" over "per second" "AP" "per second" "AP" -> a head that is wrapped
    """
    starts = [cell.first for cell in line.cells if cell.first > 0]
    if len({cell.text for cell in line.cells if cell.first > 0}) < max(2, len(starts)):
        return
    if any(cell.spans for cell in line.cells):
        return
    names = {cell.first: cell.text for cell in below.cells}
    parts = [range(first, last) for first, last in itertools.pairwise([*starts, columns])]
    texts = [tuple(names.get(column, "") for column in part) for part in parts]
    if len(texts[0]) > 1 and all(held == texts[0] for held in texts) and all(texts[0]) and len(set(texts[0])) > 1:
        for cell in line.cells:
            if cell.first > 0:
                part = parts[starts.index(cell.first)]
                cell.last = part[-1]


def _pieces(columns: Sequence[Column], cell: GridCell) -> list[tuple[int, Segment]]:
    """The words of a spanning cell by the column that each stands over."""
    if not cell.spans or len(cell.segments) > 1:
        return []
    by_column: dict[int, list[Word]] = {}
    for word in cell.segments[0].words:
        middle = (word.box.x0 + word.box.x1) / 2
        if by_column and not any(map(str.isalnum, word.text)):
            next(reversed(by_column.values())).append(word)
            continue
        nearest = min(range(cell.first, cell.last + 1), key=lambda number: _away(columns[number], middle))
        by_column.setdefault(nearest, []).append(word)
    return [(number, segment(words)) for number, words in sorted(by_column.items())]


def _away(column: Column, x: float) -> float:
    return max(column.x0 - x, x - column.x1, 0.0) + 0.001 * abs(column.middle - x)


def _in_line(column: Column, held: Segment) -> bool:
    """Centred over the column, or beginning or ending where it does."""
    centred = abs((held.x0 + held.x1) / 2 - column.middle) <= 0.6 * held.size
    return centred or min(abs(held.x0 - column.x0), abs(held.x1 - column.x1)) <= 0.3 * held.size


def later_head_blocks(grid: Grid) -> Iterator[range]:
    """Rows of heads further down: between rulings, words where the rows around them have numbers."""
    rows = grid.rows
    body = rows[grid.header_rows :]
    if not body or len(grid.columns) < 3 or sum(is_header_like(row) for row in body) > 0.6 * len(body):
        return
    start = None
    for number in range(grid.header_rows, len(rows)):
        if number > grid.header_rows and rows[number].ruling_weight:
            start = number
        if start is None or len(rows[number].cells) < 2 or not all(not cell.is_number for cell in rows[number].cells):
            start = None
            continue
        if number + 1 < len(rows) and rows[number + 1].ruling_weight:
            filled = {
                column
                for row in rows[start : number + 1]
                for cell in row.cells
                for column in range(cell.first, cell.last + 1)
            }
            if number - start < _MOST_LATER_LINES and len(filled) >= 0.6 * len(grid.columns):
                yield range(start, number + 1)
            start = None


def widen_between_cuts(grid: Grid, head: int) -> None:
    """A head alone and centred between two vertical rulings spans what lies between them.

    If several cells stand below it in the next lines, or a vertical ruling of the rows below breaks off there.
    """
    cuts = {round(cut) for row in grid.rows for cut in row.cuts}
    for number, line in enumerate(grid.rows[:head]):
        below = grid.rows[number + 1 : max(head, number + 1 + _LINES_LOOKED_AT)]
        broken_off = cuts - {round(cut) for cut in line.cuts}
        for cell in line.cells:
            _reach_cuts(grid.columns, line, cell, below, broken_off)


def widen_centred(columns: Sequence[Column], rows: Sequence[GridRow]) -> None:
    """A head that stands centred over several columns spans those that have no other head on its row.

    Not one with a short ruling below it, which tells how far it spans.
    """
    elsewhere = {column for row in rows for cell in row.cells for column in _columns_under(cell)}
    headless = set(range(len(columns))) - elsewhere
    for number, row in enumerate(rows):
        below = rows[number + 1 :]
        covered = {column for other in below for cell in other.cells for column in _columns_under(cell)}
        bare = {column for column in covered | headless if row.at(column) is None}
        if not bare or not any(cell.spans or _off_centre(columns, cell) for cell in row.cells):
            continue
        for index, cell in enumerate(row.cells):
            if below and _has_ruling_below(cell, below[0]):
                continue
            left_end = row.cells[index - 1].last + 1 if index else 0
            right_end = row.cells[index + 1].first - 1 if index + 1 < len(row.cells) else len(columns) - 1
            labels = {0} if cell.spans and len(row.cells) > 1 else set()
            free = bare & set(range(left_end, right_end + 1)) - labels
            cell.first, cell.last = _best_extent(columns, cell, free)


def _has_ruling_below(cell: GridCell, below: GridRow) -> bool:
    """A short ruling parts the cell from the line below it."""
    return not below.ruling_weight and all(number in below.ruled_columns for number in _columns_under(cell))


def _columns_under(cell: GridCell) -> range:
    return range(cell.first, cell.last + 1)


def _reach_cuts(
    columns: Sequence[Column], row: GridRow, cell: GridCell, below: Sequence[GridRow], broken_off: Set[int]
) -> None:
    middle = _middle(cell)
    left = max((cut for cut in row.cuts if cut < middle), default=columns[0].x0)
    right = min((cut for cut in row.cuts if cut > middle), default=columns[-1].x1)
    framed = [number for number, column in enumerate(columns) if left < column.middle < right]
    if not row.cuts or len(framed) < 2 or framed[0] > cell.first or framed[-1] < cell.last:
        return
    centred = abs(middle - (left + right) / 2) < cell.segments[0].size
    alone = all(other is cell or other.last < framed[0] or other.first > framed[-1] for other in row.cells)
    lower = {other.first for line in below for other in line.cells if framed[0] <= other.first <= framed[-1]}
    parted = any(left < cut < right for cut in broken_off)
    if centred and alone and (len(lower) > 1 or parted):
        cell.first, cell.last = framed[0], framed[-1]


def _middle(cell: GridCell) -> float:
    return (min(held.x0 for held in cell.segments) + max(held.x1 for held in cell.segments)) / 2


def _off_centre(columns: Sequence[Column], cell: GridCell) -> bool:
    column = columns[cell.first]
    left = abs(min(held.x0 for held in cell.segments) - column.x0)
    return abs(_middle(cell) - column.middle) > 0.8 * cell.segments[0].size and left > 0.5 * cell.segments[0].size


def _best_extent(columns: Sequence[Column], cell: GridCell, free: set[int]) -> tuple[int, int]:
    """The most columns over which the head is centred, else those over which it is nearly so."""
    first, last = cell.first, cell.last
    while first - 1 in free:
        first -= 1
    while last + 1 in free:
        last += 1
    extents = [(low, high) for low in range(first, cell.first + 1) for high in range(cell.last, last + 1)]
    middle = _middle(cell)
    away = {extent: abs((columns[extent[0]].x0 + columns[extent[1]].x1) / 2 - middle) for extent in extents}
    own, em = (cell.first, cell.last), cell.segments[0].size
    centred = [extent for extent in extents if away[extent] < _CENTRED_EMS * em]
    if centred and (cell.spans or away[own] >= _CENTRED_EMS * em):
        return max(centred, key=lambda extent: extent[1] - extent[0])
    nearest = min(extents, key=lambda extent: away[extent])
    return nearest if away[nearest] < away[own] - 0.4 * em else own


def column_paths(grid: Grid, head: range) -> list[tuple[str, ...]]:
    """For each column the heads over it, outermost first; lines of one head are joined."""
    paths = []
    for column in range(len(grid.columns)):
        levels: list[tuple[GridCell, list[str]]] = []
        ruled = False
        for number in head:
            row = grid.rows[number]
            cell = row.at(column)
            ruled = ruled or column in row.ruled_columns
            if cell is None:
                continue
            lines = [held.text for held in cell.segments]
            if levels and not cell.spans and not levels[-1][0].spans and not ruled:
                levels[-1][1].extend(lines)
            else:
                levels.append((cell, lines))
            ruled = False
        paths.append(tuple(joined(lines) for _, lines in levels))
    return paths
