"""Where the cells of tables stand in the text of their document."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from extractors.records import Cell, Document, Role

_NOT_READ = (Role.HEADING, Role.REFERENCE)
_MOST_PAGES_OF_A_PASSAGE = 2
_TOUCHING = 1.0
"""Points by which a cell's box and that of a word may miss each other."""


@dataclass(frozen=True, slots=True)
class _Word:
    middle: float
    """y of its middle."""
    order: int
    x0: float
    x1: float
    start: int
    end: int


class CellPlaces:
    """Offsets of cells in ``Document.text``; each page is looked through once."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._pages: dict[int, list[_Word]] = {}

    def offsets(self, cell: Cell) -> tuple[int, int]:
        """Of the word in the cell's columns whose line is nearest; ``(0, 0)`` where there is none on the page."""
        words = self._words_of(cell.page)
        middle = (cell.box.y0 + cell.box.y1) / 2
        behind = bisect_left(words, middle, key=lambda word: word.middle)
        before = behind - 1
        best: tuple[float, int, _Word] | None = None
        while before >= 0 or behind < len(words):
            above = middle - words[before].middle if before >= 0 else float("inf")
            below = words[behind].middle - middle if behind < len(words) else float("inf")
            distance = min(above, below)
            if best is not None and distance > best[0]:
                break
            if above <= below:
                word, before = words[before], before - 1
            else:
                word, behind = words[behind], behind + 1
            if word.x1 < cell.box.x0 - _TOUCHING or word.x0 > cell.box.x1 + _TOUCHING:
                continue
            if best is None or (distance, word.order) < best[:2]:
                best = distance, word.order, word
        return (best[2].start, best[2].end) if best else (0, 0)

    def _words_of(self, page: int) -> list[_Word]:
        if page not in self._pages:
            found: list[_Word] = []
            for passage in self._document.passages:
                if passage.role in _NOT_READ or not passage.page <= page <= passage.page + _MOST_PAGES_OF_A_PASSAGE:
                    continue
                for start, end, on, box in passage.pieces:
                    if on == page:
                        middle = (box.y0 + box.y1) / 2
                        place = passage.start + start, passage.start + end
                        found.append(_Word(middle, len(found), box.x0, box.x1, *place))
            self._pages[page] = sorted(found, key=lambda word: word.middle)
        return self._pages[page]
