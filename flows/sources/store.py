"""PDFs on disk, by the sha256 of their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.sources import FoundPaper
from flows.sources.http import PoliteSession


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A PDF in the store."""

    sha256: str
    path: Path
    byte_count: int


class PdfStore:
    """Files by sha256, and references by which an arXiv id and version find theirs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, pdf: bytes | Path) -> StoredPdf:
        """Store a PDF; one that is there already stays as it is."""
        raise NotImplementedError

    def fetch(self, http: PoliteSession, paper: FoundPaper) -> StoredPdf:
        """The paper's PDF, downloaded (or copied from ``pdf_path``) unless the store has it.

        Raises ``PaperError`` for this paper alone, ``SourceError`` and ``OSError`` for the run.
        """
        raise NotImplementedError
