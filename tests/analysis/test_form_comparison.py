"""Which form made the points, and what happens where they do not say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from known_laws import error_of, fitted, spread_computing, subject
from scipy import stats

from analysis.form_comparison import compare_forms
from analysis.records import Fit, Form
from analysis.regressions import fit_ordinary
from analysis.samples import Array


def both_forms(x: Array, err: Array) -> tuple[Fit, Fit]:
    polynomial, exponential = (fitted(fit_ordinary(subject(form=form), x, err)) for form in Form)
    return polynomial, exponential


@pytest.mark.parametrize("generating", Form)
def test_the_form_that_made_the_points_is_preferred(generating: Form) -> None:
    random = np.random.default_rng(1)
    right = []
    for _ in range(100):
        x = spread_computing(100, random)
        if generating is Form.POLYNOMIAL:
            err = error_of(-2.4 + 0.15 * x + random.normal(0, 0.05, 100))
        else:
            err = 1 / (-24 + 1.6 * x + random.normal(0, 0.4, 100))
        comparison = compare_forms(*both_forms(x, err))
        assert comparison is not None
        right.append(comparison.preferred is generating)
    assert np.mean(right) >= 0.97


@pytest.mark.parametrize("form", Form)
def test_criteria_are_of_the_density_of_log10_of_the_inverse_error(form: Form) -> None:
    random = np.random.default_rng(2)
    x = spread_computing(40, random)
    err = error_of(0.2 + 0.05 * (x - 17) + random.normal(0, 0.05, 40))
    fit = fitted(fit_ordinary(subject(form=form), x, err))
    response = 1 / err if form is Form.EXPONENTIAL else -np.log10(err)
    residuals = response - fit.intercept - fit.slope * x
    scatter = np.sqrt(np.mean(residuals**2))
    jacobian = np.log(np.log(10) / err) if form is Form.EXPONENTIAL else 0.0
    log_likelihood = np.sum(stats.norm.logpdf(residuals, 0, scatter) + jacobian)
    assert fit.aic == pytest.approx(6 - 2 * log_likelihood)
    assert fit.bic == pytest.approx(3 * np.log(40) - 2 * log_likelihood)


@pytest.mark.parametrize(
    ("difference", "preferred", "strength", "weight"),
    [
        (1.0, Form.POLYNOMIAL, "not told apart", 0.622),
        (-3.0, Form.EXPONENTIAL, "weakly", 0.182),
        (5.0, Form.POLYNOMIAL, "clearly", 0.924),
        (-40.0, Form.EXPONENTIAL, "decisively", 0.0),
        (1e6, Form.POLYNOMIAL, "decisively", 1.0),
    ],
)
def test_words_and_weights(difference: float, preferred: Form, strength: str, weight: float) -> None:
    x = spread_computing(20, np.random.default_rng(3))
    polynomial, exponential = both_forms(x, np.random.default_rng(4).uniform(0.1, 0.3, 20))
    comparison = compare_forms(
        replace(polynomial, aic=100.0, bic=102.0), replace(exponential, aic=100 + difference, bic=102 + difference)
    )
    assert comparison is not None
    assert (comparison.preferred, comparison.strength) == (preferred, strength)
    assert comparison.polynomial_weight == pytest.approx(weight, abs=0.001)
    assert ("do not tell" if strength == "not told apart" else f"{strength} for the {preferred}") in comparison.sentence


def test_points_on_a_line_have_no_likelihood_to_compare() -> None:
    x = np.linspace(18, 23, 10)
    assert compare_forms(*both_forms(x, error_of(-1 + 0.08 * x))) is None


def test_only_both_forms_of_the_same_points_compare() -> None:
    x = spread_computing(20, np.random.default_rng(5))
    err = np.random.default_rng(6).uniform(0.1, 0.3, 20)
    polynomial, exponential = both_forms(x, err)
    with pytest.raises(ValueError, match="polynomial and an exponential"):
        compare_forms(exponential, polynomial)
    with pytest.raises(ValueError, match="same points only"):
        compare_forms(polynomial, both_forms(x[:15], err[:15])[1])
    with pytest.raises(ValueError, match="same points only"):
        compare_forms(polynomial, replace(exponential, subject=replace(exponential.subject, benchmark="coco")))
