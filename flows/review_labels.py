"""Curators' decisions out of the database, with the PDFs that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotations.review_labels import ReviewedPaper, reviewed_papers
from db.engine import Engine, open_database
from db.migrate import database_status
from db.reviewed_facts import reviewed_facts
from flows.settings import Settings
from flows.sources.store import path_in_store


@dataclass(frozen=True, slots=True)
class ReviewedPdf:
    """A reviewed paper whose PDF is at hand."""

    labels: ReviewedPaper
    path: Path


def opened_if_there(settings: Settings) -> Engine | None:
    """The database; None where there is none yet, or one that `burden db upgrade` has not brought up to date."""
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        return None
    engine = open_database(settings.database)
    status = database_status(engine)
    return engine if status.revision == status.head else None


def reviewed_pdfs(settings: Settings) -> Iterator[ReviewedPdf]:
    """Of the papers on which curators decided something, those whose PDF is in the store."""
    engine = opened_if_there(settings)
    if engine is None:
        return
    for labels in reviewed_papers(reviewed_facts(engine)).values():
        path = path_in_store(settings.pdf_folder, labels.document_sha256)
        if path.is_file():
            yield ReviewedPdf(labels, path)
