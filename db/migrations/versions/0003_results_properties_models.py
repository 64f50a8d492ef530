"""Results say more, models have properties, and claims are joined to the models of the results."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_OLD_KINDS = "'training_run', 'training_compute', 'result'"


def upgrade() -> None:
    # SQLite can't alter a check: it makes the table anew, from this description since checks are not reflected
    with op.batch_alter_table("claims", copy_from=_claims_before()) as batch:
        batch.drop_constraint(op.f("ck_claims_kind"), type_="check")
        batch.drop_index("ix_claims_document_sha256_extractor_version")
        batch.add_column(sa.Column("split", sa.Text))
        batch.add_column(sa.Column("ensemble", sa.Boolean))
        batch.add_column(sa.Column("extra_training_data", sa.Boolean))
        batch.add_column(sa.Column("crops", sa.BigInteger))
        batch.add_column(sa.Column("property", sa.Text))
        batch.add_column(sa.Column("quantity", sa.Double))
        batch.create_check_constraint(
            "kind", "kind IN ('training_run', 'training_compute', 'result', 'model_property')"
        )
        batch.create_check_constraint("crops", "crops > 0")
        batch.create_check_constraint("quantity", "quantity > 0")
        batch.create_index(
            "ix_claims_document_sha256_extractor_version_kind_model",
            ["document_sha256", "extractor_version", "kind", "model"],
        )
    op.create_table(
        "claim_models",
        sa.Column("claim_id", sa.Text, sa.ForeignKey("claims.claim_id"), primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("benchmark", sa.Text, primary_key=True),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column(
            "confidence", sa.Double, sa.CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"), nullable=False
        ),
    )


def _claims_before() -> sa.Table:
    return sa.Table(
        "claims",
        sa.MetaData(),
        sa.Column("claim_id", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("fact_digest", sa.Text, nullable=False),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("value_digest", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("stage", sa.Text),
        sa.Column("accelerator", sa.Text),
        sa.Column("accelerator_count", sa.BigInteger),
        sa.Column("count_unit", sa.Text),
        sa.Column("duration_hours", sa.Double),
        sa.Column("duration_hours_low", sa.Double),
        sa.Column("duration_hours_high", sa.Double),
        sa.Column("device_hours", sa.Double),
        sa.Column("mixed_precision", sa.Boolean),
        sa.Column("flop", sa.Double),
        sa.Column("benchmark", sa.Text),
        sa.Column("metric", sa.Text),
        sa.Column("value", sa.Double),
        sa.Column("own", sa.Boolean),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("bbox_x0_points", sa.Double, nullable=False),
        sa.Column("bbox_y0_points", sa.Double, nullable=False),
        sa.Column("bbox_x1_points", sa.Double, nullable=False),
        sa.Column("bbox_y1_points", sa.Double, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("quote_start", sa.Integer, nullable=False),
        sa.Column("quote_end", sa.Integer, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("confidence", sa.Double, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("evidence_boxes", sa.Text),
        sa.CheckConstraint(f"kind IN ({_OLD_KINDS})", name=op.f("ck_claims_kind")),
        sa.CheckConstraint("accelerator_count > 0", name=op.f("ck_claims_accelerator_count")),
        sa.CheckConstraint("duration_hours > 0", name=op.f("ck_claims_duration_hours")),
        sa.CheckConstraint("device_hours > 0", name=op.f("ck_claims_device_hours")),
        sa.CheckConstraint("flop > 0", name=op.f("ck_claims_flop")),
        sa.CheckConstraint("page >= 1", name=op.f("ck_claims_page")),
        sa.CheckConstraint("length(quote) <= 500", name=op.f("ck_claims_quote")),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_claims_confidence")),
        sa.CheckConstraint("status IN ('accepted', 'candidate')", name=op.f("ck_claims_status")),
        sa.CheckConstraint("basis IN ('machine', 'imported')", name=op.f("ck_claims_basis")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claims")),
        sa.ForeignKeyConstraint(
            ["document_sha256", "extractor_version"],
            ["extractions.document_sha256", "extractions.extractor_version"],
            name=op.f("fk_claims_document_sha256_extractor_version"),
        ),
        sa.Index("ix_claims_document_sha256_extractor_version", "document_sha256", "extractor_version"),
        sa.Index("ix_claims_fact_digest", "fact_digest"),
    )
