"""All that a database holds, read as of one moment and written into another, SQLite or PostgreSQL: whole or not at all.

Tables go in the order of their foreign keys, as streams of bytes (``db.copy_format``). What was written is read again,
and its digest compared, before anything is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, inspect

from db import public_schema, schema
from db.bulk import copying
from db.copy_format import TableShape, decoded, encoded, table_shape
from db.engine import hidden_url, is_sqlite
from db.errors import DatabaseError
from db.migrate import check_revision, holding_schema, made_anew, revision_of
from db.public_stamp import public_stamp

_BATCH_BYTES = 4_000_000
_ROWS_READ_AT_ONCE = 1_000
_BLOBS_READ_AT_ONCE = 10
_BY_BYTES = ' COLLATE "C"'

Told = Callable[[str], None]
"""Hears the name of each table that is done."""


@dataclass(frozen=True, slots=True)
class TableCopy:
    """A table that was copied: its rows, and the digest of their bytes."""

    name: str
    row_count: int
    sha256: str


class Contents(Protocol):
    """What can be written into a database: an open one, or a backup."""

    @property
    def what(self) -> str:
        """Where it is, in words."""

    @property
    def revision(self) -> str:
        """Of its schema."""

    @property
    def tables(self) -> Sequence[TableShape]:
        """Each after those that its rows refer to."""

    def stream(self, table: TableShape) -> Iterator[bytes]:
        """The table's rows in the order of its key."""

    def row_count(self, table: TableShape) -> int: ...


@dataclass(frozen=True, slots=True)
class OpenDatabase:
    """The tables of a database within one transaction of it."""

    connection: Connection
    revision: str
    tables: Sequence[TableShape]

    @property
    def what(self) -> str:
        return hidden_url(self.connection.engine.url)

    def stream(self, table: TableShape) -> Iterator[bytes]:
        if is_sqlite(self.connection):
            return encoded(table, _sqlite_rows(self.connection, table))
        return _postgresql_bytes(self.connection, table)

    def row_count(self, table: TableShape) -> int:
        return int(self.connection.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar_one())  # noqa: S608


@contextmanager
def reading(engine: Engine) -> Iterator[OpenDatabase]:
    """The database as it is at this moment, while others write on; nobody changes its schema meanwhile.

    ``DatabaseError`` where an SQLite file is damaged.
    """
    level = {} if is_sqlite(engine) else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with holding_schema(engine), engine.connect().execution_options(**level) as connection:
        revision = revision_of(connection)
        if is_sqlite(connection):
            _check_integrity(connection)
        yield OpenDatabase(connection, revision, _shapes(connection))


def copy_database(source: Engine, target: Engine, replace: bool, told: Told = lambda name: None) -> list[TableCopy]:
    """Copy all rows of the source into the target, whose schema is made anew; ``NotEmptyError`` where it has rows.

    With ``replace`` these go first. The target stays as it was unless every table's count and digest come out the same.
    """
    if _identity(source) == _identity(target):
        raise DatabaseError(f"{hidden_url(target.url)} is the database that is to be copied: name another")
    with reading(source) as contents:
        return write_contents(target, contents, replace, told)


def write_contents(
    target: Engine, contents: Contents, replace: bool, told: Told = lambda name: None
) -> list[TableCopy]:
    """Write the contents into a database in one transaction, bring its schema up to date; as ``copy_database``."""
    check_revision(contents.revision, contents.what)
    shown = _public_number(target)
    with made_anew(target, contents.revision, replace) as connection:
        written = OpenDatabase(connection, contents.revision, contents.tables)
        copies = []
        for table in contents.tables:
            digest = sha256()
            _write(connection, table, _digested(contents.stream(table), digest.update))
            copy = TableCopy(table.name, contents.row_count(table), digest.hexdigest())
            if copy != table_copy(written, table):
                raise DatabaseError(
                    f"{hidden_url(target.url)}: {table.name} did not come out as it stands in {contents.what}; "
                    "nothing was changed"
                )
            copies.append(copy)
            told(table.name)
        if any(table.name == public_schema.public_stamp.name for table in contents.tables):
            _outgrow(connection, shown)
        if not is_sqlite(connection):
            _set_sequences(connection, contents.tables)
            connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in contents.tables)}")
    return copies


