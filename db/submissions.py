"""What strangers submit: papers and corrections, what was said of them, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from db.added_claims import AddedFact
from db.reviews import Conflict, Review, Seen


class SubmissionStatus(StrEnum):
    PENDING = "pending"
    NEEDS_INFORMATION = "needs information"
    APPROVED = "approved"
    DECLINED = "declined"


class SubmissionKind(StrEnum):
    PAPER = "paper"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sends, already checked by the form."""

    kind: SubmissionKind
    submitted_at: datetime
    address_digest: str
    """Of the address it came from, for the throttle; shown to nobody."""
    content: Mapping[str, Any]
    """What was filled in, as JSON has it; at most ``MOST_CONTENT_BYTES``."""
    arxiv_id: str | None = None
    paper_key: str | None = None
    """Of a paper that was read."""
    fact_key: str | None = None
    field: str | None = None
    """Of a correction: what it is about."""
    submitter: str = ""
    email: str = ""
    """Where answers go; empty: nowhere."""


MOST_CONTENT_BYTES = 64_000


@dataclass(frozen=True, slots=True)
class SubmissionMessage:
    message_id: int
    author: str
    """``submitter``, or the curator's account; pages for strangers say ``curator``."""
    from_curator: bool
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    submission_id: int
    status: SubmissionStatus
    submitted: Submission
    messages: tuple[SubmissionMessage, ...]
    """In time; empty in lists."""
    decided_at: datetime | None
    decided_by: str | None
    """The curator's account: for the desk only."""
    reviews: tuple[str, ...]
    """Ids of the reviews that it became."""
    waits_for_paper: bool
    """Its arXiv id is of a paper that was not read yet."""


def add_submission(engine: Engine, submission: Submission) -> str:
    """Store it as pending; the secret token of its address, which is stored as a digest only."""
    raise NotImplementedError


def submission_of(engine: Engine, token: str) -> StoredSubmission | None:
    """By its token."""
    raise NotImplementedError


def submission(engine: Engine, submission_id: int) -> StoredSubmission | None:
    """By its number, for curators."""
    raise NotImplementedError


def submissions(
    engine: Engine, status: SubmissionStatus | None = None, offset: int = 0, limit: int = 50
) -> tuple[list[StoredSubmission], int]:
    """Those that wait longest first, of all statuses if None; and how many there are."""
    raise NotImplementedError


def count_submissions(engine: Engine, since: datetime, address_digest: str | None = None) -> int:
    """From an address, or from everybody: for the throttle."""
    raise NotImplementedError


def count_messages(engine: Engine, since: datetime, submission_id: int | None = None) -> int:
    """Of strangers, on one submission or on all: for the throttle."""
    raise NotImplementedError


def add_message(
    engine: Engine, submission_id: int, author: str, text: str, at: datetime, *, from_curator: bool
) -> None:
    """Append to the conversation. A stranger's answer to a question makes the submission pending again."""
    raise NotImplementedError


def set_status(
    engine: Engine, submission_id: int, status: SubmissionStatus, curator: str, at: datetime, message: str = ""
) -> None:
    """Ask for information, decline or reopen, with what is said of it; ``RecordError`` where it was approved."""
    raise NotImplementedError


def approve(
    engine: Engine,
    submission_id: int,
    curator: str,
    at: datetime,
    reviews: Sequence[Review],
    seen: Seen,
    added: Sequence[AddedFact] = (),
    message: str = "",
) -> tuple[list[str], list[Conflict]]:
    """As ``save_reviews``, and the submission is approved in the same transaction; with conflicts nothing is.

    Reviews and added facts are the curator's; the reason of each begins with "submission N", so that their origin
    stays with them. Without any it is approved as it is (a paper that waits to be read).
    """
    raise NotImplementedError


def waiting_papers(engine: Engine) -> list[str]:
    """arXiv ids of submitted papers, not declined, that were not read yet: for ``burden ingest --ids-file``."""
    raise NotImplementedError
