"""Views stay quick on SQLite: one paper is found without reading all, and all are read without a loop over pairs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, Row, text

from db import objects
from db.engine import open_database

NOT_OF_FACTS = ("papers_v1", "reviews_v1", "imported_models_v1", "imported_results_v1", "fits_v1")
OF_FACTS = [name for name in objects.VIEWS if name.endswith("_v1") and name not in NOT_OF_FACTS]
READS_ALL = re.compile(r"^SCAN (?:v|e|c|p|d|m|pdf|added|papers|paper_versions|extractions|claims|claim_models)\b")
"""By their names in the views: versions, extractions, claims, papers, documents, links, PDFs, added facts."""


@pytest.fixture(scope="module")
def sqlite(empty_database: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{empty_database}")
    yield engine
    engine.dispose()


def plan(engine: Engine, query: str) -> list[Row[tuple[int, int, int, str]]]:
    with engine.connect() as connection:
        return list(connection.execute(text(f"EXPLAIN QUERY PLAN {query}"), {"paper": "2401.00001"}))


@pytest.mark.parametrize("view", OF_FACTS)
def test_one_paper_is_looked_at_without_reading_all(sqlite: Engine, view: str) -> None:
    steps = [step.detail for step in plan(sqlite, f"SELECT * FROM {view} WHERE arxiv_id = :paper")]
    assert [step for step in steps if READS_ALL.match(step)] == []
    assert any(step.startswith("SEARCH v ") for step in steps)


@pytest.mark.parametrize("view", OF_FACTS)
def test_what_is_joined_is_found_by_an_index(sqlite: Engine, view: str) -> None:
    scans = defaultdict(list)
    for step in plan(sqlite, f"SELECT * FROM {view} WHERE :paper <> ''"):
        if step.detail.startswith("SCAN "):
            scans[step.parent].append(step.detail)
    assert [loop for loop in scans.values() if len(loop) > 1] == []


@pytest.mark.parametrize("view", ["imported_models_v1", "imported_results_v1", "fit_points_v1"])
def test_imports_of_one_paper_are_looked_at_without_reading_all(sqlite: Engine, view: str) -> None:
    steps = [step.detail for step in plan(sqlite, f"SELECT * FROM {view} WHERE arxiv_id = :paper")]
    assert any(step.startswith("SEARCH m USING INDEX ix_imported_models_arxiv_id") for step in steps)
    assert not [step for step in steps if re.match(r"SCAN [imr]\b(?!.* ix_reviews)", step)]
