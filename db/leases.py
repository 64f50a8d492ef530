"""Leases: who alone may do something just now, among all machines that share the database.

A lease has a name, a holder and an end, by the clock of the database, so that machines whose clocks differ agree. It is
taken by one statement that changes the row only where nobody holds it. Whoever holds one renews it while at work; one
whose holder has died ends by itself. The row stays, unless freed for good, and tells when the work last ended.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select, type_coerce
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from db import schema
from db.columns import UtcDateTime
from db.engine import is_sqlite, writing
from db.errors import DatabaseError

_RENEWALS = 4
"""In the time that a lease is taken for, so that it outlives some that fail."""
_JOIN_SECONDS = 30.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that was taken. ``token`` is of this one taking, so that nobody renews or frees another's."""

    name: str
    holder: str
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A lease that could not be taken: who has it (empty: nobody, it rests), and how long this may last."""

    holder: str
    until: datetime
    remaining_seconds: float


class LeaseHeldError(DatabaseError):
    """Somebody else holds the lease."""

    def __init__(self, name: str, refused: Refused) -> None:
        super().__init__(
            f"{name} is under way elsewhere: {refused.holder} has it until {refused.until:%Y-%m-%d %H:%M:%S} UTC, "
            "and longer while at work; wait for the end, or, if that process is dead, until then"
        )
        self.holder, self.until = refused.holder, refused.until


class LeaseLostError(DatabaseError):
    """The lease ended although its holder was still at work."""


def take(
    engine: Engine, name: str, holder: str, seconds: float, *, rest_seconds: float = 0, in_place_of: str = ""
) -> Lease | Refused:
    """Take the lease for so long, unless somebody has it or its last use ended less than ``rest_seconds`` ago.

    A holder whose name begins with ``in_place_of`` is known to be dead.

        free, last used 5 s ago, rest of 3 s -> Lease           used 1 s ago -> Refused, 2 s remain
        held by "db1 pid 7" -> Refused                          in_place_of="db1 " -> Lease
    """
    table = schema.leases
    lease = Lease(name, holder, secrets.token_hex(16))
    with writing(engine) as connection:
        rested = _now(connection, -rest_seconds)
        free: ColumnElement[bool] = or_(table.c.freed_at <= rested, table.c.expires_at <= rested)
        if in_place_of:
            free = or_(free, and_(table.c.freed_at.is_(None), table.c.holder.startswith(in_place_of, autoescape=True)))
        values: dict[str, Any] = {
            "holder": holder,
            "token": lease.token,
            "taken_at": _now(connection),
            "expires_at": _now(connection, seconds),
            "freed_at": None,
        }
        insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
        statement = insert(table).values(name=name, **values)
        statement = statement.on_conflict_do_update(index_elements=[table.c.name], set_=values, where=free)
        if connection.execute(statement.returning(table.c.name)).first() is not None:
            return lease
        row = connection.execute(select(table, _now(connection).label("now")).where(table.c.name == name)).one()
    busy = row.freed_at is None
    until = (row.expires_at if busy else row.freed_at) + timedelta(seconds=rest_seconds)
    return Refused(row.holder if busy else "", until, max(0.0, (until - row.now).total_seconds()))


def renew(engine: Engine, lease: Lease, seconds: float) -> bool:
    """Hold the lease for so long from now; False where it ended meanwhile and somebody else took it."""
    table = schema.leases
    with writing(engine) as connection:
        ours = and_(table.c.name == lease.name, table.c.token == lease.token)
        statement = table.update().where(ours).values(expires_at=_now(connection, seconds))
        return connection.execute(statement).rowcount == 1


def free(engine: Engine, lease: Lease, *, rested_seconds: float = 0, for_good: bool = False) -> bool:
    """Let others have the lease, whose use ended so long ago; False where somebody else had it already.

    Negative seconds: as if it ended only then, for a rest longer than others would leave. ``for_good``: no row stays,
    as nobody will ask for a lease of this name again.
    """
    table = schema.leases
    with writing(engine) as connection:
        ours = and_(table.c.name == lease.name, table.c.token == lease.token)
        if for_good:
            return connection.execute(table.delete().where(ours)).rowcount == 1
        ended = _now(connection, -rested_seconds)
        return connection.execute(table.update().where(ours).values(freed_at=ended)).rowcount == 1


def holding(engine: Engine, name: str) -> Refused | None:
    """Who has the lease now; None where nobody has."""
    table = schema.leases
    with engine.connect() as connection:
        now = _now(connection)
        held = and_(table.c.name == name, table.c.freed_at.is_(None), table.c.expires_at > now)
        row = connection.execute(select(table, now.label("now")).where(held)).first()
    return Refused(row.holder, row.expires_at, (row.expires_at - row.now).total_seconds()) if row else None


class HeldLease:
    """A lease that was taken for so many seconds, and that a thread renews until ``free``, however long that is.

    The seconds are how long the others wait where this process dies.
    """

    def __init__(self, engine: Engine, lease: Lease, seconds: float) -> None:
        self.lease = lease
        self._engine, self._seconds = engine, seconds
        self._over, self._lost = Event(), Event()
        self._thread = Thread(target=self._renew, name=f"lease of {lease.name}", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """``LeaseLostError`` where somebody else may be at it by now."""
        if self._lost.is_set():
            raise LeaseLostError(
                f"the lease of {self.lease.name} was lost while {self.lease.holder} was at work: this machine slept, "
                "or the database was away for long; what was saved stays: run again"
            )

    def free(self, *, rested_seconds: float = 0, for_good: bool = False) -> None:
        """Stop renewing, and let others have it; where the database is away, it ends by itself."""
        self._over.set()
        self._thread.join(_JOIN_SECONDS)
        try:
            free(self._engine, self.lease, rested_seconds=rested_seconds, for_good=for_good)
        except DatabaseError as error:
            if not for_good:  # somebody may have to wait for it
                log.warning("the lease of %s could not be given back and ends by itself: %s", self.lease.name, error)

    def _renew(self) -> None:
        while not self._over.wait(self._seconds / _RENEWALS):
            try:
                if not renew(self._engine, self.lease, self._seconds):
                    self._lost.set()
                    return
            except DatabaseError as error:
                log.warning("the lease of %s could not be renewed: %s", self.lease.name, error)


def _now(connection: Connection, plus_seconds: float = 0) -> ColumnElement[Any]:
    """The database's clock at the moment at which the statement gets there, and so many seconds later."""
    if is_sqlite(connection):
        later = f"{plus_seconds:+.3f} seconds"
        return type_coerce(func.strftime("%Y-%m-%d %H:%M:%f000", "now", later), UtcDateTime)
    interval = func.make_interval(0, 0, 0, 0, 0, 0, plus_seconds)
    return type_coerce(func.clock_timestamp() + interval, UtcDateTime)
