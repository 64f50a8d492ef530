"""What curators add: it stands beside what the machine found, and outlives what the machine finds later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.added_facts import AddedFact, add_fact
from db.arrivals import PaperDocument
from db.desk import paper_records, refresh_desk_papers
from db.errors import RecordError
from db.fields import Kind
from db.fits import fit_points
from db.queries import exported_records, pending_estimates
from db.reviews import Decision, Review, add_review
from db.store import record_documents, save_estimates
from extractors.records import Box

PAPER = "2401.00001"
SIX_TPUS = "Both models were trained on 6 TPUs for 12 hours."


def run(sample: Any, **changes: Any) -> AddedFact:
    values = {"model": "Base", "accelerator": "Google TPU v3", "accelerator_count": 6, "duration_hours": 12.0}
    place = (3, Box(10.0, 20.0, 30.0, 40.0))
    fact = AddedFact(
        PAPER, Kind.TRAINING_RUN, values, 3, [place], SIX_TPUS, "ada", sample.noon + timedelta(hours=1), "missed"
    )
    return replace(fact, **changes)


def result(sample: Any, value: float = 93.1, **values: Any) -> AddedFact:
    named = {"model": "Base", "benchmark": "imagenet", "metric": "top5_accuracy", "value": value, "own": True}
    return run(sample, kind=Kind.RESULT, values=named | values, quote="Base has a top-5 accuracy of 93.1.")


def exported(engine: Engine, what: str = "facts") -> list[dict[str, Any]]:
    return list(exported_records(engine, what))


def estimated(engine: Engine, sample: Any, flop: float = 1e18) -> None:
    pending = list(pending_estimates(engine, "e1", PAPER))
    save_estimates(engine, [(each, sample.estimate(flop)) for each in pending], "e1", sample.noon)


def test_an_added_run_is_exported_and_estimated_like_any_other(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(),)))
    key = add_fact(engine, run(sample))
    estimated(engine, sample)
    (found,) = exported(engine, "runs")
    assert (found["fact_key"], found["basis"], found["confidence"], found["rules"]) == (
        key,
        "curated",
        1.0,
        ["curator"],
    )
    assert (found["accelerator_count"], found["stage"], found["mixed_precision"]) == (6, "unspecified", False)
    assert (found["page"], found["bbox"], found["evidence"]) == (3, [10.0, 20.0, 30.0, 40.0], SIX_TPUS)
    assert found["hardware_burden_flop"] == 1e18
    assert found["joined_models"] == [
        {"model": "Base", "benchmark": None, "rule": "join.curated", "confidence": 1.0},
    ]
    (burden,) = exported(engine, "burden")
    assert (burden["model"], burden["hardware_burden_flop"], burden["basis"]) == ("Base", 1e18, "curated")
    (point,) = exported(engine, "points")
    assert (point["hardware_burden_flop"], point["join_rule"], point["burden_basis"]) == (
        1e18,
        "join.curated",
        "curated",
    )
    assert [(each["basis"], each["hardware_burden_flop"]) for each in fit_points(engine)] == [("curated", 1e18)]


def test_an_added_result_is_a_point_of_the_runs_of_its_model(engine: Engine, sample: Any) -> None:
    """By its name, and by the machine's link of a run that calls the model otherwise."""
    linked = sample.run("The large one took 8 GPUs.", 5, model="the large one")
    links = (sample.link("training_run", 1, "Base"),)
    paper = sample.paper(sample.run(), linked, results=(sample.result(model="Base"),), links=links)
    sample.save(engine, replace(paper, estimates=(sample.estimate(1e18), sample.estimate(4e18))))
    add_fact(engine, result(sample))
    points = {point["metric"]: point for point in exported(engine, "points")}
    assert points["top5_accuracy"]["value"] == 93.1 and points["top5_accuracy"]["result_basis"] == "curated"
    assert points["top5_accuracy"]["run_count"] == points["top1_accuracy"]["run_count"] == 2


def test_an_added_property_is_reckoned_with(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(),)))
    values = {"model": "Base", "property": "parameters", "quantity": 25e6}
    add_fact(engine, run(sample, kind=Kind.MODEL_PROPERTY, values=values))
    assert [(row["parameters"]) for row in exported(engine, "points")] == [25e6]
    add_fact(engine, run(sample, kind=Kind.TRAINING_COMPUTE, values={"model": "Base", "flop": 1e20}))
    assert [row["stated_training_flop"] for row in exported(engine, "points")] == [1e20]


