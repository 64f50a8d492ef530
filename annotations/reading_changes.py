"""What became of the facts of papers that another version of the extractor read again: counted, and with examples.

Records are compared as the machine has them, without reviews: those that it accepts. A record that is found with all
its values stays; one of the same fact (``db.facts``) with other values has changed; others came or went.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import log
from statistics import median
from typing import Any

from db.facts import split_fact_key
from db.fields import FIELDS, Kind
from db.read_again import PaperBeforeAndNow, ReviewedFact

Claim = Mapping[str, Any]
_EXAMPLES_EACH = 50
"""Shown of each kind of record and of change."""
_REVIEWS_SHOWN = 500
_BURDENS_SHOWN = 100
_SAME_BURDEN = 1e-9


class What(StrEnum):
    """What became of a record."""

    SAME = "same"
    ELSEWHERE = "elsewhere"
    """The same values are stated, by other words or on another page."""
    CHANGED = "changed"
    CAME = "came"
    ACCEPTED = "accepted"
    """It was a candidate before, and came so."""
    WENT = "went"
    HELD_BACK = "held back"
    """It is a candidate now, and went so."""


@dataclass(frozen=True, slots=True)
class FactChange:
    """A record that is other than it was; before or after is None where it came or went."""

    paper: str
    kind: Kind
    what: What
    before: Claim | None
    after: Claim | None

    @property
    def fields(self) -> tuple[str, ...]:
        """Those that differ."""
        return tuple(name for name in FIELDS[self.kind] if _value(self.before, name) != _value(self.after, name))

    def record(self) -> dict[str, Any]:
        """For a report: the differing values, and where the record stands."""
        claim = self.after or self.before or {}
        return {
            "paper": self.paper,
            "kind": str(self.kind),
            "what": str(self.what),
            "page": claim["page"],
            "quote": claim["quote"],
            "before": self.before and _known(self.before, self.kind),
            "after": self.after and _known(self.after, self.kind),
            "fields": list(self.fields),
        }


@dataclass(frozen=True, slots=True)
class BurdenChange:
    """The burden of a model of a paper, reviews applied."""

    paper: str
    model: str | None
    before: float | None
    after: float | None

    @property
    def size(self) -> float:
        """By how many powers of e; what came or went is the largest."""
        if self.before is None or self.after is None:
            return float("inf")
        return abs(log(self.after / self.before))


@dataclass(slots=True)
class ReadingChanges:
    """All papers together; ``add`` takes them one by one, and keeps examples only."""

    papers: int = 0
    papers_unchanged: int = 0
    """With the same values, stated in the same places."""
    papers_first_read: int = 0
    """That no other version could read."""
    versions: Counter[str] = field(default_factory=Counter)
    """How many papers each version had read before."""
    records: dict[Kind, Counter[What]] = field(default_factory=lambda: defaultdict(Counter))
    fields: dict[tuple[Kind, str], Counter[What]] = field(default_factory=lambda: defaultdict(Counter))
    examples: dict[tuple[Kind, What], list[FactChange]] = field(default_factory=lambda: defaultdict(list))
    reviews: Counter[str] = field(default_factory=Counter)
    """How each stands now (``matched``, ``stale``, ``unmatched``); ``lost``, ``found again``, ``stale now``."""
    reviews_moved: list[tuple[str, ReviewedFact]] = field(default_factory=list)
    """``lost`` and ``stale now``."""
    burdens: Counter[What] = field(default_factory=Counter)
    burdens_changed: list[BurdenChange] = field(default_factory=list)
    """The largest."""
    ratios: list[float] = field(default_factory=list)
    """Now to before, of burdens that changed."""

    def add(self, paper: PaperBeforeAndNow) -> None:
        before = paper.before
        self.papers += 1
        if before is None:
            self.papers_first_read += 1
        else:
            self.versions[before.extractor_version] += 1
        changes = list(_fact_changes(paper.paper_key, before.claims if before else (), paper.now.claims))
        self.papers_unchanged += all(change.what is What.SAME for change in changes)
        for change in changes:
            self._count(change)
        self._add_reviews(paper)
        self._add_burdens(paper)

    def _count(self, change: FactChange) -> None:
        self.records[change.kind][change.what] += 1
        for name in FIELDS[change.kind]:
            what = _of_field(_value(change.before, name), _value(change.after, name))
            if what is not None:
                self.fields[change.kind, name][what] += 1
        shown = self.examples[change.kind, change.what]
        if change.what not in (What.SAME, What.ELSEWHERE) and len(shown) < _EXAMPLES_EACH:
            shown.append(change)

    def _add_reviews(self, paper: PaperBeforeAndNow) -> None:
        digests = {claim["fact_digest"] for claim in paper.before.claims} if paper.before else set()
        for review in paper.reviews:
            self.reviews[review.state] += 1
            had = split_fact_key(review.fact_key)[1] in digests or review.state_before in ("matched", "stale")
            if review.state == "unmatched" and had:
                moved = "lost"
            elif review.state == "stale" and review.state_before == "matched":
                moved = "stale now"
            elif review.state != "unmatched" and review.state_before == "unmatched":
                moved = "found again"
            else:
                continue
            self.reviews[moved] += 1
            if moved != "found again" and len(self.reviews_moved) < _REVIEWS_SHOWN:
                self.reviews_moved.append((moved, review))

    def _add_burdens(self, paper: PaperBeforeAndNow) -> None:
        before = paper.before.burdens if paper.before else {}
        for model in sorted(before.keys() | paper.now.burdens.keys(), key=lambda name: name or ""):
            old, new = before.get(model), paper.now.burdens.get(model)
            what = _of_burden(old, new)
            if what is None:
                continue
            self.burdens[what] += 1
            if what is What.SAME:
                continue
            if old and new:
                self.ratios.append(new / old)
            self.burdens_changed.append(BurdenChange(paper.paper_key, model, old, new))
        if len(self.burdens_changed) > 2 * _BURDENS_SHOWN:
            self.burdens_changed = self._largest_burdens()

    def _largest_burdens(self) -> list[BurdenChange]:
        return sorted(self.burdens_changed, key=lambda change: -change.size)[:_BURDENS_SHOWN]

    def to_dict(self) -> dict[str, Any]:
        """For a report: ``papers``, ``records``, ``fields``, ``facts``, ``reviews`` and ``burdens``."""
        return {
            "papers": {
                "read_again": self.papers,
                "unchanged": self.papers_unchanged,
                "first_read": self.papers_first_read,
                "read_before_by": dict(sorted(self.versions.items())),
            },
            "records": [
                {"kind": str(kind)} | {_key(what): self.records[kind][what] for what in What}
                for kind in Kind
                if self.records[kind]
            ],
            "fields": [
                {"kind": str(kind), "field": name}
                | {_key(what): counted[what] for what in (What.SAME, What.CHANGED, What.CAME, What.WENT)}
                for kind in Kind
                for name in FIELDS[kind]
                if (counted := self.fields[kind, name])
            ],
            "facts": [change.record() for kind in Kind for what in What for change in self.examples[kind, what]],
            "reviews": {
                "in_force": sum(self.reviews[state] for state in ("matched", "stale", "unmatched")),
                **{_key(state): self.reviews[state] for state in ("lost", "stale now", "found again")},
                "moved": [
                    {"what": what, "fact_key": each.fact_key, "field": each.field, "decision": each.decision}
                    | {"reviewer": each.reviewer, "reason": each.reason}
                    for what, each in self.reviews_moved
                ],
            },
            "burdens": {
                **{_key(what): self.burdens[what] for what in (What.SAME, What.CHANGED, What.CAME, What.WENT)},
                "by_a_factor_of_two": sum(not 0.5 < ratio < 2 for ratio in self.ratios),
                "median_ratio": median(self.ratios) if self.ratios else None,
                "largest": [
                    {"paper": each.paper, "model": each.model, "before": each.before, "after": each.after}
                    for each in self._largest_burdens()
                ],
            },
        }


def _fact_changes(paper: str, before: Iterable[Claim], now: Iterable[Claim]) -> Iterator[FactChange]:
    """Each accepted record of either side once: with the other's, if that has it, the surest sign first."""
    old, old_candidates = _by_status(before)
    new, new_candidates = _by_status(now)
    for same, what in ((_same_fact_and_values, What.SAME), (_same_values, What.ELSEWHERE), (_same_fact, What.CHANGED)):
        for first, second in _paired(old, new, same):
            yield FactChange(paper, Kind(first["kind"]), what, first, second)
    candidates_before, candidates_now = (
        {_same_fact(each) for each in side} for side in (old_candidates, new_candidates)
    )
    for claim in old:
        what = What.HELD_BACK if _same_fact(claim) in candidates_now else What.WENT
        yield FactChange(paper, Kind(claim["kind"]), what, claim, None)
    for claim in new:
        what = What.ACCEPTED if _same_fact(claim) in candidates_before else What.CAME
        yield FactChange(paper, Kind(claim["kind"]), what, None, claim)


