"""Public answers are made once for each state of the public tables, kept in memory, and named by an ETag.

An ETag is made from the stamp of the public tables, the address and the code: as long as none of them changes, the
answer is the same for everybody who has not signed in. A browser that has it is told so (304); to others it is sent
from memory, compressed. Whoever has signed in gets pages of their own, which nobody keeps.

    router = APIRouter(route_class=PublicRoute)

Answers that take much computing (charts, fits of thousands of points) are made two at a time, by
``HeavyPublicRoute``: all at once they would keep every small page waiting for seconds. Few may wait for their turn, so
that they never take up all connections of the server.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from db.public_stamp import Stamp, public_stamp
from portal.security import carries_session
from portal.services import services_of

KEPT_SECONDS = 60
"""For so long browsers and caches in between may show an answer without asking again."""
HEAVY_AT_ONCE = 2
"""One may wait for the process that draws while another computes."""
MOST_WAITING = 20
"""Heavy answers that wait for their turn; whoever comes then is asked to come again."""
_RETRY_SECONDS = 3
_MOST_BYTES = 64_000_000
_MOST_BYTES_OF_ONE = 5_000_000
_LEAST_COMPRESSED_BYTES = 500
_COMPRESSION = 3
"""Of ten megabytes of points 6, zlib's default, leaves a fifth less, in three times the time."""
_COMPRESSED_TYPES = ("text/", "application/json", "application/javascript", "image/svg+xml")
_GZIP = re.compile(r"gzip(;q=(?!0(\.0*)?$).*)?")
_ROOMS = ("portal", "analysis", "db", "releases", "models", "extractors/lexicon")
"""Folders whose files decide what an answer looks like."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A rendered answer as it is sent, its body compressed where that is worth it."""

    body: bytes
    compressed: bool
    headers: tuple[tuple[bytes, bytes], ...]

    @property
    def size_bytes(self) -> int:
        return len(self.body) + sum(len(name) + len(value) for name, value in self.headers) + 200

    async def answer(self, request: Request) -> Response:
        """Compressed for whoever takes that; the body is the same for all."""
        compressed = self.compressed and _takes_gzip(request)
        body = await run_in_threadpool(gzip.decompress, self.body) if self.compressed and not compressed else self.body
        response = Response(body)
        response.raw_headers = [*self.headers, (b"content-length", str(len(body)).encode())]
        if compressed:
            response.headers["Content-Encoding"] = "gzip"
        return response


