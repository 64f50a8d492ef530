"""What curators decide on submissions: what is approved becomes reviews and added facts, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, select

from db import submission_schema as schema
from db.added_claims import AddedFact
from db.engine import writing
from db.errors import RecordError
from db.fields import clean_text
from db.reviews import Conflict, ConflictsFoundError, Review, Seen, append_reviews
from db.submissions import (
    LONGEST_MESSAGE,
    ClosedError,
    Occasion,
    Status,
    erase_email,
    lock_open,
    queue_letter,
    set_status,
)


class ItemDecision(StrEnum):
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Decided:
    """A curator's word on records of a submission, and what of it goes into the database."""

    decisions: Mapping[int, ItemDecision]
    """By position of the record; the others stay open."""
    reviews: Sequence[Review] = ()
    seen: Seen = field(default_factory=dict)
    added: Sequence[AddedFact] = ()
    override: bool = False
    """Save over what others decided since."""

    def over_all(self) -> Decided:
        """The same, saved over whatever stands."""
        return replace(self, override=True)


def decide(
    engine: Engine, number: int, decided: Decided, curator: str, at: datetime, message: str, with_letter: bool
) -> list[Conflict]:
    """Save decisions on records of a submission; the conflicts for which nothing was saved.

    Once no record is left open, the submission is approved if any of them was, or if it has none, as one that only
    asks that a paper be read; else it is declined. ``ClosedError`` where somebody decided on one of them meanwhile.
    """
    if len(message) > LONGEST_MESSAGE:
        raise RecordError(f"a message has at most {LONGEST_MESSAGE} characters, this one {len(message)}")
    try:
        with writing(engine) as connection:
            lock_open(connection, number)
            _decide_items(connection, number, decided.decisions, at)
            append_reviews(connection, decided.reviews, decided.seen, override=decided.override, added=decided.added)
            _say(connection, number, curator, at, message)
            if (status := _status(connection, number)) is not None:
                _close(connection, number, status, at, with_letter)
    except ConflictsFoundError as error:
        return error.conflicts
    return []


def decline(engine: Engine, number: int, curator: str, at: datetime, reason: str, with_letter: bool) -> None:
    """Decline all that is still open, for a reason that who submitted it can read."""
    if not reason.strip():
        raise RecordError("to decline a submission needs a reason")
    items = schema.submission_items
    with writing(engine) as connection:
        lock_open(connection, number)
        still_open = items.c.submission_id == number, items.c.decision.is_(None)
        connection.execute(items.update().where(*still_open).values(decision=ItemDecision.DECLINED, decided_at=at))
        _say(connection, number, curator, at, reason)
        approved = select(items.c.position).where(
            items.c.submission_id == number, items.c.decision == ItemDecision.APPROVED
        )
        some = connection.scalar(approved.limit(1)) is not None
        _close(connection, number, Status.APPROVED if some else Status.DECLINED, at, with_letter)


def _decide_items(connection: Connection, number: int, decisions: Mapping[int, ItemDecision], at: datetime) -> None:
    items = schema.submission_items
    for position, decision in decisions.items():
        one = items.c.submission_id == number, items.c.position == position, items.c.decision.is_(None)
        changed = connection.execute(items.update().where(*one).values(decision=str(decision), decided_at=at))
        if changed.rowcount != 1:
            raise ClosedError(f"Record {position + 1} was decided on meanwhile: load the page again.")


def _say(connection: Connection, number: int, curator: str, at: datetime, text: str) -> None:
    said = clean_text(text).strip()
    if said:
        row = {"submission_id": number, "at": at, "curator": clean_text(curator), "sender": "", "text": said}
        connection.execute(schema.submission_messages.insert().values(row))


def _status(connection: Connection, number: int) -> Status | None:
    """What has become of the whole; None while a record is open."""
    items = schema.submission_items
    decisions = list(connection.scalars(select(items.c.decision).where(items.c.submission_id == number)))
    if None in decisions:
        return None
    return Status.APPROVED if ItemDecision.APPROVED in decisions or not decisions else Status.DECLINED


def _close(connection: Connection, number: int, status: Status, at: datetime, with_letter: bool) -> None:
    set_status(connection, number, status, at)
    if with_letter:
        queue_letter(connection, number, Occasion(status), at)
    else:
        erase_email(connection, number)
