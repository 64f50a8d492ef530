"""Releases come back byte for byte, share what is the same, and are there whole or not at all; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db import release_store
from db.errors import DatabaseError, RecordError
from db.public_stamp import public_stamp
from db.release_store import release, release_manifest, release_rows, releases, store_release


def numbered(count: int) -> list[bytes]:
    return [f"row {number}, with some words that repeat themselves".encode() for number in range(count)]


def chunk_count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text("SELECT COUNT(*) FROM release_chunks")) or 0)


def test_rows_come_back_as_they_were(engine: Engine, sample: Any) -> None:
    tables = {"papers": numbered(20_000), "empty": [], "odd": [b"", b"\0\xff", b"x" * 5_000_000, b""]}
    stored = store_release(engine, "2026-11-27", sample.noon, 7, {"pyarrow": "23"}, tables)
    assert stored.row_counts == {"papers": 20_000, "empty": 0, "odd": 4}
    assert {table: list(release_rows(engine, "2026-11-27", table)) for table in tables} == tables
    assert releases(engine) == [stored] == [release(engine, "2026-11-27")]
    assert release_manifest(engine, "2026-11-27") == {"pyarrow": "23"}
    assert public_stamp(engine).number == 1


def test_a_later_release_stores_only_what_changed(engine: Engine, sample: Any) -> None:
    rows = numbered(50_000)
    store_release(engine, "first", sample.noon, 1, {}, {"points": rows})
    before = chunk_count(engine)
    changed = [*rows[:20_000], b"a new row", *rows[20_000:30_000], b"another value", *rows[30_001:]]
    store_release(engine, "second", sample.noon + timedelta(days=1), 2, {}, {"points": changed})
    assert before > 50
    assert chunk_count(engine) - before <= 4
    assert list(release_rows(engine, "second", "points")) == changed
    assert list(release_rows(engine, "first", "points")) == rows
    assert [each.name for each in releases(engine)] == ["second", "first"]


def test_a_name_that_is_taken_is_refused_before_any_row_is_read(engine: Engine, sample: Any) -> None:
    store_release(engine, "first", sample.noon, 1, {}, {})

    def unread() -> Iterator[bytes]:
        raise AssertionError
        yield b""

    with pytest.raises(RecordError, match="there is a release 'first' already: choose another name"):
        store_release(engine, "first", sample.noon, 1, {}, {"points": unread()})


def test_a_release_that_fails_half_way_is_not_there_and_can_be_made_again(engine: Engine, sample: Any) -> None:
    def broken() -> Iterator[bytes]:
        yield from numbered(30_000)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        store_release(engine, "first", sample.noon, 1, {}, {"points": broken()})
    assert (releases(engine), release(engine, "first"), release_manifest(engine, "first")) == ([], None, None)
    store_release(engine, "first", sample.noon, 1, {}, {"points": numbered(30_000)})
    assert list(release_rows(engine, "first", "points")) == numbered(30_000)


def test_what_is_not_there_and_what_is_damaged(engine: Engine, sample: Any) -> None:
    store_release(engine, "first", sample.noon, 1, {}, {"points": numbered(3)})
    with pytest.raises(RecordError, match="no such release"):
        release_rows(engine, "second", "points")
    with pytest.raises(RecordError, match="it has no table 'users'"):
        release_rows(engine, "first", "users")
    with engine.connect() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("UPDATE release_chunks SET compressed = NULL"))


def test_a_damaged_chunk_is_told() -> None:
    assert release_store._decompressed(b"no zlib") is None


@given(st.lists(st.binary(max_size=40), max_size=600))
def test_chunks_hold_all_rows_in_order(rows: list[bytes]) -> None:
    chunks = list(release_store._chunked(iter(rows)))
    assert sum(chunk.row_count for chunk in chunks) == len(rows)
    framed = b"".join(release_store._decompressed(chunk.compressed) or b"" for chunk in chunks)
    assert framed == b"".join(len(row).to_bytes(4) + row for row in rows)
