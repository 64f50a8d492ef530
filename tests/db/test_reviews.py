"""How a review finds its fact again, and what it does to what is in force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db.errors import DatabaseError, RecordError
from db.facts import fact_key, split_fact_key
from db.queries import exported_records, pending_estimates
from db.reviews import Decision, Review, add_review
from db.store import save_estimates

QUOTE = "We train on 8 P100 GPUs for 84 hours."
KEY = fact_key("2401.00001", "training_run", 7, QUOTE, 0)


def runs(engine: Engine, candidates: bool = False) -> list[dict[str, Any]]:
    return list(exported_records(engine, "runs", candidates))


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT state FROM reviews_v1 ORDER BY reviewed_at")))


def review(sample: Any, decision: str, field: str | None = None, value: Any = None, **changes: Any) -> Review:
    """A review; ``days`` after the noon of the samples."""
    at = sample.noon + timedelta(days=changes.pop("days", 1))
    return replace(Review(KEY, field, Decision(decision), "ada", at, value, "seen in the paper"), **changes)


# --- the key ---


def test_a_fact_keeps_its_key_however_its_words_are_set() -> None:
    assert fact_key("2401.00001", "training_run", 7, "we train, on 8 P100-GPUs for 84 hours", 0) == KEY
    assert fact_key("2401.00001", "training_run", 7, "We train on 8 Ｐ100 GPUs for 84\u00a0hours.", 0) == KEY


@pytest.mark.parametrize(
    "other",
    [
        ("2401.00002", "training_run", 7, QUOTE, 0),
        ("2401.00001", "training_compute", 7, QUOTE, 0),
        ("2401.00001", "training_run", 8, QUOTE, 0),
        ("2401.00001", "training_run", 7, QUOTE.replace("84", "48"), 0),
        ("2401.00001", "training_run", 7, QUOTE, 1),
    ],
)
def test_another_paper_kind_page_sentence_or_ordinal_is_another_fact(other: tuple[Any, ...]) -> None:
    assert fact_key(*other) != KEY


def test_the_key_is_fixed_for_good() -> None:
    """Reviews in people's databases hang on it: a change of the normal form orphans them all."""
    assert fact_key("cs/0112017", "result", 3, "Größe ﬁnal 10^18", 2) == "cs/0112017:a1021dbfe9509996060135f3d8de48dc"


@given(st.text(min_size=1, max_size=20), st.text(max_size=60), st.integers(1, 2000), st.integers(0, 50))
def test_a_key_can_be_taken_apart(paper: str, quote: str, page: int, ordinal: int) -> None:
    key = fact_key(paper, "training_run", page, quote, ordinal)
    assert split_fact_key(key)[0] == paper
    assert fact_key(paper, "training_run", page, quote.casefold() + " .-", ordinal) == key


# --- what is in force ---


def test_a_corrected_field_replaces_the_value_and_says_so(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(duration_hours_low=80.0, duration_hours_high=90.0)))
    add_review(engine, review(sample, "correct", "duration_hours", 12))
    add_review(engine, review(sample, "correct", "model", "Big"))
    (run,) = runs(engine)
    assert (run["duration_hours"], run["model"], run["accelerator_count"], run["basis"]) == (12.0, "Big", 8, "curated")
    assert (run["duration_hours_low"], run["duration_hours_high"]) == (None, None)
    assert states(engine) == ["matched", "matched"]


def test_the_burden_of_a_corrected_run_is_never_the_machines(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "accelerator_count", 16))
    (run,) = runs(engine)
    assert run["hardware_burden_flop"] is None and "not estimated again yet" in run["reason"]

    (pending,) = pending_estimates(engine, "e1")
    assert pending.run.accelerator_count == 16
    save_estimates(engine, [(pending, sample.estimate(5.2e19))], "e1", sample.noon)
    assert list(pending_estimates(engine, "e1")) == []
    assert runs(engine)[0]["hardware_burden_flop"] == 5.2e19

    add_review(engine, review(sample, "correct", "accelerator_count", 4, days=2))
    assert runs(engine)[0]["hardware_burden_flop"] is None
    add_review(engine, review(sample, "correct", "accelerator_count", 8, days=3))
    assert runs(engine)[0]["hardware_burden_flop"] == 2.6e19


@pytest.mark.parametrize(
    ("field", "value"),
    [("accelerator", "NVIDIA A100"), ("count_unit", "chips"), ("device_hours", 9.5), ("mixed_precision", True)],
)
def test_every_field_that_an_estimate_rests_on_asks_for_a_new_one(
    engine: Engine, sample: Any, field: str, value: Any
) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", field, value))
    assert runs(engine)[0]["hardware_burden_flop"] is None
    (pending,) = pending_estimates(engine, "e1")
    assert getattr(pending.run, field) == value


def test_a_correction_of_a_name_leaves_the_burden(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big"))
    assert runs(engine)[0]["hardware_burden_flop"] == 2.6e19


def test_a_field_may_be_unknown_after_all(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "accelerator_count", None))
    add_review(engine, review(sample, "reject", "model"))
    assert (runs(engine)[0]["accelerator_count"], runs(engine)[0]["model"]) == (None, None)


def test_a_rejected_record_is_gone_until_a_later_review_takes_it_back(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "reject"))
    assert runs(engine, candidates=True) == []
    add_review(engine, review(sample, "accept", days=2, reviewer="ben"))
    assert len(runs(engine)) == 1
    add_review(engine, review(sample, "reject", days=0))
    assert len(runs(engine)) == 1, "a review that is older by its own time does not win by coming late"


