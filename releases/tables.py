"""Which tables a release has, of which view or list each is made, and which columns stay behind.

A table has all columns of its view, as the page on the database tells them, but for those of ``left_out``: people and
what they wrote, text of papers beyond the evidence, paths of this machine. The last column of every table is
``attribution``, by which the table ``sources`` tells licence and credit of the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from releases.dictionary import ColumnType, column_type, told_columns

PAPERS = "papers"
_PEOPLE = "a person's name or own words"
_PAPER_TEXT = "text of the paper"
_OF_PEOPLE = "a digest of the review, its reviewer among it: whoever guesses the name could see it confirmed"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: ColumnType
    unit: str
    """Empty where it has none."""
    meaning: str


@dataclass(frozen=True, slots=True)
class ReleaseTable:
    """A table of a release: ``data/<name>.csv`` and ``data/<name>.parquet``."""

    name: str
    view: str
    """The view, or the heading under which the page on releases tells the columns of a list that is no view."""
    title: str
    key: tuple[str, ...]
    """Columns that are unique together, none of them ever null; empty where there are no such."""
    order: tuple[str, ...]
    """Columns by which the rows stand in a fixed order."""
    quotes: tuple[str, ...] = ()
    """Columns with words of papers, which only papers under an open licence keep."""
    of_papers: bool = True
    """The rows are told by papers: ``arxiv_id`` is in the table ``papers``."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns of the view that stay behind, and why."""

    @property
    def columns(self) -> tuple[Column, ...]:
        return _columns(self.view, tuple(self.left_out))


@cache
def _columns(view: str, left_out: tuple[str, ...]) -> tuple[Column, ...]:
    told = told_columns(view)
    if "attribution" not in told:
        told = told | {"attribution": told_columns("sources")["attribution"]}
    return tuple(
        Column(name, *column_type(view, name), meaning) for name, meaning in told.items() if name not in left_out
    )


_BY_PLACE = ("arxiv_id", "position", "claim_id")
_BY_MODEL = ("arxiv_id", "model")

TABLES: tuple[ReleaseTable, ...] = (
    ReleaseTable(
        PAPERS,
        "papers_v1",
        "Papers, as arXiv describes them, and how far they were read",
        key=("arxiv_id",),
        order=("arxiv_id",),
        left_out={
            "abstract": _PAPER_TEXT,
            "authors": "people's names; arXiv has them under the id",
            "failure_message": "may name files of the machine that read the paper; `failure_cause` says as much",
            "unknown_hardware": _PAPER_TEXT,
        },
    ),
    ReleaseTable(
        "training_runs",
        "training_runs_v1",
        "Training runs: accelerator, count and time that papers state, and the hardware burden estimated from them",
        key=("fact_key",),
        order=_BY_PLACE,
        quotes=("evidence",),
    ),
    ReleaseTable(
        "training_compute",
        "training_compute_v1",
        "Totals of training operations that papers state themselves",
        key=("fact_key",),
        order=_BY_PLACE,
        quotes=("evidence",),
    ),
    ReleaseTable(
        "results",
        "results_v1",
        "Results on benchmarks that papers report, their own or quoted from others",
        key=("fact_key",),
        order=_BY_PLACE,
        quotes=("evidence",),
    ),
    ReleaseTable(
        "model_properties",
        "model_properties_v1",
        "Properties of models that papers state: parameters, operations of a forward pass, epochs, training examples",
        key=("fact_key",),
        order=_BY_PLACE,
        quotes=("evidence",),
    ),
    ReleaseTable(
        "model_runs",
        "model_runs_v1",
        "Which training run is of which model of a paper's results, by which rule",
        key=(),
        order=("arxiv_id", "position", "claim_id", "model", "benchmark", "rule"),
    ),
    ReleaseTable(
        "burden",
        "burden_v1",
        "Hardware burden by paper and model, summed over stages",
        key=(),
        order=(*_BY_MODEL, "fact_key"),
        quotes=("evidence",),
    ),
    ReleaseTable(
        "network_operations",
        "network_operations_v1",
        "Operations of training counted from the network, by paper, model and benchmark",
        key=(),
        order=(*_BY_MODEL, "benchmark"),
    ),
    ReleaseTable(
        "model_points",
        "analysis_points_v1",
        "A paper's best own result by model, benchmark and metric beside what its training took",
        key=(),
        order=(*_BY_MODEL, "benchmark", "metric"),
        quotes=("result_evidence",),
    ),
    ReleaseTable(
        "fit_points",
        "fit_points_v1",
        "What the scaling laws are fitted to: points of papers and of imports side by side",
        key=("point_key",),
        order=("point_key",),
        of_papers=False,
    ),
    ReleaseTable(
        "fits",
        "fits_v1",
        "Fits of the newest analyses, and refusals of a fit with their reason",
        key=("analysis_run_id", "position"),
        order=("analysis_run_id", "position"),
        of_papers=False,
        left_out={"record": "all that a report says of a fit, names of single models among it: `burden analyze -o`"},
    ),
    ReleaseTable(
        "reviews",
        "reviews_v1",
        "What curators decided, superseded and withdrawn decisions too; without the people",
        key=(),
        order=("arxiv_id", "reviewed_at", "review_id"),
        of_papers=False,
        left_out={
            "review_id": _OF_PEOPLE,
            "reviewer": _PEOPLE,
            "reason": _PEOPLE,
            "seen": "repeats the record, with words of the paper",
            "withdraws": _OF_PEOPLE,
        },
    ),
    ReleaseTable(
        "imports",
        "imports",
        "Files of other people's tables that are in force",
        key=("source", "file_name"),
        order=("source", "file_name"),
        of_papers=False,
    ),
    ReleaseTable(
        "imported_models",
        "imported_models_v1",
        "Models of these files, as far as their licence lets them be passed on",
        key=("source", "file_name", "row_number"),
        order=("source", "file_name", "row_number"),
        of_papers=False,
    ),
    ReleaseTable(
        "imported_results",
        "imported_results_v1",
        "Results of these models",
        key=("source", "file_name", "row_number", "benchmark", "metric"),
        order=("source", "file_name", "row_number", "benchmark", "metric"),
        of_papers=False,
    ),
    ReleaseTable(
        "accelerators",
        "accelerators",
        "The catalogue of accelerators, whose rates the burdens are reckoned with",
        key=("name",),
        order=(),
        of_papers=False,
    ),
    ReleaseTable(
        "sources",
        "sources",
        "Where rows come from: licence and credit by attribution",
        key=("attribution",),
        order=(),
        of_papers=False,
    ),
)
