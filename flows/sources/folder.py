"""PDFs in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.sources import FoundPaper


def papers_in_folder(path: Path) -> Iterator[FoundPaper]:
    """Every PDF under ``path``, sorted by name."""
    raise NotImplementedError
