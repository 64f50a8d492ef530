"""As it was: what the database said of a paper at a moment, and what became of a fact."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from db.added_facts import AddedFact, add_fact
from db.desk import add_comment, paper_records, settle_paper
from db.fields import Kind
from db.history import fact_history, record_as_of
from db.queries import exported_records, pending_estimates
from db.reviews import Decision, Review, add_review
from db.store import save_estimates
from extractors.records import Box

PAPER = "2401.00001"


def test_every_moment_can_be_seen_again(engine: Engine, sample: Any) -> None:
    """Whatever came later: the records of each moment are those that the desk showed then."""
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),), links=(sample.link("training_run", 0),)))
    key = next(exported_records(engine, "runs"))["fact_key"]
    at = [sample.noon + timedelta(hours=hours) for hours in range(12)]

    def review(hour: int, decision: str, field: str | None = None, value: Any = None) -> None:
        add_review(engine, Review(key, field, Decision(decision), "ada", at[hour], value))

    def estimate(hour: int) -> None:
        pending = list(pending_estimates(engine, "e1", PAPER))
        save_estimates(engine, [(each, sample.estimate(5e19)) for each in pending], "e1", at[hour])

    place = [(3, Box(1.0, 2.0, 3.0, 4.0))]
    added = AddedFact(PAPER, Kind.TRAINING_RUN, {"model": "Big"}, 3, place, "Big took weeks.", "ben", at[5])
    second = sample.paper(sample.run(), metadata=sample.metadata(version=2), sha256="b" * 64)
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: review(1, "correct", "accelerator_count", 16),
        lambda: estimate(2),
        lambda: review(3, "withdraw", "accelerator_count"),
        lambda: add_comment(engine, PAPER, "", "ada", at[4], "Look at Table 3."),
        lambda: add_fact(engine, added),
        lambda: add_fact(engine, replace(added, values={"model": "Huge"}, added_at=at[6])),
        lambda: settle_paper(engine, PAPER, "ada", at[7]),
        lambda: review(8, "reject"),
        lambda: sample.save(engine, sample.paper(sample.run(duration_hours=48.0)), extractor="x2", hours=9),
        lambda: sample.save(engine, second, extractor="x2", hours=10),
        lambda: review(11, "accept"),
    ]
    shown = []
    for step in steps:
        step()
        shown.append(paper_records(engine, PAPER))
    assert len({repr(each) for each in shown}) == len(steps)
    for moment, then in zip(at, shown, strict=True):
        assert record_as_of(engine, PAPER, moment) == then
        assert record_as_of(engine, PAPER, moment + timedelta(minutes=59)) == then
    assert record_as_of(engine, PAPER, sample.noon - timedelta(seconds=1)) is None


def test_who_reviews_independently_finds_in_no_history_what_the_other_said(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    key = next(exported_records(engine, "runs"))["fact_key"]
    add_review(engine, Review(key, "model", Decision.CORRECT, "ada", sample.noon, "Huge"))
    add_review(engine, Review(key, "model", Decision.ACCEPT, "ben", sample.noon + timedelta(hours=1)))
    add_comment(engine, PAPER, "", "ada", sample.noon, "It is Huge.")
    assert [entry.by for entry in fact_history(engine, key)] == ["x1", "ada", "ben"]
    assert [entry.by for entry in fact_history(engine, key, hide_reviews_of_others_than="ben")] == ["x1", "ben"]
    then = record_as_of(engine, PAPER, sample.noon + timedelta(days=1), hide_reviews_of_others_than="eve")
    assert then is not None and then.comments == ()
    assert [(fact.values["model"], fact.reviews) for fact in then.facts] == [("Base", ())]


def test_a_facts_history_tells_who_said_what(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    key = next(exported_records(engine, "runs"))["fact_key"]
    day = timedelta(days=1)
    for days, decision, value in ((1, "correct", 12.0), (3, "withdraw", None)):
        add_review(
            engine,
            Review(
                key,
                "duration_hours",
                Decision(decision),
                "ada",
                sample.noon + days * day,
                value,
                "Table 3",
                seen={"duration_hours": 84.0},
            ),
        )
    sample.save(engine, sample.paper(sample.run(duration_hours=48.0, confidence=0.5)), extractor="x2", hours=48)
    history = fact_history(engine, key)
    assert [(entry.what, entry.by, entry.values["duration_hours"], entry.confidence) for entry in history] == [
        ("read", "x1", 84.0, 0.94),
        ("reviewed", "ada", 84.0, None),
        ("read", "x2", 48.0, 0.5),
        ("reviewed", "ada", 84.0, None),
    ]
    corrected, taken_back = (entry.review for entry in history if entry.review)
    assert (corrected.value, corrected.reason, corrected.withdrawn) == (12.0, "Table 3", True)
    assert (taken_back.decision, taken_back.withdraws) == (Decision.WITHDRAW, corrected.review_id)
    assert fact_history(engine, f"{PAPER}:{'0' * 32}") == []


def test_the_history_of_an_added_fact_begins_with_who_added_it(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper())
    place = [(3, Box(1.0, 2.0, 3.0, 4.0))]
    values = {"model": "Big"}
    fact = AddedFact(PAPER, Kind.TRAINING_RUN, values, 3, place, "Big took weeks.", "ben", sample.noon, "missed")
    first, second = fact_history(engine, add_fact(engine, fact))
    assert (first.what, first.by, first.at, first.reason) == ("added", "ben", sample.noon, "missed")
    assert (second.what, second.review and second.review.decision) == ("reviewed", Decision.ACCEPT)
