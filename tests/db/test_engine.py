"""Opening: which URLs are taken, and what people read when a database is not there."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import ExitStack, nullcontext
from pathlib import Path

import pytest
from psycopg.errors import OutOfMemory
from sqlalchemy import Engine, make_url, text

from db.engine import error_in_words, is_sqlite, lock_papers, open_database, writing
from db.errors import DatabaseError
from db.migrate import database_status, upgrade

_THREADS_THAT_ANSWER = 40
"""Of the web server."""


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_spelling_means_psycopg_3(new_postgresql: str, scheme: str) -> None:
    url = new_postgresql
    engine = open_database(url.replace("postgresql://", f"{scheme}://"))
    assert engine.url.drivername == "postgresql+psycopg"
    engine.dispose()


def test_an_sqlite_file_and_its_folder_are_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "burden.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("SELECT count(*) FROM burden_v1").fetchone() == (0,)
    connection.close()


def test_what_was_committed_is_on_the_disk_before_anybody_is_told(engine: Engine) -> None:
    with engine.connect() as connection:
        if is_sqlite(connection):
            assert connection.scalar(text("PRAGMA synchronous")) == 2, "full"
        else:
            assert connection.scalar(text("SHOW synchronous_commit")) == "on"


def test_who_waits_for_a_lock_keeps_no_other_from_reading(engine: Engine) -> None:
    with ExitStack() as held:
        connections = [held.enter_context(engine.connect()) for _ in range(_THREADS_THAT_ANSWER)]
        assert connections[-1].scalar(text("SELECT count(*) FROM papers")) == 0


def test_locks_of_any_number_of_papers_find_room(engine: Engine) -> None:
    with writing(engine) as connection:
        lock_papers(connection, (f"2401.{number:05}" for number in range(20_000)))
        assert connection.scalar(text("SELECT count(*) FROM papers")) == 0


def _papers(first: int, count: int) -> list[str]:
    return [f"2401.{number:05}" for number in range(first, first + count)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("others", "waits"),
    [
        (_papers(400, 400), False),  # as two runs that save a tar each
        (_papers(399, 1), True),
        (_papers(30_000, 20_000), True),  # so many are locked with all papers there are
    ],
)
def test_only_who_decides_on_the_same_papers_waits(engine: Engine, others: list[str], waits: bool) -> None:
    with writing(engine) as connection:
        lock_papers(connection, _papers(0, 400))
        waiting = pytest.raises(DatabaseError, match="lock timeout") if waits else nullcontext()
        with waiting, writing(engine) as another:
            another.exec_driver_sql("SET LOCAL lock_timeout = '300ms'")
            lock_papers(another, others)


def test_foreign_keys_are_checked(engine: Engine) -> None:
    statement = "INSERT INTO burden_estimates (claim_id, corrections, estimator_version, estimated_at)"
    with pytest.raises(DatabaseError, match=r"(?i)foreign key"), engine.begin() as connection:
        connection.execute(text(f"{statement} VALUES ('none', '', 'e1', '2026-03-01')"))


@pytest.mark.parametrize("url", ["mysql://localhost/burden", "not a url", "", "oracle+cx://x", "sqlite+aiosqlite:///x"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError, match=r"SQLite|sqlite"):
        open_database(url)


def test_a_bad_url_does_not_show_its_password() -> None:
    with pytest.raises(DatabaseError) as caught:
        open_database("mysql://me:open-sesame@localhost/burden")
    assert "open-sesame" not in str(caught.value)


def test_a_server_that_is_not_there(unused_port: int) -> None:
    with pytest.raises(DatabaseError, match=r"127\.0\.0\.1.*can't be reached: check that it runs") as caught:
        open_database(f"postgresql://me:open-sesame@127.0.0.1:{unused_port}/burden?application_name=open-sesame")
    assert "open-sesame" not in str(caught.value)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def guarded_postgresql(new_postgresql: str) -> str:
    """URL of a PostgreSQL database that asks for a password."""
    if make_url(new_postgresql).password is None:
        pytest.skip("postgresql: the server of BURDEN_TEST_POSTGRESQL_URL asks for no password")
    return new_postgresql


def test_a_wrong_password_is_not_repeated(guarded_postgresql: str) -> None:
    url = make_url(guarded_postgresql).set(password="open-sesame")
    for wrong in (url, url.set(password=None).update_query_dict({"password": "open-sesame"})):
        with pytest.raises(DatabaseError, match=r"password authentication failed.*check that it runs") as caught:
            open_database(wrong.render_as_string(hide_password=False))
        assert "open-sesame" not in str(caught.value)


def test_the_status_hides_the_password(guarded_postgresql: str) -> None:
    password = str(make_url(guarded_postgresql).password)
    assert password not in database_status(open_database(guarded_postgresql)).url


def test_a_server_without_room_for_more_locks_is_told_what_to_raise() -> None:
    """Not tried on a server: it would hinder all tests that use it."""
    refused = OutOfMemory("out of shared memory\nHINT:  You might need to increase max_locks_per_transaction.")
    said = str(error_in_words(make_url("postgresql://db.example/burden"), refused))
    assert "out of shared memory; " in said and "max_locks_per_transaction" in said


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(b"%PDF-1.7 this is something else" * 100)
    with pytest.raises(DatabaseError, match=r"paper\.pdf.*choose another path"):
        open_database(f"sqlite:///{path}")


def test_a_path_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="check that the path is right"):
        open_database(f"sqlite:///{tmp_path}")


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseError, match=r"folder of .* can't be made"):
        open_database(f"sqlite:///{tmp_path}/file/burden.sqlite")


def test_a_database_that_may_only_be_read_is_read_and_refuses_writing(tmp_path: Path) -> None:
    path = tmp_path / "burden.sqlite"
    upgrade(open_database(f"sqlite:///{path}"))
    engine = open_database(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert database_status(engine).is_current
    with pytest.raises(DatabaseError, match="may only be read"), engine.begin() as connection:
        connection.execute(text("DELETE FROM papers"))


def test_a_server_that_goes_away_is_an_error_and_then_found_again(new_postgresql: str) -> None:
    url = new_postgresql
    engine, other = open_database(url), open_database(url)
    upgrade(engine)
    with pytest.raises(DatabaseError), engine.begin() as connection:
        number = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with other.begin() as killer:
            killer.execute(text(f"SELECT pg_terminate_backend({number}, 5000)"))
        connection.execute(text("DELETE FROM papers"))
    assert database_status(engine).is_current
    engine.dispose()
    other.dispose()
