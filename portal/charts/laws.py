"""The lines of a benchmark's chart: fits of the points that were chosen, drawn out, and what they cost to follow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.bands import fitted_performance
from analysis.constants import CostConstants, Target, targets_2020, targets_from
from analysis.laws import fit_points
from analysis.projections import Projection, project
from analysis.records import Computing, Estimator, Fit, Form, Refusal, Subject
from analysis.regressions import YEAR_ZERO
from portal.charts.options import Across

COMPUTINGS: Mapping[Across, Computing] = {
    Across.BURDEN: Computing.HARDWARE_BURDEN,
    Across.NETWORK: Computing.NETWORK_OPERATIONS,
    Across.PASS: Computing.OPERATIONS_PER_PASS,
}
_MOST_TENFOLDS_BEYOND = 16
"""Targets that lie further beyond all points stand in the table only: the chart would be empty for their sake."""
_LEAST_FACTOR_BETWEEN = 1.15
_CURVE_POINTS = 120


@dataclass(frozen=True, slots=True)
class Curve:
    """A line as it is drawn: error rates in percent along the axis, with the ends of the band."""

    source: str
    x: tuple[float, ...]
    error: tuple[float, ...]
    low: tuple[float | None, ...]
    """Of the band: the least error; None where it has no end."""
    high: tuple[float | None, ...]
    is_beyond: bool
    """Outside of the points: an extrapolation."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A target error with what it takes by one line."""

    target: Target
    projection: Projection


def x_of(points: pd.DataFrame, across: Across) -> pd.Series:
    """Where points stand on the axis: log10 of FLOP, or the year; NaN where that is unknown or impossible."""
    if across is Across.YEAR:
        return points["year"].where(np.isfinite(points["year"]))
    flop = points[COMPUTINGS[across].value]
    known: pd.Series = np.log10(flop.where((flop > 0) & np.isfinite(flop)))
    return known


def fits_of(points: pd.DataFrame, benchmark: str, metric: str, across: Across, form: Form) -> list[Fit | Refusal]:
    """One line a source, in the order of their names: sources are never pooled."""
    found = []
    for source, rows in points.groupby("source", sort=True):
        estimator = Estimator.TIME_TREND if across is Across.YEAR else Estimator.ORDINARY
        computing = COMPUTINGS.get(across, Computing.HARDWARE_BURDEN)
        outcome, _ = fit_points(Subject(str(source), benchmark, metric, form, computing, estimator), rows)
        found.append(outcome)
    return found


def aims_of(fits: Sequence[Fit | Refusal], points: pd.DataFrame, constants: CostConstants) -> list[Aim]:
    """What the study's targets take, and half, a quarter and a tenth of the least error of all points, by each line.

    A time trend is followed to no target.
    """
    lines = [fit for fit in fits if isinstance(fit, Fit) and fit.subject.estimator is Estimator.ORDINARY]
    if not lines:
        return []
    benchmark, metric = lines[0].subject.benchmark, lines[0].subject.metric
    known = [target for target in targets_2020() if (target.benchmark, target.metric) == (benchmark, metric)]
    errors = points["error_fraction"]
    best = Target(benchmark, metric, "best of these points", float(errors[errors > 0].min()), "")
    targets = sorted([*known, *targets_from(best)], key=lambda target: -target.error)
    return [Aim(target, project(fit, target.error, constants)) for target in targets for fit in lines]


def drawn_aims(aims: Sequence[Aim]) -> tuple[Aim, ...]:
    """Those that a chart has room for: the study's targets, else the others, as far as the lines meet them not too far
    beyond all points, and not so close to each other that nobody could read them."""
    studied = [aim for aim in aims if aim.target.source] or aims
    reachable = [aim for aim in studied if _is_in_reach(aim.projection)]
    errors: list[float] = []
    for error in sorted({aim.target.error for aim in reachable}, reverse=True):
        if not errors or error < errors[-1] / _LEAST_FACTOR_BETWEEN:
            errors.append(error)
    return tuple(aim for aim in reachable if aim.target.error in errors)


def _is_in_reach(projection: Projection) -> bool:
    beyond = projection.tenfolds_beyond
    return projection.log10_flop is not None and beyond is not None and beyond <= _MOST_TENFOLDS_BEYOND


def curves_of(
    fits: Sequence[Fit | Refusal], points: pd.DataFrame, across: Across, drawn: Sequence[Aim]
) -> Iterator[Curve]:
    """The line of each source along its points, and its extrapolation to the farthest target that is drawn."""
    x = x_of(points, across)
    for fit in fits:
        if isinstance(fit, Refusal):
            continue
        own = x[(points["source"] == fit.subject.source) & x.notna()]
        low, high = float(own.min()), float(own.max())
        yield _curve(fit, np.linspace(low, high, _CURVE_POINTS), across, is_beyond=False)
        ends = [
            aim.projection.log10_flop.value
            for aim in drawn
            if aim.projection.subject == fit.subject and aim.projection.log10_flop
        ]
        if ends and max(ends) > high:
            yield _curve(fit, np.linspace(high, max(ends), _CURVE_POINTS // 2), across, is_beyond=True)


def _curve(fit: Fit, x: np.ndarray, across: Across, *, is_beyond: bool) -> Curve:
    line, low, high = fitted_performance(fit, x - YEAR_ZERO if across is Across.YEAR else x)
    kept = np.isfinite(line) & (line > 1)
    return Curve(
        source=fit.subject.source,
        x=tuple(float(value) for value in x[kept]),
        error=tuple(100 / float(value) for value in line[kept]),
        low=tuple(_error(value) for value in high[kept]),
        high=tuple(_error(value) for value in low[kept]),
        is_beyond=is_beyond,
    )


def _error(performance: float) -> float | None:
    """In percent, of 1/err; no more than all that can be wrong."""
    return 100 / max(float(performance), 1.0) if math.isfinite(performance) else None
