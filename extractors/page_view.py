"""One page of a PDF to look at: its picture, and its words with their places."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import Image

from extractors.pdf import LIBRARY_ERRORS, bare_page, open_pdf, read_page, unreadable
from extractors.records import Word

_POINTS_PER_INCH = 72
_MOST_PIXELS_A_SIDE = 5000
"""A larger page is drawn smaller."""
_SHARP = {"lossless": True, "method": 1, "quality": 20}
"""Pages of text stay exact; at this effort that is quick, and smaller than anything lossy."""
_PHOTOGRAPHIC = {"method": 2, "quality": 85}


class NoSuchPageError(LookupError):
    """The PDF can be read, and has no page of that number."""


@dataclass(frozen=True, slots=True)
class DrawnWord:
    """A word where a reader of the page sees it: points from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float
    text: str


@dataclass(frozen=True, slots=True)
class WordsOfPage:
    """The words of a page as records quote them, in the order in which they are drawn, and its size in points."""

    width: float
    height: float
    words: tuple[DrawnWord, ...]


def draw_page(pdf: bytes, number: int, dpi: int) -> bytes:
    """The page as WebP; ``PaperError`` where it can't be drawn or there is no such page.

    144 dpi of a page of 8.5 by 11 inches -> 1224 by 1584 pixels        of one of 100 by 100 inches -> 5000 by 5000
    """
    with _page(pdf, number) as page:
        longest = max(page.rect.width, page.rect.height, 1.0)
        fitting = max(1, min(dpi, int(_POINTS_PER_INCH * _MOST_PIXELS_A_SIDE / longest)))
        drawn = page.get_pixmap(dpi=fitting, alpha=False)
        options = _PHOTOGRAPHIC if page.get_images() else _SHARP
        picture = Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples)
    file = io.BytesIO()
    picture.save(file, "WEBP", **options)
    return file.getvalue()


def words_of_page(pdf: bytes, number: int) -> WordsOfPage:
    """The page's words; none on a scan. Errors as of ``draw_page``."""
    with _page(pdf, number) as page:
        read = read_page(page, number)
    words = tuple(_drawn(word) for line in read.lines for word in line.words)
    return WordsOfPage(round(read.width, 2), round(read.height, 2), words)


def _drawn(word: Word) -> DrawnWord:
    box = word.box
    return DrawnWord(round(box.x0, 2), round(box.y0, 2), round(box.x1, 2), round(box.y1, 2), word.text)


@contextmanager
def _page(pdf: bytes, number: int) -> Iterator[Any]:
    with open_pdf(pdf) as document:
        if number > document.page_count:
            raise NoSuchPageError(f"the paper has {document.page_count} pages and no page {number}")
        try:
            yield bare_page(document, number)
        except LIBRARY_ERRORS as error:
            raise unreadable(f"page {number} can't be drawn", error) from error
