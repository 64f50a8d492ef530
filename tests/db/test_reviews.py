"""How a review finds its fact again, and what it does to what is in force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db import schema
from db.added_facts import AddedFact
from db.arrivals import PaperDocument
from db.errors import DatabaseError, RecordError
from db.facts import claim_rows, fact_key, property_digest, result_digest, split_fact_key
from db.fields import FIELD_TYPES, FIELDS, Kind
from db.queries import exported_records, pending_estimates
from db.reviews import Decision, Review, add_review, save_reviews
from db.store import record_documents, save_estimates, upsert_papers
from extractors.records import Box, CountUnit, Stage

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
    key = fact_key("cs/0112017", "training_run", 3, "Größe ﬁnal 10^18", 2)
    assert key == "cs/0112017:056304b300b91ff4ea97780fafc6b0ef"
    assert result_digest("Größe 1", "imagenet", "top1_accuracy", 2) == "b3d9ee0e055a745dca4b5c92215086dd"
    assert property_digest("epochs", 3, "Größe ﬁnal 90", 2) == "06e6c62185e1b2c46abc5e93ce103852"


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


def test_a_stage_that_is_unknown_after_all_is_unspecified(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), sample.run(stage="unspecified", page=9)))
    add_review(engine, review(sample, "reject", "stage"))
    assert [run["stage"] for run in runs(engine)] == ["unspecified", "unspecified"]
    assert sample.rows(engine, "SELECT stage_count FROM burden_v1") == [{"stage_count": 1}]


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


def test_a_withdrawn_paper_has_no_fact_for_a_review(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big"))
    upsert_papers(engine, [sample.metadata(version=2, withdrawn=True)])
    assert states(engine) == ["unmatched"]
    upsert_papers(engine, [sample.metadata(version=3)])
    assert states(engine) == ["matched"]


def test_the_review_that_rejects_a_record_is_matched(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "reject"))
    assert states(engine) == ["matched"]


# --- a PDF that is later had under an arXiv id ---


def test_reviews_follow_a_pdf_to_its_arxiv_id(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata(None, None)))
    old_key = runs(engine)[0]["fact_key"]
    assert old_key.startswith("sha256:")
    add_review(engine, review(sample, "correct", "model", "Big", fact_key=old_key))
    for version in (1, 2):
        record_documents(engine, [PaperDocument(sample.metadata(version=version), "a" * 64, 10)], sample.noon)
    assert [(run["arxiv_id"], run["model"], run["basis"]) for run in runs(engine)] == [("2401.00001", "Big", "curated")]
    assert sample.rows(engine, "SELECT arxiv_id, fact_key, state, in_force FROM reviews_v1") == [
        {"arxiv_id": "2401.00001", "fact_key": KEY, "state": "matched", "in_force": True}
    ]

    add_review(engine, review(sample, "correct", "model", "Bigger", days=2))
    assert runs(engine)[0]["model"] == "Bigger", "the later review, made under the arXiv id, supersedes"
    add_review(engine, review(sample, "accept", "stage", days=3, fact_key=old_key))
    assert states(engine) == ["matched"] * 3, "a page that a curator had open still names the fact by its old key"

    third = sample.paper(sample.run(), metadata=sample.metadata(version=3), sha256="b" * 64)
    sample.save(engine, third, hours=48)
    assert [(run["version"], run["model"]) for run in runs(engine)] == [(3, "Bigger")]


def test_reviews_follow_a_pdf_to_each_of_its_arxiv_ids(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata(None, None)))
    add_review(engine, review(sample, "correct", "model", "Big", fact_key=runs(engine)[0]["fact_key"]))
    for arxiv_id in ("2401.00001", "2401.00002"):
        record_documents(engine, [PaperDocument(sample.metadata(arxiv_id), "a" * 64, 10)], sample.noon)
    assert [run["model"] for run in runs(engine)] == ["Big", "Big"]
    assert states(engine) == ["matched", "matched"]


# --- values and fields that can't be ---


def stored(engine: Engine, sample: Any, field: str, **values: Any) -> None:
    """A review as another program, or an older version of this one, may have stored it."""
    row = {
        "review_id": f"{field}{values}",
        "paper_key": KEY.partition(":")[0],
        "fact_digest": KEY.partition(":")[2],
        "field": field,
        "decision": "correct",
        "reviewer": "ada",
        "reviewed_at": sample.noon,
        "reason": "",
    }
    with engine.begin() as connection:
        connection.execute(schema.reviews.insert(), row | values)


@pytest.mark.parametrize(
    ("field", "values", "read"),
    [
        ("count_unit", {"value_text": "gpus"}, None),
        ("stage", {"value_text": "train"}, Stage.UNSPECIFIED),
        ("accelerator_count", {"value_number": 1e300}, None),
        ("accelerator_count", {"value_number": -8.0}, None),
        ("accelerator_count", {"value_text": "eight"}, None),
        ("duration_hours", {"value_number": float("inf")}, None),
        ("duration_hours", {"value_number": float("nan")}, None),
    ],
)
def test_a_value_that_should_not_be_there_stops_nothing(
    engine: Engine, sample: Any, field: str, values: dict[str, Any], read: Any
) -> None:
    sample.save(engine, sample.paper(sample.run(), sample.run(page=9)))
    stored(engine, sample, field, **values)
    pending = {item.run.evidence.page: item.run for item in pending_estimates(engine, "e2")}
    assert getattr(pending[7], field) == read
    assert pending[9].count_unit is CountUnit.DEVICES
    assert len(runs(engine)) == 2

    add_review(engine, review(sample, "accept", field, seen={field: getattr(sample.run(), field)}))
    pending = {item.run.evidence.page: item.run for item in pending_estimates(engine, "e2")}
    assert getattr(pending[7], field) == getattr(sample.run(), field), "a later review puts it right"


@pytest.mark.parametrize("kind", list(Kind))
def test_a_field_that_the_kind_of_record_has_not_changes_nothing(engine: Engine, sample: Any, kind: Kind) -> None:
    paper = sample.paper(
        sample.run(),
        compute=(sample.compute(),),
        results=(sample.result(),),
        properties=(sample.property("epochs", 90),),
    )
    sample.save(engine, paper)
    fact = {row["kind"]: row["fact_digest"] for row in claim_rows(paper.extraction)}[kind]
    before = list(exported_records(engine, "facts")), list(exported_records(engine, "burden"))
    foreign = [field for field in FIELD_TYPES if field not in FIELDS[kind]]
    for field in foreign:
        stored(engine, sample, field, value_text="chips", value_number=9e30, fact_digest=fact)
        with pytest.raises(RecordError, match=f"a {kind} has no {field} "):
            add_review(engine, review(sample, "reject", field, fact_key=f"2401.00001:{fact}"))
    assert (list(exported_records(engine, "facts")), list(exported_records(engine, "burden"))) == before
    assert states(engine) == ["unmatched"] * len(foreign)

    for field in FIELDS[kind]:
        add_review(engine, review(sample, "accept", field, fact_key=f"2401.00001:{fact}"))
    assert states(engine) == ["unmatched"] * len(foreign) + ["matched"] * len(FIELDS[kind])


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
        ({"field": "stage", "value": "train"}, "stage should be one of finetuning, .*, not 'train'"),
        ({"field": "property", "value": "depth"}, "property should be one of epochs, .*, not 'depth'"),
        ({"field": "crops", "value": 0}, "above zero"),
        ({"field": "count_unit", "value": "gpus"}, "count_unit should be one of chips, .*, not 'gpus'"),
        ({"field": "stage", "decision": Decision.ACCEPT, "value": None, "seen": {"stage": "x"}}, "stage should be one"),
        ({"reviewer": " "}, "needs a reviewer"),
        ({"decision": Decision.ACCEPT}, "only a correction carries a value"),
        ({"decision": Decision.ACCEPT, "value": None}, "needs the value that was seen"),
        ({"fact_key": "2401.00001"}, "not a fact's key"),
        ({"seen": ["model"]}, "values by field, not list"),
        ({"seen": {"model": {"a": 1}}}, "what was seen of 'model' should be one value"),
        ({"seen": {"flop": 10**400}}, "what was seen of 'flop' should be one value"),
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


# --- taking back ---


def test_a_withdrawn_review_is_as_if_it_had_never_been(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    for days, name in ((1, "Big"), (2, "Bigger")):
        add_review(engine, review(sample, "correct", "model", name, days=days))
    models = []
    for days in (3, 4):
        add_review(engine, review(sample, "withdraw", "model", days=days))
        models.append(runs(engine)[0]["model"])
    assert models == ["Big", "Base"], "the one before it is in force again, then the machine's value"
    assert runs(engine)[0]["basis"] == "machine"
    with pytest.raises(RecordError, match="no review of it that could be withdrawn"):
        add_review(engine, review(sample, "withdraw", "model", days=5))
    kept = sample.rows(engine, "SELECT decision, in_force, withdrawn FROM reviews_v1 ORDER BY reviewed_at")
    assert [row["decision"] for row in kept] == ["correct", "correct", "withdraw", "withdraw"]
    assert [bool(row["withdrawn"]) for row in kept] == [True, True, False, False]
    assert not any(row["in_force"] for row in kept)

    add_review(engine, review(sample, "correct", "model", "Big", days=6))
    assert runs(engine)[0]["model"] == "Big", "what was undone can be said again"


def test_a_withdrawal_takes_back_just_what_it_names(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    rejected = add_review(engine, review(sample, "reject"))
    add_review(engine, review(sample, "correct", "model", "Big"))
    add_review(engine, review(sample, "accept", days=2))
    add_review(engine, review(sample, "withdraw", None, withdraws=rejected, days=3))
    assert [run["model"] for run in runs(engine)] == ["Big"]
    add_review(engine, review(sample, "withdraw", None, days=4))
    assert [run["model"] for run in runs(engine)] == ["Big"], "the accept is gone, the reject had gone before"
    with pytest.raises(RecordError, match="only a withdrawal takes a review back"):
        add_review(engine, review(sample, "accept", withdraws=rejected))
    with pytest.raises(RecordError, match="is no review of that field"):
        add_review(engine, review(sample, "withdraw", "model", withdraws=rejected, days=5))


def test_a_review_of_a_pdf_is_taken_back_under_its_arxiv_id(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata(None, None)))
    add_review(engine, review(sample, "correct", "model", "Big", fact_key=runs(engine)[0]["fact_key"]))
    record_documents(engine, [PaperDocument(sample.metadata(), "a" * 64, 10)], sample.noon)
    add_review(engine, review(sample, "withdraw", "model", days=2))
    assert [run["model"] for run in runs(engine)] == ["Base"]


# --- saving what was decided on a page ---


def place(field: str | None = None) -> tuple[str, str]:
    return KEY, field or ""


def test_whoever_has_not_seen_the_last_word_is_told_and_nothing_is_saved(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    first, conflicts = save_reviews(engine, [review(sample, "correct", "model", "Big")], {place("model"): None})
    assert len(first) == 1 and conflicts == []

    theirs = [
        review(sample, "accept", reviewer="ben", days=2),
        review(sample, "correct", "model", "Huge", reviewer="ben", days=2),
    ]
    ids, (conflict,) = save_reviews(engine, theirs, {place("model"): None})
    assert ids == []
    assert (conflict.fact_key, conflict.field, conflict.review_id) == (KEY, "model", first[0])
    assert (conflict.reviewer, conflict.decision, conflict.value) == ("ada", Decision.CORRECT, "Big")
    assert states(engine) == ["matched"], "neither of the two"

    ids, conflicts = save_reviews(engine, theirs, {place("model"): first[0]})
    assert (len(ids), conflicts, len(states(engine))) == (2, [], 3)
    assert runs(engine)[0]["model"] == "Huge"


def test_a_review_that_was_taken_back_meanwhile_is_a_conflict(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    seen = {place("model"): add_review(engine, review(sample, "correct", "model", "Big"))}
    undo = review(sample, "withdraw", "model", reviewer="ben", days=2)
    (undone,), _ = save_reviews(engine, [undo], seen)
    ids, (conflict,) = save_reviews(engine, [replace(undo, reviewer="cy")], seen)
    assert (ids, conflict.review_id, conflict.decision, conflict.reviewer) == ([], undone, Decision.WITHDRAW, "ben")
    assert save_reviews(engine, [review(sample, "correct", "model", "Huge", days=3)], {place("model"): None})[1] == []


def test_whoever_overrides_is_in_force_though_the_clocks_differ(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_review(engine, review(sample, "correct", "model", "Big", days=9))
    late = review(sample, "correct", "model", "Huge", reviewer="ben", days=2)
    assert save_reviews(engine, [late], {}, override=True)[1] == []
    assert runs(engine)[0]["model"] == "Huge"


def test_the_same_save_again_is_no_conflict_and_no_second_row(engine: Engine, sample: Any) -> None:
    """A browser that had no answer sends it again."""
    sample.save(engine, sample.paper(sample.run()))
    batch = [review(sample, "accept"), review(sample, "correct", "model", "Big")]
    first = save_reviews(engine, batch, {})
    assert save_reviews(engine, batch, {}) == first
    seen = {place("model"): add_review(engine, review(sample, "correct", "model", "Huge", days=2))}
    undo = [review(sample, "withdraw", "model", days=3)]
    undone = save_reviews(engine, undo, seen)
    assert save_reviews(engine, undo, seen) == undone, "and takes back no second review"
    assert runs(engine)[0]["model"] == "Big"


def test_what_can_not_be_saved_costs_the_whole_page(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    with pytest.raises(RecordError, match="above zero"):
        save_reviews(engine, [review(sample, "accept"), review(sample, "correct", "duration_hours", -1.0)], {})
    with pytest.raises(RecordError, match="above zero"):
        save_reviews(engine, [review(sample, "accept")], {}, added=[added(sample, duration_hours=-1.0)])
    assert states(engine) == [] and len(runs(engine)) == 1


def added(sample: Any, **values: Any) -> AddedFact:
    box = Box(10.0, 20.0, 30.0, 40.0)
    at = sample.noon + timedelta(days=1)
    return AddedFact("2401.00001", Kind.TRAINING_RUN, values, 3, [(3, box)], "Two weeks on a TPU.", "ada", at, "missed")


def test_eight_curators_at_once_lose_nothing_and_are_told_of_every_conflict(engine: Engine, sample: Any) -> None:
    """Each decides on the same facts, over and over; who is refused looks at what the other said and decides again."""
    sample.save(engine, sample.paper(*(sample.run(page=page) for page in range(1, 4))))
    keys = [run["fact_key"] for run in runs(engine)]

    def work(curator: int) -> tuple[list[str], set[tuple[str, str]]]:
        name = f"curator {curator}"
        saved: list[str] = []
        known: dict[tuple[str, str], str | None] = {}
        told: set[tuple[str, str]] = set()
        for step in range(6):
            key, field = keys[(curator + step) % len(keys)], ("model", None)[step % 2]
            decision = Decision.CORRECT if field else Decision.ACCEPT
            value = f"Model {curator}.{step}" if field else None
            decided = Review(key, field, decision, name, sample.noon + timedelta(minutes=step), value)
            ids: list[str] = []
            while not ids:
                ids, conflicts = save_reviews(engine, [decided], known)
                known[key, field or ""] = (ids or [conflict.review_id for conflict in conflicts])[0]
                told |= {(conflict.review_id, name) for conflict in conflicts}
            saved += ids
        return saved, told

    with ThreadPoolExecutor(8) as curators:
        work_done = list(curators.map(work, range(8)))
    stored = sample.rows(
        engine, "SELECT * FROM reviews_v1 ORDER BY fact_key, COALESCE(field, ''), reviewed_at, review_id"
    )
    assert sorted(review_id for saved, _ in work_done for review_id in saved) == sorted(
        row["review_id"] for row in stored
    )
    assert len(stored) == 8 * 6
    told = set().union(*(each for _, each in work_done))
    followed = [
        (before["review_id"], after["reviewer"])
        for before, after in pairwise(stored)
        if (before["fact_key"], before["field"]) == (after["fact_key"], after["field"])
        and before["reviewer"] != after["reviewer"]
    ]
    assert followed and set(followed) <= told, "nobody's word follows another's that it was not told of"
    (desk,) = sample.rows(engine, "SELECT reviewed_facts, open_facts FROM desk_papers")
    assert (desk["reviewed_facts"], desk["open_facts"]) == (3, 0)
