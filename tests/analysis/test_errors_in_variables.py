"""Errors in variables undo the flattening that uncertain computing brings about."""

from __future__ import annotations

import numpy as np
import pytest
from known_laws import INTERCEPT, SLOPE, covers, error_of, fitted, line, refused, spread_computing, subject

from analysis.errors_in_variables import fit_errors_in_computing
from analysis.records import Estimator, RefusalCause
from analysis.regressions import fit_ordinary
from analysis.samples import Array

CORRECTED = subject(Estimator.ERRORS_IN_COMPUTING)


def drawing(n: int, random: np.random.Generator, widest: float) -> tuple[Array, Array, Array, Array]:
    """Stated computing, error rate and bounds, between which, up to ``widest`` apart, the truth lies anywhere."""
    truth = spread_computing(n, random)
    half = random.uniform(0.2, 1, n) * widest / 2
    stated = truth + random.uniform(-half, half)
    return stated, error_of(line(truth) + random.normal(0, 0.03, n)), stated - half, stated + half


def test_slope_is_recovered_where_least_squares_flattens_it() -> None:
    random = np.random.default_rng(1)
    flattened, corrected = [], []
    for _ in range(150):
        x, err, low, high = drawing(150, random, widest=4.0)
        flattened.append(fitted(fit_ordinary(subject(), x, err)).slope)
        corrected.append(fitted(fit_errors_in_computing(CORRECTED, x, err, low, high)))
    assert np.mean(flattened) < 0.9 * SLOPE
    assert np.mean([fit.slope for fit in corrected]) == pytest.approx(SLOPE, rel=0.015)
    assert np.mean([fit.intercept for fit in corrected]) == pytest.approx(INTERCEPT, abs=0.02)
    assert 0.89 <= np.mean([covers(fit, "slope", SLOPE) for fit in corrected]) <= 0.99
    errors = [fit.coefficient("slope").standard_error for fit in corrected]
    assert np.mean(np.array(errors, dtype=float)) == pytest.approx(np.std([fit.slope for fit in corrected]), rel=0.15)


def test_sure_computing_leaves_the_line_of_least_squares() -> None:
    random = np.random.default_rng(2)
    x, err, _, _ = drawing(40, random, widest=1.0)
    fit, ordinary = fitted(fit_errors_in_computing(CORRECTED, x, err, x, x)), fitted(fit_ordinary(subject(), x, err))
    assert (fit.intercept, fit.slope) == pytest.approx((ordinary.intercept, ordinary.slope), rel=1e-9)


def test_correction_is_the_stated_formula() -> None:
    random = np.random.default_rng(3)
    x, err, low, high = drawing(40, random, widest=2.0)
    moments = np.cov(x, -np.log10(err))
    expected = moments[0, 1] / (moments[0, 0] - np.mean((high - low) ** 2) / 12)
    assert fitted(fit_errors_in_computing(CORRECTED, x, err, low, high)).slope == pytest.approx(expected)


def test_intervals_as_wide_as_the_spread_are_refused() -> None:
    random = np.random.default_rng(4)
    x, err, _, _ = drawing(40, random, widest=1.0)
    refusal = refused(fit_errors_in_computing(CORRECTED, x, err, x - 5, x + 5))
    assert refusal.cause is RefusalCause.NOT_CONVERGED
    assert "reliability" in refusal.reason


def test_a_slope_without_an_interval_is_refused() -> None:
    """Of 6 points one alone is far away: resamples without it hardly spread beyond the bounds."""
    x = np.array([18.0, 18.1, 18.2, 18.3, 18.4, 22.0])
    refusal = refused(fit_errors_in_computing(CORRECTED, x, error_of(line(x)), x - 0.5, x + 0.5))
    assert refusal.cause is RefusalCause.NOT_CONVERGED
    assert "resamples" in refusal.reason
