"""Lists: benchmarks, points, models, papers, fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from db.public_fits import newest_fits
from db.public_queries import (
    ModelFilters,
    PaperFilters,
    PointFilters,
    models_table,
    papers_table,
    points_table,
)
from db.public_trends import benchmarks
from portal.api import answers
from portal.api.paging import part_of_list
from portal.api.parameters import (
    Accelerator,
    Basis,
    Benchmark,
    Descending,
    Metric,
    ModelSort,
    PaperSort,
    PointSort,
    Reports,
    Search,
    Source,
    Sources,
    WantedPart,
    WithBurden,
    Year,
    YearFrom,
    YearTo,
)
from portal.public.caching import PublicRoute
from portal.services import Wired

router = APIRouter(route_class=PublicRoute, tags=["lists"])


@router.get("/benchmarks", response_model=list[answers.Benchmark])
def list_benchmarks(services: Wired) -> Any:
    """Every benchmark and metric on which there are points, those with most known burdens first."""
    return benchmarks(services.engine)


@router.get("/points", response_model=answers.List[answers.Point])
def list_points(
    request: Request,
    response: Response,
    services: Wired,
    part: WantedPart,
    benchmark: Benchmark = "",
    metric: Metric = "",
    source: Sources = [],  # noqa: B006  FastAPI copies it
    basis: Basis = None,
    year_from: YearFrom = None,
    year_to: YearTo = None,
    search: Search = "",
    with_burden: WithBurden = False,
    sort: PointSort = "hardware_burden_flop",
    descending: Descending = True,
) -> Mapping[str, Any]:
    """Models' values on benchmarks beside what their training took: what scaling laws are fitted to."""
    filters = PointFilters(
        benchmark=benchmark,
        metric=metric,
        sources=tuple(source),
        basis=basis or "",
        year_from=year_from,
        year_to=year_to,
        search=search,
        with_burden=with_burden,
    )
    found = points_table(services.engine, filters, sort, descending, part.offset, part.limit)
    return part_of_list(request, response, found, part)


@router.get("/models", response_model=answers.List[answers.Model])
def list_models(
    request: Request,
    response: Response,
    services: Wired,
    part: WantedPart,
    search: Search = "",
    source: Source = "",
    basis: Basis = None,
    accelerator: Accelerator = "",
    year_from: YearFrom = None,
    year_to: YearTo = None,
    benchmark: Benchmark = "",
    with_burden: WithBurden = False,
    sort: ModelSort = "hardware_burden_flop",
    descending: Descending = True,
) -> Mapping[str, Any]:
    """Models of papers and of imports, with what their training took."""
    filters = ModelFilters(
        search=search,
        source=source,
        basis=basis or "",
        accelerator=accelerator,
        year_from=year_from,
        year_to=year_to,
        benchmark=benchmark,
        with_burden=with_burden,
    )
    found = models_table(services.engine, filters, sort, descending, part.offset, part.limit)
    return part_of_list(request, response, found, part)


@router.get("/papers", response_model=answers.List[answers.Paper])
def list_papers(
    request: Request,
    response: Response,
    services: Wired,
    part: WantedPart,
    search: Search = "",
    year: Year = None,
    accelerator: Accelerator = "",
    reports: Reports = None,
    sort: PaperSort = "published",
    descending: Descending = True,
) -> Mapping[str, Any]:
    """Papers that were read, with counts of what they state."""
    filters = PaperFilters(search=search, year=year, accelerator=accelerator, reports=reports or "")
    found = papers_table(services.engine, filters, sort, descending, part.offset, part.limit)
    return part_of_list(request, response, found, part)


@router.get("/fits", response_model=answers.List[answers.Fit])
def list_fits(
    request: Request,
    response: Response,
    services: Wired,
    part: WantedPart,
    benchmark: Benchmark = "",
    source: Source = "",
) -> Mapping[str, Any]:
    """Fits of the newest analysis of each set of options, the latest first, and refusals of a fit with their reason."""
    found = newest_fits(services.engine, benchmark, source, part.offset, part.limit)
    return part_of_list(request, response, found, part)
