"""Alarms, and the messages by which people are told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("alarm_id", sa.Integer, primary_key=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True)),
    )
    lasting = sa.text("over_at IS NULL")
    op.create_index(
        "uq_alarms_lasting", "alarms", ["cause"], unique=True, sqlite_where=lasting, postgresql_where=lasting
    )
    op.create_table(
        "alarm_messages",
        sa.Column("message_id", sa.Integer, primary_key=True),
        sa.Column("alarm_id", sa.Integer, sa.ForeignKey("alarms.alarm_id"), nullable=False),
        sa.Column("event", sa.Text, sa.CheckConstraint("event IN ('raised', 'over')", name="event"), nullable=False),
        sa.Column(
            "channel",
            sa.Text,
            sa.CheckConstraint("channel IN ('e-mail', 'webhook')", name="channel"),
            nullable=False,
        ),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True)),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.Text, nullable=False),
    )
    waiting = sa.text("next_attempt_at IS NOT NULL")
    op.create_index(
        "ix_alarm_messages_next_attempt_at",
        "alarm_messages",
        ["next_attempt_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_alarm_messages_alarm_id", "alarm_messages", ["alarm_id"])
