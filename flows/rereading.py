"""Reading stored PDFs again with this version of the extractor. Asks no network for anything.

Papers are saved in portions, each a transaction, and count as they were read last from that moment on; what was read
before stays. So a run can be killed at any moment, and the next one reads what is left.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from annotations.lines import bare_id
from annotations.standoff import GOLD_RESULTS, GOLD_RUNS, load_gold_results, load_gold_runs
from db.arrivals import ExtractedPaper, PaperDocument, PaperFailure
from db.desk_rows import bring_queue_up_to_date
from db.engine import Engine, open_database
from db.errors import RecordError
from db.facts import paper_key
from db.migrate import upgrade
from db.public_refresh import bring_public_rows_up_to_date
from db.rereading import StoredPaper, begin_rereading, left_to_read, stored_papers, stored_rereading
from db.store import save_extractions, save_failure
from extractors.records import FailureCause, PaperError
from flows.estimates import bring_estimates_up_to_date
from flows.exclusion import alone
from flows.ingest import Watcher
from flows.papers import catalogue, ready_to_save, refused
from flows.run_records import RunRecord, mark_killed_runs
from flows.runners import runner_in_force
from flows.settings import Settings
from flows.shards import Portion
from flows.sources.store import path_in_store
from flows.tally import FailedPaper, Tally
from flows.version import READING_VERSION
from flows.workers import PdfJob
from models.burden import estimator_version

_TRIED_AGAIN = (FailureCause.DOWNLOAD, FailureCause.REFUSED)
"""Causes that are not the PDF's own fault."""
_PAPERS_A_QUERY = 200
_PAPERS_A_PORTION = 100
"""Saved together: alone, a paper costs half as much again (with 31 records; more with fewer). A kill loses no more."""
_BLOCK_BYTES = 1024 * 1024
MOST_NAMED = 500
"""So many PDFs that were not read are named; the others are counted."""


class NoPdfsError(Exception):
    """The store has no PDF at all."""


class StoreFault(StrEnum):
    """Why a PDF that is on record can't be read again."""

    MISSING = "missing"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class FaultyPdf:
    """A PDF that the store does not have as it was; it is not read, and its earlier reading stays in force."""

    name: str
    fault: StoreFault
    message: str


