"""Pages of stored PDFs as pictures and words, for the desk: drawn in worker processes with limits, kept on disk.

A page that hangs, explodes or crashes its process costs itself only, and only once: it is remembered and not tried
again. Not more requests wait for pages than leave the server threads to answer everything else. Where no process stays
alive at all, that is said aloud, and tried again once in a while only.
"""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from extractors.page_view import NoSuchPageError, WordsOfPage
from extractors.records import FailureCause, PaperError
from flows.page_cache import PageCache
from flows.page_making import bound_worker, draw_page, make_from_file, warm_up, words_of_page
from flows.sources.store import path_in_store
from flows.workers import Limits, interrupts_held
from portal.services import PageUnavailableError, PageWords, Unavailable

if TYPE_CHECKING:
    from pebble import ProcessPool

PAGE_LIMITS = Limits(time_limit_seconds=15.0, memory_limit_mb=1024)
"""What one page may cost, where the settings do not allow less."""

_MOST_WAITING = 20
"""Of the 40 threads that answer requests."""
_MOST_REMEMBERED = 10_000
_POOL_CHECK_SECONDS = 5.0
_START_SECONDS = 60.0
"""A process that takes longer to get ready never will: the pool would start others without end."""
_BROKEN_POOLS_IN_A_ROW = 3
_PAUSE_SECONDS = 60.0
"""How long no processes are started after so many pools in a row that broke."""
_PAGES_PER_WORKER = 500
"""A worker is replaced after so many pages, which bounds what a leak can grow to."""

log = logging.getLogger(__name__)

_Made = TypeVar("_Made", bytes, WordsOfPage)


