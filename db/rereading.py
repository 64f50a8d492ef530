"""Re-reading what is stored: which PDFs another version of the extractor has read, and the report kept of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Text, bindparam, exists, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from db import schema
from db.added_claims import ADDED_BY
from db.engine import is_sqlite, writing
from extractors.records import FailureCause, PaperMetadata

_LEFT = """
SELECT paper_key, document_sha256
FROM (
    SELECT d.paper_key, d.document_sha256
    FROM documents_in_force AS d
    WHERE d.extractor_version <> :version
    UNION
    SELECT v.paper_key, v.document_sha256
    FROM paper_versions AS v
    LEFT JOIN documents_in_force AS d ON d.paper_key = v.paper_key
    WHERE (d.paper_key IS NULL OR v.version > d.version)
        AND NOT EXISTS (
            SELECT 1 FROM extractions AS e
            WHERE e.document_sha256 = v.document_sha256 AND e.extractor_version <> :curators
        )
) AS of_another
WHERE EXISTS (SELECT 1 FROM papers AS p WHERE p.paper_key = of_another.paper_key AND NOT p.withdrawn)
    AND NOT EXISTS (
        SELECT 1 FROM extractions AS e
        WHERE e.document_sha256 = of_another.document_sha256 AND e.extractor_version = :version
    )
    AND NOT EXISTS (
        SELECT 1 FROM failures AS f
        WHERE f.document_sha256 = of_another.document_sha256 AND f.extractor_version = :version
            AND f.cause NOT IN :tried_again
    )
ORDER BY paper_key, document_sha256
"""


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A PDF that is on record, and whose it is."""

    sha256: str
    byte_count: int
    metadata: PaperMetadata
    """What names the paper and dates it; the rest is left to the sources."""
    read_at: datetime | None
    """When it was last read, by whatever version."""

    @property
    def name(self) -> str:
        """What people call it: ``1706.03762v5``, else the beginning of its digest."""
        if self.metadata.arxiv_id is None:
            return f"sha256:{self.sha256[:12]}"
        return self.metadata.arxiv_id + (f"v{self.metadata.version}" if self.metadata.version else "")


@dataclass(frozen=True, slots=True)
class FailedReading:
    """A PDF that could not be read."""

    paper_key: str
    version: int | None
    cause: str
    message: str
    in_force: str | None
    """The version of the extractor whose reading of the paper counts meanwhile; None: nothing has read it."""


@dataclass(frozen=True, slots=True)
class Rereading:
    """The re-reading by one version of the extractor, however many runs it took."""

    extractor_version: str
    begun_at: datetime
    analysis_run_before: int | None
    reported_at: datetime | None
    report: Mapping[str, Any] | None


def left_to_read(
    engine: Engine, extractor_version: str, tried_again: Collection[FailureCause] = ()
) -> list[tuple[str, str]]:
    """``(paper_key, sha256)`` of the PDFs that this version should read again, in the order of the papers.

    PDFs in force as another version read them, and PDFs of later versions of a paper that no other could read. Left
    out are papers that were withdrawn, and what this version has failed on, unless for a cause of ``tried_again``.
    """
    causes = bindparam("tried_again", [str(cause) for cause in tried_again], Text, expanding=True)
    query = text(_LEFT).bindparams(causes).bindparams(version=extractor_version, curators=ADDED_BY)
    with engine.connect() as connection:
        return [(key, sha256) for key, sha256 in connection.execute(query)]


def stored_papers(engine: Engine, sha256s: Sequence[str]) -> list[StoredPaper]:
    """The PDFs in the order of their digests given, each under one paper that has it: known by an id before unknown."""
    had, papers, documents, read = schema.paper_versions, schema.papers, schema.documents, schema.extractions
    with engine.connect() as connection:
        wanted = select(had, papers.c.arxiv_id, papers.c.published, documents.c.byte_count)
        wanted = wanted.join(papers, papers.c.paper_key == had.c.paper_key)
        wanted = wanted.join(documents, documents.c.document_sha256 == had.c.document_sha256)
        wanted = wanted.where(had.c.document_sha256.in_(sha256s), ~papers.c.withdrawn)
        owners: dict[str, list[Any]] = defaultdict(list)
        for row in connection.execute(wanted):
            owners[row.document_sha256].append(row)
        last = select(read.c.document_sha256, func.max(read.c.extracted_at).label("read_at"))
        last = last.where(read.c.document_sha256.in_(sha256s), read.c.extractor_version != ADDED_BY)
        read_at = {
            row.document_sha256: row.read_at for row in connection.execute(last.group_by(read.c.document_sha256))
        }
    found = []
    for sha256 in sha256s:
        of_pdf = sorted(owners[sha256], key=lambda row: (row.arxiv_id is None, row.paper_key, -row.version))
        if of_pdf:
            first = of_pdf[0]
            metadata = PaperMetadata(first.arxiv_id, first.version or None, published=first.published)
            found.append(StoredPaper(sha256, first.byte_count, metadata, read_at.get(sha256)))
    return found


def begin_rereading(engine: Engine, extractor_version: str, at: datetime, analysis_run_before: int | None) -> None:
    """Record that this version begins to read again, and the run of the analysis over what is in force before.

    What was recorded when it began stays.
    """
    table = schema.rereadings
    with writing(engine) as connection:
        insert = (sqlite if is_sqlite(connection) else postgresql).insert(table)
        row = {"extractor_version": extractor_version, "begun_at": at, "analysis_run_before": analysis_run_before}
        connection.execute(insert.on_conflict_do_nothing(index_elements=["extractor_version"]), row)


def store_report(engine: Engine, extractor_version: str, report: Mapping[str, Any], at: datetime) -> None:
    """Keep what has changed so far, in place of what was told before; a report that is older than that is not kept."""
    table = schema.rereadings
    same = table.c.extractor_version == extractor_version
    newer = or_(table.c.reported_at.is_(None), table.c.reported_at <= at)
    with writing(engine) as connection:
        connection.execute(table.update().where(same, newer).values(report=dict(report), reported_at=at))


def stored_rereading(engine: Engine, extractor_version: str) -> Rereading | None:
    """What is on record of the re-reading by this version."""
    table = schema.rereadings
    query = select(table).where(table.c.extractor_version == extractor_version)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
    return Rereading(**row) if row else None


def failed_readings(engine: Engine, extractor_version: str) -> list[FailedReading]:
    """The PDFs that this version has failed on and not read since, in the order of the papers."""
    failed, read, papers, in_force = schema.failures, schema.extractions, schema.papers, schema.documents_in_force
    read_since = exists().where(
        read.c.document_sha256 == failed.c.document_sha256, read.c.extractor_version == extractor_version
    )
    query = (
        select(failed.c.paper_key, failed.c.version, failed.c.cause, failed.c.message, in_force.c.extractor_version)
        .join(papers, papers.c.paper_key == failed.c.paper_key)
        .join(in_force, in_force.c.paper_key == failed.c.paper_key, isouter=True)
        .where(failed.c.extractor_version == extractor_version, failed.c.document_sha256 != "")
        .where(~read_since, ~papers.c.withdrawn)
        .order_by(failed.c.paper_key, failed.c.version)
    )
    with engine.connect() as connection:
        return [FailedReading(key, version or None, *rest) for key, version, *rest in connection.execute(query)]
