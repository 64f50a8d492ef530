"""The main job against a loopback arXiv: by id, by date, and what is new since the last run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from homes import Home, invoke
from loopback_arxiv import LoopbackArxiv, html, status


def _today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def arxiv() -> Iterator[LoopbackArxiv]:
    with LoopbackArxiv() as server:
        yield server


@pytest.fixture
def at_arxiv(home: Home, arxiv: LoopbackArxiv) -> Home:
    """A home whose arXiv is the loopback one."""
    return Home(home.path, tuple(arxiv.environment().items()))


@pytest.fixture(scope="module")
def pdf(samples_dir: Path) -> bytes:
    return (samples_dir / "1912.99001.pdf").read_bytes()


def _exported(home: Home, what: str) -> list[dict[str, Any]]:
    ran = invoke(home, "export", what)
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_ids_are_fetched_once_and_what_cannot_be_had_is_named(
    at_arxiv: Home, arxiv: LoopbackArxiv, pdf: bytes, tmp_path: Path
) -> None:
    arxiv.add("2406.00001", pdfs=[pdf])
    arxiv.add("2406.00002", pdfs=[pdf + b"\n%another", None])
    ids = tmp_path / "ids.txt"
    ids.write_text("2406.00002  # withdrawn by its second version\n2406.09999\n")
    command = ("ingest", "--id", "2406.00001", "--ids-file", ids)
    ran = at_arxiv.burden(*command)
    assert ran.returncode == 0, ran.stderr
    failed = [line.split(": ")[:3] for line in ran.stderr.splitlines()]
    assert failed == [["failed", "2406.00002v2", "withdrawn"], ["failed", "2406.09999", "download"]]
    runs = _exported(at_arxiv, "runs")
    assert {(run["arxiv_id"], run["version"]) for run in runs} == {("2406.00001", 1)}
    before = at_arxiv.contents()
    assert sum("A neural network" in row and row[-3] == 1 for row in before["papers"]) == 1, "one is withdrawn"
    again = at_arxiv.burden(*command)
    assert again.returncode == 0
    assert at_arxiv.contents() == before
    assert [each.path for each in arxiv.asked("pdf")].count("/pdf/2406.00001v1") == 1
    assert at_arxiv.burden(*command, "--strict").returncode == 1
    assert at_arxiv.burden("ingest", "--id", "2406.00002", "--strict").returncode == 0, "withdrawn is no failure"


def test_a_window_of_days_loads_what_is_relevant_and_counts_the_rest(
    at_arxiv: Home, arxiv: LoopbackArxiv, pdf: bytes
) -> None:
    arxiv.add("2406.00001", pdfs=[pdf])
    arxiv.add("2406.00003", title="On the price of bread", abstract="We weigh loaves.", pdfs=[pdf + b"\n%bread"])
    ran = at_arxiv.burden("ingest", "--since", "2024-06-01", "--until", "2024-06-30")
    assert ran.returncode == 0, ran.stderr
    figures = {" ".join(line.split()[:-1]): line.split()[-1] for line in ran.stdout.splitlines() if line.split()}
    assert (figures["papers seen"], figures["relevant"], figures["parsed"]) == ("2", "1", "1")
    assert len(arxiv.asked("pdf")) == 1


def test_default_run_goes_on_from_the_last_one_and_asks_again_for_missed_pdfs(
    at_arxiv: Home, arxiv: LoopbackArxiv, pdf: bytes
) -> None:
    arxiv.add("2406.00001", pdfs=[pdf], changed=_today() - timedelta(days=2))
    arxiv.add("2406.00002", pdfs=[pdf + b"\n%another"], changed=_today() - timedelta(days=2))
    arxiv.misbehave("pdf", status(404), html(), html())
    before_first = _today()
    first = at_arxiv.burden("ingest")
    after_first = _today()  # another day than before it, if midnight fell between
    assert first.returncode == 0, first.stderr
    assert "failed: 2406.00001v1: download: " in first.stderr
    assert "failed: 2406.00002v1: not_a_pdf: " in first.stderr
    week_ago = {str(day - timedelta(days=7)) for day in (before_first, after_first)}
    assert arxiv.asked("oai")[0].parameters["from"] in week_ago
    asked_before = len(arxiv.asked("oai"))
    for paper in arxiv.papers.values():
        paper.changed = _today() - timedelta(days=30)  # no harvest from now on names it
    second = at_arxiv.burden("ingest")
    assert second.returncode == 0, second.stderr
    [asked_from] = {each.parameters["from"] for each in arxiv.asked("oai")[asked_before:]}
    assert asked_from in {str(before_first), str(after_first)}
    assert "failed" not in second.stderr
    assert {run["arxiv_id"] for run in _exported(at_arxiv, "runs")} == {"2406.00001", "2406.00002"}


def test_arxiv_that_refuses_ends_the_run_with_one_clear_line(at_arxiv: Home, arxiv: LoopbackArxiv) -> None:
    arxiv.add("2406.00001")
    arxiv.misbehave("api", status(403))
    ran = at_arxiv.burden("ingest", "--id", "2406.00001")
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("Error: ") and "403" in line
    assert len(arxiv.requests) == 1
