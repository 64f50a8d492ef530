"""The schema: every migration step on both databases, and what the database itself refuses after each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filled_tables import fill_every_table, some_value
from sqlalchemy import Column, Engine, Integer, Table, Text, inspect, text
from waiting_processes import REPOSITORY, run_at_once, waiting

from db import migrate, objects
from db.engine import is_sqlite, open_database
from db.errors import DatabaseError, SchemaError
from db.migrate import changing_schema, database_status, upgrade
from db.queries import exported_records
from db.schema import APPEND_ONLY, metadata

STEPS = [step.revision for step in ScriptDirectory(str(REPOSITORY / "db" / "migrations")).walk_revisions()][::-1]


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    opened = open_database(empty_url)
    yield opened
    opened.dispose()


def _attempts(table: Table, engine: Engine) -> list[str]:
    column = next(iter(table.primary_key))
    key, other = column.name, "2" if isinstance(column.type, Integer) else "'y'"
    refused = [
        f"UPDATE {table.name} SET {key} = {other}",
        f"DELETE FROM {table.name}",
        f"INSERT INTO {table.name} SELECT * FROM {table.name} WHERE true"
        f" ON CONFLICT ({', '.join(column.name for column in table.primary_key)}) DO UPDATE SET {key} = {other}",
    ]
    return refused if is_sqlite(engine) else [*refused, f"TRUNCATE {table.name} CASCADE"]


def _assert_append_only(engine: Engine) -> None:
    present = set(inspect(engine).get_table_names())
    for table in APPEND_ONLY:
        if table.name not in present:
            continue
        before = _rows(engine, table.name)
        assert before, f"nothing to refuse in {table.name}"
        for attempt in _attempts(table, engine):
            # an upsert on SQLite is ignored by the guard against REPLACE, the others say why not
            try:
                with engine.begin() as connection:
                    connection.execute(text(attempt))
            except DatabaseError as error:
                assert "is append-only: add a row instead" in str(error)
            else:
                assert attempt.startswith("INSERT") and is_sqlite(engine), f"not refused: {attempt}"
            assert _rows(engine, table.name) == before, attempt


def _rows(engine: Engine, table: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(f"SELECT * FROM {table}")).all())


def test_after_every_migration_the_database_refuses_to_change_what_was_appended(empty: Engine) -> None:
    for step in STEPS:
        upgrade(empty, step)
        fill_every_table(empty)
        _assert_append_only(empty)
    assert database_status(empty).is_current


def test_claims_stored_without_boxes_stay_and_new_ones_have_them(empty: Engine, sample: Any) -> None:
    upgrade(empty, "0001")
    fill_every_table(empty)
    before = _rows(empty, "claims")
    upgrade(empty)
    assert [tuple(row)[: len(before[0]) + 1] for row in _rows(empty, "claims")] == [(*row, None) for row in before]
    sample.save(empty, sample.paper(sample.run()))
    (record,) = exported_records(empty, "runs")
    assert [page for page, *_ in record["boxes"]] == [7, 8]
    fill_every_table(empty)
    _assert_append_only(empty)


def test_a_database_with_claims_learns_of_properties_and_models(empty: Engine, sample: Any) -> None:
    upgrade(empty, "0002")
    fill_every_table(empty)
    before = {table: _rows(empty, table) for table in ("claims", "burden_estimates", "reviews")}
    upgrade(empty)
    for table, rows in before.items():
        assert [tuple(row)[: len(rows[0])] for row in _rows(empty, table)] == rows
    (old,) = _rows(empty, "claims")
    assert set(tuple(old)[len(before["claims"][0]) :]) == {None}

    sample.save(empty, sample.paper(properties=(sample.property("epochs", 90),), results=(sample.result(),)))
    assert [record["quantity"] for record in exported_records(empty, "properties")] == [90.0]
    indexes = {index["name"]: index["column_names"] for index in inspect(empty).get_indexes("claims")}
    assert indexes == {
        "ix_claims_document_sha256_extractor_version_kind_model": [
            "document_sha256", "extractor_version", "kind", "model"
        ],
        "ix_claims_fact_digest_document_sha256": ["fact_digest", "document_sha256"],
        "ix_claims_added": ["fact_digest", "document_sha256"],
    }  # fmt: skip
    fill_every_table(empty)
    _assert_append_only(empty)


def test_a_database_with_reviews_learns_of_the_desk(empty: Engine) -> None:
    upgrade(empty, "0004")
    fill_every_table(empty)
    before = {table: _rows(empty, table) for table in inspect(empty).get_table_names() if "alembic" not in table}
    upgrade(empty)
    for table in before.keys() - {"installed_objects"}:
        assert [tuple(row)[: len(before[table][0])] for row in _rows(empty, table)] == before[table], table
    with empty.begin() as connection:
        for table, changed in (("claims", {"basis": "'curated'"}), ("reviews", {"decision": "'withdraw'"})):
            key = f"{table[:-1]}_id"
            names = [column.name for column in metadata.tables[table].columns]
            values = ", ".join({key: "'new'", **changed}.get(name, name) for name in names)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table}"))


def test_a_claims_table_that_was_made_anew_still_checks_what_goes_in(empty: Engine) -> None:
    """SQLite makes the table anew from a description; nobody would miss a check that is left out there."""
    upgrade(empty)
    fill_every_table(empty)
    wrong = {"kind": "'rumour'", "page": "0", "quote": f"'{'x' * 501}'", "confidence": "2", "status": "'x'"}
    wrong |= {"basis": "'x'", "document_sha256": "'of no document'", "quote_start": "NULL", "rules": "NULL"}
    counted = ("accelerator_count", "duration_hours", "device_hours", "flop", "crops", "quantity")
    wrong |= dict.fromkeys(counted, "0")
    names = [each.name for each in metadata.tables["claims"].columns]
    for column, value in wrong.items():
        values = {"claim_id": "'other'", column: value}
        taken = ", ".join(values.get(name, name) for name in names)
        with pytest.raises(DatabaseError, match=r"(?i)constraint"), empty.begin() as connection:
            connection.execute(text(f"INSERT INTO claims ({', '.join(names)}) SELECT {taken} FROM claims"))


def test_replace_on_sqlite_does_not_overwrite(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/burden.sqlite")
    upgrade(engine)
    fill_every_table(engine)
    for table in APPEND_ONLY:
        before = _rows(engine, table.name)
        there = {column.name: some_value(column) for column in table.columns}
        changed = {name: value for name, value in there.items() if name not in table.primary_key}
        there |= {name: value.replace("2026", "2027") for name, value in changed.items()}
        statement = f"REPLACE INTO {table.name} ({', '.join(there)}) VALUES ({', '.join(there.values())})"
        with engine.begin() as connection:
            connection.execute(text(statement))
        assert _rows(engine, table.name) == before
    engine.dispose()


def test_a_table_made_anew_keeps_its_rows_its_triggers_and_the_views_on_it(empty: Engine) -> None:
    upgrade(empty)
    fill_every_table(empty)
    before = _rows(empty, "reviews_v1")
    with changing_schema(empty) as connection:
        operations = Operations(MigrationContext.configure(connection))
        recreate = "always" if is_sqlite(empty) else "auto"
        for table in ("claims", "papers", "reviews"):
            with operations.batch_alter_table(table, recreate=recreate) as batch:
                batch.add_column(Column("remark", Text))
    assert _rows(empty, "reviews_v1") == before
    assert not [name for name in inspect(empty).get_table_names() if name.startswith("_alembic_tmp")]
    _assert_append_only(empty)
    with empty.connect() as connection:
        assert not is_sqlite(empty) or connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "VIEWS", (*objects.VIEWS, "broken_v1"))
    right = objects.view_sql
    monkeypatch.setattr(objects, "view_sql", lambda name: "SELECT nothing" if name == "broken_v1" else right(name))
    with pytest.raises(DatabaseError, match="nothing"):
        upgrade(empty)
    assert inspect(empty).get_table_names() == []
    assert database_status(empty).revision is None and database_status(empty).row_counts == {}


def test_views_are_made_anew_when_the_program_has_other_ones(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade(empty)
    right = objects.view_sql
    changed = "SELECT paper_key AS arxiv_id, 'new' AS state FROM papers"
    monkeypatch.setattr(objects, "view_sql", lambda name: changed if name == "papers_v1" else right(name))
    upgrade(empty)
    assert "state" in {column["name"] for column in inspect(empty).get_columns("papers_v1")}


def test_migrations_make_just_the_tables_that_the_program_expects(empty: Engine) -> None:
    upgrade(empty)
    with empty.connect() as connection:
        options = {"compare_type": True, "version_table": migrate.VERSION_TABLE}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
    unnamed = [
        constraint
        for table in inspect(empty).get_table_names()
        for constraint in inspect(empty).get_check_constraints(table) + inspect(empty).get_foreign_keys(table)
        if not constraint["name"]
    ]
    assert unnamed == []


def test_the_schema_of_a_newer_program_is_refused(empty: Engine) -> None:
    upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'"))
    for attempt in (upgrade, database_status):
        with pytest.raises(SchemaError, match=r"9999.*newer than this program: upgrade burden"):
            attempt(empty)


def test_a_database_never_set_up_says_which_command_helps(empty: Engine) -> None:
    assert database_status(empty).revision is None
    with pytest.raises(DatabaseError, match="run `burden db upgrade` first"), empty.connect() as connection:
        connection.execute(text("SELECT * FROM papers_v1"))


def test_several_processes_may_set_up_one_database_at_once(empty_url: str) -> None:
    program = "import sys; from db.engine import open_database; from db.migrate import upgrade; "
    program += "sys.stdin.readline(); upgrade(open_database(sys.argv[1]))"
    run_at_once([waiting(program, empty_url) for _ in range(3)])
    assert database_status(open_database(empty_url)).is_current


def test_it_sets_up_from_any_working_directory(tmp_path: Path) -> None:
    program = (
        "from db.engine import open_database; from db.migrate import upgrade; upgrade(open_database('sqlite:///x'))"
    )
    path = {"PYTHONPATH": str(REPOSITORY)}
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=path, check=True, timeout=60)
    assert database_status(open_database(f"sqlite:///{tmp_path}/x")).is_current


def test_rights_on_views_outlive_an_upgrade(new_postgresql: str) -> None:
    engine = open_database(new_postgresql)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text('CREATE ROLE "An Analyst"'))
        connection.execute(text('GRANT SELECT ON training_runs_v1 TO "An Analyst"'))
        connection.execute(text("GRANT SELECT ON burden_v1 TO PUBLIC"))
    try:
        with changing_schema(engine):
            pass
        with engine.begin() as connection:
            connection.execute(text('SET ROLE "An Analyst"'))
            connection.execute(text("SELECT * FROM training_runs_v1"))
            connection.execute(text("SELECT * FROM burden_v1"))
            with pytest.raises(DatabaseError, match="lacks a right"):
                connection.execute(text("SELECT * FROM reviews_v1"))
    finally:
        with engine.begin() as connection:
            connection.execute(text('DROP OWNED BY "An Analyst"'))
            connection.execute(text('DROP ROLE "An Analyst"'))
        engine.dispose()
