"""Performance against computing: points of every source, both forms with the band of the mean, and theory's line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.bands import fitted_performance
from analysis.figures.axes import (
    FAINT,
    MOST_POINTS_DRAWN,
    WIDTH_INCHES,
    density,
    looks_of,
    performance_axis,
    sampled,
    scatter,
    ticks_of_powers,
)
from analysis.figures.canvas import Drawing, Marks, draw, file_name
from analysis.looks import look_of
from analysis.records import Computing, Fit, Form
from analysis.theory import THEORY_LOWER_BOUND_DEGREE
from analysis.wording import COMPUTING_NAMES, task_title

_LINE_POINTS = 160


def scatter_drawing(points: pd.DataFrame, fits: Sequence[Fit], computing: Computing) -> Drawing:
    """One benchmark and metric; ``fits`` are its ordinary fits on ``computing``, of all sources and both forms."""
    benchmark, metric = str(points["benchmark"].iloc[0]), str(points["metric"].iloc[0])
    all_points = drawable(points, computing)
    shown = sampled(all_points)
    title = f"{task_title(benchmark, metric)}: performance against {COMPUTING_NAMES[computing]}"
    caption = (
        f"{len(all_points):,} models, each a link to its paper. Lines: least squares, solid the polynomial and dashed "
        "the exponential form, with the 95 % band of the mean; dotted, the slope of the theoretical lower bound "
        "(computing "
        f"with the {THEORY_LOWER_BOUND_DEGREE}th power of performance), laid through the middle of the points."
    )
    if computing is Computing.HARDWARE_BURDEN:
        caption += " Bars: the interval of the burden."
    if len(shown) < len(all_points):
        caption += (
            f" A fixed sample of {len(shown):,} points is drawn over the density of all; the lines are fitted to all."
        )

    def paint(figure: Figure, marks: Marks) -> None:
        axes = figure.add_subplot()
        performance = 1 / all_points["error_fraction"]
        low, high = _limits(performance)
        if len(shown) < len(all_points):
            axes.set_yscale("log")
            density(axes, all_points["log10_computing"], performance, logarithmic=True)
        _intervals(axes, shown, computing)
        for look, group in looks_of(shown):
            scatter(axes, marks, look, group["log10_computing"], 1 / group["error_fraction"], group)
        for fit in fits:
            _line(axes, fit)
        _theory(axes, all_points, performance)
        margin = 0.04 * max(np.ptp(all_points["log10_computing"]), 1.0)
        axes.set_xlim(all_points["log10_computing"].min() - margin, all_points["log10_computing"].max() + margin)
        ticks_of_powers(axes)
        axes.set_xlabel(f"{COMPUTING_NAMES[computing]}, FLOP")
        performance_axis(axes, low, high)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    name = file_name("performance", benchmark, metric, computing.value.removesuffix("_flop"))
    return draw(name, title, caption, (WIDTH_INCHES, 4.7), paint)


def drawable(points: pd.DataFrame, computing: Computing) -> pd.DataFrame:
    """Points with computing and an error strictly between none and all, with their log10(C)."""
    known: pd.DataFrame = points[
        (points[computing.value] > 0) & (points["error_fraction"] > 0) & (points["error_fraction"] < 1)
    ]
    known = known[np.isfinite(known[computing.value])]
    return known.assign(log10_computing=np.log10(known[computing.value]))


def _limits(performance: pd.Series) -> tuple[float, float]:
    low, high = float(performance.min()), float(performance.max())
    margin = max((high / low) ** 0.07, 1.01)
    return low / margin, high * margin


def _intervals(axes: Axes, shown: pd.DataFrame, computing: Computing) -> None:
    if computing is not Computing.HARDWARE_BURDEN or len(shown) > MOST_POINTS_DRAWN // 4:
        return
    wide = shown[(shown["hardware_burden_low_flop"] > 0) & (shown["hardware_burden_high_flop"] > 0)]
    if len(wide):
        axes.hlines(
            1 / wide["error_fraction"],
            np.log10(wide["hardware_burden_low_flop"]),
            np.log10(wide["hardware_burden_high_flop"]),
            colors=[look_of(source, basis).colour for source, basis in zip(wide["source"], wide["basis"], strict=True)],
            linewidth=0.9,
            alpha=0.45,
            zorder=2,
        )


def _line(axes: Axes, fit: Fit) -> None:
    if fit.lowest_computing_flop is None or fit.highest_computing_flop is None:
        return
    span = np.linspace(np.log10(fit.lowest_computing_flop), np.log10(fit.highest_computing_flop), _LINE_POINTS)
    line, low, high = fitted_performance(fit, span)
    look = look_of(fit.subject.source)
    axes.plot(
        span,
        line,
        color=look.colour,
        linewidth=1.6,
        linestyle="-" if fit.subject.form is Form.POLYNOMIAL else (0, (5, 2)),
        label=f"{fit.subject.form.value}, {look.label}",
        zorder=4,
    )
    axes.fill_between(span, low, high, color=look.colour, alpha=0.13, linewidth=0, zorder=1)


def _theory(axes: Axes, points: pd.DataFrame, performance: pd.Series) -> None:
    middle, height = points["log10_computing"].mean(), np.log10(performance).mean()
    span = np.array([points["log10_computing"].min(), points["log10_computing"].max()])
    axes.plot(
        span,
        10 ** (height + (span - middle) / THEORY_LOWER_BOUND_DEGREE),
        color=FAINT,
        linestyle=":",
        linewidth=1.4,
        label=f"theory's lower bound: {THEORY_LOWER_BOUND_DEGREE}th power",
        zorder=1.5,
    )
