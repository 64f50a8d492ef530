"""How far two readers agree: of sentences' roles, and of the fields of records that two curators judged apart.

By field: the share alike, Cohen's kappa for each pair of curators, and Krippendorff's alpha. Names and yes or no are
nominal. Numbers that span magnitudes (counts, hours, FLOP) are an *interval* scale of their logarithms, so that twice
as much is as far apart at 10 hours as at 10,000, as in the study's regressions; the ratio metric,
((a - b) / (a + b))^2, calls all from tenfold on about equally far: over 10^15 to 10^24 FLOP, any error is then chance.
Percentages are an interval scale as they are. (Metrics: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability",
2011, https://repository.upenn.edu/asc_papers/43.) Alpha of numbers is over those that both state; whether a number is
stated at all shows in the share alike.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from annotations.bootstrap import Bounds, divided, drawn_papers, interval
from annotations.judgements import JudgedField, Judgement
from annotations.shares import Share, share_over_papers
from annotations.standoff import RoleLabel
from db.facts import plain_words
from db.fields import FIELD_TYPES

LEAST_ITEMS = 10
"""Fewer fields judged by two give a figure that the next one overturns."""
LEAST_PAPERS = 3
"""Fewer papers give no interval over papers."""
_AS_PRINTED = frozenset({"value"})
"""Numbers that are compared as they are: percentages."""
_SAME_NUMBER = 1e-6

Level = Literal["nominal", "interval"]
"""Of measurement: what is the difference of two values?"""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the items that both readers labelled."""

    alike: int
    items: int
    kappa: float
    """Cohen's: agreement beyond what readers reach who only draw roles as often as these did; 1 is full agreement."""


@dataclass(frozen=True, slots=True)
class PairKappa:
    """Cohen's kappa of two curators on one field of categories."""

    first: str
    second: str
    items: int
    kappa: float | None
    refusal: str = ""
    """Why there is no kappa."""


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How far the two agree on one field, over all papers that two judged apart."""

    kind: str
    field: str
    alike: Share
    scale: str
    """``nominal``, ``interval`` or ``interval of log10``."""
    pairs: tuple[PairKappa, ...]
    """None for numbers, where kappa would call 84 and 85 hours as different as 84 and 8."""
    alpha: float | None
    alpha_interval: Bounds | None
    alpha_items: int
    """Fields of which both judgements have a place on the scale."""
    refusal: str = ""
    """Why there is no alpha."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field in which the two differ, and how it was settled."""

    judged: JudgedField

    @property
    def first(self) -> Judgement:
        return self.judged.judgements[0]

    @property
    def second(self) -> Judgement:
        return self.judged.judgements[1]

    @property
    def adjudicated(self) -> bool:
        return self.judged.adjudication is not None


