"""What pages, the queue and a night ask for one paper or one list is found by indexes, however much is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asked_statements import asked, read_whole
from sqlalchemy import Engine

from db import queries, schema
from db.desk import paper_records
from db.desk_queue import QueueFilters, queue
from db.history import fact_history
from db.ingest_runs import last_successful_window
from db.letters import letters_waiting
from db.public_queries import (
    MODEL_SORTS,
    PAPER_SORTS,
    ModelFilters,
    PaperFilters,
    PointFilters,
    chart_points,
    models_table,
    papers_table,
    points_table,
)
from db.public_records import model, public_paper
from db.public_stamp import public_stamp
from db.reviews import papers_reviewed_since

FEW_ROWS = {"extractors", "public_stamp", "double_reviews", "imports", "installed_objects", "users"}
"""Tables that stay small whatever is read."""
PAPER = "2401.00001"

Question = Callable[[Engine, Any], object]
QUESTIONS: dict[str, Question] = {
    "a night: which PDFs are read": lambda engine, sample: queries.extracted(engine, ["a" * 64], "x1"),
    "a night: which PDFs failed": lambda engine, sample: queries.failed(engine, ["b" * 64], "x1"),
    "a night: which PDFs are had": lambda engine, sample: queries.documents_of(engine, [PAPER]),
    "a night: where it went on": lambda engine, sample: last_successful_window(engine, "arxiv-oai:cs.CV"),
    "a night: what was missed": lambda engine, sample: queries.failed_downloads(
        engine, sample.noon - timedelta(days=9)
    ),
    "a paper's pending estimates": lambda engine, sample: queries.pending_estimates(engine, "e2", PAPER),
    "a PDF's paper": lambda engine, sample: queries.has_document(engine, "a" * 64),
    "web: what was reviewed lately": lambda engine, sample: papers_reviewed_since(engine, sample.noon),
    "web: letters": lambda engine, sample: letters_waiting(engine),
    "web: the stamp": lambda engine, sample: public_stamp(engine),
    "page of a paper": lambda engine, sample: public_paper(engine, PAPER),
    "page of a model": lambda engine, sample: model(engine, "x"),
    "desk: a paper": lambda engine, sample: paper_records(engine, PAPER),
    "desk: a fact's history": lambda engine, sample: fact_history(engine, f"{PAPER}:{'0' * 32}"),
    "desk: the queue": lambda engine, sample: queue(engine, QueueFilters(), 0, 50, viewer="ada", now=sample.noon),
    "chart of a benchmark": lambda engine, sample: chart_points(
        engine, PointFilters("imagenet", "top1_accuracy"), ("model_id", "value")
    ),
    "points of a benchmark": lambda engine, sample: points_table(
        engine, PointFilters("imagenet", "top1_accuracy"), "value", True, 0
    ),
    **{
        f"papers by {sort}": lambda engine, sample, sort=sort: papers_table(engine, PaperFilters(), sort, True, 0)
        for sort in PAPER_SORTS
    },
    **{
        f"models by {sort}": lambda engine, sample, sort=sort: models_table(engine, ModelFilters(), sort, True, 0)
        for sort in MODEL_SORTS
        if sort != "title"
    },
}


@pytest.fixture
def filled(engine: Engine, sample: Any) -> Engine:
    sample.save(engine, sample.paper(sample.run(), results=(sample.result(),), links=(sample.link("training_run", 0),)))
    return engine


def test_no_question_reads_a_large_table_whole(filled: Engine, sample: Any) -> None:
    """All in one test, since the database is made once."""
    large = set(schema.metadata.tables) - FEW_ROWS
    found = {}
    for name, question in QUESTIONS.items():
        statements = asked(filled, lambda question=question: question(filled, sample))
        assert statements, name
        whole = {table for statement, parameters in statements for table in read_whole(filled, statement, parameters)}
        if whole & large:
            found[name] = sorted(whole & large)
    assert found == {}
