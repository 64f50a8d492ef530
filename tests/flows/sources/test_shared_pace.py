"""Processes and machines that share a file or a database ask arXiv as one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loopback_arxiv import Clock, LoopbackArxiv, slow_drip, stalled, status
from postgresql_servers import installed_binaries, running_server

from db.engine import Engine, open_database
from db.leases import Lease, holding, take
from db.migrate import upgrade
from flows.sources import ArxivConfig, SourceError
from flows.sources.http import PoliteSession
from flows.sources.pace import LEASE_NAME, Pacer, shared_pacer

if TYPE_CHECKING:
    from tests.conftest import Require

PROJECT = Path(__file__).parents[3]
DELAY_SECONDS = 0.15
_ASKING = """
import sys
from pathlib import Path
from db.engine import open_database
from flows.sources import ArxivConfig
from flows.sources.http import PoliteSession
from flows.sources.pace import shared_pacer
address, database, file, delay, times = sys.argv[1:]
config = ArxivConfig(address, address, address, delay_seconds=float(delay))
http = PoliteSession(config, pacer=shared_pacer(open_database(database), Path(file)))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(times)):
    http.get(address)
"""


@pytest.fixture(scope="module")
def postgresql_url(require: Require) -> Iterator[str]:
    """A database that is set up."""
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as server:
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE shared")
        engine = open_database(server.url("shared"))
        upgrade(engine)
        engine.dispose()
        yield server.url("shared")


@pytest.fixture
def shared(postgresql_url: str) -> Iterator[Engine]:
    engine = open_database(postgresql_url)
    yield engine
    engine.dispose()


def _asking(
    arxiv: LoopbackArxiv, database: str, file: Path, times: int, delay: float = DELAY_SECONDS
) -> subprocess.Popen[str]:
    """A process that asks so many times once it is let go."""
    arguments = [arxiv.api_url, database, str(file), str(delay), str(times)]
    process = subprocess.Popen(
        [sys.executable, "-c", _ASKING, *arguments],
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _let_go(*processes: subprocess.Popen[str]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def _shortest_gap(arxiv: LoopbackArxiv) -> float:
    return min(after.at - before.at for before, after in pairwise(arxiv.requests))


@pytest.mark.parametrize("what", ["one file", "one database"])
def test_several_processes_ask_as_one(
    arxiv: LoopbackArxiv, tmp_path: Path, request: pytest.FixtureRequest, what: str
) -> None:
    """Each with a home of its own is a machine of its own."""
    arxiv.misbehave("api", *[slow_drip(0.0001)] * 9)
    if what == "one file":
        database, files = f"sqlite:///{tmp_path}/burden.sqlite", [tmp_path / "arxiv.pace"] * 3
    else:
        database = request.getfixturevalue("postgresql_url")
        files = [tmp_path / f"machine {number}" / "arxiv.pace" for number in range(3)]
    processes = [_asking(arxiv, database, file, times=3) for file in files]
    _let_go(*processes)
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert len(arxiv.requests) == 9
    assert arxiv.most_at_once == 1
    assert _shortest_gap(arxiv) >= DELAY_SECONDS


def test_a_process_killed_within_a_request_holds_up_its_machine_for_one_pause(
    arxiv: LoopbackArxiv, config: ArxivConfig, shared: Engine, postgresql_url: str, clock: Clock, tmp_path: Path
) -> None:
    arxiv.misbehave("api", stalled())
    killed = _asking(arxiv, postgresql_url, tmp_path / "arxiv.pace", times=1)
    _let_go(killed)
    while not arxiv.requests:
        assert killed.poll() is None
        threading.Event().wait(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    said = holding(shared, LEASE_NAME)
    assert said is not None and said.remaining_seconds > 10
    clock.now_seconds = 1e9  # long after any mark, had the turn ended
    pacer = Pacer(clock=clock, wait=clock.wait, shared_file=tmp_path / "arxiv.pace", database=shared)
    with pacer.turn(3.0):
        assert clock.pauses == [3.0]


def test_a_machine_that_died_is_waited_for_until_its_lease_ends(shared: Engine, tmp_path: Path) -> None:
    assert isinstance(take(shared, LEASE_NAME, "dead pid 1", 0.5), Lease)
    with shared_pacer(shared, tmp_path / "arxiv.pace").turn(0.1):
        said = holding(shared, LEASE_NAME)
    assert said is not None and said.holder != "dead pid 1"
    assert holding(shared, LEASE_NAME) is None


def test_the_pause_is_counted_from_when_the_answer_began(shared: Engine, clock: Clock) -> None:
    pacer = Pacer(clock=clock, wait=clock.wait)
    with pacer.turn(3.0) as turn:
        clock.now_seconds += 2.0
        turn.answered()
        clock.now_seconds += 1.0
    with pacer.turn(3.0):
        clock.now_seconds += 7.0  # and never answered
    with pacer.turn(3.0):
        pass
    assert clock.pauses == [2.0, 3.0]


def test_a_pause_that_arxiv_asks_for_holds_for_all_machines(
    arxiv: LoopbackArxiv, config: ArxivConfig, shared: Engine, tmp_path: Path
) -> None:
    arxiv.misbehave("api", status(503, retry_after="1"))
    hasty = replace(config, delay_seconds=0.05, max_attempts=1)
    first, second = (shared_pacer(shared, tmp_path / name / "arxiv.pace") for name in ("one", "another"))
    with pytest.raises(SourceError):
        PoliteSession(hasty, pacer=first).get(arxiv.api_url)
    PoliteSession(hasty, pacer=second).get(arxiv.api_url)
    assert _shortest_gap(arxiv) >= 1


def test_a_pause_that_arxiv_asks_for_holds_for_all_processes_of_a_machine_without_a_shared_database(
    clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, another = (Pacer(clock=clock, wait=clock.wait, shared_file=tmp_path / "arxiv.pace") for _ in range(2))
    with one.turn(3.0) as turn:
        turn.rest_seconds = 900.0
    clock.now_seconds += 100.0
    with another.turn(3.0):
        pass
    with one.turn(3.0):
        pass
    assert clock.pauses == [800.0, 3.0]
    assert "arXiv asked for a pause: this process goes on in 800 s" in caplog.text


def test_who_waits_for_a_pause_that_arxiv_asked_for_is_told_so(
    clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Enough(Exception):
        pass

    def wait_a_minute(seconds: float) -> None:
        clock.wait(seconds)
        if sum(clock.pauses) > 62:
            raise Enough

    engine = open_database(f"sqlite:///{tmp_path}/burden.sqlite")
    upgrade(engine)
    with Pacer(database=engine).turn(3.0) as turn:
        turn.rest_seconds = 900.0
    with pytest.raises(Enough), Pacer(clock=clock, wait=wait_a_minute, database=engine).turn(3.0):
        pass
    [told] = [record.getMessage() for record in caplog.records]
    assert told.startswith("arXiv asked for a pause until 2") and "waited a minute" in told


def test_no_connection_is_kept_while_other_machines_have_their_turn(
    arxiv: LoopbackArxiv, config: ArxivConfig, shared: Engine, tmp_path: Path
) -> None:
    for database in (None, shared):
        pacer = Pacer(shared_file=tmp_path / "arxiv.pace", database=database)
        PoliteSession(replace(config, delay_seconds=0), pacer=pacer).get(arxiv.api_url)
    assert [request.headers["Connection"] for request in arxiv.requests] == ["keep-alive", "close"]
