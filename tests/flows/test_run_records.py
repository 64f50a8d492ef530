"""Runs tell how they ended; of one that was killed, others tell it, and of none that lives."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from db.engine import Engine, open_database
from db.ingest_runs import IngestRun, begin_ingest_run, ingest_runs
from db.leases import Lease, take
from db.nights import LEASE, NightStatus, begin_night, nights
from flows.run_records import RunRecord, mark_killed_runs

NOW = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)


def _run(engine: Engine, home: Path) -> RunRecord:
    return RunRecord(engine, home, {"folder": "papers"}, NOW, lambda: {"papers_parsed": 3})


def _told(engine: Engine, home: Path) -> list[str]:
    """The states, the oldest run first, once killed runs are marked."""
    mark_killed_runs(engine, home)
    return [run.status for run in reversed(ingest_runs(engine))]


def test_runs_that_go_on_at_once_are_left_alone_and_each_tells_its_end(engine: Engine, tmp_path: Path) -> None:
    with _run(engine, tmp_path) as first:
        first.begin()
        with pytest.raises(RuntimeError), _run(engine, tmp_path) as second:
            second.begin()
            assert _told(engine, tmp_path) == ["running", "running"]
            raise RuntimeError
        assert _told(engine, tmp_path) == ["running", "failed"]
    assert _told(engine, tmp_path) == ["succeeded", "failed"]
    assert not list(tmp_path.glob("*.lock"))


def _of_another_machine(engine: Engine) -> IngestRun:
    assert isinstance(take(engine, "ingest-0123456789abcdef", "elsewhere/3f9c0a12 pid 7", 120), Lease)
    begin_ingest_run(engine, {}, NOW, "ingest-0123456789abcdef")
    (run,) = ingest_runs(engine)
    return run


def _end_leases(engine: Engine) -> None:
    """As if nobody had renewed them for long."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE leases SET expires_at = taken_at"))


def test_a_run_of_another_machine_is_dead_once_its_lease_has_ended(engine: Engine, tmp_path: Path) -> None:
    _of_another_machine(engine)
    assert _told(engine, tmp_path) == ["running"]
    _end_leases(engine)
    before = datetime.now(UTC)
    assert _told(engine, tmp_path) == ["interrupted"]
    (run,) = ingest_runs(engine)
    assert run.finished is None and run.found_dead is not None and before <= run.found_dead <= datetime.now(UTC)
    assert not list(tmp_path.glob("*.lock"))


def test_a_run_that_was_only_asleep_tells_its_true_end(engine: Engine, tmp_path: Path) -> None:
    with _run(engine, tmp_path) as asleep:
        asleep.begin()
        _end_leases(engine)
        assert _told(engine, tmp_path) == ["running"], "its process is of this machine, and lives"
        assert _told(engine, tmp_path / "home of another machine") == ["interrupted"]
    (run,) = ingest_runs(engine)
    assert (run.status, run.counts, run.found_dead) == ("succeeded", {"papers_parsed": 3}, None)


def test_a_night_is_dead_once_nobody_has_the_lease_of_nights(engine: Engine, tmp_path: Path) -> None:
    assert isinstance(take(engine, LEASE, "elsewhere/3f9c0a12 pid 7", 120), Lease)
    begin_night(engine, NOW, "elsewhere/3f9c0a12 pid 7", "x1")
    mark_killed_runs(engine, tmp_path)
    assert [night.status for night in nights(engine)] == [NightStatus.RUNNING]
    _end_leases(engine)
    mark_killed_runs(engine, tmp_path)
    assert [night.status for night in nights(engine)] == [NightStatus.INTERRUPTED]


def test_who_may_only_read_is_shown_the_runs_all_the_same(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = _of_another_machine(engine)
    begin_night(engine, NOW, "elsewhere/3f9c0a12 pid 7", "x1")
    reading = open_database(f"sqlite:///file:{tmp_path / 'burden.sqlite'}?mode=ro&uri=true")
    mark_killed_runs(reading, tmp_path)
    assert [each.number for each in ingest_runs(reading)] == [run.number]
    assert "ingestion 1 was killed, which could not be noted" in caplog.text
    assert "nights that were killed could not be looked for and noted" in caplog.text
    reading.dispose()
