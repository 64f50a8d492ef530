"""What axes and legends of all figures share: colours by source, powers of ten, ticks of performance, samples."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from analysis.figures.canvas import Marks
from analysis.looks import Look, look_of
from analysis.wording import flop, number, plain, power_of_ten, task_title

MOST_POINTS_DRAWN = 600
WIDTH_INCHES = 6.3
"""Two stand side by side in a report without being made smaller."""
POLYNOMIAL_COLOUR = "#0072B2"
EXPONENTIAL_COLOUR = "#D55E00"
FAINT = "#8a8a8a"


_MARKERS = {
    "circle": "o",
    "square": "s",
    "triangle-up": "^",
    "triangle-down": "v",
    "diamond": "D",
    "cross": "P",
    "x": "x",
}


def marker_of(look: Look) -> str:
    """matplotlib's name of the look's shape."""
    return _MARKERS[look.shape]


def ticks_of_powers(axes: Axes, which: str = "x") -> None:
    """The axis holds log10 of FLOP: whole powers are marked."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    axis.set_major_formatter(FuncFormatter(lambda exponent, _: power_of_ten(exponent)))


def performance_axis(axes: Axes, low: float, high: float) -> None:
    """1/err on a logarithmic axis with ticks at round numbers, and the error rate on the other side."""
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    steps = _round_numbers(low, high)
    axes.yaxis.set_major_locator(FixedLocator(steps))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.4g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("performance, 1 / error rate")
    right = axes.twinx()
    right.set_yscale("log")
    right.set_ylim(low, high)
    right.grid(False)
    errors = _round_numbers(100 / high, 100 / low)
    right.yaxis.set_major_locator(FixedLocator([100 / error for error in errors]))
    right.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 / value:.4g} %"))
    right.yaxis.set_minor_locator(NullLocator())
    right.yaxis.set_minor_formatter(NullFormatter())
    right.set_ylabel("error rate")
    right.spines["right"].set_visible(True)


def _round_numbers(low: float, high: float) -> list[float]:
    """At least three round numbers from low to high, the roundest that do; at most nine.

    1.2 to 9 -> 1.5, 2, 3, 5, 7        1.41 to 1.52 -> 1.42, 1.44, …
    """
    for mantissas in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [mantissa * 10.0**decade for decade in decades for mantissa in mantissas]
        found = [value for value in found if low <= value <= high]
        if len(found) >= 4:
            return found
    return [float(value) for value in MaxNLocator(nbins=7).tick_values(low, high) if low <= value <= high and value > 0]


def sampled(points: pd.DataFrame) -> pd.DataFrame:
    """At most ``MOST_POINTS_DRAWN`` points: those whose keys have the lowest sha256. So the same are drawn each
    time, and a new point displaces one at most."""
    if len(points) <= MOST_POINTS_DRAWN:
        return points
    ranks = points["point_key"].map(lambda key: hashlib.sha256(str(key).encode()).hexdigest())
    return points.loc[ranks.sort_values(kind="stable").index[:MOST_POINTS_DRAWN]].sort_index()


def density(axes: Axes, x: pd.Series, y: pd.Series, *, logarithmic: bool) -> None:
    """All points as shaded hexagons, where only a sample is drawn."""
    axes.hexbin(x, y, gridsize=45, mincnt=1, bins="log", cmap="Greys", alpha=0.45, linewidths=0, zorder=0.5,
                yscale="log" if logarithmic else "linear")  # fmt: skip


def looks_of(points: pd.DataFrame) -> Iterator[tuple[Look, pd.DataFrame]]:
    """The points by source and basis, each with its look, in a fixed order."""
    for (source, basis), group in points.groupby(["source", "basis"], sort=True):
        yield look_of(str(source), str(basis)), group


def scatter(axes: Axes, marks: Marks, look: Look, x: pd.Series, y: pd.Series, titles: pd.DataFrame) -> None:
    """Points that link to their papers; ``titles`` has a row a point."""
    crowded = len(titles) > 300
    axes.scatter(
        np.asarray(x, dtype=float),
        np.asarray(y, dtype=float),
        s=14 if crowded else 26,
        c=look.colour,
        marker=marker_of(look),
        alpha=0.55 if crowded else 0.8,
        linewidths=0.4,
        edgecolors="white",
        zorder=3,
        label=f"{look.label} ({len(titles):,})",
        urls=[marks.add(row.url, hover_title(row)) for row in titles.itertuples()],
    )


def hover_title(row: object) -> str:
    """Model, paper, value and burden of a point, as it shows under the mouse."""
    computing = getattr(row, "hardware_burden_flop", math.nan)
    lines = [
        plain(getattr(row, "model", None), 80) or "model without a name",
        plain(getattr(row, "title", None)) or plain(getattr(row, "arxiv_id", None)),
        f"{task_title(getattr(row, 'benchmark', ''), getattr(row, 'metric', ''))}: "
        f"{number(getattr(row, 'value', math.nan), 4)} %",
        f"hardware burden: {flop(computing)} FLOP" if computing == computing else "hardware burden unknown",
    ]
    return "\n".join(line for line in lines if line)
