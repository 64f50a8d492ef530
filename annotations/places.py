"""Where words stand in a paper, told without the words: page, box, offsets, and a digest of their letters."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from annotations.lines import Record
from db.fields import letters_of
from extractors.records import Box


def digest_of_letters(letters: str) -> str:
    """12 hex digits, by which a text is known again and from which it can't be had."""
    return hashlib.sha256(letters.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand. What could not be placed has no box, offsets and digest."""

    page: int | None = None
    box: Box | None = None
    """Of the very words, where they could be told; else of the quote, sentence or cell."""
    start: int | None = None
    """Offsets in ``Document.text`` of the sentence, or sentences, around the words; None for a table's cell."""
    end: int | None = None
    digest: str | None = None
    """Of the letters and digits of the sentence or cell."""
    letters: int | None = None
    """How many these are."""

    @classmethod
    def of(cls, text: str, page: int, box: Box, start: int | None = None, end: int | None = None) -> Place:
        """Of a sentence or cell with this ``text``."""
        letters = letters_of(text)
        return cls(page, box, start, end, digest_of_letters(letters), len(letters))

    @property
    def is_placed(self) -> bool:
        return self.digest is not None

    def holds(self, text: str) -> bool:
        """Whether ``text`` is what stood here, but for spaces and signs."""
        return digest_of_letters(letters_of(text)) == self.digest

    def as_record(self) -> Record:
        return {
            "page": self.page,
            "box": self.box.as_list() if self.box else None,
            "offsets": None if self.start is None else [self.start, self.end],
            "digest": self.digest,
            "letters": self.letters,
        }
