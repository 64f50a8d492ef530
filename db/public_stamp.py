"""The number by which everyone's pages tell that something they show has changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class Stamp:
    number: int
    """Grows with every change of what the public pages show; 0 for a database that shows nothing yet."""
    changed_at: datetime | None
    """None where nothing has ever changed."""


def public_stamp(engine: Engine) -> Stamp:
    """How the public content stands: one row read by its key."""
    raise NotImplementedError
