"""Contributions: what strangers submit, what is said about it, and letters to who left an address."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "submissions",
        sa.Column("submission_id", sa.Integer, primary_key=True),
        sa.Column("token_sha256", sa.Text, nullable=False),
        sa.Column("form_digest", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("paper_key", sa.Text, nullable=False),
        sa.Column("is_author", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column(
            "status",
            sa.Text,
            sa.CheckConstraint("status IN ('pending', 'needs_information', 'approved', 'declined')", name="status"),
            nullable=False,
        ),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("uq_submissions_token_sha256", "submissions", ["token_sha256"], unique=True)
    op.create_index("uq_submissions_form_digest", "submissions", ["form_digest"], unique=True)
    op.create_index("ix_submissions_status_submission_id", "submissions", ["status", "submission_id"])
    op.create_index("ix_submissions_submitted_at_sender", "submissions", ["submitted_at", "sender"])
    op.create_index("ix_submissions_paper_key", "submissions", ["paper_key"])
    op.create_table(
        "submission_items",
        _submission_id(primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column(
            "what",
            sa.Text,
            sa.CheckConstraint("what IN ('add', 'correct', 'reject')", name="what"),
            nullable=False,
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("fact_digest", sa.Text, nullable=False),
        sa.Column("proposed", sa.Text, nullable=False),
        sa.Column("seen", sa.Text),
        sa.Column("page", sa.Integer),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column(
            "decision",
            sa.Text,
            sa.CheckConstraint("decision IN ('approved', 'declined')", name="decision"),
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "submission_messages",
        sa.Column("message_id", sa.Integer, primary_key=True),
        _submission_id(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("curator", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index(
        "ix_submission_messages_submission_id_message_id", "submission_messages", ["submission_id", "message_id"]
    )
    op.create_index("ix_submission_messages_at_sender", "submission_messages", ["at", "sender"])
    op.create_table(
        "letters",
        sa.Column("letter_id", sa.Integer, primary_key=True),
        _submission_id(),
        sa.Column(
            "occasion",
            sa.Text,
            sa.CheckConstraint("occasion IN ('received', 'asked', 'approved', 'declined')", name="occasion"),
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
        "ix_letters_next_attempt_at", "letters", ["next_attempt_at"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index("ix_letters_submission_id", "letters", ["submission_id"])


def _submission_id(primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "submission_id",
        sa.Integer,
        sa.ForeignKey("submissions.submission_id"),
        primary_key=primary_key,
        nullable=False,
    )
