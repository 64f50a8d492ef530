"""What a curator types into a field, as the field's value; or, in words, why it is none.

Values come out in the units of ``db.fields``: hours, FLOP, percent. What the paper does not say is None and is
typed as ``-``, or as nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from db.errors import RecordError
from db.fields import FIELD_TYPES, checked_value
from extractors.lexicon.benchmarks import load_datasets, load_metrics
from extractors.lexicon.catalogue import Catalogue
from extractors.quantities import (
    MAX_DIGITS,
    Duration,
    QuantityKind,
    find_compute,
    find_times,
    number_of,
    parse_device_time,
)
from extractors.records import CountUnit, Property, Stage
from models.burden import GENERIC_NAMES
from portal.desk.value_words import in_words

Value = str | int | float | bool | None

LONGEST_TEXT = 200
"""Characters that may be typed into a field."""

DURATION_ENDS = ("duration_hours_low", "duration_hours_high")
YES_OR_NO = ("mixed_precision", "own", "ensemble", "extra_training_data")

_NOT_SAID = frozenset(("", "-", "–", "—", "?", "none", "not said", "paper does not say"))
_YES = frozenset(("yes", "y", "true", "1"))
_NO = frozenset(("no", "n", "false", "0"))
_MINUS_AND_TIMES = str.maketrans({"−": "-", "–": "-", "×": "×", "·": "×", "∙": "×", "*": "×", "\u00a0": " "})
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED_RUN = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")

_PLAIN = re.compile(rf"[+-]?(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,{MAX_DIGITS}}})?(?:\.\d{{1,{MAX_DIGITS}}})?(?<=\d)")
_POWER = re.compile(
    rf"(?:(?P<factor>\d{{1,{MAX_DIGITS}}}(?:\.\d{{1,{MAX_DIGITS}}})?)\s?[×xX]\s?)?10\s?\^\s?\{{?(?P<power>[+-]?\d{{1,3}})\}}?"
)
_SCIENTIFIC = re.compile(rf"(?P<factor>\d{{1,{MAX_DIGITS}}}(?:\.\d{{1,{MAX_DIGITS}}})?)[eE](?P<power>[+-]?\d{{1,3}})")
_SUFFIXED = re.compile(
    r"(?P<amount>[\d.,]+)\s?(?P<suffix>k|K|M|G|B|T|P|E|Z|thousand|million|billion|trillion)", re.IGNORECASE
)
_SUFFIXES: Mapping[str, int] = {
    **{"k": 3, "K": 3, "thousand": 3, "M": 6, "m": 6, "million": 6, "G": 9, "g": 9, "B": 9, "b": 9, "billion": 9},
    **{"T": 12, "t": 12, "trillion": 12, "P": 15, "E": 18, "Z": 21},
}
_FLOP_WORD = re.compile(r"\s?FLOPs?$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(?:\s?[xX×])?(?:\s?(?:GPUs?|TPUs?|devices?|chips?|cores?|cards?|machines?|nodes?|crops?))?$", re.I
)
_HOURS_ALONE = re.compile(rf"\d{{1,{MAX_DIGITS}}}(?:,\d{{3}})*(?:\.\d{{1,6}})?")


class TypedError(ValueError):
    """What was typed is no value of the field; the message says what the field takes."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as read, what is to be told of it, and the values of other fields that were typed with it."""

    value: Value
    note: str = ""
    others: Mapping[str, Value] = field(default_factory=dict)


def read_typed(name: str, text: str, catalogue: Catalogue) -> Typed:
    """The value that ``text`` means in the field ``name``; ``TypedError`` says in words what is wrong.

    ("duration_hours", "3.5 d") -> 84.0, and so its ends  ("accelerator_count", "2 x 8") -> 16
    ("duration_hours", "10-14 days") -> 288.0, with the ends 240 and 336
    ("flop", "3.1 × 10^20") -> 3.1e20                  ("quantity", "2.5M") -> 2500000
    ("accelerator", "v100s") -> "NVIDIA Tesla V100"    ("accelerator", "Zephyr Q9") -> as typed, with a note
    ("own", "yes") -> True                             (any, "-") -> None: the paper does not say
    ("duration_hours", "300k steps"), ("accelerator_count", "many") are refused
    """
    if name not in FIELD_TYPES:
        raise TypedError(f"there is no field {name!r}")
    plain = " ".join(text.translate(_MINUS_AND_TIMES).split())
    if len(plain) > LONGEST_TEXT:
        raise TypedError(f"at most {LONGEST_TEXT} characters")
    if plain.casefold() in _NOT_SAID:
        return Typed(None, others=dict.fromkeys(DURATION_ENDS) if name == "duration_hours" else {})
    typed = _read(name, plain, catalogue)
    try:
        checked: Any = checked_value(name, typed.value, "")
    except RecordError as refused:
        raise TypedError(str(refused).removeprefix(": ")) from None
    return Typed(checked, typed.note, typed.others)


def _read(name: str, plain: str, catalogue: Catalogue) -> Typed:
    if name == "accelerator":
        return _accelerator(plain, catalogue)
    if name in YES_OR_NO:
        return Typed(_yes_or_no(plain))
    if name in ("duration_hours", *DURATION_ENDS):
        return _duration(name, plain)
    if name == "device_hours":
        return Typed(_device_hours(plain))
    if FIELD_TYPES[name] is int:
        return Typed(_count(plain))
    if name == "value":
        return Typed(_percent(plain))
    if FIELD_TYPES[name] is float:
        return Typed(_amount(plain))
    return Typed(_word(name, plain))


