"""The queue of e-mails to people who submitted something and left an address.

A letter names its occasion only; what it says is written when it is sent. With the last letter of a submission, be it
sent or given up, the address is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from db import submission_schema as schema
from db.engine import writing
from db.submissions import OPEN, Occasion, Status, erase_email


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is due. The address must appear in no page, log or release."""

    letter_id: int
    submission_number: int
    occasion: Occasion
    email: str
    paper_key: str
    form_digest: str
    """From which the submission's secret address is made."""
    token_sha256: str
    """Of the secret as it was given out."""
    attempts: int
    """That failed before."""


def take_letter(engine: Engine, now: datetime, lease: timedelta) -> Letter | None:
    """The letter that has waited longest, if any is due; nobody else gets it until the lease is over."""
    table, told = schema.letters, schema.submissions
    query = (
        select(table, told.c.email, told.c.paper_key, told.c.form_digest, told.c.token_sha256)
        .join(told, told.c.submission_id == table.c.submission_id)
        .where(table.c.next_attempt_at <= now, told.c.email.is_not(None))
        .order_by(table.c.next_attempt_at, table.c.letter_id)
        .limit(1)
        .with_for_update(of=table, skip_locked=True)
    )
    with writing(engine) as connection:
        row = connection.execute(query).first()
        if row is None:
            return None
        connection.execute(table.update().where(table.c.letter_id == row.letter_id).values(next_attempt_at=now + lease))
    return Letter(
        row.letter_id,
        row.submission_id,
        Occasion(row.occasion),
        row.email,
        row.paper_key,
        row.form_digest,
        row.token_sha256,
        row.attempts,
    )


def letter_sent(engine: Engine, letter: Letter, at: datetime) -> None:
    _settle(engine, letter, sent_at=at, next_attempt_at=None, failure="")


def letter_failed(engine: Engine, letter: Letter, failure: str, again_at: datetime | None) -> None:
    """Record why a letter was not sent; None: it is given up."""
    _settle(engine, letter, attempts=letter.attempts + 1, next_attempt_at=again_at, failure=failure[:200])


def letters_waiting(engine: Engine) -> bool:
    """Whether a letter is due now or later."""
    table = schema.letters
    with engine.connect() as connection:
        return (
            connection.scalar(select(table.c.letter_id).where(table.c.next_attempt_at.is_not(None)).limit(1))
            is not None
        )


def _settle(engine: Engine, letter: Letter, **values: datetime | int | str | None) -> None:
    table, told = schema.letters, schema.submissions
    with writing(engine) as connection:
        connection.execute(table.update().where(table.c.letter_id == letter.letter_id).values(**values))
        status = connection.scalar(select(told.c.status).where(told.c.submission_id == letter.submission_number))
        waiting = select(table.c.letter_id).where(
            table.c.submission_id == letter.submission_number, table.c.next_attempt_at.is_not(None)
        )
        if Status(status or Status.PENDING) not in OPEN and connection.scalar(waiting.limit(1)) is None:
            erase_email(connection, letter.submission_number)
