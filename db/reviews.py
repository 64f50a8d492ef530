"""Curators' decisions on facts. How a review finds its fact again is told at the top of ``db.facts``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, select
from sqlalchemy.dialects import postgresql, sqlite

from db import schema
from db.engine import is_sqlite, writing
from db.errors import RecordError
from db.facts import digest, split_fact_key
from db.fields import FIELD_TYPES, FIELDS, Kind, checked_value, clean_text


class Decision(StrEnum):
    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Review:
    """A curator's decision on one field of a fact, or on the whole record (``field`` None).

    On the record: ``accept`` makes a candidate an accepted record, ``reject`` takes it out. On a field: ``correct``
    puts ``value`` in force (None: the paper does not state it), ``reject`` says that the value is wrong and the right
    one unknown, ``accept`` holds the value that was seen against whatever a later extraction says.
    """

    fact_key: str
    field: str | None
    decision: Decision
    reviewer: str
    reviewed_at: datetime
    value: str | float | bool | None = None
    reason: str = ""
    claim_id: str | None = None
    """The machine's claim that the reviewer saw; None: the one in force when the review is saved."""
    seen: Mapping[str, Any] | None = None
    """The record as the reviewer saw it, kept as it is."""


def add_review(engine: Engine, review: Review) -> str:
    """Append a review; its id. The latest review of a fact and field is in force; the same one twice is one row."""
    paper, fact = split_fact_key(review.fact_key)
    where = f"review of {review.fact_key}"
    _check(review, where)
    with writing(engine) as connection:
        _check_kind(connection, review, fact, where)
        claim = _claim(connection, paper, fact, review.claim_id)
        value = _value(review, claim, where)
        row = {
            "paper_key": paper,
            "fact_digest": fact,
            "field": review.field or "",
            "decision": str(review.decision),
            "reviewer": clean_text(review.reviewer),
            "value_text": value if isinstance(value, str) else None,
            "value_number": float(value) if isinstance(value, int | float) else None,
            "reason": clean_text(review.reason),
            "claim_id": review.claim_id or (claim["claim_id"] if claim else None),
        }
        row["review_id"] = digest([row, review.reviewed_at.astimezone(UTC).isoformat()])[:32]
        row |= {"reviewed_at": review.reviewed_at, "seen": review.seen and dict(review.seen)}
        dialect = sqlite if is_sqlite(connection) else postgresql
        connection.execute(dialect.insert(schema.reviews).on_conflict_do_nothing(), row)
        return str(row["review_id"])


def _check(review: Review, where: str) -> None:
    if not review.reviewer.strip():
        raise RecordError(f"{where}: a review needs a reviewer")
    if review.field is None:
        if review.decision is Decision.CORRECT:
            raise RecordError(f"{where}: name the field that is corrected")
    elif review.field not in FIELD_TYPES:
        raise RecordError(f"{where}: no such field: {review.field!r} (there are {', '.join(FIELD_TYPES)})")
    if review.value is not None and review.decision is not Decision.CORRECT:
        raise RecordError(f"{where}: only a correction carries a value")


def _check_kind(connection: Connection, review: Review, fact: str, where: str) -> None:
    """That the fact has the field. A fact's digest stands for one kind, so any claim of it tells the kind."""
    if review.field is None:
        return
    claims = schema.claims
    kind = connection.scalar(select(claims.c.kind).where(claims.c.fact_digest == fact).limit(1))
    if kind is not None and review.field not in FIELDS[Kind(kind)]:
        raise RecordError(f"{where}: a {kind} has no {review.field} (it has {', '.join(FIELDS[Kind(kind)])})")


def _value(review: Review, claim: RowMapping | None, where: str) -> str | float | bool | None:
    """The value that the review puts in force; None also where it puts none."""
    if review.field is None or review.decision is Decision.REJECT:
        return None
    seen: Any = review.value
    if review.decision is Decision.ACCEPT:
        if review.seen and review.field in review.seen:
            seen = review.seen[review.field]
        elif claim is not None:
            seen = claim[review.field]
        else:
            raise RecordError(f"{where}: an accepted field needs the value that was seen, or a fact in force")
    value: str | float | bool | None = checked_value(review.field, seen, where)
    return value


def _claim(connection: Connection, paper: str, fact: str, claim_id: str | None) -> RowMapping | None:
    """The claim that was seen, or the one that stands for the fact now; None where there is none."""
    claims, in_force, had = schema.claims, schema.documents_in_force, schema.paper_versions
    query = select(claims)
    if claim_id is not None:
        query = query.where(claims.c.claim_id == claim_id)
    else:
        query = query.join(
            in_force,
            (in_force.c.document_sha256 == claims.c.document_sha256)
            & (in_force.c.extractor_version == claims.c.extractor_version),
        ).where(claims.c.fact_digest == fact)
        # a PDF without an id may be had under one by now, and is in force there only
        same_pdf = select(had.c.paper_key).where(had.c.document_sha256 == paper.removeprefix("sha256:"))
        papers = {paper, *connection.scalars(same_pdf)}
        query = query.where(in_force.c.paper_key.in_(sorted(papers))).order_by(in_force.c.paper_key)
    return connection.execute(query).mappings().first()