def role_agreement(labels: Iterable[RoleLabel]) -> Agreement:
    """Of the first reader with the second; with nothing read twice, or one role only, kappa is 0."""
    roles: dict[str, dict[tuple[str, int], str]] = {"first": {}, "second": {}}
    for label in labels:
        roles[label.reader][label.paper, label.record] = label.role
    pairs = [(roles["first"][item], role) for item, role in roles["second"].items() if item in roles["first"]]
    return Agreement(sum(one == other for one, other in pairs), len(pairs), cohen_kappa(pairs) or 0.0)


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Of two readers' words on the same items; None where both have one and the same word for all, or for none.

    (own, own), (own, none), (none, none), (none, none) -> 0.5        (own, own), (own, own) -> None
    """
    alike = sum(one == other for one, other in pairs)
    first, second = (Counter(column) for column in zip(*pairs, strict=True)) if pairs else (Counter(), Counter())
    by_chance = sum(first[word] * second[word] for word in first)
    beyond = len(pairs) ** 2 - by_chance
    return (alike * len(pairs) - by_chance) / beyond if beyond else None


def field_agreements(judged: Iterable[JudgedField]) -> list[FieldAgreement]:
    """By kind and field, those in which two judged at least one fact."""
    by_field: dict[tuple[str, str], list[JudgedField]] = defaultdict(list)
    for each in judged:
        if len(each.judgements) == 2:
            by_field[each.kind, each.field].append(each)
    return [_agreement(kind, field, held) for (kind, field), held in sorted(by_field.items())]


def disagreements(judged: Iterable[JudgedField]) -> list[Disagreement]:
    """Those that nobody has settled yet first, then by paper, fact and field."""
    differing = [Disagreement(each) for each in judged if len(each.judgements) == 2 and not is_alike(each)]
    return sorted(differing, key=lambda each: each.adjudicated)


def is_alike(judged: JudgedField) -> bool:
    """Whether the two hold the same.

    "NVIDIA V100" and "nvidia-v100", 84 and 84.0, twice "not stated" -> True
    8 and 4, 8 and "not stated", "not stated" and "wrong, the right value unknown" -> False
    """
    one, other = (_comparable(each) for each in judged.judgements)
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=_SAME_NUMBER)
    return one == other


def krippendorff_alpha(pairs: NDArray[np.float64], level: Level) -> float | None:
    """Of a row an item and a column a curator, NaN where one has none; None where all values are one and the same."""
    import krippendorff

    both = pairs[~np.isnan(pairs).any(axis=1)]
    if np.unique(both).size < 2:
        return None
    return float(krippendorff.alpha(reliability_data=both.T, level_of_measurement=level))


def alpha_over_papers(
    pairs: NDArray[np.float64], papers: Sequence[str], level: Level, resamples: int = 1000
) -> NDArray[np.float64]:
    """Alpha in each resample of papers, NaN where the papers drawn hold one value only.

    Two curators and no gaps: observed and expected difference are then sums over papers, so that a resample is a
    weighted sum and no item is looked at twice.
    """
    of_paper = np.unique(np.asarray(papers), return_inverse=True)[1]
    count = int(of_paper.max()) + 1 if len(papers) else 0

    def by_paper(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.zeros((count, values.shape[1]))
        np.add.at(sums, of_paper, values)
        return sums

    drawn = drawn_papers(count, resamples)
    values = 2.0 * (drawn @ by_paper(np.ones((len(pairs), 1))))[:, 0]
    if level == "nominal":
        differing = (drawn @ by_paper((pairs[:, :1] != pairs[:, 1:]).astype(float)))[:, 0]
        categories = np.unique(pairs)
        often = drawn @ by_paper((pairs[:, :, None] == categories).sum(axis=1).astype(float))
        by_chance = values**2 - (often**2).sum(axis=1)
    else:
        centred = pairs - pairs.mean()
        differing = (drawn @ by_paper((centred[:, :1] - centred[:, 1:]) ** 2))[:, 0]
        sums = (drawn @ by_paper(centred.sum(axis=1, keepdims=True)))[:, 0]
        squares = (drawn @ by_paper((centred**2).sum(axis=1, keepdims=True)))[:, 0]
        by_chance = 2.0 * (values * squares - sums**2)
    expected = divided(by_chance, values * (values - 1.0))
    return np.where(expected <= 1e-12, np.nan, 1.0 - divided(divided(2.0 * differing, values), expected))


def _agreement(kind: str, field: str, held: Sequence[JudgedField]) -> FieldAgreement:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for each in held:
        counts[each.paper_key][0] += is_alike(each)
        counts[each.paper_key][1] += 1
    alike = share_over_papers((part, whole) for part, whole in counts.values())
    numeric = FIELD_TYPES.get(field) in (int, float)
    scale = ("interval" if field in _AS_PRINTED else "interval of log10") if numeric else "nominal"
    level: Level = "interval" if numeric else "nominal"
    pairs, papers = _on_scale(held, scale)
    refusal = _too_few(len(pairs), len(set(papers)))
    alpha = None if refusal else krippendorff_alpha(pairs, level)
    if not refusal and alpha is None:
        refusal = f"all {len(pairs)} were judged the same by both: agreement by chance can't be told apart"
    bounds = None if alpha is None else interval(alpha_over_papers(pairs, papers, level))
    kappas = () if numeric else tuple(_kappas(held))
    return FieldAgreement(kind, field, alike, scale, kappas, alpha, bounds, len(pairs), refusal)


def _too_few(items: int, papers: int) -> str:
    if items < LEAST_ITEMS:
        return f"too few: {items} judged by two, at least {LEAST_ITEMS} are needed"
    if papers < LEAST_PAPERS:
        return f"too few papers: {papers}, at least {LEAST_PAPERS} are needed"
    return ""


def _on_scale(held: Sequence[JudgedField], scale: str) -> tuple[NDArray[np.float64], list[str]]:
    """Pairs of numbers, categories as numbers of their own, with the paper of each; pairs with a gap are left out."""
    if scale == "nominal":
        named = [[str(_comparable(each)) for each in judged.judgements] for judged in held]
        numbers = {name: float(index) for index, name in enumerate(sorted({name for pair in named for name in pair}))}
        pairs = [[numbers[name] for name in pair] for pair in named]
        return np.array(pairs, dtype=float).reshape(-1, 2), [each.paper_key for each in held]
    scaled = [(judged.paper_key, [_scaled(each, scale) for each in judged.judgements]) for judged in held]
    whole = [(paper, pair) for paper, pair in scaled if not any(map(math.isnan, pair))]
    return np.array([pair for _, pair in whole], dtype=float).reshape(-1, 2), [paper for paper, _ in whole]


def _scaled(judgement: Judgement, scale: str) -> float:
    value = judgement.value
    if not judgement.known or isinstance(value, str) or value is None:
        return math.nan
    if scale == "interval":
        return float(value)
    return math.log10(value) if value > 0 else math.nan


def _kappas(held: Iterable[JudgedField]) -> Iterable[PairKappa]:
    by_pair: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for judged in held:
        one, other = sorted(judged.judgements, key=lambda each: each.reviewer)
        by_pair[one.reviewer, other.reviewer].append((str(_comparable(one)), str(_comparable(other))))
    for (first, second), pairs in sorted(by_pair.items()):
        kappa, refusal = cohen_kappa(pairs), ""
        if len(pairs) < LEAST_ITEMS:
            kappa, refusal = None, f"too few: {len(pairs)} judged by both, at least {LEAST_ITEMS} are needed"
        elif kappa is None:
            refusal = f"all {len(pairs)} were judged the same by both: agreement by chance can't be told apart"
        yield PairKappa(first, second, len(pairs), kappa, refusal)


def _comparable(judgement: Judgement) -> float | str:
    """Numbers as they are; names without case, spaces and signs; what is no value in words that no name can be."""
    value = judgement.value
    if not judgement.known or value is None or isinstance(value, bool):
        return f"({judgement.in_words})"
    return plain_words(value) if isinstance(value, str) else float(value)
