"""Papers that two curators review independently: which they are, and their reviews, to reckon agreement from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema
from db.columns import JsonText, UtcDateTime
from db.desk_rows import refresh_papers
from db.engine import is_sqlite, writing
from db.facts import digest
from db.fields import Kind, typed_value
from db.narrowed import Narrowed, narrowed_to
from db.public_stamp import stamp_change
from db.reviews import Decision


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review of a fact of a paper."""

    review_id: str
    paper_key: str
    title: str
    fact_key: str
    kind: Kind
    field: str
    """Empty: the whole record."""
    decision: Decision
    value: str | float | bool | None
    """That the review puts in force; of an accepted field the one that was seen."""
    reviewer: str
    reviewed_at: datetime
    reason: str
    seen: Mapping[str, Any] | None
    withdrawn: bool
    """It was taken back later."""
    added: bool
    """The fact was added by a curator, the machine has none such."""


def double_review_rows(engine: Engine) -> list[ReviewRow]:
    """All reviews of papers chosen for double review, of facts whose kind is known, in order of time."""
    query = (
        "SELECT r.*, p.title, (r.decision <> 'withdraw' AND NOT r.stands) AS withdrawn,"
        " (SELECT c.kind FROM claims AS c WHERE c.fact_digest = r.fact_digest LIMIT 1) AS kind,"
        " EXISTS (SELECT 1 FROM claims AS c WHERE c.fact_digest = r.fact_digest"
        " AND c.extractor_version = 'curators') AS added"
        " FROM double_reviews AS d"
        " JOIN reviews_by_paper AS r ON r.paper_key = d.paper_key"
        " LEFT JOIN papers AS p ON p.paper_key = d.paper_key"
        " ORDER BY r.reviewed_at, r.review_id"
    )
    with engine.connect() as connection:
        rows = _narrowed(connection).rows(connection, query, {"reviewed_at": UtcDateTime, "seen": JsonText})
    return [_row(row) for row in rows if row["kind"] is not None]


def _narrowed(connection: Connection) -> Narrowed:
    """To the papers chosen for double review: few of many."""
    return narrowed_to(connection, connection.scalars(select(desk_schema.double_reviews.c.paper_key)))


def _row(row: Mapping[str, Any]) -> ReviewRow:
    return ReviewRow(
        review_id=row["review_id"],
        paper_key=row["paper_key"],
        title=row["title"] or "",
        fact_key=f"{row['paper_key']}:{row['fact_digest']}",
        kind=Kind(row["kind"]),
        field=row["field"],
        decision=Decision(row["decision"]),
        value=typed_value(row["field"], row["value_text"], row["value_number"]),
        reviewer=row["reviewer"],
        reviewed_at=row["reviewed_at"],
        reason=row["reason"],
        seen=row["seen"],
        withdrawn=bool(row["withdrawn"]),
        added=bool(row["added"]),
    )


@dataclass(frozen=True, slots=True)
class DoubleReview:
    """A paper that two curators are to review, and who has, first things first."""

    paper_key: str
    title: str
    chosen_at: datetime
    reviewers: tuple[str, ...]


def double_reviews(engine: Engine) -> list[DoubleReview]:
    """Those chosen, the latest last."""
    query = (
        "SELECT d.paper_key, d.chosen_at, p.title, r.reviewer, MIN(r.reviewed_at) AS begun_at"
        " FROM double_reviews AS d LEFT JOIN papers AS p ON p.paper_key = d.paper_key"
        " LEFT JOIN reviews_by_paper AS r ON r.paper_key = d.paper_key"
        " GROUP BY d.paper_key, d.chosen_at, p.title, r.reviewer ORDER BY d.chosen_at, d.paper_key, begun_at"
    )
    with engine.connect() as connection:
        rows = _narrowed(connection).rows(connection, query, {"chosen_at": UtcDateTime})
    return [
        DoubleReview(key, held[0]["title"] or "", held[0]["chosen_at"], tuple(filter(None, _reviewers(held))))
        for key, held in ((key, list(group)) for key, group in groupby(rows, key=lambda row: row["paper_key"]))
    ]


def choose_double_reviews(engine: Engine, count: int, at: datetime) -> list[str]:
    """Choose so many more papers that have facts, count, and that nobody has reviewed; their keys.

    At random as far as papers go, and the same papers for the same moment.
    """
    query = text(
        "SELECT DISTINCT f.paper_key FROM documents_in_force AS f"
        " JOIN papers AS p ON p.paper_key = f.paper_key AND NOT p.withdrawn"
        " WHERE EXISTS (SELECT 1 FROM claims AS c WHERE c.document_sha256 = f.document_sha256"
        " AND c.extractor_version = f.extractor_version)"
        " AND NOT EXISTS (SELECT 1 FROM double_reviews AS d WHERE d.paper_key = f.paper_key)"
        " AND NOT EXISTS (SELECT 1 FROM reviews AS r WHERE r.paper_key = f.paper_key)"
    )
    with writing(engine) as connection:
        drawn = sorted(connection.scalars(query), key=lambda key: digest([at.isoformat(), key]))[:count]
        if drawn:
            rows = [{"paper_key": key, "chosen_at": at} for key in sorted(drawn)]
            dialect = sqlite if is_sqlite(connection) else postgresql
            connection.execute(dialect.insert(desk_schema.double_reviews).on_conflict_do_nothing(), rows)
            refresh_papers(connection, drawn, at)
            stamp_change(connection, at)  # their pages say so
    return sorted(drawn)


def _reviewers(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["reviewer"] for row in rows]
