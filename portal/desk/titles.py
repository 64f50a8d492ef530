"""What a paper is called on its page: by its source, by its own first page, or by its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import median

from db.desk import PaperRecords
from portal.services import PageUnavailableError, PageWord, PageWords, Services

MOST_CHARACTERS = 300
_LEAST_LETTERS = 8
_HEAD = 0.6
"""The share of the first page in whose lines a title is looked for."""
_AS_TALL = 0.88
"""Of the tallest line, what another line of the same title has at least."""


def paper_title(services: Services, paper: PaperRecords) -> str:
    """The title that the source told, else the one that the first page prints, else a short key.

    A folder's PDF without a title from arXiv -> "Deep Widgets for Everything"       one without a first page that can
    be read -> "PDF 4f2a91c0b7d3"
    """
    told = " ".join(paper.title.split())
    if not told:
        told = _of_first_page(services.page_words, paper.document_sha256)
    return shortened(told) or short_key(paper.paper_key)


def short_key(paper_key: str) -> str:
    """ "sha256:4f2a…64 digits" -> "PDF 4f2a91c0b7d3"        "1706.03762" -> itself"""
    return f"PDF {paper_key[7:19]}" if paper_key.startswith("sha256:") else paper_key


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    """As it is, or its beginning and "…" where it is longer than any title."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _of_first_page(page_words: Callable[[str, int], PageWords], document_sha256: str) -> str:
    try:
        return _kept_title(page_words, document_sha256)
    except PageUnavailableError:
        return ""


@lru_cache(maxsize=4096)
def _kept_title(page_words: Callable[[str, int], PageWords], document_sha256: str) -> str:
    first = page_words(document_sha256, 1)
    return printed_title(first.words, first.height)


def printed_title(words: Sequence[PageWord], page_height: float) -> str:
    """The largest print in the upper part of a first page; empty where nothing there is larger than the text.

    lines of 20, 20, 11, 10, 10, … points -> both lines of 20        only lines of 10 points -> ""
    A stamp that stands upright in the margin, and a single large letter, are none of it.
    """
    lines = [line for line in _lines(words) if line[0][1] < _HEAD * page_height and _letters(line) >= _LEAST_LETTERS]
    if not lines:
        return ""
    heights = [_height(line) for line in lines]
    tallest = max(heights)
    if tallest < 1.15 * median(_height(line) for line in _lines(words)):
        return ""
    first = heights.index(tallest)
    while first > 0 and heights[first - 1] >= _AS_TALL * tallest:
        first -= 1
    last = first
    while last + 1 < len(lines) and heights[last + 1] >= _AS_TALL * tallest:
        last += 1
    return " ".join(word[4] for line in lines[first : last + 1] for word in line)


def _lines(words: Sequence[PageWord]) -> list[list[PageWord]]:
    """Words of one height on one line, in reading order; what stands upright is left out."""
    lines: list[list[PageWord]] = []
    for word in words:
        x0, y0, x1, y1, text = word
        if len(text) > 2 and y1 - y0 > 1.5 * (x1 - x0):
            continue
        last = lines[-1][-1] if lines else None
        same = last is not None and last[0] <= x0 and abs((last[1] + last[3]) - (y0 + y1)) < (y1 - y0)
        if same:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def _height(line: Sequence[PageWord]) -> float:
    return median(y1 - y0 for _, y0, _, y1, _ in line)


def _letters(line: Sequence[PageWord]) -> int:
    return sum(character.isalpha() for word in line for character in word[4])
