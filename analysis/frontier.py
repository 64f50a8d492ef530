"""The frontier: how well the best models do at each amount of computing, by quantile regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
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
"""Beyond, there are points enough to tell their density at the line; below, at this quantile, often too few."""
MOST_SOLVED_AT_ONCE = 2000
"""Of more points, most lie so far from the line that only their side counts: they need not be in the programme."""
MOST_ITERATIONS = 100_000
FEW_BEST_POINTS = 5


def fit_frontier(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """The line with a tenth of log10(err) below it: the 10th percentile of log10(err) is the 90th of log10(1/err).

    The exact solution of the linear programme that quantile regression is (Koenker and Bassett 1978), on the form's
    response; in the exponential form that is the 90th percentile of 1/err. (QuantReg of statsmodels reweights least
    squares and stops when its steps get small: of 1500 drawings of 8 to 300 points, one in a hundred was off by 0.002
    or more in a slope of 0.08.) ``r_squared`` is the pseudo R² of Koenker and Machado (1999).

    Standard errors and 95 % intervals of up to 100 points are of 1000 bootstrap resamples; of more points a sandwich
    that allows for unequal scatter, too, with the density at each point from the lines of neighbouring quantiles
    (Hendricks and Koenker 1992; Hall and Sheather's bandwidth), and Student's t.

    How often such an interval held the true slope, in 1200 drawings of 150 points, 1000 of 400, 150 to 600 of others:

        points                                     40   101   150   400  2000  20,000
        normal scatter, the same everywhere       0.96  0.96  0.96  0.95  0.95  0.97
        normal scatter that grows 15 times with C 0.92  0.96  0.96  0.95  0.95  0.96
        exponential scatter below a sharp edge    0.97  0.94  0.93  0.94  0.94  0.97
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
        coefficients, covariance = _with_densities(line, x, y)
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


def _exact_line(x: Array, y: Array, quantile: float = QUANTILE) -> Array | None:
    """Intercept and slope.

    Of many points only those near a first line, of a sample of them, go into the programme, and the others count by
    their side of it (Portnoy and Koenker 1997). Where one of the others turns out to lie on the other side of the line
    that was found, more are taken in; where none does, no line of all points is better.
    """
    n = len(x)
    if n <= MOST_SOLVED_AT_ONCE:
        return _solved(x, y, np.ones(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_), quantile)
    sample = slice(None, None, -(-n // MOST_SOLVED_AT_ONCE))
    first = _exact_line(x[sample], y[sample], quantile)
    if first is None:
        return None
    distance = y - first[0] - first[1] * x
    by_nearness = np.argsort(np.abs(distance), kind="stable")
    taken = n // 10
    while True:
        near = np.zeros(n, dtype=np.bool_)
        near[by_nearness[:taken]] = True
        above = ~near & (distance > 0)
        line = _solved(x, y, near, above, quantile)
        if near.all():
            return line
        if line is not None:
            residuals = y - line[0] - line[1] * x
            if np.all(near | (above & (residuals >= 0)) | (~above & (residuals <= 0))):
                return line
        taken *= 2


def _solved(x: Array, y: Array, near: NDArray[np.bool_], above: NDArray[np.bool_], quantile: float) -> Array | None:
    """The dual: maximise a·y over 0 <= a <= 1 with a·X = (1 - quantile) sum of the rows of X.

    Points that are not ``near`` have their ``a`` already: 1 above the line, 0 below. None without a solution.
    """
    x_middle, y_middle, y_width = x.mean(), np.median(y), np.ptp(y)
    design = np.column_stack([np.ones_like(x), x - x_middle])
    solved = linprog(
        -(y[near] - y_middle) / y_width,
        A_eq=design[near].T,
        b_eq=(1 - quantile) * design.sum(axis=0) - design[above].sum(axis=0),
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


def _with_densities(line: Array, x: Array, y: Array) -> tuple[tuple[Coefficient, ...], float | None]:
    """Koenker (2005, 3.4.2): covariance q (1 - q) H^-1 X'X H^-1 with H = X'FX, F the density of each point at the line.

    That is how steeply quantiles rise there: 2h over the distance between the lines of the quantiles q - h and q + h;
    0 where these lines cross.
    """
    n = len(x)
    half = hall_sheather(n, QUANTILE)
    lower, upper = (_exact_line(x, y, QUANTILE + by) for by in (-half, half))
    design = np.column_stack([np.ones(n), x - x.mean()])
    covariance = np.full((2, 2), np.nan)
    if lower is not None and upper is not None:
        apart = upper[0] - lower[0] + (upper[1] - lower[1]) * x
        usable = apart > SMALLEST_SPREAD * np.ptp(y)
        density = np.where(usable, 2 * half / np.where(usable, apart, 1.0), 0.0)
        h = (design.T * density) @ design
        if np.linalg.matrix_rank(h) == h.shape[0]:  # points on a line have no density around it: no error, then
            inverse = np.linalg.inv(h)
            back = np.array([[1.0, -x.mean()], [0.0, 1.0]])
            covariance = back @ (QUANTILE * (1 - QUANTILE) * inverse @ design.T @ design @ inverse) @ back.T
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
