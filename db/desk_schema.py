"""The tables of the curators' desk: people who sign in, what they have in hand and have said, and the queue.

``desk_papers`` and ``point_influences`` hold what could be reckoned anew from other tables; they are there so that the
queue is one indexed read.
"""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Double, ForeignKey, Index, Integer, Table, Text

from db.columns import JsonText, UtcDateTime, metadata

ROLES = ("reader", "curator", "adjudicator", "admin")
"""Each may do all that the former may."""

users = Table(
    "users",
    metadata,
    Column("user_id", Integer, primary_key=True),
    # casefolded
    Column("name", Text, nullable=False),
    Column(
        "role",
        Text,
        CheckConstraint(f"role IN ({', '.join(repr(role) for role in ROLES)})", name="role"),
        nullable=False,
    ),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    Index("uq_users_name", "name", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    # the token itself is in the browser alone
    Column("token_sha256", Text, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.user_id"), nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "user_id"),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("attempt_id", Integer, primary_key=True),
    # as it was typed, casefolded: perhaps nobody's
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    Index(None, "name", "at"),
    Index(None, "address", "at"),
)

paper_claims = Table(
    "paper_claims",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.user_id"), nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

settlements = Table(
    "settlements",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("paper_key", Text, ForeignKey("papers.paper_key"), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("settled_at", UtcDateTime, nullable=False),
    # what was in force: a paper with another PDF is open again
    Column("document_sha256", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index(None, "paper_key"),
    Index(None, "reviewer", "paper_key"),
)

comments = Table(
    "comments",
    metadata,
    Column("comment_id", Text, primary_key=True),
    Column("paper_key", Text, ForeignKey("papers.paper_key"), nullable=False),
    # '' for a comment on the whole paper
    Column("fact_digest", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "paper_key"),
)

added_facts = Table(
    "added_facts",
    metadata,
    Column("claim_id", Text, ForeignKey("claims.claim_id"), primary_key=True),
    # under which it was added; it holds for every paper that has the claim's PDF
    Column("paper_key", Text, ForeignKey("papers.paper_key"), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Index(None, "paper_key"),
)

double_reviews = Table(
    "double_reviews",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("chosen_at", UtcDateTime, nullable=False),
)

point_influences = Table(
    "point_influences",
    metadata,
    Column("analysis_run_id", Integer, ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
    Column("point_key", Text, primary_key=True),
    Column("paper_key", Text, nullable=False),
    Column("cooks_distance", Double),
    Column("high_leverage", Boolean, nullable=False),
    Column("outlier", Boolean, nullable=False),
    Index(None, "paper_key"),
)

_ASKED_FOR = ("benchmarks", "fields", "year", "has_unknown_hardware", "stale_reviews", "disagreements", "title")

desk_papers = Table(
    "desk_papers",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    # as far as it is searched
    Column("title", Text, nullable=False),
    # what was in force when the row was made
    Column("document_sha256", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
    Column("open_facts", Integer, nullable=False),
    # of the open ones
    Column("uncertain_facts", Integer, nullable=False),
    Column("reviewed_facts", Integer, nullable=False),
    Column("uncertainty", Double, nullable=False),
    Column("influence", Double, nullable=False),
    Column("worth", Double, nullable=False),
    # the benchmark at whose line the influence is; '' where there is none
    Column("pulls_at", Text, nullable=False),
    # ",coco,imagenet,": those of the paper's own results
    Column("benchmarks", Text, nullable=False),
    # ",cs.cl,cs.lg,": categories of arXiv in small letters
    Column("fields", Text, nullable=False),
    Column("year", Integer),
    Column("has_unknown_hardware", Boolean, nullable=False),
    # the names
    Column("unknown_hardware", JsonText, nullable=False),
    Column("stale_reviews", Integer, nullable=False),
    Column("disagreements", Integer, nullable=False),
    Column("settled", Boolean, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    # the queue in order, with all that its options ask for: no row of another paper need be read
    Index("ix_desk_papers_open", "settled", "worth", "paper_key", *_ASKED_FOR),
    Index("ix_desk_papers_all", "worth", "paper_key", "settled", *_ASKED_FOR),
    Index("ix_desk_papers_progress", "settled", "open_facts", "reviewed_facts"),
)

APPEND_ONLY = (settlements, comments, added_facts, double_reviews)
