"""Pages of stored PDFs as pictures and words, for the desk: drawn in worker processes with limits, kept on disk.

A page that hangs, explodes or crashes its process costs itself only, and only once: it is remembered and not tried
again. Not more requests wait for pages than leave the server threads to answer everything else.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from extractors.page_view import NoSuchPageError, WordsOfPage
from extractors.records import FailureCause, PaperError
from flows.page_cache import PageCache
from flows.page_making import bound_worker, draw_page, make_from_file, warm_up, words_of_page
from flows.sources.store import path_in_store
from flows.workers import Limits
from portal.services import PageUnavailableError, PageWords, Unavailable

if TYPE_CHECKING:
    from pebble import ProcessPool

PAGE_LIMITS = Limits(time_limit_seconds=15.0, memory_limit_mb=1024)
"""What one page may cost, where the settings do not allow less."""

_MOST_WAITING = 20
"""Of the 40 threads that answer requests."""
_MOST_REMEMBERED = 10_000
_POOL_CHECK_SECONDS = 5.0
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
        self._pool: ProcessPool | None = None
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
            return self._in_worker(make, path, page, options)
        except NoSuchPageError as error:
            raise PageUnavailableError(Unavailable.MISSING, f"There is no such page: {error}.") from None
        except PageUnavailableError as error:
            if error.why is Unavailable.BROKEN:
                self._remember(sha256, page, str(error))
            raise
        finally:
            self._waiting.release()

    def _in_worker(self, make: Callable[..., _Made], path: Path, page: int, options: tuple[int, ...]) -> _Made:
        from pebble import ProcessExpired

        limits = self._limits
        try:
            arguments = (make, path, page, options, limits.time_limit_seconds)
            pool = self._running_pool()
            future = pool.schedule(make_from_file, arguments, timeout=limits.time_limit_seconds)
            while not wait([future], timeout=_POOL_CHECK_SECONDS).done:
                if not pool.active:
                    raise BrokenProcessPool("the pool ended by itself")
            made: _Made = future.result()
            return made
        except (NoSuchPageError, PageUnavailableError):
            raise
        except PaperError as error:
            if error.cause is FailureCause.DOWNLOAD:
                raise PageUnavailableError(Unavailable.MISSING, f"The PDF is not to be had: {error.message}.") from None
            raise _broken(f"The PDF can't be shown: {error.message}.") from None
        except FutureTimeoutError:
            raise _broken(f"The page was not drawn within {limits.time_limit_seconds:g} s.") from None
        except ProcessExpired:
            raise _broken(f"The page crashes what draws it, or needs more than {limits.memory_limit_mb} MB.") from None
        except (BrokenProcessPool, CancelledError, RuntimeError) as error:
            log.warning("the processes that draw pages broke down (%s), starting new ones", error)
            self.close()
            raise PageUnavailableError(Unavailable.BUSY, "Drawing pages starts anew: try again.") from None
        except Exception as error:
            log.warning("page %d of %s can't be drawn", page, path, exc_info=error)
            raise _broken(f"The page can't be drawn ({type(error).__name__}).") from None

    def _running_pool(self) -> ProcessPool:
        from pebble import ProcessPool

        with self._lock:
            if self._pool is not None:
                return self._pool
            with _interrupts_held():
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=_PAGES_PER_WORKER,
                    initializer=bound_worker,
                    initargs=(self._limits.memory_limit_mb, not log.isEnabledFor(logging.DEBUG)),
                    context=multiprocessing.get_context("spawn"),
                )
                self._pool.schedule(warm_up)
            return self._pool

    def _remember(self, sha256: str, page: int, message: str) -> None:
        with self._lock:
            self._failed[sha256, page] = message
            if len(self._failed) > _MOST_REMEMBERED:
                self._failed.popitem(last=False)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Threads and processes that are started meanwhile hear no Ctrl-C: the server ends them when it has ended."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _broken(message: str) -> PageUnavailableError:
    return PageUnavailableError(Unavailable.BROKEN, message)
