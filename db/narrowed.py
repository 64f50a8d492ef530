"""The views of some papers only, and as they stood at some moment.

A query over the views is run with each table that they rest on replaced by its rows of the papers in question. So the
rules stay in one place, the views' own SQL, while either database reads a few hundred rows by index, whatever the view
and however many papers there are. Rows that came later, or reviews of other people, can be left out on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Boolean, Connection, Date, Text, TextClause, bindparam, select, text
from sqlalchemy.types import TypeEngine

from db import objects, schema
from db.columns import JsonText, UtcDateTime
from db.engine import is_sqlite

CLAIM_TYPES: Mapping[str, type[TypeEngine[Any]]] = {
    "mixed_precision": Boolean,
    "own": Boolean,
    "ensemble": Boolean,
    "extra_training_data": Boolean,
    "rules": JsonText,
    "evidence_boxes": JsonText,
    "published": Date,
}
"""Columns of claims, facts and runs in force whose values either database holds in a form of its own."""

_ROWS_OF_PAPERS = {
    "papers": ("paper_key IN :papers", None),
    "paper_versions": ("document_sha256 IN :documents", "recorded_at"),
    "extractions": ("document_sha256 IN :documents", "extracted_at"),
    "added_facts": ("claim_id IN (SELECT claim_id FROM $claims WHERE document_sha256 IN :documents)", "added_at"),
    "claims": ("document_sha256 IN :documents", None),
    "claim_models": ("claim_id IN (SELECT claim_id FROM claims)", None),
    "burden_estimates": ("claim_id IN (SELECT claim_id FROM claims)", "estimated_at"),
    "reviews": ("paper_key IN :reviewed", "reviewed_at"),
    "settlements": ("paper_key IN :papers", "settled_at"),
    "comments": ("paper_key IN :papers", "at"),
    "double_reviews": ("paper_key IN :papers", "chosen_at"),
    "point_influences": ("paper_key IN :papers", None),
}
"""Of each table, in the order in which they rest on each other: which rows are of the papers, and when a row came."""
_OF_PEOPLE = {"reviews": "FALSE", "claims": "extractor_version <> 'curators'"}
"""Of tables with what people said: which rows are left where the machine alone is asked."""
_ADDED_BY_THEN = "(extractor_version <> 'curators' OR claim_id IN (SELECT claim_id FROM added_facts))"
_LAID_OUT_BY = {
    "paper_versions": "paper_key",
    "claims": "document_sha256",
    "claim_models": "claim_id",
    "burden_estimates": "claim_id",
    "documents_in_force": "paper_key",
    "reviewed_claims": "paper_key",
    "linked_results": "claim_id",
}
"""What queries come back to, in the order in which it rests on each other, and the column by which it is found."""
_FEWEST_LAID_OUT = 20
"""Papers: for fewer, making the tables takes longer than they save."""
_COMMENT = re.compile(r"--[^\n]*")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Some papers, and what of them is looked at."""

    papers: tuple[str, ...]
    documents: tuple[str, ...]
    """All PDFs of theirs."""
    at: datetime | None = None
    """Rows that came later are left out."""
    reviewer: str | None = None
    """Reviews by other people are left out."""
    machine_alone: bool = False
    """All reviews are left out, and what curators added."""
    laid_out: frozenset[str] = frozenset()
    """Tables and views whose rows of these papers lie in temporary tables."""

    def rows(
        self, connection: Connection, query: str, types: Mapping[str, Any] | None = None, **values: Any
    ) -> list[dict[str, Any]]:
        """What a query over tables and views finds in these papers."""
        bound = self._bound(connection, query).bindparams(**values)
        rows = connection.execute(bound.columns(**{**CLAIM_TYPES, **(types or {})})).mappings()
        return [dict(row) for row in rows]

    def laying_out(self, connection: Connection, name: str, column: str) -> Narrowed:
        """The same with the rows of a table or view in a temporary table, indexed by the column; on PostgreSQL only."""
        table = _laid_out(name)
        connection.execute(self._bound(connection, f"SELECT * FROM {name}", f"CREATE TEMPORARY TABLE {table} AS"))  # noqa: S608
        connection.exec_driver_sql(f"CREATE INDEX ON {table} ({column})")
        return replace(self, laid_out=self.laid_out | {name})

    def _bound(self, connection: Connection, query: str, command: str = "") -> TextClause:
        """The query with these papers for its parameters, behind a command that makes something of what it finds."""
        dialect = "sqlite" if is_sqlite(connection) else "postgresql"
        sql = _narrowed_sql(
            query, dialect, self.at is not None, self.reviewer is not None, self.machine_alone, self.laid_out
        )
        known: dict[str, Any] = {
            "papers": self.papers,
            "documents": self.documents,
            "reviewed": (*self.papers, *(f"sha256:{sha256}" for sha256 in self.documents)),
        }
        parameters: list[BindParameter[Any]] = [
            bindparam(name, list(keys), Text, expanding=True) for name, keys in known.items() if f":{name}" in sql
        ]
        if self.at is not None and ":until" in sql:
            parameters.append(bindparam("until", self.at, UtcDateTime))
        if self.reviewer is not None and ":only_reviewer" in sql:
            parameters.append(bindparam("only_reviewer", self.reviewer, Text))
        return _clause(f"{command} {sql}".strip()).bindparams(*parameters)


