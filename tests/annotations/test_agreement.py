"""How far two curators agree, and in what they differ."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from annotations.agreement import alpha_over_papers, disagreements, field_agreements, krippendorff_alpha
from annotations.judgements import JudgedField, judged_fields
from db.agreement_rows import ReviewRow
from db.fields import Kind
from db.reviews import Decision

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEEN = {"accelerator": "NVIDIA V100", "accelerator_count": 8, "duration_hours": 84.0, "device_hours": None}


def review(
    reviewer: str, decision: str, field: str = "", value: Any = None, minute: int = 0, **changes: Any
) -> ReviewRow:
    paper = changes.pop("paper", "2401.00001")
    values = {
        "review_id": f"{reviewer}{minute}{field}{paper}",
        "paper_key": paper,
        "title": "A paper",
        "fact_key": f"{paper}:{changes.pop('fact', 'f')}",
        "kind": Kind.TRAINING_RUN,
        "field": field,
        "decision": Decision(decision),
        "value": value,
        "reviewer": reviewer,
        "reviewed_at": NOON + timedelta(minutes=minute),
        "reason": "",
        "seen": None if field else SEEN,
        "added": False,
        "withdrawn": False,
    }
    return ReviewRow(**(values | changes))


def by_field(judged: Sequence[JudgedField]) -> dict[str, list[Any]]:
    return {each.field: [one.in_words for one in each.judgements] for each in judged}


def papers(first: Sequence[Any], second: Sequence[Any], field: str, each: int = 1, **changes: Any) -> list[JudgedField]:
    """One field corrected by both, ``each`` facts a paper."""
    rows = []
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        at: dict[str, Any] = {"paper": f"2401.{index // each:05}", "fact": f"f{index}", **changes}
        rows.append(review("ada", "correct", field, one, minute=index, **at))
        rows.append(review("ben", "correct", field, other, minute=index, **at))
    return judged_fields(rows)


def test_who_accepts_a_record_holds_its_values_as_seen() -> None:
    judged = judged_fields([review("ada", "accept"), review("ben", "correct", "accelerator_count", 4, minute=1)])
    assert by_field(judged)["accelerator_count"] == ["8", "4"]
    assert by_field(judged)["accelerator"] == ["NVIDIA V100"]
    (differing,) = disagreements(judged)
    assert (differing.judged.field, differing.first.reviewer, differing.second.reviewer) == (
        "accelerator_count",
        "ada",
        "ben",
    )


def test_what_neither_was_asked_about_is_no_agreement() -> None:
    judged = by_field(judged_fields([review("ada", "accept"), review("ben", "accept", minute=1)]))
    assert "device_hours" not in judged and judged["record"] == ["kept", "kept"]
    corrected = review("ben", "correct", "device_hours", 672.0, minute=2)
    judged = by_field(judged_fields([review("ada", "accept"), review("ben", "accept", minute=1), corrected]))
    assert judged["device_hours"] == ["not stated", "672"]


def test_a_rejected_record_says_nothing_of_its_fields() -> None:
    judged = by_field(judged_fields([review("ada", "reject"), review("ben", "accept", minute=1)]))
    assert judged["record"] == ["taken out", "kept"]
    assert judged["accelerator_count"] == ["8"]


def test_wrong_without_a_right_value_is_not_the_same_as_not_stated() -> None:
    field = "duration_hours"
    judged = judged_fields([review("ada", "reject", field), review("ben", "correct", field, None, minute=1)])
    assert len(disagreements(judged)) == 1


def settled_by(*later: ReviewRow) -> list[str]:
    """Of the count, 8 by ada and 4 by ben: the two words, and who settled it how."""
    rows = [
        review("ada", "correct", "accelerator_count", 8),
        review("ben", "correct", "accelerator_count", 4, minute=1),
        *later,
    ]
    (differing,) = disagreements(judged_fields(rows))
    settled = differing.judged.adjudication
    words = [settled.reviewer, settled.in_words] if settled else []
    return [differing.first.in_words, differing.second.in_words, *words]


def test_the_third_word_is_adjudication_and_settles() -> None:
    eve = review("eve", "correct", "accelerator_count", 4, minute=2)
    assert settled_by() == ["8", "4"]
    assert settled_by(eve) == ["8", "4", "eve", "4"]
    assert settled_by(eve, review("ada", "accept", minute=3)) == ["8", "4", "eve", "4"]


def test_a_word_said_after_both_had_spoken_is_no_independent_one() -> None:
    assert settled_by(review("ada", "correct", "accelerator_count", 4, minute=2)) == ["8", "4", "ada", "4"]


def test_a_second_thought_before_the_other_spoke_is() -> None:
    rows = [
        review("ada", "accept"),
        review("ada", "correct", "accelerator_count", 9, minute=1),
        review("ada", "correct", "accelerator_count", 4, minute=2),
        review("ben", "accept", minute=3),
        review("ben", "correct", "accelerator_count", 4, minute=4),
    ]
    assert by_field(judged_fields(rows))["accelerator_count"] == ["4", "4"]


def test_a_withdrawn_review_was_never_said() -> None:
    rows = [
        review("ada", "correct", "accelerator_count", 8),
        review("ada", "correct", "accelerator_count", 9, minute=1, withdrawn=True),
        review("ada", "withdraw", "accelerator_count", minute=2),
        review("ben", "correct", "accelerator_count", 8, minute=3),
    ]
    assert by_field(judged_fields(rows))["accelerator_count"] == ["8", "8"]


def test_a_fact_that_only_one_added_is_a_disagreement() -> None:
    rows = [
        review("ada", "accept", fact="f"),
        review("ben", "accept", fact="f", minute=1),
        review("ada", "accept", fact="g", minute=2, added=True),
    ]
    (differing,) = disagreements(judged_fields(rows))
    assert [differing.first.in_words, differing.second.in_words] == ["kept", "not added"]


def test_names_are_alike_however_they_are_set_and_numbers_by_value() -> None:
    assert disagreements(papers(["NVIDIA V100"], ["nvidia-v100"], "accelerator")) == []
    assert disagreements(papers([84.0], [84], "duration_hours")) == []
    assert len(disagreements(papers(["NVIDIA V100"], ["NVIDIA A100"], "accelerator"))) == 1


def test_one_reviewer_is_no_agreement() -> None:
    assert judged_fields([review("ada", "accept"), review("ada", "reject", minute=1)]) == []


def test_kappa_and_alpha_of_categories_are_those_of_their_packages() -> None:
    first = ["training"] * 6 + ["pretraining"] * 5 + ["finetuning"] * 3
    second = ["training"] * 5 + ["pretraining"] * 6 + ["search"] + ["finetuning"] * 2
    (figure,) = field_agreements(papers(first, second, "stage", each=2))
    (pair,) = figure.pairs
    assert pair.kappa == pytest.approx(cohen_kappa_score(first, second))
    expected = krippendorff.alpha(np.array([first, second]), level_of_measurement="nominal")
    assert figure.alpha == pytest.approx(expected)
    assert (figure.alike.part, figure.alike.whole, figure.scale) == (12, 14, "nominal")
    assert figure.alpha_interval and figure.alpha_interval[0] <= figure.alpha <= figure.alpha_interval[1]


def test_alpha_of_times_is_over_their_logarithms_and_leaves_gaps_out() -> None:
    first = [1.0, 10.0, 100.0, 1000.0, 24.0, 48.0, 72.0, 96.0, 5.0, 7.0, None]
    second = [2.0, 10.0, 100.0, 1000.0, 24.0, 48.0, 72.0, 96.0, 5.0, 7.0, 3.0]
    (figure,) = field_agreements(papers(first, second, "duration_hours"))
    logarithms = np.log10(np.array([first[:10], second[:10]], dtype=float))
    assert figure.alpha == pytest.approx(krippendorff.alpha(logarithms, level_of_measurement="interval"))
    assert (figure.alpha_items, figure.alike.whole, figure.alike.part) == (10, 11, 9)


@pytest.mark.parametrize(
    ("first", "each", "said"),
    [
        (["a", "b"] * 4, 1, "too few: 8 judged by two"),
        (["a", "b"] * 10, 10, "too few papers: 2"),
        (["a"] * 12, 1, "all 12 were judged the same"),
    ],
)
def test_too_little_is_refused_by_name(first: list[str], each: int, said: str) -> None:
    (figure,) = field_agreements(papers(first, first, "model", each))
    assert figure.alpha is None and figure.alpha_interval is None
    assert figure.refusal.startswith(said)


VALUES = st.integers(0, 3).map(float)


@settings(deadline=None)
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=30), st.sampled_from(["nominal", "interval"]))
def test_alpha_in_a_resample_is_the_packages_on_the_papers_drawn(pairs: list[tuple[float, float]], level: str) -> None:
    values = np.array(pairs)
    papers_of = [f"p{index % 3}" for index in range(len(values))]
    from annotations.bootstrap import drawn_papers

    resampled = alpha_over_papers(values, papers_of, level, resamples=20)
    for drawn, alpha in zip(drawn_papers(len(set(papers_of)), 20), resampled, strict=True):
        times = drawn[[int(paper[1:]) for paper in papers_of]]
        expected = krippendorff_alpha(np.repeat(values, times, axis=0), level)
        if expected is None:
            assert np.isnan(alpha)
        else:
            assert alpha == pytest.approx(expected, abs=1e-9)
