"""What is worth another attempt later, from errors as they really come."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from postgresql_servers import installed_binaries, running_server
from sqlalchemy import text

from db.engine import open_database, writing
from db.errors import DatabaseError, SchemaError
from flows.patience import Patience, is_database_away, may_pass
from flows.sources import AccessRefusedError, SourceError

if TYPE_CHECKING:
    from tests.conftest import Require


def test_a_server_that_is_not_there_may_come() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        with pytest.raises(DatabaseError) as away:
            open_database(f"postgresql://nobody:secret@127.0.0.1:{held.getsockname()[1]}/burden")
    assert may_pass(away.value) and is_database_away(away.value)
    assert "secret" not in str(away.value)


@pytest.mark.parametrize(
    ("cause", "passes"),
    [
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.TooManyConnections(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.OperationalError("server closed the connection unexpectedly"), True),
        (psycopg.errors.DiskFull(), False),
        (psycopg.errors.DatabaseDropped(), False),
        (psycopg.errors.UndefinedTable(), False),
    ],
)
def test_a_server_that_comes_back_is_told_from_one_that_has_no_room(cause: psycopg.Error, passes: bool) -> None:
    try:
        raise DatabaseError("as PostgreSQL said") from cause
    except DatabaseError as error:
        assert may_pass(error) is passes


def test_a_wrong_password_and_a_database_that_is_not_there_are_told_at_once(require: Require) -> None:
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as server:
        for url in (server.url("no_such"), server.url("postgres").replace(server.password, "wrong")):
            with pytest.raises(DatabaseError) as refused:
                open_database(url)
            assert not may_pass(refused.value), refused.value


def test_a_lock_passes_and_a_missing_table_does_not(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    engine = open_database(f"sqlite:///{path}", patience_seconds=0)
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError) as locked, writing(engine):
            pass
        other.rollback()
    other.close()
    with pytest.raises(DatabaseError) as missing, engine.connect() as connection:
        connection.execute(text("SELECT * FROM papers"))
    engine.dispose()
    assert may_pass(locked.value) and not may_pass(missing.value)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (SourceError("no answer"), True),
        (AccessRefusedError("HTTP 403"), False),
        (SchemaError("newer than this program"), False),
        (DatabaseError("no such database address"), False),
        (OSError("disk is full"), False),
    ],
)
def test_what_waiting_does_not_better_is_not_tried_again(error: Exception, passes: bool) -> None:
    tried = 0

    def attempt() -> None:
        nonlocal tried
        tried += 1
        raise error

    pauses: list[float] = []
    with pytest.raises(type(error)):
        Patience(2.0, pauses.append).persist("this", attempt)
    assert (tried, pauses) == ((5, [2, 6, 18, 54]) if passes else (1, []))
