"""How facts stand before a review of them is saved: their claims, and all that was said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from db import schema
from db.columns import UtcDateTime
from db.facts import split_fact_key
from db.fields import Kind
from db.narrowed import narrowed_to


@dataclass(frozen=True, slots=True)
class FactState:
    """One fact. Its reviews may grow while a batch of them is saved."""

    kind: Kind | None
    """None where no claim ever was of it."""
    claim: Mapping[str, Any] | None
    """The one that counts now."""
    claims: Mapping[str, Mapping[str, Any]]
    """All that ever were of it, by id."""
    reviews: list[Mapping[str, Any]]

    @property
    def review_ids(self) -> set[str]:
        return {review["review_id"] for review in self.reviews}

    def last(self, field: str) -> Mapping[str, Any] | None:
        """The last word on a field ('' for the whole record), be it a withdrawal."""
        return max((review for review in self.reviews if review["field"] == field), key=_time, default=None)

    def standing(self, field: str) -> Mapping[str, Any] | None:
        """The review that is in force."""
        withdrawn = {review["withdraws"] for review in self.reviews}
        standing = (
            review
            for review in self.reviews
            if review["field"] == field and review["decision"] != "withdraw" and review["review_id"] not in withdrawn
        )
        return max(standing, key=_time, default=None)


def fact_states(connection: Connection, fact_keys: Iterable[str]) -> dict[str, FactState]:
    """By their keys; a fact of a PDF without an id that is had under one by now stands as it does there."""
    by_paper: dict[str, set[str]] = defaultdict(set)
    for key in fact_keys:
        paper, fact_digest = split_fact_key(key)
        by_paper[paper].add(fact_digest)
    found: dict[str, FactState] = {}
    for paper, digests in sorted(by_paper.items()):
        for fact_digest, state in _of_paper(connection, paper, sorted(digests)).items():
            found[f"{paper}:{fact_digest}"] = state
    return found


def _of_paper(connection: Connection, paper: str, digests: list[str]) -> dict[str, FactState]:
    had, claims = schema.paper_versions, schema.claims
    same_pdf = select(had.c.paper_key).where(had.c.document_sha256 == paper.removeprefix("sha256:"))
    narrowed = narrowed_to(connection, {paper, *connection.scalars(same_pdf)})
    marks = ", ".join(f":digest_{number}" for number in range(len(digests)))
    wanted: dict[str, Any] = {f"digest_{number}": each for number, each in enumerate(digests)}
    in_force = narrowed.rows(
        connection,
        f"SELECT * FROM claims_in_force WHERE fact_digest IN ({marks}) ORDER BY paper_key DESC",  # noqa: S608
        **wanted,
    )
    ever = connection.execute(
        select(claims).where(claims.c.fact_digest.in_(digests), claims.c.document_sha256.in_(narrowed.documents))
    )
    reviews = narrowed.rows(
        connection,
        f"SELECT * FROM reviews WHERE fact_digest IN ({marks})",  # noqa: S608
        {"reviewed_at": UtcDateTime},
        **wanted,
    )
    of_digest: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
    for claim in map(dict, ever.mappings()):
        of_digest[claim["fact_digest"]][claim["claim_id"]] = claim
    counted = {row["fact_digest"]: row for row in in_force}
    return {
        each: FactState(
            kind=_kind(connection, each, of_digest[each]),
            claim=counted.get(each),
            claims=of_digest[each],
            reviews=[review for review in reviews if review["fact_digest"] == each],
        )
        for each in digests
    }


def _kind(connection: Connection, fact_digest: str, claims: Mapping[str, Mapping[str, Any]]) -> Kind | None:
    """A fact's digest stands for one kind, so any claim of it tells the kind, also one of another paper."""
    for claim in claims.values():
        return Kind(claim["kind"])
    table = schema.claims
    kind = connection.scalar(select(table.c.kind).where(table.c.fact_digest == fact_digest).limit(1))
    return None if kind is None else Kind(kind)


def _time(review: Mapping[str, Any]) -> tuple[Any, str]:
    return review["reviewed_at"], review["review_id"]
