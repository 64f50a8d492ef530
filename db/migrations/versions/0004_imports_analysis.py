"""Other people's tables are imported, and fits are kept with the points that they were made of."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "imports",
        # in the order in which files came: the latest of a source's file is in force
        sa.Column("import_id", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("reading_digest", sa.Text, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("model_count", sa.Integer, nullable=False),
        sa.Column("result_count", sa.Integer, nullable=False),
        sa.Column("repairs", sa.Text, nullable=False),
        sa.Column("skipped", sa.Text, nullable=False),
    )
    op.create_table(
        "imported_models",
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.import_id"), primary_key=True),
        sa.Column("row_number", sa.Integer, sa.CheckConstraint("row_number >= 1", name="row_number"), primary_key=True),
        sa.Column("model", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("published", sa.Date),
        sa.Column("year", sa.Double),
        _above_zero("hardware_burden_flop"),
        _above_zero("network_operations_flop"),
        _above_zero("operations_per_pass_flop"),
        _above_zero("training_compute_flop"),
        _above_zero("parameters"),
        sa.Column("accelerator", sa.Text),
        _above_zero("accelerator_count"),
        _above_zero("duration_hours"),
        sa.Column("included", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_table(
        "imported_results",
        sa.Column("import_id", sa.Integer, primary_key=True),
        sa.Column("row_number", sa.Integer, primary_key=True),
        sa.Column("benchmark", sa.Text, primary_key=True),
        sa.Column("metric", sa.Text, primary_key=True),
        sa.Column("value", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id", "row_number"], ["imported_models.import_id", "imported_models.row_number"]
        ),
    )
    op.create_table(
        "analysis_runs",
        sa.Column("analysis_run_id", sa.Integer, primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_version", sa.Text, nullable=False),
        sa.Column("data_digest", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("options_digest", sa.Text, nullable=False),
        sa.Column("point_count", sa.Integer, nullable=False),
    )
    op.create_table(
        "analysis_fits",
        sa.Column("analysis_run_id", sa.Integer, sa.ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("benchmark", sa.Text, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("computing", sa.Text, nullable=False),
        sa.Column("estimator", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        *(
            sa.Column(f"{coefficient}{what}", sa.Double)
            for coefficient in ("intercept", "slope", "slope_year")
            for what in ("", "_standard_error", "_hc3_standard_error", "_low", "_high")
        ),
        sa.Column("r_squared", sa.Double),
        sa.Column("aic", sa.Double),
        sa.Column("bic", sa.Double),
        sa.Column("cause", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("record", sa.Text, nullable=False),
    )
    op.create_table(
        "point_states",
        sa.Column("options_digest", sa.Text, primary_key=True),
        sa.Column("key_digest", sa.Text, primary_key=True),
        sa.Column("first_run", sa.Integer, sa.ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
        # the last run of these options that had the point so; null while it is in force
        sa.Column("last_run", sa.Integer, sa.ForeignKey("analysis_runs.analysis_run_id")),
        sa.Column("point_key", sa.Text, nullable=False),
        sa.Column("values_digest", sa.Text, nullable=False),
        sa.Column("point_values", sa.Text, nullable=False),
    )
    op.create_index("ix_imports_source_file_name", "imports", ["source", "file_name"])
    op.create_index("ix_imported_models_arxiv_id", "imported_models", ["arxiv_id"])
    op.create_index("ix_analysis_runs_options_digest", "analysis_runs", ["options_digest"])
    in_force = sa.text("last_run IS NULL")
    op.create_index(
        "uq_point_states_in_force",
        "point_states",
        ["options_digest", "key_digest"],
        unique=True,
        sqlite_where=in_force,
        postgresql_where=in_force,
    )


def _above_zero(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, sa.CheckConstraint(f"{name} > 0", name=name))
