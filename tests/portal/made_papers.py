"""Papers that are made for a test and go into a site's database by its own doors, as ingest does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from live_site import Site

from db.arrivals import ExtractedPaper
from db.store import save_extractions
from extractors.records import (
    Box,
    BurdenEstimate,
    Evidence,
    Extraction,
    PaperMetadata,
    Result,
    TrainingRun,
    UnknownHardware,
)

READ_AT = datetime(2026, 1, 1, 12, tzinfo=UTC)
_NO_ESTIMATE = BurdenEstimate(None, None, None, None, None, reason="no rate")


def evidence(quote: str, page: int = 1, line: int = 0) -> Evidence:
    """Words on a line of their own."""
    top = 80.0 + 12 * (line % 50)
    return Evidence(page, Box(72, top, 300, top + 10), quote, 0, len(quote), ("made-up",))


def run(
    quote: str, accelerator: str | None = "NVIDIA Tesla P100", *, line: int = 0, model: str | None = None
) -> TrainingRun:
    return TrainingRun(
        evidence(quote, line=line), accelerator, accelerator_count=8, duration_hours=84.0, model=model, confidence=0.9
    )


def save_paper(
    site: Site,
    metadata: PaperMetadata,
    sha256: str,
    runs: Sequence[TrainingRun] = (),
    results: Sequence[Result] = (),
    unknown_hardware: Sequence[UnknownHardware] = (),
    page_count: int = 2,
) -> str:
    """Save a paper as one that was read; its key."""
    extraction = Extraction(
        sha256, page_count, tuple(runs), results=tuple(results), unknown_hardware=tuple(unknown_hardware)
    )
    paper = ExtractedPaper(metadata, 1, extraction, [_NO_ESTIMATE] * len(runs))
    save_extractions(site.engine, [paper], "made-up 1", "made-up 1", READ_AT)
    return metadata.arxiv_id or f"sha256:{sha256}"
