"""Bringing a database's schema up to date, and telling how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    url: str
    """Password hidden."""
    revision: str | None
    head: str
    row_counts: Mapping[str, int]
    """By table; empty for a database that was never set up."""


def upgrade(engine: Engine) -> None:
    """Bring the schema to this program's; safe to call at each start, also by two processes at once."""
    raise NotImplementedError


def database_status(engine: Engine) -> DatabaseStatus:
    """Revision, head and row counts."""
    raise NotImplementedError
