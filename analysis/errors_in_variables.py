"""The slope corrected for the uncertainty of computing, which flattens the line of least squares."""

from __future__ import annotations

import numpy as np

from analysis.records import Fit, Refusal, RefusalCause, Subject
from analysis.resampling import RESAMPLES, expanded_percentiles, resampled_coefficient, times_drawn
from analysis.samples import (
    COMPUTING,
    ERROR_RATE,
    Array,
    finite_or_refusal,
    log10_error,
    performance,
    prepared,
)

LEAST_RELIABILITY = 0.2
"""Share of the spread of log10(C) that is no measurement error: with less, the slope would be over 5 times as steep."""
MOST_UNUSABLE = 0.025
"""Of the resamples: beyond it an end of the interval may lie among those that give no line."""
SMALLEST_VARIANCE = 1e-12
"""Of log10(C): less is rounding, as in a resample of one point drawn over and over, which gives no line."""


def fit_errors_in_computing(
    subject: Subject, log10_computing: Array, error_fraction: Array, log10_low: Array, log10_high: Array
) -> Fit | Refusal:
    """Performance on log10(C), where C lies somewhere between its bounds.

    The true log10(C) is taken to lie anywhere between its bounds with the same chance: it has the mean of their middle,
    which stands for C here, and the variance width² / 12. The middle is the stated C where bounds are equally far from
    it, and is not where one end alone is uncertain, as with mixed precision, which can only raise the peak rate. By
    Fuller's method of moments (Measurement Error Models, 1987, 3.1) slope = S_xy / (S_xx - mean of these variances).
    Refused where that leaves less than a fifth of S_xx.

    S_xx = 1, S_xy = 0.08, all bounds 10 times apart (width 1): 0.08 / (1 - 1/12) = 0.0873 in place of 0.08.

    Standard errors and 95 % intervals are of 1000 bootstrap resamples of the points, from a fixed seed; the percentiles
    at which intervals end are further out the fewer the points are (``resampling.expanded_percentiles``). How often
    they held the true slope of 8, 15, 40 and 150 points: 0.96, 0.96, 0.95 and 0.95; with one-sided bounds 0.98, 0.96,
    0.96 and 0.96.
    """
    varying = {COMPUTING: (log10_low + log10_high) / 2, ERROR_RATE: log10_error(error_fraction)}
    others = {"lower bound": log10_low, "upper bound": log10_high, "stated computing": log10_computing}
    ready = prepared(subject, varying, others)
    if isinstance(ready, Refusal):
        return ready
    x, log10_err, low, high, stated = ready
    n = len(x)
    variances = (high - low) ** 2 / 12
    x_middle, y = x.mean(), performance(subject.form, log10_err)
    moments = _moments(x - x_middle, y, variances)
    intercepts, slopes, reliabilities = _lines(moments.mean(axis=0, keepdims=True), n)
    reliability = float(reliabilities[0])
    if not reliability >= LEAST_RELIABILITY:
        return _refused(
            subject,
            n,
            f"The burdens' intervals are about as wide as their spread (reliability {reliability:.2f}, at least "
            f"{LEAST_RELIABILITY} is needed): no slope can be told.",
        )
    resampled_means = np.concatenate([drawn @ moments / n for drawn in times_drawn(n)])
    resampled_intercepts, resampled_slopes, resampled_reliabilities = _lines(resampled_means, n)
    usable = resampled_reliabilities >= LEAST_RELIABILITY
    unusable_share = 1 - np.count_nonzero(usable) / RESAMPLES
    if unusable_share > MOST_UNUSABLE:
        return _refused(
            subject,
            n,
            f"In {unusable_share:.0%} of resamples the burdens' intervals are about as wide as their spread: "
            "the corrected slope has no interval.",
        )
    values = {"intercept": intercepts - slopes * x_middle, "slope": slopes}
    resampled = {"intercept": resampled_intercepts - resampled_slopes * x_middle, "slope": resampled_slopes}
    return finite_or_refusal(
        Fit(
            subject=subject,
            n=n,
            coefficients=tuple(
                resampled_coefficient(name, float(value[0]), resampled[name][usable], expanded_percentiles(n))
                for name, value in values.items()
            ),
            lowest_computing_flop=float(10 ** stated.min()),
            highest_computing_flop=float(10 ** stated.max()),
            intercept_slope_covariance=float(np.cov(resampled["intercept"][usable], resampled["slope"][usable])[0, 1]),
            note=f"Reliability of log10(C): {reliability:.3f}.",
        )
    )


def _moments(x: Array, y: Array, variances: Array) -> Array:
    """One row a point; all that a line needs are the means of these over points."""
    return np.column_stack([x, y, x * x, x * y, variances])


def _lines(means: Array, n: int) -> tuple[Array, Array, Array]:
    """Intercepts, slopes and reliabilities, one for each row of means of moments."""
    x, y, xx, xy, variance = means.T
    sample = n / (n - 1)
    s_xx, s_xy = sample * (xx - x * x), sample * (xy - x * y)
    s_xx = np.where(s_xx > SMALLEST_VARIANCE, s_xx, np.nan)
    with np.errstate(divide="ignore"):
        slopes = s_xy / (s_xx - variance)
    return y - slopes * x, slopes, (s_xx - variance) / s_xx


def _refused(subject: Subject, n: int, reason: str) -> Refusal:
    return Refusal(subject, n, RefusalCause.NOT_CONVERGED, reason)
