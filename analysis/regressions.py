"""Least squares over points: the line, the line reversed, the line with the year beside it, and the conversion.

Every function takes arrays with one number a point, and gives a Fit or a Refusal. Intervals are of 95 %, by Student's t
with n - k degrees of freedom from classical standard errors; HC3 errors (MacKinnon and White 1985) stand beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats
from statsmodels.regression.linear_model import OLS

from analysis.form_comparison import information_criteria
from analysis.records import Coefficient, Fit, Refusal, RefusalCause, Subject
from analysis.samples import (
    COMPUTING,
    ERROR_RATE,
    LEAST_FREEDOM,
    SMALLEST_SPREAD,
    YEAR,
    Array,
    finite_or_none,
    finite_or_refusal,
    log10_error,
    performance,
    prepared,
)

YEAR_ZERO = 2012
"""Years are counted from AlexNet's, as the study does."""


def fit_ordinary(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """Performance on log10(C) by ordinary least squares, in the subject's form.

    C = 10^18 … 10^22 with err = 0.4 x (C / 10^18)^-0.1: slope 0.1, intercept 0.398 - 1.8 = -1.402.
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err = ready
    line = _least_squares(performance(subject.form, log10_err), [x])
    return finite_or_refusal(_performance_fit(subject, line, ("intercept", "slope"), x, log10_err))


def fit_year_trend(subject: Subject, log10_computing: Array, error_fraction: Array, year: Array) -> Fit | Refusal:
    """Performance on log10(C) and (year - 2012): what algorithms gained beside computing.

    A tenfold of C adds ``slope``, a year ``slope_year``, so ``years_per_tenfold`` = slope / slope_year: 0.064 / 0.025 =
    2.55 years of algorithmic progress are worth ten times the computing. None where either is not above 0.
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction), YEAR: year})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err, year = ready
    n = len(x)
    if 1 - np.corrcoef(x, year)[0, 1] ** 2 <= SMALLEST_SPREAD:
        reason = f"Computing and year of all {n} points rise in step: what each gained cannot be told apart."
        return Refusal(subject, n, RefusalCause.NO_SPREAD, reason)
    line = _least_squares(performance(subject.form, log10_err), [x, year - YEAR_ZERO])
    fit = _performance_fit(subject, line, ("intercept", "slope", "slope_year"), x, log10_err)
    slope, slope_year = fit.slope, fit.coefficient("slope_year").value
    if slope <= 0 or slope_year <= 0:
        losing = "more computing" if slope <= 0 else "later years"
        note = f"No years of progress for ten times the computing: with {losing}, performance does not rise."
        return finite_or_refusal(replace(fit, note=note))
    low, high = _fieller_interval(slope, slope_year, line.covariance[1:, 1:], line.t)
    years = slope / slope_year
    return finite_or_refusal(
        replace(fit, years_per_tenfold=years, years_per_tenfold_low=low, years_per_tenfold_high=high)
    )


