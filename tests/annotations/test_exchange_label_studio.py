"""Machine records to Label Studio as pre-annotations, and completed annotations back to reviews."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from exchanged import QUOTE, facts, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotations.exchange.facts import Decisions, OpenFact
from annotations.exchange.label_studio import labelling_config, tasks, tasks_text
from annotations.exchange.label_studio_reviews import read_label_studio
from annotations.exchange.written import ExchangeError
from db.fields import FIELDS
from db.reviews import Decision, Review

AT = "2026-03-09T22:16:08.728378Z"
Result = list[dict[str, Any]]


def exported(*made: OpenFact) -> list[dict[str, Any]]:
    return list(tasks(made, "x1"))


def completed(task: dict[str, Any], result: Result | None = None, **changes: Any) -> dict[str, Any]:
    """The task with one annotation, as Label Studio exports it; the result is the prediction's unless given."""
    done = {"id": 11, "completed_by": 7, "was_cancelled": False, "created_at": AT, "updated_at": AT, **changes}
    done["result"] = deepcopy(task["predictions"][0]["result"]) if result is None else result
    return {"id": 3, **task, "annotations": [*task.get("annotations", []), done]}


def read(*done: dict[str, Any], reviewer: str | None = None, annotators: dict[str, str] | None = None) -> Decisions:
    data = json.dumps(done, ensure_ascii=False).encode()
    return read_label_studio(data, "export.json", reviewer, annotators or {"7": "ada"})


def of(decisions: Decisions, field: str | None) -> Review:
    (review,) = [each for each in decisions.reviews if each.field == field]
    return review


def prediction(task: dict[str, Any]) -> Result:
    result: Result = deepcopy(task["predictions"][0]["result"])
    return result


def parts(result: Result, label: str) -> Result:
    """The region with this label and what belongs to it."""
    ids = {each["id"] for each in result if each.get("value", {}).get("labels") == [label]}
    return [each for each in result if each.get("id") in ids]


def without(result: Result, label: str) -> Result:
    return [each for each in result if each not in parts(result, label)]


def said(result: Result, label: str, text: str) -> Result:
    """The result after somebody typed another value into a region."""
    (area,) = [each for each in parts(result, label) if each["type"] == "textarea"]
    area["value"]["text"] = [text]
    return result


def chosen(result: Result, label: str, verdict: str) -> Result:
    region = parts(result, label)[0]
    place = {side: region["value"][side] for side in ("start", "end")}
    choice = {"from_name": "verdict", "to_name": "text", "type": "choices", "value": {**place, "choices": [verdict]}}
    return [*result, {"id": region["id"], **choice}]


