"""What programs that watch the installation want to know, in few and quick queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from db import schema
from db.alarm_schema import alarm_messages
from db.alarms import lasting_alarms
from db.nights import NightReport, last_success, nights


@dataclass(frozen=True, slots=True)
class WatchedFigures:
    papers: int
    papers_read: int
    """By any version of the extractor."""
    last_success: datetime | None
    """When the last night ended of which every step was done."""
    last_night: NightReport | None
    """The last that has ended."""
    alarms: tuple[str, ...]
    """Causes of those that are not over."""
    messages_waiting: int
    """By which people are yet to be told of alarms."""


def watched_figures(engine: Engine) -> WatchedFigures:
    read = select(func.count(schema.paper_versions.c.paper_key.distinct())).join(
        schema.extractions, schema.extractions.c.document_sha256 == schema.paper_versions.c.document_sha256
    )
    waiting = select(func.count()).select_from(alarm_messages).where(alarm_messages.c.next_attempt_at.is_not(None))
    with engine.connect() as connection:
        papers = connection.scalar(select(func.count()).select_from(schema.papers)) or 0
        papers_read, messages_waiting = connection.scalar(read) or 0, connection.scalar(waiting) or 0
    ended = (night for night in nights(engine, 2) if night.finished is not None)
    return WatchedFigures(
        papers=papers,
        papers_read=papers_read,
        last_success=last_success(engine),
        last_night=next(ended, None),
        alarms=tuple(alarm.cause for alarm in lasting_alarms(engine)),
        messages_waiting=messages_waiting,
    )
