"""arXiv's bulk tars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from flows.sources import FoundPaper


def papers_in_tars(paths: Iterable[Path], unpack_to: Path, *, manifest: Path | None = None) -> Iterator[FoundPaper]:
    """The PDFs of the tars, unpacked into ``unpack_to`` one by one as they are drawn."""
    raise NotImplementedError
