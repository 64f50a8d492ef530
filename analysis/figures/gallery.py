"""Which figures an analysis has, in the order of its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.figures.canvas import Drawing
from analysis.figures.compared import comparison_drawing
from analysis.figures.growth import growth_drawing
from analysis.figures.projected import projections_drawing
from analysis.figures.residuals import residuals_drawing
from analysis.figures.scatter import drawable, scatter_drawing
from analysis.figures.slopes import slopes_drawing
from analysis.filling import fill_burden
from analysis.records import Computing, Estimator, Fit, Form
from analysis.report import Analysis

Task = tuple[str, str]
"""Benchmark and metric."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Figures that belong together: those to look at first, and the others."""

    first: tuple[Drawing, ...] = ()
    others: tuple[Drawing, ...] = ()


@dataclass(frozen=True, slots=True)
class Gallery:
    """All figures, where the report has them."""

    slopes: Wall
    tasks: Mapping[Task, Wall]
    """Of each benchmark and metric."""
    comparison: Drawing | None

    def drawings(self) -> Iterator[Drawing]:
        for wall in (self.slopes, *self.tasks.values()):
            yield from wall.first
            yield from wall.others
        if self.comparison is not None:
            yield self.comparison


def draw_all(analysis: Analysis) -> Gallery:
    ordinary = [fit for fit in analysis.laws.fits if fit.subject.estimator is Estimator.ORDINARY]
    polynomial = [fit for fit in ordinary if fit.subject.form is Form.POLYNOMIAL]
    drawn = (
        slopes_drawing([fit for fit in polynomial if fit.subject.computing is computing], computing)
        for computing in Computing
    )
    slopes = tuple(drawing for drawing in drawn if drawing is not None)
    points = with_filled_burden(analysis)
    urls = points.set_index("point_key")["url"]
    return Gallery(
        slopes=Wall(slopes[:1], slopes[1:]),
        tasks={
            (str(benchmark), str(metric)): _of_task(analysis, group, ordinary)
            for (benchmark, metric), group in points.groupby(["benchmark", "metric"], sort=True)
        },
        comparison=comparison_drawing(analysis.pairs, urls),
    )


def with_filled_burden(analysis: Analysis) -> pd.DataFrame:
    """Points in the order of their keys, with gaps of the burden filled by the conversion that the fits used."""
    points = analysis.points.sort_values("point_key", kind="stable").reset_index(drop=True)
    filled = points[Computing.HARDWARE_BURDEN.value].rename(Computing.FILLED_BURDEN.value).copy()
    fitted = {
        (fit.subject.source, fit.subject.benchmark, fit.subject.metric): fit
        for fit in analysis.laws.fits
        if fit.subject.estimator is Estimator.CONVERSION
    }
    for group, rows in points.groupby(["source", "benchmark", "metric"], sort=True):
        source, benchmark, metric = (str(part) for part in group)
        conversion = analysis.conversions.get(benchmark) or fitted.get((source, benchmark, metric))
        if conversion is not None:
            filled.loc[rows.index] = fill_burden(rows, conversion)
    return points.assign(**{Computing.FILLED_BURDEN.value: filled})


def _of_task(analysis: Analysis, points: pd.DataFrame, ordinary: list[Fit]) -> Wall:
    benchmark, metric = str(points["benchmark"].iloc[0]), str(points["metric"].iloc[0])
    of_task = [fit for fit in ordinary if (fit.subject.benchmark, fit.subject.metric) == (benchmark, metric)]
    with_points = [fit for fit in of_task if fit.subject.source in set(points["source"])]
    scatters = []
    for computing in Computing:
        fits = [fit for fit in with_points if fit.subject.computing is computing]
        if fits and len(drawable(points, computing)):
            scatters.append(scatter_drawing(points, fits, computing))
    projections = analysis.projections
    of_projections = projections[(projections["benchmark"] == benchmark) & (projections["metric"] == metric)]
    projected = projections_drawing(of_projections, Computing.HARDWARE_BURDEN)
    first = (*scatters[:1], growth_drawing(points), projected)
    return Wall(
        tuple(drawing for drawing in first if drawing is not None),
        (*scatters[1:], *_residuals(analysis, points, with_points)),
    )


def _residuals(analysis: Analysis, points: pd.DataFrame, fits: list[Fit]) -> Iterator[Drawing]:
    """Of the main fit of each source of one benchmark and metric."""
    for fit in fits:
        if fit.subject.is_main:
            influence = analysis.laws.influence
            of_fit = influence[
                (influence["source"] == fit.subject.source)
                & (influence["benchmark"] == fit.subject.benchmark)
                & (influence["metric"] == fit.subject.metric)
            ]
            residuals = residuals_drawing(fit.subject, of_fit, points)
            if residuals is not None:
                yield residuals