class PageRenderer:
    """Draws pages of the PDFs in a store; made once a server, and closed with it."""

    def __init__(self, pdf_folder: Path, cache: PageCache, limits: Limits = PAGE_LIMITS, *, workers: int = 2) -> None:
        self._pdf_folder = pdf_folder
        self._cache = cache
        self._limits = limits
        self._workers = workers
        self._waiting = threading.BoundedSemaphore(_MOST_WAITING)
        self._lock = threading.Lock()
        self._under_way = 0
        self._pool: ProcessPool | None = None
        self._ready: Future[None] = Future()
        """Done as soon as a process of the pool has loaded all it needs."""
        self._broken_in_a_row = 0
        self._not_before = 0.0
        self._failed: OrderedDict[tuple[str, int], str] = OrderedDict()

    def image(self, sha256: str, page: int, dpi: int) -> bytes:
        """The page as WebP, drawn or from the disk; ``PageUnavailableError`` in words for the curator."""
        name = f"{sha256}-{page}-{dpi}.webp"
        known = self._cache.get(name)
        if known is not None:
            return known
        drawn = self._made(draw_page, sha256, page, dpi)
        self._cache.put(name, drawn)
        return drawn

    def words(self, sha256: str, page: int) -> PageWords:
        """The page's words; ``PageUnavailableError`` as ``image`` raises it."""
        read = self._made(words_of_page, sha256, page)
        words = tuple((word.left, word.top, word.right, word.bottom, word.text) for word in read.words)
        return PageWords(read.width, read.height, words)

    @property
    def trouble(self) -> str:
        """Why no page can be drawn at present; empty where nothing is known to be amiss."""
        if self._broken_in_a_row < _BROKEN_POOLS_IN_A_ROW:
            return ""
        return f"the processes that draw pages broke down {self._broken_in_a_row} times in a row"

    @property
    def under_way(self) -> int:
        """Pages that are drawn or read now, or wait for a worker."""
        return self._under_way

    def start(self) -> None:
        """Start a worker ahead, so that the first page does not wait for one."""
        self._running_pool()

    def close(self) -> None:
        """Stop the workers, whatever they draw."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()

    def _made(self, make: Callable[..., _Made], sha256: str, page: int, *options: int) -> _Made:
        if (sha256, page) in self._failed:
            raise PageUnavailableError(Unavailable.BROKEN, self._failed[sha256, page])
        path = path_in_store(self._pdf_folder, sha256)
        if not path.is_file():
            raise PageUnavailableError(Unavailable.MISSING, "The PDF is not in the store of this server.")
        if not self._waiting.acquire(blocking=False):
            raise PageUnavailableError(Unavailable.BUSY, "Too many pages are being drawn: try again.")
        try:
            self._count(1)
            return self._in_worker(make, path, page, options)
        except NoSuchPageError as error:
            raise PageUnavailableError(Unavailable.MISSING, f"There is no such page: {error}.") from None
        except PageUnavailableError as error:
            if error.why is Unavailable.BROKEN:
                self._remember(sha256, page, str(error))
            raise
        finally:
            self._count(-1)
            self._waiting.release()

    def _count(self, more: int) -> None:
        with self._lock:
            self._under_way += more

    def _in_worker(self, make: Callable[..., _Made], path: Path, page: int, options: tuple[int, ...]) -> _Made:
        from pebble import ProcessExpired

        limits = self._limits
        if self.trouble and time.monotonic() < self._not_before:
            raise PageUnavailableError(Unavailable.BUSY, "Pages can't be drawn just now: the server's log says why.")
        pool, ready = self._running_pool()
        try:
            arguments = (make, path, page, options, limits.time_limit_seconds)
            made = self._outcome(
                pool, ready, pool.schedule(make_from_file, arguments, timeout=limits.time_limit_seconds)
            )
        except (BrokenProcessPool, CancelledError, RuntimeError) as error:
            self._replace(pool, error)
            raise PageUnavailableError(Unavailable.BUSY, "Drawing pages starts anew: try again.") from None
        if self.trouble:
            log.warning("pages are drawn again")
        self._broken_in_a_row = 0
        try:
            drawn: _Made = made.result()
            return drawn
        except NoSuchPageError:
            raise
        except PaperError as error:
            if error.cause is FailureCause.DOWNLOAD:
                raise PageUnavailableError(Unavailable.MISSING, f"The PDF is not to be had: {error.message}.") from None
            raise _broken(f"The PDF can't be shown: {error.message}.") from None
        except FutureTimeoutError:
            raise _broken(f"The page was not drawn within {limits.time_limit_seconds:g} s.") from None
        except ProcessExpired:
            raise _broken(f"The page crashes what draws it, or needs more than {limits.memory_limit_mb} MB.") from None
        except Exception as error:
            log.error("page %d of %s can't be drawn", page, path, exc_info=error)
            raise _broken(f"The page can't be drawn ({type(error).__name__}).") from None

    def _outcome(self, pool: ProcessPool, ready: Future[None], future: Future[_Made]) -> Future[_Made]:
        """The future, once a process has done what it is of; ``BrokenProcessPool`` where no process ever will."""
        started = time.monotonic()
        longest = self._limits.time_limit_seconds * (_MOST_WAITING / self._workers + 1) + _START_SECONDS
        while not wait([future], timeout=_POOL_CHECK_SECONDS).done:
            waited = time.monotonic() - started
            if not pool.active:
                raise BrokenProcessPool("the pool ended by itself")
            if waited > longest or (waited > _START_SECONDS and not ready.done()):
                raise BrokenProcessPool(f"no process has begun within {waited:.0f} s")
        if isinstance(problem := future.exception(), BrokenProcessPool):  # CancelledError is raised by itself
            raise problem
        return future

    def _replace(self, pool: ProcessPool, why: BaseException) -> None:
        """Stop a pool that broke, unless another request did so already: by now there may be a new one."""
        with self._lock:
            if self._pool is not pool:
                return
            self._pool = None
            self._broken_in_a_row += 1
            self._not_before = time.monotonic() + _PAUSE_SECONDS
        if self.trouble:
            log.error(
                "no page can be drawn: %s (%s); is BURDEN_WORKER_MEMORY_LIMIT_MB=%d too small? `burden --debug web`"
                " shows what they say; they are tried again in %.0f s",
                self.trouble,
                why,
                self._limits.memory_limit_mb,
                _PAUSE_SECONDS,
            )
        else:
            log.warning("the processes that draw pages broke down (%s), starting new ones", why)
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()

    def _running_pool(self) -> tuple[ProcessPool, Future[None]]:
        """The pool, and what is done once a process of it is ready."""
        from pebble import ProcessPool

        with self._lock:
            if self._pool is not None:
                return self._pool, self._ready
            with interrupts_held():
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=_PAGES_PER_WORKER,
                    initializer=bound_worker,
                    initargs=(self._limits.memory_limit_mb, not log.isEnabledFor(logging.DEBUG)),
                    context=multiprocessing.get_context("spawn"),
                )
                self._ready = self._pool.schedule(warm_up)
            return self._pool, self._ready

    def _remember(self, sha256: str, page: int, message: str) -> None:
        with self._lock:
            self._failed[sha256, page] = message
            if len(self._failed) > _MOST_REMEMBERED:
                self._failed.popitem(last=False)


def _broken(message: str) -> PageUnavailableError:
    return PageUnavailableError(Unavailable.BROKEN, message)
