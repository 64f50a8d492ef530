"""A night in one piece: what it reads, what it does when something fails, what it leaves to be told."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import gethostname
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from loopback_arxiv import LoopbackArxiv, status
from sqlalchemy import event

import flows.exclusion
import flows.nightly
from db.engine import Engine, open_database
from db.errors import DatabaseError
from db.ingest_runs import ingest_runs
from db.leases import Lease, LeaseHeldError, LeaseLostError, take
from db.migrate import upgrade
from db.nights import LEASE, NightReport, NightStatus, StepState, begin_night, last_success, nights
from flows.analysis import AnalysisError
from flows.disk_space import FREE_DISK_GB
from flows.ingest import Workplace
from flows.nightly import NightRequest, night
from flows.settings import Settings, load_settings
from flows.sources import FoundPaper, SourceError
from flows.tally import Tally


@pytest.fixture
def arxiv() -> Iterator[LoopbackArxiv]:
    with LoopbackArxiv() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, arxiv: LoopbackArxiv, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in arxiv.environment().items():
        monkeypatch.setenv(name, value)
    return load_settings(home=tmp_path / "home", jobs=1)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    opened = open_database(settings.database)
    upgrade(opened)
    yield opened
    opened.dispose()


class Reader:
    """In place of the worker processes: keeps the names of papers that a night is to read."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, papers: Iterable[FoundPaper], workplace: Workplace) -> None:
        for paper in papers:
            self.names.append(paper.name)
            workplace.tally.papers_parsed += 1


def _states(report: NightReport) -> dict[str, StepState]:
    return {step.name: step.state for step in report.steps}


def test_the_night_after_missed_ones_makes_up_for_them(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv
) -> None:
    monday = datetime.now(UTC)
    arxiv.add("2406.00001", changed=monday.date())
    reader = Reader()
    first = night(settings, NightRequest(with_release=False), process=reader)
    assert first.status is NightStatus.SUCCEEDED and reader.names == ["2406.00001v1"]
    for days in (1, 2, 3):
        arxiv.add(f"2406.0000{days + 1}", changed=monday.date() + timedelta(days=days))
    with time_machine.travel(monday + timedelta(days=4)):
        after = night(settings, NightRequest(with_release=False), process=reader)
    assert after.counts["papers_parsed"] == 4, "the day of the first night was not over, so it is looked through again"
    assert reader.names[1:] == [f"2406.0000{number}v1" for number in (1, 2, 3, 4)]
    assert {each.parameters["from"] for each in arxiv.asked("oai")[-2:]} == {monday.date().isoformat()}
    assert [report.night for report in nights(engine)] == [2, 1]
    assert last_success(engine) == after.finished
    newest, oldest = ingest_runs(engine)
    assert (first.ingest_runs, after.ingest_runs) == ((oldest.number,), (newest.number,))


def test_pdfs_that_were_missed_before_a_long_standstill_are_asked_for_after_it(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv
) -> None:
    today = datetime.now(UTC)
    arxiv.add("2406.00001", changed=today.date() - timedelta(days=2))
    arxiv.misbehave("pdf", status(404))
    missed = night(settings, NightRequest(with_release=False))
    assert [(paper, cause) for paper, cause, _ in missed.failures] == [("2406.00001v1", "download")]
    reader = Reader()
    with time_machine.travel(today + timedelta(days=30)):
        night(settings, NightRequest(with_release=False), process=reader)
    assert reader.names == ["2406.00001v1"]


