"""Storing other people's tables: file by file, beside what papers say and never among it.

A file is known by its source and name. Read again with the same outcome it changes nothing; with another one (other
bytes, or an importer that reads the same bytes otherwise) it supersedes what was stored, which stays but is no longer
in force. Imported rows are in no table of claims; ``fit_points_v1`` has them under the basis ``imported``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, select

from db import schema
from db.engine import is_sqlite, writing
from db.errors import RecordError
from db.facts import digest
from db.fields import clean_text
from imports.records import ImportedFile, ImportedModel

_PAPERS = "db"
"""The source under which ``fit_points_v1`` has what papers say."""
_MOST_CHARACTERS = {
    "source": 100,
    "name": 300,
    "model": 1_000,
    "title": 2_000,
    "url": 2_000,
    "arxiv_id": 100,
    "accelerator": 2_000,
    "note": 10_000,
    "benchmark": 200,
    "metric": 200,
}
_AMOUNTS = (
    "hardware_burden_flop",
    "network_operations_flop",
    "operations_per_pass_flop",
    "training_compute_flop",
    "parameters",
    "accelerator_count",
    "duration_hours",
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    import_id: int
    """Of the import that is in force now."""
    is_new: bool
    """False where the file was in force already, just as it was read now: nothing was stored."""
    superseded_import_id: int | None
    """Of the import of an earlier content of the file that this one put out of force."""
    model_count: int
    result_count: int


def store_import(engine: Engine, file: ImportedFile, at: datetime) -> ImportOutcome:
    """Store a file in ONE transaction, unless it is in force already, just as it was read now.

    ``RecordError`` (nothing is stored) names the file, the row and the cause: a number that is not finite, an amount
    that is not above zero, a text beyond all bounds, a row or a result twice.
    """
    where = f"{file.source}, {file.name[:80]}"
    row: Row = {
        "source": _text("source", file.source, where),
        "file_name": _text("name", file.name, where),
        "sha256": file.sha256,
        "repairs": [_cleaned(asdict(repair)) for repair in file.repairs],
        "skipped": [[number, clean_text(cause)] for number, cause in file.skipped],
    }
    if row["source"] in (None, _PAPERS) or row["file_name"] is None:
        raise RecordError(f"{where}: an import needs a file name, and a source other than {_PAPERS!r}")
    models = [_model_row(model, f"{where}, row {model.row_number}") for model in file.models]
    results = [result for model in file.models for result in _result_rows(model, f"{where}, row {model.row_number}")]
    _refuse_twice(((model["row_number"],) for model in models), where)
    _refuse_twice(((each["row_number"], each["benchmark"], each["metric"]) for each in results), where)
    dated = [model | {"published": model["published"] and model["published"].isoformat()} for model in models]
    row["reading_digest"] = digest([dated, results, row["repairs"], row["skipped"]])
    with writing(engine) as connection:
        hold_off_writers(connection, schema.imports)
        earlier = _in_force(connection, row["source"], row["file_name"])
        if earlier and (earlier.sha256, earlier.reading_digest) == (row["sha256"], row["reading_digest"]):
            return ImportOutcome(earlier.import_id, False, None, len(models), len(results))
        row |= {"imported_at": at, "model_count": len(models), "result_count": len(results)}
        inserted = connection.execute(schema.imports.insert().values(row))
        import_id = int((inserted.inserted_primary_key or (0,))[0])
        for table, rows in ((schema.imported_models, models), (schema.imported_results, results)):
            if rows:
                connection.execute(table.insert(), [{"import_id": import_id, **each} for each in rows])
    return ImportOutcome(import_id, True, earlier and earlier.import_id, len(models), len(results))


def hold_off_writers(connection: Connection, table: Table) -> None:
    """Let no other process append to the table until this transaction ends; SQLite has one writer anyway."""
    if not is_sqlite(connection):
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")


def _in_force(connection: Connection, source: str, file_name: str) -> Any:
    table = schema.imports
    query = select(table).where(table.c.source == source, table.c.file_name == file_name)
    return connection.execute(query.order_by(table.c.import_id.desc()).limit(1)).first()


def _model_row(model: ImportedModel, where: str) -> Row:
    """The row of ``imported_models`` but for its import."""
    if model.row_number < 1:
        raise RecordError(f"{where}: rows are counted from 1")
    row: Row = {name: _text(name, getattr(model, name), where) for name in ("model", "title", "url", "arxiv_id")}
    row |= {name: _text(name, getattr(model, name), where) for name in ("accelerator", "note")}
    row |= {name: _number(name, getattr(model, name), where) for name in (*_AMOUNTS, "year")}
    for name in _AMOUNTS:
        if row[name] is not None and row[name] <= 0:
            raise RecordError(f"{where}: {name} should be above zero, or unknown (None), not {row[name]!r}")
    return row | {"row_number": model.row_number, "published": model.published, "included": model.included}


def _result_rows(model: ImportedModel, where: str) -> list[Row]:
    rows = []
    for result in model.results:
        named = {name: _text(name, getattr(result, name), where) for name in ("benchmark", "metric")}
        value = _number("value", result.value, where)
        if value is None or None in named.values():
            raise RecordError(f"{where}: a result needs a benchmark, a metric and a value, not {result!r}")
        rows.append({"row_number": model.row_number, **named, "value": value})
    return rows


def _text(name: str, value: str | None, where: str) -> str | None:
    """What every database takes; blank is unknown."""
    cleaned = clean_text(value or "").strip()
    if len(cleaned) > _MOST_CHARACTERS[name]:
        raise RecordError(
            f"{where}: {name} has {len(cleaned)} characters, at most {_MOST_CHARACTERS[name]} can be kept:"
            f" {cleaned[:80]!r}…"
        )
    return cleaned or None


def _number(name: str, value: float | None, where: str) -> float | None:
    if value is not None and not math.isfinite(value):
        raise RecordError(f"{where}: {name} should be a finite number, or unknown (None), not {value!r}")
    return None if value is None else float(value)


def _cleaned(repair: Row) -> Row:
    return {name: clean_text(value) if isinstance(value, str) else value for name, value in repair.items()}


def _refuse_twice(keys: Iterable[tuple[Any, ...]], where: str) -> None:
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        number, *of_result = twice[0]
        what = " ".join(of_result) or "the row itself"
        raise RecordError(f"{where}, row {number}: {what} stands there twice")
