"""The points of the scaling laws as a table, with a checked schema: the doorway for analysts and for every fit.

    from analysis.points import load_points
    points = load_points("sqlite:////data/burden.sqlite", benchmarks=["imagenet"])

One row a model, benchmark and metric, as the view ``fit_points_v1`` has it; the columns are ``POINT_COLUMNS``. Later
versions may add columns, and never rename or drop one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from db.engine import Engine, open_database
from db.fits import POINT_TYPES, fit_points

OWN_SOURCE = "db"
"""The source of what this product read and curators corrected; every other source is an import."""

POINT_COLUMNS: Mapping[str, str] = {name: "number" if kind is float else "text" for name, kind in POINT_TYPES.items()}
"""In the order of the view. Numbers are float64 with NaN for unknown, texts are objects with None for unknown."""
_ALWAYS_KNOWN = ("source", "basis", "point_key", "benchmark", "metric", "value", "error_fraction")
_BASES = frozenset({"machine", "curated", "imported"})
_POSITIVE = (
    "hardware_burden_flop",
    "hardware_burden_low_flop",
    "hardware_burden_high_flop",
    "network_operations_flop",
    "operations_per_pass_flop",
    "parameters",
)


class PointsError(ValueError):
    """A table that is none of points: which column, and what is wrong with it."""


def load_points(
    database: str | Engine,
    *,
    sources: Sequence[str] | None = None,
    benchmarks: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
    least_confidence: float = 0.0,
) -> pd.DataFrame:
    """The points in force, in the order of their keys.

    ``database`` is a URL ("sqlite:////data/burden.sqlite", "postgresql://analyst@host/burden") or an open engine.
    ``sources`` are "db" and those of imports ("authors-2022"); None takes all, each row says its own.
    ``least_confidence`` leaves out what the machine is less sure of; imported points state none and stay.

    Raises ``db.errors.DatabaseError`` where the database can't be read, ``PointsError`` where a row breaks the schema.
    """
    engine = open_database(database) if isinstance(database, str) else database
    rows = fit_points(engine, sources=sources, benchmarks=benchmarks, metrics=metrics)
    points = points_table(rows)
    return points[~(points["confidence"] < least_confidence)].reset_index(drop=True)


def points_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Points as a checked table, ordered by key; an unknown number is NaN, an unknown text None."""
    table = pd.DataFrame.from_records(list(rows), columns=list(POINT_COLUMNS))
    for column, holds in POINT_COLUMNS.items():
        if holds == "number":
            table[column] = pd.to_numeric(table[column]).astype("float64")
        else:
            texts = table[column].astype(object)
            table[column] = texts.where(texts.notna(), None)
    table = table.sort_values("point_key", kind="stable").reset_index(drop=True)
    return check_points(table)


def check_points(points: pd.DataFrame) -> pd.DataFrame:
    """The same table, if it is one of points; more columns than those of the schema may be there.

    Raises ``PointsError``: a missing column, numbers that are none, a computing that is not above 0, a key twice.
    """
    missing = [column for column in POINT_COLUMNS if column not in points.columns]
    if missing:
        raise PointsError(f"no column {', '.join(missing)}: points have {', '.join(POINT_COLUMNS)}")
    for column, holds in POINT_COLUMNS.items():
        if holds == "number" and points[column].dtype != "float64":
            raise PointsError(f"{column} holds {points[column].dtype}, not float64")
    for column in _ALWAYS_KNOWN:
        _refuse(points, points[column].isna(), column, "is unknown")
    _refuse(points, ~points["basis"].isin(_BASES), "basis", f"is none of {', '.join(sorted(_BASES))}")
    for column in _POSITIVE:
        _refuse(points, points[column] <= 0, column, "is not above 0")
    _refuse(points, points["point_key"].duplicated(), "point_key", "stands twice")
    return points


def _refuse(points: pd.DataFrame, wrong: pd.Series, column: str, what: str) -> None:
    if wrong.any():
        first = points.loc[wrong].iloc[0]
        raise PointsError(f"{column} of {first['point_key']} {what}: {first[column]!r} ({int(wrong.sum())} such rows)")


def rows_of(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows by the names of their columns, in the table's order."""
    names = [str(column) for column in table.columns]
    return (dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None))


def data_digest(points: pd.DataFrame) -> str:
    """Names the data of a fit: the same points in any order give the same 64 hexadecimal digits."""
    ordered = points.sort_values("point_key", kind="stable")
    digest = hashlib.sha256()
    for row in ordered[list(POINT_COLUMNS)].itertuples(index=False, name=None):
        digest.update(repr(tuple(None if value != value else value for value in row)).encode())
    return digest.hexdigest()
