"""The table of nights: what each scheduled run did, as `burden runs` tells it. A night that goes on changes its row."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from db.columns import JsonText, UtcDateTime, metadata

STATUSES = ("running", "succeeded", "incomplete", "failed", "interrupted")

nightly_runs = Table(
    "nightly_runs",
    metadata,
    Column("nightly_run_id", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    # null while it runs, and for good where its process was killed
    Column("finished_at", UtcDateTime),
    Column(
        "status",
        Text,
        CheckConstraint(f"status IN ({', '.join(map(repr, STATUSES))})", name="status"),
        nullable=False,
    ),
    # machine and process
    Column("holder", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
    # [{"name", "state", "message", "attempts", "seconds"}, …]
    Column("steps", JsonText, nullable=False),
    # as in ingest_runs, of all attempts together
    Column("counts", JsonText, nullable=False),
    # [[paper, cause, message], …], the first of them
    Column("failures", JsonText, nullable=False),
    # [{"name", "paper_count", "paper"}, …]
    Column("new_hardware", JsonText, nullable=False),
    # {"papers_read", "share_with_runs", …}: what drift is told from
    Column("measures", JsonText, nullable=False),
    # [{"measure", "value", "usual", "low", "high", "nights"}, …]
    Column("drift", JsonText, nullable=False),
    Column("warnings", JsonText, nullable=False),
    # names of releases that it made
    Column("releases", JsonText, nullable=False),
    # numbers of its runs of the ingestion
    Column("ingest_runs", JsonText, nullable=False),
    Index(None, "status", "finished_at"),
)
