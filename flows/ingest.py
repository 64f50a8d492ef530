"""The main job: discover, download, parse and extract in workers, estimate, load. Plain Python.

Every paper (of bulk tars and on a cluster, every 400) is a transaction of its own and every row's id comes from
content, so a run can be killed at any moment, and the next one ends where an undisturbed one would have ended.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import Protocol

from db.arrivals import PaperDocument, PaperFailure
from db.desk_rows import bring_queue_up_to_date
from db.engine import Engine, open_database
from db.errors import RecordError
from db.ingest_runs import HarvestWindow, last_successful_window
from db.migrate import upgrade
from db.public_refresh import bring_public_rows_up_to_date
from db.queries import documents_of, extracted, failed, failed_downloads
from db.store import record_documents, save_extractions, save_failure, upsert_papers
from extractors.records import FailureCause, PaperError
from flows.discovery import IngestRequest, discover
from flows.estimates import bring_estimates_up_to_date
from flows.papers import catalogue, ready_to_save, refused
from flows.run_records import RunRecord, mark_killed_runs
from flows.runners import Runner, runner_in_force
from flows.settings import Settings
from flows.shards import PAPERS_A_PORTION, Portion, ReadPaper, TarsOfRun
from flows.sources import FoundPaper, StoredPdf, failing_last
from flows.sources.http import PoliteSession
from flows.sources.pace import shared_pacer
from flows.sources.store import PdfStore
from flows.tally import FailedPaper, Tally
from flows.version import READING_VERSION
from flows.workers import Limits, PdfJob
from models.burden import estimator_version

_DOWNLOAD_TRIED_DAYS = 14
"""So long the default run asks again for a PDF that arXiv did not give; days without a run count for nothing."""

_PASSING = frozenset({FailureCause.DOWNLOAD, FailureCause.WITHDRAWN, FailureCause.REFUSED})
"""Causes that are not the PDF's own fault, so the next run tries again."""


class Watcher(Protocol):
    """Who is told how the run goes on."""

    def expect(self, papers: int | None) -> None:
        """So many papers will come; None where nobody knows."""

    def done(self, name: str) -> None:
        """One more paper is dealt with."""


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """What the database knows of them."""

    engine: Engine

    def last_window(self, source: str) -> HarvestWindow | None:
        return last_successful_window(self.engine, source)

    def failed_downloads(self, last_run: date) -> list[str]:
        since = datetime.combine(last_run, time(), UTC) - timedelta(days=_DOWNLOAD_TRIED_DAYS)
        return failed_downloads(self.engine, since)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the papers of a run are worked on with, and the tally of what comes of them."""

    engine: Engine
    run: RunRecord
    tally: Tally
    store: PdfStore
    http: PoliteSession
    runner: Runner
    limits: Limits
    retry_failed: bool
    portion: int = 1
    """So many papers are saved in one transaction."""
    tars: TarsOfRun | None = None
    watcher: Watcher | None = None

    def done(self, paper: FoundPaper, settled: bool = True) -> None:
        """The paper is dealt with; unless it is ``settled``, another run tries it again."""
        if settled and self.tars is not None:
            self.tars.settled(paper)
        if self.watcher is not None:
            self.watcher.done(paper.name)


Process = Callable[[Iterable[FoundPaper], Workplace], None]


def ingest(
    request: IngestRequest,
    settings: Settings,
    watcher: Watcher | None = None,
    process: Process | None = None,
    tally: Tally | None = None,
) -> Tally:
    """Run the main job; what it did.

    Papers that fail are part of the tally; only what stops the run is raised. ``process`` deals with the
    papers that were discovered, by default ``process_papers``; the Prefect flow gives them out in batches.
    Who hands in a ``tally`` has it also where the run is stopped.
    """
    tally = tally if tally is not None else Tally()
    started = datetime.now(UTC)
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    upgrade(engine)
    mark_killed_runs(engine, settings.home)
    arxiv = settings.arxiv
    http = PoliteSession(arxiv, pacer=shared_pacer(engine, arxiv.pace_file))
    tars = TarsOfRun(engine, read_again=request.retry_failed)
    store = PdfStore(settings.pdf_folder, max_pdf_bytes=settings.limits.pdf_limit_mb * 1_000_000)
    discovery = discover(request, settings, http, EarlierRuns(engine), started.date(), store, tars)
    with (
        runner_in_force(settings, discovery.total) as runner,
        RunRecord(engine, settings.home, request.described(), started, tally.counts, discovery.window) as run,
    ):
        portion = PAPERS_A_PORTION if request.tars or settings.runner == "dask" else 1
        workplace = Workplace(
            engine, run, tally, store, http, runner, settings.limits, request.retry_failed, portion, tars, watcher
        )
        try:
            if watcher is not None:
                watcher.expect(discovery.total)
            bring_estimates_up_to_date(engine)
            papers = islice(_relevant(discovery.papers, tally), request.limit)
            (process or process_papers)(papers, workplace)
            bring_queue_up_to_date(engine, datetime.now(UTC))
            bring_public_rows_up_to_date(engine, datetime.now(UTC))
        finally:
            tally.ingest_run = run.number
    return tally


def _relevant(papers: Iterable[FoundPaper], tally: Tally) -> Iterator[FoundPaper]:
    for paper in papers:
        tally.papers_seen += 1
        if paper.relevant:
            tally.papers_relevant += 1
            yield paper


def process_papers(papers: Iterable[FoundPaper], workplace: Workplace) -> None:
    """Download, read, estimate and load; one paper's trouble is its own."""
    under_way: dict[str, tuple[FoundPaper, StoredPdf]] = {}
    save, refuse = partial(_save, workplace), partial(_refuse, workplace)
    with (
        failing_last(_jobs(papers, workplace, under_way)) as jobs,
        Portion(workplace.portion, save, refuse) as portion,
        contextlib.closing(workplace.runner.read(jobs, workplace.limits)) as readings,
    ):
        for reading in readings:
            paper, pdf = under_way.pop(reading.job.key)
            if reading.extraction is not None:
                ready = ready_to_save(paper.metadata, pdf.byte_count, reading.extraction)
                portion.add(ReadPaper(paper, pdf, ready))
            elif reading.error is not None:
                _record_failure(paper, pdf, reading.error, workplace)


