"""The JSON API below ``/api/v1``: reading only, for programs everywhere, described by OpenAPI.

Answers carry an ETag and change only with the public data, but for that of a release, whose files come and go, and the
description, which comes with the program. Errors are ``{"error": "…"}``, whatever was asked for.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from portal.api import lists, overview, records
from portal.api.answers import ErrorAnswer
from portal.api.parameters import ROOT

VERSION = "1.0.0"
_ABOUT = """How much computing deep-learning results took: training runs, results and models as arXiv papers state them,
with page and sentence, and the hardware burden estimated from them.

Unknown is null, never 0. Lists come in parts of at most 200 rows; the header `Link` leads to the next one. Answers have
an `ETag`: ask with `If-None-Match`, and 304 says that nothing has changed. Only `/api/v1/releases/{name}` and
`/api/v1/openapi.json` have none. `/api/v1/sources` tells licence and credit.
Version 1 only ever gains addresses, parameters and fields."""
_ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorAnswer, "description": "A parameter can't be used; the words say which."},
    503: {"model": ErrorAnswer, "description": "The database can't be used just now."},
}


def _operation_id(route: APIRoute) -> str:
    return route.name


router = APIRouter(prefix=ROOT, responses=_ERRORS, generate_unique_id_function=_operation_id)
for _part in (overview.router, lists.router, records.router):
    router.include_router(_part)


@cache
def api_document() -> dict[str, Any]:
    """The description for programs: OpenAPI 3.1."""
    return get_openapi(
        title="burden",
        version=VERSION,
        summary="What deep learning's progress costs in computing",
        description=_ABOUT,
        routes=router.routes,
        license_info={
            "name": "CC BY 4.0; by source: /api/v1/sources",
            "url": "https://creativecommons.org/licenses/by/4.0/",
        },
    )


@router.get("/openapi.json", include_in_schema=False)
def read_document() -> JSONResponse:
    return JSONResponse(api_document(), headers={"Cache-Control": "public, max-age=60"})


class OpenToEverySite:
    """ASGI middleware: scripts of any site may read the API, and nothing else of this server."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET"],
            allow_headers=["If-None-Match"],
            expose_headers=["ETag", "Link"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith(f"{ROOT}/")
        await (self._open if is_api else self._app)(scope, receive, send)
