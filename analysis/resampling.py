"""Bootstrap: points drawn anew, with repetition, from a fixed seed."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import stats

from analysis.records import Coefficient
from analysis.samples import Array

RESAMPLES = 1000
SEED = 2007_05558
NUMBERS_AT_ONCE = 2_000_000


def times_drawn(n: int) -> Iterator[Array]:
    """How often each of n points is in each of 1000 resamples of n; a row a resample, some at a time to bound memory.

    The points must stand in an order of their own (``samples.prepared``), so that the same points give the same.
    """
    random = np.random.default_rng(SEED)
    step = max(1, NUMBERS_AT_ONCE // n)
    for first in range(0, RESAMPLES, step):
        rows = min(step, RESAMPLES - first)
        drawn = random.integers(0, n, size=(rows, n)) + n * np.arange(rows)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


def expanded_percentiles(n: int) -> tuple[float, float]:
    """Where 95 % intervals of a line through n points end: percentiles of resamples spread too little in small samples.

    Hesterberg (The American Statistician 69:371, 2015): the normal quantile becomes that of Student's t, with n - 2
    degrees of freedom, times sqrt(n / (n - 2)).  8 points: 0.24 and 99.76;  40: 1.9 and 98.1;  many: 2.5 and 97.5.
    """
    low = 100 * float(stats.norm.cdf(math.sqrt(n / (n - 2)) * stats.t.ppf(0.025, n - 2)))
    return low, 100 - low


def resampled_coefficient(
    name: str, value: float, resampled: Array, percentiles: tuple[float, float] = (2.5, 97.5)
) -> Coefficient:
    """The value with the standard deviation of its resamples, and the percentiles of theirs that end the interval."""
    low, high = np.percentile(resampled, percentiles)
    return Coefficient(name, value, standard_error=float(resampled.std(ddof=1)), low=float(low), high=float(high))
