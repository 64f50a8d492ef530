"""Which points pull at a line, and which stand far from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from analysis.samples import LEAST_FREEDOM, Array

OUTLYING_RESIDUAL = 3.0
HIGH_LEVERAGE = 2.0
"""Times the mean leverage k/n (Belsley, Kuh and Welsch 1980)."""
COEFFICIENTS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """Of each point on the line of y on x, in the order of the points."""

    leverage: Array
    """Diagonal of the hat matrix: what the point's own y counts in the line's value there."""
    cooks_distance: Array
    """How far all fitted values move without the point (Cook 1977), in units of k times the residual variance."""
    studentised_residual: Array
    """Residual over its standard error as the other points tell it: Student's t with n - 3 degrees of freedom."""
    bonferroni_p: Array
    """Chance of a residual this large anywhere among n points, at most 1: p of the t above, times n."""
    outlier: npt.NDArray[np.bool_]
    """|studentised residual| > 3. Among 1000 sound points about 3 are such; ``bonferroni_p`` < 0.05 allows for that."""
    high_leverage: npt.NDArray[np.bool_]
    """Leverage > 2 k/n = 4/n."""


def influence(x: Array, y: Array) -> Influence:
    """Influence of each point on the least-squares line of y on x, in closed form: no line is fitted anew.

    With e the residuals, h the leverage, k = 2: r = e / (s sqrt(1 - h)); Cook's distance r² h / (k (1 - h)); externally
    studentised t = r sqrt((n - k - 1) / (n - k - r²)). A point of leverage 1 has neither: not a number.
    Raises ValueError for fewer than 4 points or x without spread, of which ``fit_ordinary`` makes no line either.
    """
    n, k = len(x), COEFFICIENTS
    if n <= k + 1 or np.ptp(x) == 0:
        raise ValueError(f"no influence on a line of {n} points" if n <= k + 1 else "x has no spread")
    order = np.lexsort((y, x))  # sums run in an order of the points' own, so that rows may come in any
    x_sorted, y_sorted = x[order], y[order]
    x_centred = x_sorted - x_sorted.mean()
    s_xx = np.sum(x_centred**2)
    slope = np.sum(x_centred * y_sorted) / s_xx
    residuals = y_sorted - y_sorted.mean() - slope * x_centred
    leverage = np.minimum(1 / n + x_centred**2 / s_xx, 1.0)
    freedom = np.where(1 - leverage > LEAST_FREEDOM, 1 - leverage, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.sum(residuals**2) / (n - k)
        squares = residuals**2 / (variance * freedom)
        cooks_distance = squares * leverage / (k * freedom)
        left = np.maximum(n - k - squares, 0.0)
        studentised = np.sign(residuals) * np.sqrt(squares * (n - k - 1) / left)
    back = np.empty(n, dtype=np.intp)
    back[order] = np.arange(n)
    studentised = studentised[back]
    return Influence(
        leverage=leverage[back],
        cooks_distance=cooks_distance[back],
        studentised_residual=studentised,
        bonferroni_p=np.minimum(1.0, n * 2 * stats.t.sf(np.abs(studentised), n - k - 1)),
        outlier=np.abs(studentised) > OUTLYING_RESIDUAL,
        high_leverage=leverage[back] > HIGH_LEVERAGE * k / n,
    )
