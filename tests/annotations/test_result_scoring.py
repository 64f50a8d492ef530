"""The figures of results: main tables, papers read in full, and their intervals."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from result_records import found_result, gold_value, judged_results

from annotations.comparison import compare


@pytest.fixture
def judged(tmp_path: Path):
    return partial(judged_results, tmp_path)


def test_results_of_main_tables(judged) -> None:
    main = [gold_value(76.5), gold_value(77.1)]
    cited_best = [found_result(76.54), found_result(77.1, own=False)]
    score = judged(cited_best, main).results
    assert (score.value_recall.share, score.value_recall.whole) == (0.5, 2)
    assert (score.best_value_accuracy.share, score.best_value_accuracy.whole) == (0.0, 1)
    score = judged([*cited_best, found_result(77.14)], main).results
    assert (score.value_recall.share, score.best_value_accuracy.share, score.own_values_exported) == (1.0, 1.0, 2)


def test_of_errors_the_lowest_is_the_best(judged) -> None:
    rate = {"benchmark": "librispeech", "metric": "wer"}
    main = [gold_value(value) | rate for value in (5.3, 6.1)]
    assert judged([found_result(5.3) | rate, found_result(9.9) | rate], main).results.best_value_accuracy.share == 1.0
    assert judged([found_result(6.1) | rate], main).results.best_value_accuracy.share == 0.0


def test_papers_read_in_full(judged) -> None:
    full = [gold_value(value, own) for value, own in ((76.5, True), (77.1, True), (70.0, False), (60.0, None))]
    records = [found_result(76.5), found_result(60.0), found_result(70.0), found_result(50.0)]
    score = judged(records, full=full).full
    assert (score.own_precision.share, score.own_precision.whole) == (pytest.approx(1 / 3), 3)
    assert (score.own_recall.share, score.own_recall.whole) == (0.5, 2)
    assert score.cited_recall.share == 0.0
    assert (score.own_or_cited_accuracy.share, score.own_or_cited_accuracy.whole) == (0.5, 2)


def test_candidates_and_papers_that_gold_does_not_name_do_not_count(judged) -> None:
    extra = [found_result(99, status="candidate"), found_result(98, paper="2")]
    evaluation = judged([found_result(76.5), *extra], [gold_value(76.5)], [gold_value(76.5)])
    assert evaluation.results.own_values_exported == 1
    assert evaluation.full.own_precision.share == 1.0


def test_intervals_are_over_papers_and_repeat(judged) -> None:
    main = [gold_value(70 + index, paper=str(paper)) for paper in range(20) for index in range(3)]
    records = [found_result(row["value"], paper=row["arxiv_id"]) for row in main if int(row["arxiv_id"]) % 4]
    first, second = judged(records, main), judged(records[3:], main)
    recall = first.results.value_recall
    assert recall.interval[0] < recall.share == 0.75 < recall.interval[1]
    assert first == judged(records, main)
    [difference] = [one for one in compare(first, second) if one.measure == "value_recall"]
    assert difference.difference == pytest.approx(0.05)
    low, high = difference.difference_interval
    assert low == 0 < high < 0.2, "the difference of two exports, paper by paper, is surer than either figure"


def test_json_has_every_share_with_its_interval(judged) -> None:
    evaluation = judged([found_result(76.5)], [gold_value(76.5)], [gold_value(76.5), gold_value(70, own=False)])
    report = json.loads(json.dumps(evaluation.to_dict()))
    assert (report["results"]["value_recall"], report["results"]["value_recall_interval"]) == (1.0, [1.0, 1.0])
    assert (report["full"]["cited_recall"], report["full"]["judged"]) == (0.0, 1)
    assert "joins" not in report
