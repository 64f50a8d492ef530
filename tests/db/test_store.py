"""Saving: once or twice, by one or two writers, whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.arrivals import PaperDocument, PaperFailure
from db.engine import open_database
from db.errors import DatabaseError, RecordError
from db.ingest_runs import begin_ingest_run
from db.migrate import database_status
from db.queries import (
    documents_of,
    exported_records,
    extracted,
    failed,
    pending_estimates,
)
from db.store import record_documents, save_estimates, save_failure, upsert_papers
from extractors.records import Box, FailureCause, PaperMetadata, TrainingRun

REPOSITORY = Path(__file__).parents[2]


def test_saving_the_same_extraction_twice_is_saving_it_once(engine: Engine, sample: Any) -> None:
    paper = sample.paper(sample.run(), sample.run(stage="pretraining"), compute=(sample.compute(),))
    assert sample.save(engine, paper) == 1
    before, records = database_status(engine).row_counts, list(exported_records(engine, "facts"))
    assert sample.save(engine, paper, hours=5) == 0
    assert database_status(engine).row_counts == before
    assert list(exported_records(engine, "facts")) == records
    assert before["claims"] == 3 and before["burden_estimates"] == 2


def test_links_are_saved_with_their_claims_or_nothing_is(engine: Engine, sample: Any) -> None:
    records = {"results": (sample.result(),), "properties": (sample.property("epochs", 90),)}
    links = (sample.link("training_run", 0), sample.link("model_property", 0))
    wrong = sample.paper(sample.run(), **records, links=(*links, sample.link("training_run", 7)))
    with pytest.raises(RecordError, match="training_run 7"):
        sample.save(engine, wrong)
    assert set(database_status(engine).row_counts.values()) == {0}
    paper = sample.paper(sample.run(), **records, links=links)
    assert (sample.save(engine, paper), sample.save(engine, paper, hours=5)) == (1, 0)
    counts = database_status(engine).row_counts
    assert (counts["claims"], counts["claim_models"], counts["burden_estimates"]) == (3, 2, 1)


def test_an_extraction_that_is_there_is_not_mixed_with_another_of_the_same_version(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    sample.save(engine, sample.paper(sample.run(accelerator="NVIDIA Tesla V100")))
    assert [record["accelerator"] for record in exported_records(engine, "runs")] == ["NVIDIA Tesla P100"]


def test_two_records_of_one_sentence_stay_two(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), sample.run()))
    keys = [record["fact_key"] for record in exported_records(engine, "runs")]
    assert len(set(keys)) == 2


def test_one_bad_record_leaves_nothing_of_its_batch(engine: Engine, sample: Any) -> None:
    good = sample.paper(sample.run(), sha256="b" * 64)
    with pytest.raises(RecordError, match=r"aaaaaaaaaaaa, training_run on page 7: duration_hours .* not inf"):
        sample.save(engine, good, sample.paper(sample.run(duration_hours=float("inf"))))
    assert set(database_status(engine).row_counts.values()) == {0}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"accelerator_count": 10**40}, "whole number"),
        ({"accelerator_count": 0}, "above zero"),
        ({"duration_hours": float("nan")}, "finite"),
        ({"confidence": 1.5}, "from 0 to 1"),
    ],
)
def test_numbers_that_no_paper_means_are_refused(sample: Any, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RecordError, match=said):
        sample.save(None, sample.paper(sample.run(**changes)))


def test_more_than_a_sentence_of_a_paper_is_refused(sample: Any) -> None:
    with pytest.raises(RecordError, match="quote has 501 characters"):
        sample.save(None, sample.paper(sample.run(quote="x" * 501)))


def _boxed(run: TrainingRun, boxes: list[tuple[int, Box]]) -> TrainingRun:
    return replace(run, evidence=replace(run.evidence, boxes=tuple(boxes)))


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([(7, Box(0, 0, float("inf"), 9))], r"page 7 with box \[0, 0, inf, 9\] is no place"),
        ([(7, Box(0, 0, 9, 9)), (7, Box(float("nan"), 0, 9, 9))], "is no place in a PDF"),
        ([(0, Box(0, 0, 9, 9))], "page 0 with box"),
        ([(7, Box(0, n, 9, n + 9)) for n in range(201)], "201 boxes, at most 200 may be kept"),
    ],
)
def test_boxes_that_no_page_has_are_refused(sample: Any, boxes: list[tuple[int, Box]], said: str) -> None:
    with pytest.raises(RecordError, match=said):
        sample.save(None, sample.paper(_boxed(sample.run(), boxes)))


def test_as_many_boxes_as_are_kept_come_back(engine: Engine, sample: Any) -> None:
    boxes = [(7, Box(0.0, n, 9.0, n + 9.0)) for n in range(200)]
    sample.save(engine, sample.paper(_boxed(sample.run(), boxes)))
    (record,) = exported_records(engine, "runs")
    assert record["boxes"] == [[7, 0.0, n, 9.0, n + 9.0] for n in range(200)]


def test_estimates_must_stand_beside_runs(sample: Any) -> None:
    with pytest.raises(RecordError, match="0 estimates for 1 runs"):
        sample.save(None, sample.paper(sample.run(), estimates=()))


def test_hostile_text_is_stored_as_text(engine: Engine, sample: Any) -> None:
    quote = "8 GPUs \x00 \ud800 '; DROP TABLE claims; -- %s :name \u202e"
    metadata = sample.metadata(title="A\x00B", authors=("\ud83d",))
    sample.save(engine, sample.paper(sample.run(quote=quote, model="%(x)s\x00"), metadata=metadata))
    (record,) = exported_records(engine, "runs")
    assert record["evidence"] == "8 GPUs \ufffd \ufffd '; DROP TABLE claims; -- %s :name \u202e"
    assert record["model"] == "%(x)s\ufffd"


def test_a_later_version_describes_a_paper_in_any_order(engine: Engine, sample: Any) -> None:
    first = sample.metadata(version=1, title="Old title", doi="10.1/x")
    second = sample.metadata(version=2, title="New title", abstract="", doi=None)
    bare = PaperMetadata(arxiv_id="2401.00001")
    for order in ([first, second, bare], [bare, second, first], [second, first]):
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM papers"))
        assert upsert_papers(engine, order[:1]) == 1
        assert upsert_papers(engine, order[1:]) == 0
        (paper,) = sample.rows(engine, "SELECT * FROM papers_v1")
        assert (paper["title"], paper["latest_known_version"], paper["doi"]) == ("New title", 2, "10.1/x")
        assert paper["abstract"] == "About a model."
        assert paper["authors"] == '["Ada Example", "Ben Example"]'


def test_a_paper_told_of_twice_in_one_batch_is_one(engine: Engine, sample: Any) -> None:
    assert upsert_papers(engine, [sample.metadata(version=2, title="New"), sample.metadata(version=1)]) == 1
    assert sample.rows(engine, "SELECT title FROM papers_v1") == [{"title": "New"}]


def test_documents_are_known_by_paper_and_version(engine: Engine, sample: Any) -> None:
    documents = [
        PaperDocument(sample.metadata(version=1), "a" * 64, 10),
        PaperDocument(sample.metadata(version=None), "b" * 64, 10),
        PaperDocument(sample.metadata(arxiv_id=None), "c" * 64, 10),
    ]
    assert record_documents(engine, documents, sample.noon) == 3
    assert record_documents(engine, documents, sample.noon + timedelta(days=1)) == 0
    had = documents_of(engine, ["2401.00001", "2401.00002"])
    assert had == {("2401.00001", 1): "a" * 64, ("2401.00001", None): "b" * 64}


def test_what_is_done_is_told_for_more_documents_than_a_query_takes(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    many = [f"{number:064x}" for number in range(1_200)] + ["a" * 64]
    assert extracted(engine, many, "x1") == {"a" * 64}
    assert extracted(engine, many, "x2") == set()


def test_a_failure_is_kept_once_and_superseded_by_success(engine: Engine, sample: Any) -> None:
    document = PaperDocument(sample.metadata(), "a" * 64, 10)
    failure = PaperFailure(document.metadata, document, FailureCause.TIMEOUT, "took more than 60 s")
    assert save_failure(engine, failure, "x1", sample.noon)
    assert not save_failure(engine, failure, "x1", sample.noon + timedelta(days=1))
    assert failed(engine, ["a" * 64], "x1") == {"a" * 64: FailureCause.TIMEOUT}
    (paper,) = sample.rows(engine, "SELECT * FROM papers_v1")
    assert (paper["extraction_status"], paper["failure_cause"]) == ("failed", "timeout")
    assert datetime.fromisoformat(str(paper["failed_at"])).replace(tzinfo=UTC) == sample.noon

    other = replace(failure, cause=FailureCause.MEMORY, message="needed more than 800 MB")
    assert not save_failure(engine, other, "x1", sample.noon + timedelta(days=2))
    assert sample.rows(engine, "SELECT failure_cause AS cause FROM papers_v1") == [{"cause": "memory"}]

    sample.save(engine, sample.paper(sample.run()), hours=100)
    assert failed(engine, ["a" * 64], "x1") == {}
    (paper,) = sample.rows(engine, "SELECT * FROM papers_v1")
    assert (paper["extraction_status"], paper["failure_cause"]) == ("done", None)


def test_a_failure_without_a_pdf_shows_until_that_version_is_read(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run()))
    newer = sample.metadata(version=2)
    save_failure(engine, PaperFailure(newer, None, FailureCause.DOWNLOAD, "404"), "x1", sample.noon)
    (paper,) = sample.rows(engine, "SELECT * FROM papers_v1")
    assert (paper["extraction_status"], paper["version"], paper["failure_version"]) == ("done", 1, 2)
    sample.save(engine, sample.paper(sample.run(), metadata=newer, sha256="b" * 64), hours=1)
    (paper,) = sample.rows(engine, "SELECT * FROM papers_v1")
    assert (paper["version"], paper["failure_version"]) == (2, None)


def test_a_new_catalogue_asks_for_new_estimates_only(engine: Engine, sample: Any) -> None:
    sample.save(engine, sample.paper(sample.run(), sample.run(stage="pretraining")), estimator="e1")
    assert list(pending_estimates(engine, "e1")) == []
    pending = list(pending_estimates(engine, "e2"))
    assert [item.run for item in pending] == [
        replace(sample.run(), evidence=item.run.evidence, stage=item.run.stage) for item in pending
    ]
    assert pending[0].run.evidence.boxes[1] == sample.run().evidence.boxes[1]
    assert (pending[0].published, pending[0].paper_key) == (date(2024, 1, 2), "2401.00001")
    new = [(item, sample.estimate(5e19)) for item in pending]
    assert save_estimates(engine, new, "e2", sample.noon + timedelta(days=1)) == 2
    assert save_estimates(engine, new, "e2", sample.noon + timedelta(days=2)) == 0
    assert {record["hardware_burden_flop"] for record in exported_records(engine, "runs")} == {5e19}


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="time zone"):
        begin_ingest_run(engine, {}, datetime(2026, 3, 1), "ingest-1")


WRITER = """
import sys
from datetime import datetime, timezone
from db.engine import open_database
from db.arrivals import ExtractedPaper
from db.store import save_extractions
from extractors.records import *
url, backwards = sys.argv[1], sys.argv[2] == "b"
engine = open_database(url)
estimate = BurdenEstimate(1e18, 1e18, 1e18, 1e18, "by hand")
numbers = list(range(60))
for number in reversed(numbers) if backwards else numbers:
    papers = []
    for part in range(3):
        evidence = Evidence(1, Box(0, 0, 1, 1), f"sentence {part}", 0, 9)
        run = TrainingRun(evidence, "GPU", duration_hours=1.0 + number)
        metadata = PaperMetadata(f"2401.{(number + part) % 60:05d}", 1, title="T")
        extraction = Extraction(f"{(number + part) % 60:064x}", 1, (run,))
        papers.append(ExtractedPaper(metadata, 1, extraction, [estimate]))
    papers = papers[::-1] if backwards else papers
    save_extractions(engine, papers, "x1", "e1", datetime(2026, 3, 1, tzinfo=timezone.utc))
