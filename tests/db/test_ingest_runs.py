"""Runs of the ingestion in the database: how they end, and which days they covered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Engine

from db.ingest_runs import (
    HarvestWindow,
    IngestStatus,
    begin_ingest_run,
    finish_ingest_run,
    ingest_run,
    ingest_runs,
    last_successful_window,
)


def test_runs_that_people_started_are_listed_with_their_days(engine: Engine, sample: Any) -> None:
    first = begin_ingest_run(engine, {"folder": "papers"}, sample.noon, "ingest-1")
    day = sample.noon.date()
    covered = HarvestWindow("arxiv-oai:cs.CV", day - timedelta(days=7), day)
    second = begin_ingest_run(engine, {}, sample.noon, "ingest-2", covered)
    finish_ingest_run(engine, second, IngestStatus.SUCCEEDED, {"papers_parsed": 2}, sample.noon + timedelta(hours=1))
    newest, oldest = ingest_runs(engine)
    assert (newest.number, newest.status, newest.counts) == (second, "succeeded", {"papers_parsed": 2})
    assert newest.window == (day - timedelta(days=7), day)
    assert (oldest.number, oldest.finished, oldest.settings, oldest.window) == (first, None, {"folder": "papers"}, None)
    assert ingest_run(engine, first) == oldest and ingest_run(engine, second + 1) is None


def test_the_window_of_the_last_success_is_found(engine: Engine, sample: Any) -> None:
    source = "arxiv-oai:cs.LG"

    def ingest(since: int, until: int, status: IngestStatus, name: str = source) -> None:
        window = HarvestWindow(name, date(2026, 3, since), date(2026, 3, until))
        run = begin_ingest_run(engine, {"limit": None}, sample.noon, "ingest-1", window)
        finish_ingest_run(engine, run, status, {"papers_seen": 3}, sample.noon + timedelta(hours=1))

    assert last_successful_window(engine, source) is None
    ingest(1, 7, IngestStatus.SUCCEEDED)
    ingest(7, 9, IngestStatus.FAILED)
    ingest(7, 12, IngestStatus.SUCCEEDED, "arxiv-oai:cs.CV")
    begin_ingest_run(engine, {}, sample.noon, "ingest-2", HarvestWindow(source, date(2026, 3, 7), date(2026, 3, 20)))
    assert last_successful_window(engine, source) == HarvestWindow(source, date(2026, 3, 1), date(2026, 3, 7))
