"""What the public pages say of everything together: counts, benchmarks, years, accelerators."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Engine, Integer, case, func, select

from db import public_schema, schema
from db.dating import dated, fraction_of_year
from db.ingest_runs import IngestStatus
from db.public_memory import remembered

_papers = public_schema.public_papers
_points = public_schema.public_points
_accelerators = public_schema.public_accelerators

MOST_BURDENS = 20_000


@dataclass(frozen=True, slots=True)
class HomeCounts:
    papers_seen: int
    """That any source told of."""
    papers_read: int
    papers_with_runs: int
    runs: int
    results: int
    """The papers' own, as far as they are accepted."""
    models: int
    """Of papers and of imported files."""
    facts: int
    """Accepted ones in force, of every kind."""
    curated_facts: int
    """Of these, those that a curator added or decided on."""
    last_ingest_at: datetime | None
    """End of the last ingestion that succeeded."""
    last_analysis_at: datetime | None


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    benchmark: str
    metric: str
    points: int
    with_burden: int
    papers: int
    """Of which there is a key; imported rows without one are not counted."""
    models: int
    sources: tuple[str, ...]
    first_year: int | None
    last_year: int | None


@dataclass(frozen=True, slots=True)
class YearRow:
    """Papers that were read, by the year of their first version, or of their arXiv id where no date is known."""

    year: int
    papers: int
    papers_with_accelerator: int
    papers_with_count: int
    papers_with_time: int
    papers_with_burden: int
    """The quantiles are of the largest burden of each of these."""
    burden_log10_p10: float | None
    burden_log10_p50: float | None
    burden_log10_p90: float | None
    largest_burden_flop: float | None


@dataclass(frozen=True, slots=True)
class AcceleratorYear:
    accelerator: str
    year: int
    papers: int


@dataclass(frozen=True, slots=True)
class ImportInUse:
    """An imported file in force. Licence and attribution belong to its source, which the room ``imports`` knows."""

    source: str
    file_name: str
    sha256: str
    imported_at: datetime
    models: int
    results: int


def home_counts(engine: Engine) -> HomeCounts:
    """What is known tonight."""
    return remembered(engine, "home", lambda: _home_counts(engine))


def _home_counts(engine: Engine) -> HomeCounts:
    papers, runs, analyses = _papers.c, schema.ingest_runs.c, schema.analysis_runs.c
    counted = select(
        func.count(),
        func.sum(case((papers.runs > 0, 1), else_=0)),
        func.sum(papers.runs),
        func.sum(papers.results),
        func.sum(papers.facts),
        func.sum(papers.curated_facts),
    ).select_from(_papers)
    ingested = select(func.max(runs.finished_at)).where(runs.status == str(IngestStatus.SUCCEEDED))
    with engine.connect() as connection:
        read, with_runs, run_count, results, facts, curated = connection.execute(counted).one()
        return HomeCounts(
            papers_seen=connection.scalar(select(func.count()).select_from(schema.papers)) or 0,
            papers_read=read,
            papers_with_runs=int(with_runs or 0),
            runs=int(run_count or 0),
            results=int(results or 0),
            models=connection.scalar(select(func.count()).select_from(public_schema.public_models)) or 0,
            facts=int(facts or 0),
            curated_facts=int(curated or 0),
            last_ingest_at=connection.scalar(ingested),
            last_analysis_at=connection.scalar(select(func.max(analyses.made_at))),
        )


def benchmarks(engine: Engine) -> list[BenchmarkRow]:
    """Every benchmark and metric that any point has, those with most points with a burden first."""
    return list(remembered(engine, "benchmarks", lambda: _benchmarks(engine)))


def _benchmarks(engine: Engine) -> list[BenchmarkRow]:
    points = _points.c
    query = (
        select(
            points.benchmark,
            points.metric,
            points.source,
            func.count(),
            func.count(points.hardware_burden_flop),
            func.count(points.paper_key.distinct()),
            func.count(points.model_id.distinct()),
            func.min(points.year),
            func.max(points.year),
        )
        .group_by(points.benchmark, points.metric, points.source)
        .order_by(points.benchmark, points.metric, points.source)
    )
    by_source: dict[tuple[str, str], list[Any]] = defaultdict(list)
    with engine.connect() as connection:
        for benchmark, metric, *counted in connection.execute(query):
            by_source[benchmark, metric].append(counted)
    rows = [_benchmark(*key, list(zip(*of_key, strict=True))) for key, of_key in by_source.items()]
    return sorted(rows, key=lambda row: (-row.with_burden, -row.points, row.benchmark, row.metric))


def _benchmark(benchmark: str, metric: str, counted: Sequence[tuple[Any, ...]]) -> BenchmarkRow:
    sources, points, with_burden, papers, models, first, last = counted
    return BenchmarkRow(
        benchmark=benchmark,
        metric=metric,
        points=sum(points),
        with_burden=sum(with_burden),
        papers=sum(papers),
        models=sum(models),
        sources=tuple(sources),
        first_year=min((int(year) for year in first if year is not None), default=None),
        last_year=max((int(year) for year in last if year is not None), default=None),
    )


