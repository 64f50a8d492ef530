"""Curators' decisions on facts. How a review finds its fact again is told at the top of ``db.facts``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from db import schema
from db.added_claims import AddedFact, insert_added_fact
from db.engine import is_sqlite, lock_papers, writing
from db.errors import RecordError
from db.fact_states import FactState, fact_states
from db.facts import digest, split_fact_key
from db.fields import FIELD_TYPES, FIELDS, checked_value, clean_text, seen_record, typed_value
from db.paper_rows import refresh_rows


class Decision(StrEnum):
    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Review:
    """A curator's decision on one field of a fact, or on the whole record (``field`` None).

    On the record: ``accept`` makes a candidate an accepted record, ``reject`` takes it out. On a field: ``correct``
    puts ``value`` in force (None: the paper does not state it), ``reject`` says that the value is wrong and the right
    one unknown, ``accept`` holds the value that was seen against whatever a later extraction says. ``withdraw`` takes
    back the review that stands: the one before it is in force again, if any.
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
    withdraws: str | None = None
    """Of a withdrawal: the review that it takes back; None: the one that stands when it is saved."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """What stands in the way of a review: the last word on its fact and field, which the reviewer has not seen."""

    fact_key: str
    field: str | None
    """None: the whole record."""
    review_id: str
    reviewer: str
    reviewed_at: datetime
    decision: Decision
    value: str | float | bool | None


Seen = Mapping[tuple[str, str], str | None]
"""By fact key and field ('' for the whole record): the review that was in force when the page was shown, if any."""


def add_review(engine: Engine, review: Review) -> str:
    """Append a review; its id. The latest review of a fact and field is in force; the same one twice is one row.

    It is taken as it comes, whatever others have said, and with its own time: for imports and programs.
    """
    with writing(engine) as connection:
        return append_review(connection, review)


def append_review(connection: Connection, review: Review) -> str:
    """As ``add_review``, in a transaction that is open."""
    _check(review)
    paper, _ = split_fact_key(review.fact_key)
    lock_papers(connection, [paper])
    review_id = _append(connection, review, fact_states(connection, [review.fact_key])[review.fact_key])
    refresh_rows(connection, [paper], review.reviewed_at)
    return review_id


def save_reviews(
    engine: Engine,
    reviews: Sequence[Review],
    seen: Seen,
    *,
    override: bool = False,
    added: Sequence[AddedFact] = (),
) -> tuple[list[str], list[Conflict]]:
    """Save a curator's reviews, and facts added with them, in ONE transaction; their ids, or the conflicts.

    Where another review is in force than the one in ``seen``, nothing is saved, unless ``override``. The same review
    again is neither a second row nor a conflict. A review counts from when it is saved: its time is moved behind that
    of the review that it follows.
    """
    try:
        with writing(engine) as connection:
            return append_reviews(connection, reviews, seen, override=override, added=added), []
    except ConflictsFoundError as error:
        return [], error.conflicts


def append_reviews(
    connection: Connection,
    reviews: Sequence[Review],
    seen: Seen,
    *,
    override: bool = False,
    added: Sequence[AddedFact] = (),
) -> list[str]:
    """As ``save_reviews``, in a transaction that is open, and that ``ConflictsFoundError`` is to end."""
    for review in reviews:
        _check(review)
    keys = [review.fact_key for review in reviews]
    papers = sorted({split_fact_key(key)[0] for key in keys} | {fact.paper_key for fact in added})
    times = [review.reviewed_at for review in reviews] + [fact.added_at for fact in added]
    lock_papers(connection, papers)
    accepted = [acceptance(insert_added_fact(connection, fact), fact) for fact in added]
    states = fact_states(connection, [*keys, *(review.fact_key for review in accepted)])
    if not override:
        _refuse_conflicts(reviews, seen, states)
    ids = [_append(connection, review, states[review.fact_key], behind=True) for review in reviews]
    for review in accepted:
        _append(connection, review, states[review.fact_key])
    if times:
        refresh_rows(connection, papers, max(times))
    return ids


def acceptance(key: str, fact: AddedFact) -> Review:
    """Who adds a fact accepts it."""
    return Review(key, None, Decision.ACCEPT, fact.reviewer, fact.added_at, reason=fact.reason)


class ConflictsFoundError(Exception):
    """Somebody decided otherwise. It ends the transaction in which it is raised: nothing is saved."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(conflicts)
        self.conflicts = conflicts


