"""Least squares against laws that are known, over many drawings of the same law."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from known_laws import INTERCEPT, SLOPE, covers, error_of, fitted, line, refused, spread_computing, subject

from analysis.laws import fit_points
from analysis.records import Estimator, Form, RefusalCause
from analysis.regressions import fit_conversion, fit_ordinary, fit_reverse, fit_time_trend, fit_year_trend
from analysis.selection import LeftOutCause

DRAWINGS = 400
REVERSE, TREND = subject(Estimator.REVERSE), subject(Estimator.YEAR_TREND)


def test_points_on_a_line_give_that_line() -> None:
    x = np.array([18.0, 19.0, 20.0, 21.0, 22.0])
    fit = fitted(fit_ordinary(subject(), x, 0.4 * 10 ** (-0.1 * (x - 18))))
    assert fit.slope == pytest.approx(0.1)
    assert fit.intercept == pytest.approx(np.log10(1 / 0.4) - 1.8)
    assert fit.r_squared == pytest.approx(1)
    assert (fit.lowest_computing_flop, fit.highest_computing_flop) == pytest.approx((1e18, 1e22))
    assert fit.aic is None and fit.bic is None, "rounding is no likelihood"


def test_exponential_form_is_of_the_inverse_error_itself() -> None:
    x = np.linspace(18, 24, 30)
    fit = fitted(fit_ordinary(subject(form=Form.EXPONENTIAL), x, 1 / (-20 + 1.3 * x)))
    assert (fit.intercept, fit.slope) == pytest.approx((-20, 1.3))


def test_slope_is_unbiased_and_its_interval_holds_95_percent() -> None:
    random = np.random.default_rng(1)
    fits = []
    for _ in range(DRAWINGS):
        x = spread_computing(30, random)
        fits.append(fitted(fit_ordinary(subject(), x, error_of(line(x) + random.normal(0, 0.1, 30)))))
    slopes = np.array([fit.slope for fit in fits])
    errors = np.array([fit.coefficient("slope").standard_error for fit in fits], dtype=float)
    assert slopes.mean() == pytest.approx(SLOPE, abs=4 * slopes.std() / DRAWINGS**0.5)
    assert errors.mean() == pytest.approx(slopes.std(), rel=0.12)
    assert 0.92 <= np.mean([covers(fit, "slope", SLOPE) for fit in fits]) <= 0.98
    assert 0.92 <= np.mean([covers(fit, "intercept", INTERCEPT) for fit in fits]) <= 0.98
    assert np.mean([fit.residual_standard_deviation for fit in fits]) == pytest.approx(0.1, rel=0.03)


def test_hc3_holds_where_scatter_is_unequal_and_the_classical_error_does_not() -> None:
    random = np.random.default_rng(2)
    slopes, classical, hc3 = [], [], []
    for _ in range(DRAWINGS):
        x = spread_computing(60, random)
        scatter = 0.03 * np.abs(x - 20.5) ** 1.5
        fit = fitted(fit_ordinary(subject(), x, error_of(line(x) + random.normal(0, scatter))))
        slopes.append(fit.slope)
        classical.append(fit.coefficient("slope").standard_error)
        hc3.append(fit.coefficient("slope").hc3_standard_error)
    assert np.mean(np.array(classical, dtype=float)) < 0.8 * np.std(slopes)
    assert np.mean(np.array(hc3, dtype=float)) == pytest.approx(np.std(slopes), rel=0.12)


def test_hc3_is_the_formula_of_mackinnon_and_white() -> None:
    random = np.random.default_rng(3)
    x = spread_computing(12, random)
    y = line(x) + random.normal(0, 0.1, 12)
    design = np.column_stack([np.ones(12), x])
    bread = np.linalg.inv(design.T @ design)
    residuals = y - design @ bread @ design.T @ y
    weights = (residuals / (1 - np.sum(design @ bread * design, axis=1))) ** 2
    expected = np.sqrt(np.diag(bread @ design.T @ (design * weights[:, np.newaxis]) @ bread))
    fit = fitted(fit_ordinary(subject(), x, error_of(y)))
    got = [fit.coefficient(name).hc3_standard_error for name in ("intercept", "slope")]
    assert got == pytest.approx(expected.tolist(), rel=1e-6)


def test_a_point_that_alone_fixes_the_slope_leaves_no_hc3_error() -> None:
    x = np.array([18.0, 18.0, 18.0, 18.0, 20.0])
    fit = fitted(fit_ordinary(subject(), x, np.array([0.3, 0.31, 0.29, 0.3, 0.2])))
    for coefficient in fit.coefficients:
        assert coefficient.standard_error is not None and coefficient.hc3_standard_error is None


def test_reverse_recovers_the_law_where_only_computing_scatters() -> None:
    random = np.random.default_rng(4)
    fits, forward = [], []
    for _ in range(DRAWINGS):
        x = spread_computing(40, random)
        y, scattered = line(x), x + random.normal(0, 1.0, 40)
        fits.append(fitted(fit_reverse(REVERSE, scattered, error_of(y))))
        forward.append(fitted(fit_ordinary(subject(), scattered, error_of(y))).slope)
    slopes = np.array([fit.slope for fit in fits])
    assert np.median(slopes) == pytest.approx(SLOPE, rel=0.01)
    assert np.mean(forward) < 0.9 * SLOPE
    assert 0.92 <= np.mean([covers(fit, "slope", SLOPE) for fit in fits]) <= 0.98
    assert 0.91 <= np.mean([covers(fit, "intercept", INTERCEPT) for fit in fits]) <= 0.98
    errors = np.array([fit.coefficient("slope").standard_error for fit in fits], dtype=float)
    assert np.median(errors) == pytest.approx(slopes.std(), rel=0.12)


def test_reverse_passes_through_the_middle_and_is_steeper_by_r_squared() -> None:
    random = np.random.default_rng(5)
    x = spread_computing(25, random)
    err = error_of(line(x) + random.normal(0, 0.1, 25))
    forward, reverse = fitted(fit_ordinary(subject(), x, err)), fitted(fit_reverse(REVERSE, x, err))
    assert forward.r_squared is not None
    assert reverse.slope == pytest.approx(forward.slope / forward.r_squared)
    assert reverse.intercept + reverse.slope * x.mean() == pytest.approx(-np.log10(err).mean())


def test_reverse_of_mere_scatter_has_no_bounds_and_says_so() -> None:
    random = np.random.default_rng(6)
    fit = fitted(fit_reverse(REVERSE, spread_computing(12, random), random.uniform(0.2, 0.3, 12)))
    assert fit.coefficient("slope").low is None and fit.coefficient("slope").high is None
    assert fit.note is not None and "no bounds" in fit.note


def test_reverse_of_no_relation_at_all_is_refused() -> None:
    x = np.array([18.0, 20.0, 18.0, 20.0, 18.0, 20.0])
    refusal = refused(fit_reverse(REVERSE, x, np.array([0.1, 0.1, 0.2, 0.2, 0.4, 0.4])))
    assert "nothing to solve" in refusal.reason


def test_time_trend_counts_from_2012_and_needs_no_computing() -> None:
    year = np.linspace(2013, 2023, 30)
    fit = fitted(fit_time_trend(subject(Estimator.TIME_TREND), year, 0.4 * 0.8 ** (year - 2012)))
    assert (fit.slope, fit.intercept) == pytest.approx((np.log10(1 / 0.8), np.log10(1 / 0.4)))
    assert fit.lowest_computing_flop is None
    points = pd.DataFrame({"year": year, "error_fraction": 0.4 * 0.8 ** (year - 2012), "hardware_burden_flop": np.nan})
    points.loc[3, "year"] = np.nan
    outcome, left_out = fit_points(subject(Estimator.TIME_TREND), points)
    assert fitted(outcome).n == 29
    assert [(each.cause, each.n) for each in left_out] == [(LeftOutCause.NO_YEAR, 1)]


def test_year_trend_tells_computing_from_progress() -> None:
    random = np.random.default_rng(7)
    fits = []
    for _ in range(DRAWINGS):
        year = random.uniform(2012, 2022, 60)
        x = 17 + 0.4 * (year - 2012) + random.uniform(0, 3, 60)
        y = -0.9 + 0.06 * x + 0.03 * (year - 2012) + random.normal(0, 0.05, 60)
        fits.append(fitted(fit_year_trend(TREND, x, error_of(y), year)))
    for name, truth in {"intercept": -0.9, "slope": 0.06, "slope_year": 0.03}.items():
        values = np.array([fit.coefficient(name).value for fit in fits])
        assert values.mean() == pytest.approx(truth, abs=4 * values.std() / DRAWINGS**0.5)
    assert np.median([fit.years_per_tenfold for fit in fits]) == pytest.approx(2.0, rel=0.05)
    bounded = [
        (fit.years_per_tenfold_low, fit.years_per_tenfold_high)
        for fit in fits
        if fit.years_per_tenfold_low is not None and fit.years_per_tenfold_high is not None
    ]
    assert len(bounded) > 0.9 * DRAWINGS
    assert 0.92 <= np.mean([low <= 2.0 <= high for low, high in bounded]) <= 0.98


def test_years_per_tenfold_are_unknown_where_years_bring_no_progress() -> None:
    random = np.random.default_rng(8)
    year = random.uniform(2012, 2022, 200)
    x = spread_computing(200, random)
    fit = fitted(fit_year_trend(TREND, x, error_of(line(x) - 0.02 * (year - 2012)), year))
    assert fit.coefficient("slope_year").value == pytest.approx(-0.02)
    assert fit.years_per_tenfold is None
    assert fit.note is not None and "later years" in fit.note


def test_year_trend_is_refused_where_computing_rose_in_step_with_time() -> None:
    year = np.arange(2012.0, 2020.0)
    refusal = refused(fit_year_trend(TREND, 17 + 0.5 * (year - 2012), np.linspace(0.4, 0.2, 8), year))
    assert refusal.cause is RefusalCause.NO_SPREAD
    assert "told apart" in refusal.reason


def test_conversion_has_the_burden_as_response() -> None:
    random = np.random.default_rng(9)
    operations = random.uniform(16, 23, 2000)
    burden = 3.0 + 0.9 * operations + random.normal(0, 0.3, 2000)
    fit = fitted(fit_conversion(subject(Estimator.CONVERSION), operations, burden))
    assert fit.slope == pytest.approx(0.9, abs=0.015)
    assert fit.intercept == pytest.approx(3.0, abs=0.3)
    assert fit.aic is None, "its likelihood is of burdens, not of performance"
