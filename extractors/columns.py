"""Columns: where the gutters of a page are, and its lines in the order in which people read them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.raw_lines import RawLine, RawPage
from extractors.records import Box

_FIRST_HEADING = re.compile(r"(?i:abstract)[.:]?|1\.?\s+[A-Z]\w+(?:\s\w+){0,5}|(?i:(?:1\.?\s+|I\.\s+)?introduction)")


@dataclass(frozen=True, slots=True)
class _Gutters:
    """Where the gaps between a page's columns are, and how sure that is."""

    between: tuple[float, ...]
    crossing_share: float
    smallest_column_share: float

    @property
    def clear(self) -> bool:
        return self.crossing_share <= 0.1 and self.smallest_column_share >= 0.25


def gutters_of_pages(pages: Sequence[RawPage], kept: Sequence[Sequence[RawLine]]) -> list[tuple[float, ...]]:
    """The gutters of each page; where most pages have them, also those of a page too empty to show its own.

    A lone page of a one-column paper has columns only if they are clear: drawings can look like them.
    """
    found = [_gutters(_wide(lines, page), page.width) for page, lines in zip(pages, kept, strict=True)]
    usual = [gutters.between for gutters in found if gutters]
    narrow = len(usual) > 0.4 * len(pages) or len(pages) < 3
    settled: list[tuple[float, ...]] = []
    for page, lines, gutters in zip(pages, kept, found, strict=True):
        if gutters:
            settled.append(gutters.between if narrow or gutters.clear else ())
            continue
        common = Counter(usual).most_common(1)[0][0] if usual and narrow else ()
        wide = _wide(lines, page)
        crossing = sum(_column(box, common) < 0 for box in wide)
        settled.append(common if crossing <= 0.15 * len(wide) else ())
    return settled


def _wide(lines: Sequence[RawLine], page: RawPage) -> list[Box]:
    """Boxes of the lines that are long enough to tell of columns."""
    return [line.box for line in lines if line.direction == (1, 0) and line.box.x1 - line.box.x0 > 0.15 * page.width]


def _gutters(wide: Sequence[Box], width: float) -> _Gutters | None:
    """The gap between two columns or the two between three; None for a page in one column."""
    if len(wide) < 8:
        return None
    middle, crossed = _least_crossed(wide, width, range(40, 61), 50)
    two = _judged((middle,), crossed, wide)
    if crossed > 0.2 * len(wide):
        left, left_crossed = _least_crossed(wide, width, range(28, 39), 33)
        right, right_crossed = _least_crossed(wide, width, range(62, 73), 67)
        three = _judged((left, right), left_crossed + right_crossed, wide)
        if three.crossing_share <= 0.15 and three.smallest_column_share >= 0.12:
            return three
    if two.crossing_share > 0.4 or two.smallest_column_share < 0.12:
        return None
    return two


def _least_crossed(wide: Sequence[Box], width: float, percents: range, usual: int) -> tuple[float, int]:
    """The x that the fewest lines cross, near the ``usual`` place, and how many do."""
    crossings = {percent: _crossing(wide, width * percent / 100) for percent in percents}
    best = min(percents, key=lambda percent: (crossings[percent], abs(percent - usual)))
    return width * best / 100, crossings[best]


def _crossing(wide: Sequence[Box], x: float) -> int:
    return sum(box.x0 < x - 2 and box.x1 > x + 2 for box in wide)


def _judged(between: tuple[float, ...], crossed: int, wide: Sequence[Box]) -> _Gutters:
    columns = Counter(_column(box, between) for box in wide)
    smallest = min(columns[column] for column in range(len(between) + 1))
    return _Gutters(between, crossed / len(wide), smallest / len(wide))


def front_matter_end(lines: Sequence[RawLine], page: RawPage) -> float:
    """On the first page, the y above which title, authors and addresses stand across all columns.

    That is the top of the abstract or of the first numbered section; 0 where a column of text begins higher.
    """
    if page.number != 1:
        return 0.0
    starts = [line.box.y0 for line in lines if _FIRST_HEADING.fullmatch(line.text)]
    end = min(starts, default=0.0)
    above = sum(line.box.y1 <= end and line.box.x1 - line.box.x0 > 0.3 * page.width for line in lines)
    return end if above <= 8 else 0.0


def chunks_in_order(lines: Sequence[RawLine], between: tuple[float, ...], front_end: float) -> list[list[RawLine]]:
    """Runs of lines of one block and column, in reading order."""
    chunks: list[tuple[int, list[RawLine]]] = []
    key: tuple[int, int, bool] | None = None
    for line in lines:
        column = -1 if line.box.y1 <= front_end else _column(line.box, between)
        here = (line.block, column, line.direction == (1, 0))
        if here != key:
            chunks.append((column, []))
            key = here
        chunks[-1][1].append(line)
    boxed = [(column, Box.around(line.box for line in chunk), chunk) for column, chunk in chunks]
    if not between:
        return [chunk for _, _, chunk in sorted(boxed, key=lambda item: (item[1].y0, item[1].x0))]
    bands = sorted((box.y0 + box.y1) / 2 for column, box, _ in boxed if column < 0)

    def place(item: tuple[int, Box, list[RawLine]]) -> tuple[float, int, float, float]:
        column, box, _ = item
        middle = (box.y0 + box.y1) / 2
        band = sum(edge < middle for edge in bands) * 2 + (column >= 0)
        return band, column, box.y0, box.x0

    return [chunk for _, _, chunk in sorted(boxed, key=place)]


def _column(box: Box, between: tuple[float, ...]) -> int:
    """Number of the column, from 0 at the left; -1 across several."""
    left = sum(box.x0 >= x - 4 for x in between)
    right = sum(box.x1 > x + 4 for x in between)
    return left if left >= right else -1
