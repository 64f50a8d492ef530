"""Opening a database by URL, and turning drivers' errors into words.

On SQLite every connection runs in WAL mode with ``synchronous=FULL`` (neither a killed process nor a power cut loses
what was committed), foreign keys on, and waits for another writer. Writers take the write lock when they begin, so that
two of them queue instead of failing half-way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, ExceptionContext, Table, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from db.errors import DatabaseError

__all__ = [
    "Engine",
    "before_commit",
    "check_reachable",
    "error_in_words",
    "hidden_url",
    "hold_off_writers",
    "is_sqlite",
    "lock_papers",
    "open_database",
    "writing",
]

_CONNECT_TIMEOUT_SECONDS = 10
_CONNECTIONS_KEPT = 10
_MOST_CONNECTIONS = 50
"""More than the web server has threads that answer: whoever waits for a lock keeps nobody else from reading."""
_MOST_PAPER_LOCKS = 500
"""Of one transaction: PostgreSQL has room for a few thousand locks of all. Whoever has more papers locks them all."""
_ALL_PAPERS = -1
_PAPER_LOCK_SPACE = 7_226_002
"""Any number that no other program is likely to lock."""
_POOL = {"pool_size": _CONNECTIONS_KEPT, "max_overflow": _MOST_CONNECTIONS - _CONNECTIONS_KEPT}
_POSTGRESQL_NAMES = ("postgres", "postgresql", "postgresql+psycopg")


def open_database(url: str, *, patience_seconds: float = 60) -> Engine:
    """Connect to SQLite or PostgreSQL; ``DatabaseError`` where it can't be reached.

    ``postgres://`` and ``postgresql://`` mean psycopg 3. An SQLite file and its folder are made if missing,
    and ``patience_seconds`` is how long it is waited for another who writes into it.

        "sqlite:////data/burden.sqlite", "postgresql://analyst@db.example/burden" -> an engine
        "mysql://localhost/burden" -> DatabaseError
    """
    parsed = _parse_url(url)
    if parsed.drivername == "sqlite":
        engine = _sqlite_engine(parsed, patience_seconds)
    else:
        arguments = {"connect_timeout": _CONNECT_TIMEOUT_SECONDS}
        engine = create_engine(parsed, connect_args=arguments, pool_pre_ping=True, **_POOL)
        event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "handle_error", _in_words)
    check_reachable(engine)
    return engine


def check_reachable(engine: Engine) -> None:
    """``DatabaseError`` where the database does not answer."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1" if not is_sqlite(engine) else "SELECT count(*) FROM sqlite_master")


def is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed whole at the end, or not at all."""
    at_the_end: dict[str, Callable[[Connection], None]] = {}
    with engine.execution_options(sqlite_begin="IMMEDIATE", at_the_end=at_the_end).begin() as connection:
        yield connection
        for action in at_the_end.values():
            action(connection)


def before_commit(connection: Connection, name: str, action: Callable[[Connection], None]) -> None:
    """Have ``writing`` do this last, once for the name; in another transaction it is done at once.

    For a row that all writers change: whoever holds it waits for nothing more, so that no two wait for each other.
    """
    at_the_end = connection.get_execution_options().get("at_the_end")
    if at_the_end is None:
        action(connection)
    else:
        at_the_end[name] = action


def hidden_url(url: URL) -> str:
    """The URL for people's eyes: no password, neither before the host nor among the parameters."""
    if "password" in url.query:
        url = url.update_query_dict({"password": "***"})
    return url.render_as_string(hide_password=True)


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
        if url.partition(":")[0] not in _POSTGRESQL_NAMES:
            raise DatabaseError(
                "the database URL can't be used: write sqlite:////path/burden.sqlite or postgresql://user@host/database"
            ) from None
        parsed = make_url("postgresql+psycopg:" + url.partition(":")[2])
    if parsed.drivername in _POSTGRESQL_NAMES:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return parsed.set(drivername="sqlite")
    raise DatabaseError(f"{parsed.drivername} is not supported: burden works with SQLite and PostgreSQL")


