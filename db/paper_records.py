"""All that the database says of one paper, as the curators' desk shows it: now, or as it was at some moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Date

from db.columns import JsonText, UtcDateTime
from db.double_review import INDEPENDENT_REVIEWERS
from db.fields import FIELD_TYPES, FIELDS, Kind, typed_value
from db.joins import Join, joined_models
from db.narrowed import Narrowed, narrowed_to
from db.queries import HardwareName, hardware_name
from db.reviews import Decision
from extractors.records import Box

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class FactReview:
    """What somebody decided on a fact."""

    review_id: str
    fact_key: str
    field: str | None
    """None: the whole record."""
    decision: Decision
    value: Value
    reviewer: str
    reviewed_at: datetime
    reason: str
    in_force: bool
    stale: bool
    """The machine reads something else now than what was reviewed."""
    withdrawn: bool
    """Taken back by a later withdrawal."""
    withdraws: str | None
    """Of a withdrawal: the review that it takes back."""


@dataclass(frozen=True, slots=True)
class Burden:
    """What a run's training took, as the estimate for just the values in force has it."""

    flop: float | None
    low: float | None
    high: float | None
    method: str | None
    reason: str | None
    """Why there is no estimate."""


@dataclass(frozen=True, slots=True)
class DeskFact:
    """A record of the paper, accepted, candidate or rejected."""

    fact_key: str
    claim_id: str
    kind: Kind
    values: Mapping[str, Value]
    """In force, by field."""
    machine_values: Mapping[str, Value]
    """As the machine read them; of an added fact, as they were added."""
    confidence: float
    status: str
    basis: str
    rejected: bool
    added: bool
    """By a curator."""
    document_sha256: str
    """The PDF that the page is of: of an added fact, perhaps not the one in force."""
    page: int
    boxes: tuple[tuple[int, Box], ...]
    """Page and box of the words that it rests on."""
    quote: str
    rules: tuple[str, ...]
    burden: Burden | None
    """None for what is no training run, and for a rejected one."""
    joined_models: tuple[Mapping[str, Any], ...]
    """``model``, ``benchmark``, ``rule`` and ``confidence`` of each."""
    reviews: tuple[FactReview, ...]
    """The latest first."""
    latest: Mapping[str, str]
    """The review in force by field ('' for the record), whosever it is."""


@dataclass(frozen=True, slots=True)
class Comment:
    comment_id: str
    fact_digest: str
    """'' for the whole paper."""
    author: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Settlement:
    reviewer: str
    settled_at: datetime
    document_sha256: str
    extractor_version: str
    note: str


@dataclass(frozen=True, slots=True)
class PaperClaim:
    """Who has a paper in hand."""

    paper_key: str
    user_id: int
    name: str
    claimed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PaperRecords:
    """A paper with the PDF and extraction in force, and its records in the order of kind and place."""

    paper_key: str
    title: str
    arxiv_id: str | None
    published: date | None
    document_sha256: str
    version: int | None
    page_count: int
    extractor_version: str
    unknown_hardware: tuple[HardwareName, ...]
    facts: tuple[DeskFact, ...]
    unmatched_reviews: tuple[FactReview, ...]
    """Those whose fact is not found any more."""
    comments: tuple[Comment, ...]
    """In time."""
    settlements: tuple[Settlement, ...]
    """The latest first."""
    double_review: bool
    """Two curators review it independently."""
    claim: PaperClaim | None
    """Of the past there is none."""

    @property
    def is_reviewed_independently(self) -> bool:
        """Whether two people are to review it without knowing of each other, and not both have settled its PDF."""
        done = {each.reviewer for each in self.settlements if each.document_sha256 == self.document_sha256}
        return self.double_review and len(done) < INDEPENDENT_REVIEWERS


_PAPER = """
SELECT p.title, p.arxiv_id, p.published, d.*
FROM documents_in_force AS d JOIN papers AS p ON p.paper_key = d.paper_key
WHERE d.paper_key = :paper
"""
_ESTIMATES = ("hardware_burden_flop", "hardware_burden_low", "hardware_burden_high", "method", "reason")


