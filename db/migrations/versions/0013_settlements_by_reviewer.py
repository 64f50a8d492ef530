"""The queue asks with each page which papers its viewer has settled: by an index, however many others have."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_settlements_reviewer_paper_key", "settlements", ["reviewer", "paper_key"])
