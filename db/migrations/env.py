"""Alembic's entry: runs the steps on the connection, and in the transaction, of ``db.migrate``."""

from alembic import context
from sqlalchemy import Connection

from db.migrate import VERSION_TABLE
from db.schema import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
