"""The points of a benchmark as files to take away: CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from annotations.exchange.table import guarded

COLUMNS = (
    "source",
    "basis",
    "model",
    "title",
    "arxiv_id",
    "benchmark",
    "metric",
    "value",
    "error_fraction",
    "published",
    "year",
    "hardware_burden_flop",
    "hardware_burden_low_flop",
    "hardware_burden_high_flop",
    "network_operations_flop",
    "operations_per_pass_flop",
    "parameters",
    "accelerator",
    "accelerator_count",
    "duration_hours",
    "confidence",
    "note",
    "model_id",
)
"""Of ``public_points``, as docs/database.md explains them; the rows of both files have just these."""


def as_csv(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A heading and a line a point; text that a spreadsheet would take for a formula has a ' before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([guarded(value) if isinstance(value, str) else value for value in row] for row in rows)
    return out.getvalue().encode()


def as_json(rows: Sequence[tuple[Any, ...]]) -> bytes:
    """A list of objects, a point each; unknown is null."""
    return orjson.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows])