def read_paper_records(
    connection: Connection,
    paper_key: str,
    at: datetime | None = None,
    only_reviewer: str | None = None,
    *,
    machine_alone: bool = False,
) -> PaperRecords | None:
    """The paper's records; None where it was never read, by then. The claim on it is left to the caller.

    ``machine_alone`` leaves out all that anybody reviewed or added.
    """
    everything = narrowed_to(connection, [paper_key], at, machine_alone=machine_alone)
    narrowed = narrowed_to(connection, [paper_key], at, only_reviewer) if only_reviewer is not None else everything
    found = narrowed.rows(connection, _PAPER, {"unknown_hardware": JsonText, "published": Date}, paper=paper_key)
    if not found:
        return None
    paper = found[0]
    reviews, unmatched = _reviews(connection, narrowed, paper_key)
    latest = _latest(_reviews(connection, everything, paper_key)[0]) if only_reviewer is not None else _latest(reviews)
    return PaperRecords(
        paper_key=paper_key,
        title=paper["title"],
        arxiv_id=paper["arxiv_id"],
        published=paper["published"],
        document_sha256=paper["document_sha256"],
        version=paper["version"] or None,
        page_count=paper["page_count"],
        extractor_version=paper["extractor_version"],
        unknown_hardware=tuple(hardware_name(item) for item in paper["unknown_hardware"]),
        facts=_facts(connection, narrowed, paper_key, reviews, latest),
        unmatched_reviews=unmatched,
        comments=_comments(connection, narrowed, only_reviewer),
        settlements=_settlements(connection, narrowed),
        double_review=bool(narrowed.rows(connection, "SELECT paper_key FROM double_reviews")),
        claim=None,
    )


def _facts(
    connection: Connection,
    narrowed: Narrowed,
    paper: str,
    reviews: Mapping[str, Sequence[FactReview]],
    latest: Mapping[str, Mapping[str, str]],
) -> tuple[DeskFact, ...]:
    rows = narrowed.rows(connection, "SELECT * FROM facts_in_force WHERE paper_key = :paper", paper=paper)
    rejected = "SELECT * FROM reviewed_claims WHERE paper_key = :paper AND record_decision = 'reject'"
    rows += narrowed.rows(connection, rejected, paper=paper)
    stated = {
        claim["claim_id"]: claim
        for claim in narrowed.rows(connection, "SELECT * FROM claims_in_force WHERE paper_key = :paper", paper=paper)
    }
    joined = _joined(connection, narrowed, paper, rows)
    facts = [
        _fact(
            row,
            stated[row["claim_id"]],
            joined.get(row["claim_id"], ()),
            tuple(reviews.get(row["fact_key"], ())),
            latest.get(row["fact_key"], {}),
        )
        for row in sorted(rows, key=_place)
    ]
    return tuple(facts)


def _fact(
    row: Mapping[str, Any],
    stated: Mapping[str, Any],
    joined: tuple[Mapping[str, Any], ...],
    reviews: tuple[FactReview, ...],
    latest: Mapping[str, str],
) -> DeskFact:
    kind = Kind(row["kind"])
    rejected = row["record_decision"] == Decision.REJECT
    boxes = [(page, Box(*sides)) for page, *sides in row["evidence_boxes"] or ()]
    whole = Box(row["bbox_x0_points"], row["bbox_y0_points"], row["bbox_x1_points"], row["bbox_y1_points"])
    return DeskFact(
        fact_key=row["fact_key"],
        claim_id=row["claim_id"],
        kind=kind,
        values=_values(kind, row),
        machine_values=_values(kind, stated),
        confidence=row["confidence"],
        status=row["status"],
        basis=row["basis"],
        rejected=rejected,
        added=bool(row["is_added"]),
        document_sha256=row["document_sha256"],
        page=row["page"],
        boxes=tuple(boxes) or ((row["page"], whole),),
        quote=row["quote"],
        rules=tuple(row["rules"]),
        burden=Burden(*(row[name] for name in _ESTIMATES)) if kind is Kind.TRAINING_RUN and not rejected else None,
        joined_models=joined,
        reviews=reviews,
        latest=latest,
    )


