"""A database copied into another kind of database is the same, whole or not at all."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filled_tables import fill_every_table
from sqlalchemy import Engine, text

from db import objects, transfer
from db.engine import is_sqlite, open_database
from db.errors import DatabaseError
from db.exchange import write_records
from db.fits import fit_points
from db.ingest_runs import begin_ingest_run
from db.migrate import database_status
from db.queries import exported_records
from db.transfer import TableCopy, copy_database, reading, table_copy


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path, engine: Engine) -> Iterator[Engine]:
    """A database without tables, of the kind that ``engine`` is not."""
    to_postgresql = is_sqlite(engine)
    opened = open_database(
        str(request.getfixturevalue("new_postgresql")) if to_postgresql else f"sqlite:///{tmp_path}/other.sqlite"
    )
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite(empty_database: Path, tmp_path: Path) -> Iterator[Engine]:
    """An SQLite database that is set up and has no rows."""
    opened = open_database(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'source.sqlite')}")
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql(new_postgresql: str) -> Iterator[Engine]:
    """A PostgreSQL database without tables."""
    opened = open_database(new_postgresql)
    yield opened
    opened.dispose()


def copies(engine: Engine) -> list[TableCopy]:
    with reading(engine) as contents:
        return [table_copy(contents, table) for table in contents.tables]


def views(engine: Engine) -> dict[str, list[str]]:
    """Every row of every view, as text that is the same on both databases."""
    with engine.connect() as connection:
        return {
            view: sorted(
                repr([_plain(value) for value in row]) for row in connection.execute(text(f"SELECT * FROM {view}"))
            )
            for view in objects.VIEWS
            if view.endswith("_v1")
        }


def _plain(value: Any) -> Any:
    """Moments and days as text without zone, yes and no as numbers."""
    if isinstance(value, date):
        value = str(value)
    if isinstance(value, str):
        return value.removesuffix("+00:00").removesuffix(".000000")
    return float(value) if isinstance(value, int) else value


def exports(engine: Engine) -> list[bytes]:
    found = []
    for what in ("runs", "results", "properties", "burden", "points", "facts"):
        stream = io.BytesIO()
        write_records(exported_records(engine, what), what, "jsonl", stream)
        found.append(stream.getvalue())
    return found


def test_there_and_back_nothing_is_lost(engine: Engine, other: Engine, tmp_path: Path, sample: Any) -> None:
    fill_every_table(engine)
    runs = (sample.run(), sample.run("Größe ≈ 8 × V100,\tin \\N words", page=9, model=None, duration_hours=0.1 + 0.2))
    links = (sample.link("training_run", 0),)
    results = (sample.result(), sample.result(0.1 + 0.2, row=9))
    sample.save(engine, sample.paper(*runs, links=links, results=results, compute=(sample.compute(1e300),)))
    before = copies(engine)
    assert all(copy.row_count for copy in before), [copy.name for copy in before if not copy.row_count]
    assert copy_database(engine, other, replace=False) == before
    assert copies(other) == before
    assert exports(other) == exports(engine)
    assert views(other) == views(engine)
    assert list(fit_points(other)) == list(fit_points(engine))
    back = open_database(f"sqlite:///{tmp_path}/back.sqlite")
    assert copy_database(other, back, replace=False) == before
    assert database_status(back).is_current


def test_what_was_copied_is_written_on_as_any_other(sqlite: Engine, postgresql: Engine, sample: Any) -> None:
    first = begin_ingest_run(sqlite, {}, sample.noon, "ingest-1")
    sample.save(sqlite, sample.paper(sample.run()))
    copy_database(sqlite, postgresql, replace=False)
    assert begin_ingest_run(postgresql, {}, sample.noon, "ingest-2") > first
    sample.save(postgresql, sample.paper(sample.run()))
    late = sample.paper(sample.run(), metadata=sample.metadata("2401.00009"), sha256="b" * 64)
    sample.save(postgresql, late)
    assert len(sample.rows(postgresql, "SELECT * FROM training_runs_v1")) == 2
    with postgresql.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("DELETE FROM claims"))


def test_a_copy_that_comes_out_otherwise_changes_nothing(
    sqlite: Engine, engine: Engine, sample: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.save(engine, sample.paper(sample.run(), metadata=sample.metadata("2401.00009"), sha256="b" * 64))
    held = copies(engine)
    write = transfer._write

    def lossy(connection: Any, table: Any, chunks: Any) -> None:
        write(connection, table, chunks)
        if table.name == "extractors":
            connection.execute(text("UPDATE extractors SET extractor_version = 'x2'"))

    sample.save(sqlite, sample.paper(sample.run()))
    monkeypatch.setattr(transfer, "_write", lossy)
    with pytest.raises(DatabaseError, match=r"extractors did not come out as it stands in .*; nothing was changed"):
        copy_database(sqlite, engine, replace=True)
    assert copies(engine) == held
    assert len(sample.rows(engine, "SELECT * FROM training_runs_v1")) == 1


def test_text_that_postgresql_cannot_hold_stops_the_copy_by_name(sqlite: Engine, postgresql: Engine) -> None:
    with sqlite.begin() as connection:
        connection.execute(text("INSERT INTO extractors VALUES ('x' || char(0), '2026-03-01 12:00:00.000000')"))
    with pytest.raises(DatabaseError, match=r"^extractors: .*invalid byte sequence"):
        copy_database(sqlite, postgresql, replace=False)
    assert database_status(postgresql).revision is None


def test_a_database_is_not_copied_onto_itself(url: str, sample: Any) -> None:
    engine = open_database(url)
    sample.save(engine, sample.paper(sample.run()))
    held = copies(engine)
    other_address = url.replace("sqlite:///", "sqlite:////") if is_sqlite(engine) else f"{url}&application_name=x"
    with pytest.raises(DatabaseError, match="is the database that is to be copied"):
        copy_database(engine, open_database(other_address), replace=True)
    assert copies(engine) == held


def test_a_copy_is_of_one_moment(engine: Engine, other: Engine, sample: Any) -> None:
    """Papers that come while tables are copied are not in it by halves."""
    sample.save(engine, sample.paper(sample.run()))
    came: list[str] = []

    def another_comes(table: str) -> None:
        if table not in ("papers", "documents", "extractions"):
            return
        came.append(table)
        number = len(came)
        late = sample.paper(sample.run(), metadata=sample.metadata(f"2402.{number:05d}"), sha256=f"{number:064d}")
        sample.save(engine, late, hours=number)

    copy_database(engine, other, replace=False, told=another_comes)
    assert len(came) == 3
    assert [row["arxiv_id"] for row in sample.rows(other, "SELECT arxiv_id FROM papers_v1")] == ["2401.00001"]
    assert len(sample.rows(engine, "SELECT arxiv_id FROM papers_v1")) == 1 + len(came)


def test_a_damaged_sqlite_file_is_told_of(sqlite: Engine, sample: Any) -> None:
    sample.save(sqlite, sample.paper(sample.run()))
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_claims_fact_digest_document_sha256'"
    with sqlite.connect() as connection:
        page = connection.exec_driver_sql(query).scalar_one()
        page_bytes = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    sqlite.dispose()
    with Path(str(sqlite.url.database)).open("r+b") as file:
        file.seek((page - 1) * page_bytes)
        file.write(bytes([10, 0, 0, 0, 0]))
    with pytest.raises(DatabaseError, match=r"is damaged \(.*\): restore a backup"), reading(sqlite):
        pass
