"""Submissions as their pages show them. None of what is read here has an address of e-mail in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Exists, exists, func, select

from db import schema as tables
from db import submission_schema as schema
from db.fields import FIELD_TYPES, Kind
from db.submission_decisions import ItemDecision
from db.submissions import OPEN, Status, What


@dataclass(frozen=True, slots=True)
class Item:
    """A record that somebody proposes."""

    position: int
    what: What
    kind: Kind
    fact_digest: str
    proposed: Mapping[str, Any]
    seen: Mapping[str, Any] | None
    page: int | None
    quote: str
    decision: ItemDecision | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    message_id: int
    at: datetime
    curator: str
    """Name of the account, for the desk alone; '' for who submitted it."""
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    number: int
    submitted_at: datetime
    paper_key: str
    is_author: bool
    note: str
    has_email: bool
    status: Status
    status_at: datetime
    form_digest: str
    """From which its secret address is made."""
    items: Sequence[Item]
    messages: Sequence[Message]
    """In time."""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A line of the desk's list."""

    number: int
    submitted_at: datetime
    paper_key: str
    is_author: bool
    status: Status
    status_at: datetime
    items: int
    messages: int
    is_read: bool
    """The paper was read: what is proposed can be compared and approved."""


def submission(engine: Engine, number: int) -> Submission | None:
    return _submission(engine, schema.submissions.c.submission_id == number)


def submission_of_token(engine: Engine, token_sha256: str) -> Submission | None:
    """The submission whose secret address has this token."""
    return _submission(engine, schema.submissions.c.token_sha256 == token_sha256)


def submissions(engine: Engine, statuses: Sequence[Status], offset: int = 0, limit: int = 50) -> list[SubmissionRow]:
    """The oldest first, as far as they are open; of decided ones the latest first."""
    table, items, said = schema.submissions, schema.submission_items, schema.submission_messages
    query = (
        select(
            table,
            select(func.count()).where(items.c.submission_id == table.c.submission_id).scalar_subquery().label("items"),
            select(func.count()).where(said.c.submission_id == table.c.submission_id).scalar_subquery().label("said"),
            _is_read().label("is_read"),
        )
        .where(table.c.status.in_([str(status) for status in statuses]))
        .order_by(table.c.submission_id if set(statuses) <= set(OPEN) else table.c.submission_id.desc())
        .offset(max(offset, 0))
        .limit(min(limit, 200))
    )
    with engine.connect() as connection:
        return [
            SubmissionRow(
                row.submission_id,
                row.submitted_at,
                row.paper_key,
                row.is_author,
                Status(row.status),
                row.status_at,
                row.items,
                row.said,
                bool(row.is_read),
            )
            for row in connection.execute(query)
        ]


def submission_counts(engine: Engine) -> dict[Status, int]:
    table = schema.submissions
    query = select(table.c.status, func.count()).group_by(table.c.status)
    with engine.connect() as connection:
        counts = {status: number for status, number in connection.execute(query).tuples()}
    return {status: counts.get(status, 0) for status in Status}


def waiting_papers(engine: Engine) -> list[str]:
    """arXiv ids of papers that open submissions are about and that were never read."""
    table = schema.submissions
    query = select(table.c.paper_key).where(table.c.status.in_(list(map(str, OPEN))), ~_is_read()).distinct()
    with engine.connect() as connection:
        return list(connection.scalars(query.order_by(table.c.paper_key)))


def _is_read() -> Exists:
    """Whether any PDF of a submission's paper was read; two look-ups, where the view of what is in force reads all."""
    versions, read = tables.paper_versions, tables.extractions
    of_paper = versions.c.paper_key == schema.submissions.c.paper_key
    return exists().where(of_paper, read.c.document_sha256 == versions.c.document_sha256)


def _submission(engine: Engine, which: ColumnElement[bool]) -> Submission | None:
    items, said = schema.submission_items, schema.submission_messages
    with engine.connect() as connection:
        row = connection.execute(select(schema.submissions).where(which)).first()
        if row is None:
            return None
        of_items = select(items).where(items.c.submission_id == row.submission_id).order_by(items.c.position)
        of_messages = select(said).where(said.c.submission_id == row.submission_id).order_by(said.c.message_id)
        return Submission(
            number=row.submission_id,
            submitted_at=row.submitted_at,
            paper_key=row.paper_key,
            is_author=row.is_author,
            note=row.note,
            has_email=row.email is not None,
            status=Status(row.status),
            status_at=row.status_at,
            form_digest=row.form_digest,
            items=[_item(each) for each in connection.execute(of_items)],
            messages=[
                Message(each.message_id, each.at, each.curator, each.text) for each in connection.execute(of_messages)
            ],
        )


def _item(row: Any) -> Item:
    return Item(
        position=row.position,
        what=What(row.what),
        kind=Kind(row.kind),
        fact_digest=row.fact_digest,
        proposed=_typed(row.proposed),
        seen=None if row.seen is None else _typed(row.seen),
        page=row.page,
        quote=row.quote,
        decision=ItemDecision(row.decision) if row.decision else None,
        decided_at=row.decided_at,
    )


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has one kind of number: 8.0 devices are 8, and 84 hours are 84.0."""
    return {name: None if value is None else FIELD_TYPES[name](value) for name, value in values.items()}
