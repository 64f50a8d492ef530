"""From a PDF's extraction to a paper with its estimates: what `burden extract` and `burden ingest` share."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path

from db.arrivals import ExtractedPaper
from db.dating import dated
from db.errors import RecordError
from db.exchange import Record, extraction_records
from db.facts import paper_key
from extractors.lexicon.catalogue import Catalogue, load_catalogue
from extractors.records import (
    BurdenEstimate,
    Extraction,
    FailureCause,
    PaperError,
    PaperMetadata,
    Table,
    UnknownHardware,
)
from flows.sources.identifiers import BadArxivIdError, arxiv_id_of_file, parse_arxiv_id
from flows.workers import DRAWING_READER, READER, RULES_READER, Limits, PdfJob, read_papers
from models.burden import estimate_burden

_EVIDENCE_READER = "flows.reading:read_and_draw_evidence"
_CANDIDATES_READER = "flows.reading:read_and_draw_candidates"
_STAMP_ID = re.compile(r"^\s*arXiv:(\S+)", re.IGNORECASE)


class Drawing(StrEnum):
    """What is drawn in the pictures of a paper's pages."""

    TABLES = "tables"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class ReadPdf:
    """A PDF given by path: its records, or why there are none."""

    path: Path
    paper: str = ""
    """Its arXiv id, else ``sha256:…``."""
    version: int | None = None
    records: tuple[Record, ...] = ()
    unknown_hardware: tuple[UnknownHardware, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[tuple[int, bytes], ...] = ()
    """``(page, PNG)`` of its pages with tables or evidence, if they were asked for."""
    error: PaperError | None = None


def read_pdfs(
    paths: list[Path],
    limits: Limits,
    workers: int,
    candidates: bool = False,
    draw: Drawing | None = None,
    rules_alone: bool = False,
) -> Generator[ReadPdf, None, None]:
    """Read PDFs without a database, ``workers`` at a time; they come back in the order of ``paths``.

    ``draw``: also make pictures of the pages with it; evidence of candidates is drawn with ``candidates``.
    ``rules_alone``: without the trained judge, and without pictures.
    """
    found = [PaperMetadata(*arxiv_id_of_file(path.stem)) for path in paths]
    jobs = (PdfJob(str(number), path) for number, path in enumerate(paths))
    done: dict[int, ReadPdf] = {}
    following = 0
    reader = RULES_READER if rules_alone else _reader(draw, candidates)
    with closing(read_papers(jobs, limits, workers=workers, reader=reader)) as readings:
        for reading in readings:
            number = int(reading.job.key)
            if reading.extraction is None:
                done[number] = ReadPdf(paths[number], error=reading.error)
            else:
                done[number] = _with_records(paths[number], found[number], reading.extraction, candidates)
            while following in done:
                yield done.pop(following)
                following += 1


def _reader(draw: Drawing | None, candidates: bool) -> str:
    if draw is Drawing.TABLES:
        return DRAWING_READER
    if draw is Drawing.EVIDENCE:
        return _CANDIDATES_READER if candidates else _EVIDENCE_READER
    return READER


def _with_records(path: Path, metadata: PaperMetadata, extraction: Extraction, candidates: bool) -> ReadPdf:
    metadata = identified(metadata, extraction)
    try:
        records = tuple(extraction_records(metadata, extraction, estimated(extraction, metadata), candidates))
    except RecordError as error:
        return ReadPdf(path, error=refused(error))
    paper = paper_key(metadata, extraction.sha256)
    return ReadPdf(
        path, paper, metadata.version, records, extraction.unknown_hardware, extraction.tables, extraction.pictures
    )


def refused(error: RecordError) -> PaperError:
    """The failure of a paper in which something was read that can't be."""
    return PaperError(FailureCause.REFUSED, f"a record that was read in it can't be right: {error}")


def identified(metadata: PaperMetadata, extraction: Extraction) -> PaperMetadata:
    """What the source does not say of the paper's id and version, as the stamp in its margin says it.

    No id, stamp ``arXiv:1706.03762v5 [cs.CL]`` -> 1706.03762, version 5
    id 1412.6980, the same stamp -> 1412.6980: the source is right about what it gave
    """
    stamped = _stamped_id(extraction.stamp)
    if stamped is None or metadata.arxiv_id not in (None, stamped[0]) or metadata.version is not None:
        return metadata
    return replace(metadata, arxiv_id=stamped[0], version=stamped[1])


def ready_to_save(metadata: PaperMetadata, byte_count: int, extraction: Extraction) -> ExtractedPaper:
    """What was read in a paper, as the database takes it: under the paper's own name, with its estimates."""
    metadata = identified(metadata, extraction)
    return ExtractedPaper(metadata, byte_count, extraction, estimated(extraction, metadata))


def _stamped_id(stamp: str | None) -> tuple[str, int | None] | None:
    match = _STAMP_ID.match(stamp or "")
    if match is None:
        return None
    try:
        return parse_arxiv_id(match[1])
    except BadArxivIdError:
        return None


def estimated(extraction: Extraction, metadata: PaperMetadata) -> list[BurdenEstimate]:
    """The burden of each training run of the paper, in order."""
    came_out = dated(metadata.published, metadata.arxiv_id)
    return [estimate_burden(run, came_out, catalogue()) for run in extraction.runs]


@cache
def catalogue() -> Catalogue:
    return load_catalogue()
