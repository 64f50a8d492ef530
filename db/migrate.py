"""Bringing a database's schema up to date, and telling how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select

from db import objects, schema
from db.engine import hidden_url, is_sqlite
from db.errors import NotEmptyError, SchemaError

VERSION_TABLE = "burden_alembic_version"
"""Not Alembic's default name: Prefect keeps its own under that, perhaps in the same database."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 7_226_001_984
"""Any number that no other program is likely to lock."""


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    url: str
    """Password hidden."""
    revision: str | None
    """None for a database that was never set up."""
    head: str
    row_counts: Mapping[str, int]
    """By table; empty for a database that was never set up."""

    @property
    def is_current(self) -> bool:
        return self.revision == self.head


def upgrade(engine: Engine, revision: str | None = None) -> None:
    """Bring the schema to this program's; safe to call at each start, also by two processes at once.

    All or nothing: a migration that fails or is killed leaves the database as it was. ``revision`` stops at an
    earlier step, without views.
    """
    target = revision or _head()
    with engine.connect() as connection:
        if _is_at(connection, target):
            return
    with changing_schema(engine) as connection:
        _migrate(connection, target)


@contextmanager
def changing_schema(engine: Engine) -> Iterator[Connection]:
    """One transaction in which tables may be altered: views and triggers are taken down, and stand again after it.

    It holds off other migrators. Foreign keys rest meanwhile, since SQLite alters a table by making it anew,
    and are checked at the end.
    """
    with _sole_migrator(engine) as connection:
        grants = objects.take_down(connection)
        yield connection
        _finish(connection, grants)


@contextmanager
def made_anew(engine: Engine, revision: str, replace: bool) -> Iterator[Connection]:
    """One transaction that begins with empty tables as of ``revision``, and ends with this program's schema.

    All that stood in the database's tables goes where ``replace`` is true; else ``NotEmptyError`` where there is a row.
    Neither happens unless the block ends well. Views and triggers are down meanwhile, and foreign keys rest as in
    ``changing_schema``. Tables of other programs stay.
    """
    with _sole_migrator(engine) as connection:
        if _revision(connection) is not None:
            rows = sum(_row_counts(connection).values())
            if rows and not replace:
                raise NotEmptyError(f"{hidden_url(engine.url)} is not empty: it holds {rows:,} rows")
        grants = objects.take_down(connection)
        schema.metadata.drop_all(connection)
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {VERSION_TABLE}")
        _migrate(connection, revision)
        yield connection
        _migrate(connection, _head())
        _finish(connection, grants)


@contextmanager
def holding_schema(engine: Engine) -> Iterator[None]:
    """Let nobody change the schema while the block runs; on SQLite a reader sees the old one to its end anyway."""
    with engine.begin() as connection:
        if not is_sqlite(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock_shared({_UPGRADE_LOCK})")
        yield


def revision_of(connection: Connection) -> str:
    """The schema's revision; ``SchemaError`` where there is none, or a newer program's."""
    revision = _revision(connection)
    if revision is None:
        raise SchemaError("there is no burden database: `burden ingest` and `burden import` make one")
    return revision


def check_revision(revision: str, what: str) -> None:
    """``SchemaError`` where this program does not know the revision of ``what``: a newer one made it."""
    if revision not in _revisions():
        raise SchemaError(f"{what} has a schema ({revision}) newer than this program's ({_head()}): upgrade burden")


def database_status(engine: Engine) -> DatabaseStatus:
    """Revision, head and row counts; ``SchemaError`` where a newer program made the database."""
    with engine.connect() as connection:
        revision = _revision(connection)
        counts = _row_counts(connection) if revision is not None else {}
    return DatabaseStatus(hidden_url(engine.url), revision, _head(), counts)


def _row_counts(connection: Connection) -> dict[str, int]:
    present = set(inspect(connection).get_table_names())
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in schema.metadata.sorted_tables
        if table.name in present and table is not schema.installed_objects
    }


def _finish(connection: Connection, grants: objects.Grants) -> None:
    """Put up views and triggers after a change of tables, and see that every row has the rows that it refers to."""
    at_head = _revision(connection) == _head()
    objects.put_up(connection, grants, with_views=at_head)
    _remember_objects(connection, objects.objects_digest() if at_head else "")
    if is_sqlite(connection) and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise SchemaError("it would leave rows without the row that they refer to; nothing was changed")


def _is_at(connection: Connection, target: str) -> bool:
    """Whether the schema is at the target, and its views and triggers are this program's."""
    if _revision(connection) != target:
        return False
    installed = connection.scalar(select(schema.installed_objects.c.sql_sha256))
    return installed in ("", objects.objects_digest())


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()  # noqa: S608
    if revision is not None and revision not in _revisions():
        raise SchemaError(
            f"the database's schema ({revision}) is newer than this program: upgrade burden, or use another database"
        )
    return revision


def _remember_objects(connection: Connection, digest: str) -> None:
    table = schema.installed_objects
    connection.execute(table.delete())
    connection.execute(table.insert().values(name="views and triggers", sql_sha256=digest))


def _migrate(connection: Connection, target: str) -> None:
    from alembic import command  # loaded where there is something to migrate: most commands find the schema current
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)


def _head() -> str:
    """The revision that this program works with."""
    return _revisions()[-1]


@cache
def _revisions() -> tuple[str, ...]:
    """Of all migrations, in their order, as their files are numbered: "0008_leases.py" -> "0008"."""
    return tuple(sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


@contextmanager
def _sole_migrator(engine: Engine) -> Iterator[Connection]:
    """One transaction that holds off other migrators; foreign keys rest, since tables are rebuilt."""
    with engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection:
        raw = connection.connection.dbapi_connection
        if is_sqlite(connection) and raw is not None:
            raw.cursor().execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                if not is_sqlite(connection):
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})")
                yield connection
        finally:
            if is_sqlite(connection) and raw is not None:
                raw.cursor().execute("PRAGMA foreign_keys=ON")
