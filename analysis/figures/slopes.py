"""Slopes of all benchmarks side by side, as a forest plot."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from analysis.figures.axes import FAINT, WIDTH_INCHES, marker_of
from analysis.figures.canvas import Drawing, Marks, draw, file_name
from analysis.looks import look_of
from analysis.records import Computing, Fit
from analysis.theory import THEORY_LOWER_BOUND_DEGREE
from analysis.wording import COMPUTING_NAMES, task_title


def slopes_drawing(fits: Sequence[Fit], computing: Computing) -> Drawing | None:
    """``fits``: the ordinary polynomial fits on ``computing``; None where there is none."""
    if not fits:
        return None
    ordered = sorted(
        fits, key=lambda fit: (fit.subject.benchmark, fit.subject.metric, fit.subject.source), reverse=True
    )
    caption = (
        "Slope of log10(1/error) on log10(computing): 0.1 says that ten times the computing multiplies performance by "
        "10⁰·¹ = 1.26. Thick bars are 95 % intervals by classical errors, thin lines two robust (HC3) standard "
        "errors. The dotted line is the theoretical lower bound of computing, a slope of "
        f"1/{THEORY_LOWER_BOUND_DEGREE}."
    )

    def paint(figure: Figure, _: Marks) -> None:
        axes = figure.add_subplot()
        axes.axvline(0, color="#444444", linewidth=0.9)
        axes.axvline(
            1 / THEORY_LOWER_BOUND_DEGREE,
            color=FAINT,
            linewidth=1.3,
            linestyle=":",
            label=f"theory: 1/{THEORY_LOWER_BOUND_DEGREE}",
        )
        named: set[str] = set()
        for row, fit in enumerate(ordered):
            slope, look = fit.coefficient("slope"), look_of(fit.subject.source)
            if slope.hc3_standard_error is not None:
                robust = 2 * slope.hc3_standard_error
                axes.hlines(
                    row, slope.value - robust, slope.value + robust, color=look.colour, linewidth=0.9, alpha=0.8
                )
            if slope.low is not None and slope.high is not None:
                axes.hlines(row, slope.low, slope.high, color=look.colour, linewidth=4, alpha=0.45)
            label = None if look.label in named else look.label
            named.add(look.label)
            axes.plot(
                [slope.value], [row], marker=marker_of(look), color=look.colour, markersize=6, linestyle="", label=label
            )
        names = [f"{task_title(fit.subject.benchmark, fit.subject.metric)} (n = {fit.n:,})" for fit in ordered]
        axes.set_yticks(range(len(ordered)), names)
        axes.set_ylim(-0.6, len(ordered) - 0.4)
        axes.grid(False, axis="y")
        axes.set_xlabel("slope of log10(1/error) per tenfold computing")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.2f}".replace("-", "−")))
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)

    title = f"What tenfold {COMPUTING_NAMES[computing]} buys: slopes of all benchmarks"
    size = (WIDTH_INCHES, 1.7 + 0.24 * len(ordered))
    return draw(file_name("slopes", computing.value.removesuffix("_flop")), title, caption, size, paint)
