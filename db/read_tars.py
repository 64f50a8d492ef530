"""Which bulk tars have been read to their end: a run that was killed goes on with the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from db import schema
from db.engine import is_sqlite, writing


def tar_is_read(engine: Engine, name: str, fingerprint: str, extractor_version: str) -> bool:
    """Whether every paper of this very file has been dealt with by this extractor version."""
    table = schema.read_tars
    row = {"name": name, "fingerprint": fingerprint, "extractor_version": extractor_version}
    found = exists().where(*(table.c[column] == value for column, value in row.items()))
    with engine.connect() as connection:
        return bool(connection.scalar(select(found)))


def record_tar_read(
    engine: Engine, name: str, fingerprint: str, extractor_version: str, papers: int, at: datetime
) -> None:
    """Record that all its papers are saved, or have failed for causes that stay. Again, it changes nothing."""
    row = {
        "name": name,
        "fingerprint": fingerprint,
        "extractor_version": extractor_version,
        "papers": papers,
        "finished_at": at,
    }
    insert = (sqlite if is_sqlite(engine) else postgresql).insert(schema.read_tars)
    with writing(engine) as connection:
        connection.execute(insert.on_conflict_do_nothing(), [row])
