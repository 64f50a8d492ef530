"""A region's words to a grid: rows by baseline, columns by shared gaps and rulings, cells that span."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.records import Box, Word
from extractors.tabular.cells import joined
from extractors.tabular.columns import Column, columns_of
from extractors.tabular.frames import Frame
from extractors.tabular.regions import Region
from extractors.tabular.segments import Segment, rows_by_baseline, words_of_row

MAX_WORDS_PER_TABLE = 6000
_FULL_WIDTH = 0.86


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
    ruled_above: bool = False
    """A ruling over the whole width parts it from the row above."""

    def at(self, column: int) -> GridCell | None:
        return next((cell for cell in self.cells if cell.first <= column <= cell.last), None)


@dataclass(slots=True)
class Grid:
    columns: list[Column]
    rows: list[GridRow]
    partial_rulings: list[Box] = field(default_factory=list)
    """Horizontal rulings over some of the columns only."""
    header_rows: int = 0


def grid_of(region: Region) -> Grid | None:
    """The grid of a region, or None where it has fewer than two columns or two rows: a box with text."""
    if len(region.words) > MAX_WORDS_PER_TABLE:
        return None
    cuts = _cuts(region)
    lined = [words_of_row(row, _cuts_at(region, cuts, row)) for row in rows_by_baseline(region.words)]
    columns, spanning = columns_of(lined, cuts)
    if len(columns) < 2 or len(lined) < 2:
        return None
    full, partial = _rulings(region, columns)
    rows: list[GridRow] = []
    for segments in lined:
        baseline = segments[0].words[0].baseline
        ruled = bool(rows) and any(rows[-1].baseline < y < baseline for y in full)
        cells = _placed(segments, columns, spanning, partial)
        rows.append(GridRow(cells, region.frame, baseline, baseline, ruled))
    return Grid(columns, rows, partial)


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


def _rulings(region: Region, columns: Sequence[Column]) -> tuple[list[float], list[Box]]:
    """Rulings over the whole width by their y, pieces of one height taken together; and the others."""
    left, right = columns[0].x0, columns[-1].x1
    first, last = columns[0].middle, columns[-1].middle
    levels: list[list[Box]] = []
    for ruling in region.across:
        if levels and ruling.y0 - levels[-1][0].y0 < 1.5:
            levels[-1].append(ruling)
        else:
            levels.append([ruling])
    full, partial = [], []
    for level in levels:
        width = sum(min(box.x1, right) - max(box.x0, left) for box in level if box.x1 > left and box.x0 < right)
        reaches = min(box.x0 for box in level) <= first and max(box.x1 for box in level) >= last
        if reaches and width >= _FULL_WIDTH * (right - left) and len(level) <= 2:
            full.append((level[0].y0 + level[0].y1) / 2)
        else:
            partial += level
    return full, partial


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
