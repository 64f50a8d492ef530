"""Joins of results to runs: which count as right, and what stands in the way of the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from result_records import TOP1, found_result
from run_records import found_run

from annotations.evaluation import evaluate
from annotations.gold_files import EvaluationError, Record
from annotations.join_scoring import JoinScore, join_outcomes
from annotations.standoff import load_gold_joins
from cli import main


def gold_join(*runs: Record, record: int = 1, paper: str = "1", **more: Any) -> Record:
    head = {"paper": paper, "version": 1, "record": record, "model": "Net-50", **TOP1, "value": 76.5}
    return {**head, "result_page": 5, "runs": list(runs), "sure": True, **more}


def joined_run(accelerator: str | None, count: float | None = None, hours: float | None = None, **more: Any) -> Record:
    stated = {"accelerator": accelerator, "accelerator_count": count, "duration_hours": hours, "device_hours": None}
    return {**stated, "stage": "training", "page": 3, "why": "named", **more}


def write_joins(path: Path, *lines: Record) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def judged(tmp_path: Path):
    def judge(lines: list[Record], *records: Record) -> JoinScore:
        (tmp_path / "runs.jsonl").write_text("")
        joins = write_joins(tmp_path / "joins.jsonl", *lines)
        score = evaluate(tmp_path / "runs.jsonl", list(records), joins_path=joins).joins
        assert score is not None
        return score

    return judge


def to(model: str, benchmark: str | None = None) -> Record:
    return {"model": model, "benchmark": benchmark, "rule": "join.named", "confidence": 0.9}


RESULT = found_result(76.5, model="Net-50")
V100 = joined_run("NVIDIA V100", 8, 24)
EXPORTED = found_run("1", "NVIDIA Tesla V100", 8, 24.5, joined_models=[to("Net-50")])


def outcome(score: JoinScore) -> str:
    [one] = score.judged
    return one.reason


def test_the_very_runs_of_gold_are_right(judged) -> None:
    score = judged([gold_join(V100)], RESULT, EXPORTED, found_run("1", "NVIDIA Tesla K80", 1))
    assert outcome(score) == "joined right"
    assert (score.right.share, score.right_where_found.share, score.misses) == (1.0, 1.0, ())


@pytest.mark.parametrize(
    ("gold_runs", "runs", "expected"),
    [
        ([V100], [EXPORTED | {"joined_models": []}], "joined wrong: nothing joined"),
        ([V100], [EXPORTED | {"joined_models": None}], "joined wrong: nothing joined"),
        ([V100], [EXPORTED | {"joined_models": [to("Net-5")]}], "joined wrong: nothing joined"),
        ([V100], [EXPORTED | {"joined_models": [to("Net-50", "coco")]}], "joined wrong: nothing joined"),
        ([V100], [EXPORTED | {"joined_models": [to("Net-50", "coco"), to("Net-50", "imagenet")]}], "joined right"),
        ([V100], [EXPORTED | {"joined_models": [{"model": "Net-50"}]}], "joined right"),
        (
            [V100],
            [EXPORTED, found_run("1", "NVIDIA A100", joined_models=[to("Net-50")])],
            "joined wrong: too many runs",
        ),
        (
            [V100, joined_run("NVIDIA K80", 1)],
            [EXPORTED, found_run("1", "NVIDIA Tesla K80", 1)],
            "joined wrong: too few runs",
        ),
        (
            [V100],
            [EXPORTED | {"joined_models": []}, found_run("1", "NVIDIA A100", joined_models=[to("Net-50")])],
            "joined wrong: other runs",
        ),
        ([V100], [EXPORTED | {"accelerator_count": 4}], "run not found"),
        ([V100], [EXPORTED | {"duration_hours": None}], "run not found"),
        ([V100], [EXPORTED | {"status": "candidate"}], "run not found"),
        ([V100], [EXPORTED | {"arxiv_id": "2"}], "run not found"),
        ([V100], [EXPORTED, EXPORTED | {"duration_hours": 24}], "joined right"),
        ([joined_run("GPU", None, None, device_hours=100)], [EXPORTED | {"device_hours": 100}], "run not found"),
        (
            [joined_run("NVIDIA V100", None, None, device_hours=100)],
            [found_run("1", "NVIDIA V100", device_hours=101, joined_models=[to("Net-50")])],
            "joined right",
        ),
        ([V100], [EXPORTED | {"device_hours": 192}], "joined right"),
        ([], [EXPORTED | {"joined_models": []}], "joined right"),
        ([], [], "joined right"),
        ([], [EXPORTED], "joined wrong: gold has no run"),
    ],
)
def test_what_is_right_and_what_is_not(judged, gold_runs: list, runs: list, expected: str) -> None:
    assert outcome(judged([gold_join(*gold_runs)], RESULT, *runs)) == expected


@pytest.mark.parametrize(
    "changes",
    [{"value": 76.6}, {"own": False}, {"metric": "top5_accuracy"}, {"status": "candidate"}, {"arxiv_id": "2"}],
)
def test_without_its_result_no_model_is_joined(judged, changes: dict) -> None:
    assert outcome(judged([gold_join(V100)], RESULT | changes, EXPORTED)) == "result not found"
    assert outcome(judged([gold_join()], RESULT | changes)) == "result not found"


def test_of_two_models_with_one_value_the_name_tells_which(judged) -> None:
    other = gold_join(record=2, model="Net-101")
    results = [RESULT | {"model": "net 50"}, RESULT | {"model": "Net-101"}]
    run = EXPORTED | {"joined_models": [to("net 50")]}
    assert [one.reason for one in judged([gold_join(V100), other], *results, run).judged] == ["joined right"] * 2
    swapped = EXPORTED | {"joined_models": [to("Net-101")]}
    assert judged([gold_join(V100), other], *results, swapped).right.part == 0


def test_of_two_spellings_that_are_not_golds_one_joined_right_is_enough(judged) -> None:
    results = [RESULT | {"model": "ours"}, RESULT | {"model": "our net"}]
    assert outcome(judged([gold_join(V100)], *results, EXPORTED | {"joined_models": [to("our net")]})) == "joined right"


def test_a_result_without_a_model_is_joined_to_nothing(judged) -> None:
    nameless = RESULT | {"model": None}
    assert outcome(judged([gold_join(V100)], nameless, EXPORTED)) == "joined wrong: nothing joined"


def test_shares_leave_out_what_gold_is_not_sure_of(judged) -> None:
    lines = [
        gold_join(V100),
        gold_join(V100, record=2, sure=False),
        gold_join(record=3, value=70.0),
        gold_join(V100, paper="2"),
        gold_join(V100, paper="3"),
    ]
    records = [RESULT, EXPORTED, RESULT | {"arxiv_id": "2"}, RESULT | {"arxiv_id": "3"}]
    score = judged(lines, *records, EXPORTED | {"arxiv_id": "3", "joined_models": []})
    assert (score.right.part, score.right.whole, score.unsure) == (1, 4, 1)
    assert (score.right_where_found.part, score.right_where_found.whole) == (1, 2)
    assert score.right.interval[0] < score.right.share < score.right.interval[1]
    assert dict(join_outcomes(score.judged)) == {
        "joined right": 1,
        "result not found": 1,
        "run not found": 1,
        "joined wrong: nothing joined": 1,
    }
    figures = score.to_dict()
    assert (figures["joins_right"], figures["joined_wrong"], figures["models"]) == (0.25, 1, 4)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"runs": None}, "line 1: runs None is not a list of objects"),
        ({"runs": [7]}, "line 1: runs .7. is not a list of objects"),
        ({"runs": [{"accelerator": "GPU"}]}, "line 1, run 1: stage is missing"),
        ({"runs": [joined_run("GPU", "eight")]}, "line 1, run 1: accelerator_count 'eight' is not a number"),
        ({"value": None}, "line 1: value None is not a number"),
        ({"sure": "yes"}, "line 1: sure 'yes' is not true or false"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, changes: dict, complaint: str) -> None:
    with pytest.raises(EvaluationError, match=complaint):
        load_gold_joins(write_joins(tmp_path / "joins.jsonl", gold_join() | changes))


@pytest.mark.parametrize("joined", [7, [7], ["Net-50"], [{}], [{"model": None}], [to("Net-50") | {"benchmark": 7}]])
def test_an_export_whose_joins_are_no_joins_is_refused(judged, joined: object) -> None:
    with pytest.raises(EvaluationError, match=r"record 2: joined_models .* is not a list of objects"):
        judged([gold_join(V100)], RESULT, EXPORTED | {"joined_models": joined})


def test_joins_are_judged_with_the_bundled_gold_and_where_they_are_asked_for(tmp_path: Path) -> None:
    export = tmp_path / "export.jsonl"
    export.write_text("".join(json.dumps(record) + "\n" for record in (RESULT, EXPORTED | {"joined_models": []})))
    gold = tmp_path / "runs.jsonl"
    gold.write_text("")
    joins = write_joins(tmp_path / "joins.jsonl", gold_join(V100))

    def output_of(*options: str) -> str:
        shown = CliRunner().invoke(main, ["evaluate", "--pred", str(export), *options])
        assert shown.exit_code == 0, shown.output
        return shown.output

    by_default = json.loads(output_of("--json"))
    assert by_default["joins"]["models"] == sum(fact.sure for fact in load_gold_joins())
    assert by_default["results"]["values"] == 504 and by_default["full"]["gold_own"] == 182
    assert not {"results", "full", "joins"} & json.loads(output_of("--gold", str(gold), "--json")).keys()
    assert json.loads(output_of("--gold", str(gold), "--joins", "--json"))["joins"] == by_default["joins"]
    own = ("--gold", str(gold), "--joins", str(joins), "--misses")
    [miss] = json.loads(output_of(*own, "--json"))["join_misses"]
    assert (miss["outcome"], miss["runs"][0]["count"], miss["joined"]) == ("joined wrong", 8, [])
    words = " ".join(output_of(*own).split())
    assert "joined wrong: nothing joined imagenet top1_accuracy 76.5, own · Net-50 · page 5" in words
    assert "its run: 8 x NVIDIA V100, 24 h · training · page 3" in words
