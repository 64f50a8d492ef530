"""Reading PDFs in worker processes: one that hangs, explodes or crashes costs itself only.

Workers are started fresh (``spawn``), so they inherit no database connection and no lock, and they
import nothing but the extractors.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from extractors.records import Extraction, FailureCause, PaperError
from flows.confinement import confine_this_process

if TYPE_CHECKING:
    from pebble import ProcessPool

Reader = Callable[[bytes], Extraction]

READER = "flows.reading:read"
"""The reader that workers run, as ``module:function``."""
RULES_READER = "flows.reading:read_by_rules"
DRAWING_READER = "flows.reading:read_and_draw_tables"

_PAPERS_PER_WORKER = 200
"""A worker is replaced after so many papers, which bounds what a leak can grow to."""

_BROKEN_POOLS_IN_A_ROW = 3
_POOL_CHECK_SECONDS = 5.0
OUT_OF_MEMORY = 71
"""Exit code of a worker that ran out of memory: what its libraries keep would fail the next papers, too."""

log = logging.getLogger(__name__)


class WorkerError(Exception):
    """No worker process can be kept alive: the run can't go on."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one paper may cost."""

    time_limit_seconds: float = 120.0
    memory_limit_mb: int = 2048
    """Private memory of a worker, where the system can limit it."""
    pdf_limit_mb: int = 100


