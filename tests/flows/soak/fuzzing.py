"""Thousands of spoiled files through the doors of the product, and what came of them.

Each of these runs in a folder that is watched: but for what the product may write, nothing in it changes.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from loopback_arxiv import Clock

from db.arrivals import PaperFailure
from db.engine import Engine
from db.store import save_failure, upsert_papers
from extractors.records import PaperError
from flows.sources import ArxivConfig, FoundPaper, SourceError
from flows.sources.harvest import harvest_changes
from flows.sources.http import Answer, Begin, PoliteSession
from flows.sources.pace import Pacer
from flows.sources.search import search_arxiv
from flows.sources.store import PdfStore
from flows.sources.tars import papers_in_tars
from flows.workers import Limits, PdfJob, read_papers
from soak.mutations import hostile_tar, mutated_feed, mutated_pdf

Outcomes = Counter[str]


def files_in(folder: Path, but: Path | None = None) -> dict[Path, int]:
    """Every file and folder in ``folder``, with its size, without those in ``but``."""
    return {
        path: path.lstat().st_size if path.is_file() else 0
        for path in folder.rglob("*")
        if but is None or not (path == but or path.is_relative_to(but))
    }


@contextmanager
def nothing_written(folder: Path, but: Path) -> Iterator[None]:
    """But for ``but``, nothing in the folder comes, goes or grows; nor does a file named by the fuzzers in /tmp."""
    before = files_in(folder, but)
    yield
    assert files_in(folder, but) == before
    assert not list(Path("/tmp").glob("burden-canary*"))


def fuzz_pdfs(seed: int, count: int, pdfs: Sequence[bytes], folder: Path, workers: int = 2) -> Outcomes:
    """Mutated PDFs through the workers: each comes back once, within its limits, whatever becomes of the others."""
    limits = Limits(time_limit_seconds=30, memory_limit_mb=800)
    jobs_folder = folder / "jobs"
    jobs_folder.mkdir(parents=True)
    drawn: set[str] = set()
    outcomes: Outcomes = Counter()

    def jobs() -> Iterator[PdfJob]:
        for number in range(count):
            chance = random.Random(f"{seed} pdf {number}")
            path = jobs_folder / f"{number}.pdf"
            path.write_bytes(mutated_pdf(chance, chance.choice(pdfs)))
            drawn.add(str(number))
            yield PdfJob(str(number), path)

    with nothing_written(folder, but=jobs_folder):
        for reading in read_papers(jobs(), limits, workers=workers):
            drawn.remove(reading.job.key)  # KeyError: it came twice
            outcomes[reading.error.cause.value if reading.error else "read"] += 1
            if reading.error is None or reading.error.cause.value not in ("crash", "timeout", "memory"):
                reading.job.path.unlink()  # those that did are kept, to be looked at
            else:
                print(f"{reading.job.path.name} (seed {seed}): {reading.error}")
    assert not drawn
    return outcomes


class _Spoiled(PoliteSession):
    """A session whose every answer is the next of the spoiled feeds, and whose waiting costs no time."""

    def __init__(self, config: ArxivConfig) -> None:
        clock = Clock()
        super().__init__(config, pacer=Pacer(clock=clock, wait=clock.wait))
        self.feed = b""

    def ask_once(self, url: str, begin: Begin, *, max_bytes: int, headers: object = None) -> Answer:
        begin(200, {}).write(self.feed)
        return Answer(url, 200, {})


def fuzz_feeds(seed: int, count: int, feeds: Sequence[bytes], engine: Engine, longest_seconds: float) -> Outcomes:
    """Mutated answers of OAI-PMH and the search API: papers come that the database can hold, or ``SourceError``."""
    http = _Spoiled(ArxivConfig(max_attempts=2))
    outcomes: Outcomes = Counter()
    for number in range(count):
        chance = random.Random(f"{seed} feed {number}")
        http.feed = mutated_feed(chance, chance.choice(feeds))
        started = monotonic()
        try:
            if b"OAI-PMH" in http.feed:
                papers = list(harvest_changes(http.config, since=date(2024, 6, 1), until=date(2024, 6, 9), http=http))
            else:
                papers = list(search_arxiv(http.config, since=None, until=None, query="deep", http=http))
            for paper in papers:
                _record(engine, paper)
            outcomes["papers" if papers else "an empty list"] += 1
        except SourceError:
            outcomes["refused as a whole"] += 1
        except Exception as error:
            error.add_note(f"feed {number} of seed {seed}")
            raise
        assert monotonic() - started < longest_seconds, f"feed {number} of seed {seed} takes too long"
    return outcomes


def _record(engine: Engine, paper: FoundPaper) -> None:
    """As a run does with a paper, before and instead of its PDF."""
    upsert_papers(engine, [paper.metadata])
    if paper.failure is not None:
        failure = PaperFailure(paper.metadata, None, paper.failure.cause, paper.failure.message)
        save_failure(engine, failure, "fuzzed", datetime.now(UTC))


def fuzz_tars(seed: int, count: int, pdf: bytes, folder: Path, longest_seconds: float) -> Outcomes:
    """Hostile tars: what is written is in the store, a plain file, and not larger than its tar."""
    store = PdfStore(folder / "deep" / "deeper" / "pdf")
    tar_path = folder / "arXiv_pdf_2406_001.tar"
    tar_path.touch()
    outcomes: Outcomes = Counter()
    for number in range(count):
        chance = random.Random(f"{seed} tar {number}")
        tar_path.write_bytes(hostile_tar(chance, pdf, "burden-canary"))
        started = monotonic()
        before = files_in(folder, store.root)
        try:
            address = tar_path if number % 4 else f"file://{tar_path}"  # the way of S3, without a server
            for paper in papers_in_tars([address], store):
                outcomes["refused member" if isinstance(paper.failure, PaperError) else "member"] += 1
            outcomes["whole tar"] += 1
        except SourceError:
            outcomes["damaged tar"] += 1
        except Exception as error:
            error.add_note(f"tar {number} of seed {seed}")
            raise
        assert monotonic() - started < longest_seconds, f"tar {number} of seed {seed} takes too long"
        assert files_in(folder, store.root) == before, f"tar {number} of seed {seed} wrote outside"
        for path in (path for path in store.root.rglob("*") if path.is_symlink() or not path.is_dir()):
            assert path.is_file() and not path.is_symlink() and path.stat().st_nlink == 1, path
            assert path.stat().st_size <= tar_path.stat().st_size, f"tar {number} of seed {seed} is a bomb"
            path.unlink()
    assert not list(Path("/tmp").glob("burden-canary*"))
    return outcomes
