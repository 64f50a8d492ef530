"""Writing to the database: papers, documents, extractions, failures, estimates, reviews.

Every function opens one transaction and is idempotent: the same call again adds no row, also when
two processes make it at once. Nothing here reads the clock; times are passed in, with a time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from extractors.records import BurdenEstimate, Extraction, FailureCause, PaperMetadata


class IngestStatus(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class Decision(StrEnum):
    ACCEPT = "accept"
    CORRECT = "correct"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class HarvestWindow:
    """Days of a source that a run covers completely, both included.

    ``source`` is any name under which windows follow on each other ("arxiv-oai:cs.CL,cs.CV"). A run that
    covers its days only in part (``--limit``) has no window.
    """

    source: str
    since: date
    until: date


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """A PDF that belongs to a paper. Without an arXiv id the paper is known as ``sha256:…``."""

    metadata: PaperMetadata
    sha256: str
    byte_count: int


@dataclass(frozen=True, slots=True)
class ExtractedPaper:
    """What was read in one PDF; ``estimates`` stand parallel to ``extraction.runs``."""

    metadata: PaperMetadata
    byte_count: int
    extraction: Extraction
    estimates: Sequence[BurdenEstimate]


@dataclass(frozen=True, slots=True)
class PaperFailure:
    """A paper that could not be read. ``document`` is None where no PDF was had at all."""

    metadata: PaperMetadata
    document: PaperDocument | None
    cause: FailureCause
    message: str


@dataclass(frozen=True, slots=True)
class PendingEstimate:
    """A training run in force (corrections applied) that no estimate of the wanted version stands for."""

    claim_id: str
    corrections: str
    """Which corrections are applied; empty for the machine's own value. Handed back unchanged."""
    run: Any
    published: date | None


@dataclass(frozen=True, slots=True)
class Review:
    """A curator's decision on one field of a fact, or on the whole record (``field`` None)."""

    fact_key: str
    field: str | None
    decision: Decision
    reviewer: str
    reviewed_at: datetime
    value: Any = None
    """The right value, for ``correct``; None says that the paper does not state it."""
    reason: str = ""
    seen: Mapping[str, Any] | None = None
    """The exported record as the reviewer saw it."""


def begin_ingest_run(
    engine: Engine, settings: Mapping[str, Any], started: datetime, window: HarvestWindow | None = None
) -> int:
    """Record that a run begins; its number."""
    raise NotImplementedError


def finish_ingest_run(
    engine: Engine, run_id: int, status: IngestStatus, counts: Mapping[str, Any], finished: datetime
) -> None:
    """Record how a run ended. ``last_successful_window`` counts it only if it succeeded."""
    raise NotImplementedError


def upsert_papers(engine: Engine, papers: Iterable[PaperMetadata]) -> int:
    """Record what a source says of papers with an arXiv id; how many were new.

    Of two tellings the one of the later version holds; what is unknown in it never erases what is known.
    """
    raise NotImplementedError


def record_documents(engine: Engine, documents: Iterable[PaperDocument], at: datetime) -> int:
    """Record papers (as ``upsert_papers``) and that these PDFs are theirs; how many PDFs were new.

    To be called also for a PDF that is already extracted: it may now be known under another paper's name.
    """
    raise NotImplementedError


def save_extractions(
    engine: Engine, papers: Sequence[ExtractedPaper], extractor_version: str, estimator_version: str, at: datetime
) -> int:
    """Save papers, documents, claims and estimates in ONE transaction; how many extractions were new.

    A document that this extractor version has already been saved for is left as it is.
    """
    raise NotImplementedError


def save_failure(engine: Engine, failure: PaperFailure, extractor_version: str, at: datetime) -> bool:
    """Record why a paper could not be read; whether that was new. A later success supersedes it."""
    raise NotImplementedError


def save_estimates(
    engine: Engine, estimates: Iterable[tuple[PendingEstimate, BurdenEstimate]], estimator_version: str, at: datetime
) -> int:
    """Save estimates for runs that ``queries.pending_estimates`` gave; how many were new."""
    raise NotImplementedError


def add_review(engine: Engine, review: Review) -> str:
    """Append a review; its id. The latest review of a fact and field is in force."""
    raise NotImplementedError
