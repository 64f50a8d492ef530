"""The curators' desk: accounts, added facts, withdrawn reviews, comments, settled papers, and the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KINDS = "'training_run', 'training_compute', 'result', 'model_property'"


def upgrade() -> None:
    # SQLite can't alter a check: it makes the table anew, from this description since checks are not reflected
    with op.batch_alter_table("claims", copy_from=_claims_before()) as batch:
        batch.drop_constraint(op.f("ck_claims_basis"), type_="check")
        batch.create_check_constraint("basis", "basis IN ('machine', 'imported', 'curated')")
        batch.drop_index("ix_claims_fact_digest")
        batch.create_index("ix_claims_fact_digest_document_sha256", ["fact_digest", "document_sha256"])
    with op.batch_alter_table("reviews", copy_from=_reviews_before()) as batch:
        batch.drop_constraint(op.f("ck_reviews_decision"), type_="check")
        batch.create_check_constraint("decision", "decision IN ('accept', 'correct', 'reject', 'withdraw')")
        batch.add_column(sa.Column("withdraws", sa.Text))
    added = sa.text("extractor_version = 'curators'")
    op.create_index(
        "ix_claims_added", "claims", ["fact_digest", "document_sha256"], sqlite_where=added, postgresql_where=added
    )
    withdrawn = sa.text("withdraws IS NOT NULL")
    op.create_index(
        "ix_reviews_withdraws", "reviews", ["withdraws"], sqlite_where=withdrawn, postgresql_where=withdrawn
    )
    _create_accounts()
    _create_desk()
    _create_queue()


def _create_accounts() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column(
            "role",
            sa.Text,
            sa.CheckConstraint("role IN ('reader', 'curator', 'adjudicator', 'admin')", name="role"),
            nullable=False,
        ),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("csrf_token", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("attempt_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean, nullable=False),
    )
    op.create_index("uq_users_name", "users", ["name"], unique=True)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sign_in_attempts_name_at", "sign_in_attempts", ["name", "at"])
    op.create_index("ix_sign_in_attempts_address_at", "sign_in_attempts", ["address", "at"])


def _create_desk() -> None:
    op.create_table(
        "paper_claims",
        _paper_key(primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "settlements",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        _paper_key(),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_table(
        "comments",
        sa.Column("comment_id", sa.Text, primary_key=True),
        _paper_key(),
        sa.Column("fact_digest", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "added_facts",
        sa.Column("claim_id", sa.Text, sa.ForeignKey("claims.claim_id"), primary_key=True),
        _paper_key(),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "double_reviews",
        _paper_key(primary_key=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
    )
    for table in ("settlements", "comments", "added_facts"):
        op.create_index(f"ix_{table}_paper_key", table, ["paper_key"])


def _create_queue() -> None:
    op.create_table(
        "point_influences",
        sa.Column("analysis_run_id", sa.Integer, sa.ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
        sa.Column("point_key", sa.Text, primary_key=True),
        sa.Column("paper_key", sa.Text, nullable=False),
        sa.Column("cooks_distance", sa.Double),
        sa.Column("high_leverage", sa.Boolean, nullable=False),
        sa.Column("outlier", sa.Boolean, nullable=False),
    )
    op.create_table(
        "desk_papers",
        _paper_key(primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("extractor_version", sa.Text, nullable=False),
        sa.Column("open_facts", sa.Integer, nullable=False),
        sa.Column("uncertain_facts", sa.Integer, nullable=False),
        sa.Column("reviewed_facts", sa.Integer, nullable=False),
        sa.Column("uncertainty", sa.Double, nullable=False),
        sa.Column("influence", sa.Double, nullable=False),
        sa.Column("worth", sa.Double, nullable=False),
        sa.Column("pulls_at", sa.Text, nullable=False),
        sa.Column("benchmarks", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("has_unknown_hardware", sa.Boolean, nullable=False),
        sa.Column("unknown_hardware", sa.Text, nullable=False),
        sa.Column("stale_reviews", sa.Integer, nullable=False),
        sa.Column("disagreements", sa.Integer, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_point_influences_paper_key", "point_influences", ["paper_key"])
    asked_for = ["benchmarks", "fields", "year", "has_unknown_hardware", "stale_reviews", "disagreements", "title"]
    op.create_index("ix_desk_papers_open", "desk_papers", ["settled", "worth", "paper_key", *asked_for])
    op.create_index("ix_desk_papers_all", "desk_papers", ["worth", "paper_key", "settled", *asked_for])
    op.create_index("ix_desk_papers_progress", "desk_papers", ["settled", "open_facts", "reviewed_facts"])


def _paper_key(primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(
        "paper_key", sa.Text, sa.ForeignKey("papers.paper_key"), primary_key=primary_key, nullable=nullable
    )


def _reviews_before() -> sa.Table:
    return sa.Table(
        "reviews",
        sa.MetaData(),
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("paper_key", sa.Text, nullable=False),
        sa.Column("fact_digest", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value_text", sa.Text),
        sa.Column("value_number", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("claim_id", sa.Text),
        sa.Column("seen", sa.Text),
        sa.CheckConstraint("decision IN ('accept', 'correct', 'reject')", name=op.f("ck_reviews_decision")),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_reviews")),
        sa.Index("ix_reviews_paper_key_fact_digest_field", "paper_key", "fact_digest", "field"),
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
        sa.Column("split", sa.Text),
        sa.Column("ensemble", sa.Boolean),
        sa.Column("extra_training_data", sa.Boolean),
        sa.Column("crops", sa.BigInteger),
        sa.Column("property", sa.Text),
        sa.Column("quantity", sa.Double),
        sa.CheckConstraint(
            "kind IN ('training_run', 'training_compute', 'result', 'model_property')", name=op.f("ck_claims_kind")
        ),
        sa.CheckConstraint("accelerator_count > 0", name=op.f("ck_claims_accelerator_count")),
        sa.CheckConstraint("duration_hours > 0", name=op.f("ck_claims_duration_hours")),
        sa.CheckConstraint("device_hours > 0", name=op.f("ck_claims_device_hours")),
        sa.CheckConstraint("flop > 0", name=op.f("ck_claims_flop")),
        sa.CheckConstraint("crops > 0", name=op.f("ck_claims_crops")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_claims_quantity")),
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
        sa.Index(
            "ix_claims_document_sha256_extractor_version_kind_model",
            "document_sha256",
            "extractor_version",
            "kind",
            "model",
        ),
        sa.Index("ix_claims_fact_digest", "fact_digest"),
    )
