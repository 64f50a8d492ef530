"""What everyone's pages rest on: rows of the public tables follow whatever changes, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.added_facts import AddedFact, add_fact
from db.agreement_rows import choose_double_reviews
from db.desk import settle_paper
from db.engine import is_sqlite, writing
from db.errors import RecordError
from db.fields import Kind
from db.fits import AnalysisRecord, fit_points, store_analysis
from db.imports import store_import
from db.public_refresh import bring_public_rows_up_to_date
from db.public_stamp import public_stamp, stamp_change
from db.queries import pending_estimates
from db.reviews import Decision, Review, add_review, save_reviews
from db.store import save_estimates, upsert_papers
from extractors.records import Box
from imports.records import ImportedFile, ImportedModel, ImportedResult

TABLES = ("public_papers", "public_models", "public_points", "public_accelerators")


@pytest.fixture
def paper(engine: Engine, sample: Any) -> Engine:
    """A model with a result and a run, a run of another model, a result of somebody else's."""
    runs = (sample.run(), sample.run(quote="Huge took 9 days.", model="Huge", accelerator=None, accelerator_count=None))
    results = (
        sample.result(76.5),
        sample.result(93.1, metric="top5_accuracy"),
        sample.result(80.0, "Rival", own=False),
    )
    read = sample.paper(
        *runs,
        estimates=(sample.estimate(), sample.estimate(None)),
        results=results,
        properties=sample.properties(parameters=2.5e7),
        links=(sample.link("training_run", 0), sample.link("model_property", 0)),
    )
    sample.save(engine, read)
    return engine


def rows(engine: Engine, table: str) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {table}")).mappings()
        return sorted((dict(row) for row in found), key=repr)


