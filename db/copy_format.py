"""Rows of a table as bytes: PostgreSQL's binary COPY format, which both databases write and read here.

The same rows in the same order are the same bytes on both, to the last bit of a float, so that a digest of the bytes
compares an SQLite file with a PostgreSQL server. PostgreSQL writes and reads it itself; for SQLite it is done here.
https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Double, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from db.errors import DatabaseError

Row = tuple[Any, ...]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_LENGTH = struct.Struct(">i")
_FIELDS = struct.Struct(">h")
_EPOCH_DAY = date(2000, 1, 1).toordinal()
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TYPES: tuple[tuple[type[TypeEngine[Any]], str], ...] = (
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Boolean, "bool"),
    (Double, "float8"),
    (Text, "text"),
    (Date, "date"),
    (DateTime, "timestamptz"),
    (LargeBinary, "bytea"),
)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table's columns with PostgreSQL's names of their types, and by which of them its rows are ordered."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    @property
    def column_names(self) -> list[str]:
        return [name for name, _ in self.columns]

    @property
    def has_blobs(self) -> bool:
        return any(kind == "bytea" for _, kind in self.columns)


def table_shape(table: Table, present: Iterable[str]) -> TableShape:
    """The shape of the table as far as its columns are ``present``: an older schema has fewer."""
    there = set(present)
    columns = tuple((column.name, _type_name(column)) for column in table.columns if column.name in there)
    return TableShape(table.name, columns, tuple(column.name for column in table.primary_key))


def _type_name(column: Column[Any]) -> str:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    return next(name for known, name in _TYPES if isinstance(kind, known))


def encoded(shape: TableShape, rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """SQLite's rows as the table's bytes; ``DatabaseError`` names the row that holds what its column may not."""
    count = _FIELDS.pack(len(shape.columns))
    encoders = [_ENCODERS[kind] for _, kind in shape.columns]
    yield _HEADER
    for row in rows:
        try:
            fields = [_NULL if value is None else encode(value) for encode, value in zip(encoders, row, strict=True)]
        except (struct.error, ValueError, TypeError, AttributeError) as error:
            raise DatabaseError(f"{shape.name}, the row {_named(shape, row)}: {error}") from error
        yield count + b"".join(fields)
    yield _END


def _named(shape: TableShape, row: Sequence[Any]) -> str:
    """The row's key in words: paper_key=2401.00001, version=2"""
    values = dict(zip(shape.column_names, row, strict=True))
    return ", ".join(f"{name}={values[name]}" for name in shape.key)


def decoded(shape: TableShape, chunks: Iterable[bytes], batch_bytes: int) -> Iterator[list[Row]]:
    """The table's bytes as rows for SQLite, in lists of about so many bytes; ``DatabaseError`` if they end early."""
    decoders = [_DECODERS[kind] for _, kind in shape.columns]
    source = iter(chunks)
    held = bytearray()
    while len(held) < len(_HEADER):
        held += _next(shape, source)
    if not held.startswith(_HEADER[:11]):
        raise DatabaseError(f"{shape.name}: these are no rows in PostgreSQL's binary format")
    del held[: len(_HEADER)]
    ended = False
    while not ended:
        while len(held) < batch_bytes and not held.endswith(_END):
            more = next(source, b"")
            if not more:
                break
            held += more
        rows, used, ended = _whole_rows(shape, decoders, bytes(held))
        if rows:
            yield rows
        if not ended and not used:
            held += _next(shape, source)
        del held[:used]


def _next(shape: TableShape, source: Iterator[bytes]) -> bytes:
    more = next(source, b"")
    if not more:
        raise DatabaseError(f"{shape.name}: its rows end too early")
    return more


def _whole_rows(
    shape: TableShape, decoders: Sequence[Callable[[bytes], Any]], held: bytes
) -> tuple[list[Row], int, bool]:
    """The rows that are in ``held`` whole, how many bytes they are, and whether the end was among them."""
    rows: list[Row] = []
    row_start, size = 0, len(held)
    while row_start + 2 <= size:
        (count,) = _FIELDS.unpack_from(held, row_start)
        if count == -1:
            return rows, row_start + 2, True
        if count != len(decoders):
            raise DatabaseError(f"{shape.name}: a row has {count} columns in place of {len(decoders)}")
        values: list[Any] = []
        at = row_start + 2
        for decode in decoders:
            if at + 4 > size:
                return rows, row_start, False
            (length,) = _LENGTH.unpack_from(held, at)
            at += 4
            if length < 0:
                values.append(None)
                continue
            if at + length > size:
                return rows, row_start, False
            values.append(decode(held[at : at + length]))
            at += length
        rows.append(tuple(values))
        row_start = at
    return rows, row_start, False


def _fixed(code: str, made: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], bytes]:
    pack, size = struct.Struct(f">i{code}").pack, struct.calcsize(f">{code}")
    return lambda value: pack(size, made(value))


def _bytes(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _text(value: str) -> bytes:
    data = value.encode()
    return _LENGTH.pack(len(data)) + data


def _microseconds(text: str) -> int:
    """Since 2000, of a moment as SQLite holds it: UTC."""
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> str:
    return (_EPOCH + timedelta(microseconds=microseconds)).replace(tzinfo=None).isoformat(" ", "microseconds")


def _unpacked(code: str, made: Callable[[Any], Any] = lambda value: value) -> Callable[[bytes], Any]:
    unpack = struct.Struct(f">{code}").unpack
    return lambda data: made(unpack(data)[0])


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "int4": _fixed("i"),
    "int8": _fixed("q"),
    "bool": _fixed("?", bool),
    "float8": _fixed("d", lambda value: value + 0.0),  # SQLite knows no negative zero
    "text": _text,
    "date": _fixed("i", lambda text: date.fromisoformat(text).toordinal() - _EPOCH_DAY),
    "timestamptz": _fixed("q", _microseconds),
    "bytea": _bytes,
}
_DECODERS: dict[str, Callable[[bytes], Any]] = {
    "int4": _unpacked("i"),
    "int8": _unpacked("q"),
    "bool": _unpacked("?", int),
    "float8": _unpacked("d"),
    "text": bytes.decode,
    "date": _unpacked("i", lambda days: date.fromordinal(days + _EPOCH_DAY).isoformat()),
    "timestamptz": _unpacked("q", _moment),
    "bytea": bytes,
}
