"""Which PDFs a version of the extractor should read again, and what both readings of a paper are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.added_facts import AddedFact, add_fact
from db.arrivals import PaperDocument, PaperFailure
from db.fields import Kind
from db.narrowed import narrowed_to
from db.queries import exported_records
from db.read_again import before_and_now, papers_read_again
from db.rereading import (
    begin_rereading,
    failed_readings,
    left_to_read,
    store_report,
    stored_papers,
    stored_rereading,
)
from db.reviews import Decision, Review, add_review
from db.store import save_failure, upsert_papers
from extractors.records import Box, FailureCause

FIRST, SECOND, THIRD = "a" * 64, "b" * 64, "c" * 64


def fails(engine: Engine, sample: Any, extractor: str, sha256: str, cause: FailureCause, **of_paper: Any) -> None:
    metadata = sample.metadata(**of_paper)
    document = PaperDocument(metadata, sha256, 9)
    save_failure(engine, PaperFailure(metadata, document, cause, "says why"), extractor, sample.noon)


def test_left_is_what_counts_by_another_version_and_what_none_could_read(engine: Engine, sample: Any) -> None:
    one, two = sample.metadata("2401.00001"), sample.metadata("2401.00002")
    sample.save(engine, sample.paper(sample.run(), metadata=one, sha256=FIRST))
    sample.save(engine, sample.paper(sample.run(), metadata=two, sha256=SECOND))
    fails(engine, sample, "x1", THIRD, FailureCause.BROKEN, arxiv_id="2401.00001", version=2)
    assert left_to_read(engine, "x1") == []
    left = [("2401.00001", FIRST), ("2401.00001", THIRD), ("2401.00002", SECOND)]
    assert left_to_read(engine, "x2") == left
    sample.save(engine, sample.paper(sample.run(), metadata=one, sha256=FIRST), extractor="x2", hours=1)
    fails(engine, sample, "x2", THIRD, FailureCause.BROKEN, arxiv_id="2401.00001", version=2)
    assert left_to_read(engine, "x2") == left[2:], "neither what it read nor what it failed on"
    assert left_to_read(engine, "x2", [FailureCause.BROKEN]) == left[1:]
    assert [(each.paper_key, each.version, each.in_force) for each in failed_readings(engine, "x2")] == [
        ("2401.00001", 2, "x2")
    ]
    upsert_papers(engine, [sample.metadata("2401.00002", version=2, withdrawn=True)])
    assert left_to_read(engine, "x2") == []
    # a version of the paper that another read since is in force, and left to be read
    sample.save(engine, sample.paper(metadata=sample.metadata(version=3), sha256="d" * 64), extractor="x1", hours=2)
    assert left_to_read(engine, "x2") == [("2401.00001", "d" * 64)]


def test_a_pdf_is_read_under_its_id_and_dated_by_who_read_it_last(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(metadata=sample.metadata(None, None), sha256=FIRST))
    sample.save(engine, sample.paper(metadata=sample.metadata("2401.00001", 2), sha256=FIRST), extractor="x0", hours=3)
    [paper] = stored_papers(engine, [FIRST, SECOND])
    assert (paper.name, paper.metadata.version, paper.byte_count) == ("2401.00001v2", 2, 12_345)
    assert paper.metadata.title == "", "what sources tell of it may have changed meanwhile"
    assert paper.read_at == sample.noon + timedelta(hours=3)


def test_both_readings_of_papers_that_were_read_again_at_different_times(engine: Engine, sample: Any) -> None:
    keys = [f"2401.0000{number}" for number in range(1, 5)]
    for number, key in enumerate(keys[:3]):
        paper = sample.paper(sample.run(), metadata=sample.metadata(key), sha256=str(number) * 64)
        sample.save(engine, paper, hours=10 * number)  # the third when the first had been read again
    fact_key = next(record["fact_key"] for record in exported_records(engine, "runs"))
    add_review(engine, Review(fact_key, "model", Decision.CORRECT, "ada", sample.noon, "Renamed"))
    for number, key in enumerate(keys):
        changed = sample.run(accelerator_count=16)
        paper = sample.paper(
            changed, metadata=sample.metadata(key), sha256=str(number) * 64, estimates=(sample.estimate(5.2e19),)
        )
        sample.save(engine, paper, extractor="x2", hours=15 + 10 * number)
    again = papers_read_again(engine, "x2")
    assert [paper.paper_key for paper in again] == keys[:3], "the fourth is new"
    assert papers_read_again(engine, "x1") == []
    for paper in before_and_now(engine, again, keys[:1]):
        assert paper.before is not None and (paper.before.extractor_version, paper.now.extractor_version) == (
            "x1",
            "x2",
        )
        assert [claim["accelerator_count"] for claim in paper.before.claims] == [8]
        assert [claim["accelerator_count"] for claim in paper.now.claims] == [16]
        if paper.paper_key != keys[0]:
            assert (paper.before.burdens, paper.now.burdens) == ({"Base": 2.6e19}, {"Base": 5.2e19})
            assert not paper.reviews and not paper.now.records
            continue
        [review] = paper.reviews
        assert (review.field, review.state_before, review.state) == ("model", "matched", "matched")
        assert paper.now.burdens == {"Renamed": 5.2e19}
        [record] = paper.now.records
        assert (record["model"], record["basis"]) == ("Base", "machine"), "what people said is left out"


def test_a_revised_paper_that_only_this_version_has_read_is_not_read_again(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata(version=1), sha256=FIRST))
    revised = sample.paper(sample.run(), metadata=sample.metadata(version=2), sha256=SECOND)
    sample.save(engine, revised, extractor="x2", hours=1)
    assert papers_read_again(engine, "x2") == []
    sample.save(engine, revised, extractor="x3", hours=2)
    assert [paper.before_at for paper in papers_read_again(engine, "x3")] == [sample.noon + timedelta(hours=1)]


def test_the_machine_alone_knows_nothing_of_what_people_said(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    [record] = exported_records(engine, "runs")
    add_review(engine, Review(record["fact_key"], None, Decision.REJECT, "ada", sample.noon))
    place = (3, Box(10.0, 20.0, 30.0, 40.0))
    values = {"flop": 1e20}
    add_fact(engine, AddedFact("2401.00001", Kind.TRAINING_COMPUTE, values, 3, [place], "1e20", "ada", sample.noon, ""))
    query = "SELECT kind FROM facts_in_force"
    with engine.connect() as connection:
        for machine_alone, kind in ((False, "training_compute"), (True, "training_run")):
            narrowed = narrowed_to(connection, ["2401.00001"], machine_alone=machine_alone)
            assert narrowed.rows(connection, query) == [{"kind": kind}]


def test_a_version_has_one_rereading_and_its_latest_report(engine: Engine, sample: Any) -> None:
    later = sample.noon + timedelta(hours=1)
    assert stored_rereading(engine, "x2") is None
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        begin_rereading(engine, "x2", sample.noon, 7)
    begin_rereading(engine, "x2", sample.noon, None)
    begin_rereading(engine, "x2", later, None)
    store_report(engine, "x2", {"papers": 2}, later)
    store_report(engine, "x2", {"papers": 1}, sample.noon)
    found = stored_rereading(engine, "x2")
    assert found is not None
    assert (found.begun_at, found.reported_at, found.report) == (sample.noon, later, {"papers": 2})
