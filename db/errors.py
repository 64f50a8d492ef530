"""What can go wrong in this room, in words for the person at the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_TOLD = 20


def told_together(problems: Sequence[str], what: str) -> str:
    """The problems of a file, a line each: the first twenty, and how many more ``what`` (lines, rows) have any."""
    more = len(problems) - _MOST_TOLD
    return "\n".join([*problems[:_MOST_TOLD], *([f"… and {more} more {what}"] if more > 0 else [])])


class DatabaseError(Exception):
    """The database can't do what was asked; the message says what to do. Never holds a password."""


class SchemaError(DatabaseError):
    """The database's schema does not fit this program (too new, not ours, never set up)."""


class NotEmptyError(DatabaseError):
    """The database holds rows where an empty one is wanted."""


class RecordError(ValueError):
    """A record that must not enter the database: not finite, out of range, or too long a quote.

    It names the document and the field; it costs that paper alone, the batch goes on.
    """


class AccountError(ValueError):
    """An account that can't be made or is not there; the message says why and what to do."""
