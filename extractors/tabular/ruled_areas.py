"""Rulings that frame a table: those with the same ends, one under the other, and the rows that go with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.records import Box, Role
from extractors.tabular.bands import Band, bands_in, is_running_text, lines_between, overlap
from extractors.tabular.captions import Caption
from extractors.tabular.frames import Frame

MAX_AREAS = 60
"""A page with more of them is a drawing; the largest count."""

_SHORTEST_POINTS = 28.0
_SAME_END_POINTS = 5.0
_EMPTY_BETWEEN_TABLES_POINTS = 14.0
_HEADING_BETWEEN_TABLES_POINTS = 60.0
_FEWEST_LINES_OF_TEXT = 3
_TOUCHING_POINTS = 3.0
_CLOSE_LINES = 0.9
"""A row that belongs to rulings without being framed by them is no farther than this share of its height."""
_NEXT_ROW_POINTS = 40.0
"""The next row is looked for so far."""
_NOTE_MARK = re.compile(r"\^|[†‡§¶*⋆]")
_NEVER_A_ROW = {Role.HEADING, Role.CAPTION, Role.FOOTNOTE}


@dataclass(frozen=True, slots=True)
class RuledArea:
    """What rulings with the same ends hold together; one ruling may be all there is."""

    box: Box
    ruling_count: int


def ruled_areas(frame: Frame, captions: Sequence[Caption]) -> list[RuledArea]:
    """Areas that may be tables, those across another put together with it."""
    long = [box for box in frame.across if box.x1 - box.x0 >= _SHORTEST_POINTS]
    captioned = {id(line) for caption in captions for line in caption.lines}
    areas = [
        RuledArea(Box.around(run), len(run))
        for group in _with_same_ends(long)
        for run in _runs(frame, group, captioned)
    ]
    framed = [replace(area, box=_with_verticals(frame, area.box)) for area in _merged(areas)]
    return _merged([_grown(frame, area, captioned) for area in _merged(framed)])


def _with_same_ends(rulings: Iterable[Box]) -> list[list[Box]]:
    groups: list[list[Box]] = []
    for box in rulings:
        for group in groups:
            if abs(group[-1].x0 - box.x0) <= _SAME_END_POINTS and abs(group[-1].x1 - box.x1) <= _SAME_END_POINTS:
                group.append(box)
                break
        else:
            groups.append([box])
    return groups


def _runs(frame: Frame, rulings: Sequence[Box], captioned: set[int]) -> Iterator[list[Box]]:
    """Rulings of one table: parted where a caption, running text, a heading or nothing at all stands between two."""
    run = [rulings[0]]
    for box in rulings[1:]:
        if _parts(frame, run[-1], box, captioned):
            yield run
            run = []
        run.append(box)
    yield run


def _parts(frame: Frame, upper: Box, lower: Box, captioned: set[int]) -> bool:
    top, bottom = upper.y1, lower.y0
    inside = lines_between(frame, top - 1, bottom + 1, upper.x0 + 2, upper.x1 - 2)
    if not inside:
        heads = any(
            top - 1 <= word.box.y1 <= bottom + 1 and upper.x0 <= word.box.x0 <= upper.x1 for word in frame.standing
        )
        return not heads and bottom - top > _EMPTY_BETWEEN_TABLES_POINTS
    if any(id(line) in captioned for line in inside):
        return True
    if bottom - top > _HEADING_BETWEEN_TABLES_POINTS and any(
        line.role is Role.HEADING and not frame.is_celled(line) for line in inside
    ):
        return True
    text = sum(is_running_text(frame, line, upper) for line in inside)
    return text >= _FEWEST_LINES_OF_TEXT and text >= 0.5 * len(inside)


def _with_verticals(frame: Frame, box: Box) -> Box:
    """Vertical rulings that cross or touch a table's rulings are the table's over their whole length."""
    left, right = box.x0 - _TOUCHING_POINTS, box.x1 + _TOUCHING_POINTS
    between = [each for each in frame.down if left <= each.x0 and each.x1 <= right]
    top, bottom = box.y0, box.y1
    for each in sorted(between, key=lambda each: each.y0):
        if each.y0 <= bottom + _TOUCHING_POINTS and each.y1 >= top - _TOUCHING_POINTS:
            bottom = max(bottom, each.y1)
    for each in sorted(between, key=lambda each: -each.y1):
        if each.y1 >= top - _TOUCHING_POINTS and each.y0 <= bottom + _TOUCHING_POINTS:
            top = min(top, each.y0)
    return Box(box.x0, top, box.x1, bottom)


def _merged(areas: Iterable[RuledArea]) -> list[RuledArea]:
    """Areas that lie within or across a larger one are part of it."""
    kept: list[RuledArea] = []
    for area in sorted(areas, key=_extent)[:MAX_AREAS]:
        for number, other in enumerate(kept):
            if overlap(other.box, area.box):
                kept[number] = RuledArea(Box.around((other.box, area.box)), other.ruling_count + area.ruling_count)
                break
        else:
            kept.append(area)
    return kept


def _extent(area: RuledArea) -> float:
    width = area.box.x1 - area.box.x0
    return -width * (area.box.y1 - area.box.y0 + 1)


def _grown(frame: Frame, area: RuledArea, captioned: set[int]) -> RuledArea:
    """Rows right above the first ruling and below the last that stand between the table's sides are the table's too.

    A lone ruling across the page's columns is that below a running head; what stands under it is in one of them.
    """
    box = area.box
    if area.ruling_count == 1 and any(box.x0 < gutter < box.x1 for gutter in frame.gutters):
        return area
    for upwards in (True, False):
        edge = box.y0 if upwards else box.y1
        waiting: list[Box] = []
        while len(waiting) < 2 and (row := _next_row(frame, area.box, edge, upwards, captioned)):
            edge = row.box.y0 if upwards else row.box.y1
            waiting.append(Box(area.box.x0, row.box.y0, area.box.x1, row.box.y1))
            if row.is_celled:
                box = Box.around((box, *waiting))
                waiting = []
    return RuledArea(box, area.ruling_count)


def _next_row(frame: Frame, sides: Box, edge: float, upwards: bool, captioned: set[int]) -> Band | None:
    """The row of words right above or below ``edge``, if it can be one of a table with these sides."""
    top, bottom = (max(0.0, edge - _NEXT_ROW_POINTS), edge) if upwards else (edge, edge + _NEXT_ROW_POINTS)
    bands = bands_in(frame, Box(sides.x0 - 2, top, sides.x1 + 2, bottom), captioned)
    if not bands:
        return None
    band = bands[-1] if upwards else bands[0]
    blank = edge - band.box.y1 if upwards else band.box.y0 - edge
    near = blank <= _CLOSE_LINES * band.height and not band.captioned and not band.roles & _NEVER_A_ROW
    between = band.left >= sides.x0 - 8 and band.right <= sides.x1 + 8
    return band if near and between and not _NOTE_MARK.match(band.words[0].text) else None
