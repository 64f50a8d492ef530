"""Points around a line that the test chose, as the arrays that estimators take."""

from __future__ import annotations

import numpy as np

from analysis.records import Computing, Estimator, Fit, Form, Refusal, Subject
from analysis.samples import Array

SLOPE, INTERCEPT = 0.08, -1.0
LOWEST, HIGHEST = 17.0, 24.0


def subject(estimator: Estimator = Estimator.ORDINARY, form: Form = Form.POLYNOMIAL) -> Subject:
    return Subject("db", "imagenet", "top1_accuracy", form, Computing.HARDWARE_BURDEN, estimator)


def spread_computing(n: int, random: np.random.Generator) -> Array:
    """log10(C), evenly spread over seven powers of ten."""
    return random.uniform(LOWEST, HIGHEST, n)


def error_of(log10_inverse_error: Array) -> Array:
    return np.asarray(10.0**-log10_inverse_error)


def line(log10_computing: Array) -> Array:
    """log10(1/err) of the true law."""
    return INTERCEPT + SLOPE * log10_computing


def fitted(outcome: Fit | Refusal) -> Fit:
    assert isinstance(outcome, Fit), outcome
    return outcome


def refused(outcome: Fit | Refusal) -> Refusal:
    assert isinstance(outcome, Refusal), outcome
    return outcome


def covers(fit: Fit, name: str, truth: float) -> bool:
    """Whether the 95 % interval holds the truth; one without ends holds everything."""
    coefficient = fit.coefficient(name)
    return coefficient.low is None or coefficient.high is None or coefficient.low <= truth <= coefficient.high
