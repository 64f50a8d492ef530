"""Papers saved in portions: none is lost, and one that can't be saved costs itself alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
import recorded_readers
from loopback_files import bulk_tar

from db.arrivals import ExtractedPaper
from db.errors import DatabaseError, RecordError
from extractors.records import Extraction, PaperMetadata
from flows.discovery import IngestRequest
from flows.ingest import ingest
from flows.settings import Settings
from flows.shards import Portion, ReadPaper
from flows.sources import FoundPaper, SourceError, StoredPdf
from flows.tally import Tally

if TYPE_CHECKING:
    from homes import Home

IN_SMALL_PORTIONS = """
import sys
from flows import ingest
from flows.settings import load_settings
if __name__ == "__main__":
    ingest.PAPERS_A_PORTION = 1
    ingest.ingest(ingest.IngestRequest(tars=tuple(sys.argv[1:])), load_settings())
"""


class Database:
    """Saves what has a place in it; a portion whole or not at all."""

    def __init__(self, *bad: str) -> None:
        self.saved: list[list[str]] = []
        self.refused: list[str] = []
        self._bad = bad

    def portion(self, size: int) -> Portion[ReadPaper]:
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


def _tars(folder: Path, papers: Path) -> list[Path]:
    """A tar of each of the papers."""
    made = []
    for number, paper in enumerate(sorted(papers.glob("*.pdf"))):
        made.append(folder / f"arXiv_pdf_1912_00{number}.tar")
        with tarfile.open(made[-1], "w") as tar:
            tar.add(paper, f"1912/{paper.name}")
    return made


def test_a_killed_run_goes_on_with_the_tars_that_it_has_not_finished(
    few_papers: Path, undisturbed: Home, home: Home, tmp_path: Path
) -> None:
    tars = _tars(tmp_path, few_papers)
    program = tmp_path / "in_small_portions.py"
    program.write_text(IN_SMALL_PORTIONS)
    environment = home.environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = subprocess.Popen([sys.executable, program, *tars], env=environment, start_new_session=True)
    while home.count("read_tars") < 2:
        assert running.poll() is None, "it ended by itself"
        Event().wait(0.02)
    running.kill()
    running.wait()
    finished = home.count("read_tars")

    ran = home.burden("ingest", "--from-tar", *tars, "--json")
    assert ran.returncode == 0, ran.stderr
    contents = home.contents()
    assert len(contents.pop("read_tars")) == len(tars)
    assert contents == {name: rows for name, rows in undisturbed.contents().items() if name != "read_tars"}
    if finished < len(tars):
        assert f'"papers_seen": {len(tars) - finished}' in ran.stdout  # the others were not opened

    os.utime(tars[0], (1, 1))  # another file, for all that anybody knows
    again = home.burden("ingest", "--from-tar", *tars, "--json")
    assert '"papers_seen": 1,' in again.stdout
    assert '"papers_unchanged": 1,' in again.stdout


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a home in which a PDF is read as its bytes and nothing more."""
    monkeypatch.setenv(recorded_readers.FOLDER_VARIABLE, str(tmp_path))
    recorded_readers.use("recorded", "older", monkeypatch)
    return Settings(home=tmp_path / "home", database_url="", jobs=2)


def _tar_of(folder: Path, *papers: str) -> Path:
    """A tar of PDFs of which all that can be read is recorded."""
    members = {f"2401/{name}.pdf": b"%PDF-1.5 " + name.encode() + b"\n%%EOF" for name in papers}
    for pdf in members.values():
        recorded_readers.record(pdf, Extraction("", 1), folder)
    return bulk_tar(folder, "arXiv_pdf_2401_001.tar", members)


def test_what_was_drawn_before_a_source_fails_is_read_and_saved(settings: Settings, tmp_path: Path) -> None:
    whole = _tar_of(tmp_path, "2401.00001", "2401.00002", "2401.00003")
    damaged = tmp_path / "arXiv_pdf_2401_002.tar"
    damaged.write_bytes(b"no tar" * 500)
    tally = Tally()
    with pytest.raises(SourceError, match=f"{damaged} is no tar"):
        ingest(IngestRequest(tars=(whole, damaged)), settings, tally=tally)
    assert tally.papers_parsed == 3
    assert ingest(IngestRequest(tars=(whole,)), settings).papers_seen == 0  # noted as read to its end
