"""Lines of a grid to rows of a table: wrapped cells joined, labels over several rows, heads told from body."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from statistics import median

from extractors.tabular.grid import Grid, GridCell, GridRow
from extractors.tabular.heads import (
    is_header_like,
    span_repeated_heads,
    split_glued_cells,
    split_glued_heads,
    widen_between_cuts,
    widen_centred,
)

_GOES_ON = re.compile(r"[a-zà-ÿ(&+,;]|\[|w/")
_UNFINISHED = re.compile(r".*(?:[-/&,+]|\b(?:and|or|with|of|on|for|the|to|in|w/)|\([^)]*)", re.DOTALL)
_OVERLAPPING_EMS = 0.72
"""Baselines closer than this are of one row, if each has its own columns."""
_MOST_HEADER_LINES = 8
_MOSTLY_NUMBERS = 0.6
_CENTRED_POINTS = 1.0

_GoesOn = Callable[[GridRow, GridRow, float], bool]
"""Whether a line belongs to the row above it; of the row, the line, and the usual pitch of rows."""


def settle_rows(grid: Grid) -> Grid:
    """Baselines to rows, and how many of them are heads."""
    above = next((number for number, row in enumerate(grid.rows) if row.ruling_weight), 0)
    widen_between_cuts(grid, above)
    _split_heads(grid, above)
    header = _header_lines(grid)
    _split_heads(grid, header)
    for line, below in itertools.pairwise(grid.rows[:header]):
        span_repeated_heads(len(grid.columns), line, below)
    widen_between_cuts(grid, header)
    for line in grid.rows[header:]:
        split_glued_cells(grid.columns, line)
        _centre(grid, line)
    head = _joined_rows(grid.rows[:header], _head_goes_on, 1.15)
    widen_centred(grid.columns, head)
    body = _joined_rows(_with_framed_lines(grid.rows[header:]), _goes_on, 0.8)
    for row in head + body:
        _part_cells(row)
    return Grid(grid.columns, head + body, len(head))


def _part_cells(row: GridRow) -> None:
    """One cell a column: what spans ends where the next cell begins; two of the same column are one."""
    cells: list[GridCell] = []
    for cell in sorted(row.cells, key=lambda cell: cell.first):
        if cells and cells[-1].first == cell.first:
            cells[-1].segments += cell.segments
            cells[-1].last = max(cells[-1].last, cell.last)
        else:
            if cells:
                cells[-1].last = min(cells[-1].last, cell.first - 1)
            cells.append(cell)
    row.cells = cells


def _split_heads(grid: Grid, header: int) -> None:
    for number, line in enumerate(grid.rows[:header]):
        split_glued_heads(grid.columns, line, grid.rows[number + 1 :], inside=number + 1 < header)


def _centre(grid: Grid, line: GridRow) -> None:
    """One cell beside the label, in none of the columns but centred over all of them, is the value of each."""
    if len(line.cells) != 2 or line.cells[0].first != 0 or line.cells[0].spans or len(grid.columns) < 3:
        return
    cell = line.cells[1]
    (held,) = cell.segments
    off = abs((held.x0 + held.x1) / 2 - (grid.columns[1].x0 + grid.columns[-1].x1) / 2)
    own = grid.columns[cell.first]
    sticks_out = held.x0 < own.x0 - _CENTRED_POINTS or held.x1 > own.x1 + _CENTRED_POINTS
    if off < _CENTRED_POINTS and sticks_out:
        cell.first, cell.last = 1, len(grid.columns) - 1


def _header_lines(grid: Grid) -> int:
    """How many lines at the top are heads: those above the first ruling, else those before the first numbers."""
    rows = grid.rows
    above = next((number for number, row in enumerate(rows) if row.ruling_weight), 0)
    if above and above <= max(_MOST_HEADER_LINES, len(rows) // 3) and _are_heads(grid, rows[:above], rows[above:]):
        return _without_heading(rows, _with_ruled_heads(grid, above))
    first_numeric = next((number for number, row in enumerate(rows) if not is_header_like(row)), None)
    if first_numeric is None:
        bold = all(held.words[0].bold for cell in rows[0].cells for held in cell.segments)
        return 1 if bold and len(rows) > 1 else 0
    count = min(first_numeric, _MOST_HEADER_LINES)
    while count and len(rows[count - 1].cells) == 1 and rows[count - 1].cells[0].first == 0:
        count -= 1
    return count


def _without_heading(rows: Sequence[GridRow], count: int) -> int:
    """A lone cell below lines of heads is the heading of the first group, if a ruling parts it from them or if other
    lone cells further down stand where it stands."""
    if count < 2 or len(rows[count - 1].cells) != 1:
        return count
    last = rows[count - 1]
    lone = [row.cells[0].box for row in rows[count:] if len(row.cells) == 1]
    box = last.cells[0].box
    again = any(abs(box.x0 - other.x0) < 2 or abs(box.x0 + box.x1 - other.x0 - other.x1) < 4 for other in lone)
    return count - 1 if last.ruled_columns or again else count


def _with_ruled_heads(grid: Grid, count: int) -> int:
    """Further lines of heads below the first ruling.

    Below heads that leave most columns without one of their own ("Backwards", "Forwards" over numbers of frames), or
    words over columns of numbers.
    """
    rows = grid.rows
    while count < len(rows) - 2 and count < _MOST_HEADER_LINES:
        following = next((number for number in range(count + 1, len(rows)) if rows[number].ruling_weight), len(rows))
        own = {cell.first for row in rows[:count] for cell in row.cells if not cell.spans}
        band = [cell for row in rows[count:following] for cell in row.cells if cell.first > 0]
        words = len(band) > 1 and not any(cell.is_number for cell in band)
        numeric = _number_share(rows[following:]) > _MOSTLY_NUMBERS
        short = following - count <= 2
        if following == len(rows) or not short or not (len(own) < 0.5 * len(grid.columns) or (words and numeric)):
            break
        count = following
    return count


def _are_heads(grid: Grid, above: Sequence[GridRow], below: Sequence[GridRow]) -> bool:
    """Words, or more words than below; also numbers with no label before them, alone, or under another head."""
    first = above[0]
    if is_header_like(first) and any(row.ruled_columns for row in above[1:]):
        return True
    single = {cell.first for row in above if is_header_like(row) for cell in row.cells if not cell.spans}
    if is_header_like(first) and len(above) <= 3 and len(single) < 0.5 * len(grid.columns):
        return True
    share = _number_share(above)
    unlabelled = is_header_like(first) and all(is_header_like(row) or row.at(0) is None for row in above)
    return share <= 0.5 or share < _number_share(below) - 0.2 or len(above) == 1 or unlabelled


def _number_share(rows: Sequence[GridRow]) -> float:
    cells = [cell for row in rows for cell in row.cells if cell.first > 0]
    return sum(cell.is_number for cell in cells) / len(cells) if cells else 0.0


def _joined_rows(lines: Sequence[GridRow], goes_on: _GoesOn, nearest: float) -> list[GridRow]:
    pitch = _usual_pitch(lines)
    floating = _floating(lines, pitch, nearest)
    rows: list[GridRow] = []
    passed: frozenset[int] = frozenset()
    """Columns with a ruling above a line that became part of the row before."""
    for number, line in enumerate(lines):
        if number in floating:
            _float(rows[-1], line)
            passed |= line.ruled_columns - {cell.first for cell in line.cells}
        elif rows and goes_on(rows[-1], line, pitch):
            _join(rows[-1], line)
        else:
            cells = [GridCell(cell.first, cell.last, list(cell.segments)) for cell in line.cells]
            rows.append(replace(line, cells=cells, ruled_columns=line.ruled_columns | passed))
            passed = frozenset()
    return rows


def _with_framed_lines(lines: Sequence[GridRow]) -> list[GridRow]:
    """Between two rulings, a line of numbers with lines of words above and below it in the same column is one row."""
    kept: list[GridRow] = []
    for group in _framed(lines):
        has_numbers = [any(cell.is_number for cell in line.cells if cell.first > 0) for line in group]
        numbered = [line for line, has in zip(group, has_numbers, strict=True) if has]
        rest = [line for line, has in zip(group, has_numbers, strict=True) if not has]
        around = len(rest) > 1 and not has_numbers[0] and not has_numbers[-1]
        if len(numbered) == 1 and around and all(len(line.cells) == 1 and line.cells[0].first == 0 for line in rest):
            for line in group[1:]:
                _join(group[0], line)
            kept.append(group[0])
        else:
            kept += group
    return kept


def _framed(lines: Sequence[GridRow]) -> Iterator[list[GridRow]]:
    group: list[GridRow] = []
    for line in lines:
        if group and line.ruling_weight:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _usual_pitch(lines: Sequence[GridRow]) -> float:
    """The usual distance of the baselines of rows that fill most columns."""
    if not lines:
        return 0.0
    most = max(len(line.cells) for line in lines)
    steps = [
        after.baseline - before.baseline
        for before, after in itertools.pairwise(lines)
        if min(len(before.cells), len(after.cells)) >= 0.5 * most
    ]
    return median(steps) if steps else 1.2 * _size(lines[0])


def _size(row: GridRow) -> float:
    return max(held.size for cell in row.cells for held in cell.segments)


def _disjoint(one: GridRow, other: GridRow) -> bool:
    return not any(a.overlaps(b) for a in one.cells for b in other.cells)


def _floating(lines: Sequence[GridRow], pitch: float, nearest: float) -> set[int]:
    """Lines that stand at about half height between two rows, beside both: labels that are centred over rows."""
    found: set[int] = set()
    near = nearest * max(pitch, 1.0)
    above: GridRow | None = None
    for number, line in enumerate(lines[:-1]):
        below = next(
            (other for other in lines[number + 1 :] if not _disjoint(other, line) or len(other.cells) > 1), None
        )
        if (
            above is not None
            and below is not None
            and line.baseline - above.baseline < near
            and below.baseline - line.baseline < near
            and not _disjoint(above, below)
            and _disjoint(line, above)
            and _disjoint(line, below)
            and not line.ruling_weight
            and not below.ruling_weight
        ):
            found.add(number)
        else:
            above = line
    return found


def _float(row: GridRow, line: GridRow) -> None:
    """Put a label at half height with the row above it; a label of several lines is one."""
    for cell in line.cells:
        held = next((known for known in row.cells if known.overlaps(cell)), None)
        if held is None:
            row.cells.append(GridCell(cell.first, cell.last, list(cell.segments), rows=2))
        else:
            held.segments += cell.segments
    row.cells.sort(key=lambda cell: cell.first)


def _head_goes_on(last: GridRow, line: GridRow, _pitch: float) -> bool:
    """A line of heads goes on with the one above: beside it and a little lower, or right below heads as wide as its."""
    step = line.baseline - last.last_baseline
    if line.ruling_weight:
        return False
    if step < _OVERLAPPING_EMS * _size(line) and _disjoint(last, line):
        return True
    if line.ruled_columns or step > 1.5 * _size(line):
        return False
    extents = {(cell.first, cell.last) for cell in last.cells}
    return all(
        (cell.first, cell.last) in extents or not any(cell.overlaps(other) for other in last.cells)
        for cell in line.cells
    ) and any((cell.first, cell.last) in extents for cell in line.cells)


def _goes_on(last: GridRow, line: GridRow, pitch: float) -> bool:
    """``line`` is the wrapped rest of the row ``last``, or stands beside it a little lower."""
    step = line.baseline - last.last_baseline
    if line.ruling_weight:
        return False
    if step < _OVERLAPPING_EMS * _size(line):
        return _disjoint(last, line) or not any(cell.is_number for cell in line.cells)
    if line.ruled_columns or step > 1.45 * _size(line):
        return False
    first, label = last.at(0), line.at(0)
    if any(cell.is_number for cell in line.cells if cell.first > 0):
        alone = len(last.cells) == 1 and first is not None and not first.spans and not first.is_number
        unfinished = first is not None and _UNFINISHED.fullmatch(first.text)
        return bool(alone and label and not label.is_number and (unfinished or step < 0.9 * pitch))
    if any(last.at(cell.first) is None for cell in line.cells):
        return False
    if label is None:
        return len(line.cells) < len(last.cells)
    if len(line.cells) > max(1, len(last.cells) - 1) and len(last.cells) > 1:
        return step < 0.93 * pitch and _GOES_ON.match(label.text) is not None
    return first is not None and not first.is_number and _label_wraps(first, label, step, pitch)


def _label_wraps(first: GridCell, second: GridCell, step: float, pitch: float) -> bool:
    """The second text goes on with the first: closer than rows stand, or in the middle of a sentence or bracket."""
    unfinished = bool(_UNFINISHED.fullmatch(first.text))
    return step < 0.9 * pitch or unfinished or bool(_GOES_ON.match(second.text))


def _join(row: GridRow, line: GridRow) -> None:
    for cell in line.cells:
        held = next((known for known in row.cells if known.overlaps(cell)), None)
        if held is None:
            row.cells.append(GridCell(cell.first, cell.last, list(cell.segments)))
        else:
            first, last = min(held.first, cell.first), max(held.last, cell.last)
            if all(other is held or other.last < first or other.first > last for other in row.cells):
                held.first, held.last = first, last
            held.segments += cell.segments
    row.cells.sort(key=lambda cell: cell.first)
    row.last_baseline = line.baseline
