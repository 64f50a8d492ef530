"""What analysts read: which version is in force, and what a model's burden is."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, inspect

from db import objects, schema
from db.arrivals import PaperDocument
from db.engine import open_database
from db.store import record_documents, upsert_papers

PUBLIC = [name for name in objects.VIEWS if name.endswith("_v1")]


def everything(engine: Engine, sample: Any) -> dict[str, list[str]]:
    return {name: sorted(str(row) for row in sample.rows(engine, f"SELECT * FROM {name}")) for name in PUBLIC}


def test_the_order_in_which_papers_come_does_not_matter(url: str, sample: Any) -> None:
    papers = [
        sample.paper(sample.run(), metadata=sample.metadata(version=1, title="First"), sha256="a" * 64),
        sample.paper(sample.run(model="Big"), metadata=sample.metadata(version=2, title="Second"), sha256="b" * 64),
        sample.paper(sample.run(), metadata=sample.metadata(version=None, title=""), sha256="c" * 64),
        sample.paper(sample.run(), metadata=sample.metadata(None, None, title=""), sha256="a" * 64),
        sample.paper(sample.run(), metadata=sample.metadata("2401.00002"), sha256="d" * 64),
    ]
    engine = open_database(url)
    seen = []
    for number, order in enumerate(list(permutations(papers))[::17]):
        _empty(engine)
        for paper in order[: number % 3]:
            sample.save(engine, paper)
        sample.save(engine, *order[number % 3 :])
        seen.append(everything(engine, sample))
    assert len(seen) > 5 and all(one == seen[0] for one in seen)
    papers_seen = sample.rows(engine, "SELECT arxiv_id, version, title FROM papers_v1 ORDER BY arxiv_id")
    assert papers_seen == [
        {"arxiv_id": "2401.00001", "version": 2, "title": "Second"},
        {"arxiv_id": "2401.00002", "version": 1, "title": "A paper"},
    ]
    engine.dispose()


def _empty(engine: Engine) -> None:
    """Take all rows out, which only a test may: the triggers are taken down for it."""
    with engine.begin() as connection:
        grants = objects.take_down(connection)
        for table in reversed(schema.metadata.sorted_tables):
            if table is not schema.installed_objects:
                connection.execute(table.delete())
        objects.put_up(connection, grants, with_views=True)


def test_the_latest_version_that_was_read_is_in_force(engine: Engine, sample: Any) -> None:
    for version, digit in ((1, "a"), (3, "c"), (2, "b")):
        metadata = sample.metadata(version=version)
        run = sample.run(accelerator_count=version)
        sample.save(engine, sample.paper(run, metadata=metadata, sha256=digit * 64))
    record_documents(engine, [PaperDocument(sample.metadata(version=4), "d" * 64, 10)], sample.noon)
    assert sample.rows(engine, "SELECT version, accelerator_count FROM training_runs_v1") == [
        {"version": 3, "accelerator_count": 3}
    ]
    assert sample.rows(engine, "SELECT latest_known_version, version, extraction_status FROM papers_v1") == [
        {"latest_known_version": 4, "version": 3, "extraction_status": "done"}
    ]


def test_the_latest_extraction_is_in_force_whole(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), sample.run(page=2)), extractor="x10")
    sample.save(engine, sample.paper(sample.run(page=3)), extractor="x9", hours=1)
    assert sample.rows(engine, "SELECT page, extractor_version FROM training_runs_v1") == [
        {"page": 3, "extractor_version": "x9"}
    ]


def test_a_pdf_that_turns_out_to_be_a_paper_of_arxiv_is_shown_once(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata(None, None)))
    assert sample.rows(engine, "SELECT arxiv_id, version FROM training_runs_v1") == [
        {"arxiv_id": "sha256:" + "a" * 64, "version": None}
    ]
    record_documents(engine, [PaperDocument(sample.metadata(), "a" * 64, 10)], sample.noon)
    assert sample.rows(engine, "SELECT arxiv_id, version FROM training_runs_v1") == [
        {"arxiv_id": "2401.00001", "version": 1}
    ]
    assert sample.rows(engine, "SELECT arxiv_id FROM papers_v1") == [{"arxiv_id": "2401.00001"}]


def test_a_withdrawn_paper_keeps_its_row_and_loses_its_facts(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), compute=(sample.compute(),)))
    upsert_papers(engine, [sample.metadata(version=2, withdrawn=True)])
    assert sample.rows(engine, "SELECT arxiv_id FROM papers_v1 WHERE withdrawn") == [{"arxiv_id": "2401.00001"}]
    for view in ("training_runs_v1", "training_compute_v1", "burden_v1"):
        assert sample.rows(engine, f"SELECT * FROM {view}") == []
    upsert_papers(engine, [sample.metadata(version=3)])
    assert len(sample.rows(engine, "SELECT * FROM burden_v1")) == 1


def test_how_far_a_paper_has_come(engine: Engine, sample: Any) -> None:
    upsert_papers(engine, [sample.metadata("2401.00003")])
    record_documents(engine, [PaperDocument(sample.metadata("2401.00004"), "d" * 64, 10)], sample.noon)
    assert sample.rows(engine, "SELECT arxiv_id, extraction_status FROM papers_v1 ORDER BY arxiv_id") == [
        {"arxiv_id": "2401.00003", "extraction_status": "known"},
        {"arxiv_id": "2401.00004", "extraction_status": "pending"},
    ]


def test_candidates_are_not_in_the_views(engine: Engine, sample: Any) -> None:
    run, compute = sample.run(status="candidate"), sample.compute(status="candidate")
    result, epochs = sample.result(status="candidate"), sample.property("epochs", 90, status="candidate")
    links = (sample.link("training_run", 0), sample.link("model_property", 0))
    sample.save(engine, sample.paper(run, compute=(compute,), results=(result,), properties=(epochs,), links=links))
    assert not any(sample.rows(engine, f"SELECT * FROM {name}") for name in PUBLIC if name != "papers_v1")


def test_a_models_burden_is_the_sum_over_its_stages(engine: Engine, sample: Any) -> None:
    pretraining, finetuning = sample.run(stage="pretraining"), sample.run(stage="finetuning", page=9, accelerator="X")
    runs = [pretraining, replace(pretraining, accelerator_count=4), finetuning, sample.run(model=None)]
    estimates = tuple(sample.estimate(flop) for flop in (4e19, 2e19, 1e18, 7e18))
    sample.save(engine, sample.paper(*runs, estimates=estimates))
    base, unnamed = sample.rows(engine, "SELECT * FROM burden_v1 ORDER BY run_count DESC")
    assert base["hardware_burden_flop"] == pytest.approx(4.1e19)
    assert base["hardware_burden_low"] == pytest.approx(3.69e19)
    assert (base["model"], base["run_count"], base["stage_count"]) == ("Base", 3, 2)
    assert (base["page"], base["accelerator"], base["stages_without_estimate"]) == (7, "NVIDIA Tesla P100", 0)
    assert (unnamed["model"], unnamed["hardware_burden_flop"]) == (None, 7e18)


def test_a_run_of_no_stated_stage_is_not_added_to_the_training(engine: Engine, sample: Any) -> None:
    runs = (sample.run(), sample.run(stage="unspecified", page=1))
    sample.save(engine, sample.paper(*runs, estimates=(sample.estimate(2e19), sample.estimate(3e19))))
    assert sample.rows(engine, "SELECT hardware_burden_flop AS flop, stage_count FROM burden_v1") == [
        {"flop": 3e19, "stage_count": 1}
    ]


def test_a_burden_without_a_rate_is_unknown_and_says_why(engine: Engine, sample: Any) -> None:
    runs = [sample.run(accelerator="GPU"), sample.run(model="Big"), sample.run(model="Big", stage="search")]
    estimates = (sample.estimate(None), sample.estimate(1e18), sample.estimate(None))
    sample.save(engine, sample.paper(*runs, estimates=estimates))
    base, big = sample.rows(engine, "SELECT * FROM burden_v1 ORDER BY model")
    assert (base["hardware_burden_flop"], base["reason"]) == (None, "no rate for this device")
    assert (big["hardware_burden_flop"], big["stages_without_estimate"]) == (1e18, 1)


def test_stated_operations_stand_beside_the_hardware_burden(engine: Engine, sample: Any) -> None:
    compute = (sample.compute(), sample.compute(9e20, model="Big"), sample.compute(3e20, model=None))
    sample.save(engine, sample.paper(sample.run(), compute=compute))
    columns = "model, hardware_burden_flop AS hardware, stated_training_flop AS stated"
    found = sample.rows(engine, f"SELECT {columns} FROM burden_v1")
    assert sorted(found, key=str) == sorted(
        [
            {"model": "Base", "hardware": 2.6e19, "stated": 2.3e19},
            {"model": "Big", "hardware": None, "stated": 9e20},
            {"model": None, "hardware": None, "stated": 3e20},
        ],
        key=str,
    )
    (big,) = sample.rows(engine, "SELECT * FROM burden_v1 WHERE model = 'Big'")
    assert (big["run_count"], big["page"]) == (0, 8) and "states operations" in big["reason"]


COLUMNS_THAT_STAY = {
    "papers_v1": "arxiv_id version title authors categories published withdrawn extraction_status failure_cause",
    "training_runs_v1": "arxiv_id version model stage accelerator accelerator_count count_unit duration_hours"
    " device_hours hardware_burden_flop hardware_burden_low hardware_burden_high precision_aware_flop method reason"
    " page bbox_x0_points bbox_y0_points bbox_x1_points bbox_y1_points evidence confidence basis fact_key",
    "training_compute_v1": "arxiv_id version model flop page evidence confidence basis fact_key",
    "results_v1": "arxiv_id version model benchmark metric value own split ensemble extra_training_data crops page"
    " evidence confidence basis fact_key",
    "model_properties_v1": "arxiv_id version model property quantity benchmark stage page evidence confidence basis"
    " fact_key",
    "model_runs_v1": "arxiv_id model kind fact_key rule confidence",
    "network_operations_v1": "arxiv_id model benchmark forward_flop training_examples epochs network_operations_flop"
    " method reason forward_flop_page training_examples_page epochs_page",
    "burden_v1": "arxiv_id version model hardware_burden_flop hardware_burden_low hardware_burden_high"
    " precision_aware_flop stated_training_flop run_count stage_count method reason page evidence basis",
    "analysis_points_v1": "arxiv_id version title published model benchmark metric value hardware_burden_flop"
    " hardware_burden_low hardware_burden_high precision_aware_flop stated_training_flop network_operations_flop"
    " accelerator method result_page result_evidence result_confidence result_basis result_fact_key burden_page"
    " burden_confidence burden_basis burden_fact_key parameters join_status join_rule join_confidence forward_flop",
    "imported_models_v1": "source file_name sha256 row_number model title url arxiv_id published year"
    " hardware_burden_flop network_operations_flop operations_per_pass_flop training_compute_flop parameters"
    " accelerator accelerator_count duration_hours included note basis imported_at",
    "imported_results_v1": "source file_name sha256 row_number model arxiv_id benchmark metric value included basis",
    "fit_points_v1": "source basis point_key arxiv_id title url model benchmark metric value error_fraction published"
    " year hardware_burden_flop hardware_burden_low_flop hardware_burden_high_flop network_operations_flop"
    " operations_per_pass_flop parameters confidence accelerator note",
    "fits_v1": "analysis_run_id made_at code_version data_digest options is_newest source benchmark metric form"
    " computing estimator n intercept intercept_standard_error slope slope_standard_error slope_hc3_standard_error"
    " slope_low slope_high slope_year r_squared aic bic cause reason record",
    "reviews_v1": "review_id fact_key arxiv_id kind field decision reviewer reviewed_at reason state in_force",
}


@pytest.mark.parametrize("view", PUBLIC)
def test_columns_that_analysts_use_stay(engine: Engine, view: str) -> None:
    present = [column["name"] for column in inspect(engine).get_columns(view)]
    assert set(COLUMNS_THAT_STAY[view].split()) <= set(present)
    assert len(present) == len(set(present))
