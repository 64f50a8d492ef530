"""Points made ready for a fit: in an order of their own, or a refusal that says why no line can be drawn."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from analysis.records import Fit, Form, Refusal, RefusalCause, Subject

Array = npt.NDArray[np.float64]

FEWEST_POINTS = 5
SMALLEST_SPREAD = 1e-9
"""Of logarithms and years: points that differ by less than 2 parts in 10^9 do not differ."""

LEAST_FREEDOM = 1e-9
"""1 - leverage: a point with less fixes the line alone, and what follows from its residual is rounding."""

COMPUTING = "computing"
ERROR_RATE = "error rate"
YEAR = "year"


def prepared(
    subject: Subject, varying: Mapping[str, Array], others: Mapping[str, Array] | None = None
) -> tuple[Array, ...] | Refusal:
    """The columns sorted by their values, so that the order of the points changes no digit of a fit.

    ``varying``: columns, in logarithms or years, that must differ between points; ``others`` need only be finite.
    Refused are fewer than 5 points, numbers that are not finite, and columns without spread, in this order.

        {"computing": [18, 19, 20, 21, 22], "error rate": [-0.4, -0.5, -0.6, -0.7, -0.8]} -> both, sorted by computing
        {"computing": [18, 18, 18, 18, 18], …}  -> "All 5 points have the same computing."
    """
    columns = {**varying, **(others or {})}
    arrays = {name: np.asarray(values, dtype=np.float64) for name, values in columns.items()}
    lengths = {len(values) for values in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(f"columns of different lengths: { {name: len(values) for name, values in arrays.items()} }")
    (n,) = lengths
    if n < FEWEST_POINTS:
        points = "1 point" if n == 1 else f"{n} points"
        return Refusal(subject, n, RefusalCause.TOO_FEW_POINTS, f"{points}; a line needs {FEWEST_POINTS}.")
    for name, values in arrays.items():
        unusable = int(np.count_nonzero(~np.isfinite(values)))
        if unusable:
            reason = f"The {name} is no finite number in {unusable} of {n} points."
            return Refusal(subject, n, RefusalCause.NOT_FINITE, reason)
    for name in varying:
        if np.ptp(arrays[name]) <= SMALLEST_SPREAD:
            return Refusal(subject, n, RefusalCause.NO_SPREAD, f"All {n} points have the same {name}.")
    order = np.lexsort(tuple(reversed(arrays.values())))
    return tuple(values[order] for values in arrays.values())


def log10_error(error_fraction: Array) -> Array:
    """log10(err); not finite, and so refused by ``prepared``, where err is not above 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log10(np.asarray(error_fraction, dtype=np.float64)))


def performance(form: Form, log10_err: Array) -> Array:
    """The response of the form: log10(1/err), or 1/err. err = 0.1: 1 or 10."""
    with np.errstate(over="ignore"):  # fits of infinite numbers are refused
        return -log10_err if form is Form.POLYNOMIAL else np.asarray(10.0**-log10_err)


def finite_or_refusal(fit: Fit) -> Fit | Refusal:
    """The fit, unless a coefficient or a sum of squares overflowed."""
    numbers = [each.value for each in fit.coefficients] + ([] if fit.r_squared is None else [fit.r_squared])
    if np.isfinite(numbers).all():
        return fit
    reason = f"The numbers of the {fit.n} points are too far apart: the fit overflows."
    return Refusal(fit.subject, fit.n, RefusalCause.NOT_FINITE, reason)


def finite_or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
