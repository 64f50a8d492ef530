"""What strangers submit: stored whole or not at all, bounded by sender and by day, and what is said about it.

Who submitted is not known. ``sender`` is a digest by which the tries of one network on one day are counted: its first
half is of the provider's customer, all of it of the household; ``sender_before`` is the same one's of yesterday. The
address of e-mail is written here, read by ``db.letters`` alone, and erased with the last letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Connection, Engine, Select, func, select

from db import submission_schema as schema
from db.engine import lock_papers, writing
from db.errors import RecordError
from db.fields import FIELDS, Kind, checked_value, clean_text, seen_record
from extractors.records import MAX_QUOTE_CHARACTERS

MOST_ITEMS = 40
"""Of one submission."""
MOST_MESSAGES = 60
LONGEST_MESSAGE = 4_000
_DAY = timedelta(days=1)
_WIDE = 16
"""So many characters of a sender's digest are of the wider network."""
_EVERYBODY = "submissions"
"""Takes the place of a paper's key in the lock under which senders are counted."""


class Status(StrEnum):
    PENDING = "pending"
    NEEDS_INFORMATION = "needs_information"
    APPROVED = "approved"
    DECLINED = "declined"

    @property
    def is_open(self) -> bool:
        return self in OPEN


OPEN = (Status.PENDING, Status.NEEDS_INFORMATION)


class What(StrEnum):
    """What is asked for."""

    ADD = "add"
    """A record that is missing."""
    CORRECT = "correct"
    """Other values of a record's fields."""
    REJECT = "reject"
    """That a record be taken out."""


class Occasion(StrEnum):
    """On which a letter is sent to who left an address."""

    RECEIVED = "received"
    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"


class TooManyError(Exception):
    """More was sent within a day than is taken; the message says whose bound it is."""


class ClosedError(Exception):
    """The submission, or a part of it, was decided on meanwhile, or can't take more."""


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """One record that is to be added, corrected or taken out."""

    what: What
    kind: Kind
    fact_digest: str
    """'' for a record that is to be added."""
    proposed: Mapping[str, Any]
    """Values by field; of a correction, those that it changes."""
    seen: Mapping[str, Any] | None
    """What was in force when it was submitted."""
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class NewSubmission:
    token_sha256: str
    form_digest: str
    submitted_at: datetime
    sender: str
    paper_key: str
    is_author: bool
    note: str
    email: str | None
    items: Sequence[ProposedItem]
    sender_before: str | None = None
    addressee: str | None = None
    """A digest of the address of e-mail on that day; it stays when the address is erased."""
    addressee_before: str | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is taken within any 24 hours."""

    of_sender: int
    of_email: int
    """Submissions that name the same address: nobody can have somebody else flooded with letters."""
    of_everybody: int
    of_wide_network: int | None = None
    """Who has very many networks of households can't use up what is taken of everybody."""


def token_sha256(token: str) -> str:
    """By which the secret of a submission's address is known here; it is stored nowhere."""
    return sha256(token.encode()).hexdigest()


def add_submission(engine: Engine, new: NewSubmission, bounds: Bounds, with_letter: bool) -> int:
    """Store a submission; its number. The same form again is the same submission.

    ``TooManyError`` beyond the bounds; ``RecordError`` for what no record can have.
    """
    rows = [_item_row(position, item) for position, item in enumerate(new.items)]
    if len(rows) > MOST_ITEMS:
        raise RecordError(f"a submission has at most {MOST_ITEMS} records, not {len(rows)}")
    table = schema.submissions
    row = {name: value for name, value in asdict(new).items() if name in table.c}
    row |= {"note": _said(new.note, least=0), "status": Status.PENDING, "status_at": new.submitted_at}
    with writing(engine) as connection:
        lock_papers(connection, [_EVERYBODY])
        known = connection.scalar(select(table.c.submission_id).where(table.c.form_digest == new.form_digest))
        if known is not None:
            return int(known)
        _check_bounds(connection, table.c.submitted_at, new, bounds)
        number = connection.scalar(table.insert().values(row).returning(table.c.submission_id))
        for each in rows:
            connection.execute(schema.submission_items.insert().values(submission_id=number, **each))
        if with_letter and new.email:
            queue_letter(connection, number, Occasion.RECEIVED, new.submitted_at)
    return int(number or 0)


def add_answer(
    engine: Engine,
    number: int,
    text: str,
    at: datetime,
    sender: str,
    most_of_sender: int,
    sender_before: str | None = None,
) -> None:
    """Append what who submitted it has to say; a question is answered by it, and the submission is pending again.

    The same words twice in a row are one message. ``ClosedError`` where it is decided, or has as many messages as it
    may have; ``TooManyError`` where the sender has said enough for a day.
    """
    table = schema.submission_messages
    of_sender = _count(table).where(table.c.at > at - _DAY, table.c.sender.in_(_days_of(sender, sender_before)))
    with writing(engine) as connection:
        lock_open(connection, number)
        _check(connection, of_sender, most_of_sender, "messages from your network")
        if _append(connection, number, text, at, curator="", sender=sender):
            set_status(connection, number, Status.PENDING, at)


