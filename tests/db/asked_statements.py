"""The statements that a question asks the database, and which tables their plans read whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Engine, event

from db.engine import is_sqlite


def asked(engine: Engine, question: Callable[[], object]) -> list[tuple[str, Any]]:
    """Each SELECT of the question, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = question()
        if isinstance(answer, Iterator):
            list(answer)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


def read_whole(engine: Engine, statement: str, parameters: Any) -> set[str]:
    """Tables that the statement's plan reads row by row because no index will do, however large they were."""
    if is_sqlite(engine):
        with engine.connect() as connection:
            steps = [step.detail for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        made_here = {step.split()[1] for step in steps if step.startswith(("MATERIALIZE ", "CO-ROUTINE "))}
        return {step.split()[1] for step in steps if step.startswith("SCAN ") and " INDEX " not in step} - made_here
    return scanned_tables(engine, statement, parameters, "SET LOCAL enable_seqscan TO off")


def scanned_tables(engine: Engine, statement: str, parameters: Any, first: str = "") -> set[str]:
    """Tables that PostgreSQL's plan for the statement reads whole, after a ``first`` statement that sets something."""
    with engine.connect() as connection:
        if first:
            connection.exec_driver_sql(first)
        told = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalar_one()
    plan = json.loads(told) if isinstance(told, str) else told
    return set(_scanned(plan[0]["Plan"]))


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from _scanned(inner)
