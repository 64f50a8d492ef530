"""Papers saved in portions: one transaction, and one making of desk and public rows, for many at once.

A run that is killed loses at most the portion that was not saved; what was saved is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType

from db.errors import DatabaseError, RecordError
from db.store import ExtractedPaper
from flows.sources import FoundPaper
from flows.sources.store import StoredPdf

PAPERS_A_PORTION = 100
"""Of bulk tars: with more, a transaction holds its locks for longer, with fewer, public rows cost more a paper."""


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper that was read and is to be saved."""

    paper: FoundPaper
    pdf: StoredPdf
    extracted: ExtractedPaper


class Portion:
    """Collects papers that were read, and saves them whenever there are so many, and at the end.

    ``save`` raises ``RecordError`` where a record has no place in the database, and has then saved nothing. The papers
    are then saved one by one, and ``refuse`` is told of those that can't be: others don't pay for them.
    """

    def __init__(
        self,
        size: int,
        save: Callable[[Sequence[ReadPaper]], None],
        refuse: Callable[[ReadPaper, RecordError], None],
    ) -> None:
        self._size = size
        self._save = save
        self._refuse = refuse
        self._papers: list[ReadPaper] = []

    def __enter__(self) -> Portion:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was read is kept, whatever stops the run, unless it is the database."""
        if not isinstance(error, DatabaseError):
            self.flush()

    def add(self, paper: ReadPaper) -> None:
        self._papers.append(paper)
        if len(self._papers) >= self._size:
            self.flush()

    def flush(self) -> None:
        """Save what has been collected."""
        papers, self._papers = self._papers, []
        if not papers:
            return
        try:
            self._save(papers)
        except RecordError as error:
            if len(papers) == 1:
                self._refuse(papers[0], error)
                return
            for paper in papers:
                self._papers = [paper]
                self.flush()
