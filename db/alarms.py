"""Alarms: one a cause until it is over, and the queue of messages that tell of its beginning and its end.

Whoever notices something calls ``raise_alarm`` or ``end_alarm``, as often as it likes and from any machine: only the
first call changes anything. Whoever can tell people calls ``queue_untold``: an alarm reaches them even if what noticed
it has no way to tell anybody, and its end goes where its beginning went.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from db import alarm_schema as schema
from db.engine import is_sqlite, writing

_MOST_CHARACTERS = 4_000


class Channel(StrEnum):
    """How people are told."""

    EMAIL = "e-mail"
    WEBHOOK = "webhook"


class Event(StrEnum):
    """What they are told."""

    RAISED = "raised"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that somebody should look at."""

    number: int
    cause: str
    """What it is that lasts: "step papers", "silence"."""
    summary: str
    detail: str
    raised: datetime
    over: datetime | None = None
    """None while it lasts."""
    not_told: tuple[str, ...] = ()
    """Channels whose last message of it was tried in vain or given up, each with why."""


@dataclass(frozen=True, slots=True)
class AlarmMessage:
    """A message that is due."""

    number: int
    alarm: Alarm
    event: Event
    channel: Channel
    attempts: int
    """That failed before."""


def raise_alarm(engine: Engine, cause: str, summary: str, detail: str, at: datetime) -> bool:
    """Begin an alarm of this cause; False where one lasts already."""
    if _lasts(engine, cause):
        return False
    table = schema.alarms
    values = {"cause": cause, "summary": summary[:_MOST_CHARACTERS], "detail": detail[:_MOST_CHARACTERS]}
    with writing(engine) as connection:
        insert = sqlite.insert if is_sqlite(connection) else postgresql.insert
        statement = insert(table).values(**values, raised_at=at).on_conflict_do_nothing()
        return connection.scalar(statement.returning(table.c.alarm_id)) is not None


def end_alarm(engine: Engine, cause: str, at: datetime) -> bool:
    """End the alarm of this cause, to be told on every channel that has its beginning; False where none lasts."""
    if not _lasts(engine, cause):
        return False
    table, messages = schema.alarms, schema.alarm_messages
    with writing(engine) as connection:
        lasting = table.update().where(table.c.cause == cause, table.c.over_at.is_(None))
        number = connection.scalar(lasting.values(over_at=at).returning(table.c.alarm_id))
        if number is None:
            return False
        begun = select(messages.c.channel).where(messages.c.alarm_id == number).order_by(messages.c.message_id)
        _queue(connection, Event.OVER, [(number, channel) for channel in connection.scalars(begun)], at)
    return True


def queue_untold(engine: Engine, channels: Iterable[Channel], at: datetime) -> None:
    """Have the alarms that last told on those of the channels on which nobody was told of them yet."""
    channels = tuple(channels)
    lasting = select(schema.alarms.c.alarm_id).where(schema.alarms.c.over_at.is_(None)).order_by("alarm_id")
    with engine.connect() as connection:
        if not _untold(connection, lasting, channels):
            return
    with writing(engine) as connection:  # alarms are locked, so that no other queues the same, and none ends meanwhile
        _queue(connection, Event.RAISED, _untold(connection, lasting.with_for_update(), channels), at)


def lasting_alarms(engine: Engine) -> list[Alarm]:
    """Those that are not over, the oldest first."""
    table = schema.alarms
    return _alarms(engine, select(table).where(table.c.over_at.is_(None)).order_by(table.c.alarm_id))


def latest_alarms(engine: Engine, limit: int) -> list[Alarm]:
    """The latest first, those that are over, too."""
    return _alarms(engine, select(schema.alarms).order_by(schema.alarms.c.alarm_id.desc()).limit(limit))


def give_up_outdated(engine: Engine, over_before: datetime) -> None:
    """Give up what still waits to be told of alarms that were over by then, as for a channel that nobody has now."""
    table = schema.alarm_messages
    over = select(schema.alarms.c.alarm_id).where(schema.alarms.c.over_at < over_before)
    outdated = (table.c.next_attempt_at.is_not(None), table.c.alarm_id.in_(over))
    with engine.connect() as connection:
        if connection.scalar(select(table.c.message_id).where(*outdated).limit(1)) is None:
            return
    with writing(engine) as connection:
        given_up = table.update().where(*outdated)
        connection.execute(given_up.values(next_attempt_at=None, failure="not sent before it was long over"))


