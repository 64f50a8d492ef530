"""Whether the process of a run still lives is told by a lease, so that one that was killed is marked as interrupted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("ingest_runs", sa.Column("lease", sa.Text))
    op.add_column("ingest_runs", sa.Column("found_dead_at", sa.DateTime(timezone=True)))
    # nothing runs while the schema is changed, and no lease tells of those before
    op.execute("UPDATE ingest_runs SET status = 'interrupted' WHERE status = 'running'")
