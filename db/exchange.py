"""Exported records: their shape, and writing them as JSON lines, CSV or Parquet. Needs no database.

A record is a plain mapping of JSON values, the same whether it comes from a fresh extraction or from the database.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from db.facts import claim_rows, link_rows, paper_key
from db.fields import FIELD_TYPES, FIELDS, Kind
from db.joins import joined_claims
from extractors.records import BurdenEstimate, Extraction, PaperMetadata, Status

Record = dict[str, Any]

ESTIMATE_COLUMNS: Mapping[str, str] = {
    "hardware_burden_flop": "number",
    "hardware_burden_low": "number",
    "hardware_burden_high": "number",
    "precision_aware_flop": "number",
    "method": "text",
    "reason": "text",
}
_HEAD = {"kind": "text", "arxiv_id": "text", "version": "integer"}
_TAIL = {
    "page": "integer",
    "bbox": "numbers",
    "boxes": "lists of numbers",
    "evidence": "text",
    "rules": "texts",
    "confidence": "number",
    "basis": "text",
    "fact_key": "text",
}
_TYPE_NAMES = {str: "text", int: "integer", float: "number", bool: "boolean"}


def _columns(kind: Kind) -> dict[str, str]:
    fields = {field: _TYPE_NAMES[FIELD_TYPES[field]] for field in FIELDS[kind]}
    estimate = ESTIMATE_COLUMNS if kind is Kind.TRAINING_RUN else {}
    joined = {} if kind is Kind.RESULT else {"joined_models": "joins"}
    return {**_HEAD, **fields, **estimate, **joined, **_TAIL}


_KIND_COLUMNS = {str(kind): _columns(kind) for kind in Kind}
_STATUS = {"status": "text"}
_MODEL_OF_PAPER = {**_HEAD, "title": "text", "published": "date", "model": "text"}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "runs": _columns(Kind.TRAINING_RUN) | _STATUS,
    "results": _columns(Kind.RESULT) | _STATUS,
    "properties": _columns(Kind.MODEL_PROPERTY) | _STATUS,
    "burden": {
        **_MODEL_OF_PAPER,
        "hardware_burden_flop": "number",
        "hardware_burden_low": "number",
        "hardware_burden_high": "number",
        "precision_aware_flop": "number",
        "stated_training_flop": "number",
        "run_count": "integer",
        "stage_count": "integer",
        "stages_without_estimate": "integer",
        "accelerator": "text",
        "method": "text",
        "reason": "text",
        "page": "integer",
        "evidence": "text",
        "confidence": "number",
        "basis": "text",
        "fact_key": "text",
    },
    "points": {
        **_MODEL_OF_PAPER,
        "benchmark": "text",
        "metric": "text",
        "value": "number",
        "split": "text",
        "ensemble": "boolean",
        "extra_training_data": "boolean",
        "crops": "integer",
        "hardware_burden_flop": "number",
        "hardware_burden_low": "number",
        "hardware_burden_high": "number",
        "precision_aware_flop": "number",
        "stated_training_flop": "number",
        "network_operations_flop": "number",
        "parameters": "number",
        "accelerator": "text",
        "method": "text",
        "reason": "text",
        "run_count": "integer",
        "stages_without_estimate": "integer",
        "join_status": "text",
        "join_rule": "text",
        "join_confidence": "number",
        "result_page": "integer",
        "result_evidence": "text",
        "result_confidence": "number",
        "result_basis": "text",
        "result_fact_key": "text",
        "burden_page": "integer",
        "burden_confidence": "number",
        "burden_basis": "text",
        "burden_fact_key": "text",
        "forward_flop": "number",
    },
    "facts": {
        name: type_name for columns in (*_KIND_COLUMNS.values(), _TAIL, _STATUS) for name, type_name in columns.items()
    },
}
"""What can be exported, its columns in order and their types."""

SUMMARY_KINDS: Mapping[str, str] = {"burden": "burden", "points": "analysis_point"}
"""Exports that are views over several facts, and the kind of their records."""

FORMATS = ("jsonl", "csv", "parquet")
_ROWS_A_BATCH = 10_000


def estimate_columns(estimate: BurdenEstimate) -> dict[str, Any]:
    return {name: getattr(estimate, name) for name in ESTIMATE_COLUMNS}


def extraction_records(
    metadata: PaperMetadata, extraction: Extraction, estimates: Sequence[BurdenEstimate], candidates: bool = False
) -> Iterator[Record]:
    """The records that ``burden export facts`` would give for this extraction, before any review.

    ``estimates`` stand parallel to ``extraction.runs``. Candidates come only if asked for. ``RecordError`` where a
    record or a link would be refused there, too.
    """
    paper = paper_key(metadata, extraction.sha256)
    claims = claim_rows(extraction)
    for row, joined in zip(claims, joined_claims(claims, link_rows(extraction)), strict=True):
        row |= {"paper_key": paper, "version": metadata.version, "fact_key": f"{paper}:{row['fact_digest']}"}
        row["joined_models"] = joined
        if row["kind"] == Kind.TRAINING_RUN:
            row |= estimate_columns(estimates[row["position"]])
        if candidates or row["status"] == Status.ACCEPTED:
            yield fact_record(row)


def fact_record(row: Mapping[str, Any]) -> Record:
    """One record of ``facts``, from a row with the columns of the view ``facts_in_force`` and ``joined_models``."""
    sides = ("x0", "y0", "x1", "y1")
    shaped = dict(row) | {
        "arxiv_id": row["paper_key"],
        "evidence": row["quote"],
        "bbox": [row[f"bbox_{side}_points"] for side in sides],
        "boxes": row["evidence_boxes"],
    }
    record = {name: shaped[name] for name in _KIND_COLUMNS[row["kind"]]}
    if row["status"] != Status.ACCEPTED:
        record["status"] = row["status"]
    return record


def summary_record(what: str, row: Mapping[str, Any]) -> Record:
    """One record of ``burden`` or ``points``, from a row of its view."""
    published = row["published"]
    shaped = dict(row) | {"kind": SUMMARY_KINDS[what], "published": published and published.isoformat()}
    return {name: shaped[name] for name in COLUMNS[what]}


def write_records(records: Iterable[Record], what: str, file_format: str, stream: BinaryIO) -> int:
    """Write records of an export of ``COLUMNS`` as they come; how many."""
    writers: dict[str, Callable[[Iterable[Record], Mapping[str, str], BinaryIO], int]] = {
        "jsonl": _write_jsonl,
        "csv": _write_csv,
        "parquet": _write_parquet,
    }
    if what not in COLUMNS:
        raise ValueError(f"no such export: {what!r} (there are {', '.join(COLUMNS)})")
    if file_format not in writers:
        raise ValueError(f"no such format: {file_format!r} (there are {', '.join(FORMATS)})")
    return writers[file_format](records, COLUMNS[what], stream)


def write_records_file(records: Iterable[Record], what: str, file_format: str, path: Path) -> int:
    """As ``write_records``, to a file that appears whole or not at all; how many."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            count = write_records(records, what, file_format, stream)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_jsonl(records: Iterable[Record], columns: Mapping[str, str], stream: BinaryIO) -> int:
    count = 0
    for record in records:
        stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n")
        count += 1
    return count


