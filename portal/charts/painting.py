"""Charts as files, drawn by a process beside the server: one that hangs or crashes costs its chart only.

What was drawn is kept, up to a bound, under the digest of its specification. Who asks for what is being drawn already
waits for that; not more wait than leave the server its threads for everything else.
"""

from __future__ import annotations

import hashlib
import json
import logging
import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, Any

from portal.charts import drawing

if TYPE_CHECKING:
    from pebble import ProcessPool

_MOST_WAITING = 12
"""Of the 40 threads that answer requests."""
_MOST_KEPT_BYTES = 32_000_000
_CHARTS_PER_PROCESS = 300
"""The process is replaced after so many, which bounds what a leak can grow to."""

log = logging.getLogger(__name__)


class ChartUnavailableError(Exception):
    """A chart that can't be drawn as a file; the message says why, in words for the visitor."""

    def __init__(self, message: str, *, is_busy: bool = False) -> None:
        super().__init__(message)
        self.is_busy = is_busy
        """Trying again helps."""


class ChartPainter:
    """Draws charts in one process, started when the first is asked for; closed with the server."""

    def __init__(self, time_limit_seconds: float = 30.0, most_waiting: int = _MOST_WAITING) -> None:
        self._time_limit_seconds = time_limit_seconds
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._closed = False
        self._waiting = 0
        self._under_way: dict[str, Future[bytes]] = {}
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._kept_bytes = 0

    def svg(self, spec: Mapping[str, Any]) -> bytes:
        """``ChartUnavailableError`` where it takes too long, or too many are being drawn."""
        return self._drawn("svg", drawing.svg, spec)

    def png(self, spec: Mapping[str, Any]) -> bytes:
        """As ``svg``."""
        return self._drawn("png", drawing.png, spec)

    def library(self) -> bytes:
        """The script that draws charts in browsers."""
        return self._made(f"library {drawing.library_version()}", drawing.library)

    def start(self) -> None:
        """Make the browsers' library ahead, so that nobody waits for it."""
        self._scheduled(f"library {drawing.library_version()}", drawing.library, ())

    def close(self) -> None:
        """End the process, whatever it draws; nothing is drawn from now on."""
        with self._lock:
            self._closed = True
            pool, self._pool = self._pool, None
        _end(pool)

    def _drawn(self, kind: str, draw: Callable[[str], bytes], spec: Mapping[str, Any]) -> bytes:
        text = json.dumps(spec, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return self._made(f"{kind} {hashlib.sha256(text.encode()).hexdigest()}", draw, text)

    def _made(self, key: str, make: Callable[..., bytes], *arguments: str) -> bytes:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if self._waiting >= self._most_waiting:
                raise _busy("Too many charts are being drawn: try again.")
            self._waiting += 1
        try:
            return self._waited_for(key, self._scheduled(key, make, arguments))
        finally:
            with self._lock:
                self._waiting -= 1

    def _waited_for(self, key: str, future: Future[bytes]) -> bytes:
        from pebble import ProcessExpired

        try:
            made = future.result(timeout=self._time_limit_seconds * (self._most_waiting + 1))
        except FutureTimeoutError:
            raise ChartUnavailableError(f"The chart was not drawn within {self._time_limit_seconds:g} s.") from None
        except ProcessExpired:
            raise ChartUnavailableError("The chart crashes what draws it.") from None
        except (BrokenProcessPool, CancelledError, RuntimeError) as error:
            self._replace_pool(error)
            raise _busy("Drawing of charts starts anew: try again.") from None
        except Exception as error:
            log.exception("a chart can't be drawn (%s)", key)
            raise ChartUnavailableError(f"The chart can't be drawn ({type(error).__name__}).") from None
        finally:
            with self._lock:
                self._under_way.pop(key, None)
        self._keep(key, made)
        return made

    def _scheduled(self, key: str, make: Callable[..., bytes], arguments: tuple[str, ...]) -> Future[bytes]:
        """What is being made under this key, by whoever asked first."""
        with self._lock:
            found = self._under_way.get(key)
            if found is None:
                found = self._running_pool().schedule(make, args=arguments, timeout=self._time_limit_seconds)
                self._under_way[key] = found
            return found

    def _running_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        if self._closed:
            raise _busy("The server is being stopped.")
        if self._pool is None or not self._pool.active:
            self._pool = ProcessPool(
                max_workers=1,
                max_tasks=_CHARTS_PER_PROCESS,
                initializer=drawing.prepare,
                context=multiprocessing.get_context("spawn"),
            )
        return self._pool

    def _replace_pool(self, why: BaseException) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
            self._under_way.clear()
        if pool is not None:
            log.warning("the process that draws charts broke down (%r), starting another", why)
        _end(pool)

    def _keep(self, key: str, made: bytes) -> None:
        with self._lock:
            if key in self._kept or len(made) > _MOST_KEPT_BYTES // 4:
                return
            self._kept[key] = made
            self._kept_bytes += len(made)
            while self._kept_bytes > _MOST_KEPT_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._kept_bytes -= len(oldest)


def _busy(message: str) -> ChartUnavailableError:
    return ChartUnavailableError(message, is_busy=True)


def _end(pool: ProcessPool | None) -> None:
    if pool is not None:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
