"""What theory says of computing and performance, beside what the fits say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scipy import stats

from analysis.records import Fit, Form, Subject

THEORY_LOWER_BOUND_DEGREE = 4
"""Computing grows at least with the 4th power of performance, 1/RMSE (arXiv 2007.05558, section on theory).

To halve the root-mean-square error takes 4 times the data, as it falls with 1/√n; in an overparameterised model the
parameters grow with the data, and training costs parameters times data: 4 x 4 = 2^4. It is a bound for regression;
error rates of classification and the like are compared with it as the study does.
"""


class Standing(StrEnum):
    """Where the degree that is found lies beside the bound, by its 95 % interval."""

    ABOVE = "steeper than the bound"
    BELOW = "less steep than the bound"
    UNDECIDED = "not distinguishable from the bound"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Degree:
    """C grows as (1/err) to this power. None where an end of the 95 % interval is unknown or there is none."""

    subject: Subject
    value: float
    low: float | None
    high: float | None
    """None, too, where the slope's interval reaches 0: any degree above ``low`` is possible."""
    theory_lower_bound_degree: int
    standing: Standing


def degree(fit: Fit) -> Degree | None:
    """1 / slope of a polynomial fit, with the slope's interval turned over.

    None where the slope is not above 0, and for the exponential form, which has no degree.

    slope 0.0908 (0.079 to 0.103): degree 11.0 (9.7 to 12.7), steeper than 4.
    """
    if fit.subject.form is not Form.POLYNOMIAL or not fit.slope > 0:
        return None
    slope_low, slope_high = _slope_interval(fit)
    low = 1 / slope_high if slope_high is not None and slope_high > 0 else None
    high = 1 / slope_low if slope_low is not None and slope_low > 0 else None
    bound = THEORY_LOWER_BOUND_DEGREE
    if low is None:
        standing = Standing.UNKNOWN
    elif low > bound:
        standing = Standing.ABOVE
    elif high is not None and high < bound:
        standing = Standing.BELOW
    else:
        standing = Standing.UNDECIDED
    return Degree(fit.subject, 1 / fit.slope, low, high, bound, standing)


def _slope_interval(fit: Fit) -> tuple[float | None, float | None]:
    """As the fit states it, else by Student's t from the standard error."""
    slope = fit.coefficient("slope")
    if slope.low is not None and slope.high is not None:
        return slope.low, slope.high
    if slope.standard_error is None or fit.n <= 2:
        return None, None
    half = float(stats.t.ppf(0.975, fit.n - 2)) * slope.standard_error
    return slope.value - half, slope.value + half
