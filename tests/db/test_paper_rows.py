"""Rows of the desk and of the public pages are the same whether papers are looked at alone or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from db.added_facts import AddedFact, add_fact
from db.agreement_rows import choose_double_reviews
from db.engine import writing
from db.fields import Kind
from db.paper_rows import refresh_rows
from db.reviews import Decision, Review, add_review
from db.store import upsert_papers
from extractors.records import Box

TABLES = ("desk_papers", "public_papers", "public_models", "public_points", "public_accelerators")
KEYS = [f"2402.{number:05d}" for number in range(40)]


@pytest.fixture
def papers(engine: Engine, sample: Any) -> Engine:
    """Forty papers; of some a curator has changed something, one is withdrawn, some are under double review."""
    read = [
        sample.paper(
            *(sample.run(duration_hours=10.0 + number, model=model) for model in ("Base", "Huge")[: number % 3]),
            metadata=sample.metadata(key, title=f"Paper {number}"),
            sha256=f"{number:064x}",
            results=(sample.result(50.0 + number), sample.result(80.0, "Rival", row=1, own=False)),
            properties=sample.properties(parameters=1e7 + number, epochs=90),
            links=(sample.link("model_property", 0), *([sample.link("training_run", 0)] if number % 3 else ())),
        )
        for number, key in enumerate(KEYS)
    ]
    sample.save(engine, *read)
    runs = {
        row["arxiv_id"]: row["fact_key"]
        for row in sample.rows(engine, "SELECT arxiv_id, fact_key FROM training_runs_v1 WHERE model = 'Base'")
    }
    later = sample.noon + timedelta(hours=1)
    add_review(engine, Review(runs[KEYS[1]], "model", Decision.CORRECT, "ada", later, "Huge"))
    add_review(engine, Review(runs[KEYS[2]], None, Decision.REJECT, "ada", later))
    values = {"model": "Base", "benchmark": "imagenet", "metric": "top1_accuracy", "value": 88.0, "own": True}
    place = [(3, Box(1.0, 2.0, 30.0, 9.0))]
    add_fact(engine, AddedFact(KEYS[5], Kind.RESULT, values, 3, place, "Base reaches 88.0.", "ada", later))
    upsert_papers(engine, [sample.metadata(KEYS[6], version=2, withdrawn=True)])
    for key in choose_double_reviews(engine, 30, later):
        if key in runs:
            add_review(engine, Review(runs[key], "accelerator_count", Decision.CORRECT, "ada", later, 64))
    return engine


def refreshed(engine: Engine, portions: Sequence[Sequence[str]], sample: Any) -> dict[str, list[dict[str, Any]]]:
    with writing(engine) as connection:
        for portion in portions:
            refresh_rows(connection, portion, sample.noon)
    return {table: sorted(sample.rows(engine, f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def test_many_papers_at_once_have_the_rows_that_each_has_alone(papers: Engine, sample: Any) -> None:
    alone = refreshed(papers, [[key] for key in KEYS], sample)
    assert len(alone["desk_papers"]) == len(alone["public_papers"]) == len(KEYS) - 1
    assert {row["basis"] for row in alone["public_models"]} == {"machine", "curated"}
    assert refreshed(papers, [KEYS], sample) == alone
    assert refreshed(papers, [KEYS[:25], KEYS[15:]], sample) == alone
