"""Facts with what curators decided on them, as training and evaluation learn from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, RowMapping, select, text

from db import desk_schema
from db.columns import JsonText
from db.fields import FIELD_TYPES, FIELDS, Kind, typed_value
from extractors.records import Box

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class ReviewedFact:
    """A fact of a paper on which somebody decided something; the fact itself may not be among what was decided."""

    paper_key: str
    document_sha256: str
    fact_key: str
    kind: Kind
    settled: bool
    """A curator was done with the paper: what it has and nobody kept or left open is not so."""
    added: bool
    """By a curator; the machine has none such."""
    read: Mapping[str, Value]
    """As the machine read it, or as it was added."""
    kept: bool | None
    """The record was accepted (True), or rejected (False)."""
    judged: Mapping[str, Value]
    """Fields that were judged, with the value that holds; of an accepted record all that were seen with it."""
    wrong: frozenset[str]
    """Fields whose value is wrong while nobody knows the right one."""
    confidence: float
    page: int
    box: Box
    quote: str
    quote_start: int
    quote_end: int

    @property
    def values(self) -> dict[str, Value]:
        """In force."""
        return {**self.read, **self.judged, **dict.fromkeys(self.wrong)}


def reviewed_facts(engine: Engine) -> Iterator[ReviewedFact]:
    """Every fact of the papers of which anything was reviewed, by paper, in the order of its claims."""
    bools = {field: None for field, of_type in FIELD_TYPES.items() if of_type is bool}
    facts = text(
        "SELECT c.* FROM claims_in_force AS c"
        " WHERE c.paper_key IN (SELECT r.paper_key FROM reviews_by_paper AS r WHERE r.stands)"
        " ORDER BY c.paper_key, c.is_added, c.position, c.claim_id"
    )
    latest = text("SELECT * FROM reviews_by_paper WHERE place = 1 AND stands AND has_field").columns(seen=JsonText)
    with engine.connect() as connection:
        settled = set(connection.scalars(select(desk_schema.settlements.c.paper_key)))
        reviews: dict[tuple[str, str], list[RowMapping]] = defaultdict(list)
        for review in connection.execute(latest).mappings():
            reviews[review["paper_key"], review["fact_digest"]].append(review)
        for row in connection.execute(facts).mappings():
            read = {
                field: bool(row[field]) if field in bools and row[field] is not None else row[field]
                for field in FIELDS[Kind(row["kind"])]
            }
            yield _fact(row, read, reviews[row["paper_key"], row["fact_digest"]], row["paper_key"] in settled)


def _fact(row: RowMapping, read: Mapping[str, Value], reviews: list[RowMapping], settled: bool) -> ReviewedFact:
    of_record = next((each for each in reviews if not each["field"]), None)
    kept = None if of_record is None else of_record["decision"] != "reject"
    judged: dict[str, Value] = {}
    if of_record is not None and kept:
        seen = of_record["seen"] or {}
        judged = {field: seen[field] for field in read if field in seen}
    of_fields = [each for each in reviews if each["field"]]
    wrong = {each["field"] for each in of_fields if each["decision"] == "reject"}
    for each in of_fields:
        judged[each["field"]] = typed_value(each["field"], each["value_text"], each["value_number"])
    return ReviewedFact(
        paper_key=row["paper_key"],
        document_sha256=row["document_sha256"],
        fact_key=f"{row['paper_key']}:{row['fact_digest']}",
        kind=Kind(row["kind"]),
        settled=settled,
        added=bool(row["is_added"]),
        read=read,
        kept=kept,
        judged={field: value for field, value in judged.items() if field not in wrong},
        wrong=frozenset(wrong),
        confidence=row["confidence"],
        page=row["page"],
        box=Box(*(row[f"bbox_{side}_points"] for side in ("x0", "y0", "x1", "y1"))),
        quote=row["quote"],
        quote_start=row["quote_start"],
        quote_end=row["quote_end"],
    )
