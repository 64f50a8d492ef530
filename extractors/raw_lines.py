"""Lines and pages as the PDF library gives them, before anyone knows what they are."""

from __future__ import annotations

from dataclasses import dataclass

from extractors.records import Box, Word


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line as the PDF library gives it."""

    words: tuple[Word, ...]
    box: Box
    block: int
    size: float
    bold: bool
    text: str
    direction: tuple[int, int] = (1, 0)


@dataclass(frozen=True, slots=True)
class RawPage:
    number: int
    width: float
    height: float
    lines: list[RawLine]
    rulings: tuple[Box, ...] = ()
