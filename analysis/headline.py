"""What a slope means in words: how much more computing halves the error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.records import Fit, Form
from analysis.wording import COMPUTING_NAMES, factor, source_name, task_title


@dataclass(frozen=True, slots=True)
class Halving:
    """log10 of the factor of computing that halves the error rate, by the polynomial form."""

    log10_factor: float | None
    """None where more computing goes with no less error."""
    log10_low: float | None
    log10_high: float | None
    """None where the interval of the slope reaches 0: no factor is too large for the data."""


def halving(fit: Fit) -> Halving:
    """2^(1/slope) from log10(1/err) = intercept + slope log10(C): twice 1/err takes log10(2)/slope more of log10(C).

    slope 0.0933 (0.075 to 0.112) -> ×1,700 (×490 to ×10,000)        slope -0.01 -> none
    """
    if fit.subject.form is not Form.POLYNOMIAL:
        raise ValueError(f"the factor that halves the error depends on the error in the {fit.subject.form} form")
    slope = fit.coefficient("slope")
    return Halving(_factor(slope.value), _factor(slope.high), _factor(slope.low))


def _factor(slope: float | None) -> float | None:
    return math.log10(2) / slope if slope is not None and slope > 0 else None


def how_to_read(fits: Sequence[Fit]) -> str:
    """``fits``: the polynomial lines on one computing. The line of most models among those with both bounds is told
    in words, and how many have no upper one."""
    if not fits:
        return "No benchmark has enough points with a hardware burden for a line."
    bounded = [fit for fit in fits if halving(fit).log10_factor is not None and halving(fit).log10_high is not None]
    text = "The steeper the line, the less computing halves the error. "
    if bounded:
        text += f"Read the table so: {halving_sentence(max(bounded, key=lambda fit: fit.n))} "
    if len(bounded) < len(fits):
        text += (
            f"Of {len(fits)} lines on the {COMPUTING_NAMES[fits[0].subject.computing]}, "
            f"{len(fits) - len(bounded)} may be flat for all their points say: there no factor is too large."
        )
    return text.rstrip()


def halving_sentence(fit: Fit) -> str:
    """For the reader, complete in itself."""
    subject, slope = fit.subject, fit.coefficient("slope")
    what = COMPUTING_NAMES[subject.computing]
    where = f"{task_title(subject.benchmark, subject.metric)} ({source_name(subject.source)}, {fit.n:,} models)"
    half = halving(fit)
    if half.log10_factor is None:
        return f"{where}: the error does not fall with the {what} in these data, so no factor halves it."
    sentence = f"{where}: half the error takes {factor(half.log10_factor)} the {what}"
    if half.log10_low is None or slope.low is None:
        return f"{sentence}."
    if half.log10_high is None:
        return (
            f"{sentence}, by 95 % confidence at least {factor(half.log10_low)}; no upper end, since the interval of "
            "the slope reaches 0."
        )
    return f"{sentence} (95 % interval {factor(half.log10_low)} to {factor(half.log10_high)})."
