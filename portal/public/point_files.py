"""The points of a benchmark as files to take away: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

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
"""As docs/database.md explains them."""


def as_csv(rows: Sequence[dict[str, Any]]) -> bytes:
    """A heading and a line a point, of rows with just ``COLUMNS``.

    Text that a spreadsheet would take for a formula has a ' before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue().encode()


def as_json(rows: Sequence[dict[str, Any]]) -> bytes:
    """A list of objects, a point each, of rows with just ``COLUMNS``; unknown is null."""
    return json.dumps(rows, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _cell(value: object) -> object:
    return guarded(value) if isinstance(value, str) else value
