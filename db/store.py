"""Writing to the database: papers, documents, extractions, failures, estimates.

Every function opens one transaction and is idempotent: the same call again adds no row, also when
two processes make it at once. Rows go in sorted, so that two PostgreSQL writers never wait for each
other in a circle. Nothing here reads the clock; times are passed in, with a time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, case, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from db import schema
from db.arrivals import ExtractedPaper, PaperDocument, PaperFailure
from db.bulk import append_rows
from db.engine import is_sqlite, lock_papers, writing
from db.errors import RecordError
from db.exchange import estimate_columns
from db.facts import claim_rows, digest, link_rows, paper_key
from db.fields import clean_text
from db.paper_rows import refresh_rows
from db.public_refresh import refresh_public_papers
from extractors.records import (
    MAX_QUOTE_CHARACTERS,
    BurdenEstimate,
    Extraction,
    PaperMetadata,
    TrainingRun,
    UnknownHardware,
)

MAXIMUM_MESSAGE_CHARACTERS = 2_000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PendingEstimate:
    """A training run in force (corrections applied) that no estimate of the wanted version stands for."""

    claim_id: str
    corrections: str
    """Which corrections are applied; empty for the machine's own value. Handed back unchanged."""
    run: TrainingRun
    published: date | None
    """Of the paper, as far as a source told."""
    paper_key: str


def upsert_papers(engine: Engine, papers: Iterable[PaperMetadata]) -> int:
    """Record what a source says of papers with an arXiv id; how many were new.

    Of two tellings the one of the later version holds; what is unknown in it never erases what is known.
    """
    with writing(engine) as connection:
        return _upsert_papers(connection, [(metadata, None) for metadata in papers])


def record_documents(engine: Engine, documents: Iterable[PaperDocument], at: datetime) -> int:
    """Record papers (as ``upsert_papers``) and that these PDFs are theirs; how many PDFs were new.

    To be called also for a PDF that is already extracted: it may now be known under another paper's name.
    """
    with writing(engine) as connection:
        return _record_documents(connection, list(documents), at)


def save_extractions(
    engine: Engine, papers: Sequence[ExtractedPaper], extractor_version: str, estimator_version: str, at: datetime
) -> int:
    """Save papers, documents, claims with their models and estimates in ONE transaction; how many extractions were new.

    The curators' queue and the public tables have them at once. A document that this extractor version has already
    been saved for is left as it is.
    ``RecordError`` (nothing is saved) where a record has no place in the database.
    """
    by_document = {paper.extraction.sha256: paper for paper in papers}
    claims = {sha256: _claims(paper, extractor_version) for sha256, paper in by_document.items()}
    models = {sha256: _models(paper.extraction, claims[sha256]) for sha256, paper in by_document.items()}
    with writing(engine) as connection:
        _record_documents(connection, [paper.document for paper in papers], at)
        _note_extractor(connection, extractor_version, at)
        new = _insert_extractions(connection, by_document, extractor_version, at)
        append_rows(connection, schema.claims, [row for sha256 in new for row in claims[sha256]])
        append_rows(connection, schema.claim_models, [row for sha256 in new for row in models[sha256]])
        rows = [
            _estimate_row(claim["claim_id"], "", estimate, estimator_version, at)
            for sha256 in new
            for claim, estimate in zip(claims[sha256], by_document[sha256].estimates, strict=False)
        ]
        append_rows(connection, schema.burden_estimates, rows)
        if new:
            had = schema.paper_versions
            query = select(had.c.paper_key).where(had.c.document_sha256.in_(new)).distinct()
            refresh_rows(connection, connection.scalars(query), at)
    return len(new)


