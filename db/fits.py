"""What the scaling laws are fitted to, and what came of it: points read, runs of the analysis stored and compared.

Runs with the same options follow on each other. Of their points, each run stores only what is new or other than in the
run before: a *state* of a point holds from its first run to its last.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Text, bindparam, case, or_, select, text

from db import schema
from db.engine import hold_off_writers, is_sqlite, writing
from db.errors import RecordError
from db.facts import digest
from db.fields import clean_text
from db.point_columns import POINT_TYPES as POINT_TYPES
from db.public_stamp import stamp_change
from db.queries import stream

_COMPARED_DIGITS = 12
"""Significant digits in which a number must differ to be another: a database may add up in another order each night."""

Point = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredCoefficient:
    name: str
    """``intercept``, ``slope`` and ``slope_year`` have columns; others are in the fit's ``record`` alone."""
    value: float
    standard_error: float | None = None
    hc3_standard_error: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class StoredFit:
    """A fit, or with ``cause`` and ``reason`` why there is none."""

    source: str
    benchmark: str
    metric: str
    form: str
    computing: str
    estimator: str
    n: int
    coefficients: tuple[StoredCoefficient, ...] = ()
    r_squared: float | None = None
    aic: float | None = None
    bic: float | None = None
    cause: str | None = None
    reason: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    """All that the analysis says of it, as JSON has it."""


@dataclass(frozen=True, slots=True)
class StoredSlope:
    """What is told of a fit of an earlier run; ``slope`` is None where there was a refusal."""

    source: str
    benchmark: str
    metric: str
    form: str
    computing: str
    estimator: str
    n: int
    slope: float | None


@dataclass(frozen=True, slots=True)
class AnalysisRecord:
    """One run of the analysis."""

    made_at: datetime
    """When its points were read."""
    code_version: str
    data_digest: str
    """Names the data: the same for the same points."""
    options: Mapping[str, Any]
    """What was asked for, as JSON has it."""
    points: Sequence[Mapping[str, Any]]
    """All points that it had, with at least the columns of ``POINT_TYPES``; NaN counts as unknown."""
    fits: Sequence[StoredFit]


def fit_points(
    engine: Engine,
    sources: Sequence[str] | None = None,
    benchmarks: Sequence[str] | None = None,
    metrics: Sequence[str] | None = None,
) -> Iterator[Point]:
    """Rows of ``fit_points_v1`` in the order of their keys' bytes, as they come; None takes all, () none."""
    wanted = {"source": sources, "benchmark": benchmarks, "metric": metrics}
    wanted = {column: values for column, values in wanted.items() if values is not None}
    conditions = " AND ".join(f"{column} IN :{column}" for column in wanted) or "1 = 1"
    bytewise = "" if is_sqlite(engine) else ' COLLATE "C"'
    query = text(
        f"SELECT {', '.join(POINT_TYPES)} FROM fit_points_v1 WHERE {conditions}"  # noqa: S608
        f" ORDER BY point_key{bytewise}"
    ).bindparams(*(bindparam(column, list(values or ()), Text, expanding=True) for column, values in wanted.items()))
    yield from stream(engine, query)


