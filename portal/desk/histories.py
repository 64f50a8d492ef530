"""What became of a fact, in time: each line who, what and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from db.history import HistoryEntry


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A reading by the machine or a person's decision, in words."""

    at: datetime
    who: str
    what: str
    why: str


def history_lines(entries: Iterable[HistoryEntry]) -> list[HistoryLine]:
    raise NotImplementedError
