"""What pulls at a fitted line is looked at first: influences of points, and the places of papers in the queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from db.desk_queue import QueueFilters, queue
from db.desk_rows import bring_queue_up_to_date
from db.desk_schema import desk_papers
from db.engine import Engine, writing
from db.errors import RecordError
from db.fits import AnalysisRecord, store_analysis
from db.influences import PointInfluence, benchmark_of_point, store_influences
from db.store import upsert_papers
from flows.analysis import AnalysisRequest, analyze

if TYPE_CHECKING:
    from tests.db.conftest import Sample

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
PULLS_HARD = "2401.00004"


def _save_line(engine: Engine, sample: Sample, off_the_line: str) -> list[str]:
    """Eight papers as sure as each other, of whose points one stands far from the others' line; their keys."""
    keys = [f"2401.{number:05d}" for number in range(8)]
    for number, key in enumerate(keys):
        accuracy = 100 - 100 * 10 ** (-0.3 - 0.05 * number - 0.002 * (number % 3))
        paper = sample.paper(
            sample.run(confidence=0.7),
            metadata=sample.metadata(key),
            sha256=f"{number:064x}",
            results=(sample.result(20.0 if key == off_the_line else accuracy, confidence=0.7),),
            links=(sample.link("training_run", 0),),
            estimates=(sample.estimate(10.0 ** (18 + number / 2)),),
        )
        sample.save(engine, paper)
    return keys


def _order(engine: Engine) -> list[str]:
    return [row.paper_key for row in queue(engine, QueueFilters(), 0, 50)]


def test_a_paper_that_pulls_hard_at_a_line_stands_before_equally_unsure_ones(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line=PULLS_HARD)
    assert _order(engine)[0] != PULLS_HARD

    analyze(engine, AnalysisRequest())

    rows = {row.paper_key: row for row in queue(engine, QueueFilters(), 0, 50)}
    assert next(iter(rows)) == PULLS_HARD
    assert set(rows) == set(keys)
    assert rows[PULLS_HARD].pulls_at == "imagenet"
    assert rows[PULLS_HARD].influence > 2 * max(rows[key].influence for key in keys if key != PULLS_HARD)


def test_an_analysis_of_some_points_only_leaves_the_queue_as_it_is(engine: Engine, sample: Sample) -> None:
    _save_line(engine, sample, off_the_line=PULLS_HARD)
    before = _order(engine)

    analyze(engine, AnalysisRequest(benchmarks=("imagenet",)))
    assert _order(engine) == before


def test_what_is_read_anew_keeps_its_pull(engine: Engine, sample: Sample) -> None:
    _save_line(engine, sample, off_the_line=PULLS_HARD)
    analyze(engine, AnalysisRequest())
    paper = sample.paper(
        sample.run(confidence=0.7),
        metadata=sample.metadata(PULLS_HARD),
        sha256=f"{4:064x}",
        results=(sample.result(20.0, confidence=0.6),),
        links=(sample.link("training_run", 0),),
        estimates=(sample.estimate(1e20),),
    )
    sample.save(engine, paper, extractor="x2", hours=1)

    first = queue(engine, QueueFilters(), 0, 1)[0]
    assert (first.paper_key, first.pulls_at) == (PULLS_HARD, "imagenet")


def _influence(key: str, distance: float | None, benchmark: str = "imagenet") -> PointInfluence:
    return PointInfluence(f"db|{key}|Base|{benchmark}|top1_accuracy", key, distance, distance is None, False)


def _run(engine: Engine, digest: str) -> int:
    return store_analysis(engine, AnalysisRecord(NOON, "1", digest, {}, (), ()))


def test_the_latest_run_alone_counts(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    first, second = _run(engine, "a"), _run(engine, "b")

    assert store_influences(engine, first, [_influence(keys[2], 0.9), _influence(keys[5], 0.4)]) == {keys[2], keys[5]}
    assert _order(engine)[:2] == [keys[2], keys[5]]
    assert store_influences(engine, second, [_influence(keys[5], 0.4), _influence(keys[6], 1.2)]) == {keys[2], keys[6]}
    assert _order(engine)[:2] == [keys[6], keys[5]]
    assert store_influences(engine, second, [_influence(keys[5], 0.4), _influence(keys[6], 1.2)]) == set()


def test_a_paper_counts_by_the_hardest_pull_of_its_points(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    points = [_influence(keys[1], 0.2), _influence(keys[1], 0.7, "coco"), _influence(keys[3], 0.5)]
    store_influences(engine, _run(engine, "a"), points)

    first = queue(engine, QueueFilters(), 0, 1)[0]
    assert (first.paper_key, first.influence, first.pulls_at) == (keys[1], 0.7, "coco")


def test_a_point_that_fixes_a_line_alone_pulls_hard(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    store_influences(engine, _run(engine, "a"), [_influence(keys[1], 0.3), _influence(keys[3], None)])

    assert _order(engine)[:2] == [keys[3], keys[1]]


def test_a_point_with_two_influences_is_refused_and_nothing_changes(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    before = _order(engine)
    with pytest.raises(RecordError, match="two influences"):
        store_influences(engine, _run(engine, "a"), [_influence(keys[1], 0.3), _influence(keys[1], 0.4)])
    assert _order(engine) == before


def test_the_benchmark_is_told_from_a_points_key() -> None:
    assert benchmark_of_point("db|1706.03762|Big %7C Base|wmt14-en-de|bleu") == "wmt14-en-de"
    assert benchmark_of_point("something else") == ""


def test_a_database_from_before_the_queue_is_brought_in(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    with writing(engine) as connection:
        connection.execute(desk_papers.delete().where(desk_papers.c.paper_key.in_(keys[:3])))
    assert sorted(_order(engine)) == keys[3:]

    assert bring_queue_up_to_date(engine, NOON) == 3
    assert sorted(_order(engine)) == keys
    assert bring_queue_up_to_date(engine, NOON) == 0


def test_a_withdrawn_paper_leaves_the_queue(engine: Engine, sample: Sample) -> None:
    keys = _save_line(engine, sample, off_the_line="")
    upsert_papers(engine, [sample.metadata(keys[0], version=2, withdrawn=True)])

    bring_queue_up_to_date(engine, NOON)
    assert sorted(_order(engine)) == keys[1:]
