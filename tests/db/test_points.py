"""Which run is of which model of the results, and the points of the analysis that come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.arrivals import PaperDocument
from db.fields import lower_is_better
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from db.store import record_documents, upsert_papers
from extractors.lexicon.benchmarks import load_metrics


def joins(engine: Engine, sample: Any) -> list[tuple[Any, ...]]:
    """Model of the results, model that the run names, rule and confidence."""
    found = sample.rows(engine, "SELECT model, stated_model, rule, confidence FROM model_runs_v1")
    return sorted((tuple(row.values()) for row in found), key=str)


def points(engine: Engine, columns: str) -> list[tuple[Any, ...]]:
    return [tuple(record[name] for name in columns.split()) for record in exported_records(engine, "points")]


def correct(engine: Engine, sample: Any, what: str, field: str, value: Any, model: str | None = None) -> None:
    """A curator's correction of a field of the first record of an export (of the model), later than those before."""
    fact = next(each for each in exported_records(engine, what) if model in (None, each["model"]))
    at = sample.noon + timedelta(days=1 + len(sample.rows(engine, "SELECT 1 FROM reviews")))
    add_review(engine, Review(fact["fact_key"], field, Decision.CORRECT, "ada", at, value))


# --- which run is of which model ---


def test_a_run_is_of_the_models_that_the_machine_linked_it_to(engine: Engine, sample: Any) -> None:
    """An unnamed run pays for two models; a run that the machine linked elsewhere is not taken by its name."""
    results = (sample.result(), sample.result(79.0, "Big", 10), sample.result(82.0, "Rival", 20, own=False))
    links = (
        sample.link("training_run", 0, "Base", rule="join.only-run", confidence=0.6),
        sample.link("training_run", 0, "Big", rule="join.only-run", confidence=0.5),
        sample.link("training_run", 1, "Big", confidence=0.95),
        sample.link("training_compute", 0, "Base"),
    )
    runs = (sample.run(model=None), sample.run(model="Base", page=9))
    sample.save(engine, sample.paper(*runs, results=results, links=links, compute=(sample.compute(model="ours"),)))
    assert joins(engine, sample) == [
        ("Base", "ours", "join.same-name", 0.9),
        ("Base", None, "join.only-run", 0.6),
        ("Big", "Base", "join.same-name", 0.95),
        ("Big", None, "join.only-run", 0.5),
    ]
    keys = {row["fact_key"] for row in sample.rows(engine, "SELECT fact_key FROM training_runs_v1")}
    named = sample.rows(engine, "SELECT fact_key FROM model_runs_v1 WHERE kind = 'training_run'")
    assert {row["fact_key"] for row in named} == keys


def of_benchmarks(engine: Engine, sample: Any) -> list[tuple[Any, ...]]:
    """Model and benchmark of the results, page of the run, rule."""
    found = sample.rows(
        engine,
        "SELECT j.model, j.benchmark, r.page, j.rule FROM model_runs_v1 AS j"
        " JOIN training_runs_v1 AS r ON r.arxiv_id = j.arxiv_id AND r.fact_key = j.fact_key",
    )
    return sorted((tuple(row.values()) for row in found), key=str)


