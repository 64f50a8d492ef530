"""What the scaling laws are fitted to: one view over papers and imports, the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, inspect

from db.engine import is_sqlite
from db.fits import POINT_TYPES, fit_points
from db.imports import store_import
from db.queries import exported_records
from db.reviews import Decision, Review, add_review
from imports.records import ImportedFile, ImportedModel, ImportedResult


def imported(*models: ImportedModel, source: str = "authors-2022", name: str = "imagenet.csv") -> ImportedFile:
    return ImportedFile(source, name, "d" * 64, models)


def imagenet(value: float, **changes: Any) -> ImportedModel:
    results = (ImportedResult("imagenet", "top1_accuracy", value),)
    return replace(ImportedModel(row_number=2, model="AlexNet", results=results), **changes)


@pytest.fixture
def read(engine: Engine, sample: Any) -> Engine:
    """A paper with all that a point can have."""
    properties = sample.properties(parameters=2.5e7, forward_flop=4.1e9, epochs=90, training_examples=1e6)
    links = (sample.link("training_run", 0), *(sample.link("model_property", index) for index in range(4)))
    paper = sample.paper(sample.run(), results=(sample.result(),), properties=properties, links=links)
    sample.save(engine, paper)
    return engine


def test_a_point_of_a_paper_has_every_column(read: Engine) -> None:
    (point,) = fit_points(read)
    assert point == {
        "source": "db",
        "basis": "machine",
        "point_key": "db|2401.00001|Base|imagenet|top1_accuracy",
        "arxiv_id": "2401.00001",
        "title": "A paper",
        "url": "https://arxiv.org/abs/2401.00001",
        "model": "Base",
        "benchmark": "imagenet",
        "metric": "top1_accuracy",
        "value": 76.5,
        "error_fraction": pytest.approx(0.235, abs=1e-15),
        "published": "2024-01-02",
        "year": pytest.approx(2024 + 0.5 / 12, abs=1e-9),
        "hardware_burden_flop": 2.6e19,
        "hardware_burden_low_flop": pytest.approx(2.34e19),
        "hardware_burden_high_flop": pytest.approx(2.86e19),
        "network_operations_flop": pytest.approx(4.1e9 * 3 * 90e6),
        "operations_per_pass_flop": 4.1e9,
        "parameters": 2.5e7,
        "confidence": pytest.approx(0.9 * 0.94 * 0.9),
        "accelerator": "NVIDIA Tesla P100",
        "note": None,
    }


def test_a_point_of_an_import_has_what_its_row_says(engine: Engine, sample: Any) -> None:
    row = imagenet(
        57.1,
        row_number=7,
        title="ImageNet Classification",
        url="https://example.org/alexnet",
        arxiv_id="1404.5997",
        published=date(2012, 12, 3),
        year=2012.5,
        hardware_burden_flop=4.7e17,
        network_operations_flop=1.4e17,
        operations_per_pass_flop=7.2e8,
        parameters=6e7,
        accelerator="GTX 580 3GB",
        note="two towers",
    )
    store_import(engine, imported(row), sample.noon)
    (point,) = fit_points(engine)
    assert point == {
        "source": "authors-2022",
        "basis": "imported",
        "point_key": "authors-2022|imagenet.csv|7|imagenet|top1_accuracy",
        "arxiv_id": "1404.5997",
        "title": "ImageNet Classification",
        "url": "https://example.org/alexnet",
        "model": "AlexNet",
        "benchmark": "imagenet",
        "metric": "top1_accuracy",
        "value": 57.1,
        "error_fraction": pytest.approx(0.429),
        "published": "2012-12-03",
        "year": 2012.5,
        "hardware_burden_flop": 4.7e17,
        "hardware_burden_low_flop": None,
        "hardware_burden_high_flop": None,
        "network_operations_flop": 1.4e17,
        "operations_per_pass_flop": 7.2e8,
        "parameters": 6e7,
        "confidence": None,
        "accelerator": "GTX 580 3GB",
        "note": "two towers",
    }


def test_columns_and_their_types_are_the_same_on_both_databases(read: Engine, sample: Any) -> None:
    """Of values, since SQLite's views know no types: also a whole number comes as a float."""
    whole = imagenet(76, year=2015, parameters=10, hardware_burden_flop=1, title="A", note="B", accelerator="C")
    store_import(read, imported(whole), sample.noon)
    columns = inspect(read).get_columns("fit_points_v1")[: len(POINT_TYPES)]
    assert [column["name"] for column in columns] == list(POINT_TYPES)
    if not is_sqlite(read):
        kinds = {column["name"]: str(column["type"]) for column in columns}
        assert kinds == {name: "TEXT" if kind is str else "DOUBLE PRECISION" for name, kind in POINT_TYPES.items()}
    for point in fit_points(read):
        wrong = {name: point[name] for name, kind in POINT_TYPES.items() if type(point[name]) not in (kind, type(None))}
        assert wrong == {}


