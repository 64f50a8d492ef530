"""Releases of the data, kept so that each can be made again byte for byte: its rows, cut into chunks.

Chunks are known by the digest of their content and begin where a row's own digest says so: rows that are the same in
two releases are mostly in the same chunks, which are stored once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine


@dataclass(frozen=True, slots=True)
class StoredRelease:
    name: str
    made_at: datetime
    stamp: int
    """``public_stamp`` when it was made."""
    manifest: Mapping[str, Any]
    """As it was handed in."""
    row_counts: Mapping[str, int]
    """By table."""


def store_release(
    engine: Engine,
    name: str,
    made_at: datetime,
    stamp: int,
    manifest: Mapping[str, Any],
    tables: Mapping[str, Iterable[bytes]],
) -> StoredRelease:
    """Store a release whole, or nothing of it; of one that is there with the same rows and manifest, nothing changes.

    ``RecordError`` where another release has the name. Rows are read once, as they come, while nobody is kept from
    writing.
    """
    raise NotImplementedError


def releases(engine: Engine) -> list[StoredRelease]:
    """The latest first."""
    raise NotImplementedError


def release(engine: Engine, name: str) -> StoredRelease | None:
    raise NotImplementedError


def release_rows(engine: Engine, name: str, table: str) -> Iterator[bytes]:
    """The rows just as they were stored; ``RecordError`` for no such release or table, or a chunk that is damaged."""
    raise NotImplementedError
