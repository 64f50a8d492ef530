"""Views and triggers: taken down before a migration, put up after it.

SQLite's batch mode rebuilds a table, which fails while a view reads it and silently drops its triggers. So each
migration step runs between ``take_down`` and ``put_up``, in one transaction, on both databases.
"""

from __future__ import annotations

from importlib.resources import files

from sqlalchemy import Connection, Table, inspect, text

from db.engine import is_sqlite
from db.facts import digest
from db.fields import LOWER_IS_BETTER_WORDS
from db.schema import APPEND_ONLY, CLOSED_ONCE

VIEWS = (
    "lower_is_better_words",
    "documents_in_force",
    "reviews_by_paper",
    "disagreements",
    "corrections_in_force",
    "claims_in_force",
    "reviewed_claims",
    "corrected_claims",
    "facts_in_force",
    "own_results",
    "linked_results",
    "linked_facts",
    "accepted_runs",
    "linked_runs",
    "burden_by_stated_model",
    "burden_by_result_model",
    "model_quantities",
    "operations_by_model",
    "parts_of_points",
    "imports_in_force",
    "papers_v1",
    "training_runs_v1",
    "training_compute_v1",
    "results_v1",
    "model_properties_v1",
    "model_runs_v1",
    "burden_v1",
    "network_operations_v1",
    "analysis_points_v1",
    "imported_models_v1",
    "imported_results_v1",
    "fit_points_v1",
    "fits_v1",
    "reviews_v1",
)
"""In the order in which they rest on each other. Those with a version in their name are for analysts."""

Grants = dict[str, list[tuple[str, str]]]


_MADE_FROM = {
    "facts_in_force": ("estimated_claims", "$claims", "corrected_claims"),
    "linked_facts": ("estimated_claims", "$claims", "linked_results"),
    "burden_by_stated_model": ("burden_sums", "$runs", "accepted_runs"),
    "burden_by_result_model": ("burden_sums", "$runs", "linked_runs"),
}
"""Views that are one file over the rows of different views: the file, the place in it, and the view."""


def view_sql(name: str) -> str:
    """The view's SELECT, from ``db/views``; of words that Python knows as well, made from these."""
    if name == "lower_is_better_words":
        return " UNION ALL ".join(f"SELECT '{word}' AS word" for word in LOWER_IS_BETTER_WORDS)
    if name in _MADE_FROM:
        file, place, view = _MADE_FROM[name]
        return _sql_file(file).replace(place, view)
    return _sql_file(name)


def _sql_file(name: str) -> str:
    return (files("db") / "views" / f"{name}.sql").read_text(encoding="utf-8").strip()


def objects_digest() -> str:
    """Digest of all views and triggers: has the program other ones than the database?"""
    return digest([[(name, view_sql(name)) for name in VIEWS], _sqlite_triggers(), _postgresql_triggers()])


def take_down(connection: Connection) -> Grants:
    """Drop the views and triggers; the rights that others hold on the views, for ``put_up``."""
    grants = _grants(connection)
    present = set(inspect(connection).get_view_names())
    for name in reversed(VIEWS):
        if name in present:
            _run(connection, f"DROP VIEW {name}")
    for table in _append_only_tables(connection):
        for trigger in _trigger_names(connection, table):
            suffix = "" if is_sqlite(connection) else f" ON {table}"
            _run(connection, f"DROP TRIGGER IF EXISTS {trigger}{suffix}")
    return grants


def put_up(connection: Connection, grants: Grants, with_views: bool) -> None:
    """Make the triggers of the append-only tables, and the views where the schema is the program's own."""
    triggers = _sqlite_triggers() if is_sqlite(connection) else _postgresql_triggers()
    if not is_sqlite(connection):
        _run(connection, _POSTGRESQL_REFUSAL)
    for table in _append_only_tables(connection):
        for statement in triggers[table]:
            _run(connection, statement)
    if not with_views:
        return
    for name in VIEWS:
        _run(connection, f"CREATE VIEW {name} AS\n{view_sql(name)}")
    for name, rights in grants.items():
        for grantee, privilege in rights:
            role = "PUBLIC" if grantee == "PUBLIC" else connection.dialect.identifier_preparer.quote_identifier(grantee)
            _run(connection, f"GRANT {privilege} ON {name} TO {role}")


