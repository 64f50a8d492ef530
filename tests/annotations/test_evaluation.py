"""Evaluation of exports against gold: the rules of scoring, the intervals, and what is wrong with a file."""

import json
from functools import partial
from pathlib import Path

import pytest
from run_records import found_run, gold_run, judged

from annotations.evaluation import Evaluation, evaluate
from annotations.gold_files import EvaluationError, read_export


@pytest.fixture
def scored(tmp_path):
    return partial(judged, tmp_path)


def counts(evaluation: Evaluation, field: str) -> tuple[int, int, int]:
    score = evaluation.field(field)
    return score.hits, score.predicted, score.gold


def test_a_right_run_is_right_in_every_field(scored) -> None:
    right = found_run("1706.03762v5", "NVIDIA Tesla P100", 8, 84.0, hardware_burden_flop=2.56e19)
    evaluation = scored({"1706.03762": [gold_run("NVIDIA P100", 8, 84)]}, right)
    for field in ("accelerator", "count", "duration", "run", "detection"):
        assert counts(evaluation, field) == (1, 1, 1), field
        assert evaluation.field(field).f1 == 1.0
    assert counts(evaluation, "device_hours") == (0, 0, 0)
    assert (evaluation.burden.share, evaluation.burden.whole) == (1.0, 1)
    assert evaluation.differences == ()


def test_wrong_and_missed_runs(scored) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8, 24), gold_run("NVIDIA V100", 4, 10)], "2": [], "3": [gold_run("GPU", 2)]}
    evaluation = scored(
        gold,
        found_run("1", "NVIDIA Tesla V100", 8, 24.5),
        found_run("1", "NVIDIA Tesla K80", 4, 99),
        found_run("2", "NVIDIA A100"),
        found_run("4", "NVIDIA A100", 1, 1),
    )
    assert counts(evaluation, "accelerator") == (1, 3, 1)  # paper 4 is not in gold; "GPU" names no family
    assert counts(evaluation, "count") == (1, 2, 3)
    assert counts(evaluation, "duration") == (1, 2, 2)  # 24.5 is 24 within 3 %
    assert counts(evaluation, "run") == (1, 2, 2)
    assert counts(evaluation, "detection") == (1, 2, 2)
    assert [difference.arxiv_id for difference in evaluation.differences] == ["1", "2", "3"]
    assert evaluation.differences[0].gold == ("4 x V100", "8 x V100")
    assert evaluation.differences[0].predicted == ("4 x K80", "8 x V100")
    precision, recall = 1 / 3, 1 / 1
    assert evaluation.field("accelerator").f1 == pytest.approx(2 * precision * recall / (precision + recall))


def test_optional_runs_count_neither_way(scored) -> None:
    gold = {
        "1": [gold_run("NVIDIA V100", 8, 24), gold_run("NVIDIA K80", 2, 50, device_hours=100, optional=True)],
        "2": [gold_run("NVIDIA M40", 1, optional=True)],
    }
    right = found_run("1", "NVIDIA Tesla V100", 8, 24)
    with_optional = scored(
        gold, right, found_run("1", "NVIDIA Tesla K80", 2, 50), found_run("2", "NVIDIA Tesla M40", 1)
    )
    without = scored(gold, right)
    for field in ("accelerator", "count", "duration", "run", "detection"):
        assert counts(with_optional, field) == counts(without, field) == (1, 1, 1), field


def test_times_beyond_twelve_read_runs_are_not_wrong(scored) -> None:
    runs = [gold_run("NVIDIA V100", 8, hours) for hours in range(10, 130, 10)]
    extra = found_run("1", "NVIDIA Tesla V100", 8, 999)
    capped = scored({"1": runs}, found_run("1", "NVIDIA Tesla V100", 8, 10), extra)
    assert counts(capped, "duration") == counts(capped, "run") == (1, 1, 12)
    shorter = scored({"1": runs[:-1]}, found_run("1", "NVIDIA Tesla V100", 8, 10), extra)
    assert counts(shorter, "duration") == counts(shorter, "run") == (1, 2, 11)


