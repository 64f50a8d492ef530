"""Machine beside people: the points that this product and an import both have, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan, log10
from typing import Any

import numpy as np
import pandas as pd

from analysis.points import OWN_SOURCE, rows_of
from db.fields import letters_of

_SAME_VALUE = 0.051
"""Percentage points within which two values are one figure, rounded."""
_MODEL_KEYS = ("arxiv_id", "benchmark", "metric")


@dataclass(frozen=True, slots=True)
class PairedPoint:
    """One model on one benchmark as this product has it and as an import has it. Unknown is None."""

    source: str
    """Of the import."""
    arxiv_id: str
    benchmark: str
    metric: str
    own_model: str | None
    imported_model: str | None
    own_key: str
    imported_key: str
    rule: str
    """Why the two are taken for one model: "same name" or "same value"."""
    own_value: float
    imported_value: float
    own_burden_flop: float | None
    imported_burden_flop: float | None

    @property
    def value_difference(self) -> float:
        """Own less imported, in percentage points."""
        return self.own_value - self.imported_value

    @property
    def log10_burden_ratio(self) -> float | None:
        """log10(own / imported): 0 alike, 1 where the machine finds ten times as much."""
        return log10_ratio(self.own_burden_flop, self.imported_burden_flop)


@dataclass(frozen=True, slots=True)
class RatioSpread:
    """log10 of ratios: how many there are, and how they lie; None where there are none."""

    n: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    within_factor_two: float | None
    """Share of the ratios."""


@dataclass(frozen=True, slots=True)
class ComparisonSummary:
    """How far apart two readings of the same models lie; None where no pair has both."""

    source: str
    benchmark: str
    metric: str
    pairs: int
    pairs_with_burden: int
    median_log10_burden_ratio: float | None
    lower_quartile_log10_burden_ratio: float | None
    upper_quartile_log10_burden_ratio: float | None
    within_factor_two: float | None
    """Share of the pairs with burden."""
    median_value_difference: float
    same_value: float
    """Share of the pairs whose values differ by 0.05 points at most."""


def compare_with_imports(points: pd.DataFrame) -> tuple[PairedPoint, ...]:
    """The models that both know, each row of either side used once.

    A pair has the same paper, benchmark and metric, and the same name but for spaces and signs; else a value that on
    neither side stands for a second model of the paper. An import may have a paper's model under a name of its own:

        "Transformer (big)", 28.4 and "Transformer Big", 28.4 -> same name
        "Ours (base)", 27.3 and "Transformer Base", 27.3 -> same value
    """
    known = points[points["arxiv_id"].notna()]
    own = _by_subject(known[known["source"] == OWN_SOURCE])
    pairs: list[PairedPoint] = []
    for source, imported in known[known["source"] != OWN_SOURCE].groupby("source", sort=True):
        for subject, theirs in sorted(_by_subject(imported).items()):
            if subject in own:
                pairs.extend(_paired(str(source), own[subject], theirs))
    return tuple(pairs)


def _by_subject(points: pd.DataFrame) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(points.sort_values("point_key", kind="stable")):
        groups[tuple(row[key] for key in _MODEL_KEYS)].append(row)
    return groups


def _paired(source: str, own: Sequence[dict[str, Any]], imported: Sequence[dict[str, Any]]) -> Iterator[PairedPoint]:
    taken: set[str] = set()
    left: list[dict[str, Any]] = []
    for theirs in imported:
        same = [ours for ours in own if ours["point_key"] not in taken and _is_same_name(ours, theirs)]
        if len(same) == 1:
            taken.add(same[0]["point_key"])
            yield _pair(source, same[0], theirs, "same name")
        else:
            left.append(theirs)
    for theirs in left:
        same = [ours for ours in own if ours["point_key"] not in taken and _is_same_value(ours, theirs)]
        if len(same) == 1 and sum(_is_same_value(same[0], other) for other in left) == 1:
            taken.add(same[0]["point_key"])
            yield _pair(source, same[0], theirs, "same value")


def _is_same_name(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    name = letters_of(ours["model"])
    return bool(name) and name == letters_of(theirs["model"])


def _is_same_value(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    return abs(float(ours["value"]) - float(theirs["value"])) <= _SAME_VALUE


def _pair(source: str, ours: dict[str, Any], theirs: dict[str, Any], rule: str) -> PairedPoint:
    return PairedPoint(
        source=source,
        arxiv_id=ours["arxiv_id"],
        benchmark=ours["benchmark"],
        metric=ours["metric"],
        own_model=ours["model"],
        imported_model=theirs["model"],
        own_key=ours["point_key"],
        imported_key=theirs["point_key"],
        rule=rule,
        own_value=ours["value"],
        imported_value=theirs["value"],
        own_burden_flop=_known(ours["hardware_burden_flop"]),
        imported_burden_flop=_known(theirs["hardware_burden_flop"]),
    )


def _known(number: float) -> float | None:
    return None if isnan(number) else number


def log10_ratio(own: float | None, imported: float | None) -> float | None:
    """log10(own / imported); None where either is unknown."""
    return None if own is None or imported is None else log10(own) - log10(imported)


def ratio_spread(log10_ratios: Sequence[float]) -> RatioSpread:
    """Median, quartiles, and the share that lies between a half and two."""
    if not log10_ratios:
        return RatioSpread(0, None, None, None, None)
    lower, median, upper = (float(each) for each in np.quantile(log10_ratios, (0.25, 0.5, 0.75)))
    within = sum(abs(ratio) <= log10(2) for ratio in log10_ratios) / len(log10_ratios)
    return RatioSpread(len(log10_ratios), median, lower, upper, within)


def summaries(pairs: Sequence[PairedPoint]) -> tuple[ComparisonSummary, ...]:
    """One for each import, benchmark and metric, in their order."""
    groups: dict[tuple[str, str, str], list[PairedPoint]] = defaultdict(list)
    for pair in pairs:
        groups[pair.source, pair.benchmark, pair.metric].append(pair)
    return tuple(_summary(*subject, group) for subject, group in sorted(groups.items()))


def _summary(source: str, benchmark: str, metric: str, pairs: Sequence[PairedPoint]) -> ComparisonSummary:
    burdens = ratio_spread([ratio for pair in pairs if (ratio := pair.log10_burden_ratio) is not None])
    differences = [pair.value_difference for pair in pairs]
    return ComparisonSummary(
        source=source,
        benchmark=benchmark,
        metric=metric,
        pairs=len(pairs),
        pairs_with_burden=burdens.n,
        median_log10_burden_ratio=burdens.median,
        lower_quartile_log10_burden_ratio=burdens.lower_quartile,
        upper_quartile_log10_burden_ratio=burdens.upper_quartile,
        within_factor_two=burdens.within_factor_two,
        median_value_difference=float(np.median(differences)),
        same_value=sum(abs(each) <= _SAME_VALUE for each in differences) / len(differences),
    )


def paired_points(points: pd.DataFrame, pairs: Sequence[PairedPoint]) -> pd.DataFrame:
    """Only the points of pairs that have a burden on both sides, so that the same models are fitted from either source.

    The import's rows keep their source; ours are named after the import ("db beside authors-2022").
    """
    with_burden = [pair for pair in pairs if pair.log10_burden_ratio is not None]
    indexed = points.set_index("point_key", drop=False)
    parts = []
    for source in sorted({pair.source for pair in with_burden}):
        keys = [pair for pair in with_burden if pair.source == source]
        ours = indexed.loc[[pair.own_key for pair in keys]].assign(source=f"{OWN_SOURCE} beside {source}")
        theirs = indexed.loc[[pair.imported_key for pair in keys]].assign(source=f"{source} beside {OWN_SOURCE}")
        parts += [ours, theirs]
    return pd.concat(parts, ignore_index=True) if parts else points.iloc[:0]