def _run(connection: Connection, statement: str) -> None:
    """Run SQL that has no parameters: its colons and percent signs are its own."""
    connection.execute(text(statement.replace(":", r"\:")))


def _append_only_tables(connection: Connection) -> list[str]:
    """Those of the append-only tables that this revision of the schema has."""
    present = set(inspect(connection).get_table_names())
    return [table.name for table in APPEND_ONLY if table.name in present]


def _grants(connection: Connection) -> Grants:
    if is_sqlite(connection):
        return {}
    rows = connection.execute(
        text(
            "SELECT table_name, grantee, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = current_schema() AND grantee <> current_user"
        )
    )
    grants: Grants = {}
    for name, grantee, privilege in rows:
        if name in VIEWS:
            grants.setdefault(name, []).append((grantee, privilege))
    return grants


def _trigger_names(connection: Connection, table: str) -> list[str]:
    if is_sqlite(connection):
        return [f"{table}_no_update", f"{table}_no_delete", f"{table}_no_replace"]
    return [f"{table}_append_only", f"{table}_close_once"]


def _sqlite_triggers() -> dict[str, list[str]]:
    """UPDATE and DELETE are refused; INSERT OR REPLACE, which would delete unseen, keeps the row that is there."""
    statements: dict[str, list[str]] = {}
    for table in APPEND_ONLY:
        name = table.name
        same = " AND ".join(f"{column.name} = NEW.{column.name}" for column in table.primary_key)
        unless_closing = f" WHEN NOT ({_closes_a_row(table, 'IS')})" if name in CLOSED_ONCE else ""
        statements[name] = [
            f"CREATE TRIGGER {name}_no_{event.lower()} BEFORE {event} ON {name}{condition}"
            f" BEGIN SELECT RAISE(ABORT, '{name} is append-only: add a row instead'); END"
            for event, condition in (("UPDATE", unless_closing), ("DELETE", ""))
        ]
        present = f"SELECT 1 FROM {name} WHERE {same}"  # noqa: S608
        statements[name].append(
            f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name}"
            f" WHEN EXISTS ({present}) BEGIN SELECT RAISE(IGNORE); END"
        )
    return statements


def _closes_a_row(table: Table, is_the_same: str) -> str:
    """Condition of an UPDATE that sets the column of ``CLOSED_ONCE`` where it is null, and nothing else."""
    closing = CLOSED_ONCE[table.name]
    kept = [f"OLD.{column.name} {is_the_same} NEW.{column.name}" for column in table.columns if column.name != closing]
    return " AND ".join([f"OLD.{closing} IS NULL", f"NEW.{closing} IS NOT NULL", *kept])


_POSTGRESQL_REFUSAL = """
CREATE OR REPLACE FUNCTION burden_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: add a row instead', TG_TABLE_NAME;
END $$
"""


def _postgresql_triggers() -> dict[str, list[str]]:
    refusal = "EXECUTE FUNCTION burden_refuse_change()"
    statements: dict[str, list[str]] = {}
    for table in APPEND_ONLY:
        name = table.name
        events = "DELETE OR TRUNCATE" if name in CLOSED_ONCE else "UPDATE OR DELETE OR TRUNCATE"
        statements[name] = [f"CREATE TRIGGER {name}_append_only BEFORE {events} ON {name} FOR EACH STATEMENT {refusal}"]
        if name in CLOSED_ONCE:
            statements[name].append(
                f"CREATE TRIGGER {name}_close_once BEFORE UPDATE ON {name} FOR EACH ROW"
                f" WHEN (NOT ({_closes_a_row(table, 'IS NOT DISTINCT FROM')})) {refusal}"
            )
    return statements
