"""Polynomial or exponential: which form the points speak for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.records import Computing, Fit, Form
from analysis.samples import Array, performance

SMALLEST_SHARE_LEFT = 1e-20
"""Of the sum of squares: where a line leaves less, what is left is rounding, and no likelihood follows from it."""


def information_criteria(
    form: Form, log10_err: Array, residual_sum_of_squares: float, parameters: int
) -> tuple[float | None, float | None]:
    """AIC and BIC of a least-squares fit, as a density of y = log10(1/err) in both forms, so that the two compare.

    Normal scatter with variance RSS/n has ln L = -n/2 (ln(2 pi RSS/n) + 1) for the form's response. The exponential
    form's response is z = 1/err = 10^y, so the change of variables adds sum ln(dz/dy) = sum ln(ln(10) 10^y). Then
    AIC = 2k - 2 ln L and BIC = k ln(n) - 2 ln L, where k counts the scatter beside the ``parameters`` of the line.
    Both are None for points exactly on a line.
    """
    n = len(log10_err)
    response = performance(form, log10_err)
    with np.errstate(over="ignore", invalid="ignore"):
        spread = float(np.sum((response - response.mean()) ** 2))
    if not residual_sum_of_squares > SMALLEST_SHARE_LEFT * spread:
        return None, None
    log_likelihood = -n / 2 * (math.log(2 * math.pi * residual_sum_of_squares / n) + 1)
    if form is Form.EXPONENTIAL:
        log_likelihood += n * math.log(math.log(10)) - math.log(10) * float(np.sum(log10_err))
    k = parameters + 1
    return 2 * k - 2 * log_likelihood, k * math.log(n) - 2 * log_likelihood


@dataclass(frozen=True, slots=True)
class FormComparison:
    """Both forms, fitted to the same points. Differences are exponential less polynomial: above 0 is for polynomial.

    AIC and BIC differ by the same amount, as both forms have as many parameters.
    """

    source: str
    benchmark: str
    metric: str
    computing: Computing
    n: int
    aic_difference: float
    bic_difference: float
    polynomial_weight: float
    """Akaike weight: how probable the polynomial form is, if one of both is right (Burnham and Anderson 2002, 2.9)."""
    preferred: Form
    strength: str
    """"not told apart", "weakly", "clearly", "decisively"."""

    @property
    def sentence(self) -> str:
        """For the reader."""
        if self.strength == NOT_TOLD_APART:
            return f"{self.n} points do not tell the forms apart (AIC differs by {abs(self.aic_difference):.1f})."
        return (
            f"{self.n} points speak {self.strength} for the {self.preferred} form "
            f"(AIC differs by {abs(self.aic_difference):.1f})."
        )


NOT_TOLD_APART = "not told apart"
STRENGTHS = ((2.0, NOT_TOLD_APART), (4.0, "weakly"), (10.0, "clearly"))
"""Differences of AIC below which the words hold (Burnham and Anderson 2002, 2.6); from the last on, "decisively"."""


def compare_forms(polynomial: Fit, exponential: Fit) -> FormComparison | None:
    """Which form the same points speak for; None where a fit has no likelihood.

    AIC 100 and 105: the polynomial form is preferred, clearly, with a weight of 0.92.
    """
    ours, theirs = polynomial.subject, exponential.subject
    if (ours.form, theirs.form) != (Form.POLYNOMIAL, Form.EXPONENTIAL):
        raise ValueError(f"expected a polynomial and an exponential fit, got {ours.form} and {theirs.form}")
    same = [(each.source, each.benchmark, each.metric, each.computing, each.estimator) for each in (ours, theirs)]
    if same[0] != same[1] or polynomial.n != exponential.n:
        raise ValueError(f"forms compare on the same points only: {ours}, {polynomial.n}; {theirs}, {exponential.n}")
    if polynomial.aic is None or exponential.aic is None or polynomial.bic is None or exponential.bic is None:
        return None
    difference = exponential.aic - polynomial.aic
    strength = next((word for below, word in STRENGTHS if abs(difference) < below), "decisively")
    return FormComparison(
        source=ours.source,
        benchmark=ours.benchmark,
        metric=ours.metric,
        computing=ours.computing,
        n=polynomial.n,
        aic_difference=difference,
        bic_difference=exponential.bic - polynomial.bic,
        polynomial_weight=1 / (1 + math.exp(-min(max(difference, -1400.0), 1400.0) / 2)),
        preferred=Form.POLYNOMIAL if difference >= 0 else Form.EXPONENTIAL,
        strength=strength,
    )