"""


def test_two_processes_that_write_the_same_papers_lose_and_double_nothing(url: str) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, url, way], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True)
        for way in "fb"
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert writer.returncode == 0, said
    engine = open_database(url)
    counts = database_status(engine).row_counts
    assert {name: counts[name] for name in ("papers", "documents", "extractions", "claims", "burden_estimates")} == {
        "papers": 60,
        "documents": 60,
        "extractions": 60,
        "claims": 60,
        "burden_estimates": 60,
    }
    engine.dispose()


def test_a_killed_writer_leaves_whole_papers_and_a_rerun_completes(url: str) -> None:
    slow = WRITER.replace("    save_extractions", "    print(number, flush=True)\n    save_extractions")
    writer = subprocess.Popen([sys.executable, "-c", slow, url, "f"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if line.strip() == "25":
            writer.kill()
            break
    writer.wait(timeout=60)
    engine = open_database(url)
    counts = database_status(engine).row_counts
    assert counts["extractions"] == counts["claims"] == counts["burden_estimates"] < 60
    subprocess.run([sys.executable, "-c", WRITER, url, "f"], cwd=REPOSITORY, check=True, timeout=120)
    assert database_status(engine).row_counts["claims"] == 60
    engine.dispose()


def test_a_full_disk_is_said_plainly_and_a_rerun_completes(tmp_path: Path, empty_database: Path, sample: Any) -> None:
    path = tmp_path / "burden.sqlite"
    path.write_bytes(empty_database.read_bytes())
    engine = open_database(f"sqlite:///{path}")
    papers = [
        sample.paper(
            sample.run(quote=f"{number} " + "q" * 400),
            sha256=f"{number:064x}",
            metadata=sample.metadata(f"2401.{number:05d}"),
        )
        for number in range(50)
    ]
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}")
    with pytest.raises(DatabaseError, match=r"disk is full.*free some space and run again"):
        sample.save(engine, *papers)
    assert database_status(engine).row_counts["claims"] == 0
    engine.dispose()
    assert sample.save(open_database(f"sqlite:///{path}"), *papers) == 50
