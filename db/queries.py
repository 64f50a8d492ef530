"""Reading the database: what is already done, what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Engine

from db.store import HarvestWindow, PendingEstimate
from extractors.records import FailureCause


def extracted(engine: Engine, sha256s: Iterable[str], extractor_version: str) -> set[str]:
    """Those of the documents that this extractor version has read with success."""
    raise NotImplementedError


def failed(engine: Engine, sha256s: Iterable[str], extractor_version: str) -> dict[str, FailureCause]:
    """Those of the documents that this extractor version could not read, with the cause."""
    raise NotImplementedError


def documents_of(engine: Engine, arxiv_ids: Iterable[str]) -> dict[tuple[str, int | None], str]:
    """``(arxiv_id, version) -> sha256`` of the PDFs already had, so that none is fetched twice."""
    raise NotImplementedError


def last_successful_window(engine: Engine, source: str) -> HarvestWindow | None:
    """The window with the latest end that a successful run of this source covered."""
    raise NotImplementedError


def pending_estimates(engine: Engine, estimator_version: str) -> Iterator[PendingEstimate]:
    """Training runs in force without an estimate of this version: corrected since, or a new catalogue."""
    raise NotImplementedError


def exported_records(engine: Engine, what: str, candidates: bool = False) -> Iterator[dict[str, Any]]:
    """The records of ``runs``, ``results``, ``burden`` or ``facts`` that are in force, in a fixed order."""
    raise NotImplementedError
