"""The outermost layer: what may come in, and what goes out with every answer.

A request for another host's name, or with a body that is too large or too slow, gets no further than this. Every
answer gets the headers that tell the browser what it may do with it. What a route failed to catch becomes an error
page here, with a number under which the log has the reason. Whoever asks for the head of an answer (HEAD) is answered
as by GET, without the body.
"""

from __future__ import annotations

import asyncio
import logging
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.errors import DatabaseError
from portal.pages import error_response

MOST_BODY_BYTES = 1024 * 1024
MOST_BODY_BYTES_OF_STRANGERS = 64 * 1024
_STRANGERS_PATHS = ("/contribute",)
"""Below these, people whom nobody knows send forms: small ones."""
_MOST_READ_BYTES = 8 * 1024 * 1024
"""So much of what is too large is read and thrown away: a browser that still sends would not see the answer."""
_SECRET_PATHS = ("/contribute/",)
"""What follows is known to one person alone, and goes into no log."""
_BODY_SECONDS = 30.0
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Of this machine, as browsers call it."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
}
_ONE_YEAR_SECONDS = 365 * 24 * 3600

log = logging.getLogger(__name__)


class _RefusedError(Exception):
    """A request that is not let in."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Boundary:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, *, host_names: frozenset[str], secure: bool) -> None:
        self._app = app
        self._hosts = OWN_NAMES | {name.lower() for name in host_names}
        self._headers = dict(_HEADERS)
        if secure:
            self._headers["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and scope["method"] == "HEAD":
            await self._answer(_as_get(scope), receive, _without_body(send))
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope)
        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            await self._app(scope, await _with_body(headers, receive, _most_bytes(scope["path"])), send_with_headers)
        except _RefusedError as refused:
            response = error_response(request, refused.status, str(refused))
            response.headers["Connection"] = "close"
            await response(scope, receive, send_with_headers)
        except ClientDisconnect:
            log.debug("whoever asked has gone: %s %s", scope["method"], _path_for_log(scope["path"]))
        except Exception as error:
            number = secrets.token_hex(4)
            where = f"error {number} at {scope['method']} {_path_for_log(scope['path'])}"
            if isinstance(error, DatabaseError):
                log.error("%s: %s", where, error)
            else:
                log.exception("%s: %s: %s", where, type(error).__name__, error)
            if started:
                raise
            await _failed(request, error, number)(scope, receive, send_with_headers)

    def _check_host(self, headers: Headers) -> None:
        """Only our own names: another site's name that was made to point here could use the visitor's browser."""
        if host_name(headers) not in self._hosts:
            raise _RefusedError(400, "This server does not go by that name (burden web --host-name adds one).")


def host_name(headers: Headers) -> str:
    """By which name the server was asked: "Burden.example.org:8765" -> "burden.example.org"        "[::1]" -> itself"""
    given = headers.get("host", "").lower()
    return given if given.endswith("]") else given.rpartition(":")[0] or given


def _failed(request: Request, error: Exception, number: str) -> ASGIApp:
    if isinstance(error, DatabaseError):
        return error_response(
            request, 503, f"The database can't be used just now. Try again; if it stays so, the log has it as {number}."
        )
    return error_response(request, 500, f"Something went wrong here, not with you. The log has it as {number}.")


_BY_PATH = "http.response.pathsend"
"""By this extension of ASGI, files are handed over by their path, and nobody here reads them."""


def _as_get(scope: Scope) -> Scope:
    """The request for a whole answer, whose files are not to be read; a range means nothing to HEAD."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
    return dict(scope, method="GET", headers=headers, extensions={**scope.get("extensions", {}), _BY_PATH: {}})


def _without_body(send: Send) -> Send:
    """What tells of the body stays: its length, its type."""

    async def send_head(message: Message) -> None:
        has_body = message["type"] in ("http.response.body", _BY_PATH)
        more = message.get("more_body", False)
        await send({"type": "http.response.body", "body": b"", "more_body": more} if has_body else message)

    return send_head


def _most_bytes(path: str) -> int:
    """ "/desk/papers/1706.03762/decisions" -> 1 MB        "/contribute", "/contribute/…/messages" -> 64 kB"""
    of_strangers = any(path == below or path.startswith(f"{below}/") for below in _STRANGERS_PATHS)
    return MOST_BODY_BYTES_OF_STRANGERS if of_strangers else MOST_BODY_BYTES


def _path_for_log(path: str) -> str:
    """ "/contribute/l3x…/messages" -> "/contribute/…"        "/papers/1706.03762" -> itself"""
    return next((f"{secret}…" for secret in _SECRET_PATHS if path.startswith(secret)), path)


async def _with_body(headers: Headers, receive: Receive, most_bytes: int) -> Receive:
    """A ``receive`` that gives the whole body at once, which is bounded before anything parses it."""
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return receive
    too_large = _RefusedError(413, f"More than {most_bytes // 1024:,} kB was sent: nothing was changed.")
    if headers.get("content-length", "").isdigit() and int(headers["content-length"]) > _MOST_READ_BYTES:
        raise too_large
    body = bytearray()
    read_bytes = 0
    gone: Message | None = None
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    gone = message
                    break
                part = message.get("body", b"")
                read_bytes += len(part)
                if read_bytes <= most_bytes:
                    body += part
                if read_bytes > _MOST_READ_BYTES or not message.get("more_body", False):
                    break
    except TimeoutError:
        raise _RefusedError(408, "The request came too slowly: try again.") from None
    if read_bytes > most_bytes:
        raise too_large
    waiting: list[Message] = [gone or {"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
