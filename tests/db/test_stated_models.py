"""Models as papers and imports state them, from either database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from analysis.model_comparison import Compared, compare_models, load_models
from db.imports import store_import
from db.stated_models import StatedModel, models_of_imports, models_of_papers
from extractors.records import CountUnit
from imports.records import ImportedFile, ImportedModel

HERON = ImportedModel(
    row_number=2,
    model="BASE",
    arxiv_id="2401.00001",
    training_compute_flop=1e19,
    accelerator="NVIDIA P100",
    accelerator_count=8,
    duration_hours=80,
)


def imported(engine: Engine, sample: Any, *models: ImportedModel) -> None:
    store_import(engine, ImportedFile("epoch", "all_ai_models.csv", "e" * 64, models), sample.noon)


def paper(sample: Any, *runs: Any, **changes: Any) -> Any:
    properties = sample.properties(forward_flop=4.1e9, epochs=90, training_examples=1e6)
    links = (sample.link("training_run", 0), *(sample.link("model_property", index) for index in range(3)))
    given = {"results": (sample.result(),), "properties": properties, "links": links, "compute": (sample.compute(),)}
    return sample.paper(*runs, **(given | changes))


def test_a_model_has_the_run_and_the_operations_of_its_results(engine: Engine, sample: Any) -> None:
    sample.save(engine, paper(sample, sample.run()))
    imported(engine, sample, HERON)
    by_results, by_runs = sorted(models_of_papers(engine), key=lambda model: model.key)
    (run,) = sample.rows(engine, "SELECT fact_key, accelerator, duration_hours FROM training_runs_v1")
    (compute,) = sample.rows(engine, "SELECT flop, model FROM training_compute_v1")
    assert by_results == StatedModel(
        source="db",
        key="2401.00001|Base|results on imagenet",
        arxiv_id="2401.00001",
        model="Base",
        run=run["fact_key"],
        accelerator=run["accelerator"],
        accelerator_count=8,
        duration_hours=run["duration_hours"],
        hardware_burden_flop=pytest.approx(2.6e19),
        network_operations_flop=pytest.approx(4.1e9 * 3 * 90 * 1e6),
        training_compute_flop=compute["flop"] if compute["model"] == "Base" else None,
    )
    assert by_runs == replace(by_results, key="2401.00001|Base|runs", network_operations_flop=None)


def test_a_paper_without_results_is_compared_too(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(model=None)))
    imported(engine, sample, HERON)
    (pair,) = compare_models(load_models(engine)).pairs
    assert (pair.own.model, pair.rule, pair.same_count) == (None, "only one of the paper", True)
    assert pair.log10_ratio(Compared.HOURS) == pytest.approx(0.02119, abs=1e-5)
    assert pair.log10_ratio(Compared.BURDEN_BESIDE_COMPUTE) == pytest.approx(0.41497, abs=1e-5)


def test_cores_and_machines_are_not_counted_as_devices(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(count_unit=CountUnit.CORES)))
    imported(engine, sample, HERON)
    (model,) = models_of_papers(engine)
    assert model.run and model.accelerator_count is None and model.duration_hours == 84


def test_stated_computing_alone_is_no_run(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(compute=(sample.compute(),)))
    imported(engine, sample, HERON)
    (model,) = models_of_papers(engine)
    assert (model.run, model.accelerator) == (None, None) and model.training_compute_flop


def test_only_papers_that_both_have_are_read(engine: Engine, sample: Any) -> None:
    other = sample.paper(sample.run(), metadata=sample.metadata("2401.00002"), sha256="b" * 64)
    sample.save(engine, sample.paper(sample.run()), other)
    imported(
        engine,
        sample,
        HERON,
        replace(HERON, row_number=3, arxiv_id="2401.00009"),
        replace(HERON, row_number=4, arxiv_id=None),
        replace(HERON, row_number=5, included=False),
    )
    assert {model.arxiv_id for model in models_of_papers(engine)} == {"2401.00001"}
    (theirs,) = models_of_imports(engine)
    assert theirs == StatedModel(
        source="epoch",
        key="all_ai_models.csv|2",
        arxiv_id="2401.00001",
        model="BASE",
        accelerator="NVIDIA P100",
        accelerator_count=8,
        duration_hours=80,
        training_compute_flop=1e19,
    )
    assert {model.source for model in load_models(engine, sources=["epoch"])} == {"epoch"}
