"""What arrives of a paper, before it is stored: its PDF, what was read in it, or why it could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from extractors.records import BurdenEstimate, Extraction, FailureCause, PaperMetadata


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

    @property
    def document(self) -> PaperDocument:
        return PaperDocument(self.metadata, self.extraction.sha256, self.byte_count)


@dataclass(frozen=True, slots=True)
class PaperFailure:
    """A paper that could not be read. ``document`` is None where no PDF was had at all."""

    metadata: PaperMetadata
    document: PaperDocument | None
    cause: FailureCause
    message: str