def _write_csv(records: Iterable[Record], columns: Mapping[str, str], stream: BinaryIO) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        count = 0
        for record in records:
            writer.writerow([_csv_cell(record.get(name)) for name in columns])
            count += 1
        return count
    finally:
        text.detach()  # the stream is the caller's to close


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        return spreadsheet_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return value


def spreadsheet_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what starts like one gets a leading ``'``.

    "=HYPERLINK(…)" -> "'=HYPERLINK(…)"        "8 V100" -> "8 V100"
    """
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _write_parquet(records: Iterable[Record], columns: Mapping[str, str], stream: BinaryIO) -> int:
    import pyarrow
    from pyarrow import parquet

    types = {
        "text": pyarrow.string(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "boolean": pyarrow.bool_(),
        "date": pyarrow.date32(),
        "numbers": pyarrow.list_(pyarrow.float64()),
        "lists of numbers": pyarrow.list_(pyarrow.list_(pyarrow.float64())),
        "texts": pyarrow.list_(pyarrow.string()),
        "joins": pyarrow.list_(
            pyarrow.struct(
                {
                    "model": pyarrow.string(),
                    "benchmark": pyarrow.string(),
                    "rule": pyarrow.string(),
                    "confidence": pyarrow.float64(),
                }
            )
        ),
    }
    schema = pyarrow.schema([(name, types[type_name]) for name, type_name in columns.items()])
    dates = [name for name, type_name in columns.items() if type_name == "date"]
    remaining = iter(records)
    count = 0
    with parquet.ParquetWriter(stream, schema) as writer:
        while batch := list(islice(remaining, _ROWS_A_BATCH)):
            rows = [
                record | {name: record[name] and date.fromisoformat(record[name]) for name in dates} for record in batch
            ]
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
            count += len(batch)
    return count