def store_analysis(engine: Engine, record: AnalysisRecord) -> int:
    """Store a run with its fits and what changed of its points, in ONE transaction; the run's number.

    Where the latest run with these options has the same data digest and code version, nothing is stored, and its number
    comes back. ``RecordError`` for a point that is infinite or there twice; what is not finite in a fit is null.
    """
    options = _plain(record.options)
    options_digest = digest(options)
    points = _point_rows(record.points)
    fits = [_fit_row(fit, position) for position, fit in enumerate(record.fits)]
    with writing(engine) as connection:
        hold_off_writers(connection, schema.analysis_runs)
        latest = _latest_run(connection, options_digest)
        if latest and (latest.data_digest, latest.code_version) == (record.data_digest, record.code_version):
            return int(latest.analysis_run_id)
        row = {
            "made_at": record.made_at,
            "code_version": record.code_version,
            "data_digest": record.data_digest,
            "options": options,
            "options_digest": options_digest,
            "point_count": len(points),
        }
        inserted = connection.execute(schema.analysis_runs.insert().values(row))
        run = int((inserted.inserted_primary_key or (0,))[0])
        if fits:
            connection.execute(schema.analysis_fits.insert(), [{"analysis_run_id": run, **fit} for fit in fits])
        _store_states(connection, options_digest, points, run, latest and latest.analysis_run_id)
        stamp_change(connection, record.made_at)
    return run


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A stored run of the analysis, by its number, with the fits that it had."""

    run: int
    made_at: datetime
    code_version: str
    data_digest: str
    fits: tuple[StoredSlope, ...]


def run_before(engine: Engine, run: int) -> EarlierRun | None:
    """The run before this one with the same options; None for the first. ``RecordError`` where there is no such run."""
    with engine.connect() as connection:
        found = _latest_run(connection, _run(connection, run).options_digest, before=run)
        return _earlier(connection, found) if found is not None else None


def stored_run(engine: Engine, run: int) -> EarlierRun:
    """A run by its number; ``RecordError`` where there is none."""
    with engine.connect() as connection:
        return _earlier(connection, _run(connection, run))


def _earlier(connection: Connection, found: Any) -> EarlierRun:
    fits = schema.analysis_fits
    stored = connection.execute(
        select(*[fits.c[name] for name in StoredSlope.__dataclass_fields__])
        .where(fits.c.analysis_run_id == found.analysis_run_id)
        .order_by(fits.c.position)
    )
    slopes = tuple(StoredSlope(*row) for row in stored)
    return EarlierRun(found.analysis_run_id, found.made_at, found.code_version, found.data_digest, slopes)


def _latest_run(connection: Connection, options_digest: str, before: int | None = None) -> Any:
    """Of those with the same options; the latest before a run, where one is named."""
    runs = schema.analysis_runs
    query = select(runs).where(runs.c.options_digest == options_digest)
    if before is not None:
        query = query.where(runs.c.analysis_run_id < before)
    return connection.execute(query.order_by(runs.c.analysis_run_id.desc()).limit(1)).first()


def _store_states(
    connection: Connection, options_digest: str, points: Mapping[str, Point], run: int, latest: int | None
) -> None:
    """Close the states that are gone or other now with the run before, and open those that are new."""
    states = schema.point_states
    open_states = select(states.c.key_digest, states.c.values_digest).where(
        states.c.options_digest == options_digest, states.c.last_run.is_(None)
    )
    stored = {key: values for key, values in connection.execute(open_states)}
    changed = [key for key, values in stored.items() if key not in points or points[key]["values_digest"] != values]
    if changed:
        closing = states.update().where(
            states.c.options_digest == options_digest,
            states.c.key_digest == bindparam("closed"),
            states.c.last_run.is_(None),
        )
        connection.execute(closing.values(last_run=latest), [{"closed": key} for key in changed])
    opened = [
        {"options_digest": options_digest, "first_run": run, **point}
        for key, point in points.items()
        if stored.get(key) != point["values_digest"]
    ]
    if opened:
        connection.execute(states.insert(), opened)


def _point_rows(points: Iterable[Mapping[str, Any]]) -> dict[str, Point]:
    """By the digest of their key: what a row of ``point_states`` says of the points."""
    rows: dict[str, Point] = {}
    for point in points:
        values = {name: _point_value(point, name) for name in POINT_TYPES}
        key_digest = digest(values["point_key"])[:32]
        if key_digest in rows:
            raise RecordError(f"point {str(values['point_key'])[:200]!r} stands there twice")
        rounded = {
            name: float(f"{value:.{_COMPARED_DIGITS}g}") if isinstance(value, float) else value
            for name, value in values.items()
        }
        rows[key_digest] = {
            "key_digest": key_digest,
            "point_key": values["point_key"],
            "values_digest": digest(rounded)[:32],
            "point_values": values,
        }
    return rows


def _point_value(point: Mapping[str, Any], name: str) -> str | float | None:
    value = point[name]
    if value is None or value != value:
        return None
    if POINT_TYPES[name] is str:
        return clean_text(str(value))
    number = float(value)
    if math.isinf(number):
        raise RecordError(f"point {str(point['point_key'])[:200]!r}: {name} is infinite")
    return number


def _fit_row(fit: StoredFit, position: int) -> dict[str, Any]:
    row = {
        name: _plain(getattr(fit, name))
        for name in (
            *("source", "benchmark", "metric", "form", "computing", "estimator"),
            *("n", "r_squared", "aic", "bic", "cause", "reason", "record"),
        )
    }
    named = {coefficient.name: coefficient for coefficient in fit.coefficients}
    for name in ("intercept", "slope", "slope_year"):
        coefficient = named.get(name)
        row[name] = _plain(coefficient and coefficient.value)
        for what in ("standard_error", "hc3_standard_error", "low", "high"):
            row[f"{name}_{what}"] = _plain(coefficient and getattr(coefficient, what))
    return {"position": position, **row}


def _plain(value: Any) -> Any:
    """As JSON can have it: a number that is not finite is null, characters that no database takes become U+FFFD."""
    if isinstance(value, Mapping):
        return {clean_text(str(name)): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return clean_text(str(value))
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Cause(StrEnum):
    """Why a point is other than it was, as far as the database tells."""

    NEW_PAPER = "new paper"
    REVIEW = "review"
    """A curator reviewed a fact of the paper."""
    RE_READ = "re-read"
    """A new version of the paper or of the extractor."""
    RE_ESTIMATED = "re-estimated"
    """A burden of the paper was estimated anew: another catalogue of hardware."""
    IMPORT = "import"
    """A file was imported, or took the place of an earlier one."""
    GONE = "gone"
    """The paper was withdrawn, or its PDF counts for another paper now."""


@dataclass(frozen=True, slots=True)
class PointChange:
    point_key: str
    before: Mapping[str, Any] | None
    """The point's values by column; None for one that came."""
    after: Mapping[str, Any] | None
    """None for one that is gone."""
    cause: Cause | None
    """The first of several, in the order in which ``changes_between`` tells them; None where none is known."""


