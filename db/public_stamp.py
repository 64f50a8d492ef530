"""The number by which everyone's pages tell that something they show has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Engine, case, select
from sqlalchemy.dialects import postgresql, sqlite

from db import objects, public_schema
from db.engine import before_commit, is_sqlite
from db.facts import digest

_ROWS_VERSION = 2
"""Changes with the rules by which public rows are made of what views say."""
_ROW = 1


@dataclass(frozen=True, slots=True)
class Stamp:
    number: int
    """Grows with every change of what the public pages show; 0 for a database that shows nothing yet."""
    changed_at: datetime | None
    """None where nothing has ever changed."""


def public_stamp(engine: Engine) -> Stamp:
    """How the public content stands: one row read by its key."""
    table = public_schema.public_stamp
    with engine.connect() as connection:
        row = connection.execute(select(table.c.number, table.c.changed_at).where(table.c.stamp_id == _ROW)).first()
    return Stamp(row.number, row.changed_at) if row else Stamp(0, None)


def stamp_change(connection: Connection, at: datetime) -> None:
    """Say that this transaction changes something that public pages show; the number grows once, just before the end.

    A moment before the last change's leaves ``changed_at`` as it is: reviews are dated when they were made.
    """
    before_commit(connection, "public stamp", lambda ending: _grow(ending, at))


def _grow(connection: Connection, at: datetime) -> None:
    table = public_schema.public_stamp
    insert = (sqlite if is_sqlite(connection) else postgresql).insert(table)
    later = insert.excluded.changed_at > table.c.changed_at
    grown = insert.on_conflict_do_update(
        index_elements=["stamp_id"],
        set_={
            "number": table.c.number + 1,
            "changed_at": case((later, insert.excluded.changed_at), else_=table.c.changed_at),
        },
    )
    row = {"stamp_id": _ROW, "number": 1, "changed_at": at, "made_by": made_by()}
    connection.execute(grown, row)


@cache
def made_by() -> str:
    """Names the rules by which public rows are made: with others they are made anew."""
    return digest([[objects.view_sql(name) for name in objects.VIEWS], _ROWS_VERSION])[:32]


def rules_have_changed(connection: Connection) -> bool:
    """Whether the rows that are there were made by other rules."""
    table = public_schema.public_stamp
    made = connection.scalar(select(table.c.made_by).where(table.c.stamp_id == _ROW))
    return made not in (None, made_by())


def note_rules(connection: Connection) -> None:
    """Record that the rows which count are made by this program's rules."""
    connection.execute(public_schema.public_stamp.update().values(made_by=made_by()))
