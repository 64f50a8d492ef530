"""What is tried again later, and for how long: unattended runs meet networks and databases that are away."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from time import sleep
from typing import TypeVar

from db.errors import DatabaseError
from flows.sources import AccessRefusedError, SourceError

T = TypeVar("T")

_GROWTH = 3
_PAUSES = 4
_PASSING_STATES = ("08", "40", "53200", "53300", "57014", "57P01", "57P02", "57P03")
"""How PostgreSQL's states begin: connection, given up for another transaction, memory, connections, stop, restart."""
_REFUSALS = ("authentication failed", "does not exist", "no password supplied", "no pg_hba.conf entry", "not permitted")
"""What PostgreSQL says, without a state, to a connection that it will refuse tomorrow, too."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """Tries again what may be better later: after a pause, three pauses, nine and twenty-seven, then no more."""

    first_pause_seconds: float
    wait: Callable[[float], None] = sleep

    def persist(self, what: str, attempt: Callable[[], T]) -> T:
        """What ``attempt`` gives; its last error, where it never came through."""
        for pause in range(_PAUSES):
            try:
                return attempt()
            except (SourceError, DatabaseError) as error:
                if not may_pass(error):
                    raise
                pause_seconds = self.first_pause_seconds * _GROWTH**pause
                log.warning("%s: %s; trying again in %.0f s", what, error, pause_seconds)
            self.wait(pause_seconds)
        return attempt()


def may_pass(error: BaseException) -> bool:
    """Whether the same may go well later, without anybody doing anything.

    arXiv is silent or answers 503, PostgreSQL shuts down or is not there yet, SQLite is locked -> True
    arXiv refuses access (403, 429 again and again: going on would be an attack) -> False
    the disk is full, the schema is too new, the URL has a wrong password or names no database -> False
    """
    if isinstance(error, SourceError):
        return not isinstance(error, AccessRefusedError)
    return is_database_away(error)


def is_database_away(error: BaseException) -> bool:
    """Whether it is the connection to the database, not what was asked of it."""
    cause = error.__cause__
    if not isinstance(error, DatabaseError) or cause is None:
        return False
    if isinstance(cause, sqlite3.Error):
        return "locked" in str(cause)
    state = getattr(cause, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_PASSING_STATES)
    return type(cause).__name__ == "OperationalError" and not any(refusal in str(cause) for refusal in _REFUSALS)
