"""Lists, records and trends of everyone's pages, on both databases: what they hold, their order, and their bounds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db import public_queries
from db.added_facts import AddedFact, add_fact
from db.desk import add_comment, settle_paper
from db.fields import Kind
from db.imports import store_import
from db.public_memory import MOST_SELECTIONS, remembered_selection
from db.public_queries import (
    ModelFilters,
    PaperFilters,
    PointFilters,
    chart_points,
    models_table,
    papers_table,
    points_table,
)
from db.public_records import model, public_paper
from db.public_trends import accelerators_by_year, benchmarks, burdens_over_time, home_counts, imports_in_use, yearly
from db.reviews import Decision, Review, add_review
from db.store import upsert_papers
from extractors.records import Box, PaperMetadata
from imports.records import ImportedFile, ImportedModel, ImportedResult

HOSTILE = ("a\0b", "\ud800", "%", "_", "/", "'; DROP TABLE papers; --", "x" * 100_000, "\N{COMBINING ACUTE ACCENT}")


@pytest.fixture(scope="module")
def filled(engine_of_module: Engine, sample: Any) -> Engine:
    """For tests that change nothing."""
    return _fill(engine_of_module, sample)


@pytest.fixture
def to_change(engine: Engine, sample: Any) -> Engine:
    """A copy for one test."""
    return _fill(engine, sample)


def _fill(engine: Engine, sample: Any) -> Engine:
    """Nine papers of four years; every third has no run, every second no date but that of its arXiv id."""
    read = []
    for number in range(9):
        runs = () if number % 3 == 0 else (sample.run(model=f"Net {number}", accelerator_count=number),)
        metadata: PaperMetadata = sample.metadata(
            f"2401.{number:05d}",
            title=f"Paper {number}: 100% of_nets",
            published=None if number % 2 else date(2018 + number // 3, 6, 1),
        )
        paper = sample.paper(
            *runs,
            metadata=metadata,
            sha256=f"{number:064d}",
            estimates=tuple(sample.estimate(10.0 ** (18 + number)) for _ in runs),
            results=(sample.result(70.0 + number, f"Net {number}"),),
            links=tuple(sample.link("training_run", index, f"Net {number}") for index in range(len(runs))),
        )
        read.append(paper)
    sample.save(engine, *read)
    known = ImportedModel(
        2,
        "AlexNet",
        arxiv_id="2401.00001",
        results=(ImportedResult("imagenet", "top1_accuracy", 57.1),),
        hardware_burden_flop=4.7e17,
        year=2012.5,
    )
    store_import(engine, ImportedFile("authors-2022", "imagenet.csv", "f" * 64, (known,)), sample.noon)
    return engine


def names(page: public_queries.Page, column: str = "model") -> list[Any]:
    return [row[column] for row in page.rows]


def test_what_is_unknown_comes_last_whichever_way_is_sorted(filled: Engine) -> None:
    known = ["Net 8", "Net 7", "Net 5", "Net 4", "Net 2", "Net 1", "AlexNet"]
    unknown = {"Net 0", "Net 3", "Net 6"}
    for descending, order in ((True, known), (False, known[::-1])):
        page = models_table(filled, ModelFilters(), "hardware_burden_flop", descending)
        assert (names(page)[:7], set(names(page)[7:]), page.total) == (order, unknown, 10)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("sort", public_queries.MODEL_SORTS)
def test_pages_of_models_hold_every_model_once(filled: Engine, sort: str, descending: bool) -> None:
    pages = [models_table(filled, ModelFilters(), sort, descending, offset, 3) for offset in range(0, 15, 3)]
    assert [len(page.rows) for page in pages] == [3, 3, 3, 1, 0]
    assert len({name for page in pages for name in names(page, "model_id")}) == 10
    assert [name for page in pages for name in names(page)] == names(
        models_table(filled, ModelFilters(), sort, descending)
    )


@pytest.mark.parametrize("sort", public_queries.POINT_SORTS)
def test_points_are_sorted_by_each_column(filled: Engine, sort: str) -> None:
    page = points_table(filled, PointFilters("imagenet", "top1_accuracy"), sort, descending=False)
    values = [row[sort] for row in page.rows if row[sort] is not None]
    assert values == sorted(values, key=lambda value: value.casefold() if isinstance(value, str) else value)
    assert len(page.rows) == page.total == 10


@pytest.mark.parametrize("sort", public_queries.PAPER_SORTS)
def test_papers_are_sorted_by_each_column(filled: Engine, sort: str) -> None:
    page = papers_table(filled, PaperFilters(), sort, descending=True)
    values = [row[sort] for row in page.rows if row[sort] is not None]
    assert values == sorted(values, reverse=True)
    assert (page.total, page.rows[0]["authors"]) == (9, ["Ada Example", "Ben Example"])


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ModelFilters(search="net 5"), ["Net 5"]),
        (ModelFilters(search="NET 00005"), ["Net 5"]),
        (ModelFilters(search="5 net"), ["Net 5"]),
        (ModelFilters(search="100% of_nets 00007"), ["Net 7"]),
        (ModelFilters(search="100_"), []),
        (ModelFilters(source="authors-2022"), ["AlexNet"]),
        (ModelFilters(basis="imported", benchmark="imagenet"), ["AlexNet"]),
        (ModelFilters(benchmark="image"), []),
        (ModelFilters(year_from=2020), ["Net 8", "Net 7", "Net 5", "Net 1", "Net 3"]),
        (ModelFilters(year_to=2012), ["AlexNet"]),
        (ModelFilters(accelerator="NVIDIA Tesla P100", year_to=2019), ["Net 4", "Net 2"]),
    ],
)
def test_models_that_are_asked_for(filled: Engine, filters: ModelFilters, expected: list[str]) -> None:
    page = models_table(filled, filters)
    assert ([name for name in names(page) if name != "Net 6"], page.total) == (
        expected, len(names(page))
    )  # fmt: skip


def test_papers_that_are_asked_for(filled: Engine) -> None:
    keys = {
        filters: [name[-1] for name in names(papers_table(filled, filters, "facts"), "paper_key")]
        for filters in (
            PaperFilters(reports="burden"),
            PaperFilters(reports="time", year=2019),
            PaperFilters(accelerator="NVIDIA Tesla P100", search="00004"),
            PaperFilters(accelerator="NVIDIA A100"),
        )
    }
    assert [sorted(found) for found in keys.values()] == [["1", "2", "4", "5", "7", "8"], ["4"], ["4"], []]


def test_points_of_a_chart(filled: Engine) -> None:
    filters = PointFilters("imagenet", "top1_accuracy")
    keys = [key for (key,) in chart_points(filled, filters, ("point_key",))]
    assert keys == sorted(keys)
    assert len(keys) == 10
    few = chart_points(filled, filters, ("value", "model_id"), limit=3)
    with_burden = PointFilters("imagenet", "top1_accuracy", with_burden=True)
    assert len(few) == 3
    assert set(few) <= set(chart_points(filled, with_burden, ("value", "model_id")))
    years = PointFilters("imagenet", "top1_accuracy", ("db",), "machine", 2019, 2019)
    assert chart_points(filled, years, ("model",)) == [("Net 4",)]


def test_lists_are_bounded(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_queries, "MOST_ROWS", 4)
    assert len(models_table(filled, ModelFilters(), limit=10**9).rows) == 4
    assert models_table(filled, ModelFilters(), offset=-5, limit=-5).rows == ()
    assert papers_table(filled, PaperFilters(), offset=10**30).rows == ()
    with pytest.raises(ValueError, match="can't sort by 'password_hash'"):
        models_table(filled, ModelFilters(), "password_hash")
    with pytest.raises(ValueError, match="no column 'search'"):
        chart_points(filled, PointFilters(), ("search",))
    with pytest.raises(ValueError, match="no such report"):
        papers_table(filled, PaperFilters(reports="everything"))


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_find_nothing_and_break_nothing(filled: Engine, words: str) -> None:
    assert models_table(filled, ModelFilters(words, words, words, words, -(10**30), 10**30, words)).total == 0
    assert points_table(filled, PointFilters(words, words, (words,), words, None, None, words)).total == 0
    assert papers_table(filled, PaperFilters("", None, words)).total == 0
    assert (model(filled, words), public_paper(filled, words)) == (None, None)


def test_a_model_with_its_facts_and_its_imported_namesake(filled: Engine) -> None:
    of_paper = models_table(filled, ModelFilters(search="net 1 paper")).rows[0]
    found = model(filled, of_paper["model_id"])
    assert found is not None
    assert [fact.kind for fact in found.facts] == ["training_run", "result"]
    assert (found.paper_key, found.version, found.import_file) == ("2401.00001", 1, None)
    assert found.facts[0].burden is not None
    assert (found.facts[0].burden.flop, found.facts[0].quote) == (1e19, "We train on 8 P100 GPUs for 84 hours.")
    assert [point["value"] for point in found.points] == [71.0]
    imported = model(filled, models_table(filled, ModelFilters(source="authors-2022")).rows[0]["model_id"])
    assert imported is not None
    assert (imported.paper_key, imported.import_file, imported.import_row) == ("2401.00001", "imagenet.csv", 2)
    assert (imported.facts, model(filled, "0" * 16)) == ((), None)


def _key(engine: Engine, kind: str, paper: str) -> str:
    query = text(f"SELECT fact_key FROM {kind} WHERE arxiv_id = :paper")
    with engine.connect() as connection:
        return str(connection.scalar(query, {"paper": paper}))


def test_a_paper_with_its_history_and_nobody_s_name(to_change: Engine, sample: Any) -> None:
    key, result = _key(to_change, "training_runs_v1", "2401.00004"), _key(to_change, "results_v1", "2401.00004")
    later = sample.noon + timedelta(hours=1)
    add_review(to_change, Review(key, "accelerator_count", Decision.CORRECT, "ada@host", sample.noon, 16, "ask Bob"))
    add_review(to_change, Review(result, None, Decision.REJECT, "ada@host", later, reason="no"))
    add_comment(to_change, "2401.00004", "", "ada@host", sample.noon, "a word to Bob")
    paper = public_paper(to_change, "2401.00004")
    assert paper is not None
    (fact,) = paper.facts
    assert (fact.values["accelerator_count"], fact.machine_values["accelerator_count"]) == (16, 4)
    assert (fact.corrected, fact.basis) == (("accelerator_count",), "curated")
    assert [(said.field, said.decision, said.value, said.reviewer) for said in paper.history] == [
        (None, "reject", None, "curator"),
        ("accelerator_count", "correct", 16, "curator"),
    ]
    assert "ada" not in repr(asdict(paper)).replace("Ada Example", "")
    assert "Bob" not in repr(asdict(paper))


def test_a_second_curator_learns_nothing_from_the_public_page(to_change: Engine, sample: Any) -> None:
    key = _key(to_change, "training_runs_v1", "2401.00004")
    with to_change.begin() as connection:
        connection.execute(text("INSERT INTO double_reviews VALUES ('2401.00004', '2026-03-01')"))
    as_read = public_paper(to_change, "2401.00004")
    assert as_read is not None
    assert as_read.is_being_reviewed
    result = _key(to_change, "results_v1", "2401.00004")
    (of_model,) = {row["model_id"] for row in as_read.models}
    model_as_read = model(to_change, of_model)
    values = {"model": "Net 4", "property": "parameters", "quantity": 1e9}
    place = [(3, Box(1.0, 2.0, 30.0, 9.0))]
    add_review(to_change, Review(key, "accelerator_count", Decision.CORRECT, "ada", sample.noon, 16))
    add_review(to_change, Review(result, None, Decision.REJECT, "ada", sample.noon))
    added = AddedFact("2401.00004", Kind.MODEL_PROPERTY, values, 3, place, "A billion.", "ada", sample.noon)
    add_fact(to_change, added)
    settle_paper(to_change, "2401.00004", "ada", sample.noon)
    assert public_paper(to_change, "2401.00004") == as_read
    assert model(to_change, of_model) == model_as_read
    settle_paper(to_change, "2401.00004", "ben", sample.noon)
    done = public_paper(to_change, "2401.00004")
    assert done is not None
    assert not done.is_being_reviewed
    assert len(done.history) > 1
    assert [(fact.kind, fact.basis, fact.added) for fact in done.facts] == [
        ("training_run", "curated", False), ("model_property", "curated", True)
    ]  # fmt: skip
    assert done.facts[0].corrected == ("accelerator_count",)
    assert (done.summary["results"], done.summary["curated_facts"]) == (0, 2)


def test_withdrawn_and_unread_papers_are_not_shown(to_change: Engine, sample: Any) -> None:
    upsert_papers(to_change, [sample.metadata("2401.09999"), sample.metadata("2401.00004", version=2, withdrawn=True)])
    assert public_paper(to_change, "2401.09999") is None
    assert public_paper(to_change, "2401.00004") is None


def test_counts_of_the_home_page(filled: Engine) -> None:
    counts = home_counts(filled)
    assert (counts.papers_seen, counts.papers_read, counts.papers_with_runs) == (9, 9, 6)
    assert (counts.runs, counts.results, counts.models, counts.facts, counts.curated_facts) == (6, 9, 10, 15, 0)
    assert (counts.last_ingest_at, counts.last_analysis_at) == (None, None)


def test_an_empty_database_has_answers(engine: Engine) -> None:
    assert home_counts(engine).facts == 0
    assert benchmarks(engine) == yearly(engine) == accelerators_by_year(engine) == burdens_over_time(engine) == []
    assert models_table(engine, ModelFilters()).total == 0
    assert imports_in_use(engine) == []


def test_trends(filled: Engine) -> None:
    (row,) = benchmarks(filled)
    assert (row.benchmark, row.points, row.with_burden, row.papers, row.models) == ("imagenet", 10, 7, 9, 10)
    assert (row.sources, row.first_year, row.last_year) == (("authors-2022", "db"), 2012, 2024)
    years = yearly(filled)
    assert [(year.year, year.papers, year.papers_with_accelerator) for year in years] == [
        (2018, 2, 1), (2019, 1, 1), (2020, 2, 1), (2024, 4, 3)
    ]  # fmt: skip
    assert (years[1].burden_log10_p10, years[1].burden_log10_p90, years[1].largest_burden_flop) == (22, 22, 1e22)
    assert [(each.accelerator, each.year, each.papers) for each in accelerators_by_year(filled)] == [
        ("NVIDIA Tesla P100", year, papers) for year, papers in ((2018, 1), (2019, 1), (2020, 1), (2024, 3))
    ]
    burdens = burdens_over_time(filled)
    assert [(each["model"], each["year"]) for each in burdens][:2] == [
        ("Net 1", 2024 + 0.5 / 12),
        ("Net 2", 2018 + 5.5 / 12),
    ]
    assert [each.source for each in imports_in_use(filled)] == ["authors-2022"]


def test_what_is_kept_in_memory_follows_every_change(to_change: Engine, sample: Any) -> None:
    before = [benchmarks(to_change), yearly(to_change), accelerators_by_year(to_change), burdens_over_time(to_change)]
    assert len(burdens_over_time(to_change, 2)) == 2
    add_review(
        to_change, Review(_key(to_change, "training_runs_v1", "2401.00004"), None, Decision.REJECT, "ada", sample.noon)
    )
    now = [benchmarks(to_change), yearly(to_change), accelerators_by_year(to_change), burdens_over_time(to_change)]
    assert all(earlier != later for earlier, later in zip(before, now, strict=True))


def test_of_what_people_choose_only_the_last_used_is_kept(to_change: Engine) -> None:
    reckoned: list[int] = []

    def chosen(number: int) -> int:
        return remembered_selection(to_change, number, lambda: reckoned.append(number) or number)

    assert [chosen(number) for number in (0, 1, 0)] == [0, 1, 0]
    assert reckoned == [0, 1]
    for number in range(2, MOST_SELECTIONS + 1):
        chosen(number)
    reckoned.clear()
    assert (chosen(0), reckoned) == (0, []), "used after 1"
    assert (chosen(1), reckoned) == (1, [1]), "forgotten for the last one"
