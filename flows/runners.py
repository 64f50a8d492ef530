"""Where papers are read: in processes of this machine, or by the workers of a Dask cluster.

A Dask worker reads in processes of its own, under the same limits: a PDF that hangs, explodes or crashes costs itself
only, never the worker. Workers find the PDFs in the store under BURDEN_HOME, which they must share with the run.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import secrets
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from flows.settings import Settings
from flows.version import READING_VERSION
from flows.workers import READER, Limits, PdfJob, Reading, StandingPool, WorkerError, read_papers

if TYPE_CHECKING:
    from distributed import Client, Future

_JOBS_A_THREAD = 2
"""Given to the cluster at a time, so that no thread waits for its next paper."""
_LOOK_SECONDS = 5.0
"""After so long it is asked again how many threads the cluster has."""
_PATIENCE_SECONDS = 300.0
"""So long a cluster may be without any worker."""
_CONNECT_SECONDS = 30

log = logging.getLogger(__name__)


class Runner(Protocol):
    """Something that reads papers."""

    @property
    def workers(self) -> int:
        """So many papers it reads in parallel."""

    def read(self, jobs: Iterable[PdfJob], limits: Limits) -> Generator[Reading, None, None]:
        """Read every job; each comes back once, as soon as it is done. Jobs are drawn as they are needed."""


@dataclass(frozen=True, slots=True)
class ProcessRunner:
    """Processes of this machine."""

    workers: int

    def read(self, jobs: Iterable[PdfJob], limits: Limits) -> Generator[Reading, None, None]:
        return read_papers(jobs, limits, workers=self.workers)


@contextmanager
def runner_in_force(settings: Settings, papers: int | None) -> Iterator[Runner]:
    """The runner of these settings, for so many papers, as far as it is known how many."""
    workers = min(settings.jobs, papers or settings.jobs)
    if settings.runner == "processes":
        yield ProcessRunner(workers)
    else:
        with dask_runner(settings.scheduler, workers) as runner:
            yield runner


@contextmanager
def dask_runner(scheduler: str, workers: int, reader: str = READER) -> Iterator[DaskRunner]:
    """A runner on the cluster of this scheduler, or on one of so many workers on this machine; over at the end.

    "tcp://10.0.0.7:8786" -> the workers that this scheduler has, or gets        "" -> a cluster of its own
    """
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as missing:
        raise WorkerError(
            f"the Dask runner needs packages that are not installed ({missing.name}): pip install 'arxiv-burden[scale]'"
        ) from None
    if not log.isEnabledFor(logging.DEBUG):
        logging.getLogger("distributed").setLevel(logging.ERROR)  # it tells of every worker that comes and goes
    with contextlib.ExitStack() as stack:
        if not scheduler:
            # its workers start processes, which Python does not let a daemon do
            stack.enter_context(dask.config.set({"distributed.worker.daemon": False}))
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            )
            scheduler = stack.enter_context(cluster).scheduler_address
        try:
            client = stack.enter_context(Client(scheduler, timeout=_CONNECT_SECONDS, set_as_default=False))
        except (OSError, TimeoutError, ValueError) as error:
            raise WorkerError(
                f"no Dask scheduler answers at {scheduler} ({type(error).__name__}): start one with `dask scheduler`, "
                "and workers with `dask worker`, of the same version as this machine's"
            ) from error
        yield stack.enter_context(contextlib.closing(DaskRunner(client, reader)))


class DaskRunner:
    """The workers of a Dask cluster."""

    def __init__(self, client: Client, reader: str) -> None:
        self._client = client
        self._run = _Run(secrets.token_hex(8), READING_VERSION, reader)
        self._threads = 1
        self._looked_at = 0.0
        self._last_seen = monotonic()
        self._look()

    @property
    def workers(self) -> int:
        return self._threads

    def close(self) -> None:
        """End the processes that workers have started for this run."""
        if self._client.status == "running":  # else the scheduler went away, which has ended the run
            self._client.run(_leave_pools, self._run)

    def read(self, jobs: Iterable[PdfJob], limits: Limits) -> Generator[Reading, None, None]:
        """As ``Runner.read``; ``WorkerError`` where the cluster is no use: no workers, or such as read otherwise."""
        source = iter(jobs)
        under_way: dict[Future[Reading], PdfJob] = {}
        try:
            while True:
                with self._in_reach():
                    self._look()
                while len(under_way) < _JOBS_A_THREAD * self._threads and (job := next(source, None)):
                    with self._in_reach():
                        under_way[self._client.submit(_read_on_worker, job, limits, self._run, pure=False)] = job
                if not under_way:
                    return
                for future in self._done(list(under_way)):
                    del under_way[future]
                    with self._in_reach():
                        reading = _result(future)
                    yield reading
        finally:
            with contextlib.suppress(WorkerError), self._in_reach():  # what ends the reading is on its way
                self._client.cancel(list(under_way))

    def _done(self, under_way: list[Future[Reading]]) -> set[Future[Reading]]:
        """Those that are done, as soon as there are any; none where that takes so long that it is time to look."""
        from distributed import wait

        with self._in_reach(), contextlib.suppress(TimeoutError), self._client.as_current():
            done: set[Future[Reading]] = wait(under_way, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED").done
            return done
        return set()

    @contextmanager
    def _in_reach(self) -> Iterator[None]:
        """``WorkerError`` where the cluster can't be asked; Dask has many errors for it, of which few have a name."""
        try:
            yield
        except WorkerError:
            raise
        except Exception as error:
            raise WorkerError(
                f"the Dask scheduler went away ({type(error).__name__}: {error}); what was saved stays, run again"
            ) from error

    def _look(self) -> None:
        """How many threads there are just now; an adaptive cluster's workers come and go."""
        if monotonic() - self._looked_at < _LOOK_SECONDS:
            return
        self._looked_at = monotonic()
        threads = sum(self._client.nthreads().values())
        if threads:
            self._last_seen = self._looked_at
        elif self._looked_at - self._last_seen > _PATIENCE_SECONDS:
            raise WorkerError(f"the Dask cluster has had no worker for {_PATIENCE_SECONDS:g} s: start some, run again")
        self._threads = max(threads, 1)


