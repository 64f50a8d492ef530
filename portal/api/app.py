"""The JSON API, an app of its own below ``/api/v1``: reading only, for programs everywhere, described by OpenAPI.

Answers carry an ETag and change only with the public data. Errors are ``{"error": "…"}``, whatever was asked for.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response

from portal.api import lists, overview, records
from portal.api.answers import ErrorAnswer
from portal.pages import problems_of, words_of
from portal.public.caching import keep_answers
from portal.services import Services

VERSION = "1.0.0"
_ABOUT = """How much computing deep-learning results took: training runs, results and models as arXiv papers state them,
with page and sentence, and the hardware burden estimated from them.

Unknown is null, never 0. Lists come in parts of at most 200 rows; the header `Link` leads to the next one. Answers have
an `ETag`: ask with `If-None-Match`, and 304 says that nothing has changed. `/sources` tells licence and credit. Version
1 only ever gains addresses, parameters and fields."""
_ERRORS: dict[int | str, dict[str, Any]] = {
    422: {"model": ErrorAnswer, "description": "A parameter can't be used; the words say which."},
    503: {"model": ErrorAnswer, "description": "The database can't be used just now."},
}


def api_app(services: Services) -> FastAPI:
    """The app to mount at ``/api/v1``."""
    api = FastAPI(
        title="burden",
        version=VERSION,
        summary="What deep learning's progress costs in computing",
        description=_ABOUT,
        license_info={"name": "CC BY 4.0; by source: /sources", "url": "https://creativecommons.org/licenses/by/4.0/"},
        docs_url=None,
        redoc_url=None,
        responses=_ERRORS,
        generate_unique_id_function=_operation_id,
    )
    api.state.services = services
    keep_answers(api)
    api.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET"],
        allow_headers=["If-None-Match"],
        expose_headers=["ETag", "Link"],
    )
    api.add_exception_handler(HTTPException, _refused)
    api.add_exception_handler(RequestValidationError, _malformed)
    for router in (overview.router, lists.router, records.router):
        api.include_router(router)
    return api


def _operation_id(route: APIRoute) -> str:
    return route.name


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for these only
    return JSONResponse({"error": words_of(error)}, error.status_code, dict(error.headers or {}))


def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  it is registered for these only
    return JSONResponse({"error": f"The request can't be used: {problems_of(error)}"}, 422)
