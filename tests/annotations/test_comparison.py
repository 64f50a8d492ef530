"""Two exports side by side: the difference and its paired interval."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_records import found_run, gold_run, judged

from annotations.comparison import compare, comparison_record

GOLD = {str(paper): [gold_run("NVIDIA V100", 8, 24, page=1)] for paper in range(40)}


def half_right(wrong_also: tuple[int, ...] = ()) -> list[dict]:
    return [
        found_run(
            str(paper),
            "NVIDIA Tesla V100",
            4 if paper % 2 or paper in wrong_also else 8,
            24,
            page=1,
            confidence=0.5 + paper / 100,
        )
        for paper in range(40)
    ]


def test_an_export_does_not_differ_from_itself(tmp_path: Path) -> None:
    first, second = (judged(tmp_path, GOLD, *half_right()) for _ in range(2))
    differences = compare(first, second)
    assert {one.measure for one in differences} >= {"run", "count", "burden", "evidence_page", "calibration_error"}
    for one in differences:
        assert (one.difference, one.difference_interval, one.certain) == (0.0, (0.0, 0.0), False), one.measure
    assert any(one.first_interval[0] < one.first_interval[1] for one in differences)


def test_a_small_difference_is_certain_where_it_is_paired(tmp_path: Path) -> None:
    first = judged(tmp_path, GOLD, *half_right())
    second = judged(tmp_path, GOLD, *half_right(wrong_also=(0, 2, 4, 6, 8)))
    differences = {one.measure: one for one in compare(first, second)}
    count = differences["count"]
    assert (count.first, count.second, count.difference) == pytest.approx((0.5, 0.375, 0.125))
    assert count.first_interval[0] < count.second_interval[1], "unpaired, the intervals overlap"
    assert count.certain and count.better and 0 < count.difference_interval[0] < 0.125 < count.difference_interval[1]
    assert differences["duration"].difference == 0.0
    record = comparison_record(tuple(differences.values()))
    assert (record["count"]["first"], record["count"]["second"], record["count"]["difference"]) == (0.5, 0.375, 0.125)


def test_of_errors_the_lower_is_better(tmp_path: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8)], "2": []}
    sure, unsure = (
        judged(tmp_path, gold, found_run("1", "NVIDIA Tesla V100", 8, confidence=confidence))
        for confidence in (0.9, 0.6)
    )
    [error] = [one for one in compare(sure, unsure) if one.measure == "calibration_error"]
    assert error.difference == pytest.approx(-0.3)
    assert error.better and error.certain
