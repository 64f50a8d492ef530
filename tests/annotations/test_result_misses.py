"""The misses of results: what is missed, wrong, confused or beyond the best, and what comes nearest to it."""

from __future__ import annotations

import json
import random
from functools import partial
from pathlib import Path

import pytest
from result_records import TOP1, found_result, gold_value, judged_results

from annotations.result_misses import ResultMiss, result_reasons
from flows.evaluation_output import print_all_misses


@pytest.fixture
def judged(tmp_path: Path):
    return partial(judged_results, tmp_path)


def in_short(misses: tuple[ResultMiss, ...]) -> list[tuple[str, float, str, float | None]]:
    return [(str(one.kind), one.result.value, one.reason, one.nearest and one.nearest.value) for one in misses]


def test_a_value_read_wrong_is_the_nearest_to_what_is_missed(judged) -> None:
    main = [gold_value(76.5, page=5, printed="23.5"), gold_value(75.0), gold_value(70.1)]
    records = [found_result(76.9, page=6, model="Net-50", confidence=0.8), found_result(75.0), found_result(70.1)]
    evaluation = judged(records, main)
    missed, beyond = evaluation.result_misses
    assert in_short((missed,)) == [("missed", 76.5, "other value", 76.9)]
    assert (missed.result.page, missed.result.printed) == (5, "23.5")
    assert (missed.nearest.page, missed.nearest.model, missed.nearest.confidence) == (6, "Net-50", 0.8)
    assert in_short((beyond,)) == [("beyond", 76.9, "other value", 76.5)], "this paper was not read in full"
    record = json.loads(json.dumps(evaluation.miss_records()))["result_misses"][0]
    assert (record["kind"], record["result"]["value"], record["nearest"]["model"]) == ("missed", 76.5, "Net-50")


def test_a_missed_value_may_stand_elsewhere(judged) -> None:
    main = [gold_value(76.5), gold_value(93.1) | {"metric": "top5_accuracy"}, gold_value(80.0)]
    records = [found_result(76.5) | {"metric": "top5_accuracy"}, found_result(80.0) | {"benchmark": "cifar10"}]
    first, second, third = judged(records, main).result_misses
    assert (first.reason, first.nearest.metric) == ("other metric", "top5_accuracy")
    assert (second.reason, second.nearest.value) == ("other value", 76.5)
    assert (third.reason, third.nearest.benchmark) == ("other benchmark", "cifar10")


def test_an_error_may_stand_for_an_accuracy(judged) -> None:
    missed, *_ = judged([found_result(23.5), found_result(90.0)], [gold_value(76.5)]).result_misses
    assert in_short((missed,)) == [("missed", 76.5, "an error for an accuracy", 23.5)]
    average = {"benchmark": "coco", "metric": "box_ap"}
    missed, *_ = judged([found_result(40.0) | average], [gold_value(60.0) | average]).result_misses
    assert missed.reason == "other value"


def test_a_value_that_is_right_where_it_stands_is_no_confused_metric(judged) -> None:
    main = [gold_value(76.5), gold_value(76.5) | {"metric": "top5_accuracy"}]
    [miss] = judged([found_result(76.5) | {"metric": "top5_accuracy"}], main).result_misses
    assert in_short((miss,)) == [("missed", 76.5, "nothing of its benchmark and metric", None)]


def test_a_missed_value_may_have_been_held_back(judged) -> None:
    candidates = [found_result(76.54, status="candidate", confidence=confidence) for confidence in (0.2, 0.4)]
    [miss] = judged(candidates, [gold_value(76.5)]).result_misses
    assert (miss.reason, miss.held_back.confidence, miss.nearest) == ("held back", 0.4, None)


def test_own_and_cited_confused_is_one_miss(judged) -> None:
    full = [gold_value(76.5), gold_value(70.0, own=False), gold_value(60.0, own=None)]
    records = [found_result(76.5, own=False), found_result(70.0), found_result(60.0)]
    assert in_short(judged(records, full=full).result_misses) == [
        ("confused", 76.5, "own or cited", 76.5),
        ("confused", 70.0, "own or cited", 70.0),
    ]


def test_a_value_that_is_own_and_cited_is_not_confused(judged) -> None:
    full = [gold_value(94.0), gold_value(94.0, own=False)]
    assert in_short(judged([found_result(94.0)], full=full).result_misses) == [
        ("missed", 94.0, "nothing like it", 94.0)
    ]
    assert judged([found_result(94.0), found_result(94.0, own=False)], full=full).result_misses == ()


