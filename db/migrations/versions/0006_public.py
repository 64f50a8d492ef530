"""What everyone's pages show, the number by which they tell that it changed, and releases of the data."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _create_stamp_and_papers()
    _create_models()
    _create_points()
    _create_releases()


def _create_stamp_and_papers() -> None:
    op.create_table(
        "public_stamp",
        sa.Column("stamp_id", sa.Integer, sa.CheckConstraint("stamp_id = 1", name="stamp_id"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )
    op.create_table(
        "public_papers",
        _paper_key(primary_key=True),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("year", sa.Integer),
        sa.Column("page_count", sa.Integer, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("results", sa.Integer, nullable=False),
        sa.Column("models", sa.Integer, nullable=False),
        sa.Column("facts", sa.Integer, nullable=False),
        sa.Column("curated_facts", sa.Integer, nullable=False),
        sa.Column("curated_share", sa.Double),
        sa.Column("reports_accelerator", sa.Boolean, nullable=False),
        sa.Column("reports_count", sa.Boolean, nullable=False),
        sa.Column("reports_time", sa.Boolean, nullable=False),
        sa.Column("largest_burden_flop", sa.Double),
        sa.Column("largest_burden_model", sa.Text),
        sa.Column("largest_burden_model_id", sa.Text),
        sa.Column("largest_burden_basis", sa.Text),
        sa.Column("largest_burden_accelerator", sa.Text),
        sa.Column("benchmarks", sa.Text, nullable=False),
        sa.Column("accelerators", sa.Text, nullable=False),
        sa.Column("search", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
    )
    op.create_table(
        "public_accelerators",
        _paper_key(primary_key=True),
        sa.Column("accelerator", sa.Text, primary_key=True),
        sa.Column("year", sa.Integer),
        sa.Column("runs", sa.Integer, nullable=False),
    )
    sorts = ("published", "runs", "results", "models", "facts", "curated_share", "largest_burden_flop", "search")
    _index_each("public_papers", "paper_key", sorts)
    counted = ["runs", "results", "facts", "curated_facts", "reports_accelerator", "reports_count", "reports_time"]
    op.create_index("ix_public_papers_counts", "public_papers", ["year", *counted, "largest_burden_flop"])
    op.create_index("ix_public_papers_largest_burden_model_id", "public_papers", ["largest_burden_model_id"])
    op.create_index("ix_public_accelerators_accelerator", "public_accelerators", ["accelerator", "year", "paper_key"])


def _create_models() -> None:
    op.create_table(
        "public_models",
        sa.Column("model_id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        _paper_key(),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.import_id")),
        sa.Column("import_file", sa.Text),
        sa.Column("import_row", sa.Integer),
        sa.Column("model", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("published", sa.Text),
        sa.Column("year", sa.Integer),
        sa.Column("accelerator", sa.Text),
        sa.Column("accelerator_count", sa.Double),
        sa.Column("duration_hours", sa.Double),
        sa.Column("hardware_burden_flop", sa.Double),
        sa.Column("hardware_burden_low_flop", sa.Double),
        sa.Column("hardware_burden_high_flop", sa.Double),
        sa.Column("method", sa.Text),
        sa.Column("network_operations_flop", sa.Double),
        sa.Column("operations_per_pass_flop", sa.Double),
        sa.Column("parameters", sa.Double),
        sa.Column("best_result", sa.Text),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("confidence", sa.Double),
        sa.Column("benchmarks", sa.Text, nullable=False),
        sa.Column("fact_keys", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("search", sa.Text, nullable=False),
    )
    amounts = ("hardware_burden_flop", "network_operations_flop", "operations_per_pass_flop", "parameters")
    of_runs = ("accelerator", "accelerator_count", "duration_hours")
    _index_each("public_models", "model_id", ("year", *amounts, *of_runs, "confidence", "search"))
    op.create_index("ix_public_models_paper_key", "public_models", ["paper_key"])
    op.create_index("ix_public_models_import_id", "public_models", ["import_id"])
    op.create_index("ix_public_models_filters", "public_models", ["source", "basis", "accelerator", "year", "model_id"])


def _create_points() -> None:
    op.create_table(
        "public_points",
        sa.Column("point_id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("point_key", sa.Text, nullable=False),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("benchmark", sa.Text, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("error_fraction", sa.Double, nullable=False),
        sa.Column("published", sa.Text),
        sa.Column("year", sa.Double),
        sa.Column("hardware_burden_flop", sa.Double),
        sa.Column("hardware_burden_low_flop", sa.Double),
        sa.Column("hardware_burden_high_flop", sa.Double),
        sa.Column("network_operations_flop", sa.Double),
        sa.Column("operations_per_pass_flop", sa.Double),
        sa.Column("parameters", sa.Double),
        sa.Column("confidence", sa.Double),
        sa.Column("accelerator", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("model_id", sa.Text, nullable=False),
        _paper_key(),
        sa.Column("accelerator_count", sa.Double),
        sa.Column("duration_hours", sa.Double),
        sa.Column("has_evidence", sa.Boolean, nullable=False),
        sa.Column("result_fact_key", sa.Text),
        sa.Column("burden_fact_key", sa.Text),
        sa.Column("result_page", sa.Integer),
        sa.Column("search", sa.Text, nullable=False),
    )
    _index_each("public_points", "point_id", ("hardware_burden_flop", "year"))
    op.create_index("ix_public_points_paper_key", "public_points", ["paper_key"])
    op.create_index("ix_public_points_model_id", "public_points", ["model_id"])
    asked_for = ["basis", "hardware_burden_flop", "year", "paper_key", "model_id"]
    op.create_index("ix_public_points_benchmark", "public_points", ["benchmark", "metric", "source", *asked_for])


def _create_releases() -> None:
    op.create_table(
        "releases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("manifest", sa.Text, nullable=False),
        sa.Column("row_counts", sa.Text, nullable=False),
    )
    op.create_table(
        "release_chunks",
        sa.Column("sha256", sa.Text, primary_key=True),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("compressed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "release_parts",
        sa.Column("release_name", sa.Text, sa.ForeignKey("releases.name"), primary_key=True),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("sha256", sa.Text, sa.ForeignKey("release_chunks.sha256"), nullable=False),
    )


def _index_each(table: str, key: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column, key])


def _paper_key(primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "paper_key", sa.Text, sa.ForeignKey("papers.paper_key"), primary_key=primary_key, nullable=not primary_key
    )
