"""Points as the view has them, with every column; what a test does not say is the same in all."""

from __future__ import annotations

from typing import Any

from analysis.points import POINT_COLUMNS


def point(**changes: Any) -> dict[str, Any]:
    """One row; its error follows from its value, and its key from source, paper, model, benchmark and metric."""
    row = dict.fromkeys(POINT_COLUMNS) | {
        "source": "db",
        "basis": "machine",
        "arxiv_id": "2001.00001",
        "title": "Herons",
        "model": "Heron",
        "benchmark": "imagenet",
        "metric": "top1_accuracy",
        "value": 80.0,
        "year": 2020.0,
    }
    row |= changes
    row.setdefault("error_fraction", None)
    if row["error_fraction"] is None:
        row["error_fraction"] = 1 - row["value"] / 100
    if row["point_key"] is None:
        row["point_key"] = "|".join(str(row[key]) for key in ("source", "arxiv_id", "model", "benchmark", "metric"))
    return row
