"""The main job into a PostgreSQL that goes away in the middle of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from homes import Home
from postgresql_servers import PostgresqlServer, installed_binaries, running_server

if TYPE_CHECKING:
    from tests.conftest import Require


@pytest.fixture
def server(require: Require) -> Iterator[PostgresqlServer]:
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as started, started.connect("postgres") as connection:
        for database in ("quiet", "disturbed"):
            connection.execute(f"CREATE DATABASE {database}")
        connection.close()
        yield started


def _until(condition: Callable[[], Any], process: subprocess.Popen[str], seconds: float = 60) -> None:
    """Look again and again until ``condition`` holds, while the process runs."""
    end = monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert monotonic() < end, "waited in vain"
        Event().wait(0.01)


def _stop_in_the_middle_of_writing(server: PostgresqlServer, process: subprocess.Popen[str]) -> None:
    """Stop the server as soon as a paper is in, and the process is about to write the next one."""
    with server.connect("disturbed") as watching, server.connect("disturbed") as holding:

        def first(query: str) -> bool:
            try:
                row = watching.execute(query).fetchone()
            except psycopg.errors.UndefinedTable:
                return False
            return row is not None and bool(row[0])

        _until(lambda: first("SELECT count(*) FROM extractions"), process)
        with holding.transaction():
            holding.execute("LOCK TABLE extractions IN SHARE MODE")  # what is in can be read, and nothing be added
            _until(lambda: first("SELECT count(*) FROM pg_locks WHERE NOT granted"), process)
            server.stop_at_once()


def test_stopped_server_is_a_clear_error_and_a_rerun_completes(
    server: PostgresqlServer, home: Home, few_papers: Path
) -> None:
    def at(database: str) -> Home:
        return Home(home.path, (("BURDEN_DATABASE_URL", server.url(database)),))

    summary = at("quiet").ingest(few_papers)
    process = at("disturbed").popen("ingest", "--from-folder", few_papers)
    with pytest.raises(psycopg.OperationalError):  # so the lock's transaction ends
        _stop_in_the_middle_of_writing(server, process)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    [line] = errors.splitlines()
    assert line.startswith("Error: postgresql") and "connection" in line
    assert server.password not in line
    server.start()
    read = [len(server.contents(database)["extractions"]) for database in ("disturbed", "quiet")]
    assert 0 < read[0] < read[1] == summary["papers_parsed"]
    assert at("disturbed").ingest(few_papers)["papers_parsed"] == read[1] - read[0]
    assert server.contents("disturbed") == server.contents("quiet")