def test_a_link_may_hold_for_one_benchmark_of_a_model_only(engine: Engine, sample: Any) -> None:
    """Two runs, each for another translation benchmark; pretraining was for both."""
    results = (
        sample.result(28.4, benchmark="wmt14-en-de", metric="bleu"),
        sample.result(41.0, benchmark="wmt14-en-fr", metric="bleu", row=10),
        sample.result(33.0, "Big", benchmark="wmt14-en-fr", metric="bleu", row=20),
    )
    links = (
        sample.link("training_run", 0, benchmark="wmt14-en-de"),
        sample.link("training_run", 1, benchmark="wmt14-en-fr"),
        sample.link("training_run", 2),
        sample.link("training_run", 0, "Big", benchmark="wmt14-en-de"),
        sample.link("training_compute", 0, benchmark="wmt14-en-fr"),
        sample.link("model_property", 0, benchmark="wmt14-en-de"),
        sample.link("model_property", 1, benchmark="wmt14-en-fr"),
    )
    runs = (sample.run(page=1), sample.run(page=2), sample.run(page=3, stage="pretraining"))
    estimates = tuple(sample.estimate(flop) for flop in (1e19, 3e19, 5e19))
    properties = (sample.property("parameters", 6e7), sample.property("parameters", 9e7))
    records = {"results": results, "links": links, "compute": (sample.compute(),), "properties": properties}
    sample.save(engine, sample.paper(*runs, estimates=estimates, **records))
    assert of_benchmarks(engine, sample) == [
        ("Base", "wmt14-en-de", 1, "join.same-name"),
        ("Base", "wmt14-en-de", 3, "join.same-name"),
        ("Base", "wmt14-en-fr", 2, "join.same-name"),
        ("Base", "wmt14-en-fr", 3, "join.same-name"),
    ]
    columns = "model benchmark hardware_burden_flop run_count stated_training_flop parameters join_status"
    assert points(engine, columns) == [
        ("Base", "wmt14-en-de", pytest.approx(6e19), 2, None, 6e7, "joined"),
        ("Base", "wmt14-en-fr", pytest.approx(8e19), 2, 2.3e19, 9e7, "joined"),
        ("Big", "wmt14-en-fr", None, None, None, None, "not joined"),
    ]


def test_a_link_follows_the_result_to_its_corrected_benchmark(engine: Engine, sample: Any) -> None:
    results = (sample.result(28.4, benchmark="x"), sample.result(41.0, benchmark="y", row=10))
    links = (sample.link("training_run", 0, benchmark="x"), sample.link("training_run", 1, benchmark="y"))
    runs = (sample.run(model="ours", page=1), sample.run(model="ours", page=2))
    sample.save(engine, sample.paper(*runs, results=results, links=links))
    correct(engine, sample, "results", "benchmark", "z")
    assert of_benchmarks(engine, sample) == [
        ("Base", "y", 2, "join.same-name"),
        ("Base", "z", 1, "join.same-name"),
    ]
    correct(engine, sample, "runs", "model", "Base")
    assert of_benchmarks(engine, sample) == [
        ("Base", "y", 1, "join.curated"),
        ("Base", "y", 2, "join.same-name"),
        ("Base", "z", 1, "join.curated"),
    ]


def test_of_a_link_for_all_and_one_for_a_benchmark_the_surer_counts_there(engine: Engine, sample: Any) -> None:
    results = (sample.result(benchmark="x"), sample.result(benchmark="y", row=10))
    links = (
        sample.link("training_run", 0, rule="join.all-models", confidence=0.5),
        sample.link("training_run", 0, rule="join.benchmark", confidence=0.7, benchmark="y"),
    )
    sample.save(engine, sample.paper(sample.run(page=1), results=results, links=links))
    assert of_benchmarks(engine, sample) == [("Base", "x", 1, "join.all-models"), ("Base", "y", 1, "join.benchmark")]


def test_runs_that_the_machine_linked_to_nothing_are_joined_by_equal_names(engine: Engine, sample: Any) -> None:
    runs = (sample.run(), sample.run(model="base", page=9), sample.run(model=None, page=10))
    sample.save(engine, sample.paper(*runs, results=(sample.result(), sample.result(70.0, None, 10))))
    assert joins(engine, sample) == [("Base", "Base", "join.equal-name", None)]
    assert points(engine, "model join_status join_rule join_confidence") == [
        (None, "not joined", None, None),
        ("Base", "joined", "join.equal-name", None),
    ]


