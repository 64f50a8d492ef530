"""Lines to passages: paragraphs joined over lines, columns and pages, each word leading back to its box."""

from __future__ import annotations

from collections.abc import Sequence, Set

from extractors.normalise import joined_at_line_end, vocabulary_of
from extractors.records import Box, Line, Page, Passage, Role

SEPARATOR = "\n\n"
"""Between passages in ``Document.text``."""

_SENTENCE_END = (".", "!", "?", ":", '."', ".'", ".)", ".]")
_LINE_HEIGHT_GAP = 0.8
"""A blank of more than this share of a line's height begins a new paragraph."""


class _Open:
    """A passage that is being written."""

    def __init__(self, line: Line, page: int, vocabulary: Set[str]) -> None:
        self._vocabulary = vocabulary
        self.role, self.section, self.page = line.role, line.section, page
        self.text = ""
        self.pieces: list[tuple[int, int, int, Box]] = []
        self.last_line = line
        self.last_page = page
        self.add(line, page)

    def add(self, line: Line, page: int) -> None:
        start = self._start_of_line(line.words[0].text)
        pieces = self.pieces
        for word in line.words:
            end = start + len(word.text)
            pieces.append((start, end, page, word.box))
            start = end + 1
        self.text += " ".join([word.text for word in line.words])
        self.last_line, self.last_page = line, page

    def _start_of_line(self, first: str) -> int:
        """Where the next line begins: behind a space, or glued to the word that a hyphen parted."""
        if not self.text:
            return 0
        before = self.text[-60:].rsplit(" ", 1)[-1] if self.text.endswith("-") else ""
        joined = joined_at_line_end(before, first, self._vocabulary)
        if joined is None:
            self.text += " "
        elif len(joined) < len(before) + len(first):
            self.text = self.text[:-1]
            start, end, page, box = self.pieces[-1]
            self.pieces[-1] = (start, end - 1, page, box)
        return len(self.text)

    def ended(self) -> bool:
        return self.text.endswith(_SENTENCE_END)

    def closed(self, start: int) -> Passage:
        return Passage(self.text, start, self.role, self.section, self.page, tuple(self.pieces))


def passages_of(pages: Sequence[Page]) -> tuple[Passage, ...]:
    """All passages of a document, in the order in which they begin; furniture is left out.

    A paragraph that a figure, a footnote, a column or a page's end interrupts goes on behind it.
    """
    vocabulary = _vocabulary(pages)
    finished: list[_Open] = []
    body: _Open | None = None
    aside: _Open | None = None
    for page in pages:
        for line in page.lines:
            if line.role is Role.FURNITURE:
                continue
            if line.role is Role.BODY:
                aside = None
                if body is not None and _goes_on(body, line, page.number):
                    body.add(line, page.number)
                else:
                    body = _Open(line, page.number, vocabulary)
                    finished.append(body)
                continue
            if line.role is Role.HEADING or line.role is Role.REFERENCE:
                body = None
            if aside is not None and aside.role is line.role and _continues_aside(aside, line, page.number):
                aside.add(line, page.number)
            else:
                aside = _Open(line, page.number, vocabulary)
                finished.append(aside)
    passages = []
    start = 0
    for passage in finished:
        passages.append(passage.closed(start))
        start += len(passage.text) + len(SEPARATOR)
    return tuple(passages)


def _vocabulary(pages: Sequence[Page]) -> Set[str]:
    words: set[str] = set()
    for page in pages:
        for line in page.lines:
            words.update([word.text for word in line.words])
    return vocabulary_of(words)


def _goes_on(body: _Open, line: Line, page: int) -> bool:
    """Whether a body line belongs to the open paragraph."""
    last = body.last_line
    if body.section != line.section:
        return False
    directly_below = page == body.last_page and 0 <= line.box.y0 - last.box.y0 < 4 * _height(last)
    if not directly_below:
        return not body.ended() and (line.words[0].text[:1].islower() or not body.text.endswith((".", ":")))
    blank = line.box.y0 - last.box.y1
    if blank > _LINE_HEIGHT_GAP * _height(last) and body.ended():
        return False
    indented = line.box.x0 - last.box.x0 > 0.6 * _height(last) and abs(line.box.x0 - last.box.x0) < 60
    return not (indented and body.ended())


def _continues_aside(aside: _Open, line: Line, page: int) -> bool:
    """Captions, footnotes and titles run on; each heading line, reference line and table row stands by itself."""
    if line.role in (Role.TABLE, Role.HEADING):
        return False
    last = aside.last_line
    if line.role is Role.REFERENCE:
        return True
    starts_anew = line.role is Role.FOOTNOTE and line.words[0].text.startswith(("^", "*", "†", "‡"))
    return page == aside.last_page and not starts_anew and abs(line.box.y0 - last.box.y1) < 1.5 * _height(last)


def _height(line: Line) -> float:
    return max(1.0, line.box.y1 - line.box.y0)
