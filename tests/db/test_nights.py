"""Nights in the database, as they are stored, listed and asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from db.nights import (
    DriftFinding,
    NewHardware,
    NightReport,
    NightStatus,
    StepOutcome,
    StepState,
    anything_new_since,
    begin_night,
    hardware_by_paper,
    last_success,
    night,
    nights,
    save_night,
)
from extractors.records import UnknownHardware


def _ended(engine: Engine, sample: Any, status: NightStatus, days: int) -> NightReport:
    begun = begin_night(engine, sample.noon + timedelta(days=days), "here pid 7", "x1")
    report = replace(begun, status=status, finished=begun.started + timedelta(hours=1))
    save_night(engine, report)
    return report


def test_a_report_comes_back_as_it_was_stored(engine: Engine, sample: Any) -> None:
    begun = begin_night(engine, sample.noon, "here pid 7", "x1")
    assert night(engine, begun.night) == begun and begun.status is NightStatus.RUNNING
    report = replace(
        begun,
        status=NightStatus.INCOMPLETE,
        finished=sample.noon + timedelta(minutes=5),
        steps=(
            StepOutcome("papers", StepState.DONE, "3 read", 2, 1.5),
            StepOutcome("release", StepState.FAILED, "full"),
        ),
        counts={"papers_parsed": 3, "failed_by_cause": {"broken": 1}},
        failures=(("2401.00002", "broken", "no “trailer”"),),
        new_hardware=(NewHardware("Zephyr Q9", 1, "2401.00001"),),
        measures={"papers_read": 3, "share_with_runs": 1 / 3},
        drift=(DriftFinding("share_with_runs", 1 / 3, 0.5, 0.4, 0.6, 9), DriftFinding("mean_confidence", 0.8)),
        warnings=("share of papers with training runs is 0.333",),
        releases=("2026-03-01",),
        ingest_runs=(4,),
    )
    save_night(engine, report)
    assert nights(engine) == [report] and night(engine, begun.night) == report
    assert [finding.is_outside for finding in report.drift] == [True, False]
    assert night(engine, begun.night + 1) is None


def test_the_last_success_is_of_a_night_of_which_every_step_was_done(engine: Engine, sample: Any) -> None:
    assert last_success(engine) is None
    succeeded = _ended(engine, sample, NightStatus.SUCCEEDED, 1)
    for days, status in enumerate((NightStatus.INCOMPLETE, NightStatus.FAILED, NightStatus.INTERRUPTED), 2):
        _ended(engine, sample, status, days)
    assert last_success(engine) == succeeded.finished
    assert [report.status for report in nights(engine, 2)] == [NightStatus.INTERRUPTED, NightStatus.FAILED]


def test_a_night_that_was_killed_is_marked_by_the_next(engine: Engine, sample: Any) -> None:
    killed = begin_night(engine, sample.noon, "here pid 7", "x1")
    begin_night(engine, sample.noon + timedelta(days=1), "here pid 8", "x1")
    assert [report.status for report in nights(engine)] == [NightStatus.RUNNING, NightStatus.INTERRUPTED]
    assert nights(engine)[1] == replace(killed, status=NightStatus.INTERRUPTED)


def test_hardware_is_told_apart_by_when_it_was_read(engine: Engine, sample: Any) -> None:
    zephyr = UnknownHardware("Zephyr Q9", 7, "It took 64 Zephyr Q9 accelerators.")
    boreas = UnknownHardware("Boreas B2", 2, "On a Boreas B2.")
    sample.save(engine, sample.paper(unknown_hardware=(zephyr,)))
    later = sample.metadata("2401.00002")
    sample.save(engine, sample.paper(metadata=later, sha256="b" * 64, unknown_hardware=(boreas,)), hours=2)
    moment = sample.noon + timedelta(hours=1)
    [(before, [old])] = hardware_by_paper(engine, moment, before=True)
    [(after, [new])] = hardware_by_paper(engine, moment, before=False)
    assert (before, old.name, after, new.name) == ("2401.00001", "Zephyr Q9", "2401.00002", "Boreas B2")
    assert anything_new_since(engine, moment) and not anything_new_since(engine, sample.noon + timedelta(hours=3))