def _refuse_conflicts(reviews: Sequence[Review], seen: Seen, states: Mapping[str, FactState]) -> None:
    found: dict[tuple[str, str], Conflict] = {}
    for review in reviews:
        state, place = states[review.fact_key], (review.fact_key, review.field or "")
        if _row(review, state)["review_id"] in state.review_ids:
            continue
        standing, last = state.standing(place[1]), state.last(place[1])
        if last is not None and (standing["review_id"] if standing else None) != seen.get(place):
            found[place] = Conflict(
                fact_key=review.fact_key,
                field=review.field,
                review_id=last["review_id"],
                reviewer=last["reviewer"],
                reviewed_at=last["reviewed_at"],
                decision=Decision(last["decision"]),
                value=typed_value(place[1], last["value_text"], last["value_number"]),
            )
    if found:
        raise ConflictsFoundError(list(found.values()))


def _append(connection: Connection, review: Review, state: FactState, behind: bool = False) -> str:
    """Insert the review, if it is not there; its id. ``behind``: its time is after that of the last one."""
    row = _row(review, state)
    if row["review_id"] in state.review_ids:
        return str(row["review_id"])
    if review.decision is Decision.WITHDRAW:
        standing = state.standing(row["field"])
        row["withdraws"] = review.withdraws or (standing and standing["review_id"])
        if row["withdraws"] is None:
            raise RecordError(f"review of {review.fact_key}: there is no review of it that could be withdrawn")
        if row["withdraws"] not in {each["review_id"] for each in state.reviews if each["field"] == row["field"]}:
            raise RecordError(f"review of {review.fact_key}: {row['withdraws'][:40]!r} is no review of that field")
    last = state.last(row["field"])
    if behind and last is not None:
        row["reviewed_at"] = max(review.reviewed_at, last["reviewed_at"] + timedelta(microseconds=1))
    dialect = sqlite if is_sqlite(connection) else postgresql
    connection.execute(dialect.insert(schema.reviews).on_conflict_do_nothing(), row)
    state.reviews.append(row)
    return str(row["review_id"])


def _row(review: Review, state: FactState) -> dict[str, Any]:
    """The row of ``reviews``, but that its time may move and what it withdraws is open."""
    where = f"review of {review.fact_key}"
    paper, fact_digest = split_fact_key(review.fact_key)
    if review.field is not None and state.kind is not None and review.field not in FIELDS[state.kind]:
        raise RecordError(f"{where}: a {state.kind} has no {review.field} (it has {', '.join(FIELDS[state.kind])})")
    claim = state.claim if review.claim_id is None else state.claims.get(review.claim_id)
    value = _value(review, claim, where)
    row = {
        "paper_key": paper,
        "fact_digest": fact_digest,
        "field": review.field or "",
        "decision": str(review.decision),
        "reviewer": clean_text(review.reviewer),
        "value_text": value if isinstance(value, str) else None,
        "value_number": float(value) if isinstance(value, int | float) else None,
        "reason": clean_text(review.reason),
        "claim_id": review.claim_id or (claim["claim_id"] if claim else None),
    }
    row["review_id"] = digest([row, review.reviewed_at.astimezone(UTC).isoformat()])[:32]
    return row | {"reviewed_at": review.reviewed_at, "seen": seen_record(review.seen, where), "withdraws": None}


def _check(review: Review) -> None:
    where = f"review of {review.fact_key}"
    split_fact_key(review.fact_key)
    if not review.reviewer.strip():
        raise RecordError(f"{where}: a review needs a reviewer")
    if review.field is None:
        if review.decision is Decision.CORRECT:
            raise RecordError(f"{where}: name the field that is corrected")
    elif review.field not in FIELD_TYPES:
        raise RecordError(f"{where}: no such field: {review.field!r} (there are {', '.join(FIELD_TYPES)})")
    if review.withdraws is not None and review.decision is not Decision.WITHDRAW:
        raise RecordError(f"{where}: only a withdrawal takes a review back")
    if review.value is not None and review.decision is not Decision.CORRECT:
        raise RecordError(f"{where}: only a correction carries a value")


def _value(review: Review, claim: Mapping[str, Any] | None, where: str) -> str | float | bool | None:
    """The value that the review puts in force; None also where it puts none."""
    if review.field is None or review.decision in (Decision.REJECT, Decision.WITHDRAW):
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


def papers_reviewed_since(engine: Engine, moment: datetime) -> list[str]:
    """Keys of the papers that anybody has reviewed from ``moment`` on, as the reviews name them."""
    reviews = schema.reviews
    query = select(reviews.c.paper_key).where(reviews.c.reviewed_at >= moment).distinct().order_by(reviews.c.paper_key)
    with engine.connect() as connection:
        return list(connection.scalars(query))
