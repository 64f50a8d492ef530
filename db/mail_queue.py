"""E-mail that waits to be sent: rows that a sender takes one by one, and whose text is gone once it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class QueuedMail:
    mail_id: int
    recipient: str
    subject: str
    body: str
    attempts: int


def queue_mail(engine: Engine, recipient: str, subject: str, body: str, at: datetime) -> int:
    """Put a mail in the queue; its number. ``RecordError`` for a line break in recipient or subject."""
    raise NotImplementedError


def due_mail(engine: Engine, now: datetime, until: datetime, limit: int = 10) -> list[QueuedMail]:
    """Take mails that are due, the oldest first; nobody else is given them before ``until``."""
    raise NotImplementedError


def mail_sent(engine: Engine, mail_id: int, at: datetime) -> None:
    """Recipient and text are blanked."""
    raise NotImplementedError


def mail_failed(engine: Engine, mail_id: int, cause: str, again_at: datetime | None) -> None:
    """Try again at that time; None: never, and recipient and text are blanked."""
    raise NotImplementedError