def test_records_are_wrong_where_the_paper_was_read_in_full(judged) -> None:
    records = [found_result(50.0, page=3), found_result(50.0, page=4), found_result(76.5), found_result(40, own=False)]
    [wrong] = judged(records, full=[gold_value(76.5)]).result_misses
    assert in_short((wrong,)) == [("wrong", 50.0, "nothing like it", 76.5)], (
        "once, and cited ones are not held against it"
    )
    assert judged(records, [gold_value(76.5)]).result_misses == ()
    [elsewhere] = judged([found_result(50.0) | {"benchmark": "coco"}], full=[gold_value(76.5, own=None)]).result_misses
    assert (elsewhere.reason, elsewhere.nearest) == ("nothing of its benchmark and metric", None)


@pytest.mark.parametrize(
    ("records", "spoiler"),
    [
        ([], ("missed", 77.1)),
        ([found_result(76.5)], ("missed", 77.1)),
        ([found_result(76.5), found_result(77.1, own=False)], ("confused", 77.1)),
        ([found_result(76.5), found_result(77.1), found_result(80.0)], ("beyond", 80.0)),
        ([found_result(76.5), found_result(77.14)], None),
    ],
)
def test_a_wrong_best_value_has_one_that_spoils_it(judged, records: list[dict], spoiler: tuple | None) -> None:
    evaluation = judged(records, [gold_value(76.5), gold_value(77.1)])
    spoilers = [(str(miss.kind), miss.result.value) for miss in evaluation.result_misses if miss.spoils_best]
    assert spoilers == ([spoiler] if spoiler else [])
    assert evaluation.results.best_value_accuracy.part == int(spoiler is None)


@pytest.mark.parametrize("seed", range(5))
def test_misses_account_for_every_figure(judged, seed: int) -> None:
    chance = random.Random(seed)
    metrics = ("top1_accuracy", "top5_accuracy", "word_error_rate")
    full = [
        gold_value(chance.randrange(400, 900) / 5, chance.choice([True, True, False, None]), str(paper))
        | {"metric": metric}
        for paper in range(6)
        for metric in metrics
        for _ in range(4)
    ]
    main = [row for row in full if row["own"]]
    records = [
        found_result(row["value"] + chance.choice([0, 0, 0.04, 1]), bool(row["own"]) != (chance.random() < 0.2))
        | {"arxiv_id": row["arxiv_id"], "metric": row["metric"]}
        for row in full
        if chance.random() < 0.7
    ]
    evaluation = judged(records, main, full)
    recall, best = evaluation.results.value_recall, evaluation.results.best_value_accuracy
    found = {(record["arxiv_id"], record["metric"], record["value"]) for record in records if record["own"]}
    lost = [
        miss
        for miss in evaluation.result_misses
        if miss.of_gold
        and miss.result.own
        and not any(
            (paper, metric) == (miss.arxiv_id, miss.result.metric) and abs(value - miss.result.value) <= 0.051
            for paper, metric, value in found
        )
    ]
    assert len(lost) == recall.whole - recall.part
    assert sum(miss.spoils_best for miss in evaluation.result_misses) == best.whole - best.part
    assert 0 < recall.part < recall.whole and 0 < best.part < best.whole


def test_reasons_are_counted_by_kind(judged) -> None:
    full = [gold_value(value) for value in (76.5, 77.5, 78.5)]
    misses = judged([found_result(60), found_result(78.5, own=False)], full=full).result_misses
    assert result_reasons(misses) == [("other value", (2, 1, 0, 0)), ("own or cited", (0, 0, 1, 0))]


def test_what_a_record_says_of_its_place_may_be_nonsense(judged) -> None:
    odd = found_result(50.0, page="xii", bbox=[1, None], evidence=7, model=["Net"], confidence="high")
    [wrong] = judged(
        [odd, {"kind": "result", "arxiv_id": "1", **TOP1}], full=[gold_value(76.5, own=None)]
    ).result_misses
    assert (wrong.result.page, wrong.result.box, wrong.result.model) == (None, None, None)


def test_misses_do_not_act_on_the_terminal(
    judged, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.terminal._WIDTH_UNWATCHED", 60)
    hostile = "\x1b[2J[red]x[/red]\n" + "long " * 30
    gold = [gold_value(76.5, paper="1\x1b]0;x\x07", printed=hostile) | {"benchmark": hostile}]
    records = [found_result(value, paper="1\x1b]0;x\x07", model=hostile) | {"benchmark": hostile} for value in (50, 99)]
    print_all_misses(judged(records, gold, gold))
    shown = capsys.readouterr().out
    assert "missed   " in shown and "wrong    " in shown
    assert max(map(len, shown.splitlines())) <= 60
    assert not {"\x1b", "\x07"} & set(shown)
    assert "[red]x[/red]" in shown