def yearly(engine: Engine) -> list[YearRow]:
    """Years in order; one in which nothing was read that was published then is not among them."""
    return list(remembered(engine, "years", lambda: _years(engine)))


def _years(engine: Engine) -> list[YearRow]:
    papers = _papers.c
    counted = (
        select(
            papers.year,
            func.count(),
            _how_many(papers.reports_accelerator),
            _how_many(papers.reports_count),
            _how_many(papers.reports_time),
        )
        .where(papers.year.is_not(None))
        .group_by(papers.year)
        .order_by(papers.year)
    )
    burdens = select(papers.year, papers.largest_burden_flop).where(
        papers.year.is_not(None), papers.largest_burden_flop.is_not(None)
    )
    by_year: dict[int, list[float]] = defaultdict(list)
    with engine.connect() as connection:
        for year, burden in connection.execute(burdens):
            by_year[year].append(burden)
        return [
            YearRow(year, number, int(on_it), int(count), int(time), len(by_year[year]), *_spread(by_year[year]))
            for year, number, on_it, count, time in connection.execute(counted)
        ]


def _how_many(flag: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((flag, 1), else_=0), type_=Integer)


def _spread(burdens: Sequence[float]) -> tuple[float | None, float | None, float | None, float | None]:
    """Deciles 1, 5 and 9 of log10, between the nearest two where none is just there, and the largest."""
    if not burdens:
        return None, None, None, None
    logs = [math.log10(burden) for burden in burdens]
    deciles = statistics.quantiles(logs, n=10, method="inclusive") if len(logs) > 1 else logs * 9
    return deciles[0], deciles[4], deciles[8], max(burdens)


def accelerators_by_year(engine: Engine) -> list[AcceleratorYear]:
    """Papers with an accepted run on the accelerator; by year, then those of most papers first."""
    return list(remembered(engine, "accelerators", lambda: _accelerators_by_year(engine)))


def _accelerators_by_year(engine: Engine) -> list[AcceleratorYear]:
    held = _accelerators.c
    query = (
        select(held.accelerator, held.year, func.count().label("papers"))
        .where(held.year.is_not(None))
        .group_by(held.accelerator, held.year)
    )
    with engine.connect() as connection:
        rows = [AcceleratorYear(*row) for row in connection.execute(query)]
    return sorted(rows, key=lambda row: (row.year, -row.papers, row.accelerator))


def papers_by_accelerator(engine: Engine) -> Mapping[str, int]:
    """Papers with an accepted run on the accelerator, also those of which no year is known."""
    return remembered(engine, "papers by accelerator", lambda: _papers_by_accelerator(engine))


def _papers_by_accelerator(engine: Engine) -> Mapping[str, int]:
    held = _accelerators.c
    with engine.connect() as connection:
        rows = connection.execute(select(held.accelerator, func.count()).group_by(held.accelerator))
        return {accelerator: papers for accelerator, papers in rows}


def burdens_over_time(engine: Engine, limit: int = MOST_BURDENS) -> list[Mapping[str, Any]]:
    """One row a dated paper with a burden, that of its largest model; in the order of the papers' keys.

    Its columns: paper_key, title, published, year (with a fraction, as points have it), model_id, model, accelerator,
    basis, hardware_burden_flop. Beyond the limit, evenly from all: in the order of the models' ids, which are digests.
    """
    found = remembered(engine, "burdens", lambda: _burdens_over_time(engine))
    return sorted(found[: max(0, limit)], key=itemgetter("paper_key"))


def _burdens_over_time(engine: Engine) -> list[Mapping[str, Any]]:
    papers = _papers.c
    columns = {
        "paper_key": papers.paper_key,
        "title": papers.title,
        "published": papers.published,
        "model_id": papers.largest_burden_model_id,
        "model": papers.largest_burden_model,
        "accelerator": papers.largest_burden_accelerator,
        "basis": papers.largest_burden_basis,
        "hardware_burden_flop": papers.largest_burden_flop,
    }
    query = (
        select(*columns.values())
        .where(papers.largest_burden_flop.is_not(None), papers.year.is_not(None))
        .order_by(papers.largest_burden_model_id)
        .limit(MOST_BURDENS)
    )
    with engine.connect() as connection:
        rows = [dict(zip(columns, row, strict=True)) for row in connection.execute(query).all()]
    for row in rows:
        day = dated(row["published"], row["paper_key"])
        row["year"] = fraction_of_year(day) if day else None
    return [row for row in rows if row["year"] is not None]


def imports_in_use(engine: Engine) -> list[ImportInUse]:
    """By source and name; a file without models was only to take others out of force."""
    stored, in_force = schema.imports.c, schema.imports_in_force.c
    query = (
        select(
            stored.source,
            stored.file_name,
            stored.sha256,
            stored.imported_at,
            stored.model_count,
            stored.result_count,
        )
        .join(schema.imports_in_force, in_force.import_id == stored.import_id)
        .where(stored.model_count > 0)
        .order_by(stored.source, stored.file_name)
    )
    with engine.connect() as connection:
        return [ImportInUse(*row) for row in connection.execute(query)]
