"""Bootstrap: points drawn anew, with repetition, from a fixed seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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


def resampled_coefficient(name: str, value: float, resampled: Array) -> Coefficient:
    """The value with the standard deviation of its resamples, and their 2.5th and 97.5th percentiles."""
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Coefficient(name, value, standard_error=float(resampled.std(ddof=1)), low=float(low), high=float(high))