def test_a_runs_corrected_name_stands_against_the_machines_links(engine: Engine, sample: Any) -> None:
    results = (sample.result(), sample.result(79.0, "Big", 10), sample.result(80.0, "big", 20))
    links = (sample.link("training_run", 0, "Base"),)
    sample.save(engine, sample.paper(sample.run(), results=results, links=links))
    correct(engine, sample, "runs", "model", "Big")
    assert joins(engine, sample) == [("Big", "Big", "join.curated", 1.0)]
    correct(engine, sample, "runs", "model", None)
    assert joins(engine, sample) == []
    correct(engine, sample, "runs", "model", "of no result")
    assert joins(engine, sample) == []


def test_a_name_that_a_curator_found_right_leaves_the_machines_links(engine: Engine, sample: Any) -> None:
    links = (sample.link("training_run", 0, "Big"),)
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(79.0, "Big"),), links=links))
    correct(engine, sample, "runs", "model", "Base")
    assert joins(engine, sample) == [("Big", "Base", "join.same-name", 0.9)]


def test_links_follow_a_result_to_its_corrected_name(engine: Engine, sample: Any) -> None:
    """Also where only one of two results of that name was corrected: the run is then of both."""
    results = (sample.result(), sample.result(71.0, "Base", 10, benchmark="cifar10"))
    links = (sample.link("training_run", 0),)
    sample.save(engine, sample.paper(sample.run(model="ours"), results=results, links=links))
    correct(engine, sample, "results", "model", "Base, 300 epochs")
    assert joins(engine, sample) == [
        ("Base", "ours", "join.same-name", 0.9),
        ("Base, 300 epochs", "ours", "join.same-name", 0.9),
    ]
    assert points(engine, "model benchmark hardware_burden_flop join_status result_basis") == [
        ("Base", "cifar10", 2.6e19, "joined", "machine"),
        ("Base, 300 epochs", "imagenet", 2.6e19, "joined", "curated"),
    ]


def test_a_results_corrected_name_finds_the_runs_of_that_name(engine: Engine, sample: Any) -> None:
    """Though the machine linked the run to another model, and would not have linked it to this result."""
    results = (sample.result(79.0, "B (big)"), sample.result(70.0, "Small", 10))
    links = (sample.link("training_run", 0, "Small"),)
    sample.save(engine, sample.paper(sample.run(model="Big"), results=results, links=links))
    correct(engine, sample, "results", "model", "Big", model="B (big)")
    assert joins(engine, sample) == [
        ("Big", "Big", "join.curated", 1.0),
        ("Small", "Big", "join.same-name", 0.9),
    ]


def test_the_surest_of_several_ways_to_one_model_counts(engine: Engine, sample: Any) -> None:
    results = (sample.result(model="Base*"), sample.result(71.0, "Base+", 10))
    links = (
        sample.link("training_run", 0, "Base*", rule="join.a", confidence=0.6),
        sample.link("training_run", 0, "Base+", rule="join.b", confidence=0.7),
    )
    sample.save(engine, sample.paper(sample.run(model="ours"), results=results, links=links))
    for written in ("Base*", "Base+"):
        correct(engine, sample, "results", "model", "Base", model=written)
    assert joins(engine, sample) == [("Base", "ours", "join.b", 0.7)]


def test_what_is_not_in_force_is_not_joined(engine: Engine, sample: Any) -> None:
    links = (sample.link("training_run", 0),)
    results = (sample.result(), sample.result(70.0, "Old", 10))
    sample.save(engine, sample.paper(sample.run(), results=results, links=links))
    later = (sample.link("training_run", 0, confidence=0.3),)
    sample.save(engine, sample.paper(sample.run(), results=results[:1], links=later), extractor="x2", hours=1)
    assert joins(engine, sample) == [("Base", "Base", "join.same-name", 0.3)]

    (result,) = exported_records(engine, "results")
    add_review(engine, Review(result["fact_key"], None, Decision.REJECT, "ada", sample.noon))
    assert joins(engine, sample) == [] and points(engine, "model") == []
    add_review(engine, Review(result["fact_key"], None, Decision.ACCEPT, "ada", sample.noon + timedelta(days=1)))
    assert len(joins(engine, sample)) == len(points(engine, "model")) == 1
    upsert_papers(engine, [sample.metadata(version=2, withdrawn=True)])
    assert joins(engine, sample) == [] and points(engine, "model") == []


