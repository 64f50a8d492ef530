"""The frontier: how well the best models do at each amount of computing, by quantile regression."""

from __future__ import annotations

import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, IterationLimitWarning

from analysis.records import Coefficient, Fit, Refusal, RefusalCause, Subject
from analysis.resampling import resampled_coefficient, times_drawn
from analysis.samples import (
    COMPUTING,
    ERROR_RATE,
    SMALLEST_SPREAD,
    Array,
    finite_or_none,
    finite_or_refusal,
    log10_error,
    performance,
    prepared,
)

QUANTILE = 0.9
"""Of performance, whose 90th percentile is the 10th of log10(err)."""
MOST_RESAMPLED_POINTS = 100
"""Beyond, a kernel estimate of the standard errors has points enough; below, at this quantile, it often has none."""
MOST_ITERATIONS = 2000
FEW_BEST_POINTS = 5


def fit_frontier(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """The line with a tenth of log10(err) below it: the 10th percentile of log10(err) is the 90th of log10(1/err).

    By statsmodels' QuantReg (iteratively reweighted least squares) on the form's response; in the exponential form that
    is the 90th percentile of 1/err. ``r_squared`` is the pseudo R² of Koenker and Machado (1999).

    Standard errors and 95 % intervals of up to 100 points are of 1000 bootstrap resamples; of more points Powell's
    sandwich with an Epanechnikov kernel and Hall and Sheather's bandwidth, with Student's t.
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err = ready
    y = performance(subject.form, log10_err)
    n = len(x)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("error", IterationLimitWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            line = sm.QuantReg(y, np.column_stack([np.ones(n), x])).fit(q=QUANTILE, max_iter=MOST_ITERATIONS)
        except (IterationLimitWarning, ConvergenceWarning, np.linalg.LinAlgError) as error:
            reason = f"Quantile regression of {n} points did not settle on a line ({type(error).__name__})."
            return Refusal(subject, n, RefusalCause.NOT_CONVERGED, reason)
        values, kernel_errors, pseudo_r_squared = np.asarray(line.params), np.asarray(line.bse), float(line.prsquared)
    if n <= MOST_RESAMPLED_POINTS:
        uncertain = _resampled(values, x, y)
    else:
        uncertain = _with_kernel_errors(values, kernel_errors, float(stats.t.ppf(0.975, n - 2)))
    best = round((1 - QUANTILE) * n)
    return finite_or_refusal(
        Fit(
            subject=subject,
            n=n,
            coefficients=uncertain,
            r_squared=finite_or_none(pseudo_r_squared),
            lowest_computing_flop=float(10 ** x.min()),
            highest_computing_flop=float(10 ** x.max()),
            note=f"Only about {best} of {n} points lie beyond the line." if best < FEW_BEST_POINTS else None,
        )
    )


def _resampled(values: Array, x: Array, y: Array) -> tuple[Coefficient, ...]:
    """Bootstrap with exact lines: the best line of a resample runs through two points, so all pairs are tried."""
    first, second = np.triu_indices(len(x), 1)
    apart = np.abs(x[second] - x[first]) > SMALLEST_SPREAD
    first, second = first[apart], second[apart]
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    intercepts = y[first] - slopes * x[first]
    residuals = y[:, np.newaxis] - intercepts - slopes * x[:, np.newaxis]
    losses = np.maximum(QUANTILE * residuals, (QUANTILE - 1) * residuals)
    best = np.concatenate([np.argmin(drawn @ losses, axis=1) for drawn in times_drawn(len(x))])
    return (
        resampled_coefficient("intercept", float(values[0]), intercepts[best]),
        resampled_coefficient("slope", float(values[1]), slopes[best]),
    )


def _with_kernel_errors(values: Array, errors: Array, t: float) -> tuple[Coefficient, ...]:
    return tuple(
        Coefficient(
            name=name,
            value=float(value),
            standard_error=finite_or_none(error),
            low=finite_or_none(value - t * error),
            high=finite_or_none(value + t * error),
        )
        for name, value, error in zip(("intercept", "slope"), values, errors, strict=True)
    )
