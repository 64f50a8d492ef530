"""Runs of the ingestion in the database: begun, ended, listed, and the days of a source that each covered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, RowMapping, select

from db import schema
from db.engine import writing
from db.public_stamp import stamp_change


class IngestStatus(StrEnum):
    """How a run ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """It was stopped, or its process was killed."""


@dataclass(frozen=True, slots=True)
class HarvestWindow:
    """Days of a source that a run covers completely, both included.

    ``source`` is any name under which windows follow on each other ("arxiv-oai:cs.CL,cs.CV"). A run that
    covers its days only in part (``--limit``) has no window.
    """

    source: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class IngestRun:
    """A run of the ingestion, of a night or started by somebody."""

    number: int
    started: datetime
    finished: datetime | None
    status: str
    settings: Mapping[str, Any]
    counts: Mapping[str, Any]
    window: tuple[date, date] | None
    """Days of arXiv that it covers."""
    found_dead: datetime | None = None
    """When it was noticed that its process had been killed."""


def begin_ingest_run(
    engine: Engine, settings: Mapping[str, Any], started: datetime, lease: str, window: HarvestWindow | None = None
) -> int:
    """Record that a run begins, whose process holds the lease of this name for as long as it lives; its number."""
    row: dict[str, Any] = {
        "started_at": started,
        "status": str(IngestStatus.RUNNING),
        "settings": dict(settings),
        "counts": {},
        "lease": lease,
    }
    if window is not None:
        row |= {"window_source": window.source, "window_since": window.since, "window_until": window.until}
    with writing(engine) as connection:
        inserted = connection.execute(schema.ingest_runs.insert().values(row))
        return int((inserted.inserted_primary_key or (0,))[0])


def finish_ingest_run(
    engine: Engine, run_id: int, status: IngestStatus, counts: Mapping[str, Any], finished: datetime
) -> None:
    """Record how a run ended. ``last_successful_window`` counts it only if it succeeded."""
    table = schema.ingest_runs
    with writing(engine) as connection:
        connection.execute(
            table.update()
            .where(table.c.ingest_run_id == run_id)
            .values(status=str(status), counts=dict(counts), finished_at=finished, found_dead_at=None)
        )
        stamp_change(connection, finished)


def running_ingest_runs(engine: Engine) -> list[tuple[int, str]]:
    """Numbers and leases of the runs that have not told their end."""
    table = schema.ingest_runs
    running = (table.c.status == str(IngestStatus.RUNNING), table.c.lease.is_not(None))
    query = select(table.c.ingest_run_id, table.c.lease).where(*running)
    with engine.connect() as connection:
        return [(number, lease) for number, lease in connection.execute(query)]


def mark_ingest_run_dead(engine: Engine, run_id: int, found: datetime) -> None:
    """Record that the process of a run is dead, unless the run has told its end."""
    table = schema.ingest_runs
    running = (table.c.ingest_run_id == run_id, table.c.status == str(IngestStatus.RUNNING))
    with writing(engine) as connection:
        interrupted = {"status": str(IngestStatus.INTERRUPTED), "found_dead_at": found}
        connection.execute(table.update().where(*running).values(interrupted))


def last_successful_window(engine: Engine, source: str) -> HarvestWindow | None:
    """The window with the latest end that a successful run of this source covered."""
    table = schema.ingest_runs
    query = (
        select(table.c.window_since, table.c.window_until)
        .where(table.c.window_source == source, table.c.status == str(IngestStatus.SUCCEEDED))
        .order_by(table.c.window_until.desc(), table.c.window_since)
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return HarvestWindow(source, row.window_since, row.window_until) if row else None


def ingest_runs(engine: Engine, limit: int | None = None) -> list[IngestRun]:
    """The latest first."""
    query = select(schema.ingest_runs).order_by(schema.ingest_runs.c.ingest_run_id.desc()).limit(limit)
    with engine.connect() as connection:
        return [_ingest_run(row) for row in connection.execute(query).mappings()]


def ingest_run(engine: Engine, number: int) -> IngestRun | None:
    query = select(schema.ingest_runs).where(schema.ingest_runs.c.ingest_run_id == number)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return _ingest_run(row) if row else None


def _ingest_run(row: RowMapping) -> IngestRun:
    since, until = row["window_since"], row["window_until"]
    return IngestRun(
        row["ingest_run_id"],
        row["started_at"],
        row["finished_at"],
        row["status"],
        row["settings"],
        row["counts"],
        (since, until) if since and until else None,
        row["found_dead_at"],
    )
