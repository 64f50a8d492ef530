"""What rows of the public tables have in common, whether of papers or of imported files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from db.point_columns import POINT_TYPES

Row = dict[str, Any]

OWN_SOURCE = "db"
"""The source of what papers say."""
AMOUNTS = ("network_operations_flop", "operations_per_pass_flop", "parameters")
BURDEN = ("hardware_burden_flop", "hardware_burden_low_flop", "hardware_burden_high_flop")
TITLE_CHARACTERS = 500
NAME_CHARACTERS = 200
"""Of names of accelerators, benchmarks and metrics: an index takes no texts of any length."""
_SEARCHED_CHARACTERS = 400
_SEARCHED_OF_MODEL = 150


@dataclass(slots=True)
class PublicRows:
    """By the name of the table."""

    public_papers: list[Row] = field(default_factory=list)
    public_accelerators: list[Row] = field(default_factory=list)
    public_models: list[Row] = field(default_factory=list)
    public_points: list[Row] = field(default_factory=list)


def model_id(source: str, where: str, model: str | None, ordinal: int = 0) -> str:
    """The id of a model's page: of its source, its paper's key or its file, and its name.

    ``ordinal`` tells the rows of one name in a file: of the first it is 0.
    """
    named = [source, where, model or "", *([ordinal] if ordinal else [])]
    return hashlib.sha256(json.dumps(named, ensure_ascii=False).encode()).hexdigest()[:16]


def point_columns(point: Row) -> Row:
    """What a point of ``fit_points_v1`` says, whatever its source."""
    title = point["title"] and point["title"][:TITLE_CHARACTERS]
    return {
        **{name: point[name] for name in POINT_TYPES},
        "title": title,
        "benchmark": point["benchmark"][:NAME_CHARACTERS],
        "metric": point["metric"][:NAME_CHARACTERS],
        "point_id": hashlib.sha256(point["point_key"].encode()).hexdigest()[:32],
        "result_fact_key": point["result_fact_key"],
        "burden_fact_key": point["burden_fact_key"],
        "result_page": point["result_page"],
        "search": search_text(point["model"], title, point["arxiv_id"]),
    }


def results_columns(points: Sequence[Row]) -> Row:
    """What a model's points come to: their number, their benchmarks, and the one of the lowest error rate in words."""
    best = min(points, key=lambda row: (row["error_fraction"], row["point_key"]), default=None)
    benchmarks = sorted({row["benchmark"] for row in points})
    return {
        "best_result": best and f"{best['value']:.10g} {best['metric']} on {best['benchmark']}",
        "points": len(points),
        "benchmarks": f",{','.join(benchmarks)}," if benchmarks else "",
    }


def search_text(model: str | None, title: str | None, key: str | None) -> str:
    """What is searched, in small letters: "resnet-50 deep residual learning … 1512.03385"."""
    id_in_full = key or ""
    words = " ".join(filter(None, ((model or "")[:_SEARCHED_OF_MODEL], title)))
    return f"{words[: _SEARCHED_CHARACTERS - len(id_in_full)]} {id_in_full}".strip().casefold()[:_SEARCHED_CHARACTERS]