def test_what_a_night_did_is_stored_as_it_is_told(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv, samples_dir: Path, tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    arxiv.add("2304.99011", pdfs=[(samples_dir / "2304.99011.pdf").read_bytes()], changed=today)
    arxiv.add("2304.99012", pdfs=[b"%PDF-1.4 broken\n%%EOF"], changed=today)
    request = NightRequest(report_folder=tmp_path / "report", releases_folder=tmp_path / "releases")
    report = night(settings, request)
    assert nights(engine) == [report]
    assert (report.status, report.counts["papers_parsed"]) == (NightStatus.SUCCEEDED, 1)
    assert [(paper, cause) for paper, cause, _ in report.failures] == [("2304.99012v1", "broken")]
    assert [(each.name, each.paper_count, each.paper) for each in report.new_hardware] == [
        ("Zephyr Q9", 1, "2304.99011")
    ]
    assert report.releases == (today.isoformat(),) and (tmp_path / "releases" / report.releases[0]).is_dir()
    again = night(settings, request)
    assert again.new_hardware == () and again.releases == ()
    assert _states(again)["release"] is StepState.SKIPPED, "nothing has changed"
    arxiv.add("2304.99013", pdfs=[b"%PDF-1.4 broken, too\n%%EOF"], changed=today)
    assert night(settings, replace(request, keep_releases=1)).releases == (f"{today}.2",)
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [f"{today}.2"]


def test_a_night_looks_how_much_room_it_leaves_where_there_is_least(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {settings.pdf_folder: 4_200_000_000}
    settings.pdf_folder.mkdir(parents=True)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free.get(path, 80_000_000_000)))
    assert night(settings, NightRequest(with_release=False)).measures[FREE_DISK_GB] == 4.2
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Path("/nowhere").stat())
    unknown = night(settings, NightRequest(with_release=False))
    assert (unknown.status, FREE_DISK_GB in unknown.measures) == (NightStatus.SUCCEEDED, False)


