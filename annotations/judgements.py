"""What each curator holds of each field of a paper that two judged apart, from their reviews.

**Who judged apart**: the two people who reviewed the paper first. Of each of them the word on a field counts that was
said last before both had spoken of it. All that is said later, by them or by others, is adjudication: it settles what
the two differ in, the last word holds, and none of it counts as agreement.

**What a review says of a field**: ``accept`` the value that was seen; ``correct`` its value (None: the paper does not
state it); ``reject`` that the value is wrong and the right one unknown. One that was withdrawn says nothing. Who
accepted a whole record accepted each of its fields as they were seen, save those reviewed apart.

    ada accepts the record with 8 x V100, ben corrects its count to 4 -> count: 8 by ada, 4 by ben
    ada rejects the record, ben corrects its count -> the record: out by ada, kept by ben; no word on the count by ada
    ada and ben accept a record without device-hours -> no judgement of device-hours: neither was asked
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from db.agreement_rows import ReviewRow
from db.fields import FIELDS
from db.reviews import Decision

RECORD = "record"
"""The field that stands for the whole record: is there such a fact?"""
KEPT, TAKEN_OUT, NOT_ADDED = "kept", "taken out", "not added"
WRONG = "wrong, the right value unknown"
NOT_STATED = "not stated"

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one curator holds of one field."""

    reviewer: str
    value: Value
    """None: the paper does not state it."""
    known: bool
    """False: the curator holds the machine's value for wrong, and knows no other."""
    reviewed_at: datetime
    reason: str = ""
    implied: bool = False
    """The field was accepted with its whole record."""

    @property
    def in_words(self) -> str:
        """As "8", "NVIDIA V100", "not stated"."""
        return in_words(self.value) if self.known else WRONG


@dataclass(frozen=True, slots=True)
class JudgedField:
    """A field of a fact with the judgements of the two, and what an adjudicator decided since."""

    paper_key: str
    title: str
    fact_key: str
    kind: str
    field: str
    judgements: tuple[Judgement, ...]
    adjudication: Judgement | None = None


def in_words(value: Value) -> str:
    """8.0 -> "8"        True -> "yes"        None -> "not stated" """
    if value is None:
        return NOT_STATED
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.6g}"


def judged_fields(reviews: Iterable[ReviewRow]) -> list[JudgedField]:
    """Every field that one of the two judged, by paper, fact and field."""
    by_paper: dict[str, list[ReviewRow]] = defaultdict(list)
    for review in sorted(reviews, key=lambda each: (each.reviewed_at, each.review_id)):
        if not review.withdrawn and review.decision is not Decision.WITHDRAW:
            by_paper[review.paper_key].append(review)
    return [judged for paper in sorted(by_paper) for judged in _of_paper(by_paper[paper])]


def _of_paper(reviews: Sequence[ReviewRow]) -> Iterator[JudgedField]:
    two = list(dict.fromkeys(each.reviewer for each in reviews))[:2]
    if len(two) < 2:
        return
    by_fact: dict[str, list[ReviewRow]] = defaultdict(list)
    for review in reviews:
        by_fact[review.fact_key].append(review)
    for fact in sorted(by_fact):
        yield from _of_fact(by_fact[fact], two)


def _of_fact(reviews: Sequence[ReviewRow], two: Sequence[str]) -> Iterator[JudgedField]:
    apart = [each for each in reviews if _is_apart(each, reviews, two)]
    held = [_held([each for each in apart if each.reviewer == name]) for name in two]
    settled = _held([each for each in reviews if each not in apart])
    first = reviews[0]
    if first.added:
        held = [each or {RECORD: _absent(name, first.reviewed_at)} for name, each in zip(two, held, strict=True)]
    for field in (RECORD, *FIELDS[first.kind]):
        judgements = tuple(each[field] for each in held if field in each)
        if judgements and not all(each.implied and each.value is None for each in judgements):
            yield JudgedField(
                first.paper_key, first.title, first.fact_key, str(first.kind), field, judgements, settled.get(field)
            )


def _is_apart(review: ReviewRow, reviews: Sequence[ReviewRow], two: Sequence[str]) -> bool:
    """Whether one of the two said it before a third person spoke of the fact, and before both had of the field."""
    before = [each for each in reviews if each.reviewed_at < review.reviewed_at]
    spoken = {each.reviewer for each in before if each.field == review.field}
    return review.reviewer in two and all(each.reviewer in two for each in before) and not spoken.issuperset(two)


def _absent(reviewer: str, at: datetime) -> Judgement:
    """Of the one who did not add a fact that the other added."""
    return Judgement(reviewer, NOT_ADDED, True, at)


def _held(reviews: Sequence[ReviewRow]) -> Mapping[str, Judgement]:
    """What the reviews of one side of one fact, in order of time, say of its fields in the end."""
    said = {each.field: each for each in reviews}
    judgements = {field: _judgement(review) for field, review in said.items() if field}
    record = said.get("")
    if record is None:
        return judgements
    kept = record.decision is Decision.ACCEPT
    word = replace(_judgement(record), value=KEPT if kept else TAKEN_OUT, known=True)
    if not kept:
        return {RECORD: word}
    seen: Mapping[str, Any] = record.seen or {}
    implied = {
        field: Judgement(record.reviewer, seen[field], True, record.reviewed_at, record.reason, implied=True)
        for field in FIELDS[record.kind]
        if field in seen
    }
    return {RECORD: word, **implied, **judgements}


def _judgement(review: ReviewRow) -> Judgement:
    known = review.decision is not Decision.REJECT
    return Judgement(review.reviewer, review.value, known, review.reviewed_at, review.reason)
