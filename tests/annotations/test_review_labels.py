"""What curators decided, as labels to learn from and as a measure of the machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from annotations.calibration import record_is_right
from annotations.review_labels import reviewed_papers
from annotations.review_scoring import bin_names, review_score
from annotations.run_scoring import RunScorer
from annotations.value_labels import PaperVerdicts, Verdict
from db.fields import FIELDS, Kind
from db.reviewed_facts import ReviewedFact, Value
from extractors.lexicon.catalogue import load_catalogue
from extractors.records import Box, Evidence, Result

BOX = Box(10.0, 20.0, 30.0, 40.0)


def fact(kind: str = "training_run", key: str = "f", paper: str = "2401.00001", **changes: Any) -> ReviewedFact:
    read: dict[str, Value] = dict.fromkeys(FIELDS[Kind(kind)])
    if kind == "result":
        read |= {"model": "Base", "benchmark": "imagenet", "metric": "top1_accuracy", "value": 76.5, "own": True}
    else:
        read |= {"accelerator": "NVIDIA Tesla V100", "accelerator_count": 8, "duration_hours": 84.0}
    values: dict[str, Any] = {
        "paper_key": paper,
        "document_sha256": "a" * 64,
        "fact_key": f"{paper}:{key}",
        "kind": Kind(kind),
        "settled": True,
        "added": False,
        "read": read,
        "kept": None,
        "judged": {},
        "wrong": frozenset(),
        "confidence": 0.8,
        "page": 7,
        "box": BOX,
        "quote": "We train on 8 V100 GPUs.",
        "quote_start": 100,
        "quote_end": 124,
    }
    return ReviewedFact(**(values | changes))


def accepted(made: ReviewedFact, **corrected: Value) -> ReviewedFact:
    return replace(made, kept=True, judged={**made.read, **corrected})


# --- labels ---


def right(record: dict[str, Any], *facts: ReviewedFact) -> bool | None:
    runs = reviewed_papers(facts)["2401.00001"].runs
    assert runs is not None
    return record_is_right(record, runs, RunScorer(load_catalogue()))


V100 = {"accelerator": "NVIDIA Tesla V100", "accelerator_count": 8, "duration_hours": 84.0}


def test_a_kept_run_is_right_as_it_holds_now() -> None:
    kept = accepted(fact(), accelerator_count=4)
    assert right(V100, kept) is False
    assert right(V100 | {"accelerator_count": 4}, kept) is True


def test_a_rejected_run_is_wrong_and_one_that_nobody_judged_is_neither() -> None:
    other = accepted(fact(key="g"), accelerator="NVIDIA A100")
    assert right(V100, replace(fact(), kept=False), other) is False
    assert right(V100, fact(), other) is None
    assert right(V100, replace(fact(), kept=True, wrong=frozenset({"duration_hours"})), other) is not True


def test_runs_are_learned_only_of_papers_that_a_curator_was_done_with() -> None:
    assert reviewed_papers([replace(accepted(fact()), settled=False)])["2401.00001"].runs is None
    assert reviewed_papers([fact()]) == {}, "nobody judged anything there"


def test_an_added_run_is_one_that_the_paper_has() -> None:
    added = accepted(replace(fact(), added=True))
    assert right(V100, added) is True
    assert reviewed_papers([added])["2401.00001"].roles == []


def test_the_sentence_of_a_kept_run_tells_of_own_training() -> None:
    (label,) = reviewed_papers([accepted(fact()), replace(fact(key="g"), kept=False)])["2401.00001"].roles
    assert (label.role, label.place.start, label.place.holds("We train on 8 V100-GPUs")) == ("own", 100, True)


def verdict(made: ReviewedFact, **read: Any) -> Verdict:
    values: dict[str, Any] = {"benchmark": "imagenet", "metric": "top1_accuracy", "value": 76.5, "own": True, **read}
    result = Result(Evidence(7, BOX, "", 0, 0), **values)
    return PaperVerdicts(reviewed_papers([made])["2401.00001"].values, ()).of(result)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (accepted(fact("result")), Verdict(True, True)),
        (accepted(fact("result"), own=False), Verdict(True, False)),
        (accepted(fact("result"), model="Big"), Verdict(True, True)),
        (accepted(fact("result"), value=75.0), Verdict(False, None)),
        (accepted(fact("result"), metric="top5_accuracy"), Verdict(False, None)),
        (replace(fact("result"), kept=False), Verdict(False, None)),
        (replace(fact("result"), kept=True, wrong=frozenset({"own"})), Verdict(True, None)),
        (replace(fact("result"), judged={"model": "Big"}), Verdict(None, None)),
        (replace(fact("result"), judged={"value": 75.0}), Verdict(False, None)),
    ],
)
def test_a_judged_value_says_whether_it_is_a_result_and_whose(made: ReviewedFact, expected: Verdict) -> None:
    assert verdict(made) == expected


def test_a_value_that_was_corrected_is_right_as_it_was_corrected() -> None:
    assert verdict(accepted(fact("result"), metric="top5_accuracy"), metric="top5_accuracy") == Verdict(True, True)


# --- precision ---


def shares(*facts: ReviewedFact) -> dict[str, tuple[int, int]]:
    score = review_score(facts)
    return {each.field: (each.share.part, each.share.whole) for each in (*score.precisions, score.records)}


def test_precision_is_the_share_that_curators_kept() -> None:
    found = shares(accepted(fact()), accepted(fact(key="g"), accelerator_count=4), replace(fact(key="h"), kept=False))
    assert found == {
        "record": (2, 3),
        "accelerator": (2, 2),
        "accelerator_count": (1, 2),
        "duration_hours": (2, 2),
        "whole record": (1, 3),
    }


def test_only_what_was_judged_and_read_counts() -> None:
    assert shares(replace(fact(), judged={"accelerator_count": 8, "device_hours": 5.0})) == {
        "accelerator_count": (1, 1),
        "whole record": (0, 0),
    }
    assert shares(replace(fact(), wrong=frozenset({"duration_hours"})))["duration_hours"] == (0, 1)
    assert shares(fact(), accepted(replace(fact(key="g"), added=True))) == {"whole record": (0, 0)}


def test_precision_is_told_by_confidence() -> None:
    sure, unsure = replace(accepted(fact()), confidence=0.97), replace(fact(key="g"), kept=False, confidence=0.4)
    score = review_score([sure, unsure])
    by_bin = dict(zip(bin_names(), score.records.bins, strict=True))
    assert (by_bin["0.95 to 1"].share, by_bin["0.95 to 1"].whole) == (1.0, 1)
    assert (by_bin["below 0.5"].share, by_bin["below 0.5"].whole) == (0.0, 1)
    assert score.to_dict()["fields"][0]["by_confidence"][-1] == {"right": 1, "judged": 1}
