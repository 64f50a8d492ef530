"""The curators' desk: a paper's records, who has it in hand, who is done with it, and what people say of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema, schema
from db.desk_queue import Progress, QueueFilters, QueueRow, queue, queue_progress
from db.desk_rows import refresh_papers
from db.engine import is_sqlite, lock_papers, writing
from db.errors import RecordError
from db.facts import digest
from db.fields import clean_text
from db.narrowed import narrowed_to
from db.paper_records import (
    Burden,
    Comment,
    DeskFact,
    FactReview,
    PaperClaim,
    PaperRecords,
    Settlement,
    read_paper_records,
)
from db.paper_rows import refresh_rows

__all__ = [
    "Burden",
    "Comment",
    "DeskFact",
    "FactReview",
    "PaperClaim",
    "PaperRecords",
    "Progress",
    "QueueFilters",
    "QueueRow",
    "Settlement",
    "add_comment",
    "claim_paper",
    "paper_records",
    "queue",
    "queue_progress",
    "refresh_desk_papers",
    "release_paper",
    "settle_paper",
]

_LONGEST_COMMENT = 5_000
_PAPERS_A_REFRESH = 200


def paper_records(
    engine: Engine, paper_key: str, *, hide_reviews_of_others_than: str | None = None
) -> PaperRecords | None:
    """All records of a paper as they are now; None where it was never read.

    ``hide_reviews_of_others_than`` shows them as this person alone has reviewed them, without what others said, for a
    second review that is independent; only ``latest`` tells of others: saving is no conflict with what is hidden.
    """
    with engine.connect() as connection:
        records = read_paper_records(connection, paper_key, only_reviewer=hide_reviews_of_others_than)
        return records and replace(records, claim=_claim(connection, paper_key))


def claim_paper(engine: Engine, paper_key: str, user_id: int, now: datetime, minutes: int = 30) -> PaperClaim:
    """Take a paper in hand, or keep it; who has it now: this user, or another whose time is not over.

    ``RecordError`` where there is no such paper.
    """
    table = desk_schema.paper_claims
    row = {
        "paper_key": paper_key,
        "user_id": user_id,
        "claimed_at": now,
        "expires_at": now + timedelta(minutes=minutes),
    }
    with writing(engine) as connection:
        _check_paper(connection, paper_key)
        insert = (sqlite if is_sqlite(connection) else postgresql).insert(table)
        theirs, over = table.c.user_id == insert.excluded.user_id, table.c.expires_at <= insert.excluded.claimed_at
        changed = {
            "user_id": insert.excluded.user_id,
            "claimed_at": case((over, insert.excluded.claimed_at), else_=table.c.claimed_at),
            "expires_at": insert.excluded.expires_at,
        }
        connection.execute(
            insert.on_conflict_do_update(index_elements=["paper_key"], set_=changed, where=or_(theirs, over)), row
        )
        claim = _claim(connection, paper_key)
    if claim is None:
        raise RecordError(f"paper {paper_key[:80]!r} can't be taken in hand by user {user_id}")
    return claim


def release_paper(engine: Engine, paper_key: str, user_id: int) -> None:
    """Give a paper back; nothing happens where another has it."""
    table = desk_schema.paper_claims
    with writing(engine) as connection:
        connection.execute(table.delete().where(table.c.paper_key == paper_key, table.c.user_id == user_id))


def settle_paper(
    engine: Engine, paper_key: str, reviewer: str, at: datetime, note: str = "", *, document_sha256: str | None = None
) -> None:
    """Record that a curator is done with the paper as it was read; it is open again with another PDF.

    ``document_sha256`` is the PDF that they saw. ``RecordError`` where another is in force by now, or none was read.
    """
    with writing(engine) as connection:
        lock_papers(connection, [paper_key])
        narrowed = narrowed_to(connection, [paper_key])
        query = "SELECT document_sha256, extractor_version FROM documents_in_force WHERE paper_key = :paper"
        read = narrowed.rows(connection, query, paper=paper_key)
        if not read:
            raise RecordError(f"paper {paper_key[:80]!r} was never read: there is nothing to settle")
        if document_sha256 not in (None, read[0]["document_sha256"]):
            raise RecordError("another PDF of this paper has been read since: load the page again")
        row = {"paper_key": paper_key, "reviewer": clean_text(reviewer), "note": clean_text(note), **read[0]}
        _append(connection, desk_schema.settlements, "settlement_id", row, "settled_at", at)
        refresh_rows(connection, [paper_key], at)  # what two curators decided is shown when both are done


def add_comment(engine: Engine, paper_key: str, fact_digest: str, author: str, at: datetime, text: str) -> None:
    """Append what somebody says on a paper, or on the fact with this digest; the same again is one comment."""
    said = clean_text(text).strip()
    if not said or len(said) > _LONGEST_COMMENT:
        raise RecordError(f"a comment has 1 to {_LONGEST_COMMENT} characters, this one {len(said)}")
    row = {"paper_key": paper_key, "fact_digest": fact_digest, "author": clean_text(author), "text": said}
    with writing(engine) as connection:
        _check_paper(connection, paper_key)
        _append(connection, desk_schema.comments, "comment_id", row, "at", at)


def refresh_desk_papers(engine: Engine, paper_keys: Iterable[str] | None = None, at: datetime | None = None) -> None:
    """Reckon the queue's rows of these papers anew, of all if None. What is saved does so for the papers it touches."""
    moment = at or datetime.now(UTC)
    if paper_keys is None:
        with engine.connect() as connection:
            paper_keys = list(connection.scalars(select(schema.papers.c.paper_key)))
    remaining = iter(sorted(set(paper_keys)))
    while portion := list(islice(remaining, _PAPERS_A_REFRESH)):
        with writing(engine) as connection:
            refresh_papers(connection, portion, moment)


def _append(connection: Connection, table: Any, key: str, row: dict[str, Any], when: str, at: datetime) -> None:
    """Insert what was said at a moment, unless it is there; its id is the digest of its content."""
    identity = digest([row, at.astimezone(UTC).isoformat()])[:32]
    dialect = sqlite if is_sqlite(connection) else postgresql
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), {key: identity, when: at, **row})


def _claim(connection: Connection, paper_key: str) -> PaperClaim | None:
    """The claim on the paper, perhaps over by now."""
    table, users = desk_schema.paper_claims, desk_schema.users
    query = select(table, users.c.name).join(users, users.c.user_id == table.c.user_id)
    row = connection.execute(query.where(table.c.paper_key == paper_key)).first()
    return PaperClaim(row.paper_key, row.user_id, row.name, row.claimed_at, row.expires_at) if row else None


def _check_paper(connection: Connection, paper_key: str) -> None:
    table = schema.papers
    if connection.scalar(select(table.c.paper_key).where(table.c.paper_key == paper_key)) is None:
        raise RecordError(f"there is no paper {paper_key[:80]!r}")
