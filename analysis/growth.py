"""How fast computing grew: a line through the logarithms of burdens over the years."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import OLS

from analysis.samples import Array

LEAST_POINTS = 5
_LEAST_YEARS = 1.0
"""Between the first point and the last; in less, a line through years says nothing."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth by the year, as powers of ten, with the ends of its 95 % interval (Student's t, errors robust by HC3)."""

    n: int
    first_year: float
    last_year: float
    log10_a_year: float
    log10_a_year_low: float
    log10_a_year_high: float

    @property
    def doubling_months(self) -> float | None:
        """0.30 a year -> 12.0        none where it does not grow"""
        return months_to_double(self.log10_a_year)


@dataclass(frozen=True, slots=True)
class NoGrowth:
    """Why there is no rate: a sentence for the reader."""

    n: int
    reason: str


def growth(year: Array, log10_burden: Array) -> Growth | NoGrowth:
    """Least squares of log10(burden) on the year, of points that know both.

    2012 to 2020, ten times as much each second year -> 0.5 a year
    four points, or all of one year -> NoGrowth
    """
    known = np.isfinite(year) & np.isfinite(log10_burden)
    year, log10_burden = year[known], log10_burden[known]
    n = len(year)
    if n < LEAST_POINTS:
        return NoGrowth(n, f"{n} points; a rate needs {LEAST_POINTS}.")
    if np.ptp(year) < _LEAST_YEARS:
        return NoGrowth(n, "All points are of one year.")
    fitted = OLS(log10_burden, np.column_stack([np.ones(n), year - year.mean()])).fit(cov_type="HC3", use_t=True)
    low, high = fitted.conf_int()[1]
    if not (math.isfinite(low) and math.isfinite(high)):
        return NoGrowth(n, "The points leave the rate open.")
    return Growth(n, float(year.min()), float(year.max()), float(fitted.params[1]), float(low), float(high))


def months_to_double(log10_a_year: float) -> float | None:
    """0.30103 -> 12.0        0, -0.1 -> None"""
    return 12 * math.log10(2) / log10_a_year if log10_a_year > 0 else None
