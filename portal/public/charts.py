"""The files of the charts of the first page and of the trends, and the script that draws charts in browsers."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from db.engine import Engine
from db.public_trends import accelerators_by_year, burdens_over_time, yearly
from portal.charts.answers import KINDS, chart_answer
from portal.charts.chart import Chart
from portal.charts.figures import library_address
from portal.charts.headline import headline_chart
from portal.charts.painting import ChartUnavailableError
from portal.charts.trends import accelerators_in_use, burden_over_time, most_used, reporting_share
from portal.public.caching import HeavyPublicRoute, PublicRoute
from portal.services import Wired

router = APIRouter(route_class=HeavyPublicRoute)
_scripts = APIRouter(route_class=PublicRoute)

_CHARTS: dict[str, Callable[[Engine], Chart | None]] = {
    "headline": headline_chart,
    "burden-over-time": lambda engine: burden_over_time(burdens_over_time(engine), yearly(engine)),
    "reporting-share": lambda engine: reporting_share(yearly(engine)),
    "accelerators-by-year": lambda engine: accelerators_in_use(accelerators_by_year(engine)),
    "most-used": lambda engine: most_used(accelerators_by_year(engine)),
}
"""By name: each reads what it shows, and no more."""


@_scripts.get("/charts/library/{digest}.js")
def library(request: Request, services: Wired, digest: str) -> Response:
    """Vega and its like, as one script."""
    if request.url.path != library_address():
        raise HTTPException(404)
    try:
        script = services.charts.library()
    except ChartUnavailableError as error:
        raise HTTPException(503, str(error), {"Retry-After": "3"}) from None
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(script, media_type="text/javascript", headers=headers)


def _chart_route(kind: str) -> Callable[..., Response]:
    def chart_file(request: Request, services: Wired, name: str) -> Response:
        make = _CHARTS.get(name)
        chart = make(services.engine) if make else None
        if chart is None:
            raise HTTPException(404, f"There is no chart {name[:40]!r}.")
        return chart_answer(request, services, chart, kind)

    return chart_file


for _kind in KINDS:
    router.add_api_route(f"/charts/{{name}}.{_kind}", _chart_route(_kind), methods=["GET"])
router.include_router(_scripts)
