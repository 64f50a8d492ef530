"""Papers, their PDFs, extractions, claims, estimates and reviews."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("paper_key", sa.Text, primary_key=True),
        sa.Column("arxiv_id", sa.Text),
        sa.Column("described_version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("abstract", sa.Text, nullable=False),
        sa.Column("authors", sa.Text, nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("published", sa.Date),
        sa.Column("updated", sa.Date),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("license_url", sa.Text),
        sa.Column("doi", sa.Text),
    )
    op.create_table(
        "documents",
        sa.Column("document_sha256", sa.Text, primary_key=True),
        sa.Column(
            "byte_count", sa.BigInteger, sa.CheckConstraint("byte_count >= 0", name="byte_count"), nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "paper_versions",
        sa.Column("paper_key", sa.Text, sa.ForeignKey("papers.paper_key"), primary_key=True),
        sa.Column("version", sa.Integer, sa.CheckConstraint("version >= 0", name="version"), primary_key=True),
        sa.Column("document_sha256", sa.Text, sa.ForeignKey("documents.document_sha256"), primary_key=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "extractors",
        sa.Column("extractor_version", sa.Text, primary_key=True),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "ingest_runs",
        sa.Column("ingest_run_id", sa.Integer, primary_key=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column(
            "status",
            sa.Text,
            sa.CheckConstraint("status IN ('running', 'succeeded', 'failed', 'interrupted')", name="status"),
            nullable=False,
        ),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
        sa.Column("window_source", sa.Text),
        sa.Column("window_since", sa.Date),
        sa.Column("window_until", sa.Date),
    )
    op.create_table(
        "extractions",
        sa.Column("document_sha256", sa.Text, sa.ForeignKey("documents.document_sha256"), primary_key=True),
        sa.Column("extractor_version", sa.Text, sa.ForeignKey("extractors.extractor_version"), primary_key=True),
        sa.Column("extracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "page_count",
            sa.Integer,
            sa.CheckConstraint("page_count >= 0", name="page_count"),
            nullable=False,
        ),
        sa.Column("stamp", sa.Text),
        sa.Column("unknown_hardware", sa.Text, nullable=False),
    )
    op.create_table(
        "failures",
        sa.Column("paper_key", sa.Text, sa.ForeignKey("papers.paper_key"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        # '' where no PDF was had; a primary key takes no null
        sa.Column("document_sha256", sa.Text, primary_key=True),
        sa.Column("extractor_version", sa.Text, sa.ForeignKey("extractors.extractor_version"), primary_key=True),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "claims",
        sa.Column("claim_id", sa.Text, primary_key=True),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
        sa.Column(
            "kind",
            sa.Text,
            sa.CheckConstraint("kind IN ('training_run', 'training_compute', 'result')", name="kind"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("fact_digest", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("value_digest", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("stage", sa.Text),
        sa.Column("accelerator", sa.Text),
        sa.Column(
            "accelerator_count", sa.BigInteger, sa.CheckConstraint("accelerator_count > 0", name="accelerator_count")
        ),
        sa.Column("count_unit", sa.Text),
        sa.Column("duration_hours", sa.Double, sa.CheckConstraint("duration_hours > 0", name="duration_hours")),
        sa.Column("duration_hours_low", sa.Double),
        sa.Column("duration_hours_high", sa.Double),
        sa.Column("device_hours", sa.Double, sa.CheckConstraint("device_hours > 0", name="device_hours")),
        sa.Column("mixed_precision", sa.Boolean),
        sa.Column("flop", sa.Double, sa.CheckConstraint("flop > 0", name="flop")),
        sa.Column("benchmark", sa.Text),
        sa.Column("metric", sa.Text),
        sa.Column("value", sa.Double),
        sa.Column("own", sa.Boolean),
        sa.Column("page", sa.Integer, sa.CheckConstraint("page >= 1", name="page"), nullable=False),
        sa.Column("bbox_x0_points", sa.Double, nullable=False),
        sa.Column("bbox_y0_points", sa.Double, nullable=False),
        sa.Column("bbox_x1_points", sa.Double, nullable=False),
        sa.Column("bbox_y1_points", sa.Double, nullable=False),
        sa.Column("quote", sa.Text, sa.CheckConstraint("length(quote) <= 500", name="quote"), nullable=False),
        sa.Column("quote_start", sa.Integer, nullable=False),
        sa.Column("quote_end", sa.Integer, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column(
            "confidence", sa.Double, sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"), nullable=False
        ),
        sa.Column(
            "status", sa.Text, sa.CheckConstraint("status IN ('accepted', 'candidate')", name="status"), nullable=False
        ),
        sa.Column(
            "basis", sa.Text, sa.CheckConstraint("basis IN ('machine', 'imported')", name="basis"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["document_sha256", "extractor_version"], ["extractions.document_sha256", "extractions.extractor_version"]
        ),
    )
    op.create_table(
        "burden_estimates",
        sa.Column("claim_id", sa.Text, sa.ForeignKey("claims.claim_id"), primary_key=True),
        # ids of the corrections that the estimate takes in; '' for the machine's own value
        sa.Column("corrections", sa.Text, primary_key=True),
        sa.Column("estimator_version", sa.Text, primary_key=True),
        sa.Column("estimated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hardware_burden_flop", sa.Double),
        sa.Column("hardware_burden_low", sa.Double),
        sa.Column("hardware_burden_high", sa.Double),
        sa.Column("precision_aware_flop", sa.Double),
        sa.Column("method", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("paper_key", sa.Text, nullable=False),
        sa.Column("fact_digest", sa.Text, nullable=False),
        # '' for a review of the whole record
        sa.Column("field", sa.Text, nullable=False),
        sa.Column(
            "decision",
            sa.Text,
            sa.CheckConstraint("decision IN ('accept', 'correct', 'reject')", name="decision"),
            nullable=False,
        ),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value_text", sa.Text),
        sa.Column("value_number", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        # the claim that stood before the reviewer; not a foreign key, since reviews may be imported before claims
        sa.Column("claim_id", sa.Text),
        sa.Column("seen", sa.Text),
    )
    op.create_table(
        "installed_objects",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sql_sha256", sa.Text, nullable=False),
    )
    op.create_index("ix_paper_versions_document_sha256", "paper_versions", ["document_sha256"])
    op.create_index("ix_ingest_runs_window_source_window_until", "ingest_runs", ["window_source", "window_until"])
    op.create_index("ix_failures_document_sha256", "failures", ["document_sha256"])
    op.create_index("ix_claims_document_sha256_extractor_version", "claims", ["document_sha256", "extractor_version"])
    op.create_index("ix_claims_fact_digest", "claims", ["fact_digest"])
    op.create_index("ix_reviews_paper_key_fact_digest_field", "reviews", ["paper_key", "fact_digest", "field"])
