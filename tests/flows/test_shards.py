"""Papers saved in portions: none is lost, and one that can't be saved costs itself alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from db.errors import DatabaseError, RecordError
from db.store import ExtractedPaper
from extractors.records import Extraction, PaperMetadata
from flows.shards import Portion, ReadPaper
from flows.sources import FoundPaper
from flows.sources.store import StoredPdf


class Database:
    """Saves what has a place in it; a portion whole or not at all."""

    def __init__(self, *bad: str) -> None:
        self.saved: list[list[str]] = []
        self.refused: list[str] = []
        self._bad = bad

    def portion(self, size: int) -> Portion:
        return Portion(size, self._save, lambda read, _: self.refused.append(read.pdf.sha256))

    def _save(self, papers: Sequence[ReadPaper]) -> None:
        names = [read.pdf.sha256 for read in papers]
        if bad := set(names) & set(self._bad):
            raise RecordError(f"{bad} can't be")
        self.saved.append(names)


def _read(name: str) -> ReadPaper:
    metadata = PaperMetadata("2401.00001", 1)
    extracted = ExtractedPaper(metadata, 1, Extraction(name, 1), ())
    return ReadPaper(FoundPaper(metadata, "tar"), StoredPdf(name, Path(name), 1), extracted)


def test_papers_are_saved_as_soon_as_there_are_enough_and_the_rest_at_the_end() -> None:
    database = Database()
    with database.portion(3) as portion:
        for name in "abcdefgh":
            portion.add(_read(name))
        assert database.saved == [["a", "b", "c"], ["d", "e", "f"]]
    assert database.saved[2:] == [["g", "h"]]


def test_a_paper_that_can_not_be_saved_costs_itself_alone() -> None:
    database = Database("b", "e")
    with database.portion(3) as portion:
        for name in "abcde":
            portion.add(_read(name))
    assert [name for names in database.saved for name in names] == ["a", "c", "d"]
    assert database.refused == ["b", "e"]


@pytest.mark.parametrize(("error", "kept"), [(KeyboardInterrupt(), [["a"]]), (DatabaseError("away"), [])])
def test_what_was_read_is_kept_whatever_stops_the_run_unless_it_is_the_database(
    error: BaseException, kept: list[list[str]]
) -> None:
    database = Database()
    with pytest.raises(type(error)), database.portion(3) as portion:
        portion.add(_read("a"))
        raise error
    assert database.saved == kept
