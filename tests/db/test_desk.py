"""What the curators' desk shows of a paper, who has it in hand, and what people say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db import accounts, desk_schema
from db.accounts import Role
from db.added_facts import AddedFact, add_fact
from db.desk import (
    PaperRecords,
    add_comment,
    claim_paper,
    paper_records,
    release_paper,
    settle_paper,
)
from db.errors import RecordError
from db.fields import Kind
from db.queries import exported_records, pending_estimates
from db.reviews import Decision, Review, add_review, save_reviews
from extractors.records import Box

PAPER = "2401.00001"


@pytest.fixture
def saved(engine: Engine, sample: Any) -> Engine:
    """A paper with a run, a candidate run, results of its own and of others, and a property."""
    paper = sample.paper(
        sample.run(),
        sample.run("Perhaps on 4 TPUs.", 9, status="candidate", confidence=0.3, model=None),
        results=(sample.result(), sample.result(80.0, "Rival", own=False, row=20)),
        properties=(sample.property("epochs", 90),),
        links=(sample.link("training_run", 0),),
    )
    sample.save(engine, paper)
    return engine


def records(engine: Engine, **options: Any) -> PaperRecords:
    found = paper_records(engine, PAPER, **options)
    assert found is not None
    return found


def decided(sample: Any, key: str, decision: str, field: str | None = None, value: Any = None, **told: Any) -> Review:
    at = sample.noon + timedelta(days=told.pop("days", 1))
    return replace(Review(key, field, Decision(decision), "ada", at, value, "seen"), **told)


def test_all_records_come_with_what_the_machine_read(saved: Engine) -> None:
    found = records(saved)
    assert (found.title, found.arxiv_id, found.page_count, found.extractor_version) == ("A paper", PAPER, 10, "x1")
    assert [(fact.kind, fact.page, fact.status) for fact in found.facts] == [
        (Kind.TRAINING_RUN, 7, "accepted"),
        (Kind.TRAINING_RUN, 9, "candidate"),
        (Kind.RESULT, 8, "accepted"),
        (Kind.RESULT, 8, "accepted"),
        (Kind.MODEL_PROPERTY, 6, "accepted"),
    ]
    run = found.facts[0]
    assert run.burden is not None and run.burden.flop == 2.6e19
    assert [joined["model"] for joined in run.joined_models] == ["Base"]
    assert run.values == run.machine_values and run.values["accelerator_count"] == 8
    assert run.boxes == ((7, Box(108.0, 300.1, 180.1, 311.0)), (8, Box(72.0, 80.0, 99.9, 90.0)))
    assert (run.reviews, run.latest, run.rejected) == ((), {}, False)
    assert found.facts[2].values["own"] is True and found.facts[2].burden is None


def test_values_in_force_stand_beside_the_machines(saved: Engine, sample: Any) -> None:
    run, candidate, *_ = records(saved).facts
    first = add_review(saved, decided(sample, run.fact_key, "correct", "accelerator_count", 16))
    second = add_review(saved, decided(sample, run.fact_key, "correct", "accelerator_count", 32, days=2))
    add_review(saved, decided(sample, candidate.fact_key, "reject"))
    run, candidate, *_ = records(saved).facts
    assert (run.values["accelerator_count"], run.machine_values["accelerator_count"]) == (32, 8)
    assert isinstance(run.values["accelerator_count"], int)
    assert [(review.review_id, review.value, review.in_force) for review in run.reviews] == [
        (second, 32, True),
        (first, 16, False),
    ]
    assert run.latest == {"accelerator_count": second}
    assert run.burden is not None and "not estimated again yet" in str(run.burden.reason)
    assert [pending.run.accelerator_count for pending in pending_estimates(saved, "e1", PAPER)] == [32]
    assert candidate.rejected and candidate.burden is None and candidate.values["model"] is None


def test_a_stale_review_says_so_and_one_without_its_fact_stands_apart(saved: Engine, sample: Any) -> None:
    run, candidate, *_ = records(saved).facts
    add_review(saved, decided(sample, run.fact_key, "correct", "duration_hours", 12.0))
    gone = add_review(saved, decided(sample, candidate.fact_key, "reject"))
    sample.save(saved, sample.paper(sample.run(duration_hours=48.0)), extractor="x2", hours=48)
    (run,) = records(saved).facts
    assert [review.stale for review in run.reviews] == [True] and run.values["duration_hours"] == 12.0
    assert [review.review_id for review in records(saved).unmatched_reviews] == [gone]


def test_a_second_reviewer_sees_nothing_of_the_first(saved: Engine, sample: Any) -> None:
    key = records(saved).facts[0].fact_key
    theirs = add_review(saved, decided(sample, key, "correct", "accelerator_count", 16))
    add_comment(saved, PAPER, key.rpartition(":")[2], "ada", sample.noon, "Sixteen!")
    found = records(saved, hide_reviews_of_others_than="ben")
    run = found.facts[0]
    assert (run.values["accelerator_count"], run.reviews, run.basis, found.comments) == (8, (), "machine", ())
    assert run.burden is not None and run.burden.flop == 2.6e19

    own = decided(sample, key, "correct", "accelerator_count", 4, reviewer="ben", days=2)
    assert save_reviews(saved, [own], {(key, "accelerator_count"): run.latest["accelerator_count"]})[1] == []
    seen = records(saved, hide_reviews_of_others_than="ben").facts[0]
    assert (seen.values["accelerator_count"], len(seen.reviews)) == (4, 1)
    assert records(saved, hide_reviews_of_others_than="ada").facts[0].reviews[0].review_id == theirs
    assert records(saved).facts[0].values["accelerator_count"] == 4


def test_a_paper_that_was_never_read_has_no_records(engine: Engine) -> None:
    assert paper_records(engine, PAPER) is None
    assert paper_records(engine, "'; DROP TABLE papers; --") is None


def test_a_paper_is_in_one_hand_at_a_time(saved: Engine, sample: Any) -> None:
    ada, ben = (accounts.add_user(saved, name, Role.CURATOR, "hash", sample.noon) for name in ("ada", "ben"))

    def claim(user: accounts.User, minutes: int) -> tuple[str, int]:
        held = claim_paper(saved, PAPER, user.user_id, sample.noon + timedelta(minutes=minutes))
        return held.name, int((held.expires_at - sample.noon).total_seconds() // 60)

    assert claim(ada, 0) == ("ada", 30)
    assert claim(ben, 10) == ("ada", 30)
    assert claim(ada, 20) == ("ada", 50)
    assert claim(ben, 50) == ("ben", 80)
    release_paper(saved, PAPER, ada.user_id)
    assert claim(ada, 51) == ("ben", 80), "only who has it can give it back"
    found = records(saved).claim
    assert found is not None and (found.name, found.user_id) == ("ben", ben.user_id)
    release_paper(saved, PAPER, ben.user_id)
    assert claim(ada, 52) == ("ada", 82)
    with pytest.raises(RecordError, match="no paper"):
        claim_paper(saved, "2401.99999", ada.user_id, sample.noon)


def test_comments_and_settlements_are_kept_once(saved: Engine, sample: Any) -> None:
    for _ in range(2):
        add_comment(saved, PAPER, "", "ada", sample.noon, " Which of the two?\x00 <script> ")
        settle_paper(saved, PAPER, "ada", sample.noon, "done")
    settle_paper(saved, PAPER, "ben", sample.noon + timedelta(hours=1))
    found = records(saved)
    assert [(comment.author, comment.text) for comment in found.comments] == [
        ("ada", "Which of the two?\ufffd <script>")
    ]
    assert [(each.reviewer, each.document_sha256) for each in found.settlements] == [
        ("ben", "a" * 64),
        ("ada", "a" * 64),
    ]
    for wrong in ("", " ", "x" * 5001):
        with pytest.raises(RecordError, match="a comment has 1 to 5000"):
            add_comment(saved, PAPER, "", "ada", sample.noon, wrong)
    for paper in ("2401.99999", ""):
        with pytest.raises(RecordError, match="no paper"):
            add_comment(saved, paper, "", "ada", sample.noon, "text")
        with pytest.raises(RecordError, match="never read"):
            settle_paper(saved, paper, "ada", sample.noon)


def test_exports_and_the_desk_say_the_same(saved: Engine, sample: Any) -> None:
    values = {"benchmark": "imagenet", "metric": "top5_accuracy", "value": 93.0, "own": True, "model": "Base"}
    place = (8, Box(1.0, 2.0, 3.0, 4.0))
    add_fact(saved, AddedFact(PAPER, Kind.RESULT, values, 8, [place], "Top-5 is 93.0.", "ada", sample.noon))
    add_review(saved, decided(sample, records(saved).facts[0].fact_key, "correct", "model", "Big"))
    exported = {record["fact_key"]: record for record in exported_records(saved, "facts", candidates=True)}
    found = records(saved).facts
    assert {fact.fact_key for fact in found} == exported.keys()
    for fact in found:
        record = exported[fact.fact_key]
        assert {name: record[name] for name in fact.values} == fact.values
        assert record.get("joined_models", []) == list(fact.joined_models)
        assert (record["basis"], record["confidence"]) == (fact.basis, fact.confidence)


@pytest.mark.parametrize(
    ("said", "open_disagreements"),
    [
        ([("ada", "correct", "model", "Big"), ("ben", "correct", "model", "Big")], 0),
        ([("ada", "correct", "model", "Big"), ("ben", "correct", "model", "Huge")], 1),
        ([("ada", "accept", "model", None), ("ben", "correct", "model", "Base")], 0),
        ([("ada", "accept", None, None), ("ben", "reject", None, None)], 1),
        ([("ada", "accept", None, None), ("ben", "correct", "model", "Huge")], 1),
        ([("ada", "correct", "model", "Big"), ("ada", "correct", "model", "Huge")], 0),
        # whatever is said of it after both have spoken settles it
        ([("ada", "accept", None, None), ("ben", "reject", None, None), ("ada", "reject", None, None)], 0),
        ([("ada", "accept", None, None), ("ben", "reject", None, None), ("cy", "accept", None, None)], 0),
        ([("ada", "accept", None, None), ("ben", "correct", "model", "Huge"), ("cy", "accept", "model", None)], 0),
        ([("ada", "accept", None, None), ("ben", "reject", None, None), ("ben", "withdraw", None, None)], 0),
    ],
)
def test_where_two_people_differ_and_nobody_has_spoken_since(
    saved: Engine, sample: Any, said: list[tuple[str, str, str | None, Any]], open_disagreements: int
) -> None:
    with saved.begin() as connection:
        connection.execute(desk_schema.double_reviews.insert(), {"paper_key": PAPER, "chosen_at": sample.noon})
    key = records(saved).facts[0].fact_key
    for days, (reviewer, decision, field, value) in enumerate(said, 1):
        add_review(saved, decided(sample, key, decision, field, value, reviewer=reviewer, days=days))
    for reviewer in ("ada", "ben"):
        settle_paper(saved, PAPER, reviewer, sample.noon + timedelta(days=9))
    (found,) = sample.rows(saved, "SELECT disagreements FROM desk_papers")
    assert found["disagreements"] == open_disagreements