@pytest.mark.parametrize(
    ("metric", "value", "error_fraction"),
    [
        ("top1_accuracy", 100.0, 0.0),
        ("bleu", 28.4, 0.716),
        ("wer", 4.2, 0.042),
        ("top1_error", 21.0, 0.21),
        ("answer_f1", 90.0, 0.1),
    ],
)
def test_the_error_rate_goes_by_what_is_better(
    engine: Engine, sample: Any, metric: str, value: float, error_fraction: float
) -> None:
    sample.save(engine, sample.paper(results=(sample.result(value, metric=metric),)))
    store_import(engine, imported(imagenet(0, results=(ImportedResult("imagenet", metric, value),))), sample.noon)
    assert [point["error_fraction"] for point in fit_points(engine)] == [pytest.approx(error_fraction)] * 2


@pytest.mark.parametrize("value", [100.5, -0.1])
def test_what_is_no_percentage_is_no_point(engine: Engine, sample: Any, value: float) -> None:
    sample.save(engine, sample.paper(results=(sample.result(value),)))
    store_import(engine, imported(imagenet(value)), sample.noon)
    assert list(fit_points(engine)) == []


@pytest.mark.parametrize(
    ("published", "stated", "year"),
    [
        (date(2017, 6, 12), None, 2017 + 5.5 / 12),
        (date(1999, 12, 31), None, 1999 + 11.5 / 12),
        (date(2017, 6, 12), 2016.0, 2016.0),
        (None, None, None),
    ],
)
def test_the_year_is_the_sources_or_the_middle_of_the_month(
    engine: Engine, sample: Any, published: date | None, stated: float | None, year: float | None
) -> None:
    store_import(engine, imported(imagenet(60.0, published=published, year=stated)), sample.noon)
    (point,) = fit_points(engine)
    assert point["year"] == (None if year is None else pytest.approx(year, abs=1e-9))


def test_a_papers_year_without_a_date_is_unknown(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(),), metadata=sample.metadata(published=None)))
    assert [(point["published"], point["year"]) for point in fit_points(engine)] == [(None, None)]


def test_only_addresses_of_pages_become_links(engine: Engine, sample: Any) -> None:
    rows = (
        imagenet(60.0, row_number=2, url="javascript:alert(1)", arxiv_id="1512.03385"),
        imagenet(60.0, row_number=3, url="javascript:alert(1)"),
        imagenet(60.0, row_number=4, url="HTTP://example.org"),
    )
    store_import(engine, imported(*rows), sample.noon)
    sample.save(engine, sample.paper(results=(sample.result(),), metadata=sample.metadata(None, None)))
    assert [point["url"] for point in fit_points(engine)] == [
        "https://arxiv.org/abs/1512.03385", None, "HTTP://example.org", None
    ]  # fmt: skip


def test_a_model_without_a_name_is_a_point(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(results=(sample.result(model=None),)))
    assert [(point["model"], point["point_key"]) for point in fit_points(engine)] == [
        (None, "db|2401.00001||imagenet|top1_accuracy")
    ]


def test_keys_are_unique_whatever_the_texts(engine: Engine, sample: Any) -> None:
    """A bar in a name must not make one key of two points."""
    results = [("a|b", "c"), ("a", "b|c"), ("a%7Cb", "c"), (None, "c"), ("%", "c"), ("é'\"\\|;--", "c")]
    stated = (
        sample.result(model=model, row=row, benchmark=benchmark) for row, (model, benchmark) in enumerate(results)
    )
    sample.save(engine, sample.paper(results=tuple(stated)))
    files = (("s|2", "x.csv"), ("s", "2|x.csv"))
    for source, name in files:
        store_import(engine, imported(imagenet(60.0), source=source, name=name), sample.noon)
    keys = [point["point_key"] for point in fit_points(engine)]
    assert len(set(keys)) == len(results) + len(files)
    assert keys == sorted(keys, key=str.encode)


def test_a_key_outlives_another_reading(read: Engine, sample: Any) -> None:
    before = [point["point_key"] for point in fit_points(read)]
    reread = (sample.result(77.0, row=30),)
    sample.save(read, sample.paper(results=reread, metadata=sample.metadata(version=2), sha256="b" * 64), hours=1)
    after = list(fit_points(read))
    assert [point["point_key"] for point in after] == before and after[0]["value"] == 77.0


