"""Figures for Prometheus at ``/metrics``: for whoever has the token, and without a proxy for this machine.

Requests are counted by the template of their route, never by their address, which may be secret and has no end.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
import time
from collections.abc import Iterator
from datetime import datetime
from threading import Lock, Thread

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry, GCCollector, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.errors import DatabaseError
from db.watched_figures import PaperCounts, WatchedFigures, paper_counts, watched_figures
from portal.boundary import OWN_NAMES, host_name
from portal.services import Services, Wired

router = APIRouter()
log = logging.getLogger(__name__)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""A proxy sent what has one of these headers: it speaks for somebody else, wherever itself may be."""
_KEPT_SECONDS = 10.0
"""For so long figures of the database are given again without asking it."""
_MOST_WAITED_SECONDS = 5.0
"""For the database; what it says later is for the next request."""
_COUNTS_KEPT_SECONDS = 600.0
"""The same for the counts of papers."""


class Meter:
    """The figures of one app."""

    def __init__(self, services: Services) -> None:
        self.templates: dict[int, str] = {}
        """By identity of the route that was taken; a router's own routes do not know its prefix."""
        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "burden_http_request_seconds",
            "Requests by the template of their route, until the last byte was sent",
            ("method", "route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.registry.register(_OfTheInstallation(services))

    def learn_routes(self, app: FastAPI) -> None:
        """Call it once the app has all of its routes."""
        for route in iter_route_contexts(app.routes):
            self.templates[id(route.original_route)] = route.path or "none"


class Metered:
    """ASGI middleware that counts requests and takes their time."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        self._app = app
        self._meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = "gone"  # whoever asked, before there was an answer

        async def noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        begun = time.perf_counter()
        try:
            await self._app(scope, receive, noting_status)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = self._meter.templates.get(id(scope.get("route")), "none")
            self._meter.requests.labels(method, route, status).observe(time.perf_counter() - begun)


class _OfTheInstallation(Collector):
    """What the database and the drawing of pages tell when they are asked."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = Lock()
        self._asking: Thread | None = None
        self._answered = False
        """Whether the thread that asks, or asked last, has got the figures."""
        self._asked_at = -_KEPT_SECONDS
        self._figures: WatchedFigures | None = None
        self._is_news = False
        """Nobody was given the figures yet, who may be older then."""
        self._counted_at = -_COUNTS_KEPT_SECONDS
        self._papers: PaperCounts | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that nobody asks the database before it is wanted."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        services, figures = self._services, self._fresh()
        yield _gauge("burden_pages_being_drawn", "Pages that are drawn or read now", services.pages_being_drawn())
        yield _gauge("burden_pages_can_be_drawn", "0 where all drawing of pages is down", not services.pages_trouble())
        yield _gauge("burden_database_up", "Whether the database answers", figures is not None)
        if figures is not None:
            if self._papers is not None:
                yield _gauge("burden_papers", "Papers that are known", self._papers.known)
                yield _gauge("burden_papers_read", "Papers of which a PDF was read", self._papers.read)
            yield from _of_database(figures, services.now())

    def _fresh(self) -> WatchedFigures | None:
        """The figures of the database, not older than some seconds; None where it can't be used or does not answer."""
        with self._lock:
            if self._asking is None and not self._are_usable():
                asking = Thread(target=self._ask, name="figures of the database", daemon=True)
                asking.start()
                self._asking, self._answered = asking, False
            asked = self._asking
        if asked is not None:
            asked.join(_MOST_WAITED_SECONDS)
        with self._lock:
            self._is_news = self._is_news and not self._answered
            return self._figures if self._answered else None

    def _are_usable(self) -> bool:
        kept = time.monotonic() - self._asked_at < _KEPT_SECONDS
        return self._figures is not None and (kept or self._is_news)

    def _ask(self) -> None:
        """In a thread of its own, as a frozen server may take any time to answer; one asks at a time.

        The counts of papers come last: they take seconds where papers are many, and nobody waits longer for them.
        """
        try:
            figures = watched_figures(self._services.engine)
            with self._lock:
                self._figures, self._asked_at = figures, time.monotonic()
                self._answered, self._is_news = True, True
            self._count_papers()
        except DatabaseError:
            log.debug("no figures of the database", exc_info=True)
        finally:
            with self._lock:
                self._asking = None

    def _count_papers(self) -> None:
        if time.monotonic() - self._counted_at >= _COUNTS_KEPT_SECONDS:
            self._papers = paper_counts(self._services.engine)
            self._counted_at = time.monotonic()


def _of_database(figures: WatchedFigures, now: datetime) -> Iterator[Metric]:
    yield _gauge(
        "burden_alarm_messages_waiting", "Messages of alarms that are yet to be sent", figures.messages_waiting
    )
    alarms = GaugeMetricFamily("burden_alarm", "1 for each cause of an alarm that is not over", labels=("cause",))
    for cause in figures.alarms:
        alarms.add_metric((cause,), 1)
    yield alarms
    if figures.last_success is not None:
        at = figures.last_success
        yield _gauge("burden_night_last_success_timestamp_seconds", "When the last night succeeded", at.timestamp())
        age_seconds = (now - at).total_seconds()
        yield _gauge("burden_night_last_success_age_seconds", "How long ago the last night succeeded", age_seconds)
    night = figures.last_night
    if night is None or night.finished is None:
        return
    yield _gauge("burden_night_last_number", "Number of the last night that ended", night.night)
    yield _gauge("burden_night_last_end_timestamp_seconds", "When the last night ended", night.finished.timestamp())
    lasted = (night.finished - night.started).total_seconds()
    yield _gauge("burden_night_last_seconds", "How long the last night took", lasted)
    status = GaugeMetricFamily("burden_night_last_status", "1 for how the last night ended", labels=("status",))
    status.add_metric((str(night.status),), 1)
    yield status
    counts = GaugeMetricFamily("burden_night_last_count", "What the last night counted", labels=("what",))
    for what, count in sorted(night.counts.items()):
        if isinstance(count, int | float):
            counts.add_metric((what,), count)
    yield counts
    failures = GaugeMetricFamily(
        "burden_night_last_failures", "Papers of the last night that failed", labels=("cause",)
    )
    by_cause = night.counts.get("failed_by_cause")
    for cause, count in sorted(by_cause.items()) if isinstance(by_cause, dict) else ():
        failures.add_metric((cause,), count)
    yield failures


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=float(value))


@router.get("/metrics")
def metrics(request: Request, services: Wired) -> Response:
    """The figures as text; 403 for others than this machine, and behind a proxy for all, unless they have the token."""
    from_here = not services.behind_proxy and _is_of_this_machine(request)
    if not (from_here or _has_token(request, services.metrics_token)):
        raise HTTPException(403, "Metrics are for whoever has BURDEN_METRICS_TOKEN; without a proxy, for this machine.")
    meter: Meter = request.app.state.meter
    encode, media_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(meter.registry), media_type=media_type)


def _is_of_this_machine(request: Request) -> bool:
    """127.0.0.1 asks 127.0.0.1:8765 -> yes    192.0.2.7 asks, or a proxy on this machine that says for whom -> no

    A proxy of which the server was not told may say nothing of itself; most often it keeps the public name of the site,
    which is no name of this machine.
    """
    if host_name(request.headers) not in OWN_NAMES or any(header in request.headers for header in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


def _has_token(request: Request, token: str) -> bool:
    """ "Authorization: Bearer …" with the token; never where none is set."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(errors="replace"), token.encode())
    return bool(token) and scheme.lower() == "bearer" and right
