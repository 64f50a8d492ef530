"""Contributions that name one address of e-mail are counted by a digest, also once the address was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("submissions", sa.Column("addressee", sa.Text))
