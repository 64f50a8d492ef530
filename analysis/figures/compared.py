"""Machine beside import: one model's burden as either has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.comparison import PairedPoint
from analysis.figures.axes import FAINT, WIDTH_INCHES, marker_of, ticks_of_powers
from analysis.figures.canvas import Drawing, Marks, draw
from analysis.looks import look_of
from analysis.wording import benchmark_name, factor, flop, plain


def comparison_drawing(pairs: Sequence[PairedPoint], urls: pd.Series) -> Drawing | None:
    """Pairs with a burden on both sides; ``urls`` by point key. None where there is no such pair."""
    weighed = [
        (pair, pair.imported_burden_flop, pair.own_burden_flop, pair.log10_burden_ratio)
        for pair in pairs
        if pair.imported_burden_flop and pair.own_burden_flop
    ]
    if not weighed:
        return None
    caption = (
        f"{len(weighed):,} models that this database and an import both have, each a link to its paper. On the line "
        "both agree; the shaded strip is a factor of 2 either way."
    )

    def paint(figure: Figure, marks: Marks) -> None:
        axes = figure.add_subplot()
        for source in sorted({pair.source for pair, *_ in weighed}):
            look = look_of(source)
            rows = [row for row in weighed if row[0].source == source]
            axes.scatter(
                [np.log10(imported) for _, imported, _, _ in rows],
                [np.log10(own) for _, _, own, _ in rows],
                c=look.colour,
                marker=marker_of(look),
                s=30,
                alpha=0.8,
                linewidths=0.4,
                edgecolors="white",
                zorder=3,
                label=f"{look.label} ({len(rows):,})",
                urls=[
                    marks.add(
                        urls.get(pair.own_key),
                        f"{plain(pair.own_model, 80) or plain(pair.imported_model, 80)}, "
                        f"{benchmark_name(pair.benchmark)}\n"
                        f"this database {flop(own)} FLOP, import {flop(imported)} FLOP: {factor(ratio)}",
                    )
                    for pair, imported, own, ratio in rows
                ],
            )
        both = [np.log10(value) for _, imported, own, _ in weighed for value in (imported, own)]
        low, high = min(both) - 0.5, max(both) + 0.5
        ends, two = np.array([low, high]), np.log10(2)
        axes.plot(ends, ends, color=FAINT, linewidth=1.2, zorder=1, label="alike")
        axes.fill_between(
            ends, ends - two, ends + two, color=FAINT, alpha=0.18, linewidth=0, zorder=0.5, label="within ×2"
        )
        axes.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        ticks_of_powers(axes, "x")
        ticks_of_powers(axes, "y")
        axes.set_xlabel("hardware burden as imported, FLOP")
        axes.set_ylabel("hardware burden in this database, FLOP")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)

    title = "The same models in this database and as imported: hardware burden"
    return draw("comparison-burden", title, caption, (WIDTH_INCHES, 6.0), paint)