def test_a_step_that_fails_hinders_only_itself(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AnalysisError("no such thing")

    arxiv.add("2406.00001", changed=datetime.now(UTC).date())
    monkeypatch.setattr(flows.nightly, "analyze", fail)
    report = night(settings, NightRequest(), process=Reader())
    assert report.status is NightStatus.INCOMPLETE and last_success(engine) is None
    assert _states(report) == {"papers": StepState.DONE, "analysis": StepState.FAILED, "release": StepState.DONE}
    [told] = [step.message for step in report.steps if step.state is StepState.FAILED]
    assert "no such thing" in told and report.counts["papers_parsed"] == 1


def test_arxiv_that_refuses_access_is_not_asked_again_that_night(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv
) -> None:
    arxiv.misbehave("oai", status(403))
    report = night(settings, NightRequest(with_release=False), wait=lambda seconds: pytest.fail("waited"))
    assert report.status is NightStatus.FAILED and len(arxiv.requests) == 1
    assert "403" in report.steps[0].message
    assert _states(report)["release"] is StepState.SKIPPED


def test_a_network_that_is_away_is_waited_for_longer_and_longer(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[Tally] = []

    def comes_back(_request: object, _settings: object, _watcher: object, _process: object, tally: Tally) -> None:
        attempts.append(tally)
        tally.papers_parsed = 1
        tally.papers_unchanged = len(attempts) - 1
        if len(attempts) < 4:
            raise SourceError("no answer")

    monkeypatch.setattr(flows.nightly, "ingest", comes_back)
    pauses: list[float] = []
    report = night(settings, NightRequest(with_release=False), wait=pauses.append)
    assert pauses == [60, 180, 540]
    assert report.status is NightStatus.SUCCEEDED and report.steps[0].attempts == 4
    assert (report.counts["papers_parsed"], report.counts["papers_unchanged"]) == (4, 0)


def test_a_network_that_stays_away_ends_the_night_in_bounded_time(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise SourceError("no answer")

    monkeypatch.setattr(flows.nightly, "ingest", away)
    pauses: list[float] = []
    report = night(settings, NightRequest(with_release=False), wait=pauses.append)
    assert (report.status, len(pauses), sum(pauses)) == (NightStatus.FAILED, 4, 2400)


def test_a_database_that_is_away_is_waited_for_before_the_night_and_within_it(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OperationalError(Exception):
        """As drivers call a connection that is lost."""

    def away(*_: object) -> None:
        raise DatabaseError("the connection was lost") from OperationalError()

    refusals, writes = iter([away, away, open_database, open_database]), iter([away, begin_night])
    monkeypatch.setattr(flows.nightly, "open_database", lambda url: next(refusals)(url))
    monkeypatch.setattr(flows.nightly, "begin_night", lambda *arguments: next(writes)(*arguments))
    monkeypatch.setattr(flows.nightly, "ingest", away)
    pauses: list[float] = []
    report = night(settings, NightRequest(), wait=pauses.append)
    assert pauses == [60, 180, 540, 60, 180, 540, 1620]
    assert report.status is NightStatus.FAILED
    assert [(step.state, step.message) for step in report.steps[1:]] == [
        (StepState.SKIPPED, "the database is away")
    ] * 2, "nobody waits for it once more"
    assert nights(engine) == [report], "it was back in time for the report"


def _only_read(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA query_only = ON")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """Errors that were told without the database."""
    errors: list[Exception] = []
    monkeypatch.setattr(flows.nightly, "told_without_database", lambda _settings, error: errors.append(error))
    return errors


def test_a_night_whose_first_write_fails_is_told(settings: Settings, engine: Engine, told: list[Exception]) -> None:
    event.listen(Engine, "connect", _only_read)
    try:
        with pytest.raises(DatabaseError, match="readonly") as error:
            night(settings, NightRequest(), wait=lambda seconds: pytest.fail("waited"))
    finally:
        event.remove(Engine, "connect", _only_read)
    assert told == [error.value]


def test_a_night_without_a_home_is_told(settings: Settings, engine: Engine, told: list[Exception]) -> None:
    (settings.home / "night.lock").mkdir()
    with pytest.raises(OSError, match=r"night\.lock") as error:
        night(settings, NightRequest(), wait=lambda seconds: pytest.fail("waited"))
    assert told == [error.value]


def test_two_nights_exclude_each_other_and_the_second_says_who_is_at_it(
    settings: Settings, engine: Engine, told: list[Exception]
) -> None:
    assert isinstance(take(engine, LEASE, "other-machine pid 7", 60), Lease)
    with pytest.raises(LeaseHeldError) as refused:
        night(settings, NightRequest())
    assert "other-machine pid 7" in str(refused.value)
    assert nights(engine) == [] and told == []


def test_a_night_that_was_killed_does_not_bar_the_next_one_on_its_machine(settings: Settings, engine: Engine) -> None:
    finished = night(settings, NightRequest(with_release=False))
    killed = finished.holder.replace(f"pid {os.getpid()}", "pid 999999999")
    begin_night(engine, datetime.now(UTC), killed, "x1")
    assert isinstance(take(engine, LEASE, killed, 600), Lease)
    assert night(settings, NightRequest(with_release=False)).status is NightStatus.SUCCEEDED
    assert [report.status for report in nights(engine)][1] is NightStatus.INTERRUPTED


def test_a_night_that_was_taken_for_dead_reads_no_further_paper_and_leaves_its_row_as_the_next_one_marked_it(
    settings: Settings, engine: Engine, arxiv: LoopbackArxiv, monkeypatch: pytest.MonkeyPatch
) -> None:
    arxiv.add("2406.00001", changed=datetime.now(UTC).date())
    monkeypatch.setattr(flows.exclusion, "_LEASE_SECONDS", 0.2)

    def sleeps_while_another_begins(papers: Iterable[FoundPaper], workplace: Workplace) -> None:
        [paper] = papers
        assert isinstance(take(engine, LEASE, "other pid 7", 600, in_place_of=gethostname()), Lease)
        begin_night(engine, datetime.now(UTC), "other pid 7", "x1")
        for _ in range(1000):  # until the loss is noticed
            workplace.done(paper)
            Event().wait(0.01)

    with pytest.raises(LeaseLostError):
        night(settings, NightRequest(with_release=False), process=sleeps_while_another_begins)
    assert [report.status for report in nights(engine)] == [NightStatus.RUNNING, NightStatus.INTERRUPTED]
    [run] = ingest_runs(engine)
    assert run.status == "failed"


def test_a_night_that_is_stopped_says_so_and_the_next_one_goes_on(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(flows.nightly, "ingest", stopped)
        night(settings, NightRequest(with_release=False))
    assert [report.status for report in nights(engine)] == [NightStatus.INTERRUPTED]
    assert night(settings, NightRequest(with_release=False)).status is NightStatus.SUCCEEDED
