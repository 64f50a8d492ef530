"""Exported records: their shape, and writing them as JSON lines, CSV or Parquet. Needs no database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from extractors.records import BurdenEstimate, Extraction, PaperMetadata

Record = dict[str, Any]


def extraction_records(
    metadata: PaperMetadata, extraction: Extraction, estimates: Sequence[BurdenEstimate], candidates: bool = False
) -> Iterator[Record]:
    """The records that ``burden export facts`` would give for this extraction, before any review."""
    raise NotImplementedError


def write_records(records: Iterable[Record], what: str, file_format: str, stream: BinaryIO) -> int:
    """Write records of ``runs``, ``results``, ``burden`` or ``facts`` as they come; how many."""
    raise NotImplementedError


def write_records_file(records: Iterable[Record], what: str, file_format: str, path: Path) -> int:
    """As ``write_records``, to a file that appears whole or not at all; how many."""
    raise NotImplementedError
