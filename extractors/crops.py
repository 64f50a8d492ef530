"""Pictures of the places in a paper where something stands, boxed, small enough for a page that shows hundreds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pymupdf

from extractors.pdf import LIBRARY_ERRORS, open_pdf, unreadable
from extractors.records import Box, FailureCause, PaperError

MOST_PIXELS_ACROSS = 1000
MOST_PIXELS_DOWN = 900
MOST_BYTES = 150_000

_PIXELS_ACROSS_A_WHOLE_PAGE = 500
_MOST_PIXELS_A_POINT = 2.0
_SURROUNDINGS_POINTS = 50.0
_BORDER_PIXELS = 2
_BORDER_GAP_POINTS = 2.0
_QUALITIES = (80, 60, 40, 25)
_ELLIPSIS = re.compile(r"\s*(?:\.\.\.|…)\s*")
_WORDS_AT_ONCE = (8, 5, 3)
_MOST_PLACES = 4
"""Words that a page has more often than this are found nowhere in particular."""

Colour = tuple[int, int, int]
"""Red, green and blue, of 255."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is to be seen of a paper: a box on a page, else words that stand there, else the whole page."""

    page: int
    colour: Colour
    box: Box | None = None
    words: str | None = None
    """A quote; "..." stands for what it leaves out."""
    beside: tuple[tuple[Box, Colour], ...] = ()
    """Further boxes, drawn where they fall into the picture."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A picture, at most ``MOST_PIXELS_ACROSS`` x ``MOST_PIXELS_DOWN`` and ``MOST_BYTES`` large."""

    jpeg: bytes
    width_pixels: int
    height_pixels: int
    whole_page: bool
    """Nothing says where on the page to look."""


def crops(pdf: bytes, sights: Iterable[Sight]) -> Iterator[Crop | PaperError]:
    """A picture for each sight, in order, or why there is none.

    Raises ``PaperError`` where the PDF can't be opened.
    """
    with open_pdf(pdf) as document:
        for sight in sights:
            try:
                yield _crop(document, sight)
            except PaperError as error:
                yield error
            except LIBRARY_ERRORS as error:
                yield unreadable(f"page {sight.page} can't be drawn", error)


def _crop(document: Any, sight: Sight) -> Crop:
    if not 1 <= sight.page <= document.page_count:
        raise PaperError(FailureCause.BROKEN, f"there is no page {sight.page}: the PDF has {document.page_count}")
    page = document[sight.page - 1]
    sought = [_rect(sight.box)] if sight.box else _places_of(page, sight.words or "")
    boxes = [box & page.rect for box in sought if not (box & page.rect).is_empty]
    shown = _surroundings(boxes, page.rect) if boxes else page.rect
    across = MOST_PIXELS_ACROSS if boxes else _PIXELS_ACROSS_A_WHOLE_PAGE
    zoom = min(
        _MOST_PIXELS_A_POINT, (across - 1) / max(shown.width, 1.0), (MOST_PIXELS_DOWN - 1) / max(shown.height, 1.0)
    )
    picture = page.get_pixmap(
        matrix=pymupdf.Matrix(zoom, zoom), clip=shown, colorspace=pymupdf.csRGB, alpha=False, annots=False
    )
    for beside, colour in sight.beside:
        _draw_border(picture, _rect(beside) & page.rect, zoom, colour)
    for box in boxes:
        _draw_border(picture, box, zoom, sight.colour)
    return Crop(_jpeg(picture), picture.width, picture.height, whole_page=not boxes)


def _places_of(page: Any, words: str) -> list[Any]:
    """Where the quoted words stand: each part whole, else as many of its words in a row as the page has."""
    text = page.get_textpage(flags=pymupdf.TEXTFLAGS_SEARCH)
    found = []
    for part in filter(None, _ELLIPSIS.split(words)):
        quoted = part.split()
        for size in (len(quoted), *_WORDS_AT_ONCE):
            places = [page.search_for(row, textpage=text) for row in _in_rows(quoted, size)]
            clear = [box for boxes in places if len(boxes) <= _MOST_PLACES for box in boxes]
            if clear:
                found += [box * page.rotation_matrix for box in clear]
                break
    return found


def _in_rows(words: list[str], size: int) -> list[str]:
    """["a", "b", "c"] by 2 -> ["a b"]: a lone last word is no clue; by 3 or more -> ["a b c"]"""
    rows = [words[start : start + size] for start in range(0, len(words), size)]
    return [" ".join(row) for row in rows if len(row) > 1 or len(rows) == 1]


def _surroundings(boxes: list[Any], page: Any) -> Any:
    """The page's whole width, from some lines above the first box to some below the last."""
    top, bottom = min(box.y0 for box in boxes), max(box.y1 for box in boxes)
    return pymupdf.Rect(page.x0, top - _SURROUNDINGS_POINTS, page.x1, bottom + _SURROUNDINGS_POINTS) & page


def _draw_border(picture: Any, box: Any, zoom: float, colour: Colour) -> None:
    if box.is_empty:
        return
    gap, thick = _BORDER_GAP_POINTS, _BORDER_PIXELS
    x0, y0, x1, y1 = (pymupdf.Rect(box.x0 - gap, box.y0 - gap, box.x1 + gap, box.y1 + gap) * zoom).irect
    top, bottom = (x0, y0, x1, y0 + thick), (x0, y1 - thick, x1, y1)
    left, right = (x0, y0, x0 + thick, y1), (x1 - thick, y0, x1, y1)
    for edge in (top, bottom, left, right):
        inside = pymupdf.IRect(edge) & picture.irect
        if not inside.is_empty:
            picture.set_rect(inside, colour)


def _jpeg(picture: Any) -> bytes:
    """As good as ``MOST_BYTES`` allow; a picture that is too rich even at the lowest quality is halved."""
    while True:
        for quality in _QUALITIES:
            made = bytes(picture.tobytes("jpeg", jpg_quality=quality))
            if len(made) <= MOST_BYTES:
                return made
        picture.shrink(1)


def _rect(box: Box) -> Any:
    return pymupdf.Rect(box.x0, box.y0, box.x1, box.y1)