def test_a_time_exported_twice_is_one_time(scored) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8, 100)]}
    evaluation = scored(gold, found_run("1", "NVIDIA Tesla V100", 8, 100), found_run("1", "NVIDIA Tesla V100", 8, 101))
    assert counts(evaluation, "duration") == counts(evaluation, "run") == (1, 1, 1)


def test_device_hours_are_scored_where_the_paper_states_some(scored) -> None:
    gold = {"1": [gold_run("NVIDIA V100", device_hours=100)], "2": [gold_run("NVIDIA V100", 2, 5)]}
    evaluation = scored(
        gold,
        found_run("1", "NVIDIA Tesla V100", device_hours=100),
        found_run("2", "NVIDIA Tesla V100", 2, 5, device_hours=10),
    )
    assert counts(evaluation, "device_hours") == (1, 1, 1)


def test_candidates_are_left_out(scored) -> None:
    candidate = found_run("1", "NVIDIA Tesla V100", 8, 24, status="candidate")
    assert counts(scored({"1": [gold_run("NVIDIA V100", 8, 24)]}, candidate), "accelerator") == (0, 0, 1)


@pytest.mark.parametrize(("factor", "share"), [(0.49, 0.0), (0.51, 1.0), (1.9, 1.0), (2.1, 0.0)])
def test_burden_is_right_within_a_factor_of_two(scored, factor: float, share: float) -> None:
    gold = {"1": [gold_run("Google TPU v3", 256, 24, count_unit="cores"), gold_run("GPU", 8, 24)]}
    flop = 128 * 123e12 * 86_400 * factor
    evaluation = scored(gold, found_run("1", "Google TPU v3", 256, 24, hardware_burden_flop=flop))
    assert (evaluation.burden.share, evaluation.burden.whole) == (share, 1)


def test_cards_of_one_family_agree(scored) -> None:
    gold = {
        "1": [gold_run("NVIDIA A100 80GB SXM", 8)],
        "2": [gold_run("NVIDIA Titan RTX or NVIDIA Quadro RTX 6000", 1)],
    }
    evaluation = scored(
        gold,
        found_run("1", "NVIDIA A100 PCIe", 8),
        found_run("2", "NVIDIA Quadro RTX 6000", 1),
        found_run("2", "GPU", 1),
    )
    assert counts(evaluation, "accelerator") == (2, 2, 2)
    assert counts(evaluation, "count") == (2, 3, 2)


def test_intervals_hold_the_figure_and_repeat(scored) -> None:
    gold = {str(paper): [gold_run("NVIDIA V100", 8, 24)] for paper in range(40)}
    records = [found_run(str(paper), "NVIDIA Tesla V100" if paper % 3 else "NVIDIA A100", 8, 24) for paper in range(40)]
    evaluation = scored(gold, *records)
    score = evaluation.field("accelerator")
    assert score.f1_interval[0] < score.f1 < score.f1_interval[1]
    assert 0.1 < score.f1_interval[1] - score.f1_interval[0] < 0.4
    sure = evaluation.field("duration")
    assert sure.f1_interval == (1.0, 1.0)
    assert evaluation == scored(gold, *records)


def test_a_rare_fact_is_judged_where_it_is_drawn(scored) -> None:
    gold = {str(paper): [gold_run("NVIDIA V100", 8)] for paper in range(30)}
    gold["rare"] = [gold_run("NVIDIA V100", device_hours=100)]
    evaluation = scored(gold, found_run("rare", "NVIDIA Tesla V100", device_hours=100))
    assert evaluation.field("device_hours").f1_interval == (1.0, 1.0)


def test_nothing_against_nothing(scored) -> None:
    evaluation = scored({})
    assert all((score.f1, score.f1_interval) == (0.0, (0.0, 0.0)) for score in evaluation.fields)
    json.dumps(evaluation.to_dict())


