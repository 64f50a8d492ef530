"""Runs that say the same are one, whatever their order, and merging what is merged changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.merging import OF_OTHERS, RECKONED, FoundRun, merged, with_status
from extractors.records import Box, CountUnit, Evidence, Stage, Status, TrainingRun


def found_run(
    start: int,
    accelerator: str | None = "NVIDIA A100",
    count: int | None = None,
    hours: float | None = None,
    device_hours: float | None = None,
    **others: Any,
) -> FoundRun:
    """A run told at ``start``."""
    evidence = Evidence(1, Box(0, start, 9, start + 9), f"Told at {start}.", start, start + 9)
    unit = CountUnit.DEVICES if count else None
    run = TrainingRun(evidence, accelerator, count, unit, hours, hours, hours, device_hours)
    return FoundRun(replace(run, **others), start, {})


@st.composite
def tellings(draw: st.DrawFn) -> list[FoundRun]:
    """Runs at places of their own, of few values, so that many say the same or a part of it; 192 is 8 times 24."""
    starts = draw(st.lists(st.integers(0, 99), min_size=1, max_size=7, unique=True))
    return [
        found_run(
            start,
            draw(st.sampled_from([None, "GPU", "NVIDIA A100", "NVIDIA H100"])),
            draw(st.sampled_from([None, 8, 16])),
            draw(st.sampled_from([None, 12.0, 24.0])),
            draw(st.sampled_from([None, 190.0, 192.0, 195.0])),
            stage=draw(st.sampled_from(Stage)),
            confidence=draw(st.sampled_from([0.3, 0.6, 0.9])),
            status=draw(st.sampled_from(Status)),
        )
        for start in starts
    ]


@settings(max_examples=300, deadline=None)
@given(tellings())
def test_merging_what_is_merged_changes_nothing(found: list[FoundRun]) -> None:
    once = merged(found)
    assert merged([FoundRun(run, run.evidence.start, {}) for run in once]) == once


@settings(max_examples=300, deadline=None)
@given(tellings(), st.data())
def test_merging_does_not_depend_on_the_order(found: list[FoundRun], data: st.DataObject) -> None:
    assert merged(data.draw(st.permutations(found))) == merged(found)


@settings(max_examples=300, deadline=None)
@given(tellings())
def test_no_fact_of_an_accepted_run_is_lost(found: list[FoundRun]) -> None:
    kept = [run for run in merged(found) if run.status is Status.ACCEPTED]
    for told in (each.run for each in found if each.run.status is Status.ACCEPTED):
        for field in ("accelerator_count", "duration_hours", "device_hours"):
            value = getattr(told, field)
            assert value is None or any(getattr(run, field) == value for run in kept)


def test_runs_are_told_in_the_order_of_the_document() -> None:
    told = [found_run(9, count=8, hours=24.0), found_run(3, count=16), found_run(6, "NVIDIA H100", 4, 2.0)]
    assert [run.evidence.start for run in merged(told)] == [3, 6, 9]


def test_a_device_time_joins_the_run_whose_product_it_is() -> None:
    told = [found_run(0, count=8, hours=24.0), found_run(5, device_hours=192.0)]
    (run,) = merged(told)
    assert (run.accelerator_count, run.duration_hours, run.device_hours) == (8, 24.0, 192.0)


def test_of_two_device_times_that_fit_the_first_told_joins() -> None:
    told = [found_run(0, count=8, hours=24.0), found_run(3, device_hours=190.0), found_run(5, device_hours=195.0)]
    assert [run.device_hours for run in merged(told[::-1])] == [190.0, 195.0]


def test_a_device_time_of_plain_gpus_that_joined_is_no_run_of_its_own() -> None:
    told = [found_run(0, count=8, hours=24.0), found_run(5, "GPU", device_hours=192.0)]
    assert [run.device_hours for run in merged(told)] == [192.0]


def test_a_device_time_of_other_hardware_does_not() -> None:
    told = [found_run(0, count=8, hours=24.0), found_run(5, "NVIDIA H100", device_hours=192.0)]
    assert [run.device_hours for run in merged(told)] == [None, 192.0]


def test_a_candidate_stands_in_for_no_accepted_run() -> None:
    told = [found_run(0, count=8, hours=24.0, status=Status.CANDIDATE), found_run(5, count=8)]
    assert [run.status for run in merged(told)] == [Status.CANDIDATE, Status.ACCEPTED]


def test_of_two_that_say_the_same_the_surer_is_kept() -> None:
    told = [found_run(0, count=8, hours=24.0, confidence=0.6), found_run(5, count=8, hours=24.0, confidence=0.9)]
    assert [run.confidence for run in merged(told)] == [0.9]


@pytest.mark.parametrize(
    ("confidences", "accepted"),
    [([0.9, 0.6, 0.4], [0.9, 0.6]), ([0.45, 0.4], [0.45]), ([0.45, 0.45], [0.45, 0.45]), ([0.35, 0.2], []), ([], [])],
)
def test_of_the_surest_run_of_a_paper_less_is_asked(confidences: list[float], accepted: list[float]) -> None:
    found = with_status([found_run(place, confidence=sure) for place, sure in enumerate(confidences)], 0.5, 0.4)
    assert [each.run.confidence for each in found if each.run.status is Status.ACCEPTED] == accepted


@pytest.mark.parametrize("signal", [RECKONED, OF_OTHERS])
def test_what_is_reckoned_or_of_others_is_a_candidate_however_sure(signal: str) -> None:
    sure = found_run(0, count=8, confidence=0.99)
    told = with_status([sure, replace(sure, signals={signal: 1.0})], 0.5, 0.2)
    assert [each.run.status for each in told] == [Status.ACCEPTED, Status.CANDIDATE]


def places(run: TrainingRun) -> list[int]:
    """Where else a run is stated."""
    return [evidence.start for evidence in run.also_stated]


def test_a_run_that_is_stated_again_keeps_the_places() -> None:
    told = [found_run(9, count=8, hours=24.0), found_run(3, count=8, hours=24.0), found_run(5, count=8, hours=24.0)]
    (run,) = merged(told)
    assert (run.evidence.start, places(run)) == (3, [5, 9])


def test_the_places_are_those_beside_the_surest_one() -> None:
    told = [found_run(3, count=8, hours=24.0, confidence=0.6), found_run(5, count=8, hours=24.0, confidence=0.9)]
    (run,) = merged(told)
    assert (run.evidence.start, places(run)) == (5, [3])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(found_run(5, count=8), id="no time"),
        pytest.param(found_run(5, hours=24.0), id="no count"),
        pytest.param(found_run(5, None, hours=24.0), id="a time alone"),
        pytest.param(found_run(5, count=8, hours=24.0, status=Status.CANDIDATE), id="a candidate"),
    ],
)
def test_what_states_less_is_no_place_of_it(other: FoundRun) -> None:
    (run,) = merged([found_run(3, count=8, hours=24.0), other])
    assert places(run) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(found_run(5, count=8, hours=12.0), id="another time"),
        pytest.param(found_run(5, "NVIDIA H100", count=8, hours=24.0), id="other hardware"),
        pytest.param(found_run(5, count=8, hours=24.0, stage=Stage.FINETUNING), id="another stage"),
        pytest.param(found_run(5, count=8, hours=24.0, model="PineNet"), id="another model"),
    ],
)
def test_another_run_is_no_place_of_it(other: FoundRun) -> None:
    told = [found_run(3, count=8, hours=24.0, stage=Stage.PRETRAINING, model="OakNet"), other]
    assert [places(run) for run in merged(told)] == [[], []]


def test_no_more_places_are_kept_than_ten() -> None:
    (run,) = merged([found_run(start, count=8, hours=24.0) for start in range(40)])
    assert places(run) == list(range(1, 11))


@settings(max_examples=300, deadline=None)
@given(tellings())
def test_a_place_is_of_one_run_which_is_accepted(found: list[FoundRun]) -> None:
    """The places of a run are those of accepted runs with its count and time; none is its own or another's."""
    told = {each.run.evidence.start: each.run for each in found}
    runs = merged(found)
    starts = [start for run in runs for start in (run.evidence.start, *places(run))]
    assert len(set(starts)) == len(starts)
    for run in runs:
        for start in places(run):
            other = told[start]
            assert run.status is other.status is Status.ACCEPTED
            assert (run.accelerator_count, run.duration_hours) == (other.accelerator_count, other.duration_hours)
