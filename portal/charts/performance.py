"""A benchmark's points and lines as they are chosen by the options of its page, ready to be drawn and to be told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.constants import CostConstants, cost_constants
from analysis.headline import halving_sentence
from analysis.records import Fit, Form, Refusal
from analysis.wording import COMPUTING_NAMES, number, plain, power_of_ten, task_title
from db.engine import Engine
from db.public_memory import remembered_selection
from db.public_queries import MOST_CHART_POINTS, PointFilters, chart_points, points_table
from portal.charts.laws import COMPUTINGS, Aim, Curve, aims_of, curves_of, drawn_aims, fits_of, x_of
from portal.charts.options import Across, ChartOptions

_KEYS = ("source", "basis", "point_key", "model_id")
_NAMES = ("model", "title", "accelerator")
_LONGEST_NAME = 70
_NUMBERS = (
    "value",
    "error_fraction",
    "year",
    "confidence",
    "hardware_burden_flop",
    "hardware_burden_low_flop",
    "hardware_burden_high_flop",
    "network_operations_flop",
    "operations_per_pass_flop",
)


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """What a benchmark's chart shows."""

    benchmark: str
    options: ChartOptions
    """With the metric filled in."""
    chosen: int
    """Points that the options ask for."""
    read: int
    """Of these, as many as a chart takes."""
    points: pd.DataFrame
    """Those that can be drawn, with ``x`` and ``error_percent``, in the order of ``x``."""
    fits: tuple[Fit | Refusal, ...]
    aims: tuple[Aim, ...]
    drawn_aims: tuple[Aim, ...]
    """Those of the chart."""
    curves: tuple[Curve, ...]
    constants: CostConstants

    @property
    def task(self) -> str:
        return task_title(self.benchmark, self.options.metric)

    @property
    def is_cut(self) -> bool:
        """More points are asked for than a chart takes."""
        return self.chosen > self.read


def performance_of(engine: Engine, benchmark: str, options: ChartOptions) -> Performance:
    """``options`` name the metric. Points of which the axis is unknown are counted, and not drawn."""
    points, chosen = _points_of(engine, options.filters(benchmark))
    drawable = points[(points["error_fraction"] > 0) & (points["error_fraction"] < 1)]
    drawable = drawable.assign(x=x_of(drawable, options.x), error_percent=100 * drawable["error_fraction"])
    drawable = drawable[drawable["x"].notna()].sort_values(["x", "point_key"], kind="stable").reset_index(drop=True)
    fits = fits_of(points, benchmark, options.metric, options.x, options.form) if options.line else []
    constants = cost_constants(options.constants)
    aims = aims_of(fits, points, constants) if options.targets else []
    drawn = drawn_aims(aims)
    return Performance(
        benchmark=benchmark,
        options=options,
        chosen=chosen,
        read=len(points),
        points=drawable,
        fits=tuple(fits),
        aims=tuple(aims),
        drawn_aims=drawn,
        curves=tuple(curves_of(fits, drawable, options.x, drawn)),
        constants=constants,
    )


def _points_of(engine: Engine, filters: PointFilters) -> tuple[pd.DataFrame, int]:
    """The points that a chart takes, and how many there are.

    Read once for all axes, forms and colours of the chart; whoever gets them changes nothing in them.
    """
    return remembered_selection(engine, filters, lambda: _read_points(engine, filters))


def _read_points(engine: Engine, filters: PointFilters) -> tuple[pd.DataFrame, int]:
    points = _points_frame(engine, filters)
    is_full = len(points) >= MOST_CHART_POINTS
    return points, points_table(engine, filters, limit=0).total if is_full else len(points)


def _points_frame(engine: Engine, filters: PointFilters) -> pd.DataFrame:
    """Columns of ``public_points``: unknown numbers are NaN, names short enough to be shown, unknown ones empty."""
    names = (*_KEYS, *_NAMES, *_NUMBERS)
    rows = chart_points(engine, filters, names)
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    table: dict[str, Any] = dict(zip(names, columns, strict=True))
    for name in _NAMES:
        table[name] = [plain(text, _LONGEST_NAME) for text in table[name]]
    for name in _NUMBERS:
        table[name] = np.array(table[name], dtype="float64")
    return pd.DataFrame(table)


def axis_name(across: Across) -> str:
    """ "hardware burden, FLOP"        "year of publication" """
    return "year of publication" if across is Across.YEAR else f"{COMPUTING_NAMES[COMPUTINGS[across]]}, FLOP"


def chart_title(performance: Performance) -> str:
    """ "ImageNet, top-1 accuracy: error against hardware burden" """
    across = performance.options.x
    against = "year" if across is Across.YEAR else COMPUTING_NAMES[COMPUTINGS[across]]
    return f"{performance.task}: error {'by' if across is Across.YEAR else 'against'} {against}"


def description(performance: Performance) -> str:
    """What the chart shows, in sentences, for those who do not see it."""
    points, across = performance.points, performance.options.x
    if points.empty:
        return f"{chart_title(performance)}. No point can be drawn."
    ends = points["x"].min(), points["x"].max()
    low, high = (str(math.floor(end)) if across is Across.YEAR else f"{power_of_ten(end)} FLOP" for end in ends)
    errors = points["error_percent"].min(), points["error_percent"].max()
    models = "1 model" if len(points) == 1 else f"{len(points):,} models"
    text = (
        f"Scatter chart of {models}: error rate, from {number(errors[0])} to {number(errors[1])} %, "
        f"against {axis_name(across).removesuffix(', FLOP')}, from {low} to {high}."
    )
    return " ".join([text, *(line_in_words(fit) for fit in performance.fits if isinstance(fit, Fit))])


def line_in_words(fit: Fit) -> str:
    """What a line says, complete in itself; empty for a form in which no factor can be told of all errors."""
    if fit.subject.form is not Form.POLYNOMIAL or fit.lowest_computing_flop is None:
        return ""
    return halving_sentence(fit)
