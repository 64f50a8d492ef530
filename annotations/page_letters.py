"""The letters and digits of a page's passages as one string, each leading back to its offset in ``Document.text``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from annotations.places import digest_of_letters
from extractors.records import Box, Document, Passage


@dataclass(frozen=True, slots=True)
class PageLetters:
    """Letters and digits, case folded, of some passages in order."""

    text: str
    offsets: tuple[int, ...]
    """In ``Document.text``, of each letter."""
    beginnings: tuple[int, ...]
    """Where words begin in ``text``, and its end."""

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> PageLetters:
        letters = [
            (folded, passage.start + index)
            for passage in passages
            for index, character in enumerate(passage.text)
            for folded in character.casefold()
            if folded.isalnum()
        ]
        offsets = tuple(offset for _, offset in letters)
        first = [0] if letters else []
        after_gap = [index for index, (before, here) in enumerate(pairwise(offsets), start=1) if here > before + 1]
        return cls("".join(letter for letter, _ in letters), offsets, (*first, *after_gap, len(letters)))

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Offsets around the letters ``first`` to ``after``, this one not included."""
        return self.offsets[first], self.offsets[after - 1] + 1

    def spans_with(self, digest: str, letters: int) -> Iterator[tuple[int, int]]:
        """Offsets of every run of so many letters, from the beginning of a word on, that has this digest."""
        for first in self.beginnings:
            after = first + letters
            if after <= len(self.text) and digest_of_letters(self.text[first:after]) == digest:
                yield self.span(first, after)


def passages_on(document: Document, page: int) -> list[Passage]:
    """Passages that have a word on ``page``."""
    return [passage for passage in document.passages if any(piece[2] == page for piece in passage.pieces)]


def boxes_of(document: Document, start: int, end: int) -> Iterator[tuple[int, Box]]:
    """For each page on which ``Document.text[start:end]`` has words, in order, the box around them."""
    held: dict[int, list[Box]] = {}
    for passage in document.passages:
        if passage.start < end and passage.start + len(passage.text) > start:
            for page, box in passage.boxes(start - passage.start, end - passage.start):
                held.setdefault(page, []).append(box)
    for page, boxes in held.items():
        yield page, Box.around(boxes)