def test_evidence_is_right_where_any_record_of_the_run_stands_on_its_page(scored) -> None:
    gold = {
        "1": [gold_run("NVIDIA V100", 8, 24, page=5), gold_run("NVIDIA K80", 1, page=6)],
        "2": [gold_run("NVIDIA V100", 8, 24), gold_run("NVIDIA M40", page=2, optional=True)],
        "3": [gold_run("NVIDIA P100", 4, 10, page=3)],
    }
    evaluation = scored(
        gold,
        found_run("1", "NVIDIA Tesla V100", 8, 24, page=1),
        found_run("1", "NVIDIA Tesla V100", 8, 24.2, page=5),
        found_run("1", "NVIDIA Tesla K80", 1, page=7),
        found_run("2", "NVIDIA Tesla V100", 8, 24, page=9),
        found_run("2", "NVIDIA Tesla M40", page=9),
        found_run("3", "NVIDIA Tesla P100", 4, page=4),  # the time is missing: not this run
    )
    assert (evaluation.evidence_page.share, evaluation.evidence_page.whole) == (0.5, 2)
    report = evaluation.to_dict()["evidence_page"]
    assert (report["share"], report["runs"]) == (0.5, 2)
    assert report["share_interval"][0] <= 0.5 <= report["share_interval"][1]


def test_report_and_table_carry_the_same_figures(scored) -> None:
    evaluation = scored({"1": [gold_run("NVIDIA V100", 8, 24)]}, found_run("1", "NVIDIA Tesla V100", 4, 24))
    report = json.loads(json.dumps(evaluation.to_dict()))
    assert report["accelerator"]["f1"] == 1.0
    assert (report["count"]["tp"], report["count"]["predicted"], report["count"]["gold"]) == (0, 1, 1)
    assert report["differences"] == [{"arxiv_id": "1", "gold": ["8 x V100"], "predicted": ["4 x V100"]}]
    table = {row[0]: row for row in evaluation.rows()}
    assert table["accelerator"][1:4] == ("1.000", "1.000", "1.000 (1.00–1.00)")
    assert table["burden share"][-1] == "1 runs"


RESULTS = "arxiv_id,benchmark,metric,value\n1,imagenet,top1_accuracy,76.5\n1,imagenet,top1_accuracy,77.1\n"


