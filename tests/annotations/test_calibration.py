"""Calibration: the error by hand, and which records are right, wrong, or not to be judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import found_run, gold_run, judged

from annotations.calibration import expected_calibration_error, record_is_right, reliability
from annotations.gold_files import Record
from annotations.run_scoring import RunScorer
from extractors.lexicon.catalogue import load_catalogue


@pytest.fixture(scope="module")
def scorer() -> RunScorer:
    return RunScorer(load_catalogue())


def test_the_error_by_hand() -> None:
    # bins (0.1, 0.3 | none right) and (0.7, 0.9 | one right): (|0.2 - 0| * 2 + |0.8 - 0.5| * 2) / 4
    assert expected_calibration_error([0.9, 0.1, 0.7, 0.3], [True, False, False, False], bins=2) == pytest.approx(0.25)
    # bins of 2 and 1: (|0.5 - 0.5| * 2 + |0.9 - 1| * 1) / 3
    assert expected_calibration_error([0.4, 0.6, 0.9], [False, True, True], bins=2) == pytest.approx(0.1 / 3)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert expected_calibration_error([], []) == 0.0


def test_the_order_of_equal_confidences_plays_no_part() -> None:
    for right in ([True, True, False, False], [False, False, True, True], [True, False, True, False]):
        assert expected_calibration_error([0.5] * 4, right, bins=2) == 0.0


def test_bins_have_equal_mass() -> None:
    bins = reliability([0.1] * 15 + [0.95] * 6, [False] * 15 + [True] * 6, bins=3)
    assert [each.records for each in bins] == [7, 7, 7]
    assert [each.share_right for each in bins] == pytest.approx([0.0, 0.0, 6 / 7])
    assert bins[2].mean_confidence == pytest.approx((0.1 + 6 * 0.95) / 7)
    assert [each.records for each in reliability([0.2, 0.4], [True, False], bins=10)] == [1, 1]


V100 = gold_run("NVIDIA V100", 8, 24)
K80 = gold_run("NVIDIA K80", 4, 50, optional=True)
SEARCH = gold_run("GPU", device_hours=480)


@pytest.mark.parametrize(
    ("record", "right"),
    [
        (found_run("1", "NVIDIA Tesla V100-SXM2 32GB", 8, 24.5), True),
        (found_run("1", "NVIDIA Tesla V100", 8), True),  # leaves the time open
        (found_run("1", hours=24), True),
        (found_run("1", "NVIDIA Tesla V100", 8, 30), False),
        (found_run("1", "GPU", 8, 24), False),  # gold says more
        (found_run("1", "GPU", device_hours=470), True),
        (found_run("1", "NVIDIA Tesla V100", device_hours=480), False),  # of two different runs
        (found_run("1", "NVIDIA Tesla K80", 4), None),  # a matter of judgement
        (found_run("1"), None),
    ],
)
def test_a_record_is_right_if_one_run_states_all_it_states(scorer: RunScorer, record: Record, right: bool) -> None:
    assert record_is_right(record, [V100, K80, SEARCH], scorer) is right


def test_beyond_twelve_read_runs_nothing_is_wrong(scorer: RunScorer) -> None:
    runs = [gold_run("NVIDIA V100", 8, hours) for hours in range(10, 130, 10)]
    beyond = found_run("1", "NVIDIA Tesla V100", 8, 999)
    assert record_is_right(beyond, runs, scorer) is None
    assert record_is_right(beyond, runs[:-1], scorer) is False


def test_candidates_are_calibrated_too(tmp_path: Path) -> None:
    evaluation = judged(
        tmp_path,
        {"1": [V100, K80], "2": []},
        found_run("1", "NVIDIA Tesla V100", 8, 24, confidence=0.9),
        found_run("1", "NVIDIA Tesla K80", 4, 50, confidence=0.1),
        found_run("2", "NVIDIA Tesla V100", confidence=0.3, status="candidate"),
        found_run("2", "NVIDIA Tesla V100", confidence="very", status="candidate"),
        found_run("9", "NVIDIA Tesla V100", confidence=0.5),
    )
    calibration = evaluation.calibration
    assert (calibration.records, calibration.candidates) == (2, 1)
    assert calibration.error == pytest.approx((0.1 + 0.3) / 2)
    assert calibration.error_interval == pytest.approx((0.1, 0.3))  # resamples of one paper only, or of both
    assert evaluation.to_dict()["calibration"]["bins"] == [
        {"mean_confidence": 0.3, "share_right": 0.0, "records": 1},
        {"mean_confidence": 0.9, "share_right": 1.0, "records": 1},
    ]