def _jobs(
    papers: Iterable[FoundPaper],
    workplace: Workplace,
    under_way: dict[str, tuple[FoundPaper, StoredPdf]],
) -> Iterator[PdfJob]:
    """The PDFs that are left to be read, fetched one by one as they are drawn; what is not left is dealt with."""
    for number, paper in enumerate(papers):
        try:
            pdf = _fetched(paper, workplace)
        except PaperError as error:
            _record_failure(paper, None, error, workplace)
            continue
        if _is_settled(paper, pdf, workplace):
            workplace.done(paper)
            continue
        workplace.run.begin()
        under_way[str(number)] = (paper, pdf)
        yield PdfJob(str(number), pdf.path)


def _fetched(paper: FoundPaper, workplace: Workplace) -> StoredPdf:
    """The paper's PDF, in the store; what arXiv says of the paper is recorded even if there is none."""
    if not paper.is_here and paper.failure is None:
        workplace.tally.papers_new += upsert_papers(workplace.engine, [paper.metadata])
    return workplace.store.fetch(workplace.http, paper)


def _is_settled(paper: FoundPaper, pdf: StoredPdf, workplace: Workplace) -> bool:
    """Whether this extractor version has read the PDF, or failed on it for a cause that stays."""
    engine = workplace.engine
    if extracted(engine, [pdf.sha256], READING_VERSION):
        workplace.tally.papers_unchanged += 1
        _record_as_known_by(paper, pdf, workplace)
        return True
    cause = failed(engine, [pdf.sha256], READING_VERSION).get(pdf.sha256)
    if cause is None:
        workplace.tally.papers_new += paper.is_here
        return False
    if cause in _PASSING or workplace.retry_failed:
        return False
    message = "failed before, not tried again (--retry-failed tries)"
    workplace.tally.failures.append(FailedPaper(paper.name, cause, message))
    return True


def _record_as_known_by(paper: FoundPaper, pdf: StoredPdf, workplace: Workplace) -> None:
    """Record that a PDF read before belongs to ``paper``, unless that is known."""
    arxiv_id = paper.metadata.arxiv_id
    if arxiv_id is None or pdf.sha256 in documents_of(workplace.engine, [arxiv_id]).values():
        return
    document = PaperDocument(paper.metadata, pdf.sha256, pdf.byte_count)
    record_documents(workplace.engine, [document], datetime.now(UTC))


def _save(workplace: Workplace, papers: Sequence[ReadPaper]) -> None:
    extracted = [each.extracted for each in papers]
    save_extractions(workplace.engine, extracted, READING_VERSION, estimator_version(catalogue()), datetime.now(UTC))
    for each in papers:
        workplace.tally.read(each.extracted.extraction, each.extracted.estimates)
        workplace.done(each.paper)


def _refuse(workplace: Workplace, read: ReadPaper, error: RecordError) -> None:
    _record_failure(read.paper, read.pdf, refused(error), workplace)


def _record_failure(paper: FoundPaper, pdf: StoredPdf | None, error: PaperError, workplace: Workplace) -> None:
    """The paper is dealt with: noted as failed, in the database too, as far as it can know the paper."""
    workplace.tally.failures.append(FailedPaper(paper.name, error.cause, error.message))
    _save_failure(paper, pdf, error, workplace)
    workplace.done(paper, settled=error.cause not in _PASSING)


def _save_failure(paper: FoundPaper, pdf: StoredPdf | None, error: PaperError, workplace: Workplace) -> None:
    if pdf is None and paper.metadata.arxiv_id is None:
        return  # neither an id nor bytes by which the database could know it
    metadata = replace(paper.metadata, withdrawn=True) if error.cause is FailureCause.WITHDRAWN else paper.metadata
    document = PaperDocument(metadata, pdf.sha256, pdf.byte_count) if pdf else None
    failure = PaperFailure(metadata, document, error.cause, error.message)
    if save_failure(workplace.engine, failure, READING_VERSION, datetime.now(UTC)):
        workplace.run.begin()