@dataclass(frozen=True, slots=True)
class PointChanges:
    """Each in the order of the keys."""

    came: tuple[PointChange, ...]
    gone: tuple[PointChange, ...]
    changed: tuple[PointChange, ...]


def changes_between(engine: Engine, earlier_run: int, later_run: int) -> PointChanges:
    """Which points came, went and changed from one run of the analysis to a later one with the same options, and why.

    A point of an imported file has the cause ``import``. Of a paper's point it is the first that is true of the paper
    between the moments of the two runs: it was read for the first time (``new paper``), a curator reviewed it
    (``review``), it was read again (``re-read``), a burden was estimated (``re-estimated``). Where none is, a point
    without a successor is ``gone``, and one of another basis was changed by a ``review`` that is dated earlier than it
    came to this database.

    ``RecordError`` where there is no such run, or the two have other options.
    """
    with engine.connect() as connection:
        earlier, later = _run(connection, earlier_run), _run(connection, later_run)
        if earlier.options_digest != later.options_digest:
            raise RecordError(f"runs {earlier_run} and {later_run} of the analysis have different options")
        if earlier_run > later_run:
            raise RecordError(f"run {earlier_run} of the analysis is later than run {later_run}")
        before, after = _differing_states(connection, earlier, later)
        pairs = [(before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
        pairs = [(old, new) for old, new in pairs if not (old and new and old.values_digest == new.values_digest)]
        happened = _what_happened(connection, earlier.made_at, later.made_at)
    changes = [_change(old and old.point_values, new and new.point_values, happened) for old, new in pairs]
    return PointChanges(
        came=tuple(change for change in changes if change.before is None),
        gone=tuple(change for change in changes if change.after is None),
        changed=tuple(change for change in changes if change.before is not None and change.after is not None),
    )


def _run(connection: Connection, run: int) -> Any:
    runs = schema.analysis_runs
    found = connection.execute(select(runs).where(runs.c.analysis_run_id == run)).first()
    if found is None:
        raise RecordError(f"there is no run {run} of the analysis")
    return found


def _differing_states(connection: Connection, earlier: Any, later: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """By key: the states that held in the earlier run and no more in the later, and the other way round."""
    states = schema.point_states
    first, last = earlier.analysis_run_id, later.analysis_run_id
    of_options = select(states).where(states.c.options_digest == earlier.options_digest)
    ended = of_options.where(states.c.first_run <= first, states.c.last_run >= first, states.c.last_run < last)
    begun = of_options.where(
        states.c.first_run > first,
        states.c.first_run <= last,
        or_(states.c.last_run.is_(None), states.c.last_run >= last),
    )
    return (
        {row.point_key: row for row in connection.execute(ended)},
        {row.point_key: row for row in connection.execute(begun)},
    )


def _what_happened(connection: Connection, since: datetime, until: datetime) -> list[tuple[Cause, set[str]]]:
    """The papers of which each cause is true after ``since``, up to ``until``; the first cause first."""
    versions, extractions, claims, estimates = (
        schema.paper_versions, schema.extractions, schema.claims, schema.burden_estimates
    )  # fmt: skip
    had_at, extracted_at = versions.c.recorded_at, extractions.c.extracted_at
    read_at = case((had_at > extracted_at, had_at), else_=extracted_at)
    read = select(versions.c.paper_key).join(extractions, extractions.c.document_sha256 == versions.c.document_sha256)
    read_between = set(connection.scalars(read.where(read_at > since, read_at <= until).distinct()))
    read_before = set(connection.scalars(read.where(read_at <= since).distinct())) if read_between else set()
    reviewed = select(schema.reviews_by_paper.c.paper_key).where(
        schema.reviews_by_paper.c.reviewed_at > since, schema.reviews_by_paper.c.reviewed_at <= until
    )
    estimated = (
        select(versions.c.paper_key)
        .join(claims, claims.c.document_sha256 == versions.c.document_sha256)
        .join(estimates, estimates.c.claim_id == claims.c.claim_id)
        .where(estimates.c.estimated_at > since, estimates.c.estimated_at <= until)
    )
    return [
        (Cause.NEW_PAPER, read_between - read_before),
        (Cause.REVIEW, set(connection.scalars(reviewed.distinct()))),
        (Cause.RE_READ, read_between),
        (Cause.RE_ESTIMATED, set(connection.scalars(estimated.distinct()))),
    ]


def _change(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, happened: Sequence[tuple[Cause, set[str]]]
) -> PointChange:
    point = after or before or {}
    cause: Cause | None
    if point["basis"] == "imported":
        cause = Cause.IMPORT
    else:
        otherwise = Cause.GONE if after is None else None
        if before and after and before["basis"] != after["basis"]:
            otherwise = Cause.REVIEW
        cause = next((each for each, papers in happened if point["arxiv_id"] in papers), otherwise)
    return PointChange(point["point_key"], before, after, cause)
