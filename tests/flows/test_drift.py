"""Drift: what a night's measures are held against, and when nothing is claimed."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from db.nights import NightReport
from extractors.records import FailureCause
from flows.drift import FEWEST_NIGHTS, FEWEST_PAPERS, MEASURES, drift, drift_warnings, measures_of
from flows.tally import FailedPaper, Tally

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _measures(papers: int = 400, **shares: float) -> dict[str, float]:
    usual = {"share_with_runs": 0.5, "share_with_results": 0.3, "mean_confidence": 0.8, "share_failed": 0.02}
    return {"papers_read": papers, "papers_tried": papers, **usual, **shares}


def _night(measures: dict[str, float], version: str = "x1") -> NightReport:
    return NightReport(1, NOON, "here", version, measures=measures)


def _usual_nights(count: int, version: str = "x1") -> list[NightReport]:
    """Nights in which half of the papers have runs, by chance a few more or less."""
    chance = Random(9)
    return [_night(_measures(share_with_runs=chance.gauss(0.5, 0.02)), version) for _ in range(count)]


def _outside(tonight: dict[str, float], earlier: list[NightReport], version: str = "x1") -> list[str]:
    return [finding.measure for finding in drift(tonight, version, earlier) if finding.is_outside]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"share_with_runs": 0.45}, []),
        ({"share_with_runs": 0.35}, ["share_with_runs"]),
        ({"share_with_runs": 0.65}, ["share_with_runs"]),
        ({"mean_confidence": 0.6}, ["mean_confidence"]),
        ({"share_failed": 0.3, "share_with_results": 0.0}, ["share_with_results", "share_failed"]),
    ],
)
def test_a_measure_far_from_what_nights_usually_have_is_told(changed: dict[str, float], told: list[str]) -> None:
    assert _outside(_measures(**changed), _usual_nights(30)) == told


def test_few_papers_may_differ_by_chance() -> None:
    usual = _usual_nights(30)
    assert _outside(_measures(25, share_with_runs=0.38), usual) == []
    assert _outside(_measures(25, share_with_runs=0.0), usual) == ["share_with_runs"]
    assert drift(_measures(FEWEST_PAPERS - 1, share_with_runs=0.0), "x1", usual) == ()


def test_of_few_nights_no_range_is_claimed() -> None:
    nights = _usual_nights(FEWEST_NIGHTS - 1) + [_night(_measures(5))] * 30
    findings = drift(_measures(share_with_runs=0.0), "x1", nights)
    assert {finding.measure for finding in findings} == set(MEASURES)
    assert {(finding.low, finding.nights, finding.is_outside) for finding in findings} == {(None, 6, False)}


def test_bad_nights_among_the_usual_ones_widen_no_range() -> None:
    nights = [_night(_measures(share_with_runs=0.0))] * 8 + _usual_nights(22)
    assert _outside(_measures(share_with_runs=0.3), nights) == ["share_with_runs"]


def test_a_new_extractor_is_held_against_the_old_one_until_it_has_nights_of_its_own() -> None:
    old = _usual_nights(30)
    tonight = _measures(share_with_runs=0.8)
    assert _outside(tonight, old, "x2") == ["share_with_runs"]
    (line,) = drift_warnings(drift(tonight, "x2", old), "x2", old)
    assert "share of papers with training runs is 0.800, usually 0.498" in line and "x2" in line
    new = [_night(tonight, "x2")] * FEWEST_NIGHTS
    assert _outside(tonight, [*new, *old], "x2") == []


def test_all_papers_failing_is_told_although_none_was_read() -> None:
    tally = Tally(failures=[FailedPaper(str(number), FailureCause.CRASH, "") for number in range(40)])
    assert measures_of(tally) == {"papers_read": 0, "papers_tried": 40, "share_failed": 1.0}
    assert _outside(measures_of(tally), _usual_nights(30)) == ["share_failed"]
    assert measures_of(Tally()) == {"papers_read": 0, "papers_tried": 0}


def test_withdrawn_papers_are_no_failures() -> None:
    tally = Tally(papers_parsed=3, papers_with_runs=1, failures=[FailedPaper("a", FailureCause.WITHDRAWN, "")])
    assert measures_of(tally) == {
        "papers_read": 3,
        "papers_tried": 3,
        "share_with_runs": pytest.approx(1 / 3),
        "share_with_results": 0.0,
        "share_failed": 0.0,
    }
