"""Nights in the database: what each scheduled run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, exists, func, select

from db import desk_schema, schema
from db.engine import writing
from db.leases import holding
from db.night_schema import nightly_runs
from db.queries import HardwareName, hardware_name

LEASE = "night"
"""Of whoever has a night under way."""


class NightStatus(StrEnum):
    """How a night ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    """Every step was done. Papers that can't be read are no failure of a night."""
    INCOMPLETE = "incomplete"
    """The papers are in, but a later step failed."""
    FAILED = "failed"
    """The papers are not in."""
    INTERRUPTED = "interrupted"
    """Its process was stopped or killed."""


_SAID_TO_RUN = nightly_runs.c.status == str(NightStatus.RUNNING)
_MARK_KILLED = nightly_runs.update().where(_SAID_TO_RUN).values(status=str(NightStatus.INTERRUPTED))


class StepState(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """There was nothing to do, or it was not asked for."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of a step; ``message`` is for people."""

    name: str
    state: StepState
    message: str
    attempts: int = 1
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class DriftFinding:
    """A measure of a night beside its usual range; without one where too few nights had enough papers."""

    measure: str
    value: float
    usual: float | None = None
    low: float | None = None
    high: float | None = None
    nights: int = 0
    """On which the range rests."""

    @property
    def is_outside(self) -> bool:
        return self.low is not None and self.high is not None and not self.low <= self.value <= self.high


@dataclass(frozen=True, slots=True)
class NewHardware:
    """A name of hardware that the catalogue lacks, and that no paper had before."""

    name: str
    paper_count: int
    paper: str
    """One that has it."""


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a night did; while it runs, what it has done so far."""

    night: int
    started: datetime
    holder: str
    extractor_version: str
    status: NightStatus = NightStatus.RUNNING
    finished: datetime | None = None
    steps: tuple[StepOutcome, ...] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)
    failures: tuple[tuple[str, str, str], ...] = ()
    """Paper, cause, message: the first of them."""
    new_hardware: tuple[NewHardware, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)
    drift: tuple[DriftFinding, ...] = ()
    warnings: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    ingest_runs: tuple[int, ...] = ()

    @property
    def machine(self) -> str:
        """Which ran it."""
        return _machine_of(self.holder)


def begin_night(engine: Engine, started: datetime, holder: str, extractor_version: str) -> NightReport:
    """A new night's row. One that is still said to run was killed: whoever begins a night has the lease of nights."""
    values = {
        name: value
        for name, value in _row(NightReport(0, started, holder, extractor_version)).items()
        if name != "nightly_run_id"
    }
    with writing(engine) as connection:
        connection.execute(_MARK_KILLED)
        inserted = connection.execute(nightly_runs.insert().values(values))
        number = int((inserted.inserted_primary_key or (0,))[0])
    return NightReport(number, started, holder, extractor_version)


def mark_killed_nights(engine: Engine) -> None:
    """Mark the nights as interrupted that are said to run although nobody holds the lease of nights.

    One that begins meanwhile is left alone: it has the lease before it has a row.
    """
    number = nightly_runs.c.nightly_run_id
    with engine.connect() as connection:
        told = connection.scalars(select(number).where(_SAID_TO_RUN)).all()
    if told and holding(engine, LEASE) is None:
        with writing(engine) as connection:
            connection.execute(_MARK_KILLED.where(number.in_(told)))


def save_night(engine: Engine, report: NightReport) -> None:
    """Lay the report over the night's row."""
    with writing(engine) as connection:
        changed = nightly_runs.update().where(nightly_runs.c.nightly_run_id == report.night)
        connection.execute(changed.values(_row(report)))


def nights(engine: Engine, limit: int | None = None) -> list[NightReport]:
    """The latest first."""
    query = select(nightly_runs).order_by(nightly_runs.c.nightly_run_id.desc()).limit(limit)
    with engine.connect() as connection:
        return [_report(row) for row in connection.execute(query).mappings()]


def machines_since(engine: Engine, moment: datetime) -> frozenset[str]:
    """Which have begun a night since then."""
    begun = select(nightly_runs.c.holder).where(nightly_runs.c.started_at > moment).distinct()
    with engine.connect() as connection:
        return frozenset(map(_machine_of, connection.scalars(begun)))


def night(engine: Engine, number: int) -> NightReport | None:
    return _first(engine, select(nightly_runs).where(nightly_runs.c.nightly_run_id == number))


def last_ended(engine: Engine) -> NightReport | None:
    """The latest night that came to an end of its own; one whose process was killed never did."""
    ended = nightly_runs.c.finished_at.is_not(None)
    return _first(engine, select(nightly_runs).where(ended).order_by(nightly_runs.c.nightly_run_id.desc()).limit(1))


def last_success(engine: Engine) -> datetime | None:
    """When the last night ended of which every step was done."""
    ended = select(func.max(nightly_runs.c.finished_at)).where(nightly_runs.c.status == str(NightStatus.SUCCEEDED))
    with engine.connect() as connection:
        found: datetime | None = connection.scalar(ended)
    return found


def anything_new_since(engine: Engine, moment: datetime) -> bool:
    """Whether something was read, reckoned, reviewed, added, imported or fitted since then."""
    moments = (
        schema.extractions.c.extracted_at,
        schema.burden_estimates.c.estimated_at,
        schema.reviews.c.reviewed_at,
        desk_schema.added_facts.c.added_at,
        schema.imports.c.imported_at,
        schema.analysis_runs.c.made_at,
    )
    with engine.connect() as connection:
        return any(connection.scalar(select(exists().where(at > moment))) for at in moments)


def hardware_by_paper(engine: Engine, since: datetime, *, before: bool) -> list[tuple[str, tuple[HardwareName, ...]]]:
    """Paper and unknown hardware of each extraction made since then, or before; of those that have any."""
    table, had = schema.extractions, schema.paper_versions
    moment = table.c.extracted_at < since if before else table.c.extracted_at >= since
    query = (
        select(had.c.paper_key, table.c.unknown_hardware)
        .join(had, had.c.document_sha256 == table.c.document_sha256)
        .where(moment, table.c.unknown_hardware != [])
        .order_by(had.c.paper_key)
    )
    with engine.connect() as connection:
        return [(key, tuple(map(hardware_name, items))) for key, items in connection.execute(query)]


def _machine_of(holder: str) -> str:
    """ "db1/3f9c0a12 pid 7" -> "db1" """
    return holder.partition(" ")[0].partition("/")[0]


def _row(report: NightReport) -> dict[str, Any]:
    return {
        "nightly_run_id": report.night,
        "started_at": report.started,
        "finished_at": report.finished,
        "status": str(report.status),
        "holder": report.holder,
        "extractor_version": report.extractor_version,
        "steps": [asdict(step) for step in report.steps],
        "counts": dict(report.counts),
        "failures": [list(failure) for failure in report.failures],
        "new_hardware": [asdict(each) for each in report.new_hardware],
        "measures": dict(report.measures),
        "drift": [asdict(finding) for finding in report.drift],
        "warnings": list(report.warnings),
        "releases": list(report.releases),
        "ingest_runs": list(report.ingest_runs),
    }


def _first(engine: Engine, query: Select[Any]) -> NightReport | None:
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return _report(row) if row else None


def _report(row: RowMapping) -> NightReport:
    return NightReport(
        night=row["nightly_run_id"],
        started=row["started_at"],
        holder=row["holder"],
        extractor_version=row["extractor_version"],
        status=NightStatus(row["status"]),
        finished=row["finished_at"],
        steps=tuple(StepOutcome(**{**step, "state": StepState(step["state"])}) for step in row["steps"]),
        counts=row["counts"],
        failures=tuple((paper, cause, message) for paper, cause, message in row["failures"]),
        new_hardware=tuple(NewHardware(**each) for each in row["new_hardware"]),
        measures=row["measures"],
        drift=tuple(DriftFinding(**finding) for finding in row["drift"]),
        warnings=tuple(row["warnings"]),
        releases=tuple(row["releases"]),
        ingest_runs=tuple(row["ingest_runs"]),
    )
