"""The tables of contributions: what strangers submit, what is said about it, and the letters that tell them.

Nothing of them is in a view, an export or a release: addresses of e-mail are in ``submissions.email`` alone, and are
erased with the last letter.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, text

from db.columns import JsonText, UtcDateTime, metadata

STATUSES = ("pending", "needs_information", "approved", "declined")
WHATS = ("add", "correct", "reject")
DECISIONS = ("approved", "declined")
OCCASIONS = ("received", "asked", "approved", "declined")
"""On which a letter is sent."""


def _one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(map(repr, words))})", name=column)


submissions = Table(
    "submissions",
    metadata,
    Column("submission_id", Integer, primary_key=True),
    # of the secret in its address
    Column("token_sha256", Text, nullable=False),
    # of the form as it was sent: the same form twice is one submission
    Column("form_digest", Text, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    # of the sender's network on that day, by a key that is not in the database
    Column("sender", Text, nullable=False),
    # perhaps of a paper that is not here yet
    Column("paper_key", Text, nullable=False),
    Column("is_author", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    # null where none was given, and once the last letter is sent
    Column("email", Text),
    # of that address on that day, by the same key as the sender's; it stays when the address is erased
    Column("addressee", Text),
    Column("status", Text, _one_of("status", STATUSES), nullable=False),
    Column("status_at", UtcDateTime, nullable=False),
    Index("uq_submissions_token_sha256", "token_sha256", unique=True),
    Index("uq_submissions_form_digest", "form_digest", unique=True),
    Index(None, "status", "submission_id"),
    Index(None, "submitted_at", "sender"),
    Index(None, "paper_key"),
)

submission_items = Table(
    "submission_items",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.submission_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("what", Text, _one_of("what", WHATS), nullable=False),
    Column("kind", Text, nullable=False),
    # '' for a record that is to be added
    Column("fact_digest", Text, nullable=False),
    # by field; of a correction, the fields that it changes
    Column("proposed", JsonText, nullable=False),
    # what was in force when it was submitted; null for a record that is to be added
    Column("seen", JsonText),
    Column("page", Integer),
    Column("quote", Text, nullable=False),
    Column("decision", Text, _one_of("decision", DECISIONS)),
    Column("decided_at", UtcDateTime),
)

submission_messages = Table(
    "submission_messages",
    metadata,
    Column("message_id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.submission_id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # the curator's account; '' for who submitted it, whom nobody knows
    Column("curator", Text, nullable=False),
    # as in submissions; '' for a curator
    Column("sender", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "submission_id", "message_id"),
    Index(None, "at", "sender"),
)

letters = Table(
    "letters",
    metadata,
    Column("letter_id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.submission_id"), nullable=False),
    Column("occasion", Text, _one_of("occasion", OCCASIONS), nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # null once it was sent or given up
    Column("next_attempt_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("failure", Text, nullable=False),
    Index(None, "submission_id"),
    Index(
        None,
        "next_attempt_at",
        sqlite_where=text("next_attempt_at IS NOT NULL"),
        postgresql_where=text("next_attempt_at IS NOT NULL"),
    ),
)