def test_an_accepted_candidate_is_a_record(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(status="candidate")))
    assert runs(engine) == []
    assert [run["status"] for run in runs(engine, candidates=True)] == ["candidate"]
    add_review(engine, review(sample, "accept"))
    assert "status" not in runs(engine)[0]


def test_a_review_touches_its_own_fact_only(engine: Engine, sample: Any) -> None:
    other = sample.paper(sample.run(), metadata=sample.metadata("2401.00002"), sha256="b" * 64)
    sample.save(engine, sample.paper(sample.run(), sample.run()), other)
    add_review(engine, review(sample, "reject"))
    assert [run["arxiv_id"] for run in runs(engine)] == ["2401.00001", "2401.00002"]


# --- after a re-extraction ---


def test_a_review_is_carried_on_to_the_same_fact(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big"))
    moved = sample.run(quote="We train, on 8 P100-GPUs, for 84 hours", confidence=0.5)
    sample.save(engine, sample.paper(moved), extractor="x2", hours=48)
    assert [run["model"] for run in runs(engine)] == ["Big"]
    assert states(engine) == ["matched"]


def test_a_review_of_another_machine_value_overrides_and_is_stale(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "duration_hours", 12.0))
    add_review(engine, review(sample, "correct", "model", "Big", days=2))
    add_review(engine, review(sample, "accept", None, days=3))
    sample.save(engine, sample.paper(sample.run(duration_hours=48.0)), extractor="x2", hours=48)
    assert [(run["duration_hours"], run["model"]) for run in runs(engine)] == [(12.0, "Big")]
    assert states(engine) == ["stale", "matched", "stale"]


def test_an_accepted_value_holds_against_a_later_machine(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "accept", "duration_hours"))
    assert runs(engine)[0]["hardware_burden_flop"] == 2.6e19, "nothing changed, so the estimate stands"
    sample.save(engine, sample.paper(sample.run(duration_hours=48.0)), extractor="x2", hours=48)
    assert runs(engine)[0]["duration_hours"] == 84.0
    assert states(engine) == ["stale"]


def test_a_review_without_its_fact_stands_unmatched_and_comes_back(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big"))
    sample.save(engine, sample.paper(sample.run(page=9)), extractor="x2", hours=48)
    assert states(engine) == ["unmatched"]
    assert [run["model"] for run in runs(engine)] == ["Base"]
    sample.save(engine, sample.paper(sample.run()), extractor="x3", hours=96)
    assert states(engine) == ["matched"]
    assert [run["model"] for run in runs(engine)] == ["Big"]


def test_a_review_is_carried_on_to_a_new_version_of_the_paper(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big"))
    second = sample.paper(sample.run(), metadata=sample.metadata(version=2), sha256="b" * 64)
    sample.save(engine, second, hours=48)
    assert [(run["version"], run["model"]) for run in runs(engine)] == [(2, "Big")]


def test_a_review_may_come_before_its_fact(engine: Engine, sample: Any) -> None:
    add_review(engine, review(sample, "correct", "model", "Big"))
    assert states(engine) == ["unmatched"]
    sample.save(engine, sample.paper(sample.run()))
    assert runs(engine)[0]["model"] == "Big"


def test_what_the_reviewer_saw_tells_a_stale_review_saved_late(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    with engine.connect() as connection:
        seen = connection.scalar(text("SELECT claim_id FROM training_runs_v1"))
    sample.save(engine, sample.paper(sample.run(duration_hours=48.0)), extractor="x2", hours=1)
    add_review(engine, review(sample, "correct", "duration_hours", 12.0, claim_id=seen))
    assert states(engine) == ["stale"]


# --- adding ---


def test_the_same_review_twice_is_one(engine: Engine, sample: Any) -> None:
    once = review(sample, "correct", "model", "Big")
    assert add_review(engine, once) == add_review(engine, once)
    assert states(engine) == ["unmatched"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"field": "modle"}, "no such field: 'modle'"),
        ({"field": None}, "name the field"),
        ({"field": "accelerator_count", "value": "eight"}, "should be int"),
        ({"field": "accelerator_count", "value": 1.5}, "whole number"),
        ({"field": "duration_hours", "value": -3.0}, "above zero"),
        ({"reviewer": " "}, "needs a reviewer"),
        ({"decision": Decision.ACCEPT}, "only a correction carries a value"),
        ({"decision": Decision.ACCEPT, "value": None}, "needs the value that was seen"),
        ({"fact_key": "2401.00001"}, "not a fact's key"),
    ],
)
def test_a_review_that_makes_no_sense_is_refused(
    engine: Engine, sample: Any, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(RecordError, match=said):
        add_review(engine, replace(review(sample, "correct", "model", "Big"), **changes))
    assert states(engine) == []


def test_curators_at_work_at_once_lose_no_review(engine: Engine, sample: Any) -> None:
    """Each review reads before it writes, which on SQLite fails half-way unless the writers queue from the start."""
    sample.save(engine, sample.paper(sample.run()))
    reviews = [review(sample, "correct", "model", f"Model {number}", days=number) for number in range(60)]
    with ThreadPoolExecutor(4) as curators:
        assert len(set(curators.map(lambda each: add_review(engine, each), reviews))) == 60
    assert runs(engine)[0]["model"] == "Model 59"
    assert states(engine) == ["matched"] * 60


def test_reviews_can_not_be_taken_out(engine: Engine, sample: Any) -> None:
    add_review(engine, review(sample, "correct", "model", "Big"))
    with pytest.raises(DatabaseError, match="reviews is append-only"), engine.begin() as connection:
        connection.execute(text("DELETE FROM reviews"))
