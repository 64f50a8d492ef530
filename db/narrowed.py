"""The views of some papers only, and as they stood at some moment.

A query over the views is run with each table that they rest on replaced by its rows of the papers in question. So the
rules stay in one place, the views' own SQL, while either database reads a few hundred rows by index, whatever the view
and however many papers there are. Rows that came later, or reviews of other people, can be left out on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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

    def rows(
        self, connection: Connection, query: str, types: Mapping[str, Any] | None = None, **values: Any
    ) -> list[dict[str, Any]]:
        """What a query over tables and views finds in these papers."""
        dialect = "sqlite" if is_sqlite(connection) else "postgresql"
        sql = _narrowed_sql(query, dialect, self.at is not None, self.reviewer is not None, self.machine_alone)
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
        bound = _clause(sql).bindparams(*parameters).bindparams(**values)
        rows = connection.execute(bound.columns(**{**CLAIM_TYPES, **(types or {})})).mappings()
        return [dict(row) for row in rows]


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


@cache
def _clause(sql: str) -> TextClause:
    """Looking for parameters in the SQL of many views takes longer than SQLite takes for some of them."""
    return text(sql)


@cache
def _narrowed_sql(query: str, dialect: str, at_a_moment: bool, of_one_reviewer: bool, machine_alone: bool) -> str:
    own = "main." if dialect == "sqlite" else ""
    views = {name: _plain(objects.view_sql(name)) for name in objects.VIEWS}
    needed = _needed(query, views)
    parts = []
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


def _needed(query: str, views: Mapping[str, str]) -> set[str]:
    """The tables and views that the query rests on."""
    needed: set[str] = set()
    open_queries = [query]
    while open_queries:
        named = set(_WORD.findall(open_queries.pop())) & (views.keys() | _ROWS_OF_PAPERS.keys())
        if "claim_models" in named or "burden_estimates" in named:
            named.add("claims")
        open_queries += [views[name] for name in named - needed if name in views]
        needed |= named
    return needed


def _plain(sql: str) -> str:
    return _COMMENT.sub("", sql)
