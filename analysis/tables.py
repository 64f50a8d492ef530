"""Tables of a report, each built once for HTML and Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.comparison import ComparisonSummary, PairedPoint
from analysis.form_comparison import FormComparison
from analysis.headline import halving
from analysis.records import Coefficient, Estimator, Fit, Form, Refusal
from analysis.report import Changes
from analysis.theory import degree
from analysis.wording import (
    COMPUTING_NAMES,
    UNKNOWN,
    benchmark_name,
    decimal,
    factor,
    flop,
    interval,
    metric_name,
    number,
    plain,
    power_of_ten,
    safe_url,
    source_name,
)

MOST_ROWS = 200
"""Of a table in a report; the CSV files hold all."""
MOST_INFLUENTIAL = 10
_LOG10_GIGA = 9


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row is its head."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


def _table(
    caption: str, columns: str, rows: Iterable[Sequence[str | Cell]], where_all: str | None = None
) -> Table | None:
    """``columns`` are parted by bars, those of numbers begin with #; None without rows."""
    cells = [tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows]
    if not cells:
        return None
    if len(cells) > MOST_ROWS:
        caption += f" The first {MOST_ROWS} of {len(cells):,}" + (f"; all are in {where_all}." if where_all else ".")
    heads = [head.strip() for head in columns.split("|")]
    return Table(
        caption, tuple(Column(head.lstrip("#"), head.startswith("#")) for head in heads), tuple(cells[:MOST_ROWS])
    )


def headline_table(fits: Sequence[Fit]) -> Table | None:
    """``fits``: ordinary, polynomial."""
    return _table(
        "How much more computing halves the error rate, by least squares in the polynomial form: 2 to the power "
        "1/slope. "
        "The degree is 1/slope: computing grows with that power of performance.",
        "Benchmark | Computing | Source | #Models | #Computing for half the error | #95 % interval | #Degree | "
        "Beside theory's 4",
        (_headline_row(fit) for fit in fits),
    )


def _headline_row(fit: Fit) -> list[str]:
    half, power = halving(fit), degree(fit)
    ends = f"{factor(half.log10_low)} to {factor(half.log10_high) if half.log10_high is not None else 'no bound'}"
    return [
        f"{benchmark_name(fit.subject.benchmark)}, {metric_name(fit.subject.metric)}",
        COMPUTING_NAMES[fit.subject.computing],
        source_name(fit.subject.source),
        f"{fit.n:,}",
        factor(half.log10_factor) if half.log10_factor is not None else "none: no less error",
        ends if half.log10_factor is not None and half.log10_low is not None else UNKNOWN,
        number(power.value) if power else UNKNOWN,
        power.standing.value if power else UNKNOWN,
    ]


def fits_table(fits: Sequence[Fit]) -> Table | None:
    """Ordinary fits of one benchmark, sources next to each other."""
    ordered = sorted(
        fits, key=lambda fit: (list(COMPUTING_NAMES).index(fit.subject.computing), fit.subject.form == Form.EXPONENTIAL)
    )
    return _table(
        "Least squares. Polynomial: log10(1/err) = intercept + slope × log10(C); exponential: 1/err = intercept + "
        "slope × "
        "log10(C). Standard errors classical and robust to unequal scatter (HC3); the interval is of the slope, by "
        "Student's t.",
        "Computing C | Form | Source | #n | #Intercept | #s.e. | #HC3 | #Slope | #s.e. | #HC3 | #95 % of the slope | "
        "#R² | #Residual s.d.",
        (
            [
                COMPUTING_NAMES[fit.subject.computing],
                fit.subject.form.value,
                source_name(fit.subject.source),
                f"{fit.n:,}",
                *_errors(fit.coefficient("intercept")),
                *_errors(fit.coefficient("slope")),
                _ends(fit.coefficient("slope")),
                decimal(fit.r_squared, 3),
                number(fit.residual_standard_deviation),
            ]
            for fit in ordered
        ),
        "fits.csv",
    )


def _errors(coefficient: Coefficient) -> list[str]:
    return [decimal(coefficient.value), decimal(coefficient.standard_error), decimal(coefficient.hc3_standard_error)]


def _ends(coefficient: Coefficient) -> str:
    return interval(coefficient.low, coefficient.high)


def other_estimators_table(fits: Sequence[Fit]) -> Table | None:
    """Of one benchmark: the line reversed, the frontier, errors in variables, the trend of years, the conversion."""
    return _table(
        "Other estimators, in the polynomial form. Years for ×10: years of algorithmic progress worth ten times the "
        "computing. The conversion is log10(hardware burden) on log10(network operations).",
        "Estimator | Computing C | Source | #n | #Intercept | #Slope | #95 % of the slope | #Slope of the year | "
        "#Years for ×10 | "
        "#R² | Note",
        (
            [
                fit.subject.estimator.value,
                COMPUTING_NAMES[fit.subject.computing],
                source_name(fit.subject.source),
                f"{fit.n:,}",
                decimal(fit.intercept),
                decimal(fit.slope),
                _ends(fit.coefficient("slope")),
                *_years(fit),
                decimal(fit.r_squared, 3),
                plain(fit.note, 400),
            ]
            for fit in sorted(fits, key=lambda fit: list(Estimator).index(fit.subject.estimator))
        ),
        "fits.csv",
    )


