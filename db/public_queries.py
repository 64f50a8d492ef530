"""What the public lists show, page by page, from the public tables (``db.public_schema``).

Sort keys are the names in ``*_SORTS``; another is a ``ValueError``. What is unknown comes last, whichever way is
sorted. A page has at most ``MOST_ROWS`` rows; behind ``FARTHEST`` nothing is listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Table, func, select

from db import public_schema, schema
from db.fields import clean_text

MOST_ROWS = 200
MOST_CHART_POINTS = 20_000
FARTHEST = 10_000_000
_MOST_WORDS = 10
"""Of a search."""
_LONGEST_SEARCH = 200
_MOST_AUTHORS = 100
_FARTHEST_YEAR = 9_999

_papers = public_schema.public_papers
_models = public_schema.public_models
_points = public_schema.public_points
_accelerators = public_schema.public_accelerators

POINT_SORTS: Mapping[str, str] = {
    "model": "search",
    **{
        name: name
        for name in (
            "title",
            "year",
            "value",
            "error_fraction",
            "hardware_burden_flop",
            "network_operations_flop",
            "operations_per_pass_flop",
            "parameters",
            "confidence",
            "accelerator",
            "basis",
            "source",
        )
    },
}
MODEL_SORTS: Mapping[str, str] = {
    "model": "search",
    **{name: name for name in ("title", *public_schema.MODEL_SORTS)},
}
PAPER_SORTS: Mapping[str, str] = {"title": "search", **{name: name for name in public_schema.PAPER_SORTS}}
"""The column by which each way of sorting is done: names in small letters."""

_REPORTS: Mapping[str, ColumnElement[bool]] = {
    "accelerator": _papers.c.reports_accelerator,
    "count": _papers.c.reports_count,
    "time": _papers.c.reports_time,
    "burden": _papers.c.largest_burden_flop.is_not(None),
}


@dataclass(frozen=True, slots=True)
class PointFilters:
    benchmark: str = ""
    metric: str = ""
    sources: tuple[str, ...] = ()
    """Empty: all."""
    basis: str = ""
    """``machine``, ``curated`` or ``imported``; empty: all."""
    year_from: int | None = None
    year_to: int | None = None
    """Of publication; the year is included."""
    search: str = ""
    """Words of the model's name, the title or the arXiv id, in the order in which they stand there."""
    with_burden: bool = False


@dataclass(frozen=True, slots=True)
class ModelFilters:
    search: str = ""
    source: str = ""
    basis: str = ""
    accelerator: str = ""
    """As the catalogue names it."""
    year_from: int | None = None
    year_to: int | None = None
    benchmark: str = ""
    """The model has a point on it."""
    with_burden: bool = False


@dataclass(frozen=True, slots=True)
class PaperFilters:
    search: str = ""
    """Words of the title, or the arXiv id."""
    year: int | None = None
    accelerator: str = ""
    reports: str = ""
    """``accelerator``, ``count``, ``time`` or ``burden``: papers that state it; empty: all."""


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Mapping[str, Any], ...]
    """All columns of the public table but those that are only searched."""
    total: int
    """Of all pages."""


def chart_points(
    engine: Engine, filters: PointFilters, columns: Sequence[str], limit: int = MOST_CHART_POINTS
) -> list[tuple[Any, ...]]:
    """Points in the order of their keys; beyond the limit those with a burden come first, the rest evenly from all.

    A tuple of the ``columns`` each (of ``public_points``; ``ValueError`` for others): there may be thousands, and a
    chart waits for them.
    """
    conditions, most = _of_points(filters), max(0, min(limit, MOST_CHART_POINTS))
    wanted = (column.label(f"wanted_{column.name}") for column in _columns(_points, columns))
    query = select(_points.c.point_key, *wanted).where(*conditions)
    with engine.connect() as connection:
        if (connection.scalar(select(func.count()).select_from(_points).where(*conditions)) or 0) > most:
            query = query.order_by(_points.c.hardware_burden_flop.is_(None), _points.c.point_id).limit(most)
        found = connection.execute(query).all()
    return [tuple(values) for _, *values in sorted(found, key=itemgetter(0))]


