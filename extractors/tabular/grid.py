"""A region's words to a grid: rows by baseline, columns by shared gaps and rulings, cells that span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import Box, Word
from extractors.tabular.cells import joined
from extractors.tabular.columns import Column, columns_of
from extractors.tabular.frames import Frame
from extractors.tabular.regions import Region
from extractors.tabular.segments import Segment, rows_by_baseline, words_of_row

MAX_WORDS_PER_TABLE = 6000
_FULL_WIDTH = 0.8
_SAME_HEIGHT_POINTS = 1.5
_UNDERLINE_EMS = 0.3
_SHORTEST_PARTING_POINTS = 8.0
"""A shorter stroke is a dash in an empty cell."""


@dataclass(slots=True)
class GridCell:
    """What stands in one cell, on one or more baselines."""

    first: int
    """First column."""
    last: int
    segments: list[Segment]
    rows: int = 1
    """Logical rows that it stands over."""

    @property
    def text(self) -> str:
        return joined([held.text for held in self.segments])

    @property
    def box(self) -> Box:
        return Box.around(held.box for held in self.segments)

    @property
    def is_number(self) -> bool:
        return len(self.segments) == 1 and self.segments[0].is_number

    @property
    def spans(self) -> bool:
        return self.last > self.first

    def overlaps(self, other: GridCell) -> bool:
        """Shares a column with ``other``."""
        return self.first <= other.last and other.first <= self.last


@dataclass(slots=True)
class GridRow:
    """Cells of one row, from left to right."""

    cells: list[GridCell]
    frame: Frame
    baseline: float
    last_baseline: float
    """The same as ``baseline`` unless the row has cells of several lines."""
    ruling_weight: float = 0.0
    """Points of the rulings over the whole width that part it from the row above: a thick or double one weighs more."""
    ruled_columns: frozenset[int] = frozenset()
    """The columns over which a ruling, full or not, parts it from the row above."""
    cuts: tuple[float, ...] = ()
    """x of the vertical rulings that run past it."""

    def at(self, column: int) -> GridCell | None:
        return next((cell for cell in self.cells if cell.first <= column <= cell.last), None)


@dataclass(slots=True)
class Grid:
    columns: list[Column]
    rows: list[GridRow]
    header_rows: int = 0


def grid_of(region: Region) -> Grid | None:
    """The grid of a region, or None where it has fewer than two columns or two rows: a box with text."""
    if len(region.words) > MAX_WORDS_PER_TABLE:
        return None
    cuts = _cuts(region)
    lines = rows_by_baseline(region.words)
    cuts_of = [_cuts_at(region, cuts, line) for line in lines]
    lined = [words_of_row(line, held) for line, held in zip(lines, cuts_of, strict=True)]
    columns, spanning = columns_of(lined, cuts)
    if len(columns) < 2 or len(lined) < 2:
        return None
    parting = (box for box in region.across if box.x1 - box.x0 >= _SHORTEST_PARTING_POINTS)
    levels = _levels([ruling for ruling in parting if not _underlines(ruling, lined)])
    partial = [box for level in levels if not _is_full(level, columns) for box in level]
    rows: list[GridRow] = []
    for segments, held in zip(lined, cuts_of, strict=True):
        baseline = segments[0].words[0].baseline
        above = [level for level in levels if rows and rows[-1].baseline < level[0].y0 < baseline]
        cells = _placed(segments, columns, spanning, partial)
        weight = sum(level[0].y1 - level[0].y0 for level in above if _is_full(level, columns))
        ruled = frozenset(number for number, column in enumerate(columns) for level in above if _crosses(level, column))
        rows.append(GridRow(cells, region.frame, baseline, baseline, weight, ruled, tuple(held)))
    return Grid(columns, rows)


def _cuts(region: Region) -> list[float]:
    """x of vertical rulings inside the table that run over at least a third of its height."""
    heights: dict[float, float] = {}
    for ruling in region.down:
        x = (ruling.x0 + ruling.x1) / 2
        if region.box.x0 + 4 < x < region.box.x1 - 4:
            near = next((known for known in heights if abs(known - x) < 1.5), x)
            heights[near] = heights.get(near, 0.0) + ruling.y1 - ruling.y0
    least = 0.3 * (region.box.y1 - region.box.y0)
    return sorted(x for x, height in heights.items() if height >= least)


def _cuts_at(region: Region, cuts: Sequence[float], row: Sequence[Word]) -> list[float]:
    """Those of the vertical rulings that run past this row: a head across columns interrupts them."""
    middle = row[0].baseline - 0.3 * row[0].size
    drawn = [(ruling.x0 + ruling.x1) / 2 for ruling in region.down if ruling.y0 <= middle <= ruling.y1]
    return [cut for cut in cuts if any(abs(cut - x) < 1.5 for x in drawn)]


def _levels(rulings: Sequence[Box]) -> list[list[Box]]:
    """Horizontal rulings by height, pieces of one height taken together."""
    levels: list[list[Box]] = []
    for ruling in rulings:
        if levels and ruling.y0 - levels[-1][0].y0 < _SAME_HEIGHT_POINTS:
            levels[-1].append(ruling)
        else:
            levels.append([ruling])
    return levels


def _is_full(level: Sequence[Box], columns: Sequence[Column]) -> bool:
    """Runs from the first column to the last without large gaps."""
    left, right = columns[0].x0, columns[-1].x1
    width = sum(max(0.0, min(box.x1, right) - max(box.x0, left)) for box in level)
    return _crosses(level, columns[0]) and _crosses(level, columns[-1]) and width >= _FULL_WIDTH * (right - left)


def _crosses(level: Sequence[Box], column: Column) -> bool:
    return any(box.x0 <= column.middle <= box.x1 for box in level)


def _underlines(ruling: Box, rows: Sequence[Sequence[Segment]]) -> bool:
    """A ruling as long as the words right above it marks them and parts nothing."""
    return any(
        -0.5 < ruling.y0 - held.words[0].baseline < _UNDERLINE_EMS * held.size
        and held.x0 - 3 <= ruling.x0
        and ruling.x1 <= held.x1 + 3
        for row in rows
        for held in row
    )


def _placed(
    segments: Sequence[Segment], columns: Sequence[Column], spanning: set[int], partial: Sequence[Box]
) -> list[GridCell]:
    """Segments in their columns; those of one column on one baseline are one cell."""
    cells: list[GridCell] = []
    for held in segments:
        under = _ruling_under(held, segments, partial)
        first, last = _extent(held, columns, under, id(held) in spanning)
        if cells and cells[-1].last >= first:
            cells[-1].last = max(cells[-1].last, last)
            merged = (*cells[-1].segments[-1].words, *held.words)
            cells[-1].segments = [Segment(merged, cells[-1].segments[-1].x0, max(held.x1, cells[-1].segments[-1].x1))]
        else:
            cells.append(GridCell(first, last, [held]))
    return cells


def _extent(held: Segment, columns: Sequence[Column], under: Box | None, spans: bool) -> tuple[int, int]:
    touch = 0.1 * held.size
    touched = [
        number for number, column in enumerate(columns) if column.x0 < held.x1 - touch and column.x1 > held.x0 + touch
    ]
    if not touched:
        middle = (held.x0 + held.x1) / 2
        touched = [min(range(len(columns)), key=lambda number: abs(columns[number].middle - middle))]
    elif not spans and len(touched) > 1:
        touched = [max(touched, key=lambda number: min(columns[number].x1, held.x1) - max(columns[number].x0, held.x0))]
    first, last = touched[0], touched[-1]
    if under is not None:
        over = [n for n, column in enumerate(columns) if under.x0 - 3 <= column.middle <= under.x1 + 3]
        if len(over) > 1 and over[0] <= first and last <= over[-1]:
            first, last = over[0], over[-1]
    return first, last


def _ruling_under(held: Segment, row: Sequence[Segment], partial: Sequence[Box]) -> Box | None:
    """The short ruling right below a spanning head, which tells how far it spans; not one below several cells."""
    bottom = held.words[0].baseline
    for ruling in partial:
        if 0 < ruling.y0 - bottom < 0.9 * held.size and ruling.x0 - 3 <= held.x0 and held.x1 <= ruling.x1 + 3:
            alone = all(other is held or other.x1 < ruling.x0 or other.x0 > ruling.x1 for other in row)
            return ruling if alone else None
    return None
