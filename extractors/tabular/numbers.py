"""Numbers as cells print them: sign, thousands, power, suffix, uncertainty, range, pair, unit."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import Decimal

from extractors.records import PrintedNumber

_GREATEST_POWER = 200
_SUFFIX = {"k": 3, "K": 3, "M": 6, "B": 9, "G": 9, "T": 12}
"""Powers of ten."""
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_POWER = r"\s?[×·x*]\s?10\s?\^\s?(?P<{0}>[-+]?\d{{1,3}})"
_NUMBER = re.compile(
    rf"(?P<sign>[-+]|\+/-)?\s?\$?(?:(?P<ten>10)\^(?P<only>[-+]?\d{{1,3}})"
    rf"|(?P<digits>{_DIGITS})(?:{_POWER.format('power')}|[eE](?P<exponent>[-+]?\d{{1,3}}))?)"
    r"(?:\s?(?P<suffix>[kKMBGT])(?![A-Za-z]))?(?:\s?(?P<percent>%))?"
)
_UNCERTAINTY = re.compile(
    rf"\s?(?:±|\+/-)\s?(?P<plain>{_DIGITS})\s?%?|\s?\(\s?(?:±|\+/-)\s?(?P<inner>{_DIGITS})\s?%?\s?\)"
)
_BESIDE = re.compile(r"\s?\((?P<beside>\d*\.\d+)\)")
"""A small number with decimals in brackets is a deviation; a large one is another value."""
_HOURS_MINUTES = re.compile(
    r"(?P<hours>\d{1,4})\s?(?:h|hrs?|hours?)\s?(?P<minutes>[0-5]?\d)\s?(?:m|mins?|minutes?)(?![A-Za-z])"
)
_BETWEEN = re.compile(r"\s?(?:-|to|~|\.\.\.?)\s?")
_NEXT = re.compile(r"\s?[/|,;]\s?(?=.)|\s+|(?=[(\[]|[-+]\d)")
_OPENING = re.compile(r"[(\[]\s?")
_CLOSING = re.compile(r"\s?[)\]][.,;]?$|\s?[)\]]|[.,;]$|\s?/\s?-{1,3}$")
_ABOUT = re.compile(r"(?:[~<>≤≥=≈*]|about|approx\.|ca\.)\s?")
UNIT_WORD = (
    r"(?:GPU|TPU|CPU|core|chip|device|node|petaflop(?:/s)?|PF)?[-\s]?"
    r"(?:seconds?|secs?|s|minutes?|mins?|m(?=\b)|hours?|hrs?|h|days?|d|weeks?|wks?|months?|years?|ms|μs|us)"
    r"|GPUs?|TPUs?|epochs?|steps?|iterations?|iters?|params?|parameters?|layers?|classes"
    r"|(?:images?|img|imgs|im|tokens?|tok|words?|examples?|samples?)(?:/s(?:ec)?)?|fps|FPS|kbps|Mbps"
    r"|[kMGTPE]?B|[KMGT]iB|[MGTPEk]?FLOP[sS]?(?:/s)?|[MGT]?MACs?"
    r"|W|Watts?|kW|kWh|MWh|tCO2e|GHz|MHz|bits?|pt|pp|px|points?|times|[x×](?=\)?$)"
)
_UNIT = re.compile(rf"\s?(?P<unit>{UNIT_WORD})(?![A-Za-z\d/])\.?")


def numbers_of(text: str) -> tuple[PrintedNumber, ...]:
    """The numbers of a text that consists of numbers, units and what joins them; empty for words.

    "1,281,167" -> 1281167          "2.3 × 10^19" -> 2.3e19        "110M" -> 1.1e8        "76.3%" -> 76.3, unit %
    "76.3 ± 0.2" -> 76.3            "22.4 / 6.2" -> two            "38.2 +1.7" -> two     "10-14" -> 12, from 10 to 14
    "27h 40m" -> 27.67, unit h      "1e-4" -> 0.0001               "-" -> none            "ResNet-50" -> none
    """
    text = text.strip()
    numbers: list[PrintedNumber] = []
    position = 0
    while position < len(text):
        start = _skipped(_OPENING, text, _skipped(_ABOUT, text, position))
        match = _NUMBER.match(text, start)
        if match is None:
            return ()
        number, position = _number(text, match)
        if not math.isfinite(number.value):
            return ()
        unit = _UNIT.match(text, position)
        if unit is not None:
            number, position = replace(number, unit=unit["unit"].strip()), unit.end()
        numbers.append(number)
        position = _skipped(_CLOSING, text, position)
        if position < len(text):
            following = _NEXT.match(text, position)
            if following is None:
                return ()
            position = following.end()
    return tuple(numbers)


def _skipped(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _number(text: str, match: re.Match[str]) -> tuple[PrintedNumber, int]:
    """A number with what stands right behind it: minutes, an uncertainty, the other end of a range."""
    clock = _HOURS_MINUTES.match(text, match.start())
    if clock is not None:
        hours = float(clock["hours"]) + float(clock["minutes"]) / 60
        return PrintedNumber(hours, clock.group(), unit="h"), clock.end()
    end = match.end()
    number = PrintedNumber(
        _value(match), match.group().strip().lstrip("+").rstrip("% "), unit="%" if match["percent"] else None
    )
    spread = _UNCERTAINTY.match(text, end)
    if spread is not None:
        return replace(number, uncertainty=_plain(spread["plain"] or spread["inner"])), spread.end()
    beside = _BESIDE.match(text, end)
    if beside is not None and _plain(beside["beside"]) < 0.1 * abs(number.value):
        return replace(number, uncertainty=_plain(beside["beside"])), beside.end()
    between = _BETWEEN.match(text, end)
    other = _NUMBER.match(text, between.end()) if between else None
    if other is not None and not other["sign"] and 0 <= number.value < _value(other):
        low, high = number.value, _value(other)
        printed = text[match.start() : other.end()].strip().rstrip("% ")
        unit = "%" if other["percent"] else number.unit
        return PrintedNumber((low + high) / 2, printed, None, low, high, unit), other.end()
    return number, end


def _plain(digits: str) -> float:
    return float(digits.replace(",", ""))


def _value(match: re.Match[str]) -> float:
    """Exactly what is written: 4.1M is 4100000, not 4099999.9999999995."""
    if match["ten"]:
        digits, power = Decimal(1), int(match["only"])
    else:
        digits, power = Decimal(match["digits"].replace(",", "")), int(match["power"] or match["exponent"] or 0)
    power = max(-_GREATEST_POWER, min(_GREATEST_POWER, power)) + _SUFFIX.get(match["suffix"] or "", 0)
    value = float(digits.scaleb(power))
    return -value if match["sign"] == "-" else value
