"""Rows of words in a part of a page, and what tells a table's row from running text."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from extractors.records import Box, Line, Role, Word
from extractors.tabular.frames import Frame
from extractors.tabular.segments import Segment, is_celled, rows_by_baseline, words_of_row

_OF_TEXT = (Role.BODY, Role.REFERENCE, Role.FOOTNOTE)
_FEWEST_WORDS_OF_TEXT = 4
_WIDE_SHARE = 0.6
"""A line of text fills more than this share of its column."""
_STICKING_OUT_POINTS = 12.0
_SUBCAPTION = re.compile(r"\(?[a-z]\)\s")


@dataclass(frozen=True, slots=True)
class Band:
    """Words on one baseline, within the sides of what they are looked at for."""

    box: Box
    words: tuple[Word, ...]
    segments: tuple[Segment, ...]
    roles: frozenset[Role]
    """Of the lines that its words are of."""
    captioned: bool
    """Has words of a caption."""
    left: float
    right: float
    """Ends of the lines that its words are of, which may reach farther than what is looked at."""

    @property
    def is_celled(self) -> bool:
        return is_celled(self.segments)

    @property
    def height(self) -> float:
        return self.box.y1 - self.box.y0


def bands_in(frame: Frame, area: Box, captioned: Set[int]) -> list[Band]:
    """The rows of words whose middles lie in ``area``, from top to bottom. ``captioned``: ids of captions' lines."""
    held: list[tuple[Word, Line]] = []
    for line in frame.lines:
        if line.box.y1 > area.y0 and line.box.y0 < area.y1 and line.box.x1 > area.x0 and line.box.x0 < area.x1:
            held += [(word, line) for word in line.words if within(word.box, area)]
    line_of = {id(word): line for word, line in held}
    bands = []
    for row in rows_by_baseline(word for word, _ in held):
        lines = [line_of[id(word)] for word in row]
        bands.append(
            Band(
                box=Box.around(word.box for word in row),
                words=tuple(row),
                segments=tuple(words_of_row(row)),
                roles=frozenset(line.role for line in lines),
                captioned=any(id(line) in captioned for line in lines),
                left=min(line.box.x0 for line in lines),
                right=max(line.box.x1 for line in lines),
            )
        )
    return bands


def within(box: Box, area: Box) -> bool:
    """The middle of ``box`` lies in ``area``."""
    return area.x0 <= (box.x0 + box.x1) / 2 <= area.x1 and area.y0 <= (box.y0 + box.y1) / 2 <= area.y1


def overlap(one: Box, other: Box) -> bool:
    """The boxes share more than an edge across, and at least an edge down."""
    return one.x0 < other.x1 - 1 and other.x0 < one.x1 - 1 and one.y0 <= other.y1 and other.y0 <= one.y1


def is_running_text(frame: Frame, line: Line, beside: Box) -> bool:
    """A line of text that fills its column, or reaches beyond the sides of the table ``beside`` it.

    A row of cells -> no        "(a) Depth" -> no        two words centred under a chart -> no
    """
    if line.role not in _OF_TEXT or len(line.words) < _FEWEST_WORDS_OF_TEXT or _SUBCAPTION.match(line.text):
        return False
    left, right = frame.column_of(line.box)
    reaches_out = line.box.x0 < beside.x0 - _STICKING_OUT_POINTS or line.box.x1 > beside.x1 + _STICKING_OUT_POINTS
    fills = line.box.x1 - line.box.x0 > _WIDE_SHARE * (right - left)
    return (reaches_out or fills) and not frame.is_celled(line)


def lines_between(frame: Frame, top: float, bottom: float, left: float, right: float) -> Sequence[Line]:
    """Lines whose middle lies between two heights and that share some width with what lies there."""
    return [
        line
        for line in frame.lines
        if top <= (line.box.y0 + line.box.y1) / 2 <= bottom and line.box.x0 < right and line.box.x1 > left
    ]
