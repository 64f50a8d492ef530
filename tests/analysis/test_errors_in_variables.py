"""Errors in variables undo the flattening that uncertain computing brings about."""

from __future__ import annotations

import numpy as np
import pytest
from known_laws import INTERCEPT, SLOPE, covers, error_of, fitted, line, refused, spread_computing, subject

from analysis.errors_in_variables import fit_errors_in_computing
from analysis.records import Estimator, Fit, RefusalCause
from analysis.regressions import fit_ordinary
from analysis.resampling import expanded_percentiles
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


def test_bounds_that_leave_room_on_one_side_only_bend_nothing() -> None:
    """As mixed precision that is stated raises the upper end alone: the truth is above what is stated, on average."""
    random = np.random.default_rng(5)
    corrected = []
    for _ in range(150):
        truth = random.uniform(18, 22, 150)
        width = np.where(random.random(150) < 0.5, 1.0, 0.0)
        low = truth - random.random(150) * width
        err = error_of(line(truth) + random.normal(0, 0.03, 150))
        corrected.append(fitted(fit_errors_in_computing(CORRECTED, low, err, low, low + width)))
    assert np.mean([fit.slope for fit in corrected]) == pytest.approx(SLOPE, rel=0.01)
    assert np.mean([fit.intercept for fit in corrected]) == pytest.approx(INTERCEPT, abs=0.02)
    assert 0.91 <= np.mean([covers(fit, "slope", SLOPE) for fit in corrected]) <= 0.99


def test_the_range_of_computing_is_that_which_is_stated() -> None:
    random = np.random.default_rng(6)
    x, err, _, _ = drawing(40, random, widest=1.0)
    fit = fitted(fit_errors_in_computing(CORRECTED, x, err, x, x + 1))
    assert (fit.lowest_computing_flop, fit.highest_computing_flop) == (10 ** x.min(), 10 ** x.max())


@pytest.mark.parametrize("n", [8, 15])
def test_few_points_have_intervals_as_wide_as_they_must_be(n: int) -> None:
    """With percentiles 2.5 and 97.5, 0.91 and 0.92 of them held the slope."""
    random = np.random.default_rng(7)
    outcomes = [fit_errors_in_computing(CORRECTED, *drawing(n, random, widest=1.0)) for _ in range(400)]
    held = [covers(fit, "slope", SLOPE) for fit in outcomes if isinstance(fit, Fit)]
    assert len(held) > 380
    assert 0.935 <= np.mean(held) <= 0.985


@pytest.mark.parametrize(("n", "expected"), [(8, 0.24), (40, 1.9), (10_000, 2.5)])
def test_percentiles_go_outwards_with_fewer_points(n: int, expected: float) -> None:
    low, high = expanded_percentiles(n)
    assert low == pytest.approx(expected, rel=0.03)
    assert low + high == pytest.approx(100)


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