def _years(fit: Fit) -> list[str]:
    if fit.subject.estimator is not Estimator.YEAR_TREND:
        return [UNKNOWN, UNKNOWN]
    year = fit.coefficient("slope_year")
    if fit.years_per_tenfold is None:
        return [f"{decimal(year.value)} ({_ends(year)})", UNKNOWN]
    low, high = fit.years_per_tenfold_low, fit.years_per_tenfold_high
    ends = f" ({decimal(low, 1)} to {decimal(high, 1)})" if low is not None else " (no bounds)"
    return [f"{decimal(year.value)} ({_ends(year)})", decimal(fit.years_per_tenfold, 2) + ends]


def forms_table(comparisons: Sequence[FormComparison]) -> Table | None:
    return _table(
        "The two forms on the same points. AIC and BIC are of the density of log10(1/err) in both; a difference "
        "above 0 speaks "
        "for the polynomial form. The weight is Akaike's: its probability if one of the two is right.",
        "Computing C | Source | #n | #ΔAIC | #ΔBIC | #Weight of the polynomial | What the points say",
        (
            [
                COMPUTING_NAMES[each.computing],
                source_name(each.source),
                f"{each.n:,}",
                decimal(each.aic_difference, 1),
                decimal(each.bic_difference, 1),
                decimal(each.polynomial_weight, 3),
                each.sentence,
            ]
            for each in comparisons
        ),
    )


def influence_table(influence: pd.DataFrame, points: pd.DataFrame) -> Table | None:
    """Outliers and points of high leverage on the main fits of one benchmark: at most ten a source, strongest first."""
    far = influence[influence["outlier"].astype(bool) | influence["high_leverage"].astype(bool)]
    ordered = far.sort_values(["source", "cooks_distance", "point_key"], ascending=[True, False, True], kind="stable")
    strongest = (
        ordered.groupby("source", sort=True).head(MOST_INFLUENTIAL).merge(points, on="point_key", suffixes=("", "_"))
    )
    rows: Iterable[Any] = strongest.itertuples()
    return _table(
        f"Points that pull at the line or stand far from it: the {MOST_INFLUENTIAL} of each source with the largest "
        "Cook's "
        f"distance, of {len(far):,}. An outlier's studentised residual is beyond ±3; p allows for as many looks as "
        "there are "
        "points (Bonferroni).",
        "Model | Paper | Source | #Value, % | #Burden, FLOP | #Residual | #p | #Leverage | #Cook's distance | Kind",
        (
            [
                *_model_and_paper(row.model, row.title, row.arxiv_id, row.url),
                source_name(row.source),
                number(row.value, 4),
                flop(row.hardware_burden_flop),
                decimal(row.studentised_residual, 2),
                number(row.bonferroni_p),
                number(row.leverage),
                number(row.cooks_distance),
                _kind(bool(row.outlier), bool(row.high_leverage)),
            ]
            for row in rows
        ),
    )


def _kind(outlier: bool, high_leverage: bool) -> str:
    return " and ".join(["outlier"] * outlier + ["high leverage"] * high_leverage)


def _model_and_paper(model: object, title: object, arxiv_id: object, url: object) -> tuple[Cell, Cell]:
    return Cell(plain(model, 60) or UNKNOWN), Cell(plain(title, 90) or plain(arxiv_id, 40) or UNKNOWN, safe_url(url))


def summaries_table(summaries: Sequence[ComparisonSummary]) -> Table | None:
    return _table(
        "Machine beside import: models that both have. A ratio is this database's burden over the import's.",
        "Benchmark | Import | #Models | #With both burdens | #Median ratio | #Quartiles | #Within ×2 | #Median "
        "difference of values | "
        "#Same value",
        (
            [
                f"{benchmark_name(each.benchmark)}, {metric_name(each.metric)}",
                source_name(each.source),
                f"{each.pairs:,}",
                f"{each.pairs_with_burden:,}",
                factor(each.median_log10_burden_ratio),
                f"{factor(each.lower_quartile_log10_burden_ratio)} to {factor(each.upper_quartile_log10_burden_ratio)}",
                _share(each.within_factor_two),
                decimal(each.median_value_difference, 2),
                _share(each.same_value),
            ]
            for each in summaries
        ),
    )


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else f"{100 * share:.0f} %"


