"""How hard the points of papers pull at the fitted lines: stored after each analysis, and passed on to the queue."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, bindparam, select

from db import desk_schema
from db.engine import writing
from db.errors import RecordError

LEAST_INFLUENCE = 0.01
"""Of a paper that no fit rests on yet, so that its uncertainty counts for something."""
_FIXES_A_LINE = 1.0
"""Stands for the Cook's distance of a point that fixes a line alone (leverage 1), of which there is none."""
_BENCHMARK_PART = 3


@dataclass(frozen=True, slots=True)
class PointInfluence:
    """Of a paper's point, the largest over all lines that it is on."""

    point_key: str
    paper_key: str
    cooks_distance: float | None
    """None where there is none: the point fixes a line alone."""
    high_leverage: bool
    outlier: bool


@dataclass(frozen=True, slots=True)
class Pull:
    """What the lines owe to a paper."""

    influence: float = 0.0
    """The largest Cook's distance of its points."""
    benchmark: str = ""
    """Of the point that has it."""


def store_influences(engine: Engine, analysis_run_id: int, influences: Iterable[PointInfluence]) -> set[str]:
    """Put the influences of a run of the analysis in place of those of the run before; the papers whose pull changed.

    Their places in the queue follow in the same transaction. ``RecordError`` for a point that is there twice.
    """
    rows = [_row(analysis_run_id, each) for each in influences]
    if len({row["point_key"] for row in rows}) < len(rows):
        raise RecordError(f"run {analysis_run_id} of the analysis: a point has two influences")
    table = desk_schema.point_influences
    with writing(engine) as connection:
        before = pulls(connection)
        connection.execute(table.delete())
        if rows:
            connection.execute(table.insert(), sorted(rows, key=lambda row: str(row["point_key"])))
        now = pulls(connection)
        changed = {key for key in before.keys() | now.keys() if before.get(key) != now.get(key)}
        _pass_on(connection, {key: now.get(key, Pull()) for key in sorted(changed)})
    return changed


def pulls(connection: Connection, papers: Iterable[str] | None = None) -> dict[str, Pull]:
    """Of all papers, or of these only, the pull of those that are on any line."""
    table = desk_schema.point_influences
    query = select(table.c.paper_key, table.c.point_key, table.c.cooks_distance)
    if papers is not None:
        query = query.where(table.c.paper_key.in_(sorted(set(papers))))
    held: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for paper, point, distance in connection.execute(query):
        held[paper].append((_FIXES_A_LINE if distance is None else distance, point))
    return {paper: _largest(of_paper) for paper, of_paper in held.items()}


def worth(uncertainty: float, influence: float) -> float:
    """What deciding on a paper is worth."""
    return uncertainty * (influence + LEAST_INFLUENCE)


def _largest(of_paper: list[tuple[float, str]]) -> Pull:
    influence, point = max(of_paper)
    return Pull(influence, benchmark_of_point(point))


def benchmark_of_point(point_key: str) -> str:
    """ "db|1706.03762|Base|wmt14-en-de|bleu" -> "wmt14-en-de"        "unheard of" -> "" """
    parts = point_key.split("|")
    if len(parts) <= _BENCHMARK_PART:
        return ""
    return parts[_BENCHMARK_PART].replace("%7C", "|").replace("%25", "%")


def _row(run: int, of_point: PointInfluence) -> Mapping[str, object]:
    distance = of_point.cooks_distance
    return {
        "analysis_run_id": run,
        "point_key": of_point.point_key,
        "paper_key": of_point.paper_key,
        "cooks_distance": distance if distance is not None and math.isfinite(distance) else None,
        "high_leverage": of_point.high_leverage,
        "outlier": of_point.outlier,
    }


def _pass_on(connection: Connection, changed: Mapping[str, Pull]) -> None:
    table = desk_schema.desk_papers
    update = (
        table.update()
        .where(table.c.paper_key == bindparam("of_paper"))
        .values(
            influence=bindparam("of_paper_influence"),
            pulls_at=bindparam("of_paper_benchmark"),
            worth=table.c.uncertainty * bindparam("of_paper_factor"),
        )
    )
    rows = [
        {
            "of_paper": paper,
            "of_paper_influence": pull.influence,
            "of_paper_benchmark": pull.benchmark,
            "of_paper_factor": worth(1.0, pull.influence),
        }
        for paper, pull in changed.items()
    ]
    if rows:
        connection.execute(update, rows)
