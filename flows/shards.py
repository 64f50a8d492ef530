"""Large runs in pieces that can be done again: papers saved in portions, and tars that are known to be read.

A portion is one transaction, and one making of desk and public rows, for many papers. A run that is killed loses at
most the portion that was not saved; what was saved is not read again, and a tar of which all is saved is not opened.
"""

from __future__ import annotations

import ctypes
import gc
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Generic, TypeVar

from db.arrivals import ExtractedPaper
from db.engine import Engine
from db.errors import DatabaseError, RecordError
from db.read_tars import record_tar_read, tar_is_read
from flows.sources import BulkTar, FoundPaper, StoredPdf
from flows.version import READING_VERSION

PAPERS_A_PORTION = 400
"""Of bulk tars, about one tar: with fewer, the rows of desk and public pages cost more a paper."""


Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper that was read and is to be saved."""

    paper: FoundPaper
    pdf: StoredPdf
    extracted: ExtractedPaper


class Portion(Generic[Read]):
    """Collects papers that were read, and saves them whenever there are so many, and at the end.

    ``save`` raises ``RecordError`` where a record has no place in the database, and has then saved nothing. The papers
    are then saved one by one, and ``refuse`` is told of those that can't be: others don't pay for them.
    """

    def __init__(
        self,
        size: int,
        save: Callable[[Sequence[Read]], None],
        refuse: Callable[[Read, RecordError], None],
    ) -> None:
        self._size = size
        self._save = save
        self._refuse = refuse
        self._papers: list[Read] = []

    def __enter__(self) -> Portion[Read]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was read is kept, whatever stops the run, unless it is the database."""
        if not isinstance(error, DatabaseError):
            self.flush()

    def add(self, paper: Read) -> None:
        self._papers.append(paper)
        if len(self._papers) >= self._size:
            self.flush()

    def flush(self) -> None:
        """Save what has been collected."""
        papers, self._papers = self._papers, []
        if papers:
            self._save_all(papers)
        if len(papers) > 1:
            _give_back_freed_memory()

    def _save_all(self, papers: list[Read]) -> None:
        try:
            self._save(papers)
        except RecordError as error:
            if len(papers) == 1:
                self._refuse(papers[0], error)
                return
            for paper in papers:
                self._papers = [paper]
                self.flush()


class TarsOfRun:
    """Which tars of a run are dealt with to their end: all their papers were drawn, and are saved or failed for good.

    3 papers drawn and saved, the tar whole -> recorded, not opened by the next run
    one of them could not be written to disk, the tar breaks off, or the run is killed -> not recorded
    """

    def __init__(self, engine: Engine, *, read_again: bool) -> None:
        self._engine = engine
        self._read_again = read_again
        self._settled: Counter[BulkTar] = Counter()
        self._papers: dict[BulkTar, int] = {}

    def is_read(self, tar: BulkTar) -> bool:
        return not self._read_again and tar_is_read(self._engine, tar.name, tar.fingerprint, READING_VERSION)

    def ended(self, tar: BulkTar, papers: int) -> None:
        self._papers[tar] = papers
        self._record_if_settled(tar)

    def settled(self, paper: FoundPaper) -> None:
        """This paper needs no other try."""
        if paper.tar is not None:
            self._settled[paper.tar] += 1
            self._record_if_settled(paper.tar)

    def _record_if_settled(self, tar: BulkTar) -> None:
        if self._papers.get(tar) == self._settled[tar]:
            papers = self._papers[tar]
            record_tar_read(self._engine, tar.name, tar.fingerprint, READING_VERSION, papers, datetime.now(UTC))


def _give_back_freed_memory() -> None:
    """Let the C library return to the system what a portion has left behind, where it can: a long run stays small."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
