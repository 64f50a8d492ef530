"""How right the machine is by what curators kept of it: precision by field and by confidence, without any gold file.

A field counts where the machine states a value and a curator judged it, alone or with its whole record. It is right if
the value that holds is the machine's. The record itself ("is there such a fact?") counts where it was accepted or
rejected; of a rejected one only that.

    8 x V100 read; record accepted as seen          record, accelerator, accelerator_count: right
    8 x V100 read; accelerator_count corrected to 4 accelerator_count: wrong; nothing is known of the rest
    8 x V100 read; record rejected                  record: wrong

Curators look first at what is unsure, so that these figures are likely below those of all that the machine reads.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotations.shares import Share, share_over_papers
from db.facts import plain_words
from db.reviewed_facts import ReviewedFact, Value

RECORD = "record"
CONFIDENCE_EDGES = (0.5, 0.7, 0.85, 0.95)
"""Bins of confidence: below 0.5, from there to 0.7, and so on up to 1."""
_SAME_NUMBER = 1e-6


@dataclass(frozen=True, slots=True)
class JudgedValue:
    """A value of the machine's on which somebody decided."""

    paper_key: str
    kind: str
    field: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the machine's values of one field, or of one bin of confidence."""

    kind: str
    """Empty: of all kinds."""
    field: str
    share: Share
    bins: tuple[Share, ...]
    """By confidence, the least sure first; see ``CONFIDENCE_EDGES``."""


@dataclass(frozen=True, slots=True)
class ReviewScore:
    """The machine against the curators."""

    papers: int
    facts: int
    precisions: tuple[Precision, ...]
    """By kind and field."""
    records: Precision
    """Of all records: right are those that were kept, with no judged field wrong."""

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        fields = [_record(each) for each in (self.records, *self.precisions)]
        return {"papers": self.papers, "facts": self.facts, "confidence_bins": bin_names(), "fields": fields}


def review_score(facts: Iterable[ReviewedFact]) -> ReviewScore:
    """Precision over the facts that were judged."""
    decided = [fact for fact in facts if not fact.added and (fact.kept is not None or fact.judged or fact.wrong)]
    by_field: dict[tuple[str, str], list[JudgedValue]] = defaultdict(list)
    whole: list[JudgedValue] = []
    for fact in decided:
        values = list(judged_values(fact))
        for each in values:
            by_field[each.kind, each.field].append(each)
        if fact.kept is not None:
            right = all(each.right for each in values)
            whole.append(JudgedValue(fact.paper_key, "", "whole record", fact.confidence, right))
    precisions = tuple(_precision(kind, field, held) for (kind, field), held in sorted(by_field.items()))
    papers = len({fact.paper_key for fact in decided})
    return ReviewScore(papers, len(decided), precisions, _precision("", "whole record", whole))


def judged_values(fact: ReviewedFact) -> Iterator[JudgedValue]:
    """Those of one fact; see the rule at the top."""
    kind = str(fact.kind)
    if fact.kept is not None:
        yield JudgedValue(fact.paper_key, kind, RECORD, fact.confidence, fact.kept)
    if fact.kept is False:
        return
    for field, value in fact.read.items():
        if value is not None and (field in fact.judged or field in fact.wrong):
            right = field not in fact.wrong and same_value(value, fact.judged[field])
            yield JudgedValue(fact.paper_key, kind, field, fact.confidence, right)


def same_value(one: Value, other: Value) -> bool:
    """Names but for case, spaces and signs; numbers but for rounding.

    "NVIDIA V100", "nvidia-v100" -> True        84.0, 84 -> True        8, None -> False        True, 1 -> False
    """
    if isinstance(one, str) and isinstance(other, str):
        return plain_words(one) == plain_words(other)
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return False
    return math.isclose(one, other, rel_tol=_SAME_NUMBER)


def bin_names() -> list[str]:
    """As "below 0.5", "0.5 to 0.7", … "0.95 to 1"."""
    ends = (*CONFIDENCE_EDGES[1:], 1)
    return [f"below {CONFIDENCE_EDGES[0]:g}", *(f"{a:g} to {b:g}" for a, b in zip(CONFIDENCE_EDGES, ends, strict=True))]


def _precision(kind: str, field: str, values: Sequence[JudgedValue]) -> Precision:
    by_bin: list[list[JudgedValue]] = [[] for _ in range(len(CONFIDENCE_EDGES) + 1)]
    for each in values:
        by_bin[sum(each.confidence >= edge for edge in CONFIDENCE_EDGES)].append(each)
    return Precision(kind, field, _share(values), tuple(map(_share, by_bin)))


def _share(values: Iterable[JudgedValue]) -> Share:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in values:
        counts[each.paper_key][0] += each.right
        counts[each.paper_key][1] += 1
    return share_over_papers((right, whole) for right, whole in counts.values())


def _record(each: Precision) -> dict[str, Any]:
    named = {"kind": each.kind or None, "field": each.field}
    bins = [{"right": share.part, "judged": share.whole} for share in each.bins]
    share = each.share
    interval = [round(bound, 4) for bound in share.interval]
    return {**named, "precision": round(share.share, 4), "interval": interval, "right": share.part} | {
        "judged": share.whole,
        "by_confidence": bins,
    }
