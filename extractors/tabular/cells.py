"""What a cell says: numbers, units, citations and note marks, told apart from its name or value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.normalise import joined_at_line_end
from extractors.records import PrintedNumber
from extractors.tabular.numbers import UNIT_WORD, numbers_of

MAX_CELL_CHARACTERS = 2000
"""Longer texts are read as words only."""

_AUTHOR = (
    r"[A-Z][\w'.-]*(?:\s(?:van|von|de|der|den|le|la)\s[A-Z][\w'-]+)?"
    r"(?:\s(?:et\sal\.?|and\s[A-Z][\w'-]+|&\s[A-Z][\w'-]+))?"
)
_CITATION = re.compile(
    r"\[\d{1,3}[a-z]?(?:\s?[,;-]\s?\d{1,3}[a-z]?){0,12}\]"
    r"|[A-Z][\w'-]+\s(?:et\sal\.?|(?:and|&)\s[A-Z][\w'-]+),?\s\((?:19|20)\d\d[a-z]?\)"
    rf"|\(\s?{_AUTHOR},?\s\(?(?:19|20)\d\d[a-z]?\)?(?:[;,]\s{_AUTHOR},?\s(?:19|20)\d\d[a-z]?){{0,6}}\s?\)"
    rf"|\[\s?{_AUTHOR},?\s(?:19|20)\d\d[a-z]?\s?\]"
    r"|\((?:19|20)\d\d[a-z]?\)"
    r"|\[[A-Z][A-Za-z+]{1,8}\d\d[a-z]?\]"
)
_NOTE = re.compile(
    r"\s?\^?[†‡§¶⋆◦⋄♢•♣♠♦♥*]{1,3}(?=[\s,)]|$)|\s\^(?!-?\d{2,})[\w,+†‡§¶*]{1,4}(?=\s|$)|(?<=[\d%])[†‡§¶]{1,3}"
)
_ARROWS = {"↑": 1, "⇑": 1, "↓": -1, "⇓": -1}
_BRACKETED = re.compile(r"[\(\[]\s?(?:in\s)?(?P<unit>[^\(\)\[\]]{1,24}?)\s?[\)\]]")
_HEAD_UNIT = re.compile(
    rf"(?:#\s?)?(?P<unit>{UNIT_WORD}|%|[×x]?\s?10\s?\^\s?-?\d+|[kKMBGT]|[Mm]illions?|[Bb]illions?|[Tt]housands?|percent)"
)
_LAST_WORDS_UNIT = re.compile(
    r"(?:^|[\s#])(?P<unit>(?:(?:[GT]PU|core|device|chip)[-\s]?)?(?:hours|days|minutes|seconds)|epochs)$", re.IGNORECASE
)
_IN_HEAD = re.compile(rf"\bin\s(?P<unit>{UNIT_WORD}|percent|per\scent)(?=\W|$)")
_ONE_LETTER_TIMES = {"s", "m", "h", "d"}
_OF_TIME = re.compile(r"\btime|\bduration|\blatency|\btrain|\bcost|\bspeed|\bwall", re.IGNORECASE)
_TIME_IN_CAPTION = re.compile(
    r"\bin\s(?P<unit>(?:(?:GPU|TPU|core|device)[-\s])?(?:seconds|minutes|hours|days|weeks|milliseconds|ms))\b"
)
_PERCENT_IN_CAPTION = re.compile(r"\(%\)|\bin\s(?:%|percent|per\scent)|\bpercentages?\b|\[%\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """A cell's text taken apart."""

    name: str
    numbers: tuple[PrintedNumber, ...]
    unit: str | None
    notes: tuple[str, ...]
    citations: tuple[str, ...]


