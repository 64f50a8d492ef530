"""Words on one baseline to segments: what stands together in a cell or a line of one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.records import Box, Word

WORD_SPACE_EMS = 0.5
"""A gap up to this share of the font size parts words; a wider one parts cells."""
_NUMBER_SPACE_EMS = 0.18
"""Two numbers are parted by less: they seldom stand in one cell."""
_OPERATOR_SPACE_EMS = 0.75
_SAME_BASELINE_EMS = 0.3
_SAME_SPACE_POINTS = 0.15
_FEWEST_STRETCHED = 3
_WIDEST_STRETCHED_EMS = 0.85

_NUMBER = re.compile(r"[-+~<>≤≥$]?[-+]?\d[\d.,]*(?:[kKMBT%]|×)?(?: ?\^?[*†‡§¶a-e]{1,2})?")
_OPERATOR = re.compile(r"[±×/·+=~<>≤≥→]|\+/-|\(?±.*|×.*|.*×|/.*|.*[^/]/")


@dataclass(frozen=True, slots=True)
class Segment:
    """Words of one cell on one baseline."""

    words: tuple[Word, ...]
    x0: float
    x1: float

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    @property
    def box(self) -> Box:
        return Box.around(word.box for word in self.words)

    @property
    def size(self) -> float:
        return self.words[0].size

    @property
    def is_number(self) -> bool:
        return is_numeric(self.text)


def segment(words: Sequence[Word]) -> Segment:
    return Segment(tuple(words), words[0].box.x0, max(word.box.x1 for word in words))


def is_numeric(text: str) -> bool:
    """Most of its characters belong to numbers.

    "76.3 ± 0.2", "-", "3.1 × 10^18", "✓" -> yes        "ResNet-50", "B/16", "8 GPUs", "[12]" -> no
    """
    kept = [character for character in text if not character.isspace()]
    if kept and (kept[0].isalpha() or kept[0] == "["):
        return False
    digits = sum(character.isdigit() for character in kept)
    letters = sum(character.isalpha() for character in kept)
    return (digits > 0 and "=" not in kept and letters <= 0.34 * digits + 1 and letters < digits) or text in (
        "-",
        "--",
        "---",
        "–",
        "—",
        "✓",
        "✗",
        "×",
    )


def rows_by_baseline(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped by baseline, top to bottom, each row from left to right."""
    rows: list[list[Word]] = []
    reference = 0.0
    for word in sorted(words, key=lambda word: (word.baseline, word.box.x0)):
        if rows and word.baseline - reference <= max(1.2, _SAME_BASELINE_EMS * min(word.size, rows[-1][0].size)):
            rows[-1].append(word)
        else:
            rows.append([word])
            reference = word.baseline
    rows = _with_raised(rows)
    for row in rows:
        row.sort(key=lambda word: word.box.x0)
    return rows


def _with_raised(rows: list[list[Word]]) -> list[list[Word]]:
    """Rows of nothing but small marks, raised or lowered, belong to the row whose height they share most of."""
    if len(rows) < 2:
        return rows
    kept: list[list[Word]] = []
    pending: list[Word] = []
    for index, row in enumerate(rows):
        size = max(word.size for word in row)
        above = kept[-1] if kept else None
        below = rows[index + 1] if index + 1 < len(rows) else None
        if (
            below is not None
            and size < 0.82 * below[0].size
            and 0 < below[0].baseline - row[0].baseline < 0.62 * below[0].size
        ):
            pending += row
        elif (
            above is not None
            and size < 0.82 * above[0].size
            and 0 < row[0].baseline - above[0].baseline < 0.4 * above[0].size
        ):
            above += row
        else:
            kept.append(row + pending)
            pending = []
    return kept


def words_of_row(words: Sequence[Word], cuts: Sequence[float] = ()) -> list[Segment]:
    """The segments of one row; ``cuts`` are x of vertical rulings, which no segment crosses."""
    segments: list[list[Word]] = []
    stretched = _stretched(words)
    for number, word in enumerate(words):
        if segments and (number in stretched or _together(segments[-1][-1], word, cuts)):
            segments[-1].append(word)
        else:
            segments.append([word])
    return [segment(held) for held in segments]


def _stretched(words: Sequence[Word]) -> set[int]:
    """Numbers of the words that stand behind a space of justified text: at least three alike, wider than usual."""
    gaps = [after.box.x0 - before.box.x1 for before, after in itertools.pairwise(words)]
    found: set[int] = set()
    start = 0
    while start < len(gaps):
        end = start
        while end < len(gaps) and _same_space(gaps[start], gaps[end], words[end].text):
            end += 1
        alike = words[start : end + 1]
        widths = [word.box.x1 - word.box.x0 for word in alike]
        written = not any(any(map(str.isdigit, word.text)) for word in alike) and max(widths) - min(widths) > 1
        if end - start >= _FEWEST_STRETCHED and written and 0 < gaps[start] < _WIDEST_STRETCHED_EMS * words[start].size:
            found.update(range(start + 1, end + 1))
        start = max(end, start + 1)
    return found


def _same_space(space: float, gap: float, before: str) -> bool:
    """TeX stretches the space behind a comma or full stop more."""
    return abs(gap - space) < _SAME_SPACE_POINTS or (before[-1] in ",.;:" and space < gap < 1.5 * space)


def is_celled(segments: Sequence[Segment]) -> bool:
    """Stands apart in cells, as a row of a table does."""
    if len(segments) < 2:
        return False
    gaps = [after.x0 - before.x1 for before, after in itertools.pairwise(segments)]
    return (
        len(segments) > 3
        or max(gaps) > (1.2 if len(segments) == 2 else 0.7) * segments[0].size
        or (len(segments) > 2 and sum(held.is_number for held in segments) > 1)
    )


def _together(last: Word, word: Word, cuts: Sequence[float]) -> bool:
    em = max(last.size, word.size)
    gap = word.box.x0 - last.box.x1
    if cuts:
        left, right = (last.box.x0 + last.box.x1) / 2, (word.box.x0 + word.box.x1) / 2
        if any(left < cut < right for cut in cuts):
            return False
    if _OPERATOR.fullmatch(last.text) or _OPERATOR.fullmatch(word.text):
        return gap <= _OPERATOR_SPACE_EMS * em
    if _NUMBER.fullmatch(last.text) and _NUMBER.fullmatch(word.text) and not last.text.endswith(","):
        return gap <= _NUMBER_SPACE_EMS * em
    return gap <= WORD_SPACE_EMS * em
