"""A live server of the portal on a free port, and people who are signed in to it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI

from db.accounts import Role, User, add_user, credentials, open_session
from db.engine import Engine
from flows.settings import Settings, load_settings
from flows.web import Address, desk_app
from portal.passwords import hash_password
from portal.services import Services

Answer = TypeVar("Answer")

PASSWORD = "correct horse battery staple"
SAMPLE_PAPERS = (
    "1606.99014 1707.99006 1803.99004 1906.99007 1912.99001 2002.99009 2011.99002 2104.99017 2105.99003 2106.99008 "
    "2108.99010 2203.99005 2210.99012 2304.99011 2309.99013 2401.99015"
).split()
"""Those of the samples that can be read."""


@cache
def _hash_of_password() -> str:
    return hash_password(PASSWORD, "")


@dataclass(frozen=True)
class SignedIn:
    """A session, as the browser holds it."""

    user: User
    token: str
    csrf: str


@dataclass(frozen=True)
class Site:
    """A server over a database of its own with the sample papers."""

    url: str
    """Without a slash at the end."""
    app: FastAPI
    settings: Settings

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    @property
    def engine(self) -> Engine:
        return self.services.engine

    def travel(self, **ahead: float) -> None:
        """Let the server's clock show a later time: ``travel(hours=12)``."""
        later = datetime.now(UTC) + timedelta(**ahead)
        self.app.state.services = replace(self.services, now=lambda: later)

    def user(self, role: Role | str, name: str = "") -> User:
        """The user of this name (that of the role unless given), made if need be; the password is ``PASSWORD``."""
        name = name or str(role)
        known = credentials(self.engine, name)
        return known[0] if known else add_user(self.engine, name, Role(role), _hash_of_password(), datetime.now(UTC))

    def sign_in(self, role: Role | str, name: str = "") -> SignedIn:
        """A new session, made in the database and not through the form."""
        user, token, csrf = self.user(role, name), token_urlsafe(32), token_urlsafe(32)
        now = self.services.now()
        digest = sha256(token.encode()).hexdigest()
        open_session(self.engine, user.user_id, digest, csrf, now, now + timedelta(hours=12))
        return SignedIn(user, token, csrf)

    def client(self, role: Role | str | None = None, name: str = "") -> httpx.Client:
        """A program that asks for JSON and follows no redirect; signed in, its requests carry the token of forms."""
        client = httpx.Client(base_url=self.url, headers={"Accept": "application/json"}, timeout=120)
        if role is not None:
            signed_in = self.sign_in(role, name)
            client.cookies.set("burden-session", signed_in.token)
            client.headers["X-CSRF"] = signed_in.csrf
        return client


@contextmanager
def serving(home: Path, address: Address | None = None, **set_otherwise: object) -> Iterator[Site]:
    """Serve the database of ``home`` until the block ends; ``smtp_host="…"`` and the like are settings."""
    address = address or Address(port=0)
    settings = load_settings(home=home, database_url=f"sqlite:///{home / 'burden.sqlite'}", **set_otherwise)
    with desk_app(settings, address) as app, closing(socket.create_server(("127.0.0.1", 0))) as listening:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            proxy_headers=address.behind_proxy,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            httpx.get(f"{url}/sign-in", timeout=30).raise_for_status()
            yield Site(url, app, settings)
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def in_a_loop_of_its_own(asking: Coroutine[Any, Any, Answer]) -> Answer:
    """Run it apart: a browser of other tests keeps an event loop running in this thread."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, asking).result()
