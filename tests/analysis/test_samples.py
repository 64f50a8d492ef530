"""What every estimator refuses, and that the order of the points changes none of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_laws import error_of, fitted, line, refused, spread_computing, subject

from analysis.errors_in_variables import fit_errors_in_computing
from analysis.frontier import fit_frontier
from analysis.records import Estimator, Fit, Form, Refusal, RefusalCause
from analysis.regressions import fit_conversion, fit_ordinary, fit_reverse, fit_year_trend
from analysis.samples import Array

Estimate = Callable[[Array, Array, Array], Fit | Refusal]
"""Of log10(C), err and year."""
ESTIMATES: dict[str, Estimate] = {
    "polynomial": lambda x, err, year: fit_ordinary(subject(), x, err),
    "exponential": lambda x, err, year: fit_ordinary(subject(form=Form.EXPONENTIAL), x, err),
    "reverse": lambda x, err, year: fit_reverse(subject(Estimator.REVERSE), x, err),
    "frontier": lambda x, err, year: fit_frontier(subject(Estimator.FRONTIER), x, err),
    "year trend": lambda x, err, year: fit_year_trend(subject(Estimator.YEAR_TREND), x, err, year),
    "errors in variables": lambda x, err, year: fit_errors_in_computing(
        subject(Estimator.ERRORS_IN_COMPUTING), x, err, x - 0.2, x + 0.1
    ),
    "conversion": lambda x, err, year: fit_conversion(subject(Estimator.CONVERSION), x, x + np.log10(err)),
}
OF_PERFORMANCE = [name for name in ESTIMATES if name != "conversion"]


def points(n: int, seed: int = 1) -> tuple[Array, Array, Array]:
    random = np.random.default_rng(seed)
    x = spread_computing(n, random)
    return x, error_of(line(x) + random.normal(0, 0.1, n)), random.integers(2012, 2023, n).astype(float)


@pytest.mark.parametrize("name", ESTIMATES)
@pytest.mark.parametrize(("n", "said"), [(0, "0 points; a line needs 5."), (1, "1 point; "), (4, "4 points; ")])
def test_too_few_points(name: str, n: int, said: str) -> None:
    refusal = refused(ESTIMATES[name](*points(n)))
    assert (refusal.cause, refusal.n) == (RefusalCause.TOO_FEW_POINTS, n)
    assert refusal.reason.startswith(said)


@pytest.mark.parametrize("name", ESTIMATES)
def test_five_points_are_enough(name: str) -> None:
    assert isinstance(ESTIMATES[name](*points(5, seed=3)), Fit)


@pytest.mark.parametrize("name", ESTIMATES)
def test_one_amount_of_computing(name: str) -> None:
    x, err, year = points(8)
    refusal = refused(ESTIMATES[name](np.full(8, 20.0) + 1e-12 * x, err, year))
    assert refusal.cause is RefusalCause.NO_SPREAD
    assert refusal.reason.startswith("All 8 points have the same ")


@pytest.mark.parametrize("name", OF_PERFORMANCE)
def test_one_error_rate(name: str) -> None:
    x, _, year = points(8)
    refusal = refused(ESTIMATES[name](x, np.full(8, 0.3), year))
    assert (refusal.cause, refusal.reason) == (RefusalCause.NO_SPREAD, "All 8 points have the same error rate.")


def test_one_year() -> None:
    x, err, _ = points(8)
    refusal = refused(ESTIMATES["year trend"](x, err, np.full(8, 2020.0)))
    assert refusal.reason == "All 8 points have the same year."


@pytest.mark.parametrize("name", ESTIMATES)
@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_computing_that_is_no_number(name: str, broken: float) -> None:
    x, err, year = points(8)
    x[2] = broken
    refusal = refused(ESTIMATES[name](x, err, year))
    assert refusal.cause is RefusalCause.NOT_FINITE
    assert "in 1 of 8 points" in refusal.reason


@pytest.mark.parametrize("name", OF_PERFORMANCE)
@pytest.mark.parametrize("impossible", [0.0, -0.1, np.nan])
def test_error_rate_without_a_logarithm(name: str, impossible: float) -> None:
    x, err, year = points(8)
    err[[2, 5]] = impossible
    refusal = refused(ESTIMATES[name](x, err, year))
    assert refusal.cause is RefusalCause.NOT_FINITE
    assert refusal.reason == "The error rate is no finite number in 2 of 8 points."


def test_numbers_too_far_apart_are_refused_and_not_infinite() -> None:
    x, err, year = points(8)
    err[0] = 1e-300
    assert refused(ESTIMATES["exponential"](x, err, year)).cause is RefusalCause.NOT_FINITE


@pytest.mark.parametrize("name", ESTIMATES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(5, 40))
def test_order_of_points_changes_no_digit(name: str, seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    columns = tuple(np.round(column, 2) for column in points(n, seed))  # rounded, so that some are alike
    order = random.permutation(n)
    assert ESTIMATES[name](*columns) == ESTIMATES[name](*(column[order] for column in columns))


@pytest.mark.parametrize("n", [30, 300])
@pytest.mark.parametrize("name", [name for name in ESTIMATES if name != "year trend"])
def test_covariance_tells_the_error_of_the_line_in_the_middle_of_the_points(name: str, n: int) -> None:
    """There intercept and slope err against each other, so that the line is far surer than its intercept."""
    x, err, year = points(n)
    fit = fitted(ESTIMATES[name](x, err, year))
    intercept, slope = (fit.coefficient(part).standard_error for part in ("intercept", "slope"))
    assert intercept is not None and slope is not None and fit.intercept_slope_covariance is not None
    variance = intercept**2 + x.mean() ** 2 * slope**2 + 2 * x.mean() * fit.intercept_slope_covariance
    assert 0 < variance**0.5 < 0.25 * intercept


def test_columns_of_different_lengths_are_a_fault_of_the_caller() -> None:
    x, err, _ = points(8)
    with pytest.raises(ValueError, match="different lengths"):
        fit_ordinary(subject(), x[:7], err)