def test_what_was_added_outlives_re_extraction_and_a_new_version(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    key = add_fact(engine, run(sample))
    sample.save(engine, sample.paper(sample.run(), sample.run(page=9)), extractor="x2", hours=48)
    assert [each["fact_key"] for each in exported(engine, "runs")].count(key) == 1
    second = sample.paper(sample.run(), metadata=sample.metadata(version=2), sha256="b" * 64)
    sample.save(engine, second, extractor="x2", hours=96)
    versions = {each["fact_key"]: each["version"] for each in exported(engine, "runs")}
    assert versions[key] == 1 and len(versions) == 2, "it says in which version it stands"
    records = paper_records(engine, PAPER)
    assert records is not None and records.document_sha256 == "b" * 64
    assert {fact.document_sha256 for fact in records.facts if fact.added} == {"a" * 64}


def test_a_fact_that_the_machine_finds_at_last_is_one_fact(engine: Engine, sample: Any) -> None:
    """With the curator's values; the machine's result of the same name is no second one to join runs to."""
    sample.save(engine, sample.paper())
    keys = {add_fact(engine, run(sample)), add_fact(engine, result(sample))}
    read = sample.paper(
        sample.run(SIX_TPUS, 3, accelerator_count=60),
        results=(sample.result(9.31, metric="top5_accuracy"),),
    )
    sample.save(engine, read, extractor="x2", hours=48)
    found = exported(engine)
    assert {record["fact_key"] for record in found} == keys and len(found) == 2
    assert [record["accelerator_count"] for record in found if record["kind"] == "training_run"] == [6]
    (point,) = exported(engine, "points")
    assert (point["value"], point["run_count"]) == (93.1, 1)
    assert {row["state"] for row in sample.rows(engine, "SELECT state FROM reviews_v1")} == {"matched"}


def test_words_that_state_another_record_already_make_a_second_fact(engine: Engine, sample: Any) -> None:
    """A curator splits in two what the machine read as one."""
    sample.save(engine, sample.paper(sample.run(SIX_TPUS, 3, model="Both")))
    (machine,) = exported(engine, "runs")
    keys = [add_fact(engine, run(sample, values={"model": name, "accelerator_count": 6})) for name in ("Base", "Big")]
    assert len({machine["fact_key"], *keys}) == 3
    add_review(engine, Review(machine["fact_key"], None, Decision.REJECT, "ada", sample.noon))
    assert [each["model"] for each in exported(engine, "runs")] == ["Base", "Big"]


def test_the_same_fact_again_is_that_fact(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper())
    key = add_fact(engine, run(sample))
    assert add_fact(engine, run(sample)) == add_fact(engine, run(sample, reviewer="ben")) == key
    assert len(exported(engine, "runs")) == 1
    add_review(engine, Review(key, None, Decision.REJECT, "ada", sample.noon + timedelta(hours=2)))
    assert exported(engine, "runs") == []
    add_fact(engine, run(sample, added_at=sample.noon + timedelta(hours=3)))
    assert [each["fact_key"] for each in exported(engine, "runs")] == [key]


def test_an_added_fact_is_corrected_and_taken_back_like_any_other(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper())
    key = add_fact(engine, run(sample))
    later = sample.noon + timedelta(days=1)
    add_review(engine, Review(key, "accelerator_count", Decision.CORRECT, "ben", later, 8))
    assert [each["accelerator_count"] for each in exported(engine, "runs")] == [8]
    add_review(engine, Review(key, "accelerator_count", Decision.WITHDRAW, "ben", later + timedelta(hours=1)))
    assert [each["accelerator_count"] for each in exported(engine, "runs")] == [6]
    with pytest.raises(RecordError, match="a training_run has no benchmark"):
        add_review(engine, Review(key, "benchmark", Decision.CORRECT, "ben", later, "imagenet"))


def test_what_was_added_to_a_pdf_follows_it_to_its_arxiv_id(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(metadata=sample.metadata(None, None)))
    add_fact(engine, run(sample, paper_key="sha256:" + "a" * 64))
    record_documents(engine, [PaperDocument(sample.metadata(), "a" * 64, 10)], sample.noon)
    assert [(each["arxiv_id"], each["basis"]) for each in exported(engine, "runs")] == [(PAPER, "curated")]
    assert [row["state"] for row in sample.rows(engine, "SELECT state FROM reviews_v1")] == ["matched"]


def test_the_queue_asks_nobody_about_what_a_curator_added(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    add_fact(engine, run(sample))
    before = sample.rows(engine, "SELECT open_facts, reviewed_facts, uncertainty FROM desk_papers")
    assert [(row["open_facts"], row["reviewed_facts"]) for row in before] == [(1, 1)]
    refresh_desk_papers(engine)
    assert sample.rows(engine, "SELECT open_facts, reviewed_facts, uncertainty FROM desk_papers") == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paper_key": "2401.99999"}, "no PDF of this paper"),
        ({"page": 11}, "there is no page 11"),
        ({"page": 0}, "there is no page 0"),
        ({"boxes": []}, "mark the words"),
        ({"boxes": [(4, Box(1, 2, 3, 4))]}, "mark the words"),
        ({"boxes": [(3, Box(1, 2, float("nan"), 4))]}, "no place in a PDF"),
        ({"quote": " "}, "needs the words"),
        ({"quote": "x" * 501}, "at most 500"),
        ({"reviewer": " "}, "needs the curator"),
        ({"values": {"benchmark": "imagenet"}}, "has no benchmark"),
        ({"values": {"accelerator_count": -1}}, "above zero"),
        ({"values": {"stage": "warm-up"}}, "stage should be one of"),
        ({"kind": Kind.RESULT, "values": {"benchmark": "imagenet", "value": 1.0}}, "metric and own can't be unknown"),
        ({"kind": Kind.TRAINING_COMPUTE, "values": {"model": "Base"}}, "flop can't be unknown"),
        ({"kind": Kind.MODEL_PROPERTY, "values": {"property": "depth", "quantity": 1.0}}, "property should be one of"),
    ],
)
def test_what_can_not_be_a_record_is_refused(engine: Engine, sample: Any, changes: dict[str, Any], said: str) -> None:
    sample.save(engine, sample.paper())
    with pytest.raises(RecordError, match=said):
        add_fact(engine, run(sample, **changes))
    assert exported(engine) == [] and sample.rows(engine, "SELECT * FROM reviews") == []
