"""Growth over the years: computing, and what it bought."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from analysis.figures.axes import (
    FAINT,
    MOST_POINTS_DRAWN,
    WIDTH_INCHES,
    density,
    looks_of,
    sampled,
    scatter,
    ticks_of_powers,
)
from analysis.figures.canvas import Drawing, Marks, draw, file_name
from analysis.wording import metric_name, task_title


def growth_drawing(points: pd.DataFrame) -> Drawing | None:
    """One benchmark and metric: hardware burden and value over years side by side; None without a dated point."""
    dated = points[np.isfinite(points["year"]) & np.isfinite(points["value"])]
    if dated.empty:
        return None
    benchmark, metric = str(dated["benchmark"].iloc[0]), str(dated["metric"].iloc[0])
    weighed = dated[dated["hardware_burden_flop"] > 0]
    weighed = weighed.assign(log10_burden=np.log10(weighed["hardware_burden_flop"]))
    title = f"{task_title(benchmark, metric)}: computing and results over the years"
    caption = (
        f"Left, the hardware burden of {len(weighed):,} models; right, the {metric_name(metric)} of {len(dated):,}, "
        "with the record of each source so far as a line. Each point links to its paper."
    )
    if len(dated) < len(points):
        caption += f" {len(points) - len(dated):,} models have no date and are not shown."
    if len(dated) > MOST_POINTS_DRAWN:
        caption += f" Fixed samples of {MOST_POINTS_DRAWN:,} points at most are drawn over the density of all."

    def paint(figure: Figure, marks: Marks) -> None:
        left, right = figure.subplots(1, 2, sharex=True)
        _panel(left, marks, weighed, "log10_burden", "hardware burden, FLOP")
        if weighed.empty:
            left.text(0.5, 0.5, "no burden known", transform=left.transAxes, ha="center", color=FAINT)
            left.set_yticks([])
        else:
            ticks_of_powers(left, "y")
        _panel(right, marks, dated, "value", f"{metric_name(metric)}, %")
        for number, (_, of_source) in enumerate(dated.groupby("source", sort=True)):
            record, label = records(of_source), "" if number else "record"
            right.step(record["year"], record["value"], where="post", color=FAINT, linewidth=1.3, label=label, zorder=2)
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=4)

    return draw(file_name("growth", benchmark, metric), title, caption, (WIDTH_INCHES, 3.7), paint)


def records(dated: pd.DataFrame) -> pd.DataFrame:
    """The points with less error than all before them, and once more the last record at the end of the years."""
    ordered = dated.sort_values(["year", "error_fraction"], kind="stable")[["year", "value", "error_fraction"]]
    least = ordered["error_fraction"].cummin()
    better = ordered[least < least.shift(fill_value=np.inf)]
    end = better.tail(1).assign(year=ordered["year"].iloc[-1])
    return pd.concat([better, end], ignore_index=True)


def _panel(axes: Axes, marks: Marks, points: pd.DataFrame, column: str, label: str) -> None:
    shown = sampled(points)
    if len(shown) < len(points):
        density(axes, points["year"], points[column], logarithmic=False)
    for look, group in looks_of(shown):
        scatter(axes, marks, look, group["year"], group[column], group)
    axes.set_ylabel(label)
    axes.set_xlabel("year of publication")
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}" if year == round(year) else ""))
