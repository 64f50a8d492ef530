"""Claims hold boxes around just the words that they rest on; those that were stored before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # not in batch mode: both databases add a column without making the table anew
    op.add_column("claims", sa.Column("evidence_boxes", sa.Text))