def save_failure(engine: Engine, failure: PaperFailure, extractor_version: str, at: datetime) -> bool:
    """Record why a paper could not be read; whether that was new. A later success supersedes it.

    One row a paper, version, PDF and extractor version: the same failure again changes nothing,
    another one replaces it.
    """
    table = schema.failures
    document = failure.document
    row = {
        "paper_key": paper_key(failure.metadata, document.sha256 if document else None),
        "version": failure.metadata.version or 0,
        "document_sha256": document.sha256 if document else "",
        "extractor_version": extractor_version,
        "cause": str(failure.cause),
        "message": clean_text(failure.message)[:MAXIMUM_MESSAGE_CHARACTERS],
        "failed_at": at,
    }
    with writing(engine) as connection:
        if document:
            _record_documents(connection, [document], at)
        else:
            _upsert_papers(connection, [(failure.metadata, None)])
        _note_extractor(connection, extractor_version, at)
        new = _insert_new(connection, table, [row]) == 1
        if not new:
            same = [table.c[column.name] == row[column.name] for column in table.primary_key]
            other = or_(table.c.cause != row["cause"], table.c.message != row["message"])
            changed = {name: row[name] for name in ("cause", "message", "failed_at")}
            connection.execute(table.update().where(*same, other).values(changed))
        return new


def save_estimates(
    engine: Engine, estimates: Iterable[tuple[PendingEstimate, BurdenEstimate]], estimator_version: str, at: datetime
) -> int:
    """Save estimates for runs that ``queries.pending_estimates`` gave; how many were new."""
    made = list(estimates)
    rows = [
        _estimate_row(pending.claim_id, pending.corrections, estimate, estimator_version, at)
        for pending, estimate in made
    ]
    papers = {pending.paper_key for pending, _ in made}
    with writing(engine) as connection:
        lock_papers(connection, papers)
        new = _insert_new(connection, schema.burden_estimates, rows)
        if new:
            refresh_public_papers(connection, papers, at)
        return new


def _claims(paper: ExtractedPaper, extractor_version: str) -> list[Row]:
    """Rows of ``claims``, runs first; an id is the digest of all that the row says."""
    if len(paper.estimates) != len(paper.extraction.runs):
        raise RecordError(
            f"PDF {paper.extraction.sha256[:12]}: {len(paper.estimates)} estimates"
            f" for {len(paper.extraction.runs)} runs"
        )
    rows = []
    for row in claim_rows(paper.extraction):
        row["extractor_version"] = extractor_version
        rows.append({"claim_id": digest(row)[:32], **row})
    return rows


def _models(extraction: Extraction, claims: Sequence[Row]) -> list[Row]:
    """Rows of ``claim_models``, in the order of the claims."""
    return [{"claim_id": claims[row.pop("position")]["claim_id"], **row} for row in link_rows(extraction)]


def _estimate_row(
    claim_id: str, corrections: str, estimate: BurdenEstimate, estimator_version: str, at: datetime
) -> Row:
    return {
        "claim_id": claim_id,
        "corrections": corrections,
        "estimator_version": estimator_version,
        "estimated_at": at,
        **estimate_columns(estimate),
    }


def _upsert_papers(connection: Connection, papers: Iterable[tuple[PaperMetadata, str | None]]) -> int:
    """As ``upsert_papers``; a paper without an arXiv id comes with its PDF's sha256."""
    rows: dict[str, list[Row]] = {}
    for metadata, sha256 in papers:
        row = _paper_row(metadata, sha256)
        rows.setdefault(row["paper_key"], []).append(row)
    keys = sorted(rows)
    new = _insert_new(connection, schema.papers, [rows[key][0] for key in keys])
    for telling in range(max(map(len, rows.values()), default=0)):
        # one statement may not touch a row twice, so a paper told of twice goes in two
        _merge_papers(connection, [rows[key][telling] for key in keys if len(rows[key]) > telling])
    return new


def _paper_row(metadata: PaperMetadata, sha256: str | None) -> Row:
    return {
        "paper_key": paper_key(metadata, sha256),
        "arxiv_id": metadata.arxiv_id and clean_text(metadata.arxiv_id),
        "described_version": metadata.version or 0,
        "title": clean_text(metadata.title),
        "abstract": clean_text(metadata.abstract),
        "authors": [clean_text(author) for author in metadata.authors],
        "categories": [clean_text(category) for category in metadata.categories],
        "published": metadata.published,
        "updated": metadata.updated,
        "withdrawn": metadata.withdrawn,
        "license_url": metadata.license_url and clean_text(metadata.license_url),
        "doi": metadata.doi and clean_text(metadata.doi),
    }


