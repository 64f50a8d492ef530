"""What became of a fact, in time: each line who, what and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.history import HistoryEntry
from db.paper_records import FactReview
from db.reviews import Conflict, Decision
from portal.desk.value_words import LABELS, in_words
from portal.pages import percent


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A reading by the machine or a person's decision, in words."""

    at: datetime
    who: str
    what: str
    why: str


def history_lines(entries: Iterable[HistoryEntry]) -> list[HistoryLine]:
    """The earliest first, as they come."""
    return [HistoryLine(entry.at, _who(entry), _what(entry), entry.reason) for entry in entries]


def decision_words(review: FactReview | Conflict) -> str:
    """ "corrected training time to 84 h", "rejected the record", "said that the paper does not state the model"."""
    field = review.field or ""
    what = LABELS[field].lower() if field else "the record"
    match Decision(review.decision):
        case Decision.CORRECT if review.value is None:
            return f"said that the paper does not state: {what}"
        case Decision.CORRECT:
            return f"corrected {what} to {in_words(field, review.value)}"
        case Decision.ACCEPT:
            return f"accepted {what}"
        case Decision.REJECT if field:
            return f"said that the value is wrong, the right one unknown: {what}"
        case Decision.REJECT:
            return "rejected the record"
        case Decision.WITHDRAW:
            return f"took back a decision on {what}"


def _who(entry: HistoryEntry) -> str:
    return f"the machine, {entry.by}" if entry.what == "read" else entry.by


def _what(entry: HistoryEntry) -> str:
    if entry.review is None:
        surely = f" ({percent(entry.confidence)})" if entry.what == "read" and entry.confidence is not None else ""
        return f"{entry.what}: {_values(entry.values)}{surely}"
    field = entry.review.field or ""
    saw = f", having seen {in_words(field, entry.values[field])}" if field in entry.values else ""
    return decision_words(entry.review) + saw + (" (taken back later)" if entry.review.withdrawn else "")


def _values(values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{LABELS[name].lower()} {in_words(name, value)}" for name, value in values.items() if value is not None
    )