@dataclass(frozen=True, slots=True)
class PdfJob:
    """A PDF on disk to be read; ``key`` is the caller's own name for it."""

    key: str
    path: Path


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a job: an extraction, or the error that stopped it."""

    job: PdfJob
    extraction: Extraction | None = None
    error: PaperError | None = None


def read_papers(
    jobs: Iterable[PdfJob],
    limits: Limits,
    *,
    workers: int = 1,
    reader: str = READER,
) -> Generator[Reading, None, None]:
    """Read every job in ``workers`` processes; each job comes back once, as soon as it is done.

    Jobs are drawn only as workers become free, and no process is started before the first job.
    What native code prints is thrown away, unless debug messages are wanted.
    """
    quiet = not log.isEnabledFor(logging.DEBUG)
    source = iter(jobs)
    waiting: list[PdfJob] = []
    broken_in_a_row = 0
    while first := _next_job(waiting, source):
        waiting.insert(0, first)
        try:
            for reading in _read_in_one_pool(waiting, source, limits, workers, reader, quiet):
                broken_in_a_row = 0
                yield reading
        except BrokenProcessPool as broken:
            broken_in_a_row += 1
            log.warning("worker processes broke down (%s), starting new ones", broken)
            if broken_in_a_row >= _BROKEN_POOLS_IN_A_ROW:
                raise _cannot_start(broken, limits) from broken


class StandingPool:
    """Worker processes that stay for many calls, also of several threads at once; the same limits hold in them."""

    def __init__(self, limits: Limits, workers: int, reader: str = READER) -> None:
        self._limits = limits
        self._workers = workers
        self._reader = reader
        self._lock = Lock()
        self._pool: ProcessPool | None = None

    def read(self, job: PdfJob) -> Reading:
        """Read one PDF; ``WorkerError`` where no process can be kept alive for it."""
        broken: BrokenProcessPool | None = None
        times_broken, was_killed = 0, False
        while times_broken < _BROKEN_POOLS_IN_A_ROW:
            pool = self._running()
            future = _scheduled(pool, job, self._limits)
            try:
                while not wait([future], timeout=_POOL_CHECK_SECONDS).done:
                    if not pool.active:
                        raise BrokenProcessPool("the pool ended by itself")
                if was_killed or not _was_killed(future):
                    return _reading(job, future, self._limits)
                was_killed = True
            except BrokenProcessPool as error:
                broken = error
                times_broken += 1
                self._stop(pool)
        raise _cannot_start(broken, self._limits) from broken

    def stop(self) -> None:
        if self._pool is not None:
            self._stop(self._pool)

    def _running(self) -> ProcessPool:
        with self._lock:
            if self._pool is None:
                quiet = not log.isEnabledFor(logging.DEBUG)
                self._pool = _start_pool(self._limits, self._workers, self._reader, quiet)
            return self._pool

    def _stop(self, pool: ProcessPool) -> None:
        with self._lock:
            if self._pool is pool:  # else another thread has seen to it
                self._pool = None
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _cannot_start(broken: BrokenProcessPool | None, limits: Limits) -> WorkerError:
    return WorkerError(
        f"worker processes stop as soon as they start ({broken}): `burden --debug` shows what they say; "
        f"is BURDEN_WORKER_MEMORY_LIMIT_MB={limits.memory_limit_mb} too small?"
    )


def _next_job(waiting: list[PdfJob], source: Iterator[PdfJob]) -> PdfJob | None:
    return waiting.pop(0) if waiting else next(source, None)


def _read_in_one_pool(
    waiting: list[PdfJob], source: Iterator[PdfJob], limits: Limits, workers: int, reader: str, quiet: bool
) -> Iterator[Reading]:
    """Read until jobs run out. If the pool breaks, unfinished jobs are put back into ``waiting``."""
    under_way: dict[Future[Extraction], PdfJob] = {}
    killed_once: set[str] = set()
    pool = _start_pool(limits, workers, reader, quiet)
    try:
        while True:
            while len(under_way) < 2 * workers and (job := _next_job(waiting, source)):
                under_way[_scheduled(pool, job, limits)] = job
            if not under_way:
                break
            done, _ = wait(under_way, timeout=_POOL_CHECK_SECONDS, return_when=FIRST_COMPLETED)
            if not done and not pool.active:
                raise BrokenProcessPool("the pool ended by itself")
            for future in done:
                job = under_way[future]
                if _was_killed(future) and job.key not in killed_once:
                    killed_once.add(job.key)
                    waiting.append(job)
                    reading = None
                else:
                    reading = _reading(job, future, limits)
                del under_way[future]
                if reading is not None:
                    yield reading
    except BrokenProcessPool:
        waiting.extend(under_way.values())
        raise
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _scheduled(pool: ProcessPool, job: PdfJob, limits: Limits) -> Future[Extraction]:
    try:
        return pool.schedule(_read_one, (job, limits), timeout=limits.time_limit_seconds)
    except RuntimeError as refused:  # so pebble says that the pool is broken
        future: Future[Extraction] = Future()
        future.set_exception(BrokenProcessPool(str(refused)))
        return future


def _start_pool(limits: Limits, workers: int, reader: str, quiet: bool) -> ProcessPool:
    from pebble import ProcessPool

    pool = ProcessPool(
        max_workers=workers,
        max_tasks=_PAPERS_PER_WORKER,
        initializer=_set_up_worker,
        initargs=(reader, limits.memory_limit_mb, quiet),
        context=multiprocessing.get_context("spawn"),
    )
    with interrupts_held():
        _ = pool.active  # to ask starts its threads and processes
    return pool


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Threads and processes that are started meanwhile hear no Ctrl-C: who starts them ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # the thread that starts it would let interrupts through from then on
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _reading(job: PdfJob, future: Future[Extraction], limits: Limits) -> Reading:
    from pebble import ProcessExpired

    try:
        return Reading(job, extraction=future.result())
    except PaperError as error:
        return Reading(job, error=error)
    except BrokenProcessPool:
        raise
    except FutureTimeoutError:
        message = f"not read within {limits.time_limit_seconds:g} s (BURDEN_TIME_LIMIT_SECONDS)"
        return Reading(job, error=PaperError(FailureCause.TIMEOUT, message))
    except MemoryError:
        return Reading(job, error=_out_of_memory(limits))
    except ProcessExpired as expired:
        return Reading(job, error=_why_it_died(expired.exitcode, limits))
    except Exception as error:
        log.debug("%s: the reader failed", job.path, exc_info=error)
        message = f"the reader failed: {type(error).__name__}: {error}"
        return Reading(job, error=PaperError(FailureCause.CRASH, message))


def _was_killed(future: Future[Extraction]) -> bool:
    """Whether the worker got SIGKILL, which may have been meant for another, so the paper is read once more."""
    from pebble import ProcessExpired

    error = future.exception()
    return isinstance(error, ProcessExpired) and error.exitcode == -signal.SIGKILL


def _why_it_died(exit_code: int | None, limits: Limits) -> PaperError:
    """The cause that a dead worker's exit code tells: -9 is the system's memory killer, -14 our own alarm."""
    if exit_code == OUT_OF_MEMORY:
        return _out_of_memory(limits)
    if exit_code == -signal.SIGKILL:
        return PaperError(FailureCause.MEMORY, "the system killed the worker, as it does when memory runs out")
    if exit_code == -signal.SIGALRM:
        return PaperError(FailureCause.TIMEOUT, f"not read within {limits.time_limit_seconds:g} s")
    name = signal.Signals(-exit_code).name if exit_code is not None and exit_code < 0 else f"exit code {exit_code}"
    return PaperError(FailureCause.CRASH, f"the worker process died ({name})")


def _out_of_memory(limits: Limits) -> PaperError:
    return PaperError(
        FailureCause.MEMORY, f"needs more than {limits.memory_limit_mb} MB (BURDEN_WORKER_MEMORY_LIMIT_MB)"
    )


# What follows runs in the worker.

_reader: Reader | None = None


def _set_up_worker(reader: str, memory_limit_mb: int, quiet: bool) -> None:
    """Bound the worker, then load the reader, so that loading counts against no paper's time."""
    global _reader
    bound_worker(memory_limit_mb, quiet)
    module, _, function = reader.partition(":")
    _reader = getattr(importlib.import_module(module), function)
    gc.collect()
    gc.freeze()
    gc.disable()  # looking for cycles among a document's many small objects would take a seventh of the time


