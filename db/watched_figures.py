"""What programs that watch the installation want to know: few and quick queries, but for the counts of papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from db import schema
from db.alarm_schema import alarm_messages
from db.alarms import lasting_alarms
from db.nights import NightReport, last_ended, last_success


@dataclass(frozen=True, slots=True)
class PaperCounts:
    known: int
    read: int
    """By any version of the extractor."""


@dataclass(frozen=True, slots=True)
class WatchedFigures:
    last_success: datetime | None
    """When the last night ended of which every step was done."""
    last_night: NightReport | None
    """The last that has ended."""
    alarms: tuple[str, ...]
    """Causes of those that are not over."""
    messages_waiting: int
    """By which people are yet to be told of alarms."""


def paper_counts(engine: Engine) -> PaperCounts:
    """All papers are counted: seconds, where they are many."""
    read = select(func.count(schema.paper_versions.c.paper_key.distinct())).join(
        schema.extractions, schema.extractions.c.document_sha256 == schema.paper_versions.c.document_sha256
    )
    with engine.connect() as connection:
        known = connection.scalar(select(func.count()).select_from(schema.papers)) or 0
        return PaperCounts(known, connection.scalar(read) or 0)


def watched_figures(engine: Engine) -> WatchedFigures:
    waiting = select(func.count()).select_from(alarm_messages).where(alarm_messages.c.next_attempt_at.is_not(None))
    with engine.connect() as connection:
        messages_waiting = connection.scalar(waiting) or 0
    return WatchedFigures(
        last_success=last_success(engine),
        last_night=last_ended(engine),
        alarms=tuple(alarm.cause for alarm in lasting_alarms(engine)),
        messages_waiting=messages_waiting,
    )