def test_a_candidate_that_a_curator_accepts_is_a_point_and_joined(engine: Engine, sample: Any) -> None:
    candidate = sample.result(status="candidate")
    sample.save(engine, sample.paper(sample.run(), results=(candidate,), links=(sample.link("training_run", 0),)))
    assert joins(engine, sample) == []
    (result,) = exported_records(engine, "results", candidates=True)
    add_review(engine, Review(result["fact_key"], None, Decision.ACCEPT, "ada", sample.noon))
    assert points(engine, "model join_status join_rule") == [("Base", "joined", "join.same-name")]


def test_a_pdf_of_two_papers_is_joined_in_each_by_its_own_reviews(engine: Engine, sample: Any) -> None:
    links = (sample.link("training_run", 0),)
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),), links=links))
    record_documents(engine, [PaperDocument(sample.metadata("2401.00002"), "a" * 64, 10)], sample.noon)
    correct(engine, sample, "results", "model", "Basis")
    assert points(engine, "arxiv_id model hardware_burden_flop join_rule") == [
        ("2401.00001", "Basis", 2.6e19, "join.same-name"),
        ("2401.00002", "Base", 2.6e19, "join.same-name"),
    ]


# --- the points ---


def test_a_point_is_the_best_own_result_beside_the_sum_over_the_stages(engine: Engine, sample: Any) -> None:
    runs = (
        sample.run(stage="pretraining"),
        sample.run(stage="pretraining", page=8, accelerator_count=4),
        sample.run(stage="finetuning", page=9, confidence=0.7),
        sample.run(model="Other", page=10),
    )
    estimates = tuple(sample.estimate(flop) for flop in (4e19, 2e19, 1e18, 9e19))
    links = tuple(
        sample.link("training_run", index, "Base", rule=f"join.{index}", confidence=0.9 - index / 10)
        for index in range(3)
    )
    best = sample.result(77.5, row=20, split="val", ensemble=True, extra_training_data=False, crops=10)
    results = (sample.result(), best, sample.result(77.0, row=30), sample.result(99.0, row=40, own=False))
    sample.save(engine, sample.paper(*runs, estimates=estimates, results=results, links=links))
    (point,) = exported_records(engine, "points")
    burden = {
        "hardware_burden_flop": pytest.approx(4.1e19),
        "hardware_burden_low": pytest.approx(3.69e19),
        "hardware_burden_high": pytest.approx(4.51e19),
        "run_count": 3,
        "stages_without_estimate": 0,
        "join_status": "joined",
        "join_rule": "join.0",
        "join_confidence": pytest.approx(0.7),
        "burden_page": 7,
        "burden_confidence": 0.7,
        "burden_basis": "machine",
    }
    result = {"value": 77.5, "split": "val", "ensemble": True, "extra_training_data": False, "crops": 10}
    paper = {"kind": "analysis_point", "arxiv_id": "2401.00001", "version": 1, "published": "2024-01-02"}
    expected = paper | result | burden | {"benchmark": "imagenet", "metric": "top1_accuracy", "result_page": 8}
    assert {name: point[name] for name in expected} == expected