def _result(future: Future[Reading]) -> Reading:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, WorkerError):
        raise error
    raise WorkerError(
        f"the Dask cluster gave up a task ({type(error).__name__}: {error}); what was saved stays, run again"
    ) from error


# What follows runs on the workers of the cluster.


@dataclass(frozen=True, slots=True)
class _Run:
    """What a worker is told of the run that it reads for."""

    token: str
    reading_version: str
    reader: str


@dataclass(frozen=True, slots=True)
class _SharedPool:
    """Processes, and the tokens of the runs that they read for; a killed run never leaves, and later ones join it."""

    pool: StandingPool
    runs: set[str]


_pools: dict[tuple[Limits, str], _SharedPool] = {}
_pools_lock = Lock()


def _read_on_worker(job: PdfJob, limits: Limits, run: _Run) -> Reading:
    """Read in a process of this worker's own; ``WorkerError`` where the worker would read otherwise than the run."""
    _check(run, job)
    with _pools_lock:
        key = (limits, run.reader)
        if key not in _pools:
            _pools[key] = _SharedPool(StandingPool(limits, _threads_here(), run.reader), set())
        shared = _pools[key]
        shared.runs.add(run.token)
    return shared.pool.read(job)


def _leave_pools(run: _Run) -> None:
    """End the processes that read for this run alone; the worker could not end before them."""
    with _pools_lock:
        for key, shared in list(_pools.items()):
            shared.runs.discard(run.token)
            if not shared.runs:
                _pools.pop(key).pool.stop()


def _check(run: _Run, job: PdfJob) -> None:
    from distributed import get_worker

    where = get_worker().address
    if run.reading_version != READING_VERSION:
        raise WorkerError(
            f"the Dask worker {where} reads papers as version {READING_VERSION}, the run as {run.reading_version}: "
            "install the same version of burden on both"
        )
    if multiprocessing.current_process().daemon:
        raise WorkerError(
            f"the Dask worker {where} may start no processes, which hold the limits of papers: start it with "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment, or with `dask worker --no-nanny`"
        )
    if not job.path.exists():
        raise WorkerError(f"the Dask worker {where} does not see {job.path}: BURDEN_HOME must be a shared folder")


def _threads_here() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)
