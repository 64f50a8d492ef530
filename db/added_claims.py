"""The claims that curators add: what the paper states and the machine did not find, or found as something else.

An added fact is a claim of the extractor ``curators`` on the PDF that was in force when it was added. It holds for
every paper that has that PDF, whatever PDF or extraction comes into force later, and is reviewed like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.dialects import postgresql, sqlite

from db import desk_schema, schema
from db.engine import is_sqlite
from db.errors import RecordError
from db.facts import claim_digest, claim_row, digest, named_alike
from db.fields import FIELDS, NEVER_UNKNOWN, Kind, checked_value, clean_text
from db.narrowed import narrowed_to
from extractors.records import (
    Box,
    Evidence,
    ModelProperty,
    Property,
    Result,
    Stage,
    TrainingCompute,
    TrainingRun,
)

ADDED_BY = "curators"
"""The extractor version of added facts."""
_RULE = "curator"
_FIRST_POSITION = 1_000_000
"""Behind all that a machine finds in a paper."""

_Record = TrainingRun | TrainingCompute | Result | ModelProperty


@dataclass(frozen=True, slots=True)
class AddedFact:
    """What a curator read in the PDF in force, and where."""

    paper_key: str
    kind: Kind
    values: Mapping[str, Any]
    """By field; what is left out is unknown."""
    page: int
    boxes: Sequence[tuple[int, Box]]
    """Page and box of the words that it stands on, at least one on ``page``."""
    quote: str
    reviewer: str
    added_at: datetime
    reason: str = ""


def insert_added_fact(connection: Connection, fact: AddedFact) -> str:
    """Insert the claim of an added fact; its fact key.

    The same values from the same words again are the same fact. ``RecordError`` where the paper was never read, or the
    record can't be.
    """
    where = f"added {fact.kind} of {fact.paper_key}"
    if not fact.reviewer.strip():
        raise RecordError(f"{where}: an added fact needs the curator who adds it")
    narrowed = narrowed_to(connection, [fact.paper_key])
    there = narrowed.rows(connection, "SELECT * FROM documents_in_force WHERE paper_key = :paper", paper=fact.paper_key)
    if not there:
        raise RecordError(f"{where}: there is no PDF of this paper that has been read; ingest it first")
    document = there[0]
    if not 1 <= fact.page <= document["page_count"]:
        raise RecordError(f"{where}: there is no page {fact.page}, the PDF has {document['page_count']}")
    row, known = _records_alike(connection, narrowed.documents, fact, document, where)
    if known is None:
        _insert(connection, fact, row, document)
    return f"{fact.paper_key}:{known or row['fact_digest']}"


def _records_alike(
    connection: Connection, documents: Sequence[str], fact: AddedFact, document: Mapping[str, Any], where: str
) -> tuple[dict[str, Any], str | None]:
    """The row to insert, its ordinal behind all records alike; and the same fact's digest where it was added before."""
    row = claim_row(document["document_sha256"], _record(fact, where), _FIRST_POSITION)
    row |= {"basis": "curated", "extractor_version": ADDED_BY}
    claims = schema.claims
    query = select(claims).where(claims.c.document_sha256.in_(documents), claims.c.kind == row["kind"])
    ordinals = [-1]
    positions = [_FIRST_POSITION - 1]
    for stored in map(dict, connection.execute(query).mappings()):
        added = stored["extractor_version"] == ADDED_BY
        if added:
            positions.append(stored["position"])
        if named_alike(stored) != named_alike(row):
            continue
        if added and (stored["value_digest"], stored["page"]) == (row["value_digest"], row["page"]):
            return row, str(stored["fact_digest"])
        ordinals.append(stored["ordinal"])
    row |= {"ordinal": max(ordinals) + 1, "position": max(positions) + 1}
    return row | {"fact_digest": claim_digest(row)}, None


def _insert(connection: Connection, fact: AddedFact, row: dict[str, Any], document: Mapping[str, Any]) -> None:
    claim_id = digest(row)[:32]
    extractor = {"extractor_version": ADDED_BY, "first_used_at": fact.added_at}
    extraction = {
        "document_sha256": row["document_sha256"],
        "extractor_version": ADDED_BY,
        "extracted_at": fact.added_at,
        "page_count": document["page_count"],
        "unknown_hardware": [],
    }
    told = {
        "claim_id": claim_id,
        "paper_key": fact.paper_key,
        "reviewer": clean_text(fact.reviewer),
        "added_at": fact.added_at,
        "reason": clean_text(fact.reason),
    }
    for table, values in (
        (schema.extractors, extractor),
        (schema.extractions, extraction),
        (schema.claims, {"claim_id": claim_id, **row}),
        (desk_schema.added_facts, told),
    ):
        _insert_new(connection, table, values)


def _insert_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    dialect = sqlite if is_sqlite(connection) else postgresql
    connection.execute(dialect.insert(table).on_conflict_do_nothing(), dict(row))


def _record(fact: AddedFact, where: str) -> _Record:
    """The record, its values checked; a field that the kind has not is refused."""
    fields = FIELDS[fact.kind]
    foreign = sorted(set(fact.values) - set(fields))
    if foreign:
        raise RecordError(f"{where}: a {fact.kind} has no {', '.join(foreign)} (it has {', '.join(fields)})")
    values: dict[str, Any] = {
        field: checked_value(field, fact.values.get(field), where)
        for field in fields
        if fact.values.get(field) is not None
    }
    missing = [field for field in NEVER_UNKNOWN.get(fact.kind, ()) if values.get(field) is None]
    if fact.kind is Kind.TRAINING_COMPUTE and "flop" not in values:
        missing.append("flop")
    if missing:
        raise RecordError(f"{where}: {' and '.join(missing)} can't be unknown")
    values |= {"evidence": _evidence(fact, where), "confidence": 1.0}
    if fact.kind is Kind.TRAINING_RUN:
        return TrainingRun(
            **({"accelerator": None} | values | {"stage": Stage(values.get("stage", Stage.UNSPECIFIED))})
        )
    if fact.kind is Kind.TRAINING_COMPUTE:
        return TrainingCompute(**values)
    if fact.kind is Kind.RESULT:
        return Result(**values)
    return ModelProperty(**(values | {"property": Property(values["property"])}))


def _evidence(fact: AddedFact, where: str) -> Evidence:
    on_page = [box for page, box in fact.boxes if page == fact.page]
    if not on_page:
        raise RecordError(f"{where}: mark the words that it stands on, on page {fact.page}")
    if not fact.quote.strip():
        raise RecordError(f"{where}: an added fact needs the words that it stands on")
    return Evidence(
        page=fact.page,
        box=Box.around(on_page),
        quote=fact.quote,
        # where the words stand in the text of an extraction is not known, nor asked: ordinals go on from those there
        start=0,
        end=0,
        rules=(_RULE,),
        boxes=tuple(fact.boxes),
    )
