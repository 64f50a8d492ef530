"""Rows that are streamed come by the plan that is quickest for all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from db.engine import open_database
from db.queries import stream


def test_postgresql_plans_a_stream_for_all_of_its_rows(postgresql_shared: Engine) -> None:
    """By its own default it takes a plan that is quick for the first tenth: of 60,000 claims in 15 times the time."""
    engine = open_database(postgresql_shared.url.render_as_string(hide_password=False))
    rows: list[dict[str, Any]] = list(
        stream(engine, text("SELECT current_setting('cursor_tuple_fraction') AS fraction"))
    )
    assert rows == [{"fraction": "1"}]
    engine.dispose()
