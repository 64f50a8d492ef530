"""Papers read by the workers of a Dask cluster: under the same limits, into the same rows."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from threading import Event

import dask
import pytest
from distributed import LocalCluster
from homes import Home

from flows import runners
from flows.runners import DaskRunner, dask_runner
from flows.workers import Limits, PdfJob, WorkerError

LIMITS = Limits(time_limit_seconds=5, memory_limit_mb=400, pdf_limit_mb=1)
UNRULY = "unruly_readers:read"


def _jobs(folder: Path, *contents: bytes) -> list[PdfJob]:
    jobs = []
    for number, content in enumerate(contents):
        path = folder / f"{number}.pdf"
        path.write_bytes(content)
        jobs.append(PdfJob(content[:10].decode(), path))
    return jobs


@pytest.fixture(scope="module")
def runner() -> Iterator[DaskRunner]:
    with dask_runner("", 2, UNRULY) as opened:
        yield opened


def test_every_unruly_pdf_fails_alone_and_no_worker_of_the_cluster_dies(runner: DaskRunner, tmp_path: Path) -> None:
    contents = (b"one", b"hang", b"two", b"abort", b"eat", b"three", b"killed", b"refuse", b"bug", b"x" * 1_100_000)
    workers = set(runner._client.nthreads())
    readings = list(runner.read(_jobs(tmp_path, *contents), LIMITS))
    assert {reading.job.key: reading.error.cause.value if reading.error else "read" for reading in readings} == {
        "one": "read",
        "two": "read",
        "three": "read",
        "hang": "timeout",
        "abort": "crash",
        "eat": "memory",
        "killed": "memory",
        "refuse": "broken",
        "bug": "crash",
        "xxxxxxxxxx": "too_large",
    }
    assert len(readings) == len(contents)
    assert set(runner._client.nthreads()) == workers


def test_jobs_are_drawn_only_as_workers_become_free(runner: DaskRunner, tmp_path: Path) -> None:
    drawn = 0

    def endless() -> Iterator[PdfJob]:
        nonlocal drawn
        (job,) = _jobs(tmp_path, b"same")
        while True:
            drawn += 1
            yield job

    readings = runner.read(endless(), LIMITS)
    for _ in range(5):
        assert next(readings).error is None
    assert drawn <= 5 + 2 * runner.workers
    readings.close()


def test_the_end_of_one_run_leaves_the_processes_of_another_alone(runner: DaskRunner, tmp_path: Path) -> None:
    limits = Limits(memory_limit_mb=400)
    started, go = tmp_path / "started", tmp_path / "go"
    waiting, short = _jobs(tmp_path, f"wait {started} {go}".encode(), b"short")
    with ThreadPoolExecutor() as threads:
        long_run = threads.submit(list, runner.read([waiting], limits))
        while not started.exists():
            assert not long_run.done()
            Event().wait(0.01)
        with dask_runner(runner._client.scheduler.address, 1, UNRULY) as other:
            assert [reading.error for reading in other.read([short], limits)] == [None]
        go.touch()
        assert [reading.error for reading in long_run.result()] == [None]


def test_a_worker_that_does_not_share_the_folder_stops_the_run_with_a_clear_error(
    runner: DaskRunner, tmp_path: Path
) -> None:
    here_alone = PdfJob("one", tmp_path / "one.pdf")
    with pytest.raises(WorkerError, match=r"does not see .*one\.pdf: BURDEN_HOME must be a shared folder"):
        list(runner.read([here_alone], LIMITS))


def test_a_worker_of_another_version_stops_the_run(
    runner: DaskRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "READING_VERSION", "another")
    newer = DaskRunner(runner._client, UNRULY)
    with pytest.raises(WorkerError, match="the run as another: install the same version"):
        list(newer.read(_jobs(tmp_path, b"one"), LIMITS))


@contextmanager
def _cluster(*, of_daemons: bool) -> Iterator[LocalCluster]:
    """A cluster of one worker; ``of_daemons`` as `dask worker` starts them unless it is told otherwise."""
    with (
        dask.config.set({"distributed.worker.daemon": of_daemons}),
        LocalCluster(n_workers=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster


def test_a_worker_that_may_start_no_processes_says_how_to_start_it(tmp_path: Path) -> None:
    with (
        _cluster(of_daemons=True) as cluster,
        dask_runner(cluster.scheduler_address, 1, UNRULY) as runner,
        pytest.raises(WorkerError, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"),
    ):
        list(runner.read(_jobs(tmp_path, b"one"), LIMITS))


def test_a_scheduler_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runners, "_CONNECT_SECONDS", 1)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # and nobody listens
        address = f"tcp://127.0.0.1:{held.getsockname()[1]}"
        with (
            pytest.raises(WorkerError, match=f"no Dask scheduler answers at {address}"),
            dask_runner(address, 1),
        ):
            pass


def test_a_scheduler_that_goes_away_ends_the_run_with_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runners, "_CONNECT_SECONDS", 5)
    with (
        _cluster(of_daemons=False) as cluster,
        dask_runner(cluster.scheduler_address, 1, UNRULY) as runner,
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
    ):
        readings = runner.read(cycle(_jobs(tmp_path, b"one")), LIMITS)
        assert next(readings).error is None
        cluster.close()
        with pytest.raises(WorkerError, match=r"the Dask (scheduler went away|cluster gave up a task)"):
            for _ in readings:
                pass


def test_a_run_on_dask_ends_where_a_run_in_processes_does(
    runner: DaskRunner, few_papers: Path, undisturbed: Home, home: Home
) -> None:
    summary = home.ingest(few_papers, "--runner", "dask", "--scheduler", runner._client.scheduler.address)
    assert (summary["papers_parsed"], summary["papers_failed"]) == (4, 1)
    assert home.contents() == undisturbed.contents()
