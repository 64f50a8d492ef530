"""Facts as a table for spreadsheets, a row the record and a row each of its fields, and the decisions filled in.

A curator fills in ``decision`` (accept, correct, reject), for a correction ``corrected_value``, and if need be
``reason``; a row without a decision says nothing. Spreadsheets change what they show: numbers, encodings, separators.
So what was in force at the export stands once more in ``as_exported``, as JSON that no spreadsheet touches, and only
that is read back. Text that would be a formula ("=HYPERLINK(…)") gets a leading ', which is taken off on the way in.
So does, in what is only shown, text that would be one where a spreadsheet splits lines at semicolons, as some do.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from annotations.exchange.facts import RECORD, Decisions, OpenFact
from annotations.exchange.written import ExchangeError, Value, read_value, written
from db.errors import RecordError, told_together
from db.facts import split_fact_key
from db.fields import FIELDS, Kind, checked_value, seen_record
from db.reviews import Decision, Review

COLUMNS = (
    "arxiv_id",
    "title",
    "kind",
    "page",
    "quote",
    "confidence",
    "status",
    "field",
    "machine_value",
    "value_in_force",
    "decision",
    "corrected_value",
    "reason",
    "fact_key",
    "as_exported",
)
_READ_BACK = ("field", "decision", "corrected_value", "reason", "fact_key", "as_exported")
_WHOLE_RECORD = "(record)"
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")
_FORMULA_WITHIN = re.compile("(?<=[;|])(?=[=+\\-@＝＋－＠])")
_ONLY_SHOWN = ("title", "quote", "machine_value", "value_in_force")
_SEPARATORS = (",", ";", "\t")
_LONGEST_CELL = 200_000


def table_text(facts: Iterable[OpenFact]) -> Iterator[str]:
    """The lines of the CSV file; the first names the columns."""
    yield _line(COLUMNS)
    for fact in facts:
        yield _line(_cells(fact, RECORD, "", "", _exported(fact, RECORD, {"values": dict(fact.values)})))
        for field in FIELDS[fact.kind]:
            now, machine = fact.values.get(field), fact.machine_values.get(field)
            yield _line(_cells(fact, field, written(machine), written(now), _exported(fact, field, {"value": now})))


def _exported(fact: OpenFact, field: str, seen: Mapping[str, Any]) -> str:
    state = {"kind": str(fact.kind), "review": fact.latest.get(field), **seen}
    # separators of other spreadsheets are written so that no cell of theirs begins in here
    return json.dumps(state, ensure_ascii=False, allow_nan=False).replace(";", "\\u003b").replace("|", "\\u007c")


def _cells(fact: OpenFact, field: str, machine: str, now: str, exported: str) -> list[str]:
    row = {
        "arxiv_id": fact.paper_key,
        "title": fact.title,
        "kind": str(fact.kind),
        "page": str(fact.page),
        "quote": fact.quote,
        "confidence": f"{fact.confidence:.3f}",
        "status": fact.status,
        "field": field or _WHOLE_RECORD,
        "machine_value": machine,
        "value_in_force": now,
        "fact_key": fact.fact_key,
        "as_exported": exported,
    }
    row |= {column: shown(row[column]) for column in _ONLY_SHOWN}
    return [guarded(row.get(column, "")) for column in COLUMNS]


def _line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    "=1+1" -> "'=1+1"        "'=1+1" -> "''=1+1"        "8 V100" -> "8 V100"        "'quoted'" -> "'quoted'"
    """
    return "'" + text if _FORMULA.match(text) else text


def shown(text: str) -> str:
    """Text on one line, no part of which is a formula where lines are split at semicolons or bars.

    "a;=1+1" -> "a;'=1+1"        "8\\n=1+1" -> "8 =1+1"        "a; =1" -> itself: behind a space it is text
    """
    return _FORMULA_WITHIN.sub("'", " ".join(text.split()))


def unguarded(text: str) -> str:
    """What ``guarded`` was given."""
    return text[1:] if _GUARDED.match(text) else text


