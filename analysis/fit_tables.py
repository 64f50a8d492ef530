"""Tables of what was fitted, compared, projected and refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.form_comparison import FormComparison
from analysis.headline import halving
from analysis.projections import LOG10_GIGA, Interval
from analysis.records import Coefficient, Computing, Estimator, Fit, Form, Refusal, Subject
from analysis.selection import LeftOut
from analysis.tables import Table, table_of, task_name
from analysis.theory import THEORY_LOWER_BOUND_DEGREE, degree
from analysis.wording import (
    COMPUTING_NAMES,
    UNKNOWN,
    decimal,
    factor,
    interval,
    number,
    plain,
    power_of_ten,
    source_name,
)

_COMPUTING_ORDER = list(COMPUTING_NAMES)
_NO_INTERVAL = {
    Interval.UNBOUNDED.value: " (no bounds)",
    Interval.UNKNOWN.value: " (interval unknown)",
}


def headline_table(fits: Sequence[Fit]) -> Table | None:
    """``fits``: ordinary, polynomial."""
    return table_of(
        "Computing for half the error",
        "By least squares in the polynomial form: 2 to the power 1/slope. The degree is 1/slope: computing grows with "
        "that power of performance.",
        "Benchmark | Computing C | Source | #Models | #C for half the error | #95 % interval | #Degree | "
        f"Beside theory's {THEORY_LOWER_BOUND_DEGREE}",
        (_headline_row(fit) for fit in fits),
    )


def _headline_row(fit: Fit) -> list[str]:
    half, power = halving(fit), degree(fit)
    ends = f"{factor(half.log10_low)} to {factor(half.log10_high) if half.log10_high is not None else 'no bound'}"
    return [
        task_name(fit.subject),
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
        fits, key=lambda fit: (_COMPUTING_ORDER.index(fit.subject.computing), fit.subject.form is Form.EXPONENTIAL)
    )
    return table_of(
        "Least squares",
        "Polynomial: log10(1/err) = intercept + slope × log10(C); exponential: 1/err = intercept + slope × log10(C). "
        "In brackets the classical standard error and the one robust to unequal scatter (HC3).",
        "Computing C | Form | Source | #n | #Intercept (s.e.; HC3) | #Slope (s.e.; HC3) | #95 % of the slope | #R² | "
        "#Residual s.d.",
        (
            [
                COMPUTING_NAMES[fit.subject.computing],
                fit.subject.form.value,
                source_name(fit.subject.source),
                f"{fit.n:,}",
                _with_errors(fit.coefficient("intercept")),
                _with_errors(fit.coefficient("slope")),
                _ends(fit.coefficient("slope")),
                decimal(fit.r_squared, 3),
                number(fit.residual_standard_deviation),
            ]
            for fit in ordered
        ),
        all_in="fits.csv",
        notes=_notes(ordered),
    )


def _with_errors(coefficient: Coefficient) -> str:
    errors = f"{decimal(coefficient.standard_error)}; {decimal(coefficient.hc3_standard_error)}"
    return f"{decimal(coefficient.value)} ({errors})"


def _ends(coefficient: Coefficient) -> str:
    return interval(coefficient.low, coefficient.high)


def _notes(fits: Sequence[Fit]) -> list[str]:
    """What fits say of themselves, each once, with whom it is said of."""
    said: dict[tuple[str, str, str], list[str]] = {}
    for fit in fits:
        if fit.note:
            where = source_name(fit.subject.source), COMPUTING_NAMES[fit.subject.computing], plain(fit.note, 600)
            said.setdefault(where, []).append(_relation(fit.subject))
    return [
        f"{' and '.join(relations)} on {computing} ({source}): {note}"
        for (source, computing, note), relations in said.items()
    ]


def _relation(subject: Subject) -> str:
    return subject.form.value if subject.estimator is Estimator.ORDINARY else subject.estimator.value


def other_estimators_table(fits: Sequence[Fit]) -> Table | None:
    """Of one benchmark: the line reversed, the frontier, errors in variables, the trend of years, the conversion."""
    ordered = sorted(
        fits,
        key=lambda fit: (list(Estimator).index(fit.subject.estimator), _COMPUTING_ORDER.index(fit.subject.computing)),
    )
    return table_of(
        "Other estimators",
        "In the polynomial form. Years for ×10: years of algorithmic progress worth ten times the "
        "computing. The conversion is log10(hardware burden) on log10(network operations).",
        "Estimator | Computing C | Source | #n | #Intercept | #Slope (95 %) | #Slope of the year (95 %) | "
        "#Years for ×10 (95 %) | #R²",
        (
            [
                fit.subject.estimator.value,
                COMPUTING_NAMES[fit.subject.computing],
                source_name(fit.subject.source),
                f"{fit.n:,}",
                decimal(fit.intercept),
                _with_ends(fit.coefficient("slope")),
                *_years(fit),
                decimal(fit.r_squared, 3),
            ]
            for fit in ordered
        ),
        all_in="fits.csv",
        notes=_notes(ordered),
        is_folded=True,
    )


def _with_ends(coefficient: Coefficient) -> str:
    return f"{decimal(coefficient.value)} ({_ends(coefficient)})"


def _years(fit: Fit) -> list[str]:
    if fit.subject.estimator is not Estimator.YEAR_TREND:
        return [UNKNOWN, UNKNOWN]
    slope = _with_ends(fit.coefficient("slope_year"))
    if fit.years_per_tenfold is None:
        return [slope, UNKNOWN]
    low, high = fit.years_per_tenfold_low, fit.years_per_tenfold_high
    ends = "no bounds" if low is None and high is None else interval(low, high, 1)
    return [slope, f"{decimal(fit.years_per_tenfold, 2)} ({ends})"]


def forms_table(comparisons: Sequence[FormComparison]) -> Table | None:
    ordered = sorted(comparisons, key=lambda each: _COMPUTING_ORDER.index(each.computing))
    return table_of(
        "Polynomial or exponential",
        "The two forms on the same points. AIC and BIC are of the density of log10(1/err) in both; a difference above "
        "0 speaks for the polynomial form. The weight is Akaike's: its probability if one of the two is right.",
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
            for each in ordered
        ),
        is_folded=True,
    )


def projections_table(projections: pd.DataFrame) -> Table | None:
    """Of one benchmark: powers of ten with their 95 % intervals."""
    rows: Iterable[Any] = projections.itertuples()
    has_printed = bool(projections["printed_gigaflop"].notna().any())
    return table_of(
        "What target errors take",
        "If a line of least squares goes on: powers of ten, with the 95 % interval of the line (Fieller). Beyond the "
        "data a projection is an extrapolation; a column says by how many times ten.",
        "Target | Form | Source | Computing C | #FLOP | #Dollars | #Pounds of CO₂ | #Tenfolds beyond data"
        + has_printed * " | #Printed in 2020: FLOP, dollars, pounds",
        (
            [
                f"{number(100 * row.target_error)} % error ({plain(row.target, 30)})",
                row.form if row.estimator == Estimator.ORDINARY.value else f"{row.form}, {row.estimator}",
                source_name(row.source),
                COMPUTING_NAMES[Computing(row.computing)],
                _amount(row, "gigaflop", LOG10_GIGA),
                _amount(row, "usd"),
                _amount(row, "pounds_co2"),
                number(row.tenfolds_beyond),
                *[_printed(row)] * has_printed,
            ]
            for row in rows
        ),
        all_in="projections.csv",
        is_folded=True,
    )


def _amount(row: object, name: str, more: int = 0) -> str:
    value, low, high = (float(getattr(row, f"log10_{name}{end}")) + more for end in ("", "_low", "_high"))
    if math.isnan(value):
        return UNKNOWN
    if math.isnan(low) or math.isnan(high):
        return power_of_ten(value) + _NO_INTERVAL.get(str(getattr(row, "interval", "")), "")
    return f"{power_of_ten(value)} ({power_of_ten(low)} to {power_of_ten(high)})"


def _printed(row: Any) -> str:
    """The whole exponents of the study's figure, which counts in gigaFLOP."""
    if pd.isna(row.printed_gigaflop):
        return UNKNOWN
    exponents = (row.printed_gigaflop + LOG10_GIGA, row.printed_usd, row.printed_pounds_co2)
    return ", ".join(power_of_ten(int(exponent)) for exponent in exponents)