def pairs_table(pairs: Sequence[PairedPoint], points: pd.DataFrame) -> Table | None:
    """The widest differences of burden first."""
    papers = points.set_index("point_key")[["title", "url"]]
    ordered = sorted(pairs, key=lambda pair: (-abs(pair.log10_burden_ratio or 0), pair.source, pair.own_key))
    return _table(
        "Row by row, the widest differences of burden first.",
        "Model here | Model in the import | Paper | Benchmark | Import | Paired by | #Value here | #Value imported | "
        "#Difference | "
        "#Burden here, FLOP | #Burden imported, FLOP | #Ratio",
        (
            [
                Cell(plain(pair.own_model, 60) or UNKNOWN),
                plain(pair.imported_model, 60) or UNKNOWN,
                _paper(papers, pair),
                f"{benchmark_name(pair.benchmark)}, {metric_name(pair.metric)}",
                source_name(pair.source),
                pair.rule,
                number(pair.own_value, 4),
                number(pair.imported_value, 4),
                decimal(pair.value_difference, 2),
                flop(pair.own_burden_flop),
                flop(pair.imported_burden_flop),
                factor(pair.log10_burden_ratio),
            ]
            for pair in ordered
        ),
        "comparison.csv",
    )


def _paper(papers: pd.DataFrame, pair: PairedPoint) -> Cell:
    if pair.own_key not in papers.index:
        return Cell(plain(pair.arxiv_id, 40))
    title, url = papers.loc[pair.own_key, ["title", "url"]]
    return Cell(plain(title, 90) or plain(pair.arxiv_id, 40), safe_url(url))


def projections_table(projections: pd.DataFrame) -> Table | None:
    """Of one benchmark: powers of ten with their 95 % intervals."""
    rows: Iterable[Any] = projections.itertuples()
    return _table(
        "What target error rates take if a fitted line goes on: powers of ten, with the 95 % interval of the line "
        "(Fieller). "
        "Beyond the data a projection is an extrapolation; the column says by how many times ten.",
        "Target | Form | Source | Computing C | Estimator | #FLOP | #Dollars | #Pounds of CO₂ | #Tenfolds beyond the "
        "data | Interval",
        (
            [
                f"{number(100 * row.target_error)} % error ({plain(row.target, 30)})",
                row.form,
                source_name(row.source),
                COMPUTING_NAMES[row.computing],
                row.estimator,
                _amount(row, "gigaflop", _LOG10_GIGA),
                _amount(row, "usd"),
                _amount(row, "pounds_co2"),
                number(row.tenfolds_beyond),
                row.interval,
            ]
            for row in rows
        ),
        "projections.csv",
    )


def _amount(row: object, name: str, more: int = 0) -> str:
    value, low, high = (float(getattr(row, f"log10_{name}{end}")) + more for end in ("", "_low", "_high"))
    if math.isnan(value):
        return UNKNOWN
    ends = "" if math.isnan(low) or math.isnan(high) else f" ({power_of_ten(low)} to {power_of_ten(high)})"
    return power_of_ten(value) + ends


def refusals_table(refusals: Sequence[Refusal]) -> Table | None:
    return _table(
        "What was not fitted, and why.",
        "Benchmark | Source | Relation | Computing C | #Points | Cause | Reason",
        (
            [
                f"{benchmark_name(each.subject.benchmark)}, {metric_name(each.subject.metric)}",
                source_name(each.subject.source),
                f"{each.subject.estimator.value}, {each.subject.form.value}",
                COMPUTING_NAMES[each.subject.computing],
                f"{each.n:,}",
                each.cause.value,
                plain(each.reason, 400),
            ]
            for each in refusals
        ),
        "fits.csv",
    )


def left_out_table(rows: Iterable[tuple[str, ...]]) -> Table | None:
    return _table(
        "Points that the main fits could not take, each counted once, under the first cause that holds.",
        "Benchmark | Source | Computing C | Cause | #Points",
        rows,
    )


def changes_tables(changes: Changes) -> Iterator[Table | None]:
    yield _table(
        "Slopes that moved since the last run, the largest moves first.",
        "Benchmark | Source | Relation | Computing C | #Slope before | #Slope now | #Change | #n before | #n now",
        (
            [
                f"{benchmark_name(each.subject.benchmark)}, {metric_name(each.subject.metric)}",
                source_name(each.subject.source),
                f"{each.subject.estimator.value}, {each.subject.form.value}",
                COMPUTING_NAMES[each.subject.computing],
                decimal(each.slope_before),
                decimal(each.slope_now),
                decimal(_moved(each.slope_before, each.slope_now)),
                _count(each.n_before),
                _count(each.n_now),
            ]
            for each in sorted(changes.slopes, key=lambda each: -abs(_moved(each.slope_before, each.slope_now) or 0))
        ),
        "fits.json",
    )
    yield _table(
        "Points that came, went or changed.",
        "Model | Paper | What | Point",
        (
            [*_model_and_paper(each.model, each.title, None, each.url), plain(each.what), plain(each.point_key, 80)]
            for each in changes.points
        ),
        "fits.json",
    )


def _moved(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else now - before


def _count(n: int | None) -> str:
    return UNKNOWN if n is None else f"{n:,}"