def ask(engine: Engine, number: int, text: str, at: datetime, curator: str, with_letter: bool) -> None:
    """A curator's question: the submission needs information. ``ClosedError`` where it is decided."""
    with writing(engine) as connection:
        lock_open(connection, number)
        if _append(connection, number, text, at, curator, sender=""):
            set_status(connection, number, Status.NEEDS_INFORMATION, at)
            if with_letter:
                queue_letter(connection, number, Occasion.ASKED, at)


def _append(connection: Connection, number: int, text: str, at: datetime, curator: str, sender: str) -> bool:
    """Append a message; False where the last one says the same, as after a second click."""
    table = schema.submission_messages
    row = {"submission_id": number, "at": at, "curator": clean_text(curator), "sender": sender, "text": _said(text)}
    of_this = table.c.submission_id == number
    last = connection.execute(select(table).where(of_this).order_by(table.c.message_id.desc()).limit(1)).first()
    if last is not None and (last.curator, last.text) == (row["curator"], row["text"]):
        return False
    if (connection.scalar(_count(table).where(of_this)) or 0) >= MOST_MESSAGES:
        raise ClosedError(f"There are {MOST_MESSAGES} messages on this already: nothing more can be said here.")
    connection.execute(table.insert().values(row))
    return True


def forget_email(engine: Engine, number: int) -> None:
    """Erase the address that a submission left; letters that wait are not sent."""
    with writing(engine) as connection:
        erase_email(connection, number)


def erase_email(connection: Connection, number: int) -> None:
    table, waiting = schema.submissions, schema.letters
    connection.execute(table.update().where(table.c.submission_id == number).values(email=None))
    connection.execute(waiting.update().where(waiting.c.submission_id == number).values(next_attempt_at=None))


def queue_letter(connection: Connection, number: int | None, occasion: Occasion, at: datetime) -> None:
    """Let a letter be sent to who left an address; where nobody did, nothing is queued."""
    table = schema.submissions
    if connection.scalar(select(table.c.email).where(table.c.submission_id == number)) is None:
        return
    row = {"submission_id": number, "occasion": str(occasion), "queued_at": at, "next_attempt_at": at}
    connection.execute(schema.letters.insert().values(row | {"attempts": 0, "failure": ""}))


def set_status(connection: Connection, number: int, status: Status, at: datetime) -> None:
    table = schema.submissions
    changed = {"status": str(status), "status_at": at}
    connection.execute(table.update().where(table.c.submission_id == number).values(changed))


def lock_open(connection: Connection, number: int) -> None:
    """Let nobody else change the submission until the transaction ends; ``ClosedError`` where it is decided."""
    table = schema.submissions
    row = connection.execute(select(table.c.status).where(table.c.submission_id == number).with_for_update()).first()
    if row is None:
        raise RecordError(f"there is no submission {number}")
    if not Status(row.status).is_open:
        raise ClosedError("This submission is decided, and nothing more can be done with it.")


def _check_bounds(connection: Connection, moment: Column[Any], new: NewSubmission, bounds: Bounds) -> None:
    table = schema.submissions
    within = _count(table).where(moment > new.submitted_at - _DAY)
    senders = _days_of(new.sender, new.sender_before)
    same_household = within.where(table.c.sender.in_(senders))
    _check(connection, same_household, bounds.of_sender, "submissions from your network")
    if bounds.of_wide_network is not None:
        same_network = within.where(func.substr(table.c.sender, 1, _WIDE).in_([each[:_WIDE] for each in senders]))
        _check(connection, same_network, bounds.of_wide_network, "submissions from your provider's network")
    _check(connection, within, bounds.of_everybody, "submissions from everybody")
    if new.addressee is not None:
        same_address = within.where(table.c.addressee.in_(_days_of(new.addressee, new.addressee_before)))
        _check(connection, same_address, bounds.of_email, "submissions with this address")


def _days_of(sender: str, before: str | None) -> list[str]:
    """The sender's digests on the days that the last 24 hours are of."""
    return [sender] if before is None else [sender, before]


def _check(connection: Connection, counting: Select[tuple[int]], most: int, of_what: str) -> None:
    if (connection.scalar(counting) or 0) >= most:
        raise TooManyError(f"More than {most} {of_what} within 24 hours are not taken. Nothing was saved.")


def _count(table: Any) -> Select[tuple[int]]:
    return select(func.count()).select_from(table)


def _said(text: str, least: int = 1) -> str:
    said = clean_text(text).strip()
    if not least <= len(said) <= LONGEST_MESSAGE:
        raise RecordError(f"a message has from {least} to {LONGEST_MESSAGE} characters, this one {len(said)}")
    return said


def _item_row(position: int, item: ProposedItem) -> dict[str, Any]:
    """The row of an item, its values checked as those of any record."""
    where = f"record {position + 1}"
    fields = FIELDS[item.kind]
    foreign = sorted(set(item.proposed) - set(fields))
    if foreign:
        raise RecordError(f"{where}: a {item.kind} has no {', '.join(foreign)}")
    if len(item.quote) > MAX_QUOTE_CHARACTERS:
        raise RecordError(f"{where}: at most {MAX_QUOTE_CHARACTERS} characters of the paper can be quoted")
    return {
        "position": position,
        "what": str(item.what),
        "kind": str(item.kind),
        "fact_digest": item.fact_digest,
        "proposed": {name: checked_value(name, value, where) for name, value in item.proposed.items()},
        "seen": seen_record(item.seen, where),
        "page": item.page,
        "quote": clean_text(item.quote),
    }
