"""Amounts with their thousands, millions and billions, as papers write them of parameters and operations."""

from __future__ import annotations

import re

from extractors.quantities import number_of

_POWERS = {
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mega": 6,
    "mio": 6,
    "mil": 6,
    "million": 6,
    "g": 9,
    "giga": 9,
    "b": 9,
    "billion": 9,
}
_POWERS |= {"t": 12, "tera": 12, "trillion": 12}
_TEN = re.compile(r"10\s?\^?\s?(\d{1,2})")

SCALE_WORD = r"(?:mio|mil|thousands?|millions?|billions?|trillions?|10\^\s?\d{1,2})"
NUMBER = r"(?:\d{1,3}(?:,\d{3}|,\s000){1,4}|\d{1,12}(?:\.\d{1,4})?)"


def power_of(scale: str) -> int | None:
    """Power of ten: "M" -> 6, "billions" -> 9, "× 10^6" -> 6; None for what is no unit."""
    ten = _TEN.search(scale)
    if ten is not None:
        return int(ten[1])
    word = scale.strip(" .-").lower()
    return _POWERS.get(word) or _POWERS.get(word.rstrip("s"))


def amount_of(number: str, scale: str | None) -> float | None:
    """ "25.6", "M" -> 2.56e7      "1,281,167", None -> 1281167      "ten", None -> 10      "many", None -> None"""
    value = number_of(number.replace(" ", ""))
    if value is None:
        return None
    power = power_of(scale) if scale else 0
    return None if power is None else scaled(value, power)


def scaled(value: float, power: int) -> float:
    """A number of so many powers of ten, without a tail of binary digits: 4.1, 6 -> 4100000."""
    return float(f"{value!r}e{power}") if "e" not in repr(value) else value * 10**power