def new_region(region: str, label: str, words: str, text: str = QUOTE, value: str | None = None) -> Result:
    start = text.index(words)
    place = {"start": start, "end": start + len(words)}
    made = [
        {"id": region, "from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}
        | {"value": {**place, "text": words, "labels": [label]}}
    ]
    if value is not None:
        area = {"from_name": "value", "to_name": "text", "type": "textarea", "value": {**place, "text": [value]}}
        made.append({"id": region, **area})
    return made


def test_a_task_shows_each_field_where_the_sentence_states_it() -> None:
    (task,) = exported(run())
    spans = {
        each["value"]["labels"][0]: task["data"]["text"][each["value"]["start"] : each["value"]["end"]]
        for each in task["predictions"][0]["result"]
        if each["type"] == "labels"
    }
    assert spans["training_run"] == QUOTE == spans["stage"]
    assert (spans["model"], spans["accelerator_count"], spans["duration_hours"]) == ("Base", "8", "3.5 days")
    assert spans["accelerator"] == "V100 GPUs"
    assert "device_hours" not in spans, "what is unknown has no place"


def test_tasks_are_of_one_page_and_hold_its_sentences_once() -> None:
    on_page_8 = run("On 4 TPU cores.", 8)
    first, second = exported(run(), run(ordinal=1), on_page_8)
    assert first["data"]["text"] == QUOTE + "\n"
    assert (second["data"]["text"], second["data"]["page"]) == ("On 4 TPU cores.\n", 8)
    assert json.loads("".join(tasks_text([first, second]))) == [first, second]
    assert json.loads("".join(tasks_text([]))) == []


def test_the_labelling_config_knows_every_label_and_tag_of_the_tasks() -> None:
    config = ElementTree.fromstring(labelling_config())
    labels = {each.get("value") for each in config.iter("Label")}
    names = {each.get("name") for each in config.iter() if each.get("name")}
    (task,) = exported(run())
    for each in task["predictions"][0]["result"]:
        assert each["from_name"] in names and each["to_name"] in names
        assert set(each["value"].get("labels", ())) <= labels


def test_an_untouched_annotation_accepts_all_of_it() -> None:
    fact = replace(run(), latest={"duration_hours": "abcd"})
    (task,) = exported(fact)
    back = read(completed(task))
    assert {each.decision for each in back.reviews} == {Decision.ACCEPT}
    assert {each.field for each in back.reviews} == {
        None,
        *(name for name, value in fact.values.items() if value is not None),
    }
    assert of(back, None).seen == fact.values
    assert of(back, "duration_hours").seen == {"duration_hours": 84.0}
    assert back.seen[fact.fact_key, "duration_hours"] == "abcd" and back.seen[fact.fact_key, ""] is None
    when = datetime(2026, 3, 9, 22, 16, 8, 728378, tzinfo=UTC)
    assert {(each.reviewer, each.reviewed_at) for each in back.reviews} == {("ada", when)}


def test_a_changed_value_corrects_and_a_removed_region_rejects() -> None:
    (task,) = exported(run())
    back = read(completed(task, without(said(prediction(task), "accelerator_count", "16"), "model")))
    assert (of(back, "accelerator_count").decision, of(back, "accelerator_count").value) == (Decision.CORRECT, 16)
    assert of(back, "model").decision is Decision.REJECT
    assert of(back, "duration_hours").decision is Decision.ACCEPT


def test_verdicts_say_that_the_paper_does_not_state_it_or_that_it_is_wrong() -> None:
    (task,) = exported(run())
    result = chosen(chosen(prediction(task), "model", "not stated"), "duration_hours", "wrong")
    back = read(completed(task, result))
    assert (of(back, "model").decision, of(back, "model").value) == (Decision.CORRECT, None)
    assert of(back, "duration_hours").decision is Decision.REJECT


@pytest.mark.parametrize("way", ["removed", "wrong"])
def test_a_record_that_is_out_takes_its_fields_along(way: str) -> None:
    (task,) = exported(run())
    result = prediction(task)
    result = without(result, "training_run") if way == "removed" else chosen(result, "training_run", "wrong")
    (review,) = read(completed(task, result)).reviews
    assert (review.field, review.decision) == (None, Decision.REJECT)


def test_a_new_field_inside_a_record_that_lacks_it_completes_the_record() -> None:
    (task,) = exported(run(duration_hours=None))
    back = read(completed(task, prediction(task) + new_region("n1", "duration_hours", "3.5 days")))
    review = of(back, "duration_hours")
    assert (review.decision, review.value, review.seen) == (Decision.CORRECT, 84.0, {"duration_hours": None})


def test_another_label_on_the_same_words_moves_the_value() -> None:
    (task,) = exported(run())
    result = prediction(task)
    parts(result, "duration_hours")[0]["value"]["labels"] = ["device_hours"]
    back = read(completed(task, said(result, "device_hours", "84")))
    assert of(back, "duration_hours").decision is Decision.REJECT
    assert (of(back, "device_hours").decision, of(back, "device_hours").value) == (Decision.CORRECT, 84.0)


def test_a_new_record_becomes_a_fact_with_its_place() -> None:
    text = "We train on 8 V100 GPUs for 3.5 days, then 4 A100 GPUs for 12 hours."
    (task,) = exported(run(text))
    words = "4 A100 GPUs for 12 hours"
    result = prediction(task) + new_region("r", "training_run", words, text)
    result += new_region("a", "accelerator", "A100", text) + new_region("c", "accelerator_count", "4", text)
    result += new_region("d", "duration_hours", "12 hours", text)
    (fact,) = read(completed(task, result)).added
    assert fact.values == {"accelerator": "NVIDIA A100", "accelerator_count": 4, "duration_hours": 12.0}
    assert (fact.kind, fact.page, fact.quote, fact.reviewer) == ("training_run", 7, text, "ada")
    assert [page for page, _ in fact.boxes] == [7]


def test_of_two_records_around_new_words_a_relation_decides() -> None:
    lacking = (run(duration_hours=None), run(ordinal=1, duration_hours=None))
    (task,) = exported(*lacking)
    result = prediction(task) + new_region("n1", "duration_hours", "3.5 days")
    with pytest.raises(ExchangeError, match=r"export\.json, task 1, annotation 11: .*several records: tie it to one"):
        read(completed(task, result))
    (first, _) = [name for name, each in task["data"]["burden"]["regions"].items() if each["field"] == ""]
    tied = [*result, {"type": "relation", "from_id": "n1", "to_id": first, "direction": "right"}]
    review = of(Decisions(read(completed(task, tied)).reviews[-1:]), "duration_hours")
    assert (review.fact_key, review.value) == (lacking[0].fact_key, 84.0)


def test_who_completed_it_is_named_or_numbered() -> None:
    (task,) = exported(run())
    person = {"id": 9, "email": "ben@example.org", "first_name": "Ben"}
    assert of(read(completed(task, completed_by=person)), None).reviewer == "label-studio-9"
    named = read(completed(task, completed_by=person), annotators={"ben@example.org": "ben"})
    assert of(named, None).reviewer == "ben"
    assert of(read(completed(task), annotators={"1": "eve"}, reviewer="eve"), None).reviewer == "eve"


def test_skipped_and_open_tasks_say_nothing() -> None:
    (task,) = exported(run())
    back = read(completed(task, was_cancelled=True), {**task, "annotations": []})
    assert back.reviews == ()
    assert back.left_out == (
        "export.json, task 1: no finished annotation",
        "export.json, task 2: no finished annotation",
    )


def test_two_annotators_of_one_task_are_two_reviewers() -> None:
    (task,) = exported(run())
    both = completed(completed(task), id=12, completed_by=8)
    reviewers = {each.reviewer for each in read(both, annotators={"7": "ada", "8": "ben"}).reviews}
    assert reviewers == {"ada", "ben"}


def test_offsets_behind_an_emoji_are_understood_either_way() -> None:
    text = "👩 We train on 8 V100 GPUs for 3.5 days."
    (task,) = exported(run(text, duration_hours=None))
    for shift in (0, 1):
        region = new_region("n1", "duration_hours", "3.5 days", text)
        for side in ("start", "end"):
            region[0]["value"][side] += shift
        assert of(read(completed(task, prediction(task) + region)), "duration_hours").value == 84.0
    region[0]["value"]["start"] += 3
    with pytest.raises(ExchangeError, match="does not stand at"):
        read(completed(task, prediction(task) + region))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda task: task["annotations"][0].update(updated_at="yesterday"), "is no moment"),
        (lambda task: task["annotations"][0].update(updated_at="2026-03-09T22:16:08"), "no time zone"),
        (lambda task: task["annotations"][0].update(completed_by=None), "does not say who"),
        (lambda task: task["data"].pop("burden"), "no task of `burden annotations export"),
        (lambda task: task.pop("annotations"), "not as JSON-MIN"),
        (lambda task: said(task["annotations"][0]["result"], "duration_hours", "3,5"), "decimal comma"),
        (lambda task: task["annotations"][0]["result"].append({"id": "x"}), "not as Label Studio exports"),
        (lambda task: task["annotations"][0]["result"][0]["value"].update(start=float("inf")), "OverflowError"),
        (lambda task: task["data"].update(burden="[" * 100_000), "RecursionError"),
        (lambda task: known_record(task).update(value=["Base"]), "values by field, not list"),
        (lambda task: known_record(task).update(value={"model": {"deep": 1}}), "should be one value"),
    ],
)
def test_what_is_malformed_is_named_with_its_task(change: Any, problem: str) -> None:
    (task,) = exported(run())
    done = completed(task)
    change(done)
    with pytest.raises(ExchangeError, match=r"export\.json, task 2") as refused:
        read(completed(task), done)
    assert problem in str(refused.value)


def known_record(task: Any) -> Any:
    """What the task says of the whole record."""
    return next(each for each in task["data"]["burden"]["regions"].values() if each["field"] == "")


@pytest.mark.parametrize("data", [b"{}", b"[", b"\xff", b'"x"'])
def test_other_files_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(ExchangeError, match=r"export\.json: .*export as JSON from Label Studio"):
        read_label_studio(data, "export.json", None, {})


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(facts(), min_size=1, max_size=3, unique_by=lambda fact: fact.fact_key))
def test_what_nobody_touched_comes_back_accepted_as_it_went(made: list[OpenFact]) -> None:
    through_json = json.loads("".join(tasks_text(tasks(made, "x1"))))
    back = read(*map(completed, through_json))
    assert {each.decision for each in back.reviews} == {Decision.ACCEPT} and back.added == ()
    seen = {(each.fact_key, each.field): each.seen for each in back.reviews}
    for fact in made:
        assert seen[fact.fact_key, None] == fact.values
        for field in FIELDS[fact.kind]:
            if fact.values[field] is not None:
                assert seen[fact.fact_key, field] == {field: fact.values[field]}
                assert back.seen[fact.fact_key, field] == fact.latest.get(field)
