"""Releases read the same from both databases, at one moment, whatever others write meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_database import CURATOR, NOON, OPEN, fill
from sqlalchemy import Engine

from db.engine import open_database
from db.migrate import upgrade
from db.release_views import at_one_moment
from db.reviews import Decision, Review, add_review
from releases.licences import terms
from releases.rows import released_rows
from releases.tables import TABLES, ReleaseTable

VIEWS = [table for table in TABLES if table.view.endswith("_v1")]


def stored(engine: Engine, table: ReleaseTable) -> list[bytes]:
    names = [column.name for column in table.columns if column.name != "attribution"]
    with at_one_moment(engine) as moment:
        rows = list(moment.rows(table.view, names, table.order))
    return list(released_rows(table, rows, terms(), {OPEN}, lambda _: None))


def test_rows_are_the_same_bytes_from_both_databases(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    other = open_database(f"sqlite:///{tmp_path}/other.sqlite")
    upgrade(other)
    fill(other)
    for table in VIEWS:
        rows = stored(engine, table)
        assert rows == stored(other, table), table.name
        assert rows or table.name in ("training_compute", "network_operations"), table.name
    other.dispose()


def test_what_is_written_meanwhile_is_not_seen(engine: Engine) -> None:
    fill(engine)
    with at_one_moment(engine) as moment:
        before = list(moment.rows("training_runs_v1", ("fact_key",), ("arxiv_id",)))
        key = before[0]["fact_key"]
        add_review(engine, Review(key, None, Decision.REJECT, CURATOR, NOON, reason="gone"))
        assert list(moment.rows("training_runs_v1", ("fact_key",), ("arxiv_id",))) == before
    with at_one_moment(engine) as moment:
        assert len(list(moment.rows("training_runs_v1", ("fact_key",), ("arxiv_id",)))) == len(before) - 1


@pytest.mark.parametrize(("view", "columns"), [("users", ("name",)), ("papers_v1", ("title; DROP TABLE papers",))])
def test_nothing_but_columns_of_views_is_read(engine: Engine, view: str, columns: tuple[str, ...]) -> None:
    with at_one_moment(engine) as moment, pytest.raises(ValueError, match="no view"):
        list(moment.rows(view, columns, ("arxiv_id",)))
