"""Axes that charts share: powers of ten, error rates, and the money and CO2 that stand for FLOP."""

from __future__ import annotations

import math

import altair as alt

_FEWEST_TENFOLDS = 3
_SUPERSCRIPTS = {**dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True)), "−": "⁻", "\\\\.": "·"}


def _superscript(number: str) -> str:
    """An expression that writes the number of another as an exponent."""
    text = f"format({number}, '.3~g')"
    for digit, raised in _SUPERSCRIPTS.items():
        text = f"replace({text}, regexp('{digit}', 'g'), '{raised}')"
    return text


POWER_LABELS = f"'10' + {_superscript('datum.value')}"
"""20 -> "10²⁰"        20.5 -> "10²⁰·⁵" """
_MANTISSA = "datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9))"
PERCENT_LABELS = f"indexof([4, 6, 8, 9], round(1e6 * {_MANTISSA}) / 1e6) >= 0 ? '' : format(datum.value, '~g') + ' %'"
"""Of a logarithmic axis: 20 -> "20 %"        0.5 -> "0.5 %"        40 -> "", as 30 and 50 are labelled beside it"""


def amount_labels(log10_unit: float, sign: str = "") -> str:
    """Labels of an axis of log10(FLOP) that tell amounts of a unit of so many FLOP: "$1.3M" for 10^20 FLOP.

    Beyond what prefixes are known for, powers of ten.
    """
    exponent = f"(datum.value - {log10_unit:.4f})"
    written = f"replace(format(pow(10, {exponent}), '.2~s'), 'G', 'B')"
    power = f"'10' + {_superscript(f'round{exponent}')}"
    small = f"format(pow(10, {exponent}), '.1~g')"
    return f"'{sign}' + ({exponent} >= 15 ? {power} : {exponent} < 0 ? {small} : {written})"


def power_axis(title: str, ticks: int, tenfolds: float) -> alt.Axis:
    """Whole powers, unless the axis has too few of them."""
    step = 1 if tenfolds >= _FEWEST_TENFOLDS else 0.25
    return alt.Axis(
        title=title, labelExpr=POWER_LABELS, tickCount=ticks, tickMinStep=step, labelOverlap="greedy", grid=True
    )


def year_axis(title: str, ticks: int) -> alt.Axis:
    return alt.Axis(title=title, format="d", tickCount=ticks, tickMinStep=1, labelOverlap="greedy", grid=True)


def padded(low: float, high: float, share: float, least: float) -> tuple[float, float]:
    """The range with some room on either side: 18 to 24, a twentieth -> 17.7 to 24.3"""
    margin = max((high - low) * share, least)
    return low - margin, high + margin


def padded_logarithmic(low: float, high: float, share: float) -> tuple[float, float]:
    """As ``padded``, by factors: 10 to 40, 7 % of the decades -> 9.1 to 44.1, at least 5 % on either side."""
    margin = max(math.log10(high / low) * share, math.log10(1.05))
    return low / 10**margin, high * 10**margin