@pytest.mark.parametrize(("what", "field", "value"), [("results", "value", 77.0), ("runs", "model", "Base")])
def test_a_review_of_result_or_run_makes_the_point_curated(
    engine: Engine, sample: Any, what: str, field: str, value: Any
) -> None:
    links = (sample.link("training_run", 0),)
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),), links=links))
    (fact,) = exported_records(engine, what)
    add_review(engine, Review(fact["fact_key"], field, Decision.CORRECT, "ada", sample.noon, value))
    assert [point["basis"] for point in fit_points(engine)] == ["curated"]


def test_confidence_is_of_all_that_stands_in_the_point(engine: Engine, sample: Any) -> None:
    """A join that nobody weighed leaves the product; without a burden it is the result's alone."""
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(), sample.result(70.0, "Big", 10))))
    assert {point["model"]: point["confidence"] for point in fit_points(engine)} == {
        "Base": pytest.approx(0.9 * 0.94),
        "Big": 0.9,
    }


def test_a_note_says_what_a_reader_of_the_point_must_know(engine: Engine, sample: Any) -> None:
    runs = (sample.run(), sample.run(stage="pretraining", page=8), sample.run(model="Big", page=9))
    estimates = (sample.estimate(), sample.estimate(None), sample.estimate(None))
    results = (sample.result(ensemble=True, extra_training_data=True), sample.result(70.0, "Big", 10, ensemble=False))
    sample.save(engine, sample.paper(*runs, estimates=estimates, results=results))
    assert {point["model"]: point["note"] for point in fit_points(engine)} == {
        "Base": "ensemble; extra training data; lower bound: a stage has no estimate",
        "Big": "no rate for this device",
    }


def test_rows_that_the_source_leaves_out_are_no_points(engine: Engine, sample: Any) -> None:
    rows = (imagenet(60.0), imagenet(61.0, row_number=3, included=False), imagenet(0, row_number=4, results=()))
    store_import(engine, imported(*rows), sample.noon)
    assert [point["value"] for point in fit_points(engine)] == [60.0]
    models = sample.rows(engine, "SELECT row_number, included FROM imported_models_v1 ORDER BY row_number")
    assert [(row["row_number"], bool(row["included"])) for row in models] == [(2, True), (3, False), (4, True)]


def test_points_can_be_asked_for_by_source_benchmark_and_metric(read: Engine, sample: Any) -> None:
    results = (ImportedResult("imagenet", "top1_accuracy", 60.0), ImportedResult("imagenet", "top5_accuracy", 80.0))
    others = (ImportedResult("cifar10", "top1_accuracy", 90.0),)
    store_import(read, imported(imagenet(0, results=results), imagenet(0, row_number=3, results=others)), sample.noon)

    def values(**wanted: Any) -> list[float]:
        return sorted(point["value"] for point in fit_points(read, **wanted))

    assert values(sources=["db"]) == [76.5]
    assert values(sources=("authors-2022",), benchmarks=["imagenet"]) == [60.0, 80.0]
    assert values(benchmarks=["imagenet", "cifar10"], metrics=["top1_accuracy"]) == [60.0, 76.5, 90.0]
    assert values(sources=[]) == [] and values(sources=["' OR 1=1 --"]) == []
    assert len(values()) == 4


def test_what_is_superseded_gives_no_points(engine: Engine, sample: Any) -> None:
    store_import(engine, imported(imagenet(60.0), imagenet(61.0, row_number=3)), sample.noon)
    store_import(engine, replace(imported(imagenet(62.0)), sha256="e" * 64), sample.noon + timedelta(days=1))
    store_import(engine, imported(imagenet(50.0), name="cifar.csv"), sample.noon)
    assert sorted(point["value"] for point in fit_points(engine)) == [50.0, 62.0]


def test_imports_are_never_among_what_papers_say(engine: Engine, sample: Any) -> None:
    store_import(engine, imported(imagenet(60.0, arxiv_id="2401.00001", hardware_burden_flop=1e18)), sample.noon)
    for view in ("papers_v1", "results_v1", "burden_v1", "analysis_points_v1", "training_runs_v1"):
        assert sample.rows(engine, f"SELECT * FROM {view}") == []


def test_network_operations_of_a_point_are_those_of_the_view_of_them(engine: Engine, sample: Any) -> None:
    """From extra data without its pretraining, neither has them."""
    properties = sample.properties(forward_flop=4.1e9, epochs=90, training_examples=1e6)
    links = tuple(sample.link("model_property", index) for index in range(3))
    result = sample.result(extra_training_data=True)
    sample.save(engine, sample.paper(results=(result,), properties=properties, links=links))
    (counted,) = sample.rows(engine, "SELECT network_operations_flop, reason FROM network_operations_v1")
    (point,) = fit_points(engine)
    assert (point["network_operations_flop"], counted["network_operations_flop"]) == (None, None)
    assert point["operations_per_pass_flop"] == 4.1e9