def _values(kind: Kind, row: Mapping[str, Any]) -> dict[str, Value]:
    return {field: None if row[field] is None else FIELD_TYPES[field](row[field]) for field in FIELDS[kind]}


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    kind = list(Kind).index(Kind(row["kind"]))
    return kind, row["page"], row["bbox_y0_points"], row["bbox_x0_points"], row["position"]


def _joined(
    connection: Connection, narrowed: Narrowed, paper: str, facts: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """``joined_models`` of the facts by claim, as exports say them."""
    benchmarks: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        accepted = fact["status"] == "accepted" and fact["record_decision"] != Decision.REJECT
        if fact["kind"] == Kind.RESULT and accepted and fact["model"] and fact["benchmark"]:
            benchmarks[fact["model"]].add(fact["benchmark"])
    joins: dict[str, list[Join]] = defaultdict(list)
    linked = (
        "SELECT DISTINCT claim_id, result_model, result_benchmark, join_rule, join_confidence FROM linked_results"
        " WHERE paper_key = :paper AND result_benchmark IS NOT NULL"
    )
    for row in narrowed.rows(connection, linked, paper=paper):
        join = Join(row["result_model"], row["result_benchmark"], row["join_rule"], row["join_confidence"])
        joins[row["claim_id"]].append(join)
    return {claim: tuple(joined_models(held, benchmarks)) for claim, held in joins.items()}


def _reviews(
    connection: Connection, narrowed: Narrowed, paper: str
) -> tuple[dict[str, list[FactReview]], tuple[FactReview, ...]]:
    """The reviews of each fact, the latest first, and those of no fact."""
    rows = narrowed.rows(
        connection,
        "SELECT * FROM reviews_v1 WHERE arxiv_id = :paper ORDER BY reviewed_at DESC, review_id DESC",
        {"reviewed_at": UtcDateTime},
        paper=paper,
    )
    by_fact: dict[str, list[FactReview]] = defaultdict(list)
    unmatched = []
    for row in rows:
        review = fact_review(row)
        if row["state"] == "unmatched":
            unmatched.append(review)
        else:
            by_fact[row["fact_key"]].append(review)
    return by_fact, tuple(unmatched)


def fact_review(row: Mapping[str, Any]) -> FactReview:
    """A row of ``reviews_v1``."""
    return FactReview(
        review_id=row["review_id"],
        fact_key=row["fact_key"],
        field=row["field"],
        decision=Decision(row["decision"]),
        value=typed_value(row["field"] or "", row["value_text"], row["value_number"]),
        reviewer=row["reviewer"],
        reviewed_at=row["reviewed_at"],
        reason=row["reason"],
        in_force=bool(row["in_force"]),
        stale=row["state"] == "stale",
        withdrawn=bool(row["withdrawn"]),
        withdraws=row["withdraws"],
    )


def _latest(reviews: Mapping[str, Sequence[FactReview]]) -> dict[str, dict[str, str]]:
    return {
        fact: {review.field or "": review.review_id for review in said if review.in_force}
        for fact, said in reviews.items()
    }


def _comments(connection: Connection, narrowed: Narrowed, only_author: str | None) -> tuple[Comment, ...]:
    rows = narrowed.rows(connection, "SELECT * FROM comments ORDER BY at, comment_id", {"at": UtcDateTime})
    return tuple(
        Comment(row["comment_id"], row["fact_digest"], row["author"], row["at"], row["text"])
        for row in rows
        if only_author in (None, row["author"])
    )


def _settlements(connection: Connection, narrowed: Narrowed) -> tuple[Settlement, ...]:
    query = "SELECT * FROM settlements ORDER BY settled_at DESC, settlement_id"
    rows = narrowed.rows(connection, query, {"settled_at": UtcDateTime})
    return tuple(Settlement(*(row[name] for name in Settlement.__dataclass_fields__)) for row in rows)
