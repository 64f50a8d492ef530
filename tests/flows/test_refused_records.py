"""A record that no paper can mean costs its paper only, with and without a database."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import overflowing_reader
import pytest

import flows.ingest
import flows.papers
import flows.runners
from db.engine import open_database
from db.queries import exported_records
from extractors.records import FailureCause
from flows.discovery import IngestRequest
from flows.papers import read_pdfs
from flows.settings import Settings
from flows.workers import Limits, read_papers

OVERFLOWING = "overflowing_reader:read"


@pytest.fixture(autouse=True)
def _overflowing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.papers, "READER", OVERFLOWING)
    monkeypatch.setattr(flows.runners, "read_papers", partial(read_papers, reader=OVERFLOWING))


@pytest.fixture
def papers(samples_dir: Path, tmp_path: Path) -> Path:
    """A paper in which an infinite time is read, and then a good one."""
    folder = tmp_path / "papers"
    folder.mkdir()
    pdf = (samples_dir / "1707.99006.pdf").read_bytes()
    (folder / "1707.99006.pdf").write_bytes(pdf + overflowing_reader.MARK)
    shutil.copy(samples_dir / "1912.99001.pdf", folder)
    return folder


def test_without_a_database_the_others_are_printed(papers: Path) -> None:
    bad, good = read_pdfs(sorted(papers.iterdir()), Limits(), workers=1, candidates=False)
    assert bad.records == ()
    assert bad.error is not None and bad.error.cause is FailureCause.REFUSED
    assert "duration_hours" in bad.error.message and "inf" in bad.error.message
    assert good.error is None
    assert {record["arxiv_id"] for record in good.records} == {"1912.99001"}


def test_with_a_database_the_others_are_loaded_and_a_mended_reader_gets_another_try(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home", database_url="", jobs=1)
    request = IngestRequest(folder=papers)
    for parsed_anew in (1, 0):
        tally = flows.ingest.ingest(request, settings)
        assert (tally.papers_parsed, tally.failed_by_cause) == (parsed_anew, {"refused": 1})
        assert "duration_hours" in tally.failures[0].message
    monkeypatch.setattr(flows.runners, "read_papers", read_papers)
    assert flows.ingest.ingest(request, settings).papers_parsed == 1
    records = exported_records(open_database(settings.database), "facts")
    assert {record["arxiv_id"] for record in records} == {"1707.99006", "1912.99001"}