@dataclass(frozen=True, slots=True)
class RereadRequest:
    """What is read again; nothing said means everything that another version has read."""

    limit: int | None = None
    gold: bool = False
    """Only papers of the project's own gold data."""
    retry_failed: bool = False
    """Try again what this version has failed on before."""

    def described(self) -> dict[str, Any]:
        """As JSON can hold it, for the run's row in the database."""
        said = {"limit": self.limit, "gold": self.gold, "retry_failed": self.retry_failed}
        return {"reread": READING_VERSION} | {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class _ReadAgain:
    """A paper as it was on record, and as it was read now."""

    paper: StoredPaper
    extracted: ExtractedPaper


@dataclass(slots=True)
class Reread:
    """What a run of the re-reading did."""

    tally: Tally = field(default_factory=Tally)
    faults: Counter[StoreFault] = field(default_factory=Counter)
    """How many PDFs the store does not have as they were, by what is wrong with them."""
    faulty: list[FaultyPdf] = field(default_factory=list)
    """The first of these."""
    papers_left: int = 0
    """PDFs that this version should still read: beyond ``limit``, or not in the store as they were."""

    def note(self, faulty: FaultyPdf) -> None:
        self.faults[faulty.fault] += 1
        if len(self.faulty) < MOST_NAMED:
            self.faulty.append(faulty)

    def counts(self) -> dict[str, object]:
        """Numbers only."""
        of_store = {f"papers_{fault}": self.faults[fault] for fault in StoreFault}
        return self.tally.counts() | of_store | {"papers_left": self.papers_left}


def reread(request: RereadRequest, settings: Settings, watcher: Watcher | None = None) -> Reread:
    """Read again what another version has read; papers that fail, and PDFs that are not there, are part of what it did.

    ``LeaseHeldError`` where another process is at it, on this machine or another that shares the database;
    ``NoPdfsError`` where there is nothing to read from, as before the disk of the PDFs is mounted.
    Before the first paper the laws are fitted to what is in force, so that the report can tell what became of them.
    """
    engine = open_database(settings.database)
    upgrade(engine)
    settings.home.mkdir(parents=True, exist_ok=True)
    with alone(engine, "reading again", settings.home / "reread.lock"):
        mark_killed_runs(engine, settings.home)
        bring_estimates_up_to_date(engine)
        wanted = _left(engine, request)[: request.limit]
        done = Reread(papers_left=len(wanted))
        if watcher is not None:
            watcher.expect(len(wanted))
        if wanted:
            _need_pdfs(settings.pdf_folder)
            _begin(engine)
            _read_and_record([sha256 for _, sha256 in wanted], engine, request, settings, done, watcher)
    return done


def _read_and_record(
    sha256s: Sequence[str],
    engine: Engine,
    request: RereadRequest,
    settings: Settings,
    done: Reread,
    watcher: Watcher | None,
) -> None:
    with RunRecord(engine, settings.home, request.described(), datetime.now(UTC), done.counts) as run:
        run.begin()
        _read(sha256s, engine, settings, done, watcher)
        bring_queue_up_to_date(engine, datetime.now(UTC))
        bring_public_rows_up_to_date(engine, datetime.now(UTC))
        done.papers_left = len(_left(engine, RereadRequest()))


def _need_pdfs(folder: Path) -> None:
    if next(folder.glob("*/*.pdf"), None) is None:
        raise NoPdfsError(f"no PDF is in {folder}: is its disk mounted, and BURDEN_HOME where they were read into?")


def _left(engine: Engine, request: RereadRequest) -> list[tuple[str, str]]:
    """Each PDF once, under the first paper that has it."""
    tried_again = tuple(FailureCause) if request.retry_failed else _TRIED_AGAIN
    by_pdf: dict[str, str] = {}
    gold = gold_papers() if request.gold else None
    for paper, sha256 in left_to_read(engine, READING_VERSION, tried_again):
        if gold is None or paper in gold:
            by_pdf.setdefault(sha256, paper)
    return [(paper, sha256) for sha256, paper in by_pdf.items()]


def gold_papers() -> frozenset[str]:
    """The papers of which the project's own gold data say what they state."""
    runs = (fact.paper for fact in load_gold_runs(GOLD_RUNS))
    results = (fact.paper for fact in load_gold_results(GOLD_RESULTS))
    return frozenset(map(bare_id, chain(runs, results)))


def _begin(engine: Engine) -> None:
    """Note once that this version reads again, with the laws as they are fitted to what is in force before."""
    if stored_rereading(engine, READING_VERSION) is None:
        begun_at = datetime.now(UTC)
        begin_rereading(engine, READING_VERSION, begun_at, _laws_before(engine))


def _laws_before(engine: Engine) -> int | None:
    """The run of the analysis that fits them; None where there is nothing to fit."""
    from flows.analysis import AnalysisError, AnalysisRequest, analyze  # which takes seconds to load

    try:
        return analyze(engine, AnalysisRequest()).run
    except AnalysisError:
        return None


def _read(sha256s: Sequence[str], engine: Engine, settings: Settings, done: Reread, watcher: Watcher | None) -> None:
    under_way: dict[str, StoredPaper] = {}
    jobs = _jobs(sha256s, engine, settings.pdf_folder, done, under_way, watcher)
    with (
        runner_in_force(settings, len(sha256s)) as runner,
        Portion(_PAPERS_A_PORTION, partial(_save, engine, done), partial(_refuse, engine, done)) as portion,
        contextlib.closing(runner.read(jobs, settings.limits)) as readings,
    ):
        for reading in readings:
            paper = under_way.pop(reading.job.key)
            if reading.extraction is not None and reading.extraction.sha256 != paper.sha256:
                done.note(_faulty(paper, StoreFault.DAMAGED, str(reading.job.path)))
            elif reading.extraction is not None:
                ready = ready_to_save(paper.metadata, paper.byte_count, reading.extraction)
                portion.add(_ReadAgain(paper, ready))
            elif reading.error is not None:
                _save_failure(paper, reading.error, engine, done)
            if watcher is not None:
                watcher.done(paper.name)


def _jobs(
    sha256s: Iterable[str],
    engine: Engine,
    folder: Path,
    done: Reread,
    under_way: dict[str, StoredPaper],
    watcher: Watcher | None,
) -> Iterator[PdfJob]:
    """The PDFs that the store has as they were; those that it hasn't are named."""
    remaining = iter(sha256s)
    while portion := list(islice(remaining, _PAPERS_A_QUERY)):
        for paper in stored_papers(engine, portion):
            done.tally.papers_seen += 1
            path = path_in_store(folder, paper.sha256)
            faulty = _checked(paper, path)
            if faulty is None:
                under_way[paper.sha256] = paper
                yield PdfJob(paper.sha256, path)
                continue
            done.note(faulty)
            if watcher is not None:
                watcher.done(paper.name)


def _checked(paper: StoredPaper, path: Path) -> FaultyPdf | None:
    """What is wrong with the file of a PDF, by the digest of its bytes; None: nothing."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while block := source.read(_BLOCK_BYTES):
                digest.update(block)
    except FileNotFoundError:
        return _faulty(paper, StoreFault.MISSING, str(path))
    except OSError as error:
        return _faulty(paper, StoreFault.UNREADABLE, f"{path} ({error.strerror})")
    return None if digest.hexdigest() == paper.sha256 else _faulty(paper, StoreFault.DAMAGED, str(path))


_ADVICE: Mapping[StoreFault, str] = {
    StoreFault.MISSING: "is not there: put it back or fetch it anew",
    StoreFault.DAMAGED: "has other bytes than were read: delete it, then put it back or fetch it anew",
    StoreFault.UNREADABLE: "can't be opened or read: see to its rights and to its disk",
}


def _faulty(paper: StoredPaper, fault: StoreFault, where: str) -> FaultyPdf:
    return FaultyPdf(paper.name, fault, f"{where} {_ADVICE[fault]}")


def _save(engine: Engine, done: Reread, papers: Sequence[_ReadAgain]) -> None:
    """Save what was read, later than what was read before, whatever the clocks of other machines said."""
    read = [each.extracted for each in papers]
    earlier = [each.paper.read_at + timedelta(microseconds=1) for each in papers if each.paper.read_at is not None]
    at = max([datetime.now(UTC), *earlier])
    save_extractions(engine, read, READING_VERSION, estimator_version(catalogue()), at)
    bring_estimates_up_to_date(engine, *(paper_key(each.metadata, each.extraction.sha256) for each in read))
    for each in read:
        done.tally.read(each.extraction, each.estimates)


def _refuse(engine: Engine, done: Reread, read: _ReadAgain, error: RecordError) -> None:
    _save_failure(read.paper, refused(error), engine, done)


def _save_failure(paper: StoredPaper, error: PaperError, engine: Engine, done: Reread) -> None:
    """Record why this version can't read the paper; what another read stays in force."""
    done.tally.failures.append(FailedPaper(paper.name, error.cause, error.message))
    document = PaperDocument(paper.metadata, paper.sha256, paper.byte_count)
    failure = PaperFailure(paper.metadata, document, error.cause, error.message)
    save_failure(engine, failure, READING_VERSION, datetime.now(UTC))
