"""Appending many rows at once: COPY on PostgreSQL, which takes a fifth of the time of INSERT, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table

from db.engine import error_in_words, is_sqlite
from db.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

Row = dict[str, Any]


def append_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Append rows in the transaction that is open; ``DatabaseError`` where one can't be.

    Only for rows that can't be there yet, as the claims of an extraction that this transaction has made: unlike an
    INSERT that passes over what is there, COPY fails on it. All rows name the columns of the first; others are null.

        claims of a new extraction -> appended        the same claims again -> DatabaseError, nothing is saved
    """
    if not rows:
        return
    if is_sqlite(connection):
        connection.execute(table.insert(), rows)
        return
    _copy(connection, table, rows)


@contextmanager
def copying(connection: Connection, statement: psycopg.abc.Query, of: str = "") -> Iterator[psycopg.Copy]:
    """psycopg's own COPY within the connection's transaction; its errors, which SQLAlchemy does not see, in words.

    ``of`` stands before the words.
    """
    import psycopg  # programs that work with SQLite start without it

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 - the only driver that open_database takes
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            yield copy
    except psycopg.Error as error:
        told = error_in_words(connection.engine.url, error)
        raise (DatabaseError(f"{of}: {told}") if of else told) from error


def _copy(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    from psycopg import sql

    names = list(rows[0])
    prepared = [_prepared(connection, table, name) for name in names]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with copying(connection, statement) as copy:
        for row in rows:
            copy.write_row([prepare(row[name]) for name, prepare in zip(names, prepared, strict=True)])


def _prepared(connection: Connection, table: Table, name: str) -> Callable[[Any], Any]:
    """How the column's type hands values to the driver: JSON as text, moments in UTC."""
    kind = table.c[name].type
    processor = kind.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return processor or _unchanged


def _unchanged(value: Any) -> Any:
    return value
