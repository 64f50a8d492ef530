"""Papers that two curators review apart, and what was decided on facts, as agreement and training read them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from annotations.agreement import disagreements
from annotations.judgements import judged_fields
from db.added_facts import AddedFact, add_fact
from db.agreement_rows import choose_double_reviews, double_review_rows, double_reviews
from db.facts import fact_key
from db.fields import Kind
from db.reviewed_facts import reviewed_facts
from db.reviews import Decision, Review, add_review
from extractors.records import Box

PAPER = "2401.00001"
KEY = fact_key(PAPER, "training_run", 7, "We train on 8 P100 GPUs for 84 hours.", 0)


def reviewed(engine: Engine, sample: Any, *words: tuple[Any, ...]) -> None:
    """Reviews of the sample's run, an hour apart: field, decision, reviewer, value."""
    for hours, (field, decision, reviewer, *value) in enumerate(words, start=1):
        seen = {"accelerator_count": 8, "model": "Base"} if field is None else None
        at = sample.noon + timedelta(hours=hours)
        add_review(engine, Review(KEY, field, Decision(decision), reviewer, at, *value, seen=seen))


def test_papers_are_chosen_among_those_with_facts_that_nobody_reviewed(engine: Engine, sample: Any) -> None:
    for index in range(6):
        metadata = sample.metadata(f"2401.0000{index}")
        facts = () if index == 0 else (sample.run(),)
        sample.save(engine, sample.paper(*facts, metadata=metadata, sha256=f"{index}" * 64))
    reviewed(engine, sample, (None, "accept", "ada"))
    at = sample.noon + timedelta(days=1)
    sample.save(
        engine, sample.paper(sample.run(), metadata=sample.metadata("2401.00006", withdrawn=True), sha256="f" * 64)
    )
    first = choose_double_reviews(engine, 2, at)
    assert len(first) == 2 and set(first) <= {f"2401.0000{index}" for index in (2, 3, 4, 5)}
    rest = choose_double_reviews(engine, 10, at + timedelta(days=1))
    assert sorted(first + rest) == [f"2401.0000{index}" for index in (2, 3, 4, 5)]
    assert choose_double_reviews(engine, 10, at + timedelta(days=2)) == []
    assert [each.paper_key for each in double_reviews(engine)] == [*first, *rest]


def test_disagreements_are_read_from_the_database_and_settled_in_it(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    assert choose_double_reviews(engine, 1, sample.noon) == [PAPER]
    words = [(None, "accept", "ada"), ("accelerator_count", "correct", "ben", 4)]
    reviewed(engine, sample, *words)
    (differing,) = disagreements(judged_fields(double_review_rows(engine)))
    assert [each.in_words for each in differing.judged.judgements] == ["8", "4"]
    assert (differing.judged.title, differing.adjudicated) == ("A paper", False)
    assert double_reviews(engine)[0].reviewers == ("ada", "ben")

    reviewed(engine, sample, *words, ("accelerator_count", "correct", "eve", 4))
    (differing,) = disagreements(judged_fields(double_review_rows(engine)))
    assert differing.judged.adjudication is not None and differing.judged.adjudication.reviewer == "eve"


def test_a_withdrawn_review_and_an_added_fact_are_told(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    choose_double_reviews(engine, 1, sample.noon)
    reviewed(engine, sample, (None, "accept", "ada"), ("model", "correct", "ben", "Big"), ("model", "withdraw", "ben"))
    values = {"accelerator": "NVIDIA A100"}
    at = sample.noon + timedelta(hours=9)
    add_fact(engine, AddedFact(PAPER, Kind.TRAINING_RUN, values, 7, [(7, Box(1, 2, 3, 4))], "On A100s.", "ben", at, ""))
    rows = double_review_rows(engine)
    assert [row.withdrawn for row in rows if row.field == "model"] == [True, False]
    assert {row.added for row in rows if row.fact_key != KEY} == {True}
    assert {row.added for row in rows if row.fact_key == KEY} == {False}


def test_facts_come_with_what_holds_of_them(engine: Engine, sample: Any) -> None:
    result = sample.result(own=True)
    sample.save(engine, sample.paper(sample.run(), results=(result,)))
    assert list(reviewed_facts(engine)) == [], "nobody reviewed anything of the paper"
    words = [(None, "accept", "ada"), ("accelerator_count", "correct", "ben", 4), ("stage", "reject", "ben")]
    reviewed(engine, sample, *words)
    run, value = reviewed_facts(engine)
    assert (run.kept, run.judged, run.wrong) == (True, {"accelerator_count": 4, "model": "Base"}, {"stage"})
    assert (run.read["accelerator_count"], run.values["accelerator_count"], run.values["stage"]) == (8, 4, None)
    assert run.read["mixed_precision"] is False and value.read["own"] is True
    assert (value.kept, value.judged, value.settled, value.added) == (None, {}, False, False)
    assert (run.quote, run.page, run.quote_start) == ("We train on 8 P100 GPUs for 84 hours.", 7, 1000)
