"""A fitted line as it is drawn: performance with the band of its mean."""

from __future__ import annotations

import numpy as np
from scipy import stats

from analysis.records import Fit, Form
from analysis.samples import Array


def fitted_performance(fit: Fit, regressor: Array) -> tuple[Array, Array, Array]:
    """1/err of the line, and the ends of the 95 % band of its mean, at each log10(C); years since 2012 in a time trend.

    The variance of the mean at x is var(intercept) + x² var(slope) + 2 x cov(intercept, slope), Student's t with n - 2
    degrees of freedom. NaN for the band where the fit states no covariance, and for performance below 0.
    """
    line = fit.intercept + fit.slope * regressor
    intercept_error, slope_error = (fit.coefficient(name).standard_error for name in ("intercept", "slope"))
    covariance = fit.intercept_slope_covariance
    if intercept_error is None or slope_error is None or covariance is None or fit.n <= 2:
        half = np.full_like(line, np.nan)
    else:
        variance = intercept_error**2 + (regressor * slope_error) ** 2 + 2 * regressor * covariance
        half = stats.t.ppf(0.975, fit.n - 2) * np.sqrt(np.maximum(variance, 0))
    curves = line, line - half, line + half
    if fit.subject.form is Form.POLYNOMIAL:
        line, low, high = (10.0**curve for curve in curves)
    else:
        line, low, high = (np.where(curve > 0, curve, np.nan) for curve in curves)
    return line, low, high
