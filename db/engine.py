"""Opening a database by URL."""

from __future__ import annotations

from sqlalchemy import Engine


def open_database(url: str) -> Engine:
    """Connect to SQLite or PostgreSQL; ``DatabaseError`` where it can't be reached.

    ``postgres://`` and ``postgresql://`` mean psycopg 3. The file of an SQLite URL is made if missing.
    """
    raise NotImplementedError
