"""The chart of the first page: the benchmark that says most, as it stands tonight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from db.engine import Engine
from db.public_trends import BenchmarkRow, benchmarks
from portal.charts.chart import Chart
from portal.charts.figures import Figure
from portal.charts.options import ChartOptions, query_of
from portal.charts.performance import performance_of
from portal.charts.scatter import performance_chart, performance_figure
from portal.services import Services

_FIRST = ("imagenet", "top1_accuracy")
"""The study's own, as long as it has enough points."""
_ENOUGH_POINTS = 5


@dataclass(frozen=True, slots=True)
class Headline:
    address: str
    """Below /benchmarks/, with the metric."""
    title: str
    description: str
    figure: Figure


def headline(services: Services) -> Headline | None:
    """None where no benchmark has a point with a burden."""
    row = _chosen(benchmarks(services.engine))
    if row is None:
        return None
    performance = performance_of(services.engine, row.benchmark, ChartOptions(row.metric))
    figure = performance_figure(performance, "/charts/headline")
    address = f"{quote(row.benchmark, safe='')}?{query_of(ChartOptions(row.metric))}"
    return Headline(address, figure.title, figure.description, figure)


def headline_chart(engine: Engine) -> Chart | None:
    """As ``headline``."""
    row = _chosen(benchmarks(engine))
    if row is None:
        return None
    return performance_chart(performance_of(engine, row.benchmark, ChartOptions(row.metric)))


def _chosen(rows: Sequence[BenchmarkRow]) -> BenchmarkRow | None:
    """The study's first benchmark, else the one of most points with a burden."""
    weighed = [row for row in rows if row.with_burden]
    for row in weighed:
        if (row.benchmark, row.metric) == _FIRST and row.with_burden >= _ENOUGH_POINTS:
            return row
    return max(weighed, key=lambda row: row.with_burden, default=None)