def narrowed_to(
    connection: Connection,
    papers: Iterable[str],
    at: datetime | None = None,
    reviewer: str | None = None,
    *,
    machine_alone: bool = False,
) -> Narrowed:
    """The papers by their keys, at a moment or now, with everybody's reviews, one person's alone, or nobody's word."""
    wanted = tuple(sorted(set(papers)))
    had = schema.paper_versions
    documents = connection.scalars(select(had.c.document_sha256).where(had.c.paper_key.in_(wanted)).distinct())
    return Narrowed(wanted, tuple(sorted(documents)), at, reviewer, machine_alone)


@contextmanager
def in_hand(connection: Connection, papers: Iterable[str]) -> Iterator[Narrowed]:
    """These papers as this transaction has written them, for many queries; whoever asks has locked them.

    PostgreSQL can't foretell how many rows views of views have, and joins those of hundreds of papers row by row. So
    what the queries come back to is made once, as temporary tables with an index; of a few papers, and on SQLite, it
    is not.
    """
    narrowed = narrowed_to(connection, papers)
    if is_sqlite(connection) or len(narrowed.papers) < _FEWEST_LAID_OUT:
        yield narrowed
        return
    for name, column in _LAID_OUT_BY.items():
        narrowed = narrowed.laying_out(connection, name, column)
    yield narrowed
    connection.exec_driver_sql(f"DROP TABLE {', '.join(map(_laid_out, _LAID_OUT_BY))}")


@cache
def _clause(sql: str) -> TextClause:
    """Looking for parameters in the SQL of many views takes longer than SQLite takes for some of them."""
    return text(sql)


@cache
def _narrowed_sql(
    query: str,
    dialect: str,
    at_a_moment: bool,
    of_one_reviewer: bool,
    machine_alone: bool,
    laid_out: frozenset[str],
) -> str:
    own = "main." if dialect == "sqlite" else ""
    views = {name: _plain(objects.view_sql(name)) for name in objects.VIEWS}
    needed = _needed(query, views, laid_out)
    parts = [f"{name} AS NOT MATERIALIZED (SELECT * FROM {_laid_out(name)})" for name in sorted(needed & laid_out)]  # noqa: S608
    needed -= laid_out
    for table, (condition, came) in _ROWS_OF_PAPERS.items():
        if table == "added_facts" and at_a_moment and "claims" in needed:
            needed.add(table)
        if table not in needed:
            continue
        conditions = [condition.replace("$claims", f"{own}claims")]
        if at_a_moment and came:
            conditions.append(f"{came} <= :until")
        if at_a_moment and table == "claims":
            conditions.append(_ADDED_BY_THEN)
        if of_one_reviewer and table == "reviews":
            conditions.append("reviewer = :only_reviewer")
        if machine_alone and table in _OF_PEOPLE:
            conditions.append(_OF_PEOPLE[table])
        parts.append(f"{table} AS (SELECT * FROM {own}{table} WHERE {' AND '.join(conditions)})")  # noqa: S608
    # a view has no parameters: its colons are its own
    parts += [f"{name} AS ({sql})".replace(":", r"\:") for name, sql in views.items() if name in needed]
    return f"WITH {', '.join(parts)} {query}"


def _laid_out(name: str) -> str:
    return f"pg_temp.laid_out_{name}"


def _needed(query: str, views: Mapping[str, str], laid_out: AbstractSet[str]) -> set[str]:
    """The tables and views that the query rests on; what those rest on that are laid out is not asked for."""
    needed: set[str] = set()
    open_queries = [query]
    while open_queries:
        named = set(_WORD.findall(open_queries.pop())) & (views.keys() | _ROWS_OF_PAPERS.keys())
        if {"claim_models", "burden_estimates"} & (named - laid_out):
            named.add("claims")
        open_queries += [views[name] for name in named - needed - laid_out if name in views]
        needed |= named
    return needed


def _plain(sql: str) -> str:
    return _COMMENT.sub("", sql)