class KeptAnswers:
    """Rendered answers by ETag, the longest unused forgotten first; of one app, for all of its threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()
        self._being_made: dict[str, asyncio.Lock] = {}
        self._heavy = asyncio.Semaphore(HEAVY_AT_ONCE)
        self.waiting = 0
        """Heavy answers that are not being made yet."""

    def get(self, etag: str) -> Kept | None:
        with self._lock:
            found = self._kept.get(etag)
            if found is not None:
                self._kept.move_to_end(etag)
            return found

    def keep(self, etag: str, answer: Kept) -> None:
        if answer.size_bytes > min(_MOST_BYTES_OF_ONE, self._most_bytes):
            return
        with self._lock:
            before = self._kept.pop(etag, None)
            self._bytes += answer.size_bytes - (before.size_bytes if before else 0)
            self._kept[etag] = answer
            while self._bytes > self._most_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.size_bytes

    @asynccontextmanager
    async def making(self, etag: str) -> AsyncIterator[None]:
        """Whoever wants the same answer meanwhile waits for it, so that it is not made many times at once."""
        lock = self._being_made.setdefault(etag, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked():
                self._being_made.pop(etag, None)

    @asynccontextmanager
    async def heavy_turn(self, request: Request) -> AsyncIterator[None]:
        """Held by each heavy answer while it is made; 503 where too many wait for it already.

        Nothing is made for who has gone meanwhile.
        """
        if self.waiting >= MOST_WAITING:
            words = "Too many charts are being made just now: try again in some seconds."
            raise HTTPException(503, words, {"Retry-After": str(_RETRY_SECONDS)})
        self.waiting += 1
        try:
            await self._heavy.acquire()
        finally:
            self.waiting -= 1
        try:
            if await request.is_disconnected():
                raise ClientDisconnect
            yield
        finally:
            self._heavy.release()


class PublicRoute(APIRoute):
    """A route whose answer is the same for everybody who has not signed in, until the public tables change."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        render = super().get_route_handler()

        async def answer(request: Request) -> Response:
            answers: KeptAnswers = request.app.state.kept_answers
            if request.method != "GET" or carries_session(request):
                async with self._turn(answers, request):
                    return await render(request)
            stamp = await run_in_threadpool(public_stamp, services_of(request).engine)
            etag = etag_of(stamp, request)
            if _is_held(etag, request):
                return _named(Response(status_code=304), etag)
            kept = answers.get(etag)
            if kept is not None:
                return await kept.answer(request)
            async with answers.making(etag):
                kept = answers.get(etag)
                if kept is not None:
                    return await kept.answer(request)
                async with self._turn(answers, request):
                    response = await render(request)
                if response.status_code != 200:
                    return response
                _named(response, etag)
                if not _is_whole(response):
                    return response
                kept = await run_in_threadpool(_kept, response)
                answers.keep(etag, kept)
            return await kept.answer(request)

        return answer

    def _turn(self, answers: KeptAnswers, request: Request) -> AbstractAsyncContextManager[None]:
        """To be held while the answer is made."""
        return nullcontext()


class HeavyPublicRoute(PublicRoute):
    """As ``PublicRoute``, ``HEAVY_AT_ONCE`` answers at a time."""

    def _turn(self, answers: KeptAnswers, request: Request) -> AbstractAsyncContextManager[None]:
        return answers.heavy_turn(request)


def keep_answers(app: FastAPI) -> None:
    """Give the app the memory in which its public routes keep answers."""
    app.state.kept_answers = KeptAnswers()


def etag_of(stamp: Stamp, request: Request) -> str:
    """Weak, since the same answer may be sent compressed or not."""
    parts = (str(stamp.number), str(stamp.changed_at), code_version(), request.url.path, request.url.query)
    return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}"'


@cache
def code_version() -> str:
    """Of the files that answers are made by: another release, or another template, gives other answers."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _is_held(etag: str, request: Request) -> bool:
    given = request.headers.get("if-none-match", "")
    return any(each.strip() in (etag, etag.removeprefix("W/"), "*") for each in given.split(","))


def _takes_gzip(request: Request) -> bool:
    """ "gzip, br" -> yes        "br, gzip;q=0.5" -> yes        "gzip;q=0", "identity", none -> no"""
    given = request.headers.get("accept-encoding", "").lower().replace(" ", "")
    return any(_GZIP.fullmatch(each) for each in given.split(","))


def _named(response: Response, etag: str) -> Response:
    response.headers["ETag"] = etag
    response.headers.setdefault("Cache-Control", f"public, max-age={KEPT_SECONDS}")
    response.headers.add_vary_header("Cookie")
    return response


def _is_whole(response: Response) -> bool:
    """Not a stream or a file: these are sent as they come, and kept nowhere."""
    return hasattr(response, "body")


def _kept(response: Response) -> Kept:
    body = bytes(response.body)
    kind = response.headers.get("content-type", "")
    encoded = "content-encoding" in response.headers
    worth_it = not encoded and len(body) >= _LEAST_COMPRESSED_BYTES and kind.startswith(_COMPRESSED_TYPES)
    if worth_it:
        response.headers.add_vary_header("Accept-Encoding")
        body = gzip.compress(body, compresslevel=_COMPRESSION, mtime=0)
    headers = tuple((name, value) for name, value in response.raw_headers if name != b"content-length")
    return Kept(body, worth_it, headers)