def _sqlite_engine(url: URL, patience_seconds: float) -> Engine:
    path = url.database
    if path and path != ":memory:" and not path.startswith("file:"):
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseError(f"the folder of {path} can't be made: {error.strerror}") from error
    pool = {} if path in (None, "", ":memory:") else _POOL  # in memory there is one connection alone
    engine = create_engine(url, connect_args={"timeout": patience_seconds}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgresql(connection: DBAPIConnection, _record: object) -> None:
    connection.cursor().execute("SET jit TO off")  # compiling the views takes many times as long as running them
    # whoever streams rows here reads them all: a plan that is quick for the first tenth takes many times as long
    connection.cursor().execute("SET cursor_tuple_fraction TO 1")
    connection.commit()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would commit before DDL; _begin_sqlite begins instead
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


_SQLITE_ADVICE = (
    ("disk is full", "free some space and run again: nothing half-written remains"),
    ("readonly", "it may only be read: check the rights of the file and its folder"),
    ("unable to open", "check that the path is right and its folder can be written to"),
    ("is locked", "another process has been writing all the while: let it finish, then try again"),
    ("not a database", "the file is something else: choose another path"),
    ("malformed", "the file is damaged: restore a copy"),
    ("disk I/O", "the disk fails or is gone: check it, then run again"),
    ("no such table", "run `burden db upgrade` first"),
    ("no such column", "run `burden db upgrade` first"),
)
_POSTGRESQL_ADVICE = {
    "53100": "the server's disk is full: free some space and run again, nothing half-written remains",
    "53200": "the server has no room left; of locks, if many runs save at once: let it raise max_locks_per_transaction",
    "25006": "the server only lets read: connect to the primary server",
    "42501": "the user lacks a right: ask the database's owner to grant it",
    "42P01": "run `burden db upgrade` first",
    "42703": "run `burden db upgrade` first",
    "57P01": "the server was shut down: start it, then run again",
}


def _in_words(context: ExceptionContext) -> DatabaseError | None:
    """The ``DatabaseError`` to raise in place of a driver's error, which stays as its cause."""
    engine = context.engine
    if engine is None or not isinstance(context.sqlalchemy_exception, DBAPIError):
        return None
    return error_in_words(engine.url, context.original_exception, connecting=context.connection is None)


def error_in_words(url: URL, original: BaseException, connecting: bool = False) -> DatabaseError:
    """What a driver's error means, with advice and without a password, for one that SQLAlchemy never saw."""
    said = str(original).strip().partition("\n")[0]
    advice = _advice(original, said, connecting)
    message = f"{hidden_url(url)}: {said}" + (f"; {advice}" if advice else "")
    return DatabaseError(_without_password(message, url))


def _advice(original: BaseException, said: str, connecting: bool) -> str:
    if isinstance(original, sqlite3.Error):
        return next((advice for sign, advice in _SQLITE_ADVICE if sign in said), "")
    if connecting:
        return "PostgreSQL can't be reached: check that it runs, the host, the user and the password"
    state = getattr(original, "sqlstate", None)
    if state is None and type(original).__name__ == "OperationalError":
        return "the connection was lost; what was saved stays: see that PostgreSQL runs, then run again"
    return _POSTGRESQL_ADVICE.get(str(state), "")


def _without_password(message: str, url: URL) -> str:
    for secret in (url.password, url.query.get("password")):
        if secret:
            message = message.replace(str(secret), "***")
    return message


_LOCK_IN_ORDER = text(
    # one after the other in one order, so that no two wait for each other
    "SELECT count(pg_advisory_xact_lock(:space, number)) FROM unnest(CAST(:numbers AS integer[])) AS number"
)


def lock_papers(connection: Connection, paper_keys: Iterable[str]) -> None:
    """Let nobody else decide on these papers until this transaction ends; SQLite has one writer anyway.

    400 papers, and 400 others elsewhere -> both go on        20,000 papers -> all others wait
    """
    if is_sqlite(connection):
        return
    digests = {sha256(key.encode()).digest()[:4] for key in paper_keys}
    numbers = sorted(int.from_bytes(digest) >> 1 for digest in digests)
    many = len(numbers) > _MOST_PAPER_LOCKS
    lock = "pg_advisory_xact_lock" if many else "pg_advisory_xact_lock_shared"
    connection.exec_driver_sql(f"SELECT {lock}({_PAPER_LOCK_SPACE}, {_ALL_PAPERS})")
    if not many:
        connection.execute(_LOCK_IN_ORDER, {"space": _PAPER_LOCK_SPACE, "numbers": numbers})


def hold_off_writers(connection: Connection, table: Table) -> None:
    """Let no other process append to the table until this transaction ends; SQLite has one writer anyway."""
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