def read_table(data: bytes, name: str, reviewer: str, at: datetime) -> Decisions:
    """The decisions in a table that came back; ``ExchangeError`` names every row that can't be taken, up to twenty."""
    reviews: list[Review] = []
    seen: dict[tuple[str, str], str | None] = {}
    errors: list[str] = []
    undecided = 0
    for where, row in _rows(_text(data, name), name):
        decision = row["decision"].strip().casefold()
        if not decision:
            undecided += 1
            if row["corrected_value"].strip():
                errors.append(f"{where}: a corrected_value without a decision: write correct, or empty the cell")
            continue
        try:
            review, in_force = _review(row, decision, reviewer, at, where)
        except (ExchangeError, RecordError) as error:
            errors.append(str(error))
            continue
        about = review.fact_key, review.field or RECORD
        if about in seen:
            errors.append(f"{where}: another row decides {review.field or 'the record'} of the same fact: leave one")
        seen[about] = in_force
        reviews.append(review)
    if errors:
        raise ExchangeError(told_together(errors, "rows"))
    left_out = (f"{undecided} rows without a decision",) if undecided else ()
    return Decisions(tuple(reviews), seen, left_out=left_out)


def _text(data: bytes, name: str) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ExchangeError(f'{name}: UTF-16 text: save it as "CSV UTF-8"')
    if data.startswith(b"PK"):
        raise ExchangeError(f'{name}: a spreadsheet, no CSV: save it as "CSV UTF-8"')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExchangeError(
            f'{name}: not UTF-8 ({error.reason} at byte {error.start}): save it as "CSV UTF-8"'
        ) from error


def _rows(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each row by column with its place in words; columns may have moved, and those not read back may be gone."""
    usual_limit = csv.field_size_limit(_LONGEST_CELL)  # one for the whole process, so it is given back
    head_line = text.partition("\n")[0].rstrip("\r")
    separator = max(_SEPARATORS, key=head_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        head = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in _READ_BACK if column not in head]
        if missing:
            raise ExchangeError(f"{name}, line 1: no column {', '.join(missing)}: is it an export of annotations?")
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            where = f"{name}, line {reader.line_num}"
            cells += [""] * (len(head) - len(cells))  # spreadsheets leave empty cells at the end out
            if len(cells) > len(head):
                raise ExchangeError(f"{where}: {len(cells)} cells where the first line names {len(head)} columns")
            yield where, {column: unguarded(cell) for column, cell in zip(head, cells, strict=True)}
    except csv.Error as error:
        raise ExchangeError(f"{name}, line {reader.line_num}: {error}") from error
    finally:
        csv.field_size_limit(usual_limit)


def _review(
    row: Mapping[str, str], decision: str, reviewer: str, at: datetime, where: str
) -> tuple[Review, str | None]:
    """The review of one row, and which one was in force at the export."""
    if decision not in (Decision.ACCEPT, Decision.CORRECT, Decision.REJECT):
        raise ExchangeError(f"{where}: decision is {decision[:40]!r}: write accept, correct or reject, or nothing")
    fact_key = row["fact_key"].strip()
    try:
        split_fact_key(fact_key)
    except RecordError as error:
        raise ExchangeError(f"{where}: {error}") from error
    kind, state = _state(row["as_exported"], where)
    field = row["field"].strip()
    field = RECORD if field == _WHOLE_RECORD else field
    if field and field not in FIELDS[kind]:
        raise ExchangeError(f"{where}: a {kind} has no field {field[:40]!r} (it has {', '.join(FIELDS[kind])})")
    value: Value = None
    given = row["corrected_value"]
    if decision == Decision.CORRECT:
        if not field:
            raise ExchangeError(f"{where}: correct names a field, and this row is of the record: use the field's row")
        if not given.strip():
            raise ExchangeError(f'{where}: a correction without corrected_value: write it, or "not stated"')
        value = read_value(field, given, where)
    elif given.strip():
        raise ExchangeError(f"{where}: a corrected_value beside {decision}: write correct, or empty the cell")
    saw = state.get("values") if not field else {field: checked_value(field, state.get("value"), where)}
    review = Review(
        fact_key=fact_key,
        field=field or None,
        decision=Decision(decision),
        reviewer=reviewer,
        reviewed_at=at,
        value=value,
        reason=row["reason"].strip(),
        seen=seen_record(saw, where),
    )
    return review, state.get("review")


def _state(cell: str, where: str) -> tuple[Kind, dict[str, Any]]:
    """What ``_exported`` wrote."""
    try:
        state = json.loads(cell)
        return Kind(state["kind"]), state
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ExchangeError(f"{where}: as_exported was changed: take this row from a fresh export") from error
