"""Storing other people's tables: file by file, beside what papers say and never among it.

A file is known by its source and name. Read again with the same outcome it changes nothing; with another one (other
bytes, or an importer that reads the same bytes otherwise) it supersedes what was stored, which stays but is no longer
in force. A copy under another name is not stored: its rows would count twice. What shares most of its models with a
file of another name is stored and told of; where it is to take that file's place, an import without models takes that
name out of force. Imported rows are in no table of claims; ``fit_points_v1`` has them under the basis ``imported``.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from db import schema
from db.engine import hold_off_writers, writing
from db.errors import RecordError
from db.facts import digest
from db.fields import clean_text
from db.public_refresh import refresh_public_imports
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

_OF_A_READING = ("sha256", "reading_digest", "repairs", "skipped")
LEAST_SHARE_OF_OVERLAP = 0.5
_NOTHING_READ = {"reading_digest": digest([[], []]), "repairs": [], "model_count": 0, "result_count": 0}

Row = dict[str, Any]
_ModelOnBenchmark = tuple[str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another file in force, of the same source, with mostly the same models on the same benchmarks."""

    import_id: int
    file_name: str
    shared_count: int
    """Models by benchmark (of files without results: models) that both have, by name and link."""
    share: float
    """Of those of the file that has fewer: above ``LEAST_SHARE_OF_OVERLAP``."""


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    import_id: int
    """Of the import that is in force now."""
    is_new: bool
    """False where the content was in force already, under this name or another: no row was stored."""
    superseded_import_id: int | None
    """Of the import of an earlier content of the file that this one put out of force."""
    model_count: int
    result_count: int
    copy_of: str | None = None
    """The file in force, of another name, that has the same bytes or rows; ``import_id`` is that one's."""
    reads_otherwise: bool = False
    """True where that file's bytes are the same, but not what was read in them then."""
    replaced_import_ids: tuple[int, ...] = ()
    """Of the files of other names that this one was put in the place of."""
    overlaps: tuple[Overlap, ...] = ()
    """What counts twice now, most first."""


def store_import(engine: Engine, file: ImportedFile, at: datetime, replaces: Collection[str] = ()) -> ImportOutcome:
    """Store a file in ONE transaction, unless it is in force already, just as it was read now, under whatever name.

    A copy of another file takes what was in force under its own name out of force. ``replaces`` names files of the same
    source that this one takes the place of; those that are out of force already may be among them.

    ``RecordError`` (nothing is stored) names the file, the row and the cause: a number that is not finite, an amount
    that is not above zero, a text beyond all bounds, a row or a result twice, a file to replace that never was there.
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
    row["reading_digest"] = digest([dated, results])
    with writing(engine) as connection:
        hold_off_writers(connection, schema.imports)
        row |= {"imported_at": at, "model_count": len(models), "result_count": len(results)}
        earlier, others = _in_force(connection, row, replaces, where)
        replaced = [each for each in others if each.file_name in replaces and each.model_count]
        beside = [each for each in others if each not in replaced and each.model_count]
        outcome = ImportOutcome(0, False, None, len(models), len(results))
        if earlier and all(getattr(earlier, name) == row[name] for name in _OF_A_READING):
            outcome = replace(outcome, import_id=earlier.import_id)
        elif models and (copied := _copied(row, beside)):
            other_reading = copied.reading_digest != row["reading_digest"]
            outcome = replace(
                outcome, import_id=copied.import_id, copy_of=copied.file_name, reads_otherwise=other_reading
            )
            beside.remove(copied)
        else:
            outcome = replace(outcome, import_id=_insert(connection, row, models, results), is_new=True)
        if earlier and earlier.model_count and earlier.import_id != outcome.import_id:
            outcome = replace(outcome, superseded_import_id=earlier.import_id)
            if not outcome.is_new:
                replaced.append(earlier)
        for each in replaced:
            cause = f"in its place: import {outcome.import_id} ({outcome.copy_of or row['file_name']})"
            _insert(connection, row | _NOTHING_READ | {"file_name": each.file_name, "skipped": [[0, cause]]}, [], [])
        if outcome.is_new or replaced:
            refresh_public_imports(connection, at)
        return replace(
            outcome,
            replaced_import_ids=tuple(each.import_id for each in replaced if each is not earlier),
            overlaps=_overlaps(connection, outcome.import_id, beside),
        )


def _in_force(connection: Connection, row: Row, replaces: Collection[str], where: str) -> tuple[Any, list[Any]]:
    """The latest import of the file's own name, or None, and those of its source's other files."""
    table, in_force = schema.imports, schema.imports_in_force
    newest = select(in_force.c.import_id).where(in_force.c.source == row["source"])
    query = select(table).where(table.c.import_id.in_(newest)).order_by(table.c.import_id)
    by_name = {each.file_name: each for each in connection.execute(query)}
    unknown = [name for name in replaces if name not in by_name and name != row["file_name"]]
    if unknown:
        known = ", ".join(name for name, each in by_name.items() if each.model_count) or "none"
        raise RecordError(f"{where}: no file {unknown[0][:80]!r} of this source to replace; in force: {known[:1000]}")
    return by_name.pop(row["file_name"], None), list(by_name.values())


def _copied(row: Row, others: Iterable[Any]) -> Any:
    """The file that has the same rows; else that which has the same bytes."""
    for name in ("reading_digest", "sha256"):
        for each in others:
            if getattr(each, name) == row[name]:
                return each
    return None


def _insert(connection: Connection, row: Row, models: list[Row], results: list[Row]) -> int:
    inserted = connection.execute(schema.imports.insert().values(row))
    import_id = int((inserted.inserted_primary_key or (0,))[0])
    for table, rows in ((schema.imported_models, models), (schema.imported_results, results)):
        if rows:
            connection.execute(table.insert(), [{"import_id": import_id, **each} for each in rows])
    return import_id


def _overlaps(connection: Connection, import_id: int, others: Iterable[Any]) -> tuple[Overlap, ...]:
    found: list[Overlap] = []
    own: set[_ModelOnBenchmark] = set()
    for other in others:
        own = own or _models_on_benchmarks(connection, import_id)
        theirs = _models_on_benchmarks(connection, other.import_id)
        shared = len(own & theirs)
        if shared > LEAST_SHARE_OF_OVERLAP * min(len(own), len(theirs)):
            share = shared / min(len(own), len(theirs))
            found.append(Overlap(other.import_id, other.file_name, shared, share))
    return tuple(sorted(found, key=lambda overlap: -overlap.shared_count))


def _models_on_benchmarks(connection: Connection, import_id: int) -> set[_ModelOnBenchmark]:
    """By name, arXiv id or else link, and benchmark; of a file without any results, the models alone."""
    models, results = schema.imported_models, schema.imported_results
    of_row = (models.c.import_id == results.c.import_id) & (models.c.row_number == results.c.row_number)
    query = (
        select(models.c.model, models.c.arxiv_id, models.c.url, results.c.benchmark)
        .select_from(models.outerjoin(results, of_row))
        .where(models.c.import_id == import_id)
        .distinct()
    )
    found = {
        (" ".join((row.model or "").lower().split()), row.arxiv_id or row.url, row.benchmark)
        for row in connection.execute(query)
    }
    return {each for each in found if each[2] is not None} or found


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
