"""Rows that are appended in bulk are those that one by one would be, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, make_url

from db import schema
from db.bulk import append_rows
from db.engine import writing
from db.errors import DatabaseError

if TYPE_CHECKING:
    from tests.db.conftest import Sample

_AWKWARD = "8\tGPUs\nfor \\N days \\. “50 %” | 7, 'x' \u2028 \U0001f600"


def test_awkward_texts_lists_moments_and_unknowns_come_back_as_they_went_in(engine: Engine, sample: Sample) -> None:
    run = sample.run(duration_hours=None, mixed_precision=True)
    evidence = replace(run.evidence, quote=_AWKWARD, rules=("count.x", 'a "rule"', "Größe"))
    sample.save(engine, sample.paper(replace(run, evidence=evidence), compute=(sample.compute(1.5e300),)))
    with engine.connect() as connection:
        stored = {row.kind: row for row in connection.execute(schema.claims.select())}
        estimated = connection.execute(schema.burden_estimates.select()).one()
    saved = stored["training_run"]
    assert saved.quote == _AWKWARD
    assert saved.rules == ["count.x", 'a "rule"', "Größe"]
    assert saved.mixed_precision is True
    assert saved.duration_hours is None
    assert stored["training_compute"].flop == 1.5e300
    assert estimated.estimated_at == sample.noon


def test_moments_of_any_zone_are_appended_as_utc(engine: Engine) -> None:
    at = datetime(2026, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    with writing(engine) as connection:
        append_rows(connection, schema.extractors, [{"extractor_version": "x1", "first_used_at": at}])
    with engine.connect() as connection:
        assert connection.execute(schema.extractors.select()).one().first_used_at == datetime(
            2026, 3, 2, 4, 30, tzinfo=UTC
        )


def test_a_row_that_is_there_undoes_the_whole_and_says_so_without_the_password(
    url: str, engine: Engine, sample: Sample
) -> None:
    def row(name: str) -> dict[str, object]:
        return {"extractor_version": name, "first_used_at": sample.noon}

    with writing(engine) as connection:
        append_rows(connection, schema.extractors, [row("x1")])
    with pytest.raises(DatabaseError) as raised, writing(engine) as connection:
        append_rows(connection, schema.extractors, [row("x2"), row("x1")])
    assert (make_url(url).password or "no password") not in str(raised.value)
    with engine.connect() as connection:
        assert [each.extractor_version for each in connection.execute(schema.extractors.select())] == ["x1"]
