"""The misses: what is missed, wrong, or held back, and what comes nearest to it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_records import found_run, gold_run, judged

from annotations.misses import MissKind, reasons
from annotations.stated_runs import StatedRun, exported_run


def test_a_wrong_count_is_a_miss_on_both_sides(tmp_path: Path) -> None:
    evaluation = judged(
        tmp_path,
        {"1": [gold_run("NVIDIA V100", 8, 24, page=5, model="Net", stage="training", quote="on eight V100")], "2": []},
        found_run("1", "NVIDIA Tesla V100", 4, 24.3, page=6, confidence=0.8, evidence="four V100", bbox=[1, 2, 3, 4]),
        found_run("1", "NVIDIA Tesla V100", page=5),
        found_run("2", "NVIDIA Tesla K80", 1),
    )
    missed, wrong, _, unlike = evaluation.misses
    assert (missed.kind, missed.run.page, missed.run.model, missed.run.text) == ("missed", 5, "Net", "on eight V100")
    assert missed.nearest is not None and missed.nearest.count == 4, "three fields agree, of the other record two"
    assert missed.differing == wrong.differing == ("count",)
    assert (wrong.kind, wrong.run.confidence, wrong.run.text) == ("wrong", 0.8, "four V100")
    assert (unlike.arxiv_id, unlike.kind, unlike.nearest, unlike.differing) == ("2", "wrong", None, ())
    assert reasons(evaluation.misses)[0] == ("other count", 1, 1)
    record = json.loads(json.dumps(wrong.to_dict()))
    assert (record["kind"], record["run"]["box"], record["nearest"]["count"]) == ("wrong", [1, 2, 3, 4], 8)


def test_the_unknown_is_the_same_as_the_unknown_only(tmp_path: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8)], "2": [gold_run(hours=24)]}
    same = judged(tmp_path, gold, found_run("1", "NVIDIA Tesla V100", 8), found_run("2", hours=24.5))
    assert same.misses == ()
    more = judged(tmp_path, gold, found_run("1", "NVIDIA Tesla V100", 8, 24), found_run("2", hours=24, device_hours=9))
    assert [miss.differing for miss in more.misses] == [("hours",), ("hours",), ("device_hours",), ("device_hours",)]


def test_optional_runs_are_neither_missed_nor_wrong(tmp_path: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8), gold_run("NVIDIA K80", 2, optional=True)]}
    right = found_run("1", "NVIDIA Tesla V100", 8)
    assert judged(tmp_path, gold, right).misses == ()
    assert judged(tmp_path, gold, right, found_run("1", "NVIDIA Tesla K80", 2)).misses == ()


def test_a_missed_run_may_have_been_held_back(tmp_path: Path) -> None:
    gold = {"1": [gold_run("NVIDIA V100", 8, 24), gold_run("NVIDIA K80", 1)]}
    candidates = [
        found_run("1", "NVIDIA Tesla V100", 8, 24, status="candidate", confidence=confidence, page=3)
        for confidence in (0.2, 0.31)
    ]
    held, unseen = judged(tmp_path, gold, *candidates).misses
    assert held.held_back is not None and (held.held_back.confidence, held.held_back.page) == (0.31, 3)
    assert held.reason == "held back"
    assert (unseen.held_back, unseen.reason) == (None, "nothing like it")


def test_beyond_twelve_read_runs_records_are_not_wrong(tmp_path: Path) -> None:
    runs = [gold_run("NVIDIA V100", 8, hours) for hours in range(10, 130, 10)]
    extra = found_run("1", "NVIDIA Tesla V100", 8, 999)
    kinds = [miss.kind for miss in judged(tmp_path, {"1": runs}, extra).misses]
    assert kinds == [MissKind.MISSED] * 12
    assert judged(tmp_path, {"1": runs[1:]}, extra).misses[-1].kind == MissKind.WRONG


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (StatedRun("NVIDIA Tesla P100", 8, "devices", 84.0), "8 x NVIDIA Tesla P100, 84 h"),
        (StatedRun("Google TPU v3", 256, "cores"), "256 cores of Google TPU v3"),
        (StatedRun("GPU", device_hours=75600.0), "GPU, 75,600 device-hours"),
        (StatedRun(count=4, hours=0.25), "4 x unnamed hardware, 15 min"),
        (StatedRun(hours=7 / 3600), "7 s"),
        (StatedRun(), "nothing"),
    ],
)
def test_runs_in_words(run: StatedRun, words: str) -> None:
    assert run.in_words == words


def test_what_a_record_says_of_its_place_may_be_nonsense() -> None:
    odd = exported_run(found_run("1", "GPU", page="xii", bbox=[1, 2, None, 4], confidence="high", evidence=7, model=[]))
    assert odd == StatedRun("GPU")
    assert exported_run(found_run("1", page=0, bbox="none")) == StatedRun()
