"""Nights: what each scheduled run did."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_JSON = (
    "steps",
    "counts",
    "failures",
    "new_hardware",
    "measures",
    "drift",
    "warnings",
    "releases",
    "ingest_runs",
)


def upgrade() -> None:
    statuses = "status IN ('running', 'succeeded', 'incomplete', 'failed', 'interrupted')"
    op.create_table(
        "nightly_runs",
        sa.Column("nightly_run_id", sa.Integer, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text, sa.CheckConstraint(statuses, name="status"), nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _JSON),
    )
    op.create_index("ix_nightly_runs_status_finished_at", "nightly_runs", ["status", "finished_at"])
