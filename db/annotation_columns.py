"""Rows of what people said, as other programs hand them in: their columns, and what each may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Integer, Table, Text

from db import desk_schema, schema
from db.columns import JsonText, UtcDateTime
from db.errors import RecordError, told_together
from db.facts import split_fact_key
from db.fields import FIELD_TYPES, FIELDS, Kind, checked_value, clean_text, seen_record
from db.reviews import Decision
from extractors.records import MAX_QUOTE_CHARACTERS, Status

Row = dict[str, Any]
_PAPER_KEY = re.compile(r"(?!.*\.\.)\w[\w.:/-]{0,99}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """A table of what people said."""

    table: Table
    moment: str
    """The column that says when."""
    key: str


SAID: Mapping[str, Said] = {
    "double_review": Said(desk_schema.double_reviews, "chosen_at", "paper_key"),
    "added_fact": Said(desk_schema.added_facts, "added_at", "claim_id"),
    "review": Said(schema.reviews, "reviewed_at", "review_id"),
    "comment": Said(desk_schema.comments, "at", "comment_id"),
    "settlement": Said(desk_schema.settlements, "settled_at", "settlement_id"),
}
"""In the order in which rows of one moment stand: a fact before its reviews."""
TYPES = tuple(SAID)

_OF_PAPER = {"paper_title": Text()}
_OF_ADDED = {"document_byte_count": BigInteger(), "document_page_count": Integer(), "links": JsonText()}
"""What an added fact needs besides its own columns and its claim's, to stand where its PDF is not known."""
_MOST_INTEGER, _MOST_BIG = 2**31 - 1, 2**63 - 1
LEFT_OUT_OF_CLAIM = frozenset({"extractor_version"})


def column_names(table: Table) -> list[str]:
    return [column.name for column in table.c]


def columns_of(type_name: str) -> dict[str, Any]:
    """The columns of rows of a type, with their types."""
    columns: dict[str, Any] = {column.name: column for column in SAID[type_name].table.c}
    if type_name == "added_fact":
        columns |= {column.name: column for column in schema.claims.c if column.name not in LEFT_OUT_OF_CLAIM}
        columns |= _OF_ADDED
    return columns | _OF_PAPER


def all_checked(rows: Sequence[tuple[str, Row]]) -> list[tuple[str, str, Row]]:
    """Each row with its place and type; the first twenty that are wrong are named together."""
    read: list[tuple[str, str, Row]] = []
    problems: list[str] = []
    for where, row in rows:
        try:
            read.append((where, str(row["type"]), _checked(row, where)))
        except RecordError as error:
            problems.append(str(error))
    if problems:
        raise RecordError(told_together(problems, "lines"))
    return read


def _checked(row: Mapping[str, Any], where: str) -> Row:
    """The row in the database's types; ``RecordError`` names what is wrong with it."""
    name = row["type"]
    columns = columns_of(name)
    missing, odd = columns.keys() - row.keys(), row.keys() - columns.keys() - {"type"}
    if missing or odd:
        what = f"no {', '.join(sorted(missing))}" if missing else f"what is {', '.join(sorted(map(str, odd)))[:80]}?"
        raise RecordError(f"{where}: {name}: {what}")
    checked = {column: _typed(row[column], of_type, f"{where}: {column}") for column, of_type in columns.items()}
    if not _PAPER_KEY.fullmatch(checked["paper_key"]):
        raise RecordError(f"{where}: paper_key is {checked['paper_key']!r:.80}, no paper's id")
    if name == "review":
        _check_review(checked, where)
    if name == "added_fact":
        _check_added(checked, where)
    return checked


def _typed(value: Any, column: Any, where: str) -> Any:
    of_type = getattr(column, "type", column)
    if value is None:
        if getattr(column, "nullable", True):
            return None
        raise RecordError(f"{where} can't be null")
    if isinstance(of_type, JsonText):
        return value
    if isinstance(of_type, UtcDateTime):
        return _moment(value, where)
    if isinstance(of_type, Text) and isinstance(value, str):
        if clean_text(value) != value:
            raise RecordError(f"{where} has characters that no database takes")
        return value
    if isinstance(of_type, Boolean) and isinstance(value, bool):
        return value
    if isinstance(of_type, Integer) and isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > (_MOST_BIG if isinstance(of_type, BigInteger) else _MOST_INTEGER):
            raise RecordError(f"{where} has {len(str(abs(value)))} digits: no database holds so large a number")
        return value
    if isinstance(of_type, Double) and _is_number(value):
        return float(value)
    raise RecordError(f"{where} is {value!r:.80}, not {of_type!s}")


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= _MOST_BIG


def _moment(value: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise RecordError(f"{where} is {value!r:.80}, no moment as 2026-03-01T12:00:00+00:00") from error
    if at.tzinfo is None:
        raise RecordError(f"{where} is {value!r:.80}, without a time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise RecordError(f"{where} is {value!r:.80}, out of all calendars in UTC") from error


def _check_key(row: Row, where: str) -> None:
    try:
        split_fact_key(f"{row['paper_key']}:{row['fact_digest']}")
    except RecordError as error:
        raise RecordError(f"{where}: {error}") from error


def _check_review(row: Row, where: str) -> None:
    _check_key(row, where)
    if row["decision"] not in set(Decision):
        raise RecordError(f"{where}: decision is {row['decision']!r:.40}, not one of {', '.join(Decision)}")
    if row["field"] and row["field"] not in FIELD_TYPES:
        raise RecordError(f"{where}: no such field: {row['field']!r:.40}")
    if not row["reviewer"].strip():
        raise RecordError(f"{where}: a review needs a reviewer")
    if seen_record(row["seen"], where) != row["seen"]:
        raise RecordError(f"{where}: seen has characters that no database takes")


def _check_added(row: Row, where: str) -> None:
    _check_key(row, where)
    if row["kind"] not in set(Kind):
        raise RecordError(f"{where}: kind is {row['kind']!r:.40}, not one of {', '.join(Kind)}")
    if not re.fullmatch("[0-9a-f]{64}", row["document_sha256"]):
        raise RecordError(f"{where}: document_sha256 is no sha256")
    if len(row["quote"]) > MAX_QUOTE_CHARACTERS or row["page"] < 1:
        raise RecordError(f"{where}: a quote of at most {MAX_QUOTE_CHARACTERS} characters, on a page from 1, is needed")
    fields = FIELDS[Kind(row["kind"])]
    known = [field for field in fields if checked_value(field, row[field], where) is not None]
    if not known:
        raise RecordError(f"{where}: an added fact states at least one of {', '.join(fields)}")
    if row["basis"] != "curated" or row["status"] not in set(Status) or not 0 <= row["confidence"] <= 1:
        raise RecordError(f"{where}: basis is curated, status one of {', '.join(Status)}, confidence from 0 to 1")
    for column, (is_right, expected) in _SHAPES.items():
        if not is_right(row[column]):
            raise RecordError(f"{where}: {column} is {row[column]!r:.80}, not {expected}")


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) and clean_text(word) == word for word in value)


def _are_boxes(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_box, value)))


def _is_box(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 5 and type(value[0]) is int and all(map(_is_number, value))


def _are_links(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(map(_is_link, value)))


def _is_link(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 4:
        return False
    return _are_words(value[:3]) and _is_number(value[3]) and 0 <= value[3] <= 1


_SHAPES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "rules": (_are_words, "a list of words"),
    "evidence_boxes": (_are_boxes, "a list of [page, x0, y0, x1, y1]"),
    "links": (_are_links, "a list of [model, benchmark, rule, confidence]"),
}
"""Lists whose inside the desk and the estimates rely on."""
