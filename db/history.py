"""What became of a paper and its facts in time: as the database stood at a moment, and who said what of a fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from db.added_claims import ADDED_BY
from db.columns import JsonText, UtcDateTime
from db.facts import split_fact_key
from db.fields import FIELD_TYPES, FIELDS, Kind
from db.narrowed import Narrowed, narrowed_to
from db.paper_records import FactReview, PaperRecords, Value, fact_review, read_paper_records


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was said of a fact at a moment: by a machine, by who added it, or by who reviewed it."""

    at: datetime
    by: str
    """The extractor's version, or the name of who added or reviewed it."""
    what: str
    """``read`` by the machine, ``added`` or ``reviewed``."""
    values: Mapping[str, Value]
    """As read or added; of a review as the reviewer saw them, as far as that was kept."""
    document_sha256: str | None
    """The PDF that was read."""
    confidence: float | None
    review: FactReview | None
    reason: str


_CLAIMS = """
SELECT c.*, e.extracted_at, a.reviewer, a.added_at, a.reason AS reason_to_add
FROM claims AS c
JOIN extractions AS e ON e.document_sha256 = c.document_sha256 AND e.extractor_version = c.extractor_version
LEFT JOIN added_facts AS a ON a.claim_id = c.claim_id
WHERE c.fact_digest = :fact
"""


def record_as_of(
    engine: Engine, paper_key: str, at: datetime, *, hide_reviews_of_others_than: str | None = None
) -> PaperRecords | None:
    """The paper's records as the database stood at that moment; None where the paper had not been read by then.

    What sources tell of a paper (title, withdrawal) is as it is today: only the latest telling is kept. Reviews
    are hidden as ``db.desk.paper_records`` hides them.
    """
    with engine.connect() as connection:
        return read_paper_records(connection, paper_key, at, hide_reviews_of_others_than)


def fact_history(
    engine: Engine, fact_key: str, *, hide_reviews_of_others_than: str | None = None
) -> list[HistoryEntry]:
    """All that was ever said of a fact, in time; a withdrawn review and its withdrawal both.

    ``hide_reviews_of_others_than`` leaves out what other people said, for a second review that is independent.
    """
    paper, fact_digest = split_fact_key(fact_key)
    with engine.connect() as connection:
        narrowed = narrowed_to(connection, [paper], reviewer=hide_reviews_of_others_than)
        entries = _readings(connection, narrowed, fact_digest) + _reviews(connection, narrowed, paper, fact_digest)
    return sorted(entries, key=lambda entry: (entry.at, entry.review is not None, entry.by))


def _readings(connection: Connection, narrowed: Narrowed, fact_digest: str) -> list[HistoryEntry]:
    times = {"extracted_at": UtcDateTime, "added_at": UtcDateTime}
    entries = []
    for row in narrowed.rows(connection, _CLAIMS, times, fact=fact_digest):
        added = row["extractor_version"] == ADDED_BY
        entries.append(
            HistoryEntry(
                at=row["added_at"] if added else row["extracted_at"],
                by=row["reviewer"] if added else row["extractor_version"],
                what="added" if added else "read",
                values=_values(row["kind"], row),
                document_sha256=row["document_sha256"],
                confidence=row["confidence"],
                review=None,
                reason=row["reason_to_add"] or "",
            )
        )
    return entries


def _reviews(connection: Connection, narrowed: Narrowed, paper: str, fact_digest: str) -> list[HistoryEntry]:
    query = "SELECT * FROM reviews_v1 WHERE fact_key = :fact"
    types = {"reviewed_at": UtcDateTime, "seen": JsonText}
    found = narrowed.rows(connection, query, types, fact=f"{paper}:{fact_digest}")
    return [
        HistoryEntry(
            at=review.reviewed_at,
            by=review.reviewer,
            what="reviewed",
            values=_seen(row),
            document_sha256=None,
            confidence=None,
            review=review,
            reason=review.reason,
        )
        for row in found
        for review in (fact_review(row),)
    ]


def _values(kind: str, row: Mapping[str, Any]) -> dict[str, Value]:
    return {field: None if row[field] is None else FIELD_TYPES[field](row[field]) for field in FIELDS[Kind(kind)]}


def _seen(row: Mapping[str, Any]) -> dict[str, Value]:
    seen = row["seen"] or {}
    return {field: value for field, value in seen.items() if field in FIELD_TYPES}
