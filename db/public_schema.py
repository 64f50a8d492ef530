"""The public tables: what everyone's pages show, laid out so that each page is an indexed read or two.

All that is in ``public_*`` could be reckoned anew from other tables (``db.public_rows``); releases are nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from db.columns import JsonText, UtcDateTime, metadata

PAPER_SORTS = ("published", "runs", "results", "models", "facts", "curated_share", "largest_burden_flop")
MODEL_SORTS = (
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
POINT_SORTS = ("hardware_burden_flop", "year")
"""Columns by which a list is sorted, each with an index of its own; of points, those for all benchmarks together."""

_COUNTED = (
    "runs",
    "results",
    "facts",
    "curated_facts",
    "reports_accelerator",
    "reports_count",
    "reports_time",
    "largest_burden_flop",
)
_OF_POINTS = ("basis", "hardware_burden_flop", "year", "paper_key", "model_id")


def _sorted_by(table: str, key: str, columns: tuple[str, ...]) -> Iterator[Index]:
    return (Index(f"ix_{table}_{column}", column, key) for column in columns)


public_stamp = Table(
    "public_stamp",
    metadata,
    # one row: 1
    Column("stamp_id", Integer, CheckConstraint("stamp_id = 1", name="stamp_id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    # of the program that made the rows: another makes them anew
    Column("made_by", Text, nullable=False),
)

public_papers = Table(
    "public_papers",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("arxiv_id", Text),
    Column("version", Integer),
    Column("title", Text, nullable=False),
    Column("published", Date),
    Column("year", Integer),
    Column("page_count", Integer, nullable=False),
    # accepted ones in force
    Column("runs", Integer, nullable=False),
    # the paper's own
    Column("results", Integer, nullable=False),
    Column("models", Integer, nullable=False),
    # accepted ones of every kind
    Column("facts", Integer, nullable=False),
    Column("curated_facts", Integer, nullable=False),
    # null where there are no facts
    Column("curated_share", Double),
    Column("reports_accelerator", Boolean, nullable=False),
    Column("reports_count", Boolean, nullable=False),
    Column("reports_time", Boolean, nullable=False),
    Column("largest_burden_flop", Double),
    Column("largest_burden_model", Text),
    Column("largest_burden_model_id", Text),
    Column("largest_burden_basis", Text),
    Column("largest_burden_accelerator", Text),
    # ["imagenet", …] of its own results
    Column("benchmarks", JsonText, nullable=False),
    # of its accepted runs
    Column("accelerators", JsonText, nullable=False),
    # small letters: title and id
    Column("search", Text, nullable=False),
    # what was in force when the row was made
    Column("document_sha256", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
    *_sorted_by("public_papers", "paper_key", PAPER_SORTS),
    Index("ix_public_papers_search", "search", "paper_key"),
    Index("ix_public_papers_counts", "year", *_COUNTED),
    Index(None, "largest_burden_model_id"),
)

public_models = Table(
    "public_models",
    metadata,
    Column("model_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False),
    # of a paper that was read
    Column("paper_key", Text, ForeignKey("papers.paper_key")),
    Column("arxiv_id", Text),
    Column("import_id", Integer, ForeignKey("imports.import_id")),
    Column("import_file", Text),
    Column("import_row", Integer),
    Column("model", Text),
    Column("title", Text),
    Column("url", Text),
    # 2017-06-12, as far as it is known
    Column("published", Text),
    Column("year", Integer),
    Column("accelerator", Text),
    Column("accelerator_count", Double),
    Column("duration_hours", Double),
    Column("hardware_burden_flop", Double),
    Column("hardware_burden_low_flop", Double),
    Column("hardware_burden_high_flop", Double),
    # the estimate in words
    Column("method", Text),
    Column("network_operations_flop", Double),
    Column("operations_per_pass_flop", Double),
    Column("parameters", Double),
    # "76.5 top1_accuracy on imagenet": that of the lowest error rate
    Column("best_result", Text),
    Column("points", Integer, nullable=False),
    Column("confidence", Double),
    # ",coco,imagenet,"
    Column("benchmarks", Text, nullable=False),
    # of its facts: runs, stated computing, own results, properties
    Column("fact_keys", JsonText, nullable=False),
    # as in fit_points_v1: why there is no burden, or what it lacks
    Column("note", Text),
    # small letters: model, title and id
    Column("search", Text, nullable=False),
    Index(None, "paper_key"),
    *_sorted_by("public_models", "model_id", MODEL_SORTS),
    Index("ix_public_models_search", "search", "model_id"),
    Index("ix_public_models_import_id", "import_id"),
    Index("ix_public_models_filters", "source", "basis", "accelerator", "year", "model_id"),
)

public_points = Table(
    "public_points",
    metadata,
    # of the point's key, which may be longer than an index takes
    Column("point_id", Text, primary_key=True),
    # as fit_points_v1 has them
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("point_key", Text, nullable=False),
    Column("arxiv_id", Text),
    Column("title", Text),
    Column("url", Text),
    Column("model", Text),
    Column("benchmark", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("value", Double, nullable=False),
    Column("error_fraction", Double, nullable=False),
    Column("published", Text),
    Column("year", Double),
    Column("hardware_burden_flop", Double),
    Column("hardware_burden_low_flop", Double),
    Column("hardware_burden_high_flop", Double),
    Column("network_operations_flop", Double),
    Column("operations_per_pass_flop", Double),
    Column("parameters", Double),
    Column("confidence", Double),
    Column("accelerator", Text),
    Column("note", Text),
    # and what pages show beside
    Column("model_id", Text, nullable=False),
    Column("paper_key", Text, ForeignKey("papers.paper_key")),
    Column("accelerator_count", Double),
    Column("duration_hours", Double),
    # page and sentence of the result can be shown
    Column("has_evidence", Boolean, nullable=False),
    Column("result_fact_key", Text),
    Column("burden_fact_key", Text),
    Column("result_page", Integer),
    # small letters: model, title and id
    Column("search", Text, nullable=False),
    Index(None, "paper_key"),
    Index(None, "model_id"),
    Index("ix_public_points_benchmark", "benchmark", "metric", "source", *_OF_POINTS),
    *_sorted_by("public_points", "point_id", POINT_SORTS),
)

public_accelerators = Table(
    "public_accelerators",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("accelerator", Text, primary_key=True),
    Column("year", Integer),
    # accepted ones in force
    Column("runs", Integer, nullable=False),
    Index("ix_public_accelerators_accelerator", "accelerator", "year", "paper_key"),
)

releases = Table(
    "releases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("stamp", Integer, nullable=False),
    Column("manifest", JsonText, nullable=False),
    Column("row_counts", JsonText, nullable=False),
)

release_chunks = Table(
    "release_chunks",
    metadata,
    # of the rows, before they are compressed
    Column("sha256", Text, primary_key=True),
    Column("row_count", Integer, nullable=False),
    Column("compressed", LargeBinary, nullable=False),
)

release_parts = Table(
    "release_parts",
    metadata,
    Column("release_name", Text, ForeignKey("releases.name"), primary_key=True),
    Column("table_name", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", Text, ForeignKey("release_chunks.sha256"), nullable=False),
)

APPEND_ONLY = (releases, release_chunks, release_parts)
