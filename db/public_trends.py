"""What the public pages say of everything together: counts, benchmarks, years, accelerators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine


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
    """Papers that were read, by the year of their first version."""

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
    raise NotImplementedError


def benchmarks(engine: Engine) -> list[BenchmarkRow]:
    """Every benchmark and metric that any point has, those with most points with a burden first."""
    raise NotImplementedError


def yearly(engine: Engine) -> list[YearRow]:
    """Years in order, without gaps filled."""
    raise NotImplementedError


def accelerators_by_year(engine: Engine) -> list[AcceleratorYear]:
    """Papers with an accepted run on the accelerator; by year, then those of most papers first."""
    raise NotImplementedError


def burdens_over_time(engine: Engine, limit: int = 20_000) -> list[Mapping[str, Any]]:
    """One row a paper with a burden: paper_key, model_id, model, title, published, year, accelerator, basis, burden.

    Beyond the limit, evenly from all: every n-th in the order of the keys' digests.
    """
    raise NotImplementedError


def imports_in_use(engine: Engine) -> list[ImportInUse]:
    raise NotImplementedError
