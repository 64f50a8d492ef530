"""What the public lists show, page by page, from the public tables (``db.public_schema``).

Sort keys are the names in ``*_SORTS``; another is a ``ValueError``. What is unknown comes last, whichever way is
sorted. A page has at most ``MOST_ROWS`` rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

MOST_ROWS = 200
MOST_CHART_POINTS = 20_000

POINT_SORTS: Mapping[str, str] = {
    name: name
    for name in (
        "model",
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
}
MODEL_SORTS: Mapping[str, str] = {
    name: name
    for name in (
        "model",
        "title",
        "year",
        "hardware_burden_flop",
        "network_operations_flop",
        "operations_per_pass_flop",
        "parameters",
        "accelerator",
        "accelerator_count",
        "duration_hours",
        "confidence",
    )
}
PAPER_SORTS: Mapping[str, str] = {
    name: name
    for name in ("title", "published", "runs", "results", "models", "facts", "curated_share", "largest_burden_flop")
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
    engine: Engine,
    benchmark: str,
    metric: str,
    sources: Sequence[str] = (),
    limit: int = MOST_CHART_POINTS,
    columns: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Points of a benchmark and metric, those with a burden first, then by key; of empty ``sources`` all.

    ``columns``: those of ``public_points`` that are wanted; empty: all. Fewer are quicker.
    """
    raise NotImplementedError


def points_table(
    engine: Engine,
    filters: PointFilters,
    sort: str = "hardware_burden_flop",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    raise NotImplementedError


def models_table(
    engine: Engine,
    filters: ModelFilters,
    sort: str = "hardware_burden_flop",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    raise NotImplementedError


def papers_table(
    engine: Engine,
    filters: PaperFilters,
    sort: str = "published",
    descending: bool = True,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    raise NotImplementedError