def test_a_point_without_burden_says_whether_there_was_none_to_join(engine: Engine, sample: Any) -> None:
    result = (sample.result(),)
    papers = [
        sample.paper(results=result, metadata=sample.metadata("2401.00001"), sha256="a" * 64),
        sample.paper(
            sample.run(model="Other"), results=result, metadata=sample.metadata("2401.00002"), sha256="b" * 64
        ),
        sample.paper(
            sample.run(status="candidate"), results=result, metadata=sample.metadata("2401.00003"), sha256="c" * 64
        ),
        sample.paper(
            compute=(sample.compute(),), results=result, metadata=sample.metadata("2401.00004"), sha256="d" * 64
        ),
        sample.paper(
            sample.run(),
            estimates=(sample.estimate(None),),
            results=result,
            metadata=sample.metadata("2401.00005"),
            sha256="e" * 64,
        ),
    ]
    sample.save(engine, *papers)
    columns = "arxiv_id join_status hardware_burden_flop stated_training_flop run_count reason burden_basis"
    assert points(engine, columns) == [
        ("2401.00001", "no run", None, None, None, None, None),
        ("2401.00002", "not joined", None, None, None, None, None),
        ("2401.00003", "no run", None, None, None, None, None),
        (
            "2401.00004",
            "joined",
            None,
            2.3e19,
            0,
            "the paper states operations, but no accelerator or time for this model",
            "machine",
        ),
        ("2401.00005", "joined", None, None, 1, "no rate for this device", "machine"),
    ]


def test_the_best_error_rate_is_the_lowest(engine: Engine, sample: Any) -> None:
    read = {"wer": (4.2, 1.9, 2.0), "top1_error": (25.0, 21.0), "answer_f1": (88.0, 90.0), "em": (81.0, 80.0)}
    results = tuple(sample.result(value, metric=metric) for metric, values in read.items() for value in values)
    sample.save(engine, sample.paper(results=results))
    best = dict(points(engine, "metric value"))
    assert best == {"wer": 1.9, "top1_error": 21.0, "answer_f1": 90.0, "em": 81.0}
    assert {metric for metric in best if lower_is_better(metric)} == {"wer", "top1_error"}


def test_the_catalogue_of_metrics_says_the_same_of_each() -> None:
    assert {metric.metric: not metric.higher_is_better for metric in load_metrics()} == {
        metric.metric: lower_is_better(metric.metric) for metric in load_metrics()
    }


def test_of_equal_results_the_first_is_the_point(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(split="val"), sample.result(row=10, split="test"))))
    assert points(engine, "value split") == [(76.5, "val")]


def test_a_result_that_a_curator_took_the_value_of_is_no_point(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(), sample.result(70.0, row=10))))
    correct(engine, sample, "results", "value", None)
    assert points(engine, "value") == [(70.0,)]
    correct(engine, sample, "results", "value", 77.0)
    assert points(engine, "value") == [(77.0,)]
    correct(engine, sample, "results", "own", False)
    assert points(engine, "value") == [(70.0,)]


def test_a_corrected_run_changes_its_points(engine: Engine, sample: Any) -> None:
    links = (sample.link("training_run", 0),)
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),), links=links))
    correct(engine, sample, "runs", "accelerator_count", 16)
    columns = "join_status hardware_burden_flop reason burden_basis"
    assert points(engine, columns) == [
        ("joined", None, "corrected by a curator and not estimated again yet", "curated")
    ]


def test_points_come_in_the_order_of_papers_models_and_benchmarks(engine: Engine, sample: Any) -> None:
    results = [
        sample.result(row=row, model=model, benchmark=benchmark, metric=metric)
        for row, (model, benchmark, metric) in enumerate(
            [("b", "y", "m"), ("b", "x", "m"), ("B", "x", "m"), (None, "z", "m"), ("b", "x", "l")]
        )
    ]
    sample.save(
        engine,
        sample.paper(results=tuple(results), metadata=sample.metadata("2401.00002"), sha256="b" * 64),
        sample.paper(results=tuple(replace(each, value=1.0) for each in results[:1])),
    )
    assert points(engine, "arxiv_id model benchmark metric") == [
        ("2401.00001", "b", "y", "m"),
        ("2401.00002", None, "z", "m"),
        ("2401.00002", "B", "x", "m"),
        ("2401.00002", "b", "x", "l"),
        ("2401.00002", "b", "x", "m"),
        ("2401.00002", "b", "y", "m"),
    ]
