"""Contributions on both databases: bounds hold under haste, decisions and their reviews are saved together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db import schema
from db.desk import paper_records
from db.errors import RecordError
from db.fields import Kind
from db.letters import letter_failed, letter_sent, letters_waiting, take_letter
from db.reviews import Decision, Review, add_review
from db.submission_decisions import Decided, ItemDecision, decide, decline
from db.submission_reading import Submission, submission, submission_counts, submission_of_token, waiting_papers
from db.submissions import (
    Bounds,
    ClosedError,
    NewSubmission,
    ProposedItem,
    Status,
    TooManyError,
    What,
    add_answer,
    add_submission,
    ask,
    forget_email,
)

MANY = Bounds(1000, 1000, 1000)
LEASE = timedelta(minutes=5)


def new(sample: Any, form: str = "f", **changes: Any) -> NewSubmission:
    item = ProposedItem(What.ADD, Kind.TRAINING_RUN, "", {"model": "Base", "accelerator_count": 8}, None, 3, "8 GPUs")
    made = NewSubmission(f"token of {form}", form, sample.noon, "s", "2401.00001", False, "", None, [item])
    return replace(made, **changes)


def of(engine: Engine, number: int) -> Submission:
    found = submission(engine, number)
    assert found is not None
    return found


def run_key(engine: Engine) -> tuple[str, str]:
    """Key and claim of the sample's run."""
    paper = paper_records(engine, "2401.00001")
    assert paper is not None
    fact = next(fact for fact in paper.facts if fact.kind == Kind.TRAINING_RUN)
    return fact.fact_key, fact.claim_id


def test_a_submission_comes_back_as_it_went_in(engine: Engine, sample: Any) -> None:
    item = ProposedItem(
        What.CORRECT, Kind.TRAINING_RUN, "0" * 32, {"duration_hours": None}, {"duration_hours": 84}, None, ""
    )
    number = add_submission(engine, new(sample, items=[*new(sample).items, item], note="note\x00"), MANY, False)
    found = submission_of_token(engine, "token of f")
    assert found == of(engine, number) and submission_of_token(engine, "another") is None
    assert [each.proposed for each in found.items] == [
        {"model": "Base", "accelerator_count": 8},
        {"duration_hours": None},
    ]
    assert found.items[1].seen == {"duration_hours": 84.0} and found.note == "note\ufffd"
    assert (found.status, found.has_email, found.messages) == (Status.PENDING, False, [])


@pytest.mark.parametrize(
    "changed",
    [
        {"note": "x" * 4001},
        {"items": [ProposedItem(What.ADD, Kind.RESULT, "", {"flop": 1.0}, None, 1, "")]},
        {"items": [ProposedItem(What.ADD, Kind.RESULT, "", {"value": float("inf")}, None, 1, "")]},
        {"items": [ProposedItem(What.ADD, Kind.RESULT, "", {}, None, 1, "x" * 501)]},
        {"items": [ProposedItem(What.ADD, Kind.RESULT, "", {}, None, 1, "")] * 41},
    ],
)
def test_what_no_record_can_have_is_refused_whole(engine: Engine, sample: Any, changed: dict[str, Any]) -> None:
    with pytest.raises(RecordError):
        add_submission(engine, new(sample, **changed), MANY, False)
    assert submission_counts(engine)[Status.PENDING] == 0


def test_the_same_form_is_one_submission_also_when_sent_at_once(engine: Engine, sample: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(lambda _: add_submission(engine, new(sample), MANY, False), range(16)))
    assert len(numbers) == 1 and submission_counts(engine)[Status.PENDING] == 1


@pytest.mark.parametrize("bounds", [Bounds(3, 1000, 1000), Bounds(1000, 3, 1000), Bounds(1000, 1000, 3)])
def test_bounds_hold_when_many_send_at_once_and_end_after_a_day(engine: Engine, sample: Any, bounds: Bounds) -> None:
    def send(number: int) -> bool:
        try:
            made = new(sample, str(number), email="eva@example.org", addressee="digest of eva")
            add_submission(engine, made, bounds, False)
        except TooManyError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(12))) == 3
    tomorrow = new(sample, "tomorrow", email="eva@example.org", submitted_at=sample.noon + timedelta(hours=25))
    add_submission(engine, tomorrow, bounds, False)


def test_an_address_that_is_erased_each_time_gets_no_more_letters_for_that(engine: Engine, sample: Any) -> None:
    def send(form: str, whose: str, before: str | None = None) -> int:
        made = new(sample, form, email=f"{whose}@example.org", addressee=whose, addressee_before=before)
        return add_submission(engine, made, Bounds(1000, 2, 1000), False)

    for form in "ab":
        forget_email(engine, send(form, "eva"))
    for named in (("eva", None), ("eva of the next day", "eva")):
        with pytest.raises(TooManyError, match="this address"):
            send("c", *named)
    send("d", "ben")


