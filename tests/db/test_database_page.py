"""The page on the database tells the truth: its queries run, and it names every view, column and table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from db import objects, schema
from db.arrivals import PaperFailure
from db.fits import AnalysisRecord, StoredCoefficient, StoredFit, fit_points, store_analysis
from db.imports import store_import
from db.reviews import Decision, Review, add_review
from db.store import save_failure
from extractors.records import FailureCause, UnknownHardware
from imports.records import ImportedFile, ImportedModel, ImportedResult

PAGE = (Path(__file__).parents[2] / "docs" / "database.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture(scope="module")
def small_database(engine_of_module: Engine, sample: Any) -> Engine:
    engine = engine_of_module
    runs = (sample.run(), sample.run(model="Big", page=9))
    estimates = (sample.estimate(), sample.estimate(None))
    unknown = (UnknownHardware("Zephyr Q9", 7, "It took 64 Zephyr Q9 accelerators."),)
    properties = sample.properties(parameters=2.5e7, forward_flop=4.1e9, epochs=90, training_examples=1e6)
    paper = sample.paper(
        *runs,
        estimates=estimates,
        compute=(sample.compute(),),
        unknown_hardware=unknown,
        results=(sample.result(), sample.result(80.0, "Rival", own=False)),
        properties=properties,
        links=(sample.link("training_run", 0), *(sample.link("model_property", index) for index in range(4))),
    )
    sample.save(engine, paper)
    failure = PaperFailure(sample.metadata("2401.00002"), None, FailureCause.DOWNLOAD, "404 Not Found")
    save_failure(engine, failure, "x1", sample.noon)
    with engine.connect() as connection:
        key = connection.scalar(text("SELECT fact_key FROM training_runs_v1 WHERE model = 'Big'"))
    add_review(engine, Review(str(key), "model", Decision.CORRECT, "ada", sample.noon, "Bigger", "see Table 3"))
    results = (ImportedResult("imagenet", "top1_accuracy", 76.0),)
    models = (
        ImportedModel(
            2, "Base", arxiv_id="2401.00001", results=results, hardware_burden_flop=1e19, training_compute_flop=5e18
        ),
        ImportedModel(3, "Left out", included=False),
    )
    store_import(engine, ImportedFile("authors-2022", "imagenet.csv", "f" * 64, models), sample.noon)
    subject = ("db", "imagenet", "top1_accuracy", "polynomial", "hardware_burden_flop", "ordinary least squares")
    fit = StoredFit(*subject, n=5, coefficients=(StoredCoefficient("slope", 0.1),))
    store_analysis(engine, AnalysisRecord(sample.noon, "1.0", "digest", {}, list(fit_points(engine)), (fit,)))
    return engine


@pytest.mark.parametrize("query", QUERIES)
def test_every_query_runs_and_finds_something(small_database: Engine, query: str) -> None:
    with small_database.connect() as connection:
        found = connection.execute(text(query)).all()
    assert found


def test_there_are_queries() -> None:
    assert len(QUERIES) >= 18


@pytest.mark.parametrize("view", [name for name in objects.VIEWS if name.endswith("_v1")])
def test_every_column_of_a_view_is_told_in_order(engine_of_module: Engine, view: str) -> None:
    section = PAGE.partition(f"### `{view}`\n")[2].partition("\n#")[0]
    told = re.findall(r"^\| `(\w+)` \| \S", section, flags=re.MULTILINE)
    assert told == [column["name"] for column in inspect(engine_of_module).get_columns(view)]


def test_every_table_is_told() -> None:
    section = PAGE.partition("## Tables\n")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \| \S", section, flags=re.MULTILINE)) == set(schema.metadata.tables)
    append_only = {line.split("`")[1] for line in section.splitlines() if line.endswith("Append-only. |")}
    assert append_only == {table.name for table in schema.APPEND_ONLY}