def everything(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    return {table: rows(engine, table) for table in TABLES}


def made_anew(engine: Engine, sample: Any) -> dict[str, list[dict[str, Any]]]:
    """What the tables hold when all that was there is forgotten."""
    with writing(engine) as connection:
        for table in reversed(TABLES):
            connection.execute(text(f"DELETE FROM {table}"))
    bring_public_rows_up_to_date(engine, sample.noon)
    return everything(engine)


def run_key(engine: Engine, model: str) -> str:
    with engine.connect() as connection:
        query = text("SELECT fact_key FROM training_runs_v1 WHERE model = :model")
        return str(connection.scalar(query, {"model": model}))


def test_a_paper_is_shown_as_soon_as_it_is_saved(paper: Engine) -> None:
    (of_paper,) = rows(paper, "public_papers")
    assert (of_paper["runs"], of_paper["results"], of_paper["facts"], of_paper["models"]) == (2, 2, 6, 2)
    assert (of_paper["largest_burden_flop"], of_paper["largest_burden_model"]) == (2.6e19, "Base")
    base, huge = sorted(rows(paper, "public_models"), key=lambda row: row["model"])
    assert (base["model"], base["hardware_burden_flop"], base["parameters"]) == ("Base", 2.6e19, 2.5e7)
    assert (base["accelerator"], base["accelerator_count"], base["duration_hours"]) == ("NVIDIA Tesla P100", 8, 84)
    assert base["best_result"] == "93.1 top5_accuracy on imagenet"
    assert (huge["model"], huge["note"], huge["points"]) == ("Huge", "no rate for this device", 0)
    points = rows(paper, "public_points")
    assert {point["model_id"] for point in points} == {base["model_id"]}
    assert [point["value"] for point in sorted(points, key=lambda row: row["metric"])] == [76.5, 93.1]
    assert [row["accelerator"] for row in rows(paper, "public_accelerators")] == ["NVIDIA Tesla P100"]


def test_without_a_date_the_year_is_that_of_the_arxiv_id(engine: Engine, sample: Any) -> None:
    result = (sample.result(),)
    for digit, key in (("1", "1912.99001"), ("2", "cs/0112017"), ("3", None)):
        metadata = sample.metadata(key, published=None)
        sample.save(engine, sample.paper(sample.run(), metadata=metadata, sha256=digit * 64, results=result))
    years = {row["paper_key"]: row["year"] for row in rows(engine, "public_papers")}
    assert years == {"1912.99001": 2019, "cs/0112017": 2001, f"sha256:{'3' * 64}": None}
    points = {row["paper_key"]: row["year"] for row in rows(engine, "public_points")}
    assert points["1912.99001"] == pytest.approx(2019 + 11.5 / 12)
    assert {row["year"] for row in rows(engine, "public_models")} == {2019, 2001, None}
    assert {row["year"] for row in rows(engine, "public_accelerators")} == {2019, 2001, None}


def test_a_paper_that_arxiv_does_not_have_has_no_arxiv_id_and_no_address(engine: Engine, sample: Any) -> None:
    metadata = sample.metadata(None)
    sample.save(engine, sample.paper(sample.run(), metadata=metadata, sha256="3" * 64, results=(sample.result(),)))
    for table in ("public_papers", "public_models", "public_points"):
        (row,) = rows(engine, table)
        assert (row["paper_key"], row["arxiv_id"], row.get("url")) == (f"sha256:{'3' * 64}", None, None), table


def test_rows_of_a_paper_under_double_review_are_the_machine_s_until_both_are_done(paper: Engine, sample: Any) -> None:
    as_read = everything(paper)
    assert choose_double_reviews(paper, 1, sample.noon) == ["2401.00001"]
    values = {"model": "Huge", "benchmark": "imagenet", "metric": "top1_accuracy", "value": 88.0, "own": True}
    place = [(3, Box(1.0, 2.0, 30.0, 9.0))]
    add_fact(paper, AddedFact("2401.00001", Kind.RESULT, values, 3, place, "Huge reaches 88.0.", "ada", sample.noon))
    add_review(paper, Review(run_key(paper, "Base"), "accelerator_count", Decision.CORRECT, "ada", sample.noon, 16))
    settle_paper(paper, "2401.00001", "ada", sample.noon)
    assert everything(paper) == as_read
    settle_paper(paper, "2401.00001", "ben", sample.noon)
    base, huge = sorted(rows(paper, "public_models"), key=lambda row: row["model"])
    assert (base["accelerator_count"], base["basis"], huge["points"]) == (16, "curated", 1)
    assert everything(paper) == made_anew(paper, sample)


def test_points_are_those_of_the_analysis(paper: Engine) -> None:
    shown = {row["point_key"]: row for row in rows(paper, "public_points")}
    for point in fit_points(paper):
        assert {name: shown[point["point_key"]][name] for name in point} == point


def test_a_correction_is_shown_at_once_and_its_burden_when_it_is_estimated(paper: Engine, sample: Any) -> None:
    key = run_key(paper, "Base")
    before = public_stamp(paper).number
    review = Review(key, "accelerator_count", Decision.CORRECT, "ada", sample.noon + timedelta(hours=1), 16)
    save_reviews(paper, [review], {})
    base = next(row for row in rows(paper, "public_models") if row["model"] == "Base")
    assert (base["accelerator_count"], base["basis"], base["hardware_burden_flop"]) == (16, "curated", None)
    pending = list(pending_estimates(paper, "e1", "2401.00001"))
    save_estimates(paper, [(each, sample.estimate(5.2e19)) for each in pending], "e1", sample.noon)
    base = next(row for row in rows(paper, "public_models") if row["model"] == "Base")
    assert base["hardware_burden_flop"] == 5.2e19
    assert rows(paper, "public_papers")[0]["curated_facts"] == 1
    assert public_stamp(paper).number == before + 2
    assert everything(paper) == made_anew(paper, sample)


def test_what_is_refused_is_no_change(paper: Engine, sample: Any) -> None:
    before = public_stamp(paper)
    with pytest.raises(RecordError):
        add_review(paper, Review(run_key(paper, "Base"), "flop", Decision.REJECT, "ada", sample.noon))
    assert public_stamp(paper) == before


def test_added_and_rejected_facts(paper: Engine, sample: Any) -> None:
    values = {"model": "Huge", "benchmark": "imagenet", "metric": "top1_accuracy", "value": 88.0, "own": True}
    place = [(3, Box(1.0, 2.0, 30.0, 9.0))]
    add_fact(paper, AddedFact("2401.00001", Kind.RESULT, values, 3, place, "Huge reaches 88.0.", "ada", sample.noon))
    huge = next(row for row in rows(paper, "public_models") if row["model"] == "Huge")
    assert (huge["best_result"], huge["basis"]) == ("88 top1_accuracy on imagenet", "curated")
    add_review(paper, Review(run_key(paper, "Base"), None, Decision.REJECT, "ada", sample.noon))
    assert rows(paper, "public_papers")[0]["largest_burden_flop"] is None
    assert rows(paper, "public_accelerators") == []
    assert everything(paper) == made_anew(paper, sample)


def test_a_new_reading_takes_the_place_of_the_earlier(paper: Engine, sample: Any) -> None:
    sample.save(paper, sample.paper(sample.run(model="Other"), results=()), extractor="x2", hours=1)
    assert [row["model"] for row in rows(paper, "public_models")] == ["Other"]
    assert rows(paper, "public_points") == []


def test_renamed_and_withdrawn_papers_follow_when_all_is_brought_up_to_date(paper: Engine, sample: Any) -> None:
    assert bring_public_rows_up_to_date(paper, sample.noon) == 0
    upsert_papers(paper, [sample.metadata(version=2, title="Another title", published=date(2023, 12, 31))])
    assert bring_public_rows_up_to_date(paper, sample.noon) == 1
    assert {(row["title"], row["year"]) for row in rows(paper, "public_models")} == {("Another title", 2023)}
    upsert_papers(paper, [sample.metadata(version=3, withdrawn=True)])
    assert bring_public_rows_up_to_date(paper, sample.noon) == 1
    assert everything(paper) == {table: [] for table in TABLES}


def test_other_rules_make_all_rows_anew(paper: Engine, sample: Any) -> None:
    store_import(paper, _file(), sample.noon)
    before = everything(paper)
    with writing(paper) as connection:
        connection.execute(text("UPDATE public_stamp SET made_by = 'an earlier program'"))
        connection.execute(text("UPDATE public_models SET model = 'as it was'"))
    told: list[tuple[int, int]] = []
    bring_public_rows_up_to_date(paper, sample.noon, lambda done, papers: told.append((done, papers)))
    assert everything(paper) == before
    assert told == [(0, 1)]


def _file(*models: ImportedModel) -> ImportedFile:
    results = (ImportedResult("imagenet", "top1_accuracy", 76.0),)
    known = ImportedModel(
        2, "ResNet", url="javascript:alert(1)", results=results, hardware_burden_flop=1e19, year=2016.5
    )
    again = replace(known, row_number=3, url="https://example.org/2", published=date(2015, 12, 10))
    left_out = ImportedModel(4, "Left out", included=False, results=results)
    return ImportedFile("authors-2022", "imagenet.csv", "f" * 64, models or (known, again, left_out))


def test_imported_models(engine: Engine, sample: Any) -> None:
    store_import(engine, _file(), sample.noon)
    models = {row["import_row"]: row for row in rows(engine, "public_models")}
    assert [(models[row]["model"], models[row]["points"]) for row in (2, 3, 4)] == [
        ("ResNet", 1), ("ResNet", 1), ("Left out", 0)
    ]  # fmt: skip
    assert (models[2]["url"], models[3]["url"]) == (None, "https://example.org/2")
    assert (models[2]["year"], models[3]["year"]) == (2016, 2015)
    shown = {row["point_key"]: row for row in rows(engine, "public_points")}
    for point in fit_points(engine):
        assert {name: shown[point["point_key"]][name] for name in point} == point
    assert {row["model_id"] for row in shown.values()} == {models[2]["model_id"], models[3]["model_id"]}
    assert everything(engine) == made_anew(engine, sample)


def test_another_reading_of_a_file_takes_the_place_of_the_earlier(engine: Engine, sample: Any) -> None:
    store_import(engine, _file(), sample.noon)
    before = {row["model"]: row["model_id"] for row in rows(engine, "public_models") if row["import_row"] != 3}
    later = replace(_file(ImportedModel(9, "ResNet"), ImportedModel(11, "New")), sha256="e" * 64)
    store_import(engine, later, sample.noon)
    now = {row["model"]: row["model_id"] for row in rows(engine, "public_models")}
    assert now.keys() == {"ResNet", "New"}
    assert now["ResNet"] == before["ResNet"]
    assert rows(engine, "public_points") == []


def test_texts_longer_than_an_index_takes(engine: Engine, sample: Any) -> None:
    wide = "\N{GRINNING FACE}\N{LATIN SMALL LETTER SHARP S}" * 1_000
    run = sample.run(model=wide, accelerator=wide)
    result = sample.result(model=wide, benchmark=wide[:300], metric=wide[:300])
    read = sample.paper(
        run, results=(result,), links=(sample.link("training_run", 0, wide),), metadata=sample.metadata(title=wide)
    )
    sample.save(engine, read)
    assert rows(engine, "public_models")[0]["model"] == wide
    assert len(rows(engine, "public_points")) == 1


def test_the_stamp_grows_once_for_each_change_of_what_is_shown(engine: Engine, sample: Any) -> None:
    assert (public_stamp(engine).number, public_stamp(engine).changed_at) == (0, None)
    sample.save(engine, sample.paper(sample.run()))
    assert public_stamp(engine).number == 1
    sample.save(engine, sample.paper(sample.run()))
    assert public_stamp(engine).number == 1
    store_import(engine, _file(), sample.noon + timedelta(hours=2))
    store_analysis(engine, AnalysisRecord(sample.noon, "1.0", "digest", {}, list(fit_points(engine)), ()))
    assert (public_stamp(engine).number, public_stamp(engine).changed_at) == (3, sample.noon + timedelta(hours=2))


def test_a_long_transaction_keeps_nobody_from_changing_something_else(engine: Engine, sample: Any) -> None:
    if is_sqlite(engine):
        pytest.skip("SQLite has one writer at a time anyway")
    with writing(engine) as long:
        stamp_change(long, sample.noon)
        with writing(engine) as short:
            short.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            stamp_change(short, sample.noon)
        assert public_stamp(engine).number == 1
    assert public_stamp(engine).number == 2