def test_approved_reviews_and_what_becomes_of_it_are_saved_together(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    key, claim = run_key(engine)
    number = add_submission(engine, new(sample), MANY, False)
    later = sample.noon + timedelta(days=1)
    review = Review(key, "accelerator_count", Decision.CORRECT, "ada", later, 16, f"submission {number}", claim)
    wrong = replace(review, field="no such field")
    with pytest.raises(RecordError):
        decide(engine, number, Decided({0: ItemDecision.APPROVED}, [wrong], {}), "ada", later, "", False)
    assert of(engine, number).items[0].decision is None and of(engine, number).status is Status.PENDING
    decided = Decided({0: ItemDecision.APPROVED}, [review], {(key, "accelerator_count"): None})
    assert decide(engine, number, decided, "ada", later, "thanks", False) == []
    assert of(engine, number).status is Status.APPROVED and of(engine, number).messages[0].text == "thanks"
    with pytest.raises(ClosedError):
        decide(engine, number, decided, "ada", later, "", False)
    told = sample.rows(engine, "SELECT reviewer, reason, in_force FROM reviews_v1")
    assert [(each["reviewer"], each["reason"]) for each in told] == [("ada", f"submission {number}")]


def test_a_conflict_leaves_the_submission_open(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    key, claim = run_key(engine)
    number = add_submission(engine, new(sample), MANY, False)
    later = sample.noon + timedelta(days=1)
    add_review(engine, Review(key, "accelerator_count", Decision.CORRECT, "eve", later, 32))
    review = Review(key, "accelerator_count", Decision.CORRECT, "ada", later, 16, "", claim)
    decided = Decided({0: ItemDecision.APPROVED}, [review], {(key, "accelerator_count"): None})
    (conflict,) = decide(engine, number, decided, "ada", later, "thanks", False)
    assert (
        conflict.reviewer == "eve" and of(engine, number).status is Status.PENDING and not of(engine, number).messages
    )
    assert decide(engine, number, decided.over_all(), "ada", later, "", False) == []
    assert of(engine, number).status is Status.APPROVED


def test_two_who_decide_at_once_decide_once(engine: Engine, sample: Any) -> None:
    number = add_submission(engine, new(sample), MANY, False)

    def refuse(name: str) -> bool:
        try:
            decided = Decided({0: ItemDecision.DECLINED})
            return decide(engine, number, decided, name, sample.noon, f"no, says {name}", False) == []
        except ClosedError:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(refuse, ["ada", "eve", "ben", "joe"])) == 1
    assert len(of(engine, number).messages) == 1 and of(engine, number).status is Status.DECLINED


def test_what_is_left_open_after_a_part_was_approved_can_be_declined(engine: Engine, sample: Any) -> None:
    number = add_submission(engine, new(sample, items=new(sample).items * 2), MANY, False)
    decide(engine, number, Decided({1: ItemDecision.APPROVED}), "ada", sample.noon, "", False)
    assert of(engine, number).status is Status.PENDING
    decline(engine, number, "ada", sample.noon, "the other is not there", False)
    assert of(engine, number).status is Status.APPROVED
    assert [item.decision for item in of(engine, number).items] == ["declined", "approved"]


def test_an_answer_makes_it_pending_and_nothing_is_said_after_the_end(engine: Engine, sample: Any) -> None:
    number = add_submission(engine, new(sample), MANY, False)
    ask(engine, number, "which?", sample.noon, "ada", False)
    assert of(engine, number).status is Status.NEEDS_INFORMATION
    add_answer(engine, number, "this", sample.noon, "s", 1)
    assert of(engine, number).status is Status.PENDING
    with pytest.raises(TooManyError):
        add_answer(engine, number, "and that", sample.noon, "s", 1)
    decline(engine, number, "ada", sample.noon, "no", False)
    with pytest.raises(ClosedError):
        add_answer(engine, number, "but", sample.noon, "s", 9)


def test_papers_wait_until_they_are_read_or_nobody_asks_any_more(engine: Engine, sample: Any) -> None:
    for form, paper in (("a", "2401.00001"), ("b", "2401.00002"), ("c", "2401.00002"), ("d", "cs/0112017")):
        number = add_submission(engine, new(sample, form, paper_key=paper), MANY, False)
    assert waiting_papers(engine) == ["2401.00001", "2401.00002", "cs/0112017"]
    sample.save(engine, sample.paper(sample.run()))
    decline(engine, number, "ada", sample.noon, "no", False)
    assert waiting_papers(engine) == ["2401.00002"]


def test_a_letter_is_taken_by_one_and_comes_back_after_its_lease(engine: Engine, sample: Any) -> None:
    for form in "ab":
        add_submission(engine, new(sample, form, email=f"{form}@example.org"), MANY, True)
    now = sample.noon
    with ThreadPoolExecutor(4) as pool:
        taken = [each for each in pool.map(lambda _: take_letter(engine, now, LEASE), range(4)) if each]
    assert sorted(each.email for each in taken) == ["a@example.org", "b@example.org"]
    assert take_letter(engine, now + timedelta(minutes=4), LEASE) is None
    again = take_letter(engine, now + LEASE, LEASE)
    assert again is not None
    letter_failed(engine, again, "busy", now + timedelta(hours=1))
    letter_sent(engine, next(each for each in taken if each.letter_id != again.letter_id), now)
    assert letters_waiting(engine)
    last = take_letter(engine, now + timedelta(hours=1), LEASE)
    assert last is not None and (last.letter_id, last.attempts) == (again.letter_id, 1)


def test_no_view_tells_of_contributions(engine: Engine, sample: Any) -> None:
    hidden = ("submissions", "submission_items", "submission_messages", "letters")
    for row in sample.rows(engine, _VIEWS[engine.dialect.name]):
        assert not any(name in (row["sql"] or "") for name in hidden), row["name"]
    assert {table.name for table in schema.metadata.sorted_tables} >= set(hidden)


_VIEWS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'view'",
    "postgresql": "SELECT viewname AS name, definition AS sql FROM pg_views WHERE schemaname = 'public'",
}
