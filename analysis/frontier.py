"""The frontier: how well the best models do at each amount of computing, by quantile regression."""

from __future__ import annotations

import numpy as np
from scipy import stats
from scipy.optimize import linprog
from statsmodels.regression.quantile_regression import hall_sheather

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
MOST_ITERATIONS = 100_000
FEW_BEST_POINTS = 5


def fit_frontier(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """The line with a tenth of log10(err) below it: the 10th percentile of log10(err) is the 90th of log10(1/err).

    The exact solution of the linear programme that quantile regression is (Koenker and Bassett 1978), on the form's
    response; in the exponential form that is the 90th percentile of 1/err. (QuantReg of statsmodels reweights least
    squares and stops when its steps get small: of 1500 drawings of 8 to 300 points, one in a hundred was off by 0.002
    or more in a slope of 0.08.) ``r_squared`` is the pseudo R² of Koenker and Machado (1999).

    Standard errors and 95 % intervals of up to 100 points are of 1000 bootstrap resamples; of more points Powell's
    sandwich with an Epanechnikov kernel and Hall and Sheather's bandwidth, with Student's t.
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err = ready
    y = performance(subject.form, log10_err)
    n = len(x)
    line = _exact_line(x, y)
    if line is None:
        reason = f"Quantile regression of {n} points did not settle on a line."
        return Refusal(subject, n, RefusalCause.NOT_CONVERGED, reason)
    residuals = y - line[0] - line[1] * x
    if n <= MOST_RESAMPLED_POINTS:
        coefficients, covariance = _resampled(line, x, y)
    else:
        coefficients, covariance = _with_kernel(line, x, y, residuals)
    best = round((1 - QUANTILE) * n)
    return finite_or_refusal(
        Fit(
            subject=subject,
            n=n,
            coefficients=coefficients,
            r_squared=float(1 - _losses(residuals).sum() / _losses(y - np.quantile(y, QUANTILE)).sum()),
            lowest_computing_flop=float(10 ** x.min()),
            highest_computing_flop=float(10 ** x.max()),
            intercept_slope_covariance=covariance,
            note=f"Only about {best} of {n} points lie beyond the line." if best < FEW_BEST_POINTS else None,
        )
    )


def _losses(residuals: Array) -> Array:
    """What quantile regression minimises: points above the line weigh 0.9 of their distance, those below 0.1."""
    return np.maximum(QUANTILE * residuals, (QUANTILE - 1) * residuals)


def _exact_line(x: Array, y: Array) -> Array | None:
    """Intercept and slope, as the dual of: maximise a·y over 0 <= a <= 1 with a·X = (1 - 0.9) sum of the rows of X."""
    x_middle, y_middle, y_width = x.mean(), np.median(y), np.ptp(y)
    design = np.column_stack([np.ones_like(x), x - x_middle])
    solved = linprog(
        -(y - y_middle) / y_width,
        A_eq=design.T,
        b_eq=(1 - QUANTILE) * design.sum(axis=0),
        bounds=(0, 1),
        method="highs",
        options={"maxiter": MOST_ITERATIONS},
    )
    if solved.status != 0:
        return None
    intercept, slope = -solved.eqlin.marginals * y_width
    return np.array([intercept + y_middle - slope * x_middle, slope])


def _resampled(line: Array, x: Array, y: Array) -> tuple[tuple[Coefficient, ...], float | None]:
    """Bootstrap with exact lines: the best line of a resample runs through two points, so all pairs are tried."""
    first, second = np.triu_indices(len(x), 1)
    apart = np.abs(x[second] - x[first]) > SMALLEST_SPREAD
    first, second = first[apart], second[apart]
    slopes = (y[second] - y[first]) / (x[second] - x[first])
    intercepts = y[first] - slopes * x[first]
    losses = _losses(y[:, np.newaxis] - intercepts - slopes * x[:, np.newaxis])
    best = np.concatenate([np.argmin(drawn @ losses, axis=1) for drawn in times_drawn(len(x))])
    coefficients = (
        resampled_coefficient("intercept", float(line[0]), intercepts[best]),
        resampled_coefficient("slope", float(line[1]), slopes[best]),
    )
    return coefficients, float(np.cov(intercepts[best], slopes[best])[0, 1])


def _with_kernel(line: Array, x: Array, y: Array, residuals: Array) -> tuple[tuple[Coefficient, ...], float | None]:
    """Koenker (2005, 3.4): covariance (X'X)^-1 X'DX (X'X)^-1, D from the density of the residuals around the line."""
    n = len(x)
    half = hall_sheather(n, QUANTILE)
    spread = min(np.std(y), np.subtract(*np.percentile(residuals, [75, 25])) / 1.34)
    width = spread * (stats.norm.ppf(QUANTILE + half) - stats.norm.ppf(QUANTILE - half))
    design = np.column_stack([np.ones(n), x])
    with np.errstate(all="ignore"):  # points on a line have no density around it: no error, then
        density = np.sum(np.maximum(0.0, 0.75 * (1 - (residuals / width) ** 2))) / (n * width)
        weights = np.where(residuals > 0, QUANTILE / density, (1 - QUANTILE) / density) ** 2
        bread = np.linalg.inv(design.T @ design)
        covariance = bread @ (design.T * weights) @ design @ bread
        errors = np.sqrt(np.diag(covariance))
    t = stats.t.ppf(0.975, n - 2)
    coefficients = tuple(
        Coefficient(
            name=name,
            value=float(value),
            standard_error=finite_or_none(error),
            low=finite_or_none(value - t * error),
            high=finite_or_none(value + t * error),
        )
        for name, value, error in zip(("intercept", "slope"), line, errors, strict=True)
    )
    return coefficients, finite_or_none(covariance[0, 1])
