"""Everything that one run of the analysis found: what a report is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.comparison import ComparisonSummary, PairedPoint
from analysis.constants import CostConstants
from analysis.filling import FixedConversion
from analysis.laws import Laws
from analysis.model_comparison import ModelComparison
from analysis.records import Subject


@dataclass(frozen=True, slots=True)
class SlopeChange:
    """A fit's slope in the last run and now; None where there was or is no fit."""

    subject: Subject
    n_before: int | None
    n_now: int | None
    slope_before: float | None
    slope_now: float | None


@dataclass(frozen=True, slots=True)
class PointChange:
    """A point that came, went or changed since the last run."""

    point_key: str
    what: str
    """For the reader: "new", "gone", "value 83.1 -> 83.4 by a review"."""
    model: str | None
    title: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class SlopeCause:
    """What one kind of change did to a slope, put in after the kinds before it."""

    subject: Subject
    cause: str
    """For the reader: "new paper", "review"."""
    points: int
    slope_before: float | None
    slope_after: float | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs from the last run, which is named by its time and data."""

    since: str
    data_digest_before: str
    slopes: tuple[SlopeChange, ...]
    points: tuple[PointChange, ...]
    causes: tuple[SlopeCause, ...] = ()
    """In the order in which they are put in, slope by slope."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What a report needs."""

    points: pd.DataFrame
    """As ``analysis.points.load_points`` gives them, of all sources."""
    laws: Laws
    projections: pd.DataFrame
    """As ``analysis.projections.projection_table`` gives them."""
    pairs: tuple[PairedPoint, ...]
    """Models that this database and an import both have."""
    summaries: tuple[ComparisonSummary, ...]
    constants: CostConstants
    data_digest: str
    code_version: str
    command: str
    """The command line that makes this report again."""
    changes: Changes | None = None
    """None where there was no run before."""
    options: Mapping[str, str] = field(default_factory=dict)
    conversions: Mapping[str, FixedConversion] = field(default_factory=dict)
    """By benchmark, those that ``fit_laws`` was given in place of fitted ones."""
    models: ModelComparison | None = None
    """Training of the models that this database and an import both have, whether or not they have results."""
