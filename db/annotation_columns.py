"""Rows of what people said, as other programs hand them in: their columns, and what each may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Integer, Table, Text

from db import desk_schema, schema
from db.columns import JsonText, UtcDateTime
from db.errors import RecordError
from db.facts import split_fact_key
from db.fields import FIELD_TYPES, FIELDS, Kind, clean_text
from db.reviews import Decision
from extractors.records import MAX_QUOTE_CHARACTERS

Row = dict[str, Any]
_MOST_PROBLEMS = 20


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
        more = len(problems) - _MOST_PROBLEMS
        raise RecordError("\n".join(problems[:_MOST_PROBLEMS] + ([f"… and {more} more lines"] if more > 0 else [])))
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
        return value
    if isinstance(of_type, Double) and _is_number(value):
        return float(value)
    raise RecordError(f"{where} is {value!r:.80}, not {of_type!s}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _moment(value: Any, where: str) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise RecordError(f"{where} is {value!r:.80}, no moment as 2026-03-01T12:00:00+00:00") from error
    if at.tzinfo is None:
        raise RecordError(f"{where} is {value!r:.80}, without a time zone")
    return at


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


def _check_added(row: Row, where: str) -> None:
    _check_key(row, where)
    if row["kind"] not in set(Kind):
        raise RecordError(f"{where}: kind is {row['kind']!r:.40}, not one of {', '.join(Kind)}")
    if not re.fullmatch("[0-9a-f]{64}", row["document_sha256"]):
        raise RecordError(f"{where}: document_sha256 is no sha256")
    if len(row["quote"]) > MAX_QUOTE_CHARACTERS or row["page"] < 1:
        raise RecordError(f"{where}: a quote of at most {MAX_QUOTE_CHARACTERS} characters, on a page from 1, is needed")
    known = [field for field in FIELDS[Kind(row["kind"])] if row[field] is not None]
    if not known:
        raise RecordError(f"{where}: an added fact states at least one of {', '.join(FIELDS[Kind(row['kind'])])}")