def refusals_table(refusals: Sequence[Refusal]) -> Table | None:
    """Relations of one computing that were refused for one reason share a row."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for each in refusals:
        where = task_name(each.subject), source_name(each.subject.source), COMPUTING_NAMES[each.subject.computing]
        why = each.cause.value, plain(each.reason, 400)
        alike.setdefault((*where, *why), []).append(_relation(each.subject))
    return table_of(
        "Refused",
        f"{len(refusals):,} relations that were not fitted, and why.",
        "Benchmark | Source | Computing C | Cause | Reason | Relations",
        ([*said, ", ".join(relations)] for said, relations in alike.items()),
        all_in="fits.csv",
        is_folded=True,
    )


def left_out_table(left_out: Sequence[LeftOut]) -> Table | None:
    return table_of(
        "Left out",
        "Points that the polynomial fits could not take, each counted once, under the first cause that holds.",
        "Benchmark | Source | Computing C | Cause | #Points",
        (
            [
                task_name(each.subject),
                source_name(each.subject.source),
                COMPUTING_NAMES[each.subject.computing],
                each.cause.value,
                f"{each.n:,}",
            ]
            for each in left_out
            if each.subject.estimator is Estimator.ORDINARY and each.subject.form is Form.POLYNOMIAL
        ),
        all_in="fits.json",
        is_folded=True,
    )
