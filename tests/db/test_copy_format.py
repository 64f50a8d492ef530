"""Both databases write the same rows as the same bytes, and read them back."""

from __future__ import annotations

import struct

import pytest

from db.copy_format import TableShape, decoded, encoded, table_shape
from db.errors import DatabaseError
from db.schema import metadata

SHAPE = TableShape(
    "things",
    (
        ("name", "text"), ("small", "int4"), ("large", "int8"), ("share", "float8"), ("is_so", "bool"),
        ("day", "date"), ("at", "timestamptz"), ("packed", "bytea"),
    ),
    ("name",),
)  # fmt: skip
ROWS = [
    ("größer\t\n\\N", -1, 2**40, 0.1, 1, "1999-12-31", "2026-03-01 12:00:00.000001", b"\0\xff"),
    ("", 0, 0, 1e308, 0, "2000-01-01", "1970-01-01 00:00:00.000000", b""),
    ("z", None, None, None, None, None, None, None),
]


def one_byte_at_a_time(chunks: list[bytes]) -> list[bytes]:
    return [bytes([byte]) for byte in b"".join(chunks)]


@pytest.mark.parametrize("batch_bytes", [1, 100, 1_000_000])
def test_rows_come_back_whatever_the_pieces_are(batch_bytes: int) -> None:
    chunks = list(encoded(SHAPE, ROWS))
    for pieces in (chunks, [b"".join(chunks)], one_byte_at_a_time(chunks)):
        assert [row for rows in decoded(SHAPE, pieces, batch_bytes) for row in rows] == ROWS


def test_a_batch_holds_no_more_than_asked_for() -> None:
    rows = [("x" * 1000, *ROWS[2][1:])] * 50
    batches = list(decoded(SHAPE, encoded(SHAPE, rows), 5_000))
    assert max(map(len, batches)) <= 5
    assert sum(map(len, batches)) == 50


def test_the_bytes_are_postgresqls() -> None:
    shape = TableShape("things", (("name", "text"), ("share", "float8")), ("name",))
    head, row, end = encoded(shape, [("é", -0.0)])
    assert head == b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
    assert row == struct.pack(">hi2sid", 2, 2, "é".encode(), 8, 0.0)
    assert end == struct.pack(">h", -1)


@pytest.mark.parametrize("kept", [5, 25, 60, -1])
def test_bytes_that_end_early_are_refused(kept: int) -> None:
    whole = b"".join(encoded(SHAPE, ROWS))
    with pytest.raises(DatabaseError, match="things: its rows end too early"):
        list(decoded(SHAPE, [whole[:kept]], 100))


def test_a_value_that_its_column_does_not_hold_is_named_by_its_row() -> None:
    shape = TableShape("things", (("name", "text"), ("small", "int4")), ("name",))
    with pytest.raises(DatabaseError, match="things, the row name=b: "):
        list(encoded(shape, [("a", 1), ("b", 2**31)]))


@pytest.mark.parametrize("name", metadata.tables)
def test_every_column_of_every_table_has_a_type_and_each_table_an_order(name: str) -> None:
    table = metadata.tables[name]
    shape = table_shape(table, table.columns.keys())
    assert shape.column_names == table.columns.keys()
    assert shape.key
