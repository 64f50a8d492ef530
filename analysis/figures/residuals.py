"""Which points pull at a line, and which stand far from it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.axes import FAINT, MOST_POINTS_DRAWN, WIDTH_INCHES, looks_of, scatter
from analysis.figures.canvas import Drawing, Marks, draw, file_name
from analysis.influence import COEFFICIENTS, HIGH_LEVERAGE, OUTLYING_RESIDUAL
from analysis.records import Subject
from analysis.wording import COMPUTING_NAMES, plain, source_name, task_title

MOST_LABELS = 8


def residuals_drawing(subject: Subject, influence: pd.DataFrame, points: pd.DataFrame) -> Drawing | None:
    """Studentised residual against leverage of the points of one fit, as ``Laws.influence`` has them; the farthest are
    named. None where no residual is known."""
    known = influence[np.isfinite(influence["studentised_residual"].astype("float64"))]
    columns = ["point_key", "leverage", "studentised_residual", "cooks_distance", "outlier", "high_leverage"]
    table = known[columns].merge(points, on="point_key", how="inner", validate="one_to_one")
    if table.empty:
        return None
    by_pull = table.sort_values(["cooks_distance", "point_key"], ascending=[False, True], kind="stable")
    far = by_pull[by_pull["outlier"].astype(bool) | by_pull["high_leverage"].astype(bool)]
    named = far.head(MOST_LABELS)
    shown = by_pull.head(MOST_POINTS_DRAWN).sort_index()
    high_leverage = HIGH_LEVERAGE * COEFFICIENTS / len(influence)
    title = (
        f"{task_title(subject.benchmark, subject.metric)}, {source_name(subject.source)}: "
        f"residuals of the {subject.form} fit"
    )
    caption = (
        f"Outside the dashed lines a residual is more than {OUTLYING_RESIDUAL:g} standard errors from the line; right "
        f"of the dotted line a point has more than {HIGH_LEVERAGE:g} times the mean leverage. "
    )
    if far.empty:
        caption += "No point is of either kind."
    elif len(named) < len(far):
        caption += f"Of {len(far):,} points of either kind the {len(named)} with the largest Cook's distance are named."
    else:
        caption += f"Points of either kind, all named: {len(far)}."
    if len(shown) < len(table):
        caption += f" Of {len(table):,} points the {len(shown):,} with the largest Cook's distance are drawn."

    def paint(figure: Figure, marks: Marks) -> None:
        axes = figure.add_subplot()
        axes.axhline(0, color="#444444", linewidth=0.8)
        for height in (-OUTLYING_RESIDUAL, OUTLYING_RESIDUAL):
            axes.axhline(height, color=FAINT, linewidth=1.1, linestyle="--")
        axes.axvline(high_leverage, color=FAINT, linewidth=1.1, linestyle=":")
        for look, group in looks_of(shown):
            scatter(axes, marks, look, group["leverage"], group["studentised_residual"], group)
        reach = max(OUTLYING_RESIDUAL + 0.8, 1.15 * float(shown["studentised_residual"].abs().max()))
        right = 1.05 * max(float(shown["leverage"].max()), high_leverage)
        axes.set(xlim=(0, right), ylim=(-reach, reach))
        _labels(axes, named, right, gap=2 * reach / 20)
        axes.set_xlabel(f"leverage (of log10 {COMPUTING_NAMES[subject.computing]})")
        axes.set_ylabel("studentised residual")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    name = file_name(
        "residuals", subject.benchmark, subject.metric, subject.source, subject.computing.value.removesuffix("_flop")
    )
    return draw(name, title, caption, (WIDTH_INCHES, 4.0), paint)


def _labels(axes: Axes, named: pd.DataFrame, right: float, gap: float) -> None:
    """Names beside their points, moved up where they would lie on each other."""
    lowest = -np.inf
    row: Any
    for row in named.sort_values(["studentised_residual", "point_key"], kind="stable").itertuples():
        leverage, residual = float(row.leverage), float(row.studentised_residual)
        height = max(residual, lowest)
        lowest = height + gap
        leftwards = leverage > right / 2
        axes.annotate(
            plain(row.model, 28) or plain(row.arxiv_id, 28) or plain(row.point_key, 28),
            (leverage, residual),
            xytext=(leverage + (-0.02 if leftwards else 0.02) * right, height),
            ha="right" if leftwards else "left",
            va="center",
            fontsize=7.5,
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3},
        )
