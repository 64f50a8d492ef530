"""Where a reader's quote stands in a document: its letters are looked for, whole or nearly so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from annotations.page_letters import PageLetters, boxes_of, passages_on
from annotations.places import Place
from db.fields import letters_of
from extractors.mentions import sentences_of
from extractors.records import Document

_GAP = re.compile(r"\s*(?:…|\.\.\.)\s*")
_FEWEST_LETTERS = 4
"""Of a part of a quote that is looked for by itself."""
_FEWEST_ALIKE = 0.85
"""Share of letters that a quote and a place have in common, in order, if the quote is not there to the letter."""
_FEWEST_IN_A_ROW = 12


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets in ``Document.text``."""

    start: int
    end: int


class QuotePlaces:
    """Finds quotes in one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text
        self._pages: dict[int, PageLetters] = {}

    def spans(self, quote: str, page: int) -> list[Span]:
        """Of the parts between a quote's gaps, in order: on the page named, else on the one after or before.

        "8-GPU machine ... took about ten days" -> two spans, if both are there
        """
        parts = [letters_of(part) for part in _GAP.split(quote)]
        parts = [part for part in parts if len(part) >= _FEWEST_LETTERS] or [letters_of(quote)]
        for near in (page, page + 1, page - 1):
            found = list(self._on(near, parts, exactly=True)) or list(self._on(near, parts, exactly=False))
            if found:
                return found
        return []

    def sentences(self, span: Span) -> Span:
        """The sentences that a span touches, in the passages that it touches."""
        start, end = span.start, span.end
        for passage in self._document.passages:
            if passage.start < span.end and passage.start + len(passage.text) > span.start:
                for first, after in sentences_of(passage.text):
                    if passage.start + first < span.end and passage.start + after > span.start:
                        start, end = min(start, passage.start + first), max(end, passage.start + after)
        return Span(start, end)

    def place(self, words: Span, around: Span) -> Place:
        """The box of ``words``, with offsets and digest of what is ``around`` them."""
        page, box = next(boxes_of(self._document, words.start, words.end))
        return Place.of(self._text[around.start : around.end], page, box, around.start, around.end)

    def text(self, span: Span) -> str:
        return self._text[span.start : span.end]

    def _on(self, page: int, parts: Sequence[str], exactly: bool) -> Iterator[Span]:
        letters = self._letters(page)
        after = 0
        for part in parts:
            found = _exact(letters, part, after) if exactly else _alike(letters, part)
            if found is None:
                continue
            yield Span(*letters.span(found, min(found + len(part), len(letters.text))))
            after = found + len(part)

    def _letters(self, page: int) -> PageLetters:
        if page not in self._pages:
            self._pages[page] = PageLetters.of(passages_on(self._document, page))
        return self._pages[page]


def _exact(letters: PageLetters, part: str, after: int) -> int | None:
    """Where ``part`` begins: whole words first, those after the part before it first."""
    hits = [match.start() for match in re.finditer(f"(?={re.escape(part)})", letters.text)]
    bounds = frozenset(letters.beginnings)
    return min(hits, key=lambda hit: (not {hit, hit + len(part)} <= bounds, hit < after, hit), default=None)


def _alike(letters: PageLetters, part: str) -> int | None:
    """Where the letters most like ``part`` begin, if they are like enough."""
    longest = SequenceMatcher(None, letters.text, part, autojunk=False).find_longest_match()
    if longest.size < min(_FEWEST_IN_A_ROW, len(part)):
        return None
    first = max(longest.a - longest.b, 0)
    there = letters.text[first : first + len(part)]
    return first if SequenceMatcher(None, there, part, autojunk=False).ratio() >= _FEWEST_ALIKE else None
