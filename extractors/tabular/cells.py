"""What a cell says: numbers, units, citations and note marks, told apart from its name or value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extractors.normalise import joined_at_line_end
from extractors.records import PrintedNumber

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
_GREATEST_POWER = 200
_SUFFIX = {"k": 3, "K": 3, "M": 6, "B": 9, "G": 9, "T": 12}
"""Powers of ten."""
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_POWER = r"\s?[×·x*]\s?10\s?\^\s?(?P<{0}>[-+]?\d{{1,3}})"
_NUMBER = re.compile(
    rf"(?P<sign>[-+]|\+/-)?\s?\$?(?:(?P<ten>10)\^(?P<only>[-+]?\d{{1,3}})"
    rf"|(?P<digits>{_DIGITS})(?:{_POWER.format('power')}|[eE](?P<exponent>[-+]?\d{{1,3}}))?)"
    r"\s?(?P<suffix>[kKMBGT](?![A-Za-z]))?\s?(?P<percent>%)?"
)
_UNCERTAINTY = re.compile(
    rf"\s?(?:±|\+/-)\s?(?P<plain>{_DIGITS})\s?%?|\s?\(\s?(?:±|\+/-)\s?(?P<inner>{_DIGITS})\s?%?\s?\)"
)
_BESIDE = re.compile(rf"\s?\((?P<beside>{_DIGITS})\)")
_HOURS_MINUTES = re.compile(
    r"(?P<hours>\d{1,4})\s?(?:h|hrs?|hours?)\s?(?P<minutes>[0-5]?\d)\s?(?:m|mins?|minutes?)(?![A-Za-z])"
)
_BETWEEN = re.compile(r"\s?(?:-|to|~|\.\.\.?)\s?")
_NEXT = re.compile(r"\s?[/|,;]\s?|\s?\(\s?|\s+")
_ABOUT = re.compile(r"(?:[~<>≤≥=≈*]|about|approx\.|ca\.)\s?")
_UNIT_WORD = (
    r"(?:GPU|TPU|CPU|core|chip|device|node|petaflop(?:/s)?|PF)?[-\s]?"
    r"(?:seconds?|secs?|s|minutes?|mins?|m(?=\b)|hours?|hrs?|h|days?|d|weeks?|wks?|months?|years?|ms|μs|us)"
    r"|GPUs?|TPUs?|epochs?|steps?|iterations?|iters?|params?|parameters?|layers?|classes"
    r"|(?:images?|img|imgs|im|tokens?|tok|words?|examples?|samples?)(?:/s(?:ec)?)?|fps|FPS|kbps|Mbps"
    r"|[kMGTPE]?B|[KMGT]iB|[MGTPEk]?FLOP[sS]?(?:/s)?|[MGT]?MACs?"
    r"|W|Watts?|kW|kWh|MWh|tCO2e|GHz|MHz|bits?|pt|pp|px|points?|times|[x×](?=\)?$)"
)
_UNIT = re.compile(rf"\s?(?P<unit>{_UNIT_WORD})\.?")
_BRACKETED = re.compile(r"[\(\[]\s?(?:in\s)?(?P<unit>[^\(\)\[\]]{1,24}?)\s?[\)\]]")
_HEAD_UNIT = re.compile(
    rf"(?:#\s?)?(?P<unit>{_UNIT_WORD}|%|[×x]?\s?10\s?\^\s?-?\d+|[kKMBGT]|[Mm]illions?|[Bb]illions?|[Tt]housands?|percent)"
)
_LAST_WORD_UNIT = re.compile(
    r"[Hh]ours|[Dd]ays|[Mm]inutes|[Ss]econds|[Ee]pochs|%|[GT]PU-?(?:days|hours)", re.IGNORECASE
)
_IN_HEAD = re.compile(rf"\bin\s(?P<unit>{_UNIT_WORD}|percent|per\scent)(?=\W|$)")
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


def numbers_of(text: str) -> tuple[PrintedNumber, ...]:
    """The numbers of a text that consists of numbers, units and what joins them; empty for words.

    "1,281,167" -> 1281167       "2.3 × 10^19" -> 2.3e19       "110M" -> 1.1e8       "76.3%" -> 76.3, unit %
    "-0.5" -> -0.5               "1e-4" -> 0.0001              "-" -> none           "ResNet-50" -> none
    """
    numbers: list[PrintedNumber] = []
    position = 0
    text = text.strip()
    opened = False
    while position < len(text):
        about = _ABOUT.match(text, position)
        position = about.end() if about else position
        if not numbers and text.startswith(("(", "["), position):
            opened = True
            position += 1
        match = _NUMBER.match(text, position)
        if match is None or match.end() == position:
            return ()
        number, position = _number(text, match)
        numbers.append(number)
        unit = _UNIT.match(text, position)
        if unit is not None and not text[unit.end() : unit.end() + 1].isalnum():
            numbers[-1] = replace(numbers[-1], unit=unit["unit"].strip())
            position = unit.end()
        while (
            position < len(text)
            and text[position] in ")]"
            and (opened or "(" in text[:position] or "[" in text[:position])
        ):
            position += 1
        if position < len(text):
            following = _NEXT.match(text, position)
            if following is None or following.end() == len(text):
                return () if text[position:].strip(" )].,;") else tuple(numbers)
            position = following.end()
    return tuple(numbers)


def _number(text: str, match: re.Match[str]) -> tuple[PrintedNumber, int]:
    """A number and what stands right behind it: an uncertainty, the other end of a range."""
    clock = _HOURS_MINUTES.match(text, match.start())
    if clock is not None:
        hours = float(clock["hours"]) + float(clock["minutes"]) / 60
        return PrintedNumber(hours, clock.group(), unit="h"), clock.end()
    value = _value(match)
    printed = match.group().strip().lstrip("+").rstrip("% ")
    unit = "%" if match["percent"] else None
    end = match.end()
    spread = _UNCERTAINTY.match(text, end)
    if spread is not None:
        return PrintedNumber(
            value, printed, float((spread["plain"] or spread["inner"]).replace(",", "")), unit=unit
        ), spread.end()
    beside = _BESIDE.match(text, end)
    if (
        beside is not None
        and "." in beside["beside"]
        and abs(float(beside["beside"].replace(",", ""))) < 0.1 * abs(value)
    ):
        return PrintedNumber(value, printed, float(beside["beside"].replace(",", "")), unit=unit), beside.end()
    between = _BETWEEN.match(text, end)
    other = _NUMBER.match(text, between.end()) if between else None
    if other is not None and other.end() > between.end() and not other["sign"]:  # type: ignore[union-attr]
        high = _value(other)
        if high > value >= 0:
            unit = "%" if other["percent"] else unit
            return PrintedNumber(
                (value + high) / 2, text[match.start() : other.end()].strip(), None, value, high, unit
            ), other.end()
    return PrintedNumber(value, printed, unit=unit), end


def _value(match: re.Match[str]) -> float:
    """Exactly what is written: 4.1M is 4100000, not 4099999.9999999995."""
    if match["ten"]:
        digits, power = Decimal(1), int(match["only"])
    else:
        digits, power = Decimal(match["digits"].replace(",", "")), int(match["power"] or match["exponent"] or 0)
    power = max(-_GREATEST_POWER, min(_GREATEST_POWER, power)) + _SUFFIX.get(match["suffix"] or "", 0)
    value = float(digits.scaleb(power))
    return -value if match["sign"] == "-" else value


def unit_of_heads(heads: Iterable[str]) -> str | None:
    """The unit that the nearest head names.

    "Time (days)" -> days        "Params [M]" -> M        "# epochs" -> epochs        "Top-1", "AP (S)" -> None
    """
    for head in reversed(list(heads)):
        for match in _BRACKETED.finditer(head):
            if _HEAD_UNIT.fullmatch(match["unit"]):
                return match["unit"]
        named = _IN_HEAD.search(head)
        if named:
            return named["unit"]
        words = head.replace("#", "").split()
        if words and _LAST_WORD_UNIT.fullmatch(words[-1]):
            return words[-1]
        if head.rstrip().endswith("%") and not head.rstrip("% ")[-1:].isdigit():
            return "%"
    return None


def unit_of_caption(caption: str, heads: Sequence[str], number: PrintedNumber) -> str | None:
    """The unit that the caption names for numbers like this one, under heads that name none.

    "Accuracy (%)", 76.3 -> %                    the same, 110M or 300 -> None
    "Training times in hours", under "Time" -> hours        the same, under "BLEU" -> None
    """
    plain = number.printed.replace(",", "").replace(".", "").lstrip("-").isdigit()
    if (
        _PERCENT_IN_CAPTION.search(caption)
        and plain
        and -100 <= number.value <= 100
        and number.value != int(number.value)
    ):
        return "%"
    time = _TIME_IN_CAPTION.search(caption)
    return time["unit"] if time and any(_OF_TIME.search(head) for head in heads) else None


def direction_of_heads(heads: Iterable[str]) -> int | None:
    """1 where a head has "↑": higher is better; -1 for "↓"."""
    return next((way for head in heads for arrow, way in _ARROWS.items() if arrow in head), None)
