"""The app, put together: its routes, and what stands before all of them."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from portal import agreement, health, metrics, page_images, passwords, sign_in, static_files
from portal.api import api
from portal.boundary import Boundary
from portal.contribute import desk as submissions
from portal.contribute import forms as contribute
from portal.desk import paper
from portal.pages import http_error, malformed, signed_out
from portal.public import benchmarks, charts, data, hardware, home, methods, models, papers, trends
from portal.public.caching import keep_answers
from portal.queue import queue
from portal.security import Role, SignedOutError, check_csrf, signed_in
from portal.services import Services

_FOR_EVERYBODY = (
    static_files.router,
    sign_in.router,
    health.router,
    metrics.router,
    home.router,
    benchmarks.router,
    models.router,
    papers.router,
    trends.router,
    hardware.router,
    methods.router,
    charts.router,
    data.router,
    api.router,
    contribute.router,
)
_FOR_USERS = (page_images.router, queue.router, paper.router, agreement.router, submissions.router)
"""Nobody who has not signed in gets to these, whatever their routes ask for; most ask for a higher role."""


def create_app(services: Services) -> FastAPI:
    """The app over these services, to be run by any ASGI server."""
    passwords.prepare()
    app = FastAPI(title="burden", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(check_csrf)])
    app.state.services = services
    app.add_middleware(api.OpenToEverySite)
    app.add_middleware(Boundary, host_names=services.host_names, secure=services.behind_proxy)
    app.state.meter = metrics.Meter(services)
    app.add_middleware(metrics.Metered, meter=app.state.meter)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(SignedOutError, signed_out)
    app.add_exception_handler(RequestValidationError, malformed)
    keep_answers(app)
    for router in _FOR_EVERYBODY:
        app.include_router(router)
    for router in _FOR_USERS:
        app.include_router(router, dependencies=[Depends(signed_in(Role.READER))])
    app.state.meter.learn_routes(app)
    return app