def bound_worker(memory_limit_mb: int, quiet: bool) -> None:
    """Make this process one that can be stopped, has so much memory, no network, and (``quiet``) prints nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # native code in a loop would never run a Python handler
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = "1"  # papers run in parallel, not the arithmetic within one
    if quiet:
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.__stdout__.fileno() if sys.__stdout__ else 1)
        os.dup2(sink, sys.__stderr__.fileno() if sys.__stderr__ else 2)
    _limit_memory(memory_limit_mb)
    confine_this_process()


def _limit_memory(memory_limit_mb: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the time limit still holds
        return
    limit_bytes = memory_limit_mb * 1024 * 1024
    _, hard_limit = resource.getrlimit(resource.RLIMIT_DATA)
    if hard_limit == resource.RLIM_INFINITY or limit_bytes < hard_limit:
        with contextlib.suppress(ValueError, OSError):  # a system that refuses still has the time limit
            resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def set_alarm(time_limit_seconds: float) -> None:
    """End this worker long after its limit, in case its parent was killed and can't end it any more."""
    if hasattr(signal, "alarm"):
        signal.alarm(int(2 * time_limit_seconds) + 10)


def _read_one(job: PdfJob, limits: Limits) -> Extraction:
    assert _reader is not None, "_set_up_worker runs first"  # noqa: S101
    set_alarm(limits.time_limit_seconds)
    try:
        size_mb = job.path.stat().st_size / 1_000_000
        pdf = job.path.read_bytes() if size_mb <= limits.pdf_limit_mb else None
    except OSError as error:  # says nothing about the paper, so it counts as not fetched, which is tried again
        raise PaperError(FailureCause.DOWNLOAD, f"can't be read from disk: {error}") from error
    if pdf is None:
        raise PaperError(
            FailureCause.TOO_LARGE, f"{size_mb:.0f} MB, more than {limits.pdf_limit_mb} MB (BURDEN_PDF_LIMIT_MB)"
        )
    try:
        return _reader(pdf)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except PaperError as error:
        if error.cause is FailureCause.MEMORY:
            os._exit(OUT_OF_MEMORY)
        raise
    finally:
        gc.collect()