def copied_to(contents: Contents, table: TableShape, write: Callable[[bytes], object]) -> TableCopy:
    """Hand the table's bytes to ``write``; what they were, told by count and digest."""
    digest = sha256()
    for chunk in contents.stream(table):
        digest.update(chunk)
        write(chunk)
    return TableCopy(table.name, contents.row_count(table), digest.hexdigest())


def table_copy(contents: Contents, table: TableShape) -> TableCopy:
    """What the table holds, told by count and digest."""
    return copied_to(contents, table, lambda chunk: None)


def _shapes(connection: Connection) -> list[TableShape]:
    """The tables of this revision in the order of their foreign keys, without what the program makes itself."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    return [
        table_shape(table, (column["name"] for column in inspector.get_columns(table.name)))
        for table in schema.metadata.sorted_tables
        if table.name in present and table is not schema.installed_objects
    ]


def _check_integrity(connection: Connection) -> None:
    found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if found != ["ok"]:
        where = hidden_url(connection.engine.url)
        raise DatabaseError(f"{where} is damaged ({found[0].splitlines()[-1]}): restore a backup from before")


def _select(table: TableShape, collation: str) -> str:
    """All rows in the order of the key's bytes, whatever language a server sorts by."""
    kinds = dict(table.columns)
    order = ", ".join(f"{name}{collation if kinds[name] == 'text' else ''}" for name in table.key)
    return f"FROM {table.name} ORDER BY {order}"


def _sqlite_rows(connection: Connection, table: TableShape) -> Iterator[Sequence[Any]]:
    names = ", ".join(table.column_names)
    result = connection.exec_driver_sql(f"SELECT {names} {_select(table, '')}")
    for rows in result.partitions(_BLOBS_READ_AT_ONCE if table.has_blobs else _ROWS_READ_AT_ONCE):
        yield from rows


def _postgresql_bytes(connection: Connection, table: TableShape) -> Iterator[bytes]:
    # SQLite knows no negative zero: 0.0 in both, or their digests would differ
    names = ", ".join(f"{name} + 0.0::float8" if kind == "float8" else name for name, kind in table.columns)
    statement = f"COPY (SELECT {names} {_select(table, _BY_BYTES)}) TO STDOUT (FORMAT BINARY)"
    with copying(connection, statement.encode(), of=table.name) as copy:
        for chunk in copy:
            yield bytes(chunk)


def _write(connection: Connection, table: TableShape, chunks: Iterable[bytes]) -> None:
    names = ", ".join(table.column_names)
    if is_sqlite(connection):
        values = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.name} ({names}) VALUES ({values})"  # noqa: S608 - names of our own tables
        for rows in decoded(table, chunks, _BATCH_BYTES):
            connection.exec_driver_sql(insert, rows)
        return
    statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
    with copying(connection, statement.encode(), of=table.name) as copy:
        for chunk in chunks:
            copy.write(chunk)


def _digested(chunks: Iterable[bytes], update: Callable[[bytes], None]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk


def _set_sequences(connection: Connection, tables: Iterable[TableShape]) -> None:
    """Have PostgreSQL go on counting where the rows end."""
    for table in tables:
        if len(table.key) != 1 or dict(table.columns)[table.key[0]] != "int4":
            continue
        key = table.key[0]
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key}'), max({key})) FROM {table.name}"  # noqa: S608
            f" HAVING max({key}) IS NOT NULL"
        )


def _public_number(engine: Engine) -> int:
    """The public stamp of a database that shows something; 0 of one that does not."""
    return public_stamp(engine).number if inspect(engine).has_table(public_schema.public_stamp.name) else 0


def _outgrow(connection: Connection, shown: int) -> None:
    """Have the public stamp grow as with any change, so that a server that runs on forgets the answers it has kept."""
    table = public_schema.public_stamp
    connection.execute(table.update().where(table.c.number <= shown).values(number=shown + 1))


def _identity(engine: Engine) -> str:
    """The same for two addresses of one database."""
    if is_sqlite(engine):
        return str(Path(engine.url.database or "").resolve())
    with engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT pg_postmaster_start_time() || current_database()").scalar_one())
