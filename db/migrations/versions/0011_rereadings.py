"""Re-readings: what a newer version of the extractor read again, and the report of what changed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "rereadings",
        sa.Column("extractor_version", sa.Text, primary_key=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("analysis_run_before", sa.Integer, sa.ForeignKey("analysis_runs.analysis_run_id")),
        sa.Column("reported_at", sa.DateTime(timezone=True)),
        sa.Column("report", sa.Text),
    )