def take_message(engine: Engine, now: datetime, lease: timedelta, channels: Iterable[Channel]) -> AlarmMessage | None:
    """The message on these channels that has waited longest, if any is due; for the lease nobody else gets it.

    The end of an alarm is not told on a channel before its beginning was, or was given up.
    """
    table, told = schema.alarm_messages, schema.alarms
    before = table.alias()
    earlier = select(before.c.message_id).where(
        before.c.alarm_id == table.c.alarm_id,
        before.c.channel == table.c.channel,
        before.c.message_id < table.c.message_id,
        before.c.next_attempt_at.is_not(None),
    )
    due = (table.c.next_attempt_at <= now, table.c.channel.in_([str(each) for each in channels]), ~earlier.exists())
    with engine.connect() as connection:  # so that looking into an empty queue keeps no writer waiting
        if connection.scalar(select(table.c.message_id).where(*due).limit(1)) is None:
            return None
    query = (
        select(table, told.c.cause, told.c.summary, told.c.detail, told.c.raised_at, told.c.over_at)
        .join(told, told.c.alarm_id == table.c.alarm_id)
        .where(*due)
        .order_by(table.c.next_attempt_at, table.c.message_id)
        .limit(1)
        .with_for_update(of=table, skip_locked=True)
    )
    with writing(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        taken = table.update().where(table.c.message_id == row.message_id)
        connection.execute(taken.values(next_attempt_at=now + lease))
    return AlarmMessage(row.message_id, _alarm(row), Event(row.event), Channel(row.channel), row.attempts)


def message_sent(engine: Engine, message: AlarmMessage, at: datetime) -> None:
    table = schema.alarm_messages
    with writing(engine) as connection:
        sent = table.update().where(table.c.message_id == message.number)
        connection.execute(sent.values(sent_at=at, next_attempt_at=None, failure=""))


def message_failed(engine: Engine, message: AlarmMessage, failure: str, again_at: datetime | None) -> None:
    """Record why a message was not sent; None: it is given up."""
    table = schema.alarm_messages
    with writing(engine) as connection:
        failed = table.update().where(table.c.message_id == message.number)
        values = {"attempts": message.attempts + 1, "next_attempt_at": again_at, "failure": failure[:200]}
        connection.execute(failed.values(**values))


def _lasts(engine: Engine, cause: str) -> bool:
    """A look without a lock: most often nothing is to be changed."""
    table = schema.alarms
    lasting = select(table.c.alarm_id).where(table.c.cause == cause, table.c.over_at.is_(None))
    with engine.connect() as connection:
        return connection.scalar(lasting) is not None


def _untold(
    connection: Connection, lasting: Select[tuple[int]], channels: tuple[Channel, ...]
) -> list[tuple[int, str]]:
    """Alarms of ``lasting`` that have no message on one of the channels, each with that channel."""
    table, numbers = schema.alarm_messages, connection.scalars(lasting).all()
    query = select(table.c.alarm_id, table.c.channel).where(table.c.alarm_id.in_(numbers))
    told = {(number, channel) for number, channel in connection.execute(query)}
    return [(number, channel) for number in numbers for channel in channels if (number, channel) not in told]


def _queue(connection: Connection, event: Event, messages: list[tuple[int, str]], at: datetime) -> None:
    """Queue a message for each alarm and channel."""
    rows = [
        {
            "alarm_id": number,
            "event": str(event),
            "channel": str(channel),
            "queued_at": at,
            "attempts": 0,
            "next_attempt_at": at,
            "failure": "",
        }
        for number, channel in messages
    ]
    if rows:
        connection.execute(schema.alarm_messages.insert(), rows)


def _alarms(engine: Engine, query: Select[Any]) -> list[Alarm]:
    """The alarms of these rows, with what was not told of them."""
    table = schema.alarm_messages
    with engine.connect() as connection:
        alarms = list(map(_alarm, connection.execute(query)))
        tried = or_(table.c.failure != "", table.c.sent_at.is_not(None))
        of_these = table.c.alarm_id.in_([alarm.number for alarm in alarms])
        failures: dict[int, dict[str, str]] = defaultdict(dict)
        for row in connection.execute(select(table).where(of_these, tried).order_by(table.c.message_id)):
            failures[row.alarm_id][row.channel] = row.failure
    return [
        replace(alarm, not_told=tuple(f"{channel}: {why}" for channel, why in failures[alarm.number].items() if why))
        for alarm in alarms
    ]


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(row.alarm_id, row.cause, row.summary, row.detail, row.raised_at, row.over_at)
