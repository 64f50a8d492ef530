"""The web server: the portal's pages over the database, the PDF store and the processes that draw pages."""

from __future__ import annotations

import gc
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import uvicorn
from fastapi import FastAPI

from db.accounts import users
from db.desk_rows import bring_queue_up_to_date
from db.engine import Engine, open_database
from db.migrate import upgrade
from db.public_refresh import bring_public_rows_up_to_date
from db.reviews import papers_reviewed_since
from flows.alarms import watching
from flows.estimates import bring_estimates_up_to_date
from flows.mail import mailing, smtp_server
from flows.page_cache import PageCache
from flows.page_renderer import PAGE_LIMITS, PageRenderer
from flows.papers import catalogue
from flows.secret_key import secret_key
from flows.settings import Settings
from flows.workers import Limits
from portal.app import create_app
from portal.charts.painting import ChartPainter
from portal.contribute.guards import token_of
from portal.services import Services

_MOST_CONNECTIONS = 400
_PATIENCE_SECONDS = 30
"""How long a request waits for another process that writes into SQLite: less than a proxy waits for the answer."""
_SECONDS_TO_FINISH = 10
"""What is under way when the server is stopped may take so long to end."""

log = logging.getLogger(__name__)


class WebError(Exception):
    """The server can't start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and how browsers get to it."""

    host: str = "127.0.0.1"
    port: int = 8765
    """0: any free one."""
    host_names: tuple[str, ...] = ()
    """Names by which it is called, besides localhost and ``host`` itself."""
    behind_proxy: bool = False
    """A proxy in front speaks https with browsers, and tells their addresses (X-Forwarded-For)."""

    @property
    def is_of_this_machine(self) -> bool:
        """127.0.0.1, ::1, localhost -> only this machine can reach it        0.0.0.0, desk.example -> others can"""
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return self.host == "localhost"


_UNESTIMATED = timedelta(days=1)
"""How long ago a killed server may have saved what it had no time to estimate; each ingestion does the rest."""


@contextmanager
def desk_app(
    settings: Settings,
    address: Address,
    tell: Callable[[int, int], None] = lambda done, papers: None,
    *,
    draw_ahead: bool = False,
) -> Iterator[FastAPI]:
    """The app over what the settings name; its worker processes end with the block.

    ``tell(done, papers)`` hears of papers whose public rows must be made first, as after an upgrade. ``draw_ahead``
    starts the processes that draw pages and charts at once, so that the first of them do not wait.
    """
    engine = open_database(settings.database, patience_seconds=_PATIENCE_SECONDS)
    upgrade(engine)
    now = datetime.now(UTC)
    for paper_key in papers_reviewed_since(engine, now - _UNESTIMATED):
        bring_estimates_up_to_date(engine, paper_key)
    bring_queue_up_to_date(engine, now)
    bring_public_rows_up_to_date(engine, now, tell)
    limits = Limits(
        min(settings.time_limit_seconds, PAGE_LIMITS.time_limit_seconds),
        min(settings.worker_memory_limit_mb, PAGE_LIMITS.memory_limit_mb),
    )
    cache = PageCache(settings.page_folder, settings.page_cache_mb * 1_000_000)
    renderer, painter = PageRenderer(settings.pdf_folder, cache, limits), ChartPainter()
    secret = secret_key(settings.key_file)
    letters = mailing(engine, smtp_server(settings), partial(token_of, secret))
    with letters as wake_mail, watching(engine, settings):
        try:
            if draw_ahead:
                renderer.start()
                painter.start()
            services = replace(
                _services(engine, renderer, address),
                secret=secret,
                wake_mail=wake_mail,
                releases_folder=settings.releases_folder,
                charts=painter,
                pages_being_drawn=lambda: renderer.under_way,
                metrics_token=settings.metrics_token,
            )
            yield create_app(services)
        finally:
            painter.close()
            renderer.close()
            engine.dispose()


def _services(engine: Engine, renderer: PageRenderer, address: Address) -> Services:
    return Services(
        engine=engine,
        page_image=renderer.image,
        page_words=renderer.words,
        reestimate=partial(bring_estimates_up_to_date, engine),
        catalogue=catalogue(),
        pages_trouble=lambda: renderer.trouble,
        secure_cookies=address.behind_proxy,
        host_names=frozenset({*address.host_names, _as_host_name(address.host)}),
    )


def _as_host_name(host: str) -> str:
    """As browsers write it: "::1" -> "[::1]"        "10.0.0.5", "desk.example" -> itself"""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def serve(
    settings: Settings, address: Address, announce: Callable[[str, bool], None], tell: Callable[[int, int], None]
) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM), and let what is under way end.

    ``announce(url, has_users)`` is called once, as soon as the server answers; until then ``tell`` as in ``desk_app``.
    """
    listening = _listening(address)
    with listening, desk_app(settings, address, tell, draw_ahead=True) as app:
        has_users = bool(users(app.state.services.engine))
        port = listening.getsockname()[1]
        url = f"http://{_as_host_name(address.host)}:{port}/"
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=address.behind_proxy,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            ws="none",
        )
        server = _Server(config, lambda: announce(url, has_users))
        gc.collect()
        gc.freeze()  # what lives as long as the server is looked through no more: pages of many rows wait less
        try:
            server.run([listening])
        except (KeyboardInterrupt, SystemExit):
            if not server.started:
                raise
            log.debug("stopped by a signal")  # which uvicorn raises once more after it has stopped in good order


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def _listening(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server((address.host.strip("[]"), address.port), family=family, backlog=2048)
    except OSError as error:
        where = f"{address.host}:{address.port}"
        said = error.strerror or error
        raise WebError(f"can't listen on {where} ({said}): choose another --port or --host") from error
