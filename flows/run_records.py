"""The row of a run in the database, and by what others tell whether its process lives."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from db.engine import Engine
from db.errors import DatabaseError
from db.ingest_runs import (
    HarvestWindow,
    IngestStatus,
    begin_ingest_run,
    finish_ingest_run,
    mark_ingest_run_dead,
    running_ingest_runs,
)
from db.leases import HeldLease, LeaseHeldError
from db.nights import mark_killed_nights
from flows.exclusion import alone

log = logging.getLogger(__name__)


class RunRecord:
    """The row of the run that the block is, which says in the end how it ended.

    A run that covers days of a source has one at once, any other from ``begin`` on: one that changes nothing leaves
    none. ``counts`` is asked at the end.
    """

    def __init__(
        self,
        engine: Engine,
        home: Path,
        described: Mapping[str, Any],
        started: datetime,
        counts: Callable[[], Mapping[str, Any]],
        window: HarvestWindow | None = None,
    ) -> None:
        self.number: int | None = None
        self._engine, self._home = engine, home
        self._described, self._started, self._counts, self._window = described, started, counts, window
        self._alive = ExitStack()

    def __enter__(self) -> Self:
        if self._window is not None:
            self.begin()
        return self

    def begin(self) -> None:
        """Make the row, unless it is there."""
        if self.number is not None:
            return
        lease = f"ingest-{secrets.token_hex(8)}"
        with ExitStack() as alive:
            alive.enter_context(_alone(self._engine, self._home, lease))
            self.number = begin_ingest_run(self._engine, self._described, self._started, lease, self._window)
            self._alive = alive.pop_all()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # where the run has failed, the database may be what failed; its error is on its way
        with self._alive, suppress(DatabaseError) if error else nullcontext():
            if self.number is not None:
                counts, now = self._counts(), datetime.now(UTC)
                finish_ingest_run(self._engine, self.number, _status(error), counts, now)


def _status(error: BaseException | None) -> IngestStatus:
    if error is None:
        return IngestStatus.SUCCEEDED
    stopped = isinstance(error, KeyboardInterrupt | SystemExit)
    return IngestStatus.INTERRUPTED if stopped else IngestStatus.FAILED


def mark_killed_runs(engine: Engine, home: Path) -> None:
    """Mark the runs and nights as interrupted that never told their end and whose process is dead.

    Of a run of this machine that is known for sure, and at once; of another machine's, and of a night, as soon as its
    lease has ended. One that was only asleep for so long tells its true end in the end.
    """
    try:
        mark_killed_nights(engine)
    except DatabaseError as error:  # somebody who may read only asks for the list of runs
        log.warning("nights that were killed could not be looked for and noted: %s", error)
    home.mkdir(parents=True, exist_ok=True)
    for number, lease in running_ingest_runs(engine):
        try:
            with _alone(engine, home, lease):
                mark_ingest_run_dead(engine, number, datetime.now(UTC))
        except LeaseHeldError:
            continue
        except DatabaseError as error:
            log.warning("ingestion %s was killed, which could not be noted: %s", number, error)


def _alone(engine: Engine, home: Path, lease: str) -> AbstractContextManager[HeldLease]:
    return alone(engine, lease, home / f"{lease}.lock", once=True)
