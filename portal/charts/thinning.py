"""Fewer points in a picture that shows the same: of those that would lie on each other, one stands for all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_IN_PICTURE = 2_500
"""Points of a file that the server draws; browsers draw all."""
_FIRST_STEP_PIXELS = 1.5
_GROWTH = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    points: pd.DataFrame
    step_pixels: float
    """Side of the squares of which each shows one point of a look; 0 where all points are there."""


def thinned(points: pd.DataFrame, x: pd.Series, y: pd.Series, looks: pd.Series) -> Thinned:
    """At most ``MOST_IN_PICTURE`` of the points; ``x`` and ``y`` are where they are drawn, in pixels.

    The picture is laid out in squares; of the points of one look in one square, the first stays. The squares are as
    small as they can be for so few points: of points all over each other, within a pixel or two.
    """
    if len(points) <= MOST_IN_PICTURE:
        return Thinned(points, 0.0)
    codes = pd.factorize(looks)[0]
    step = _FIRST_STEP_PIXELS
    while True:
        squares = pd.DataFrame({"x": np.floor(x / step), "y": np.floor(y / step), "look": codes}, index=points.index)
        kept = ~squares.duplicated()
        if kept.sum() <= MOST_IN_PICTURE:
            return Thinned(points[kept], step)
        step *= _GROWTH
