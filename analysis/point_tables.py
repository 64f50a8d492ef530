"""Tables of points: which pull at a line, what machine and import say of the same models, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.comparison import ComparisonSummary, PairedPoint
from analysis.influence import HIGH_LEVERAGE, OUTLYING_RESIDUAL
from analysis.report import Changes
from analysis.tables import Cell, Table, model_and_paper, paper, table_of, task_name
from analysis.wording import (
    COMPUTING_NAMES,
    UNKNOWN,
    decimal,
    factor,
    factor_interval,
    flop,
    number,
    plain,
    share_in_percent,
    source_name,
    task_title,
)

MOST_INFLUENTIAL = 10


def influence_table(influence: pd.DataFrame, points: pd.DataFrame) -> Table | None:
    """Outliers and points of high leverage on the main fits of one benchmark: the ten strongest of each source."""
    far = influence[influence["outlier"].astype(bool) | influence["high_leverage"].astype(bool)]
    ordered = far.sort_values(["source", "cooks_distance", "point_key"], ascending=[True, False, True], kind="stable")
    strongest = ordered.groupby("source", sort=True).head(MOST_INFLUENTIAL)
    rows: Iterable[Any] = strongest.merge(points, on="point_key", suffixes=("", "_of_point")).itertuples()
    return table_of(
        "Points that pull at the line or stand far from it",
        f"{_chosen(len(far), len(strongest))} Outlier: a studentised residual beyond ±{OUTLYING_RESIDUAL:g}; p allows "
        "for as many looks as there are points (Bonferroni). High leverage: more than "
        f"{HIGH_LEVERAGE:g} times the mean.",
        "Model | Paper | Source | #Value, % | #Burden, FLOP | #Residual | #p | #Leverage | #Cook's distance | Kind",
        (
            [
                *model_and_paper(row.model, row.title, row.arxiv_id, row.url),
                source_name(row.source),
                number(row.value, 4),
                flop(row.hardware_burden_flop),
                decimal(row.studentised_residual, 2),
                number(row.bonferroni_p),
                number(row.leverage),
                number(row.cooks_distance),
                " and ".join(["outlier"] * bool(row.outlier) + ["high leverage"] * bool(row.high_leverage)),
            ]
            for row in rows
        ),
        all_in="fits.json",
        is_folded=True,
    )


def _chosen(all_of_them: int, shown: int) -> str:
    if shown == all_of_them:
        return "The largest Cook's distance first."
    return f"Of {all_of_them:,} the {MOST_INFLUENTIAL} of each source with the largest Cook's distance."


def summaries_table(summaries: Sequence[ComparisonSummary]) -> Table | None:
    return table_of(
        "Agreement",
        "Models that both have. A ratio is this database's burden over the import's, a difference this database's "
        "value less the import's, in percentage points.",
        "Benchmark | Import | #Models | #With both burdens | #Median ratio | #Quartiles | #Within ×2 | "
        "#Median difference | #Same value",
        (
            [
                task_title(each.benchmark, each.metric),
                source_name(each.source),
                f"{each.pairs:,}",
                f"{each.pairs_with_burden:,}",
                factor(each.median_log10_burden_ratio),
                factor_interval(each.lower_quartile_log10_burden_ratio, each.upper_quartile_log10_burden_ratio),
                share_in_percent(each.within_factor_two),
                decimal(each.median_value_difference, 2),
                share_in_percent(each.same_value),
            ]
            for each in summaries
        ),
        all_in="fits.json",
    )


def pairs_table(pairs: Sequence[PairedPoint], points: pd.DataFrame) -> Table | None:
    titles = dict(zip(points["point_key"], zip(points["title"], points["url"], strict=True), strict=True))
    ordered = sorted(pairs, key=lambda pair: (-abs(pair.log10_burden_ratio or 0), pair.source, pair.own_key))
    return table_of(
        "Model by model",
        "The widest differences of burden first.",
        "Model here | Model in the import | Paper | Benchmark | Import | Paired by | #Value here, % | #Imported, % | "
        "#Burden here, FLOP | #Imported, FLOP | #Ratio",
        (
            [
                plain(pair.own_model, 60) or UNKNOWN,
                plain(pair.imported_model, 60) or UNKNOWN,
                _paper(pair, *titles.get(pair.own_key, (None, None))),
                task_title(pair.benchmark, pair.metric),
                source_name(pair.source),
                pair.rule,
                number(pair.own_value, 4),
                number(pair.imported_value, 4),
                flop(pair.own_burden_flop),
                flop(pair.imported_burden_flop),
                factor(pair.log10_burden_ratio),
            ]
            for pair in ordered
        ),
        all_in="comparison.csv",
        is_folded=True,
    )


def _paper(pair: PairedPoint, title: object, url: object) -> Cell:
    return paper(title, pair.arxiv_id, url)


def slope_changes_table(changes: Changes) -> Table | None:
    return table_of(
        "Slopes that moved",
        "The largest moves first.",
        "Benchmark | Source | Form | Computing C | #Slope before | #Slope now | #Change | #n before | #n now",
        (
            [
                task_name(each.subject),
                source_name(each.subject.source),
                each.subject.form.value,
                COMPUTING_NAMES[each.subject.computing],
                decimal(each.slope_before),
                decimal(each.slope_now),
                decimal(_moved(each.slope_before, each.slope_now)),
                _count(each.n_before),
                _count(each.n_now),
            ]
            for each in sorted(changes.slopes, key=lambda each: -abs(_moved(each.slope_before, each.slope_now) or 0))
        ),
        all_in="fits.json",
    )


def slope_causes_table(changes: Changes) -> Table | None:
    return table_of(
        "Why they moved",
        "Each kind of change is put in after the ones above it, and the steps of a slope add up to its whole move.",
        "Benchmark | Source | Kind of change | #Points | #Slope before | #Slope after | #Change",
        (
            [
                task_name(each.subject),
                source_name(each.subject.source),
                plain(each.cause),
                f"{each.points:,}",
                decimal(each.slope_before),
                decimal(each.slope_after),
                decimal(_moved(each.slope_before, each.slope_after)),
            ]
            for each in changes.causes
        ),
        all_in="fits.json",
    )


def point_changes_table(changes: Changes) -> Table | None:
    return table_of(
        "Points that differ",
        f"{len(changes.points):,} points came, went or changed.",
        "Model | Paper | What | Point",
        (
            [*model_and_paper(each.model, each.title, None, each.url), plain(each.what), plain(each.point_key, 80)]
            for each in changes.points
        ),
        all_in="fits.json",
        is_folded=True,
    )


def _moved(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else now - before


def _count(n: int | None) -> str:
    return UNKNOWN if n is None else f"{n:,}"
