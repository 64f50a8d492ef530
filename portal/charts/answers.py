"""A chart as an answer: a picture, its specification, or what the page's script draws."""

from __future__ import annotations

import json

from fastapi import HTTPException, Request
from starlette.responses import Response

from portal.charts.chart import SIZES, Chart
from portal.charts.painting import ChartUnavailableError
from portal.charts.themes import ThemeName
from portal.services import Services

KINDS = ("svg", "png", "json", "view")
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "json": "application/json", "view": "application/json"}
_RETRY_SECONDS = 3


def chart_answer(request: Request, services: Services, chart: Chart, kind: str) -> Response:
    """The chart as ``kind``: "svg" and "png" are pictures, "json" is the specification with all rows, "view" what the
    page's script draws.

    ``?theme=dark``, ``?size=narrow`` and ``?titled=1`` (the title above it, for who takes it away) choose how.
    """
    query = request.query_params
    theme = _chosen("theme", query.get("theme"), tuple(ThemeName), ThemeName.LIGHT)
    size_name = _chosen("size", query.get("size"), tuple(SIZES), "wide")
    titled = _chosen("titled", query.get("titled"), ("0", "1"), "0") == "1"
    size, subtitle = SIZES[size_name], [_SOURCE] if titled else None
    if kind == "view":
        content = _compact(chart.to_view(size.is_narrow))
    elif kind == "json":
        content = _compact(chart.to_spec(ThemeName(theme), size, [_SOURCE]))
    else:
        content = _painted(services, chart, kind, ThemeName(theme), subtitle, size_name)
    name = f"{chart.name}.{'json' if kind == 'view' else kind}"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(content, media_type=_TYPES[kind], headers=headers)


_SOURCE = "burden: read from arXiv papers, with evidence"
"""Beneath the title of charts that are taken away."""


def _painted(
    services: Services, chart: Chart, kind: str, theme: ThemeName, subtitle: list[str] | None, size_name: str
) -> bytes:
    spec = chart.to_picture_spec(theme, SIZES[size_name], subtitle)
    try:
        return services.charts.svg(spec) if kind == "svg" else services.charts.png(spec)
    except ChartUnavailableError as error:
        retry = {"Retry-After": str(_RETRY_SECONDS)} if error.is_busy else None
        raise HTTPException(503, str(error), retry) from None


def _chosen(option: str, given: str | None, choices: tuple[str, ...], usual: str) -> str:
    if given and given not in choices:
        raise HTTPException(422, f"{option} is {' or '.join(choices)}, not {given[:20]!r}.")
    return given or usual


def _compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
