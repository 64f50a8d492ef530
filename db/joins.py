"""Which models of the results a run, stated computing or property is of, as exports say it. Needs no database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from db.facts import ClaimRow, LinkRow
from db.fields import Kind
from extractors.records import Status

CURATED = "join.curated"
EQUAL_NAME = "join.equal-name"


@dataclass(frozen=True, slots=True)
class Join:
    """That a record is of a model's results on a benchmark, as the view ``linked_results`` has it."""

    model: str
    benchmark: str
    rule: str
    confidence: float | None
    """None: nobody weighed it."""


def joined_models(joins: Iterable[Join], benchmarks: Mapping[str, AbstractSet[str]]) -> list[dict[str, Any]]:
    """``joined_models`` of a record: by model and benchmark, each by the surest of several ways.

    ``benchmarks`` are those on which each model has a result. A record that is of all of them by one rule and with one
    confidence is joined to the model once, with the benchmark null; else to each benchmark for itself.
    """
    surest: dict[tuple[str, str], Join] = {}
    for join in sorted(joins, key=_surest_first):
        surest.setdefault((join.model, join.benchmark), join)
    reach: dict[tuple[str, str, float | None], set[str]] = defaultdict(set)
    for join in surest.values():
        reach[join.model, join.rule, join.confidence].add(join.benchmark)
    found = [
        {"model": model, "benchmark": benchmark, "rule": rule, "confidence": confidence}
        for (model, rule, confidence), held in reach.items()
        for benchmark in ([None] if held == benchmarks[model] else sorted(held))
    ]
    return sorted(found, key=lambda joined: (joined["model"], joined["benchmark"] or ""))


def _surest_first(join: Join) -> tuple[bool, float, str]:
    return join.rule != CURATED, -(join.confidence or 0.0), join.rule


def joined_claims(claims: Sequence[ClaimRow], links: Iterable[LinkRow]) -> list[list[dict[str, Any]]]:
    """``joined_models`` of each claim of an extraction, as the database has it before any review.

    A link counts as far as there are accepted results of its model (and benchmark); an accepted record without any
    link is of the results of just its own name.
    """
    benchmarks: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if claim["kind"] == Kind.RESULT and claim["status"] == Status.ACCEPTED and claim["model"] is not None:
            benchmarks[claim["model"]].add(claim["benchmark"])
    linked: dict[int, list[LinkRow]] = defaultdict(list)
    for link in links:
        linked[link["position"]].append(link)
    return [joined_models(_joins(claim, linked[claim["position"]], benchmarks), benchmarks) for claim in claims]


def _joins(claim: ClaimRow, links: Sequence[LinkRow], benchmarks: Mapping[str, AbstractSet[str]]) -> list[Join]:
    if claim["kind"] == Kind.RESULT or claim["status"] != Status.ACCEPTED:
        return []
    if not links:
        own_name = claim["model"]
        return [Join(own_name, benchmark, EQUAL_NAME, None) for benchmark in benchmarks.get(own_name, ())]
    return [
        Join(link["model"], benchmark, link["rule"], link["confidence"])
        for link in links
        for benchmark in benchmarks.get(link["model"], ())
        if link["benchmark"] in ("", benchmark)
    ]
