"""The tables of alarms, and of the messages by which people are told of them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from db.columns import UtcDateTime, metadata

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", Integer, primary_key=True),
    # "step papers", "drift of …", "silence"
    Column("cause", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    # null while it lasts
    Column("over_at", UtcDateTime),
    # one a cause until it is over
    Index(
        "uq_alarms_lasting",
        "cause",
        unique=True,
        sqlite_where=text("over_at IS NULL"),
        postgresql_where=text("over_at IS NULL"),
    ),
)

alarm_messages = Table(
    "alarm_messages",
    metadata,
    Column("message_id", Integer, primary_key=True),
    Column("alarm_id", Integer, ForeignKey("alarms.alarm_id"), nullable=False),
    Column("event", Text, CheckConstraint("event IN ('raised', 'over')", name="event"), nullable=False),
    Column("channel", Text, CheckConstraint("channel IN ('e-mail', 'webhook')", name="channel"), nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # null once it was sent or given up
    Column("next_attempt_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("failure", Text, nullable=False),
    Index(None, "alarm_id"),
    Index(
        None,
        "next_attempt_at",
        sqlite_where=text("next_attempt_at IS NOT NULL"),
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    ),
)
