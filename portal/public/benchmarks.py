"""Benchmarks, and of each its chart, the lines through its points, what targets take, and all points as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from analysis.constants import constants_names
from analysis.wording import benchmark_name, metric_name, source_name, task_title
from db.public_queries import chart_points, points_table
from db.public_trends import BenchmarkRow, benchmarks
from portal.charts.answers import KINDS, chart_answer
from portal.charts.options import (
    BASES,
    DOWNWARDS,
    Across,
    ChartOptions,
    Colour,
    options_of,
    query_of,
)
from portal.charts.performance import performance_of
from portal.charts.scatter import performance_chart, performance_figure
from portal.pages import page
from portal.public.benchmark_words import aim_rows, caption, line_rows, unit_of
from portal.public.caching import HeavyPublicRoute
from portal.public.options import ROWS_A_PAGE
from portal.public.point_files import COLUMNS, as_csv, as_json
from portal.public.words import BASIS_WORDS, register_words
from portal.queue.filters import FilterError
from portal.services import Services, Wired

ACROSS_WORDS: Mapping[Across, str] = {
    Across.BURDEN: "hardware burden",
    Across.NETWORK: "network operations",
    Across.PASS: "operations per pass",
    Across.YEAR: "year",
}
_COLOUR_WORDS: Mapping[Colour, str] = {Colour.BASIS: "how it is known", Colour.CONFIDENCE: "confidence"}

register_words()
router = APIRouter(route_class=HeavyPublicRoute)


@dataclass(frozen=True, slots=True)
class PointListing:
    """The table of points as its address asks for it; the macros of lists take it."""

    path: str
    options: ChartOptions

    @property
    def page(self) -> int:
        return self.options.page

    def sorted_by(self, column: str) -> str:
        """The table by this column; by the one that it has, the other way round."""
        same = column == self.options.sort
        descending = not self.options.descending if same else column in DOWNWARDS
        return self._address(sort=column, descending=descending, page=1)

    def at_page(self, number: int) -> str:
        return self._address(page=number)

    def aria_sort(self, column: str) -> str:
        if column != self.options.sort:
            return "none"
        return "descending" if self.options.descending else "ascending"

    def pages(self, total: int) -> int:
        return max(1, -(-total // ROWS_A_PAGE))

    def _address(self, **changes: Any) -> str:
        query = query_of(self.options, **changes)
        return f"{self.path}{'?' if query else ''}{query}#points"


@router.get("/benchmarks")
def overview(request: Request, services: Wired) -> Response:
    """Every benchmark and metric of which a point is known."""
    rows = benchmarks(services.engine)
    return page(
        request,
        "public/benchmarks.html",
        rows=rows,
        address=_address,
        name=benchmark_name,
        metric=metric_name,
        source_name=source_name,
    )


@router.get("/benchmarks/{benchmark}")
def benchmark_page(request: Request, services: Wired, benchmark: str) -> Response:
    """Options that mean nothing are told beside the form, and the chart is that without options."""
    rows = _rows_of(services, benchmark)
    problem, options = "", ChartOptions(metric=rows[0].metric)
    try:
        options = _options(request, rows)
    except FilterError as refused:
        problem = str(refused)
    performance = performance_of(services.engine, benchmark, options)
    table = points_table(
        services.engine,
        options.filters(benchmark),
        options.sort,
        options.descending,
        offset=ROWS_A_PAGE * (options.page - 1),
        limit=ROWS_A_PAGE,
    )
    path = _path(benchmark)
    listing = PointListing(path, options)
    if options.page > listing.pages(table.total):
        raise HTTPException(404, f"This list has {listing.pages(table.total)} pages, and no page {options.page}.")
    chart_query = query_of(options.of_chart())
    sources = sorted({source for row in rows for source in row.sources})
    return page(
        request,
        "public/benchmark.html",
        status=422 if problem else 200,
        problem=problem,
        task=task_title(benchmark, options.metric),
        benchmark=benchmark_name(benchmark),
        path=path,
        metrics=[(row.metric, metric_name(row.metric), row) for row in rows],
        options=options,
        across_words=ACROSS_WORDS,
        colour_words=_COLOUR_WORDS,
        bases=[(basis, BASIS_WORDS[basis]) for basis in BASES],
        sources=[(source, source_name(source), source in options.sources) for source in sources],
        constants_names=constants_names(),
        is_plain=options.of_chart() == ChartOptions(metric=rows[0].metric),
        performance=performance,
        figure=performance_figure(performance, f"{path}/chart", chart_query),
        lines=line_rows(performance.fits),
        aims=aim_rows(performance),
        listing=listing,
        rows=table.rows,
        total=table.total,
        unit=unit_of(options.metric),
        files_query=chart_query,
        caption=caption(performance),
        source_name=source_name,
    )


def _chart_route(kind: str) -> Callable[..., Response]:
    def chart_file(request: Request, services: Wired, benchmark: str) -> Response:
        rows = _rows_of(services, benchmark)
        performance = performance_of(services.engine, benchmark, _options_or_422(request, rows).of_chart())
        return chart_answer(request, services, performance_chart(performance), kind)

    return chart_file


def _points_route(kind: str) -> Callable[..., Response]:
    write, media_type = _POINT_FILES[kind]

    def points_file(request: Request, services: Wired, benchmark: str) -> Response:
        rows = _rows_of(services, benchmark)
        options = _options_or_422(request, rows)
        points = chart_points(services.engine, options.filters(benchmark), COLUMNS)
        name = f'inline; filename="{_safe(benchmark)}-{_safe(options.metric)}.{kind}"'
        return Response(write(points), media_type=media_type, headers={"Content-Disposition": name})

    return points_file


_POINT_FILES: dict[str, tuple[Callable[[Sequence[tuple[Any, ...]]], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "json": (as_json, "application/json"),
}
for _kind in KINDS:
    router.add_api_route(f"/benchmarks/{{benchmark}}/chart.{_kind}", _chart_route(_kind), methods=["GET"])
for _kind in _POINT_FILES:
    router.add_api_route(f"/benchmarks/{{benchmark}}/points.{_kind}", _points_route(_kind), methods=["GET"])


def _rows_of(services: Services, benchmark: str) -> list[BenchmarkRow]:
    """The benchmark's metrics, that of most points with a burden first; 404 where it has none."""
    rows = [row for row in benchmarks(services.engine) if row.benchmark == benchmark]
    if not rows:
        raise HTTPException(404, "There is no such benchmark: /benchmarks lists those that any result is known of.")
    return rows


