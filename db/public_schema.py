"""The public tables: what everyone's pages show, laid out so that each page is an indexed read or two.

All that is in ``public_*`` could be reckoned anew from other tables (``db.public_rows``). Releases and submissions are
kept here as well: they are nowhere else.
"""

from __future__ import annotations

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
    Column("authors", JsonText, nullable=False),
    Column("published", Date),
    Column("year", Integer),
    Column("categories", JsonText, nullable=False),
    Column("license_url", Text),
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
    # small letters: id and title
    Column("search", Text, nullable=False),
    # what was in force when the row was made
    Column("document_sha256", Text, nullable=False),
    Column("extractor_version", Text, nullable=False),
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
    Column("import_file", Text),
    Column("import_row", Integer),
    Column("model", Text),
    Column("title", Text),
    Column("url", Text),
    # 2017-06-12, as far as it is known
    Column("published", Text),
    # a fraction, as fit_points_v1 has it
    Column("year", Double),
    Column("accelerator", Text),
    Column("accelerator_count", Double),
    Column("duration_hours", Double),
    Column("hardware_burden_flop", Double),
    Column("hardware_burden_low_flop", Double),
    Column("hardware_burden_high_flop", Double),
    Column("method", Text),
    # why there is no burden, or what is missing in it
    Column("reason", Text),
    Column("network_operations_flop", Double),
    Column("operations_per_pass_flop", Double),
    Column("parameters", Double),
    # "76.5 top1_accuracy on imagenet"
    Column("best_result", Text),
    Column("confidence", Double),
    # ",coco,imagenet,"
    Column("benchmarks", Text, nullable=False),
    # of its facts: runs, stated computing, own results, properties
    Column("fact_keys", JsonText, nullable=False),
    Column("note", Text),
    # small letters: model, title and id
    Column("search", Text, nullable=False),
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
    Column("search", Text, nullable=False),
)

public_accelerators = Table(
    "public_accelerators",
    metadata,
    Column("paper_key", Text, ForeignKey("papers.paper_key"), primary_key=True),
    Column("accelerator", Text, primary_key=True),
    Column("year", Integer),
    # accepted ones in force
    Column("runs", Integer, nullable=False),
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

submissions = Table(
    "submissions",
    metadata,
    Column("submission_id", Integer, primary_key=True),
    # the token itself is in the address alone
    Column("token_sha256", Text, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('paper', 'correction')", name="kind"), nullable=False),
    Column(
        "status",
        Text,
        CheckConstraint("status IN ('pending', 'needs information', 'approved', 'declined')", name="status"),
        nullable=False,
    ),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("address_digest", Text, nullable=False),
    Column("arxiv_id", Text),
    Column("paper_key", Text),
    Column("fact_key", Text),
    Column("field", Text),
    Column("submitter", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("content", JsonText, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", Text),
    # ids of what it became
    Column("reviews", JsonText, nullable=False),
    Index("uq_submissions_token_sha256", "token_sha256", unique=True),
    Index(None, "status", "submission_id"),
    Index(None, "address_digest", "submitted_at"),
    Index(None, "submitted_at"),
)

submission_messages = Table(
    "submission_messages",
    metadata,
    Column("message_id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.submission_id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("from_curator", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "submission_id", "message_id"),
)

outgoing_mail = Table(
    "outgoing_mail",
    metadata,
    Column("mail_id", Integer, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    # null: sent, or given up
    Column("due_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("cause", Text),
    Index(None, "due_at"),
)

APPEND_ONLY = (releases, release_chunks, release_parts)
