"""The tables. Migrations make them; this is what the program expects to find. Those of the desk: ``db.desk_schema``, of
everyone's pages: ``db.public_schema``, of contributions: ``db.submission_schema``, of nights: ``db.night_schema``, of
alarms: ``db.alarm_schema``.

``APPEND_ONLY`` tables refuse UPDATE and DELETE in the database itself (``db.objects``).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    column,
    table,
    text,
)

from db import alarm_schema as alarm_schema
from db import desk_schema, public_schema
from db import night_schema as night_schema
from db import submission_schema as submission_schema
from db.columns import JsonText, UtcDateTime
from db.columns import metadata as metadata
from extractors.records import MAX_QUOTE_CHARACTERS

papers = Table(
    "papers",
    metadata,
    Column("paper_key", Text, primary_key=True),
    Column("arxiv_id", Text),
    Column("described_version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("abstract", Text, nullable=False),
    Column("authors", JsonText, nullable=False),
    Column("categories", JsonText, nullable=False),
    Column("published", Date),
    Column("updated", Date),
    Column("withdrawn", Boolean, nullable=False),
    Column("license_url", Text),
    Column("doi", Text),
)

documents = Table(
    "documents",
    metadata,
    Column("document_sha256", Text, primary_key=True),
    Column("byte_count", BigInteger, CheckConstraint("byte_count >= 0", name="byte_count"), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

paper_versions = Table(
    "paper_versions",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("version", Integer, CheckConstraint("version >= 0", name="version"), primary_key=True),
    Column("document_sha256", Text, ForeignKey("documents.document_sha256"), primary_key=True),
    Column("recorded_at", UtcDateTime, nullable=False),
    Index(None, "document_sha256"),
)

extractors = Table(
    "extractors",
    metadata,
    Column("extractor_version", Text, primary_key=True),
    Column("first_used_at", UtcDateTime, nullable=False),
)

ingest_runs = Table(
    "ingest_runs",
    metadata,
    Column("ingest_run_id", Integer, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column(
        "status",
        Text,
        CheckConstraint("status IN ('running', 'succeeded', 'failed', 'interrupted')", name="status"),
        nullable=False,
    ),
    Column("settings", JsonText, nullable=False),
    Column("counts", JsonText, nullable=False),
    Column("window_source", Text),
    Column("window_since", Date),
    Column("window_until", Date),
    # that its process holds for as long as it lives
    Column("lease", Text),
    # when its process was found to be dead: it ended before
    Column("found_dead_at", UtcDateTime),
    Index(None, "window_source", "window_until"),
)

extractions = Table(
    "extractions",
    metadata,
    Column("document_sha256", Text, ForeignKey("documents.document_sha256"), primary_key=True),
    Column("extractor_version", Text, ForeignKey("extractors.extractor_version"), primary_key=True),
    Column("extracted_at", UtcDateTime, nullable=False),
    Column("page_count", Integer, CheckConstraint("page_count >= 0", name="page_count"), nullable=False),
    Column("stamp", Text),
    Column("unknown_hardware", JsonText, nullable=False),
)

failures = Table(
    "failures",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("version", Integer, primary_key=True),
    # '' where no PDF was had; a primary key takes no null
    Column("document_sha256", Text, primary_key=True),
    Column("extractor_version", Text, ForeignKey("extractors.extractor_version"), primary_key=True),
    Column("cause", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("failed_at", UtcDateTime, nullable=False),
    Index(None, "document_sha256"),
)

claims = Table(
    "claims",
    metadata,
    Column("claim_id", Text, primary_key=True),
    Column("document_sha256", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('training_run', 'training_compute', 'result', 'model_property')", name="kind"),
        nullable=False,
    ),
    Column("position", Integer, nullable=False),
    Column("fact_digest", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("value_digest", Text, nullable=False),
    Column("model", Text),
    Column("stage", Text),
    Column("accelerator", Text),
    Column("accelerator_count", BigInteger, CheckConstraint("accelerator_count > 0", name="accelerator_count")),
    Column("count_unit", Text),
    Column("duration_hours", Double, CheckConstraint("duration_hours > 0", name="duration_hours")),
    Column("duration_hours_low", Double),
    Column("duration_hours_high", Double),
    Column("device_hours", Double, CheckConstraint("device_hours > 0", name="device_hours")),
    Column("mixed_precision", Boolean),
    Column("flop", Double, CheckConstraint("flop > 0", name="flop")),
    Column("benchmark", Text),
    Column("metric", Text),
    Column("value", Double),
    Column("own", Boolean),
    Column("page", Integer, CheckConstraint("page >= 1", name="page"), nullable=False),
    Column("bbox_x0_points", Double, nullable=False),
    Column("bbox_y0_points", Double, nullable=False),
    Column("bbox_x1_points", Double, nullable=False),
    Column("bbox_y1_points", Double, nullable=False),
    Column("quote", Text, CheckConstraint(f"length(quote) <= {MAX_QUOTE_CHARACTERS}", name="quote"), nullable=False),
    Column("quote_start", Integer, nullable=False),
    Column("quote_end", Integer, nullable=False),
    Column("rules", JsonText, nullable=False),
    Column("confidence", Double, CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"), nullable=False),
    Column("status", Text, CheckConstraint("status IN ('accepted', 'candidate')", name="status"), nullable=False),
    Column("basis", Text, CheckConstraint("basis IN ('machine', 'imported', 'curated')", name="basis"), nullable=False),
    # [[page, x0, y0, x1, y1], …]; null where a claim was stored without
    Column("evidence_boxes", JsonText),
    Column("split", Text),
    Column("ensemble", Boolean),
    Column("extra_training_data", Boolean),
    Column("crops", BigInteger, CheckConstraint("crops > 0", name="crops")),
    Column("property", Text),
    Column("quantity", Double, CheckConstraint("quantity > 0", name="quantity")),
    ForeignKeyConstraint(
        ["document_sha256", "extractor_version"], ["extractions.document_sha256", "extractions.extractor_version"]
    ),
    # views of runs need not pass by many results, and the results of a model are found at once
    Index(None, "document_sha256", "extractor_version", "kind", "model"),
    # a result's digest is that of every paper that names such a model
    Index(None, "fact_digest", "document_sha256"),
    # few among many: what curators added, where the machine's claims are looked up by the same digest
    Index(
        "ix_claims_added",
        "fact_digest",
        "document_sha256",
        sqlite_where=text("extractor_version = 'curators'"),
        postgresql_where=text("extractor_version = 'curators'"),
    ),
)

claim_models = Table(
    "claim_models",
    metadata,
    Column("claim_id", Text, ForeignKey("claims.claim_id"), primary_key=True),
    # as the machine read it of a result of the same extraction
    Column("model", Text, primary_key=True),
    # '' for all benchmarks on which the model has results
    Column("benchmark", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("confidence", Double, CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"), nullable=False),
)

burden_estimates = Table(
    "burden_estimates",
    metadata,
    Column("claim_id", Text, ForeignKey("claims.claim_id"), primary_key=True),
    # ids of the corrections that the estimate takes in; '' for the machine's own value
    Column("corrections", Text, primary_key=True),
    Column("estimator_version", Text, primary_key=True),
    Column("estimated_at", UtcDateTime, nullable=False),
    Column("hardware_burden_flop", Double),
    Column("hardware_burden_low", Double),
    Column("hardware_burden_high", Double),
    Column("precision_aware_flop", Double),
    Column("method", Text),
    Column("reason", Text),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("paper_key", Text, nullable=False),
    Column("fact_digest", Text, nullable=False),
    # '' for a review of the whole record
    Column("field", Text, nullable=False),
    Column(
        "decision",
        Text,
        CheckConstraint("decision IN ('accept', 'correct', 'reject', 'withdraw')", name="decision"),
        nullable=False,
    ),
    Column("reviewer", Text, nullable=False),
    Column("reviewed_at", UtcDateTime, nullable=False),
    Column("value_text", Text),
    Column("value_number", Double),
    Column("reason", Text, nullable=False),
    # the claim that stood before the reviewer; not a foreign key, since reviews may be imported before claims
    Column("claim_id", Text),
    Column("seen", JsonText),
    # the review that a withdrawal takes back; not a foreign key, since either may be imported first
    Column("withdraws", Text),
    Index(None, "paper_key", "fact_digest", "field"),
    Index(
        None,
        "withdraws",
        sqlite_where=text("withdraws IS NOT NULL"),
        postgresql_where=text("withdraws IS NOT NULL"),
    ),
)

leases = Table(
    "leases",
    metadata,
    # of what only one may do at a time
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    # of this one taking: nobody renews or frees another's
    Column("token", Text, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # null while it is held
    Column("freed_at", UtcDateTime),
)

read_tars = Table(
    "read_tars",
    metadata,
    # arXiv_pdf_2401_001.tar
    Column("name", Text, primary_key=True),
    # by which another file of that name is told apart
    Column("fingerprint", Text, primary_key=True),
    Column("extractor_version", Text, primary_key=True),
    Column("papers", Integer, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
)

installed_objects = Table(
    "installed_objects",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sql_sha256", Text, nullable=False),
)

imports = Table(
    "imports",
    metadata,
    # in the order in which files came: the latest of a source's file is in force
    Column("import_id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    # of all that was read in the file: another importer may read the same bytes otherwise
    Column("reading_digest", Text, nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("model_count", Integer, nullable=False),
    Column("result_count", Integer, nullable=False),
    # [{"row_number", "column", "rule", "before", "after"}, …]
    Column("repairs", JsonText, nullable=False),
    # [[row number, cause], …]
    Column("skipped", JsonText, nullable=False),
    Index(None, "source", "file_name"),
)

imported_models = Table(
    "imported_models",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.import_id"), primary_key=True),
    Column("row_number", Integer, CheckConstraint("row_number >= 1", name="row_number"), primary_key=True),
    Column("model", Text),
    Column("title", Text),
    Column("url", Text),
    Column("arxiv_id", Text),
    Column("published", Date),
    Column("year", Double),
    Column("hardware_burden_flop", Double, CheckConstraint("hardware_burden_flop > 0", name="hardware_burden_flop")),
    Column(
        "network_operations_flop",
        Double,
        CheckConstraint("network_operations_flop > 0", name="network_operations_flop"),
    ),
    Column(
        "operations_per_pass_flop",
        Double,
        CheckConstraint("operations_per_pass_flop > 0", name="operations_per_pass_flop"),
    ),
    Column("training_compute_flop", Double, CheckConstraint("training_compute_flop > 0", name="training_compute_flop")),
    Column("parameters", Double, CheckConstraint("parameters > 0", name="parameters")),
    Column("accelerator", Text),
    Column("accelerator_count", Double, CheckConstraint("accelerator_count > 0", name="accelerator_count")),
    Column("duration_hours", Double, CheckConstraint("duration_hours > 0", name="duration_hours")),
    Column("included", Boolean, nullable=False),
    Column("note", Text),
    Index(None, "arxiv_id"),
)

imported_results = Table(
    "imported_results",
    metadata,
    Column("import_id", Integer, primary_key=True),
    Column("row_number", Integer, primary_key=True),
    Column("benchmark", Text, primary_key=True),
    Column("metric", Text, primary_key=True),
    Column("value", Double, nullable=False),
    ForeignKeyConstraint(["import_id", "row_number"], ["imported_models.import_id", "imported_models.row_number"]),
)

analysis_runs = Table(
    "analysis_runs",
    metadata,
    Column("analysis_run_id", Integer, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("code_version", Text, nullable=False),
    Column("data_digest", Text, nullable=False),
    Column("options", JsonText, nullable=False),
    # runs with the same options follow on each other
    Column("options_digest", Text, nullable=False),
    Column("point_count", Integer, nullable=False),
    Index(None, "options_digest"),
)

_COEFFICIENT_COLUMNS = ("", "_standard_error", "_hc3_standard_error", "_low", "_high")

analysis_fits = Table(
    "analysis_fits",
    metadata,
    Column("analysis_run_id", Integer, ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("benchmark", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("computing", Text, nullable=False),
    Column("estimator", Text, nullable=False),
    Column("n", Integer, nullable=False),
    *(
        Column(f"{coefficient}{what}", Double)
        for coefficient in ("intercept", "slope", "slope_year")
        for what in _COEFFICIENT_COLUMNS
    ),
    Column("r_squared", Double),
    Column("aic", Double),
    Column("bic", Double),
    Column("cause", Text),
    Column("reason", Text),
    Column("record", JsonText, nullable=False),
)

point_states = Table(
    "point_states",
    metadata,
    Column("options_digest", Text, primary_key=True),
    # of the point's key, which may be longer than an index takes
    Column("key_digest", Text, primary_key=True),
    Column("first_run", Integer, ForeignKey("analysis_runs.analysis_run_id"), primary_key=True),
    # the last run of these options that had the point so; null while it is in force
    Column("last_run", Integer, ForeignKey("analysis_runs.analysis_run_id")),
    Column("point_key", Text, nullable=False),
    Column("values_digest", Text, nullable=False),
    Column("point_values", JsonText, nullable=False),
    Index(
        "uq_point_states_in_force",
        "options_digest",
        "key_digest",
        unique=True,
        sqlite_where=text("last_run IS NULL"),
        postgresql_where=text("last_run IS NULL"),
    ),
)

rereadings = Table(
    "rereadings",
    metadata,
    # what was read by another version, this one reads again
    Column("extractor_version", Text, primary_key=True),
    Column("begun_at", UtcDateTime, nullable=False),
    # the run of the analysis over what was in force before; null where there were no points
    Column("analysis_run_before", Integer, ForeignKey("analysis_runs.analysis_run_id")),
    Column("reported_at", UtcDateTime),
    # as `burden reread --report FILE.json` writes it
    Column("report", JsonText),
)

APPEND_ONLY = (
    documents,
    paper_versions,
    extractions,
    claims,
    claim_models,
    burden_estimates,
    reviews,
    imports,
    imported_models,
    imported_results,
    analysis_runs,
    analysis_fits,
    point_states,
    *desk_schema.APPEND_ONLY,
    *public_schema.APPEND_ONLY,
)

CLOSED_ONCE = {"point_states": "last_run"}
"""Append-only tables of whose rows one column may be set, once, where it is null."""

documents_in_force = table(
    "documents_in_force", column("paper_key", Text), column("document_sha256", Text), column("extractor_version", Text)
)
reviews_by_paper = table("reviews_by_paper", column("paper_key", Text), column("reviewed_at", UtcDateTime))
imports_in_force = table("imports_in_force", column("import_id", Integer), column("source", Text))
"""The views of these names, as far as the program reads them."""
