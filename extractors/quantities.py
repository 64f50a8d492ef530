"""Numbers, times and amounts of computing, as papers write them. All input is plain text (``normalise``)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

HOURS_PER_UNIT = {
    "second": 1 / 3600,
    "minute": 1 / 60,
    "hour": 1.0,
    "day": 24.0,
    "week": 168.0,
    "month": 720.0,
    "year": 8760.0,
}
"""A month counts 30 days, a year 365, as in the study's data."""

NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100, "thirty-two": 32, "sixty-four": 64}

_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}

MAX_DIGITS = 15
"""Longer digit strings are no quantities (and would cost time)."""


class QuantityKind(StrEnum):
    DURATION = "duration"
    DEVICE_TIME = "device_time"
    TIME_PER_STEP = "time_per_step"
    """Time of an epoch, iteration or example: no training time by itself."""


@dataclass(frozen=True, slots=True)
class Duration:
    """Hours, with the ends of the stated range (equal to ``hours`` where one value is stated)."""

    hours: float
    low_hours: float
    high_hours: float

    @classmethod
    def exactly(cls, hours: float) -> Duration:
        return cls(hours, hours, hours)

    @classmethod
    def between(cls, low: float, high: float) -> Duration:
        return cls((low + high) / 2, low, high)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A time found in a text, at ``text[start:end]``."""

    kind: QuantityKind
    duration: Duration
    """For device-time: hours of one device, summed over devices."""
    start: int
    end: int
    device: str | None = None
    """For device-time: the device as written ("GPU", "TPU core", "V100")."""


@dataclass(frozen=True, slots=True)
class Compute:
    """Floating-point operations stated in a text, at ``text[start:end]``."""

    flop: float
    start: int
    end: int


_NUMBER = rf"\d{{1,{MAX_DIGITS}}}(?:,\d{{3}}){{0,4}}(?:\.\d{{1,6}})?"
_POWER_OF_TEN = re.compile(rf"(?:(?P<factor>{_NUMBER})\s?×\s?)?10\^(?P<exponent>\d{{1,2}})")
_WORD_NUMBER = (
    r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty)(?:[- ]and[- ]a[- ]half)?|"
    r"half(?:[- ]an?)?|an?(?:[- ]single)?|single)"
)
_AMOUNT = rf"(?:{_NUMBER}|\b{_WORD_NUMBER}\b)"
_UNIT_WORD = r"seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?"
_UNIT = rf"(?:{_UNIT_WORD}|(?-i:[shd]))(?![\w^]|/s|-gen)"
_WORD_UNIT = rf"(?:{_UNIT_WORD})(?!\w)"
_HALF = r"(?:\s+and\s+a\s+half|\s*1/2)"
_TO = r"\s*(?:-|~|to|or|and)\s*"

_RANGE = re.compile(
    rf"(?P<between>between\s+|from\s+)?(?P<low>{_AMOUNT})\s*(?P<low_unit>{_WORD_UNIT})?(?P<to>{_TO})[~]?"
    rf"(?P<high>{_AMOUNT})[\s-]*(?:more\s+)?(?P<unit>{_UNIT})",
    re.IGNORECASE,
)
_SINGLE = re.compile(
    rf"(?P<amount>{_AMOUNT})(?P<half_before>{_HALF})?[\s-]{{0,3}}"
    r"(?:more\s+|full\s+|whole\s+|additional\s+|wall[- ]?clock\s+)?"
    rf"(?P<unit>{_UNIT})(?P<half>{_HALF})?",
    re.IGNORECASE,
)
_COMPOUND_TAIL = re.compile(
    rf"\s*(?:,|and)?\s*(?P<amount>{_NUMBER})\s?-?(?P<unit>{_UNIT}|(?-i:(?<=\d)m)\b)", re.IGNORECASE
)
"""A bare "m" stands for minutes only here, and glued to its number: "27h 40m"."""
_CARD = (
    r"(?:[A-Z]{1,4}-?\d{2,4}[A-Za-z]{0,4}|TPU[- ]?v?\d\w?|RTX[- ]?\d{4}(?:[- ]?Ti)?|GTX[- ]?\d{3,4}(?:[- ]?Ti)?|"
    r"\d{4}Ti|Titan\s\w{1,2})(?:[\s-]?\d{1,3}\s?GB)?[\s-]*"
)
_PROCESSOR = r"(?:GPU|TPU|accelerator|device|chip|card|core|CPU)s?[\s-]*"
_DEVICE = (
    rf"(?:(?:nvidia|tesla|google|cloud|single|geforce|amd)\s+){{0,3}}"
    rf"(?:{_CARD}(?:{_PROCESSOR}){{0,2}}|(?:{_PROCESSOR}){{1,2}})"
)
_DEVICE_TIME = re.compile(
    rf"(?P<amount>(?:{_NUMBER}\s?×\s?)?10\^\d{{1,2}}|\d{{1,3}}(?:\s\d{{3}}){{1,3}}|{_NUMBER})"
    rf"\s?(?P<scale>[kKMB]\b|thousand\b|million\b)?[\s-]*(?P<device>{_DEVICE})"
    r"(?P<unit>hours?|hrs?|days?|weeks?|months?|years?|minutes?|mins?)(?!\w)",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?::(?P<seconds>[0-5]\d))?\s?(?:hours?|hrs?|h)\b", re.IGNORECASE
)
_PER_STEP_AFTER = re.compile(
    r"\s*(?:\)?\s*(?:/|per\b|each\b|for\s+(?:each|every|one|an?|a\s+single)\b|every\b)\s*(?:training\s+|single\s+|1k\s+|100\s+)?"
    r"(?:epoch|epcoh|iter|step|batch|mini-?batch|image|img|sample|sentence|sent|example|frame|token|word|query|video|"
    r"update|episode|game|move|fold|k\b|\d+k?\s(?:step|iter|update|batch))|-per-)",
    re.IGNORECASE,
)
_PER_STEP_BEFORE = re.compile(
    r"\b(?:each|one|every|an?|per|single|1)[\s-]+(?:training[\s-]+|gradient[\s-]+|single[\s-]+)?"
    r"(?:epoch|iteration|step|update|(?:mini-?)?batch(?!\s+size|\s+of)|image|frame|example|forward\s+pass)s?\b"
    r"(?:(?!train|whole|total|entire|all\b)[^.;:]){0,80}$",
    re.IGNORECASE,
)
_NO_TRAINING_TIME_AFTER = re.compile(
    r"\s*(?:of\s+(?:\w+[\s-]){0,3}?(?:speech|audio|video|videos|data|(?:training|test|internal)\s(?:set|data|speech|audio)|recordings?|music|footage|driving|gameplay|sound|"
    r"transcribed|annotation|labell?ing|experience|play)\b|ago\b|later\b|earlier\b|old\b|worth\s+of\b|period\b|ahead\b|"
    r"window\b|interval|horizon|forecast|audio\b|speech\b|video\b|clips?\b|recordings?\b|timeout\b)",
    re.IGNORECASE,
)
_NO_AMOUNT_BEFORE = re.compile(r"(?:[\w^]|\d[.,]|[-/^]|(?<!\d)\.)$")
_ARTICLE = re.compile(r"(?:an?|single)$", re.IGNORECASE)
_ARTICLE_OF_TIME = re.compile(
    r"(?:about|around|approximately|roughly|~|nearly|almost|under|over|within|than|for|in|takes?|took|taking|only|just|"
    r"requires?|required|lasts?|lasted|needs?|needed|to|up\sto|and)\s*$",
    re.IGNORECASE,
)


_DIGITS = re.compile(r"[\d.,]+")
_DECADE = re.compile(r"(?:1[89]|20)\d0s")
_STEP_TIMES_STEPS = re.compile(
    rf"(?P<amount>{_NUMBER})\s?\(?(?P<unit>s|secs?|seconds?|mins?|minutes?|hours?|h)\s?(?:/|per)\s?"
    rf"(?:iter(?:ation)?|it|step|epoch)\)?\s*[*×]\s*(?P<steps>{_NUMBER})\s?(?P<scale>[kKM]?)(?!\w)",
    re.IGNORECASE,
)


def number_of(text: str) -> float | None:
    """A written number; None where the text is none.

    "1,024" -> 1024     "1 720 320" -> 1720320     "6.4 × 10^5" -> 640000     "16k" -> 16000
    "eight" -> 8        "a single" -> 1            "two and a half" -> 2.5    "several" -> None
    """
    plain = text.strip().lower()
    power = _POWER_OF_TEN.fullmatch(plain)
    if power:
        return float(f"{(power['factor'] or '1').replace(',', '')}e{power['exponent']}")
    thousands = plain.endswith("k")
    digits = plain.removesuffix("k")
    if re.fullmatch(rf"{_NUMBER}|\d{{1,3}}(?:\s\d{{3}}){{1,3}}", digits):
        return float(re.sub(r"[,\s]", "", digits)) * (1000 if thousands else 1)
    if plain.startswith("half"):
        return 0.5
    if re.fullmatch(r"an?(?:[- ]single)?|single", plain):
        return 1.0
    stem = re.sub(r"[- ]and[- ]a[- ]half$", "", plain)
    value = NUMBER_WORDS.get(stem)
    if value is None:
        return None
    return value + (0.5 if stem != plain else 0.0)


def hours_per(unit: str) -> float:
    """Hours in one of a written unit: "hrs" -> 1, "d" -> 24, "mins" -> 1/60."""
    first = unit.lower().rstrip(".")
    for name, hours in HOURS_PER_UNIT.items():
        if first[:1] == name[:1] and (
            first[:3] == name[:3] or first in (name[0], "hr", "hrs", "wk", "wks", "yr", "yrs")
        ):
            if name == "minute" and first.startswith("mon"):
                continue
            return hours
    raise ValueError(f"not a unit of time: {unit!r}")


def parse_duration(text: str) -> Duration | None:
    """Training time in hours, or None where the text states no total time.

    A range gives its midpoint; device-time ("3150 GPU days") is no duration.

        "3.5 days" -> 84.0        "10-14 days" -> 288.0        "27hrs 40mins" -> 27.67
        "300k steps" -> None      "0.4 s per step" -> None     "1.16 faster than LSTM" -> None
    """
    found = [quantity for quantity in find_times(text) if quantity.kind is QuantityKind.DURATION]
    return found[0].duration if found else None


def parse_device_time(text: str) -> float | None:
    """Device-hours that the text states as such, or None.

    "3150 GPU days" -> 75600.0     "200 GPUhours" -> 200.0     "8 hours on 4 GPUs" -> None
    """
    found = [quantity for quantity in find_times(text) if quantity.kind is QuantityKind.DEVICE_TIME]
    return found[0].duration.hours if found else None


def find_times(text: str) -> Iterator[Quantity]:
    """Every time in ``text``, in order: durations, device-times, and times of a single step."""
    position = 0
    ahead = {rule: rule.search(text) for rule in (_STEP_TIMES_STEPS, _CLOCK, _DEVICE_TIME, _RANGE, _SINGLE)}
    while True:
        for rule, match in ahead.items():
            if match and match.start() < position:
                ahead[rule] = rule.search(text, position)
        matches = [match for match in ahead.values() if match]
        if not matches:
            return
        first = min(matches, key=lambda match: (match.start(), -match.end()))
        if _may_begin_at(text, first.start()):
            quantities = _read(text, first)
            position = max((quantity.end for quantity in quantities), default=first.end())
            yield from _judged(text, quantities)
        else:
            position = max(_end_of_digits(text, first.start()), first.start() + 1)


_COMPUTE = re.compile(
    rf"(?:(?P<amount>{_NUMBER})\s?(?:[×x·*]\s?)?)?(?:10\s?\^\s?(?P<power>\d{{1,2}})|(?P<e>[eE]\+?(?P<exponent>\d{{1,2}})))\s?"
    r"(?P<plain>FLOPs?|flops?|FLOPS|floating[- ]point operations|operations)(?![/\w]|\s?(?:per|/))"
    rf"|(?P<amount2>{_NUMBER})\s?(?P<prefix>zetta|exa|peta|tera|Z|E|P|yotta|Y)-?(?:FLOPs?|flops?|FLOPS(?=[\s-]?(?:days?|hours?|years?)))"
    r"(?P<rate>(?:/s(?:ec)?|-?s)?[\s-]?(?P<unit>days?|hours?|years?))?(?![/\w]|\s?(?:per|/))"
)
_PREFIXES = {"t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21, "y": 1e24}


def find_compute(text: str) -> Iterator[Compute]:
    """Amounts of floating-point operations; rates (per second) and counts per image are none.

    "3.3 × 10^18 FLOPs" -> 3.3e18      "3640 petaflop/s-days" -> 3.1e23      "125 TFLOP/s", "1.1 exaFLOPS" -> nothing
    """
    for match in _COMPUTE.finditer(text):
        if match["plain"]:
            power = match["power"] or match["exponent"]
            flop = float(f"{(match['amount'] or '1').replace(',', '')}e{power}")
        else:
            flop = (number_of(match["amount2"]) or 0.0) * _PREFIXES[match["prefix"][0].lower()]
            if match["unit"]:
                flop *= hours_per(match["unit"]) * 3600
        if 0 < flop < math.inf:
            yield Compute(flop, match.start(), match.end())


def _read(text: str, match: re.Match[str]) -> list[Quantity]:
    if match.re is _STEP_TIMES_STEPS:
        return _product(match)
    if match.re is _CLOCK:
        hours = int(match["hours"]) + int(match["minutes"]) / 60 + int(match["seconds"] or 0) / 3600
        return [Quantity(QuantityKind.DURATION, Duration.exactly(hours), match.start(), match.end())]
    if match.re is _DEVICE_TIME:
        return _device_time(match)
    return _of_range(match) if match.re is _RANGE else _of_single(text, match)


def _may_begin_at(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start]
    if not _NO_AMOUNT_BEFORE.search(before):
        return True
    return before.endswith(("(", " -")) or (before.endswith("/") and before[-2:-1].isspace())


def _end_of_digits(text: str, start: int) -> int:
    match = _DIGITS.match(text, start)
    return match.end() if match else start


def _device_time(match: re.Match[str]) -> list[Quantity]:
    amount = number_of(match["amount"])
    if amount is None:
        return []
    hours = amount * _scale_of(match) * hours_per(match["unit"])
    device = match["device"].strip(" -")
    return [Quantity(QuantityKind.DEVICE_TIME, Duration.exactly(hours), match.start(), match.end(), device)]


def _product(match: re.Match[str]) -> list[Quantity]:
    """ "0.712(s/iter) * 270k": the time of a step, times the steps."""
    amount, steps = number_of(match["amount"]), number_of(match["steps"])
    if amount is None or steps is None:
        return []
    hours = amount * hours_per(match["unit"]) * steps * _scale_of(match)
    return [Quantity(QuantityKind.DURATION, Duration.exactly(hours), match.start(), match.end())]


def _scale_of(match: re.Match[str]) -> float:
    """What "k", "M" or "million" behind an amount multiplies it by."""
    return _SCALES[match["scale"].lower()] if match["scale"] else 1.0


def _of_range(match: re.Match[str]) -> list[Quantity]:
    """ "10-14 days" is one range; "40 and 50 minutes" without "between" are two times; "6 h and 12 s" is one."""
    low, high = number_of(match["low"]), number_of(match["high"])
    if low is None or high is None:
        return []
    unit = hours_per(match["unit"])
    low_hours = low * (hours_per(match["low_unit"]) if match["low_unit"] else unit)
    high_hours = high * unit
    joins = match["to"].strip().lower()
    start = match.start()
    if joins == "and" and match["low_unit"] and hours_per(match["low_unit"]) > unit:
        total = Duration.exactly(low_hours + high_hours)
        return [Quantity(QuantityKind.DURATION, total, start, match.end())]
    if (joins in ("and", "or") and not match["between"]) or low_hours >= high_hours:
        middle = match.end("low_unit") if match["low_unit"] else match.end("low")
        return [
            Quantity(QuantityKind.DURATION, Duration.exactly(low_hours), start, middle),
            Quantity(QuantityKind.DURATION, Duration.exactly(high_hours), match.start("high"), match.end()),
        ]
    return [Quantity(QuantityKind.DURATION, Duration.between(low_hours, high_hours), start, match.end())]


def _of_single(text: str, match: re.Match[str]) -> list[Quantity]:
    amount = number_of(match["amount"])
    unit = match["unit"]
    if amount is None:
        return []
    before = text[: match.start()]
    if before.strip() and _ARTICLE.match(match["amount"]) and not _ARTICLE_OF_TIME.search(before):
        return []
    if (len(unit) == 1 and not match["amount"][-1:].isdigit()) or _DECADE.fullmatch(match[0]):
        return []
    if match["half"] or match["half_before"]:
        amount += 0.5
    hours, end = amount * hours_per(unit), match.end()
    smaller = hours_per(unit)
    while tail := _COMPOUND_TAIL.match(text, end):
        if hours_per(tail["unit"]) >= smaller:
            break
        smaller = hours_per(tail["unit"])
        hours += (number_of(tail["amount"]) or 0.0) * smaller
        end = tail.end()
    return [Quantity(QuantityKind.DURATION, Duration.exactly(hours), match.start(), end)]


def _judged(text: str, quantities: list[Quantity]) -> list[Quantity]:
    """Without what is no time of training: hours of speech, years ago; times of a step are marked as such."""
    quantities = [quantity for quantity in quantities if quantity.duration.hours > 0]
    if not quantities or quantities[0].kind is QuantityKind.DEVICE_TIME:
        return quantities
    end = quantities[-1].end
    if _NO_TRAINING_TIME_AFTER.match(text, end):
        return []
    start = quantities[0].start
    if _PER_STEP_AFTER.match(text, end) or _PER_STEP_BEFORE.search(text[max(0, start - 100) : start]):
        return [
            Quantity(QuantityKind.TIME_PER_STEP, quantity.duration, quantity.start, quantity.end)
            for quantity in quantities
        ]
    return quantities