def _merge_papers(connection: Connection, rows: list[Row]) -> None:
    """Lay tellings over the stored papers: field by field, that of the later version, unless it is unknown."""
    table = schema.papers
    insert = _insert(connection, table)
    new = insert.excluded
    not_older = new.described_version >= table.c.described_version

    def known(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
        if name in ("title", "abstract"):
            return column != ""
        if name in ("authors", "categories"):
            return column != []
        return column.is_not(None)

    fields = ("title", "abstract", "authors", "categories", "published", "updated", "license_url", "doi")
    merged: dict[str, ColumnElement[Any]] = {
        name: case((known(new[name], name) & (not_older | ~known(table.c[name], name)), new[name]), else_=table.c[name])
        for name in fields
    }
    merged["withdrawn"] = case(
        (new.described_version > table.c.described_version, new.withdrawn),
        (new.described_version == table.c.described_version, or_(new.withdrawn, table.c.withdrawn)),
        else_=table.c.withdrawn,
    )
    merged["described_version"] = case((not_older, new.described_version), else_=table.c.described_version)
    statement = insert.on_conflict_do_update(index_elements=[table.c.paper_key], set_=merged)
    connection.execute(statement, rows)


def _record_documents(connection: Connection, documents: Sequence[PaperDocument], at: datetime) -> int:
    ordered = sorted(documents, key=lambda document: document.sha256)
    _upsert_papers(connection, [(document.metadata, document.sha256) for document in ordered])
    rows = [
        {"document_sha256": document.sha256, "byte_count": document.byte_count, "recorded_at": at}
        for document in ordered
    ]
    new = _insert_new(connection, schema.documents, rows)
    links = [
        {
            "paper_key": paper_key(document.metadata, document.sha256),
            "version": document.metadata.version or 0,
            "document_sha256": document.sha256,
            "recorded_at": at,
        }
        for document in ordered
    ]
    _insert_new(connection, schema.paper_versions, links)
    return new


def _note_extractor(connection: Connection, extractor_version: str, at: datetime) -> None:
    _insert_new(connection, schema.extractors, [{"extractor_version": extractor_version, "first_used_at": at}])


def _insert_extractions(
    connection: Connection, papers: Mapping[str, ExtractedPaper], extractor_version: str, at: datetime
) -> list[str]:
    """Insert the extractions that are not there; their documents, sorted."""
    table = schema.extractions
    rows = [
        {
            "document_sha256": sha256,
            "extractor_version": extractor_version,
            "extracted_at": at,
            "page_count": papers[sha256].extraction.page_count,
            "stamp": papers[sha256].extraction.stamp and clean_text(papers[sha256].extraction.stamp or ""),
            "unknown_hardware": [_hardware_named(item, sha256) for item in papers[sha256].extraction.unknown_hardware],
        }
        for sha256 in sorted(papers)
    ]
    if not rows:
        return []
    insert = _insert(connection, table).on_conflict_do_nothing().returning(table.c.document_sha256)
    return sorted(connection.scalars(insert, rows))


def _hardware_named(item: UnknownHardware, sha256: str) -> Row:
    """An item of ``extractions.unknown_hardware``; its sentence is held to the bounds of evidence."""
    quote = clean_text(item.quote)
    if len(quote) > MAX_QUOTE_CHARACTERS or item.page < 1:
        raise RecordError(
            f"PDF {sha256[:12]}, unknown hardware {item.name[:80]!r} on page {item.page}: the quote has {len(quote)}"
            f" characters, at most {MAX_QUOTE_CHARACTERS} may be kept, of a page from 1"
        )
    return {"name": clean_text(item.name), "page": item.page, "quote": quote}


def _insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Insert the rows whose primary key is not there yet; how many."""
    if not rows:
        return 0
    insert = _insert(connection, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    return connection.execute(insert, rows).rowcount


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return sqlite.insert(table) if is_sqlite(connection) else postgresql.insert(table)
