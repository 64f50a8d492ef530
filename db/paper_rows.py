"""The rows of the desk and of the public pages, made together: both are reckoned from the same views."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from db.desk_rows import refresh_desk_rows
from db.engine import is_sqlite, lock_papers
from db.narrowed import in_hand
from db.public_refresh import refresh_public_rows

_PAPERS_AT_ONCE = 400
_ON_SQLITE_AT_ONCE = 50
"""Nothing is laid out there, and views over more papers take longer for each."""


def refresh_rows(connection: Connection, papers: Iterable[str], at: datetime) -> None:
    """Bring the rows of these papers up to date with what this transaction has written, whoever else is at work."""
    wanted = sorted(set(papers))
    lock_papers(connection, wanted)
    at_once = _ON_SQLITE_AT_ONCE if is_sqlite(connection) else _PAPERS_AT_ONCE
    for first in range(0, len(wanted), at_once):
        with in_hand(connection, wanted[first : first + at_once]) as narrowed:
            refresh_desk_rows(connection, narrowed, at)
            refresh_public_rows(connection, narrowed, at)
