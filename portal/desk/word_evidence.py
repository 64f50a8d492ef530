"""Words that a curator selects on a page, as the quote and boxes of a record's evidence. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import MAX_QUOTE_CHARACTERS, Box

PageWord = tuple[float, float, float, float, str]
"""``(x0, y0, x1, y1, text)`` in PDF points, in reading order."""

_MOST_WORDS = 150


class SelectionError(ValueError):
    """The words are none of the page's; the message says so."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was selected: the words as one quote, and a box for each of its lines."""

    quote: str
    boxes: tuple[Box, ...]


def selection_of(words: Sequence[PageWord], indexes: Sequence[int]) -> Selection:
    """The words of these indexes as evidence, in the page's order; ``SelectionError`` if there are none such.

    (words of "… on 8 V100 GPUs for / 3 days …", 10 to 15) -> "8 V100 GPUs for 3 days" with two boxes
    (words, []), (words, [-1]) are refused
    """
    wanted = sorted(set(indexes))
    if not wanted or wanted[0] < 0 or wanted[-1] >= len(words):
        raise SelectionError("select words on the page, or write them as they stand there")
    if len(wanted) > _MOST_WORDS:
        raise SelectionError(f"at most {_MOST_WORDS} words: select the sentence that states it")
    held = [words[index] for index in wanted]
    quote = " ".join(word[4] for word in held)
    if len(quote) > MAX_QUOTE_CHARACTERS:
        raise SelectionError(f"at most {MAX_QUOTE_CHARACTERS} characters: select the sentence that states it")
    return Selection(quote, tuple(Box.around(line) for line in _lines(held)))


def indexes_of(words: Sequence[PageWord], quote: str) -> list[int]:
    """Where the quoted words stand on the page, case, punctuation and hyphens at line ends aside; empty if nowhere.

    "8 v100 gpus" -> the three words      "9 V100 GPUs" -> none
    """
    wanted = _letters(quote)
    if not wanted:
        return []
    joined, owners = "", []
    for index, word in enumerate(words):
        letters = _letters(word[4])
        joined += letters
        owners += [index] * len(letters)
    start = joined.find(wanted)
    while start > 0 and owners[start - 1] == owners[start]:
        start = joined.find(wanted, start + 1)
    if start < 0:
        return []
    return list(range(owners[start], owners[start + len(wanted) - 1] + 1))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def _lines(words: Sequence[PageWord]) -> list[list[Box]]:
    """Boxes of the words, those of one line together: a word that begins left of the last one begins a new line."""
    lines: list[list[Box]] = []
    for x0, y0, x1, y1, _ in words:
        box = Box(x0, y0, x1, y1)
        last = lines[-1][-1] if lines else None
        if last is not None and last.x0 <= box.x0 and min(last.y1, box.y1) - max(last.y0, box.y0) > 0:
            lines[-1].append(box)
        else:
            lines.append([box])
    return lines
