"""Facts on their way out, and decisions on their way in: what all formats have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from annotations.exchange.written import Value
from db.fields import FIELDS, Kind
from db.reviews import Review
from extractors.records import Box

if TYPE_CHECKING:
    from db.added_claims import AddedFact
    from db.desk import PaperRecords

RECORD = ""
"""Stands for the whole record where others stand for its fields."""


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact in force, with what a curator elsewhere needs to judge it."""

    paper_key: str
    title: str
    fact_key: str
    kind: Kind
    values: Mapping[str, Value]
    """In force, all fields of its kind."""
    machine_values: Mapping[str, Value]
    confidence: float
    status: str
    page: int
    boxes: tuple[tuple[int, Box], ...]
    quote: str
    latest: Mapping[str, str]
    """Id of the review in force by field; ``RECORD`` for that of the record."""

    @property
    def address(self) -> str:
        """Where the public finds the paper; empty for a PDF without an arXiv id."""
        return "" if self.paper_key.startswith("sha256:") else f"https://arxiv.org/abs/{self.paper_key}"


SeenReviews = Mapping[tuple[str, str], str | None]
"""Which review was in force when the reviewer saw the fact, by fact and field; None: none."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a file says: reviews and added facts, in the order of the file."""

    reviews: tuple[Review, ...] = ()
    seen: SeenReviews = field(default_factory=dict)
    added: tuple[AddedFact, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was passed over, in words: tasks without an annotation, rows without a decision."""


def open_facts(records: PaperRecords) -> Iterator[OpenFact]:
    """The paper's facts but for those that were taken out."""
    for fact in records.facts:
        if fact.rejected:
            continue
        fields = FIELDS[fact.kind]
        yield OpenFact(
            paper_key=records.paper_key,
            title=records.title,
            fact_key=fact.fact_key,
            kind=fact.kind,
            values={name: fact.values[name] for name in fields},
            machine_values={name: fact.machine_values[name] for name in fields},
            confidence=fact.confidence,
            status=fact.status,
            page=fact.page,
            boxes=fact.boxes,
            quote=fact.quote,
            latest=fact.latest,
        )