def found_result(value: float, own: bool = True, paper: str = "1") -> dict:
    return {
        "kind": "result",
        "arxiv_id": paper,
        "benchmark": "imagenet",
        "metric": "top1_accuracy",
        "value": value,
        "own": own,
    }


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"benchmark": ["x"]}, r"record 2: benchmark \['x'\] is not a name"),
        ({"metric": {"x": 1}}, r"record 2: metric \{'x': 1\} is not a name"),
        ({"value": 10**400}, r"record 2: value 10000.* is not a number"),
        ({"value": "high"}, r"record 2: value 'high' is not a number"),
        ({"hardware_burden_flop": 10**400}, r"record 2: hardware_burden_flop 1000"),
        ({"accelerator_count": 10**400}, r"record 2: accelerator_count 1000"),
        ({"accelerator_count": float("nan")}, r"record 2: accelerator_count nan is not a number"),
        ({"duration_hours": float("inf")}, r"record 2: duration_hours inf is not a number"),
        ({"device_hours": [1]}, r"record 2: device_hours \[1\] is not a number"),
    ],
)
def test_a_record_with_a_value_that_can_not_be_scored_is_named(tmp_path: Path, changes: dict, complaint: str) -> None:
    runs, results = tmp_path / "runs.jsonl", tmp_path / "results.csv"
    runs.write_text(json.dumps({"arxiv_id": "1", "runs": [gold_run("NVIDIA V100", 8, 24)]}))
    results.write_text(RESULTS)
    fine = found_run("1", "NVIDIA Tesla V100", "8", 24, benchmark=None)
    for record in (found_run("1", "NVIDIA Tesla V100", 8, 24), found_result(76.5)):
        with pytest.raises(EvaluationError, match=complaint) as error:
            evaluate(runs, [fine, record | changes], results_path=results)
        assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"arxiv_id": "1", "runs": []}\n{"arxiv_id"', r"runs\.jsonl, line 2: not JSON"),
        ('\n["1"]\n', r"runs\.jsonl, line 2: an object is expected, not list"),
        ('{"runs": []}', r"runs\.jsonl, line 1: arxiv_id is missing"),
        ('{"arxiv_id": "1"}', r"runs\.jsonl, line 1: runs is not a list"),
        ('{"arxiv_id": "1", "runs": [7]}', r"runs\.jsonl, line 1: runs is not a list of objects"),
        ('{"arxiv_id": "1", "runs": [{"hours": "a week"}]}', r"runs\.jsonl, line 1: hours 'a week' is not a number"),
        ('{"arxiv_id": "1", "runs": [{"accelerator": 100}]}', r"line 1: accelerator 100 is not a name"),
        ('{"arxiv_id": "1", "runs": []}\n{"arxiv_id": "1v2", "runs": []}', r"line 2: 1 has a line already"),
        ('{"arxiv_id": "1", "runs": [{"count": 1e999}]}', r"line 1: count inf is not a number"),
        ('{"arxiv_id": "1", "runs": [{"hours": 1%s}]}' % ("0" * 400), r"line 1: hours 1000.* is not a number"),
        ("[" * 100_000, r"runs\.jsonl, line 1: not JSON"),
    ],
)
def test_a_wrong_gold_line_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "runs.jsonl"
    path.write_text(text)
    with pytest.raises(EvaluationError, match=complaint):
        evaluate(path, [])


def test_other_wrong_files_are_named(tmp_path: Path) -> None:
    runs, other = tmp_path / "runs.jsonl", tmp_path / "other"
    with pytest.raises(EvaluationError, match=r"runs\.jsonl: No such file"):
        evaluate(runs, [])
    runs.write_bytes(b"\xff\xfe")
    with pytest.raises(EvaluationError, match=r"runs\.jsonl: not UTF-8"):
        evaluate(runs, [])
    runs.write_text("")
    other.write_text("arxiv_id,benchmark,value\n")
    with pytest.raises(EvaluationError, match=r"other, line 1: columns missing: metric"):
        evaluate(runs, [], results_path=other)
    other.write_text(RESULTS + "1,imagenet,top1_accuracy,high\n")
    with pytest.raises(EvaluationError, match=r"other, line 4: value 'high' is not a number"):
        evaluate(runs, [], results_path=other)
    other.write_text('{"arxiv_id": "1", "results": [{"benchmark": "b", "metric": "m", "value": 1}]}')
    with pytest.raises(EvaluationError, match=r"other, line 1: a result has no benchmark"):
        evaluate(runs, [], full_path=other)
    other.write_text('{"arxiv_id": "1", "results": [{"benchmark": ["b"], "metric": "m", "value": 1, "own": true}]}')
    with pytest.raises(EvaluationError, match=r"other, line 1: benchmark \['b'\] is not a name"):
        evaluate(runs, [], full_path=other)
    with pytest.raises(EvaluationError, match=r"record 2: a record needs a kind and an arxiv_id"):
        evaluate(runs, [found_run("1"), {"kind": "result"}])


def test_an_export_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text(json.dumps(found_run("1")) + "\n\n" + json.dumps({"kind": "training_run"}) + "\n")
    with pytest.raises(EvaluationError, match=r"export\.jsonl, line 3: a record needs a kind and an arxiv_id"):
        read_export(path)
    path.write_text(json.dumps(found_run("1")) + "\n")
    assert read_export(path) == [found_run("1")]
