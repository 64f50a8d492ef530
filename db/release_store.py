"""Releases of the data, kept so that each can be made again byte for byte: its rows, cut into chunks.

Chunks are known by the digest of their content and begin where a row's own digest says so: rows that are the same in
two releases are mostly in the same chunks, which are stored once.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from db import public_schema
from db.engine import hold_off_writers, is_sqlite, writing
from db.errors import RecordError
from db.public_stamp import stamp_change

_releases = public_schema.releases
_chunks = public_schema.release_chunks
_parts = public_schema.release_parts

_FEWEST_ROWS = 64
_ROWS_ON_AVERAGE = 512
"""A row begins the next chunk where its digest is a multiple of this."""
_MOST_ROWS = 4_096
_MOST_BYTES = 4_000_000
"""Of the rows of one chunk; a row alone may have more."""
_LENGTH_BYTES = 4
"""Before each row of a chunk stands how long it is."""
_COMPRESSION_LEVEL = 6
_CHUNKS_A_WRITE = 16


@dataclass(frozen=True, slots=True)
class StoredRelease:
    name: str
    made_at: datetime
    """Just before its rows were read: it may lack whatever came later."""
    stamp: int
    """``public_stamp`` when it was made."""
    manifest: Mapping[str, Any]
    """As it was handed in."""
    row_counts: Mapping[str, int]
    """By table."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    sha256: str
    row_count: int
    compressed: bytes


def store_release(
    engine: Engine,
    name: str,
    made_at: datetime,
    stamp: int,
    manifest: Mapping[str, Any],
    tables: Mapping[str, Iterable[bytes]],
) -> StoredRelease:
    """Store a release whole, or nothing that anybody sees of it.

    ``RecordError`` where a release has the name. Rows are read once, in the order of the tables' names, as they come.
    Their chunks are stored while they come, in short transactions, so that nobody is kept from writing; the release
    itself at the end, in one.
    """
    _refuse_taken(engine, name)
    parts: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for table in sorted(tables):
        parts[table] = []
        counts[table] = 0
        for chunks in _portions(_chunked(tables[table])):
            _store_chunks(engine, chunks)
            parts[table] += [chunk.sha256 for chunk in chunks]
            counts[table] += sum(chunk.row_count for chunk in chunks)
    stored = StoredRelease(name, made_at, stamp, dict(manifest), dict(counts))
    rows = [
        {"release_name": name, "table_name": table, "position": position, "sha256": digest}
        for table, digests in parts.items()
        for position, digest in enumerate(digests)
    ]
    with writing(engine) as connection:
        hold_off_writers(connection, _releases)
        _refuse_taken(connection, name)
        connection.execute(_releases.insert(), asdict(stored))
        if rows:
            connection.execute(_parts.insert(), rows)
        stamp_change(connection, made_at)
    return stored


def releases(engine: Engine) -> list[StoredRelease]:
    """The latest first."""
    query = select(_releases).order_by(_releases.c.made_at.desc(), _releases.c.name.desc())
    with engine.connect() as connection:
        return [StoredRelease(**row) for row in connection.execute(query).mappings()]


def release(engine: Engine, name: str) -> StoredRelease | None:
    """By its name; None where there is no such release."""
    with engine.connect() as connection:
        row = connection.execute(select(_releases).where(_releases.c.name == name)).mappings().first()
    return StoredRelease(**row) if row else None


def release_manifest(engine: Engine, name: str) -> Mapping[str, Any] | None:
    """As it was handed in; None where there is no such release."""
    found = release(engine, name)
    return found.manifest if found else None


def release_rows(engine: Engine, name: str, table: str) -> Iterator[bytes]:
    """The rows just as they were stored, as they are asked for.

    ``RecordError`` for no such release or table, or a chunk that is other than its digest says.
    """
    found = release(engine, name)
    if found is None or table not in found.row_counts:
        what = "no such release" if found is None else f"it has no table {table[:80]!r}"
        raise RecordError(f"release {name[:80]!r}: {what}")
    query = (
        select(_chunks.c.sha256, _chunks.c.compressed)
        .join(_parts, _parts.c.sha256 == _chunks.c.sha256)
        .where(_parts.c.release_name == name, _parts.c.table_name == table)
        .order_by(_parts.c.position)
    )
    return _rows_of_chunks(engine, query, f"release {name[:80]!r}, table {table[:80]!r}")


def _rows_of_chunks(engine: Engine, query: Any, where: str) -> Iterator[bytes]:
    with engine.connect().execution_options(yield_per=_CHUNKS_A_WRITE) as connection:
        for digest, compressed in connection.execute(query):
            framed = _decompressed(compressed)
            if framed is None or sha256(framed).hexdigest() != digest:
                raise RecordError(f"{where}: chunk {digest[:12]} is damaged; restore a copy of the database")
            start = 0
            while start < len(framed):
                begin = start + _LENGTH_BYTES
                start = begin + int.from_bytes(framed[start:begin])
                yield framed[begin:start]


def _decompressed(compressed: bytes) -> bytes | None:
    try:
        return zlib.decompress(compressed)
    except zlib.error:
        return None


def _chunked(rows: Iterable[bytes]) -> Iterator[_Chunk]:
    """Rows in chunks that begin at the same rows wherever these stand: a new row changes the chunk that it is in."""
    held: list[bytes] = []
    size = 0
    for row in rows:
        begins = int.from_bytes(sha256(row).digest()[:8]) % _ROWS_ON_AVERAGE == 0
        full = len(held) >= _MOST_ROWS or size + len(row) > _MOST_BYTES
        if held and (full or (begins and len(held) >= _FEWEST_ROWS)):
            yield _chunk(held)
            held, size = [], 0
        held.append(row)
        size += len(row)
    if held:
        yield _chunk(held)


def _chunk(rows: list[bytes]) -> _Chunk:
    framed = b"".join(part for row in rows for part in (len(row).to_bytes(_LENGTH_BYTES), row))
    return _Chunk(sha256(framed).hexdigest(), len(rows), zlib.compress(framed, _COMPRESSION_LEVEL))


def _portions(chunks: Iterator[_Chunk]) -> Iterator[list[_Chunk]]:
    portion: list[_Chunk] = []
    for chunk in chunks:
        portion.append(chunk)
        if len(portion) == _CHUNKS_A_WRITE:
            yield portion
            portion = []
    if portion:
        yield portion


def _store_chunks(engine: Engine, chunks: list[_Chunk]) -> None:
    digests = [chunk.sha256 for chunk in chunks]
    with engine.connect() as connection:
        there = set(connection.scalars(select(_chunks.c.sha256).where(_chunks.c.sha256.in_(digests))))
    new = {chunk.sha256: chunk for chunk in chunks if chunk.sha256 not in there}
    if new:
        with writing(engine) as connection:
            insert = (sqlite if is_sqlite(connection) else postgresql).insert(_chunks).on_conflict_do_nothing()
            rows = [
                {"sha256": digest, "row_count": chunk.row_count, "compressed": chunk.compressed}
                for digest, chunk in sorted(new.items())
            ]
            connection.execute(insert, rows)


def _refuse_taken(bind: Engine | Connection, name: str) -> None:
    query = select(_releases.c.name).where(_releases.c.name == name)
    if isinstance(bind, Engine):
        with bind.connect() as connection:
            taken = connection.scalar(query)
    else:
        taken = bind.scalar(query)
    if taken is not None:
        raise RecordError(f"there is a release {name[:80]!r} already: choose another name")
