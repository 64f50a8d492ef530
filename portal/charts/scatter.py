"""The chart of a benchmark: error rate, better upwards, against computing or the years, with lines and targets."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd

from analysis.looks import look_of
from analysis.wording import number, power_of_ten
from portal.charts.chart import Chart, Links, Size, Table, Told
from portal.charts.figures import Figure
from portal.charts.options import Across
from portal.charts.performance import Performance, axis_name, chart_title, description
from portal.charts.scatter_layers import domains, has_intervals, scatter_spec
from portal.charts.thinning import thinned


def performance_chart(performance: Performance) -> Chart:
    """The chart of all points that can be drawn."""
    return _chart(performance, performance.points, description(performance))


def performance_figure(performance: Performance, path: str, query: str = "") -> Figure:
    """The same chart as a page shows it; its rows need not be there."""
    return Figure(file_name(performance), chart_title(performance), description(performance), path, query)


def _chart(performance: Performance, points: pd.DataFrame, words: str) -> Chart:
    across = performance.options.x
    return Chart(
        name=file_name(performance),
        title=chart_title(performance),
        description=words,
        tables={
            "points": _points(points, across),
            "lines": _lines(performance),
            "targets": _targets(performance),
            "aims": _aims(performance),
            "nothing": Table(("x",), ()),
        },
        build=partial(scatter_spec, performance, len(points)),
        told=(
            Told("model", "name"),
            Told("title", "text"),
            Told("error", "percent", "error"),
            Told("x", "year" if across is Across.YEAR else "power", axis_name(across).removesuffix(", FLOP")),
            *([] if across is Across.YEAR else [Told("year", "year", "year")]),
            Told("accelerator", "text", "accelerator"),
            Told("look", "text", "basis"),
            Told("confidence", "share", "confidence"),
        ),
        links=Links("points", "/models/", "id"),
        thinned=partial(_thinned_chart, performance),
    )


def file_name(performance: Performance) -> str:
    """ "imagenet-top1_accuracy-burden" """
    text = f"{performance.benchmark}-{performance.options.metric}-{performance.options.x}"
    return "".join(mark if (mark.isalnum() and mark.isascii()) or mark in "._-" else "-" for mark in text)[:100]


def _thinned_chart(performance: Performance, size: Size) -> Chart:
    points = performance.points
    x_domain, error_domain = domains(performance)
    width, height = size.width or 0, size.height or 0
    x = width * (points["x"] - x_domain[0]) / (x_domain[1] - x_domain[0])
    spread = math.log(error_domain[1] / error_domain[0])
    y = height * (points["error_percent"] / error_domain[0]).map(math.log) / spread
    few = thinned(points, x, y, points["source"] + points["basis"])
    words = description(performance)
    if len(few.points) < len(points):
        words += (
            f" {len(few.points):,} of {len(points):,} points are drawn: in each square of {few.step_pixels:.1f} pixels "
            "one of each kind stands for all."
        )
    return _chart(performance, few.points, words)


def _points(points: pd.DataFrame, across: Across) -> Table:
    columns = ["id", "model", "title", "x", "error", "look", "confidence", "year", "value", "accelerator"]
    series: list[Iterable[Any]] = [
        points["model_id"],
        points["model"],
        points["title"],
        _rounded(points["x"], 4),
        _significant(points["error_percent"], 4),
        [look_of(source, basis).label for source, basis in zip(points["source"], points["basis"], strict=True)],
        _rounded(points["confidence"], 2),
        _rounded(points["year"], 3),
        _significant(points["value"], 4),
        points["accelerator"],
    ]
    if has_intervals(points, across):
        columns += ["low", "high"]
        for bound in ("hardware_burden_low_flop", "hardware_burden_high_flop"):
            series.append(_rounded(points[bound].where(points[bound] > 0).map(math.log10, na_action="ignore"), 4))
    return Table(tuple(columns), list(zip(*series, strict=True)))


def _lines(performance: Performance) -> Table:
    series, rows = _series(performance), []
    for curve in performance.curves:
        for x, error, low, high in zip(curve.x, curve.error, curve.low, curve.high, strict=True):
            ends = [None if end is None else _round_significant(end, 5) for end in (low, high)]
            rows.append((round(x, 4), _round_significant(error, 5), *ends, series[curve.source], curve.is_beyond))
    return Table(("x", "error", "low", "high", "series", "beyond"), rows)


def _series(performance: Performance) -> dict[str, int]:
    """Numbers of the sources that have lines."""
    return {source: number for number, source in enumerate(sorted({curve.source for curve in performance.curves}))}


def _targets(performance: Performance) -> Table:
    errors = sorted({100 * aim.target.error for aim in performance.drawn_aims})
    return Table(("error", "label"), [(_round_significant(each, 4), f"{number(each)} % error") for each in errors])


def _aims(performance: Performance) -> Table:
    series, rows = _series(performance), []
    left, right = domains(performance)[0]
    for aim in performance.drawn_aims:
        amount = aim.projection.log10_flop
        if amount is not None:
            ends = [None if end is None else round(min(max(end, left), right), 4) for end in (amount.low, amount.high)]
            error, label = _round_significant(100 * aim.target.error, 4), power_of_ten(amount.value)
            rows.append((round(amount.value, 4), *ends, error, label, series[aim.projection.subject.source]))
    return Table(("x", "low", "high", "error", "label", "series"), rows)


def _rounded(series: pd.Series, places: int) -> list[float | None]:
    return [None if value != value else round(value, places) for value in series.tolist()]


def _significant(series: pd.Series, digits: int) -> list[float | None]:
    return [None if value != value else _round_significant(value, digits) for value in series.tolist()]


def _round_significant(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}")
