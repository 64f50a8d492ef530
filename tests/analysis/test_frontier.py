"""Quantile regression where the best models keep another law than the middle ones."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from known_laws import INTERCEPT, SLOPE, covers, error_of, fitted, line, refused, spread_computing, subject
from scipy import stats

from analysis import frontier
from analysis.frontier import fit_frontier
from analysis.records import Estimator, Form, RefusalCause
from analysis.regressions import fit_ordinary

FRONTIER = subject(Estimator.FRONTIER)


def test_one_sided_scatter_moves_the_middle_and_not_the_frontier() -> None:
    """Every model falls short of what is possible by an exponentially distributed amount of mean 0.2."""
    random = np.random.default_rng(1)
    x = spread_computing(5000, random)
    err = error_of(line(x) - random.exponential(0.2, 5000))
    best, middle = fitted(fit_frontier(FRONTIER, x, err)), fitted(fit_ordinary(subject(), x, err))
    assert best.slope == pytest.approx(SLOPE, abs=0.003)
    assert best.intercept + best.slope * 20 == pytest.approx(line(np.array(20.0)) + 0.2 * np.log(0.9), abs=0.005)
    assert middle.intercept + middle.slope * 20 == pytest.approx(line(np.array(20.0)) - 0.2, abs=0.02)


def test_scatter_that_grows_tilts_the_frontier_as_its_quantile_says() -> None:
    random = np.random.default_rng(2)
    x = spread_computing(10_000, random)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(line(x) + 0.02 * (x - 17) * random.standard_normal(10_000))))
    assert fit.slope == pytest.approx(SLOPE + 0.02 * stats.norm.ppf(0.9), abs=0.003)


@pytest.mark.parametrize("form", Form)
def test_a_tenth_of_the_points_is_better_than_the_line(form: Form) -> None:
    random = np.random.default_rng(3)
    x = spread_computing(500, random)
    err = error_of(line(x) + random.gumbel(0, 0.1, 500) - 0.3)
    fit = fitted(fit_frontier(subject(Estimator.FRONTIER, form), x, err))
    response = -np.log10(err) if form is Form.POLYNOMIAL else 1 / err
    assert np.mean(response > fit.intercept + fit.slope * x) == pytest.approx(0.1, abs=0.006)


@pytest.mark.parametrize(("n", "drawings"), [(40, 60), (150, 100), (400, 100), (2000, 30)])
@pytest.mark.parametrize("growing", [False, True], ids=["equal scatter", "growing scatter"])
def test_intervals_hold_the_true_slope_about_as_often_as_they_say(n: int, drawings: int, growing: bool) -> None:
    """By resampling for 40 points, by densities beyond; one density for all held 0.8 to 0.9 where scatter grows."""
    random = np.random.default_rng(4)
    held = []
    for _ in range(drawings):
        x = spread_computing(n, random)
        scatter = 0.02 * (x - 16.5) if growing else 0.1
        fit = fitted(fit_frontier(FRONTIER, x, error_of(line(x) + scatter * random.standard_normal(n))))
        held.append(covers(fit, "slope", SLOPE + (0.02 * stats.norm.ppf(0.9) if growing else 0)))
        assert fit.coefficient("slope").low is not None
    assert np.mean(held) >= 0.91


def test_few_points_are_said_to_be_few() -> None:
    random = np.random.default_rng(5)
    x = spread_computing(12, random)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(line(x) + random.normal(0, 0.1, 12))))
    assert fit.note is not None and "about 1 of 12 points" in fit.note
    slope = fit.coefficient("slope")
    assert slope.low is not None and slope.high is not None and slope.low < slope.high


def test_points_on_a_line_have_that_frontier() -> None:
    x = np.linspace(18, 23, 20)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(line(x))))
    assert (fit.intercept, fit.slope) == pytest.approx((INTERCEPT, SLOPE), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 60), st.integers(0, 2**32 - 1))
def test_no_line_through_two_points_fits_better(n: int, seed: int) -> None:
    """The minimum lies on one of these lines, so that comparing with all of them proves it."""
    random = np.random.default_rng(seed)
    x, y = spread_computing(n, random), random.uniform(0.1, 1.5, n)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(y)))

    def loss(intercept: float, slope: float) -> float:
        residuals = y - intercept - slope * x
        return float(np.sum(np.where(residuals > 0, 0.9 * residuals, -0.1 * residuals)))

    best = min(
        loss(y[i] - (y[j] - y[i]) / (x[j] - x[i]) * x[i], (y[j] - y[i]) / (x[j] - x[i]))
        for i in range(n)
        for j in range(i)
        if abs(x[j] - x[i]) > 1e-6
    )
    assert loss(fit.intercept, fit.slope) <= best * (1 + 1e-6) + 1e-9


def test_errors_are_those_of_statsmodels_where_scatter_is_equal() -> None:
    random = np.random.default_rng(7)
    x = spread_computing(20_000, random)
    y = line(x) + random.normal(0, 0.1, 20_000)
    expected = sm.QuantReg(y, sm.add_constant(x)).fit(0.9)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(y)))
    assert [each.standard_error for each in fit.coefficients] == pytest.approx(expected.bse.tolist(), rel=0.06)
    assert fit.r_squared == pytest.approx(expected.prsquared, abs=0.001)


def test_many_points_on_a_line_have_no_errors() -> None:
    x = np.linspace(18, 23, 200)
    fit = fitted(fit_frontier(FRONTIER, x, error_of(line(x))))
    assert fit.slope == pytest.approx(SLOPE, abs=1e-6)
    assert fit.coefficient("slope").standard_error is None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("scatter", ["normal", "growing", "far", "tied", "bent"])
def test_leaving_far_points_out_of_the_programme_changes_no_line(
    scatter: str, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bent: the sample's line is a bad guess for points sorted by computing, so that more must be taken in."""
    random = np.random.default_rng(seed)
    x = np.sort(spread_computing(700, random))
    noise = {
        "normal": random.normal(0, 0.1, 700),
        "growing": -random.exponential(0.2, 700) * (x - 16.5),
        "far": 0.1 * random.standard_t(1.5, 700),
        "tied": np.round(random.normal(0, 0.1, 700), 1),
        "bent": np.where(np.arange(700) % 18 == 0, 3.0, 0.0) + 0.05 * (x - 20) ** 2,
    }[scatter]
    err = error_of(line(x) + noise)
    at_once = fitted(fit_frontier(FRONTIER, x, err))
    monkeypatch.setattr(frontier, "MOST_SOLVED_AT_ONCE", 40)
    fit = fitted(fit_frontier(FRONTIER, x, err))
    assert (fit.intercept, fit.slope) == pytest.approx((at_once.intercept, at_once.slope), abs=1e-8)
    assert fit.r_squared == pytest.approx(at_once.r_squared, abs=1e-9)


def test_a_line_not_settled_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier, "MOST_ITERATIONS", 1)
    random = np.random.default_rng(6)
    x = spread_computing(50, random)
    refusal = refused(fit_frontier(FRONTIER, x, error_of(line(x) + random.normal(0, 0.1, 50))))
    assert refusal.cause is RefusalCause.NOT_CONVERGED
    assert "50 points" in refusal.reason