def _duration(name: str, plain: str) -> Typed:
    """Hours of one time that is the whole text; a number alone is hours."""
    if _HOURS_ALONE.fullmatch(plain):
        return _with_ends(name, Duration.exactly(float(plain.replace(",", ""))))
    found = list(find_times(plain))
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(plain)):
        raise TypedError(f"{plain!r} is no time: write 84 h, 3.5 d, 2 weeks, 90 min, 3 days 4 hours or 10-14 days")
    if found[0].kind is QuantityKind.DEVICE_TIME:
        raise TypedError(f"{plain!r} is time of all devices together: it belongs in device-hours")
    if found[0].kind is not QuantityKind.DURATION:
        raise TypedError(f"{plain!r} is the time of a step, not of the training")
    return _with_ends(name, found[0].duration)


def _with_ends(name: str, duration: Duration) -> Typed:
    """A training time with the ends of its range: those of a time before a correction would widen its interval."""
    if name != "duration_hours":
        return Typed(duration.hours)
    low, high = duration.low_hours, duration.high_hours
    note = "" if low == high else f"from {low:g} to {high:g} h"
    return Typed(duration.hours, note, dict(zip(DURATION_ENDS, (low, high), strict=True)))


def _device_hours(plain: str) -> float:
    """ "3150 GPU days" -> 75600; a plain time, too, is taken for the time of all devices together."""
    stated = parse_device_time(plain)
    if stated is not None:
        return stated
    hours = _duration("device_hours", plain).value
    if not isinstance(hours, float):
        raise TypedError(f"{plain!r} is no device-time: write 3150 GPU days or 75600 h")
    return hours


def _count(plain: str) -> int:
    """ "8", "8x", "8 GPUs" -> 8; "2 x 8" -> 16; "eight" -> 8."""
    product = 1.0
    for factor in re.split(r"\s?[xX×]\s?(?=\d)", plain):
        number = number_of(_COUNTED.sub("", factor))
        if number is None or number != int(number):
            raise TypedError(f"{plain!r} is no whole number: write 8, 8x or 2 x 8")
        product *= number
    if not math.isfinite(product):
        raise TypedError(f"{plain!r} is too large a number")
    return int(product)


def _percent(plain: str) -> float:
    bare = plain.removesuffix("%").strip()
    if not _PLAIN.fullmatch(bare):
        raise TypedError(f"{plain!r} is no value in percent: write 28.4 or 76.3%")
    return float(bare.replace(",", ""))


def _amount(plain: str) -> float:
    """ "1.2e21", "3.1 × 10^20", "3.1×10²⁰ FLOP", "2.5M", "25,600,000", "3640 petaflop/s-days"."""
    compute = list(find_compute(plain))
    if len(compute) == 1 and (compute[0].start, compute[0].end) == (0, len(plain)):
        return compute[0].flop
    bare = _RAISED_RUN.sub(lambda run: "^" + run[0].translate(_RAISED), _FLOP_WORD.sub("", plain))
    if power := _POWER.fullmatch(bare) or _SCIENTIFIC.fullmatch(bare):
        return float(f"{power['factor'] or 1}e{power['power']}")
    suffixed = _SUFFIXED.fullmatch(bare)
    exponent = _exponent(suffixed["suffix"]) if suffixed else 0
    digits = suffixed["amount"] if suffixed else bare
    if exponent is None or not _PLAIN.fullmatch(digits):
        raise TypedError(f"{plain!r} is no number: write 1.2e21, 3.1 x 10^20, 2.5M or 25600000")
    return float(f"{digits.replace(',', '')}e{exponent}")


def _exponent(suffix: str) -> int | None:
    return _SUFFIXES.get(suffix, _SUFFIXES.get(suffix.casefold()))


def _yes_or_no(plain: str) -> bool:
    if plain.casefold() in _YES:
        return True
    if plain.casefold() in _NO:
        return False
    raise TypedError(f"{plain!r} is neither yes nor no")


def _word(name: str, plain: str) -> str:
    """Free text, or one of the field's words, told by any beginning that only it has."""
    allowed = CHOICES.get(name)
    if allowed is None:
        return plain
    lowered = plain.casefold()
    if lowered in allowed:
        return lowered
    begun = [word for word in allowed if word.startswith(lowered)]
    if len(begun) == 1:
        return begun[0]
    raise TypedError(f"{plain!r} is none of {', '.join(allowed)}")


def _accelerator(plain: str, catalogue: Catalogue) -> Typed:
    if plain.upper() in GENERIC_NAMES:
        return Typed(plain.upper(), "no model is named, so there is no rate")
    found = catalogue.named(plain) or catalogue.find(plain)
    if found is None:
        return Typed(plain, f"{plain!r} is not in the catalogue; it is kept as written")
    rate = f"{in_words('tflops', found.peak_tflops)} {found.peak_precision}" if found.peak_tflops else "no rate known"
    return Typed(found.name, rate)


CHOICES: Mapping[str, tuple[str, ...]] = {
    "stage": tuple(map(str, Stage)),
    "count_unit": tuple(map(str, CountUnit)),
    "property": tuple(map(str, Property)),
    "benchmark": tuple(sorted(row.benchmark for row in load_datasets() if row.benchmark)),
    "metric": tuple(row.metric for row in load_metrics()),
}
"""The words of the fields that take no others."""
