"""The views as releases read them: all at one moment, row by row, in an order that is the same every time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, text

from db.engine import is_sqlite
from db.objects import VIEWS

_ROWS_A_FETCH = 1_000
_NAME = re.compile(r"\w+")
_NO_TEXT = frozenset({"position", "analysis_run_id", "row_number", "reviewed_at"})
"""Columns to order by that are no text: these have no order of bytes."""


class Moment:
    """The database as it stood when its first view was read; one view is read to its end before the next."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, view: str, columns: Sequence[str], order: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The rows as they come; values as the driver gives them. Texts are ordered by their bytes."""
        if view not in VIEWS or not all(_NAME.fullmatch(name) for name in (*columns, *order)):
            raise ValueError(f"no view {view} with columns {', '.join(columns)}")
        bytewise = "" if is_sqlite(self._connection) else ' COLLATE "C"'
        terms = ", ".join(name if name in _NO_TEXT else name + bytewise for name in order)
        query = text(f"SELECT {', '.join(columns)} FROM {view} ORDER BY {terms}")  # noqa: S608
        with self._connection.execute(query) as found:
            for row in found.mappings():
                yield dict(row)


@contextmanager
def at_one_moment(engine: Engine) -> Iterator[Moment]:
    """What others write meanwhile is not seen, and nobody is kept from writing."""
    with engine.connect().execution_options(yield_per=_ROWS_A_FETCH) as connection:
        yield Moment(
            connection if is_sqlite(engine) else connection.execution_options(isolation_level="REPEATABLE READ")
        )