def _by_status(claims: Iterable[Claim]) -> tuple[list[Claim], list[Claim]]:
    held = list(claims)
    return (
        [claim for claim in held if claim["status"] == "accepted"],
        [claim for claim in held if claim["status"] != "accepted"],
    )


def _same_fact_and_values(claim: Claim) -> tuple[Any, ...]:
    return claim["kind"], claim["fact_digest"], claim["value_digest"]


def _same_values(claim: Claim) -> tuple[Any, ...]:
    return claim["kind"], claim["value_digest"]


def _same_fact(claim: Claim) -> tuple[Any, ...]:
    return claim["kind"], claim["fact_digest"]


def _paired(
    old: list[Claim], new: list[Claim], same: Callable[[Claim], tuple[Any, ...]]
) -> Sequence[tuple[Claim, Claim]]:
    """Take out of both lists what is the same, one to one."""
    waiting: dict[Any, list[Claim]] = defaultdict(list)
    for claim in new:
        waiting[same(claim)].append(claim)
    pairs = [(claim, waiting[same(claim)].pop(0)) for claim in old if waiting.get(same(claim))]
    for side, taken in ((old, {id(first) for first, _ in pairs}), (new, {id(second) for _, second in pairs})):
        side[:] = [claim for claim in side if id(claim) not in taken]
    return pairs


def _value(claim: Claim | None, name: str) -> Any:
    return None if claim is None else claim[name]


def _of_field(before: Any, after: Any) -> What | None:
    """None where neither states it."""
    if before is None and after is None:
        return None
    if before is None:
        return What.CAME
    if after is None:
        return What.WENT
    return What.SAME if before == after else What.CHANGED


def _of_burden(before: float | None, after: float | None) -> What | None:
    if before and after and abs(after / before - 1) <= _SAME_BURDEN:
        return What.SAME
    return _of_field(before, after)


def _known(claim: Claim, kind: Kind) -> dict[str, Any]:
    return {name: claim[name] for name in FIELDS[kind] if claim[name] is not None}


def _key(what: str) -> str:
    return what.replace(" ", "_")
