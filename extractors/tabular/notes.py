"""Notes to a table: lines below it, or its last rows, that begin with the mark that cells carry."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from extractors.records import Line, Role
from extractors.tabular.cells import joined
from extractors.tabular.frames import Frame
from extractors.tabular.grid import Grid
from extractors.tabular.regions import Region

_MARK = r"\^?[†‡§¶*⋆]{1,3}|\^[a-z0-9]{1,2}(?=\s)"
_NOTE_LINE = re.compile(rf"(?P<mark>{_MARK}|[a-z1-9](?=\s[A-Z]))[:.)]?\s?(?P<text>\S.*)")
_NEXT_NOTE = re.compile(rf"(?<=[.;,)])\s(?P<mark>{_MARK})[:.)]?\s?(?=[A-Z])")

_IN_CAPTION = re.compile(
    r"(?:^|(?<=[.;,:)]\s))\^?(?P<mark>[†‡§¶*⋆]{1,2})\s?[:=]?\s?(?P<text>[A-Za-z(][^.;†‡§¶⋆]{4,300}(?:[.;]|$))"
)

Note = tuple[str, str]
"""Mark and text."""


def take_notes_inside(grid: Grid) -> list[Note]:
    """The notes that stand as last rows inside a table's rulings; they leave the grid.

    "† Trained on twice the data." as the last row, alone -> a note        "Average | 76.3" -> a row
    """
    notes: list[Note] = []
    while len(grid.rows) > grid.header_rows + 1 and len(grid.rows[-1].cells) == 1:
        match = _NOTE_LINE.fullmatch(grid.rows[-1].cells[0].text)
        if match is None:
            break
        notes[:0] = _parted(match)
        grid.rows.pop()
    return notes


def notes_below(region: Region, captioned: Iterable[Line]) -> list[Note]:
    """Lines right below a table (or its caption) that begin with a mark, each with the lines that go on with it."""
    aside = set(map(id, captioned))
    own = {id(line) for line in region.caption.lines} if region.caption else set()
    bottom = region.box.y1
    notes: list[Note] = []
    for line in _lines_below(region.frame, region, bottom):
        height = line.box.y1 - line.box.y0
        if id(line) in own:
            bottom = line.box.y1
        if id(line) in aside:
            continue
        if line.box.y0 - bottom > 1.2 * height or line.role is Role.HEADING:
            break
        match = _NOTE_LINE.fullmatch(line.text)
        if match is not None:
            notes += _parted(match)
        elif notes and line.box.y0 - bottom < 0.5 * height:
            notes[-1] = (notes[-1][0], joined([notes[-1][1], line.text]))
        else:
            break
        bottom = max(bottom, line.box.y1)
    return notes


def notes_in_caption(caption: str) -> list[Note]:
    """What a caption explains of marks: "*: with augmentation at test time." -> one; "5 * 3 folds" -> none."""
    return [(match["mark"], match["text"].strip()) for match in _IN_CAPTION.finditer(caption)]


def _lines_below(frame: Frame, region: Region, bottom: float) -> Sequence[Line]:
    below = [
        line
        for line in frame.lines
        if line.box.y0 >= bottom - 2 and line.box.x0 < region.box.x1 and line.box.x1 > region.box.x0
    ]
    return sorted(below, key=lambda line: line.box.y0)


def _parted(match: re.Match[str]) -> Iterator[Note]:
    """Several notes on one line: "^a On a part. ^b Mean of five runs." -> two."""
    mark, text = match["mark"], match["text"]
    for following in _NEXT_NOTE.finditer(match["text"]):
        done = len(match["text"]) - len(text)
        yield mark.lstrip("^"), text[: following.start() - done].strip()
        mark, text = following["mark"], match["text"][following.end() :]
    yield mark.lstrip("^"), text.strip()