def _options(request: Request, rows: Sequence[BenchmarkRow]) -> ChartOptions:
    """With the metric filled in; ``FilterError`` also for a metric that the benchmark lacks."""
    options = options_of(request.query_params.multi_items(), metrics=[row.metric for row in rows])
    unknown = sorted(set(options.sources) - {source for row in rows for source in row.sources})
    if unknown:
        raise FilterError(f"There is no source {unknown[0]!r} of this benchmark.")
    return options


def _options_or_422(request: Request, rows: Sequence[BenchmarkRow]) -> ChartOptions:
    try:
        return _options(request, rows)
    except FilterError as refused:
        raise HTTPException(422, str(refused)) from None


def _path(benchmark: str) -> str:
    return f"/benchmarks/{quote(benchmark, safe='')}"


def _address(row: BenchmarkRow, rows: Sequence[BenchmarkRow]) -> str:
    """Of a benchmark's page with this metric."""
    first = next(each for each in rows if each.benchmark == row.benchmark)
    query = "" if first.metric == row.metric else f"?{query_of(ChartOptions(metric=row.metric))}"
    return _path(row.benchmark) + query


def _safe(name: str) -> str:
    return "".join(mark if mark.isascii() and (mark.isalnum() or mark in "._-") else "-" for mark in name)[:60]