def fit_time_trend(subject: Subject, year: Array, error_fraction: Array) -> Fit | Refusal:
    """Performance on (year - 2012) by ordinary least squares, in the subject's form; ``slope`` is what a year adds.

    err = 0.4 x 0.8^(year - 2012): slope log10(1 / 0.8) = 0.097 a year, intercept log10(1 / 0.4) = 0.398.
    """
    ready = prepared(subject, {YEAR: year, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    year, log10_err = ready
    since = year - YEAR_ZERO
    line = _least_squares(performance(subject.form, log10_err), [since])
    fit = _performance_fit(subject, line, ("intercept", "slope"), since, log10_err)
    return finite_or_refusal(replace(fit, lowest_computing_flop=None, highest_computing_flop=None))


def fit_reverse(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """log10(C) = a + b * performance by least squares, solved for performance: slope 1/b, intercept -a/b.

    The steepest line that the noise allows: its slope is that of least squares divided by R². The interval of the slope
    is that of b, turned over; it has no ends where b's holds 0. Standard errors by the delta method: se(b) / b².
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err = ready
    line = _least_squares(x, [performance(subject.form, log10_err)])
    a, b = line.values
    if abs(b) * np.ptp(log10_err) <= SMALLEST_SPREAD * np.ptp(x):
        reason = f"In {len(x)} points computing does not depend on performance at all: there is nothing to solve."
        return Refusal(subject, len(x), RefusalCause.NOT_FINITE, reason)
    gradient = np.array([[-1 / b, a / b**2], [0.0, -1 / b**2]])
    covariance = gradient @ line.covariance @ gradient.T
    errors = np.sqrt(np.diag(covariance))
    hc3_errors = np.sqrt(np.diag(gradient @ line.hc3_covariance @ gradient.T))
    b_ends = [b - line.t * line.errors[1], b + line.t * line.errors[1]]
    bounded = b_ends[0] * b_ends[1] > 0
    intercept, slope = float(-a / b), float(1 / b)
    intercept_ends: tuple[float | None, float | None] = (None, None)
    slope_ends: tuple[float | None, float | None] = (None, None)
    if bounded:
        intercept_ends = (intercept - line.t * float(errors[0]), intercept + line.t * float(errors[0]))
        slope_ends = (float(1 / b_ends[1]), float(1 / b_ends[0]))
    return finite_or_refusal(
        Fit(
            subject=subject,
            n=len(x),
            coefficients=(
                Coefficient(
                    "intercept", intercept, finite_or_none(errors[0]), finite_or_none(hc3_errors[0]), *intercept_ends
                ),
                Coefficient("slope", slope, finite_or_none(errors[1]), finite_or_none(hc3_errors[1]), *slope_ends),
            ),
            r_squared=line.r_squared,
            lowest_computing_flop=float(10 ** x.min()),
            highest_computing_flop=float(10 ** x.max()),
            intercept_slope_covariance=finite_or_none(covariance[0, 1]),
            note=None if bounded else "The slope has no bounds: computing may not depend on performance at all.",
        )
    )


def fit_conversion(subject: Subject, log10_network_operations: Array, log10_hardware_burden: Array) -> Fit | Refusal:
    """log10(hardware burden) on log10(network operations), of the points that know both."""
    columns = {"network operations": log10_network_operations, "hardware burden": log10_hardware_burden}
    ready = prepared(subject, columns)
    if isinstance(ready, Refusal):
        return ready
    x, y = ready
    return finite_or_refusal(_fit(subject, _least_squares(y, [x]), ("intercept", "slope"), x))


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """What least squares yields, the constant first."""

    n: int
    values: Array
    covariance: Array
    hc3_covariance: Array
    """Not a number where a point fixes the line alone."""
    t: float
    """97.5th percentile of Student's t: half the width of the interval in standard errors."""
    r_squared: float
    residual_sum_of_squares: float

    @property
    def errors(self) -> Array:
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def hc3_errors(self) -> Array:
        return np.asarray(np.sqrt(np.diag(self.hc3_covariance)))


def _least_squares(response: Array, regressors: Sequence[Array]) -> _Line:
    design = np.column_stack([np.ones_like(response), *regressors])
    basis, _ = np.linalg.qr(design)
    fixed = np.any(1 - np.sum(basis**2, axis=1) <= LEAST_FREEDOM)
    with np.errstate(all="ignore"):  # numbers too far apart overflow, and are refused
        results: Any = OLS(response, design).fit()
        covariance = np.asarray(results.cov_params())
        return _Line(
            n=len(response),
            values=np.asarray(results.params),
            covariance=covariance,
            hc3_covariance=np.full_like(covariance, np.nan) if fixed else np.asarray(results.cov_HC3),
            t=float(stats.t.ppf(0.975, results.df_resid)),
            r_squared=float(results.rsquared),
            residual_sum_of_squares=float(results.ssr),
        )


def _fit(subject: Subject, line: _Line, names: Sequence[str], log10_computing: Array) -> Fit:
    coefficients = tuple(
        Coefficient(
            name=name,
            value=float(value),
            standard_error=finite_or_none(error),
            hc3_standard_error=finite_or_none(hc3_error),
            low=finite_or_none(value - line.t * error),
            high=finite_or_none(value + line.t * error),
        )
        for name, value, error, hc3_error in zip(names, line.values, line.errors, line.hc3_errors, strict=True)
    )
    return Fit(
        subject=subject,
        n=line.n,
        coefficients=coefficients,
        r_squared=line.r_squared,
        residual_standard_deviation=finite_or_none(math.sqrt(line.residual_sum_of_squares / (line.n - len(names)))),
        lowest_computing_flop=float(10 ** log10_computing.min()),
        highest_computing_flop=float(10 ** log10_computing.max()),
        intercept_slope_covariance=finite_or_none(line.covariance[0, 1]),
    )


def _performance_fit(subject: Subject, line: _Line, names: Sequence[str], x: Array, log10_err: Array) -> Fit:
    aic, bic = information_criteria(subject.form, log10_err, line.residual_sum_of_squares, len(names))
    return replace(_fit(subject, line, names, x), aic=aic, bic=bic)


def _fieller_interval(above: float, below: float, covariance: Array, t: float) -> tuple[float | None, float | None]:
    """Ends of the interval of above/below (Fieller 1954): all ratios r with |above - r below| <= t standard errors.

    No ends where ``below`` may be 0, that is |below| <= t se(below).
    """
    a = below**2 - t**2 * covariance[1, 1]
    b = above * below - t**2 * covariance[0, 1]
    c = above**2 - t**2 * covariance[0, 0]
    discriminant = b**2 - a * c
    if a <= 0 or discriminant < 0:
        return None, None
    return float((b - math.sqrt(discriminant)) / a), float((b + math.sqrt(discriminant)) / a)