def joined(lines: Sequence[str]) -> str:
    """Lines of one cell as one text: ("Deep residual net-", "work") -> "Deep residual network"."""
    text = lines[0]
    for line in lines[1:]:
        last = text.rsplit(" ", 1)[-1]
        first, _, rest = line.partition(" ")
        together = joined_at_line_end(last, first)
        if together is None:
            text = f"{text} {line}"
        else:
            text = text[: len(text) - len(last)] + together + (f" {rest}" if rest else "")
    return text


def content_of(text: str) -> Content:
    """A cell's name or numbers, apart from its note marks and citations.

    "ResNet-50 [12]" -> name ResNet-50, citation [12]         "8.43 †" -> 8.43, note †
    "76.3 ± 0.2" -> 76.3, uncertainty 0.2                     "22.4 / 6.2" -> 22.4 and 6.2
    "10-14 days" -> 12, low 10, high 14, unit days            "27h 40m" -> 27.67, unit h
    "8 × A100" -> no number
    """
    if len(text) > MAX_CELL_CHARACTERS:
        return Content(text, (), None, (), ())
    notes: list[str] = []
    citations = [match.group().strip() for match in _CITATION.finditer(text)]
    bare = _CITATION.sub(" ", text)
    notes = [part for match in _NOTE.finditer(bare) for part in re.findall(r"[^\s^,]", match.group())]
    bare = " ".join(_NOTE.sub(" ", bare).split())
    numbers = numbers_of(bare)
    unit = numbers[0].unit if numbers else None
    return Content(bare or text, numbers, unit, tuple(notes), tuple(citations))


def unit_of_heads(heads: Iterable[str]) -> str | None:
    """The unit that the nearest head names.

    "Time (days)" -> days        "Params [M]" -> M        "# epochs" -> epochs        "Top-1", "AP (S)" -> None
    """
    for head in reversed(list(heads)):
        for match in _BRACKETED.finditer(head):
            unit = match["unit"].lower() if match["unit"].isupper() and len(match["unit"]) > 3 else match["unit"]
            glued = match.start() == 0 or not head[match.start() - 1].isspace()
            if _HEAD_UNIT.fullmatch(unit) and not (glued and unit in _ONE_LETTER_TIMES):
                return unit
        named = _IN_HEAD.search(head)
        if named:
            return named["unit"]
        last = _LAST_WORDS_UNIT.search(head.strip())
        if last:
            return last["unit"]
        if head.rstrip().endswith("%") and not head.rstrip("% ")[-1:].isdigit():
            return "%"
    return None


def unit_of_labels(labels: Iterable[str]) -> str | None:
    """The unit that the label of a row names in brackets.

    "Training time (h)" -> h        "Batch (tokens)" -> tokens        "ResNet (M)", "(d) bottom-up" -> None
    """
    for text in labels:
        for match in _BRACKETED.finditer(text):
            unit = match["unit"]
            one_letter = len(unit) == 1 and unit != "%"
            of_time = unit in _ONE_LETTER_TIMES and match.start() > 0 and _OF_TIME.search(text)
            if re.fullmatch(rf"{UNIT_WORD}|%", unit) and (of_time or not one_letter):
                return unit
    return None


def unit_of_caption(caption: str, heads: Sequence[str], number: PrintedNumber) -> str | None:
    """The unit that the caption names for numbers like this one, under heads that name none.

    "Accuracy (%)", 76.3 -> %                    the same, 110M or 300 -> None
    "Training times in hours", under "Time" -> hours        the same, under "BLEU" -> None
    """
    share = re.fullmatch(r"-?\d{1,3}\.\d+", number.printed) and abs(number.value) <= 100
    if share and _PERCENT_IN_CAPTION.search(caption):
        return "%"
    time = _TIME_IN_CAPTION.search(caption)
    return time["unit"] if time and any(_OF_TIME.search(head) for head in heads) else None


def direction_of_heads(heads: Iterable[str]) -> int | None:
    """1 where a head has "↑": higher is better; -1 for "↓"."""
    return next((way for head in heads for arrow, way in _ARROWS.items() if arrow in head), None)
