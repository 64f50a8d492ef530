"""Computing that target errors take, if the fitted lines go on."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from analysis.figures.axes import EXPONENTIAL_COLOUR, FAINT, POLYNOMIAL_COLOUR, WIDTH_INCHES, ticks_of_powers
from analysis.figures.canvas import Drawing, Marks, draw, file_name
from analysis.projections import LOG10_GIGA, Interval
from analysis.records import Computing, Estimator, Form
from analysis.wording import number, plain, power_of_ten, source_name, task_title

_LOOKS = {Form.POLYNOMIAL: (POLYNOMIAL_COLOUR, "o", 0.16), Form.EXPONENTIAL: (EXPONENTIAL_COLOUR, "s", -0.16)}
_FEWEST, _MOST = 5.0, 400.0
"""Exponents that are drawn: further ends of intervals are cut off."""
_MOST_TICKS = 9
_MOST_LINES = 16
_TICKS = (5, 7, 10, 12, 15, 18, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 400)


def projections_drawing(projections: pd.DataFrame, computing: Computing) -> Drawing | None:
    """Of one benchmark and metric: its rows of ``projection_table`` for ordinary fits on ``computing``."""
    rows = projections[
        (projections["estimator"] == Estimator.ORDINARY.value)
        & (projections["computing"] == computing.value)
        & projections["log10_gigaflop"].notna()
    ]
    if rows.empty:
        return None
    benchmark, metric = str(rows["benchmark"].iloc[0]), str(rows["metric"].iloc[0])
    lines = rows[["target_error", "target", "source"]].drop_duplicates().sort_values(
        ["target_error", "source", "target"], kind="stable"
    )  # fmt: skip
    all_lines = len(lines)
    lines = lines[lines["target_error"] >= _least_shown(lines["target_error"])]
    rows = rows[rows["target_error"] >= lines["target_error"].min()]
    heights = {tuple(line): height for height, line in enumerate(lines.itertuples(index=False, name=None))}
    centres = rows["log10_gigaflop"] + LOG10_GIGA
    ends = pd.concat([centres, rows["log10_gigaflop_low"] + LOG10_GIGA, rows["log10_gigaflop_high"] + LOG10_GIGA])
    ends = ends.dropna().clip(_FEWEST, _MOST)
    wide = ends.max() > 2.5 * ends.min()
    title = f"{task_title(benchmark, metric)}: computing to reach target errors"
    caption = (
        "Hardware burden at which the fitted line meets the error rate, by both forms, with the 95 % interval of the "
        "line (Fieller). Dotted: no bounds, as the slope is not distinguishable from 0. Hollow: beyond the computing "
        "of any "
        "point, an extrapolation."
    )
    if wide:
        caption += " The axis is logarithmic in the exponent."
    if len(lines) < all_lines:
        caption += f" The table has the {all_lines - len(lines)} lines of still lower errors."

    def paint(figure: Figure, _: Marks) -> None:
        axes = figure.add_subplot()
        low, high = float(ends.min()), float(ends.max())
        left, right = (
            (low / 1.06, high * 1.06) if wide else (low - 0.06 * (high - low) - 0.5, high + 0.06 * (high - low) + 0.5)
        )
        for form, (colour, marker, shift) in _LOOKS.items():
            row: Any
            for row in rows[rows["form"] == form.value].itertuples():
                height = heights[row.target_error, row.target, row.source] + shift
                value = float(row.log10_gigaflop) + LOG10_GIGA
                lower, upper = float(row.log10_gigaflop_low) + LOG10_GIGA, float(row.log10_gigaflop_high) + LOG10_GIGA
                if row.interval == Interval.UNBOUNDED.value:
                    axes.hlines(height, left, right, color=colour, linewidth=1, linestyle=":")
                elif not math.isnan(lower) and not math.isnan(upper):
                    axes.hlines(height, max(lower, left), min(upper, right), color=colour, linewidth=3, alpha=0.45)
                beyond = float(row.tenfolds_beyond) > 0
                inside = min(max(value, left), right)
                face = "white" if beyond else colour
                axes.plot(
                    [inside],
                    [height],
                    marker,
                    color=colour,
                    markerfacecolor=face,
                    markersize=6,
                    zorder=3,
                    clip_on=False,
                )
            axes.plot([], [], marker=marker, color=colour, markersize=6, linestyle="", label=f"{form.value} form")
        axes.set_xlim(left, right)
        axes.set_ylim(-0.6, len(heights) - 0.4)
        axes.set_yticks(
            range(len(heights)),
            [
                f"{number(100 * error)} % ({plain(label, 24)}), {source_name(source)}"
                for error, label, source in heights
            ],
        )
        axes.grid(False, axis="y")
        for height in range(1, len(heights)):
            axes.axhline(height - 0.5, color=FAINT, linewidth=0.3)
        _ticks(axes, wide)
        axes.set_xlabel("hardware burden, FLOP")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    return draw(
        file_name("projections", benchmark, metric), title, caption, (WIDTH_INCHES, 1.6 + 0.36 * len(heights)), paint
    )


def _least_shown(errors: pd.Series) -> float:
    """Of whole targets as many as make ``_MOST_LINES`` lines, the easiest first, and one at least."""
    counts = errors.value_counts().sort_index(ascending=False).cumsum()
    fitting = counts[counts <= _MOST_LINES]
    return float(fitting.index[-1] if len(fitting) else counts.index[0])


def _ticks(axes: Axes, wide: bool) -> None:
    if not wide:
        ticks_of_powers(axes)
        return
    left, right = axes.get_xlim()
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    ticks: list[float] = []
    for tick in _TICKS:
        if left <= tick <= right and (not ticks or tick > ticks[-1] * (right / left) ** (1 / _MOST_TICKS)):
            ticks.append(tick)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda exponent, _: power_of_ten(exponent)))
    axes.xaxis.set_minor_locator(NullLocator())
