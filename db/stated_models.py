"""Models and their training as papers state them and as imports do, in one shape, so that the two can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

_OF_PAPERS = """
    SELECT DISTINCT
        arxiv_id,
        model,
        benchmark,
        hardware_burden_flop,
        network_operations_flop,
        stated_training_flop AS training_compute_flop,
        burden_fact_key AS fact_key
    FROM analysis_points_v1
    WHERE arxiv_id IN (SELECT arxiv_id FROM imported_models_v1)
    UNION ALL
    SELECT arxiv_id, model, NULL, hardware_burden_flop, NULL, stated_training_flop, fact_key
    FROM burden_v1
    WHERE arxiv_id IN (SELECT arxiv_id FROM imported_models_v1)
"""
_RUNS = """
    SELECT arxiv_id, fact_key, accelerator, accelerator_count, count_unit, duration_hours
    FROM training_runs_v1
    WHERE arxiv_id IN (SELECT arxiv_id FROM imported_models_v1)
"""
_OF_IMPORTS = """
    SELECT
        source,
        file_name,
        row_number,
        arxiv_id,
        model,
        hardware_burden_flop,
        network_operations_flop,
        training_compute_flop,
        accelerator,
        accelerator_count,
        duration_hours
    FROM imported_models_v1
    WHERE included AND arxiv_id IN (SELECT arxiv_id FROM papers_v1 WHERE extraction_status = 'done')
"""
_NO_DEVICES = frozenset({"cores", "machines"})


@dataclass(frozen=True, slots=True)
class StatedModel:
    """A model and its training, as one source states them. Unknown is None."""

    source: str
    """"db" for what papers say; of imports their own."""
    key: str
    """Unique within the source, and the same after another reading."""
    arxiv_id: str
    model: str | None
    run: str | None = None
    """Of papers the fact of the model's largest run, which accelerator, count and hours are of; None without a run."""
    accelerator: str | None = None
    """Of papers the catalogue's name, of imports as the source writes it."""
    accelerator_count: float | None = None
    """Devices; None where a paper counts cores or machines."""
    duration_hours: float | None = None
    hardware_burden_flop: float | None = None
    network_operations_flop: float | None = None
    training_compute_flop: float | None = None
    """Of papers the operations that they state themselves, of imports their estimate of all training."""


def models_of_papers(engine: Engine) -> Iterator[StatedModel]:
    """The models of those papers that an import has too: by the names of their results, a benchmark a row, and by the
    names that their runs give; runs that name no model are one row without a name."""
    with engine.connect() as connection:
        runs = {(run["arxiv_id"], run["fact_key"]): run for run in _rows(connection, _RUNS)}
        no_run = dict.fromkeys(("fact_key", "accelerator", "accelerator_count", "count_unit", "duration_hours"))
        for row in _rows(connection, _OF_PAPERS):
            run = runs.get((row["arxiv_id"], row["fact_key"]), no_run)
            named_by = "runs" if row["benchmark"] is None else f"results on {row['benchmark']}"
            yield StatedModel(
                source="db",
                key=f"{row['arxiv_id']}|{row['model'] or ''}|{named_by}",
                arxiv_id=row["arxiv_id"],
                model=row["model"],
                run=run["fact_key"],
                accelerator=run["accelerator"],
                accelerator_count=None if run["count_unit"] in _NO_DEVICES else _number(run["accelerator_count"]),
                duration_hours=_number(run["duration_hours"]),
                hardware_burden_flop=_number(row["hardware_burden_flop"]),
                network_operations_flop=_number(row["network_operations_flop"]),
                training_compute_flop=_number(row["training_compute_flop"]),
            )


def models_of_imports(engine: Engine) -> Iterator[StatedModel]:
    """The models of imports that their source includes, of papers that have been read."""
    with engine.connect() as connection:
        for row in _rows(connection, _OF_IMPORTS):
            yield StatedModel(
                source=row["source"],
                key=f"{row['file_name']}|{row['row_number']}",
                arxiv_id=row["arxiv_id"],
                model=row["model"],
                accelerator=row["accelerator"],
                accelerator_count=_number(row["accelerator_count"]),
                duration_hours=_number(row["duration_hours"]),
                hardware_burden_flop=_number(row["hardware_burden_flop"]),
                network_operations_flop=_number(row["network_operations_flop"]),
                training_compute_flop=_number(row["training_compute_flop"]),
            )


def _rows(connection: Connection, query: str) -> Iterator[dict[str, Any]]:
    for row in connection.execute(text(query)).mappings():
        yield dict(row)


def _number(value: float | None) -> float | None:
    """A float on both databases, also where one of them gives a whole number."""
    return None if value is None else float(value)