def points_table(
    engine: Engine,
    filters: PointFilters,
    sort: str = "hardware_burden_flop",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Points with all columns of ``public_points``."""
    order = _Order(_points.c[_sort_column(POINT_SORTS, sort)], _points.c.point_id, descending)
    with engine.connect() as connection:
        keys, total = _page(connection, order, _of_points(filters), offset, limit)
        return Page(_in_order(connection, _points, _points.c.point_id, keys), total)


def models_table(
    engine: Engine,
    filters: ModelFilters,
    sort: str = "hardware_burden_flop",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Models with all columns of ``public_models``."""
    order = _Order(_models.c[_sort_column(MODEL_SORTS, sort)], _models.c.model_id, descending)
    with engine.connect() as connection:
        keys, total = _page(connection, order, _of_models(filters), offset, limit)
        return Page(_in_order(connection, _models, _models.c.model_id, keys), total)


def papers_table(
    engine: Engine,
    filters: PaperFilters,
    sort: str = "published",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """Papers with all columns of ``public_papers``, ``author_count``, the first 100 ``authors``, and ``categories``."""
    order = _Order(_papers.c[_sort_column(PAPER_SORTS, sort)], _papers.c.paper_key, descending)
    told = schema.papers
    with engine.connect() as connection:
        keys, total = _page(connection, order, _of_papers(filters), offset, limit)
        rows = _in_order(connection, _papers, _papers.c.paper_key, keys)
        query = select(told.c.paper_key, told.c.authors, told.c.categories).where(told.c.paper_key.in_(keys))
        beside = {row.paper_key: row for row in connection.execute(query)}
    return Page(tuple({**row, **_told(beside[row["paper_key"]])} for row in rows), total)


@dataclass(frozen=True, slots=True)
class _Order:
    by: Column[Any]
    key: Column[Any]
    """Unique: it decides between rows that are otherwise the same."""
    descending: bool

    def columns(self) -> tuple[ColumnElement[Any], ...]:
        return (self.by.desc(), self.key.desc()) if self.descending else (self.by, self.key)


def _page(
    connection: Connection, order: _Order, conditions: Sequence[ColumnElement[bool]], offset: int, limit: int
) -> tuple[list[str], int]:
    """The keys of a page, and how many rows all pages have.

    First those whose place is known, then the others: so both databases read an index whichever way is sorted.
    """
    offset, limit = max(0, min(offset, FARTHEST)), max(0, min(limit, MOST_ROWS))
    total = connection.scalar(select(func.count()).select_from(order.key.table).where(*conditions)) or 0
    if offset >= total:
        return [], total
    known = select(order.key).where(order.by.is_not(None), *conditions).order_by(*order.columns())
    keys = list(connection.scalars(known.limit(limit).offset(offset)))
    if len(keys) < limit and offset + len(keys) < total and order.by.nullable:
        count = select(func.count()).select_from(order.key.table).where(order.by.is_not(None), *conditions)
        before = max(0, offset - (connection.scalar(count) or 0))
        unknown = select(order.key).where(order.by.is_(None), *conditions).order_by(order.columns()[1])
        keys += connection.scalars(unknown.limit(limit - len(keys)).offset(before))
    return keys, total


def _in_order(
    connection: Connection, table: Table, key: Column[Any], keys: Sequence[str]
) -> tuple[dict[str, Any], ...]:
    query = select(*_columns(table, ())).where(key.in_(keys))
    rows = {row[key.name]: dict(row) for row in connection.execute(query).mappings()}
    return tuple(rows[each] for each in keys if each in rows)


def _of_points(filters: PointFilters) -> list[ColumnElement[bool]]:
    points = _points.c
    conditions = _of_years(points.year, filters.year_from, filters.year_to)
    conditions += _matching(points.search, filters.search)
    if filters.benchmark:
        conditions.append(points.benchmark == clean_text(filters.benchmark))
    if filters.metric:
        conditions.append(points.metric == clean_text(filters.metric))
    if filters.sources:
        conditions.append(points.source.in_([clean_text(source) for source in filters.sources]))
    if filters.basis:
        conditions.append(points.basis == clean_text(filters.basis))
    if filters.with_burden:
        conditions.append(points.hardware_burden_flop.is_not(None))
    return conditions


def _of_models(filters: ModelFilters) -> list[ColumnElement[bool]]:
    models = _models.c
    conditions = _of_years(models.year, filters.year_from, filters.year_to)
    conditions += _matching(models.search, filters.search)
    if filters.source:
        conditions.append(models.source == clean_text(filters.source))
    if filters.basis:
        conditions.append(models.basis == clean_text(filters.basis))
    if filters.accelerator:
        conditions.append(models.accelerator == clean_text(filters.accelerator))
    if filters.benchmark:
        conditions.append(models.benchmarks.contains(f",{clean_text(filters.benchmark)},", autoescape=True))
    if filters.with_burden:
        conditions.append(models.hardware_burden_flop.is_not(None))
    return conditions


def _of_papers(filters: PaperFilters) -> list[ColumnElement[bool]]:
    conditions = _matching(_papers.c.search, filters.search)
    if filters.year is not None:
        conditions += _of_years(_papers.c.year, filters.year, filters.year)
    if filters.accelerator:
        on_it = select(_accelerators.c.paper_key).where(_accelerators.c.accelerator == clean_text(filters.accelerator))
        conditions.append(_papers.c.paper_key.in_(on_it))
    if filters.reports:
        if filters.reports not in _REPORTS:
            raise ValueError(f"no such report: {filters.reports!r:.80} (there are {', '.join(_REPORTS)})")
        conditions.append(_REPORTS[filters.reports])
    return conditions


def _of_years(year: Column[Any], first: int | None, last: int | None) -> list[ColumnElement[bool]]:
    """Of a year that may have a fraction; both ends are included."""
    conditions: list[ColumnElement[bool]] = []
    if first is not None:
        conditions.append(year >= max(0, min(first, _FARTHEST_YEAR)))
    if last is not None:
        conditions.append(year < max(0, min(last, _FARTHEST_YEAR)) + 1)
    return conditions


def _matching(column: Column[Any], search: str) -> list[ColumnElement[bool]]:
    """The words in the order in which they stand there: "res learn" finds "deep residual learning"."""
    words = clean_text(search[:_LONGEST_SEARCH]).casefold().split()[:_MOST_WORDS]
    if not words:
        return []
    escaped = (word.replace("/", "//").replace("%", "/%").replace("_", "/_") for word in words)
    return [column.like(f"%{'%'.join(escaped)}%", escape="/")]


def _sort_column(sorts: Mapping[str, str], sort: str) -> str:
    if sort not in sorts:
        raise ValueError(f"can't sort by {sort!r:.80} (there are {', '.join(sorts)})")
    return sorts[sort]


def _columns(table: Table, names: Sequence[str]) -> list[Column[Any]]:
    shown = {column.name: column for column in table.columns if column.name != "search"}
    unknown = [name for name in names if name not in shown]
    if unknown:
        raise ValueError(f"{table.name} has no column {unknown[0]!r:.80} (it has {', '.join(shown)})")
    return [shown[name] for name in names] or list(shown.values())


def _told(paper: Any) -> dict[str, Any]:
    authors = paper.authors
    return {"authors": authors[:_MOST_AUTHORS], "author_count": len(authors), "categories": paper.categories}
