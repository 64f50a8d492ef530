"""The fits of the newest analyses, for everyone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, func, select

from db import schema
from db.public_queries import Page


def newest_fits(engine: Engine, benchmark: str = "", source: str = "", offset: int = 0, limit: int = 50) -> Page:
    """Fits and refusals of the last run of each set of options, the latest run first; empty filters take all."""
    runs, fits = schema.analysis_runs, schema.analysis_fits
    newest = select(func.max(runs.c.analysis_run_id)).group_by(runs.c.options_digest)
    conditions: list[ColumnElement[bool]] = [fits.c.analysis_run_id.in_(newest)]
    conditions += [fits.c.benchmark == benchmark] if benchmark else []
    conditions += [fits.c.source == source] if source else []
    query = (
        select(fits, runs.c.made_at, runs.c.options)
        .join(runs, runs.c.analysis_run_id == fits.c.analysis_run_id)
        .where(*conditions)
        .order_by(fits.c.analysis_run_id.desc(), fits.c.position)
    )
    with engine.connect() as connection:
        total = connection.scalar(select(func.count()).select_from(fits).where(*conditions)) or 0
        rows = connection.execute(query.offset(offset).limit(limit)).mappings()
        return Page(tuple(dict(row) for row in rows), total)
