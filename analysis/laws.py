"""The scaling laws: every relation that the study fits, for every benchmark of every source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.errors_in_variables import fit_errors_in_computing
from analysis.filling import FixedConversion, fill_burden
from analysis.form_comparison import FormComparison, compare_forms
from analysis.frontier import fit_frontier
from analysis.influence import influence
from analysis.records import Computing, Estimator, Fit, Form, Refusal, RefusalCause, Subject, main_subject
from analysis.regressions import fit_conversion, fit_ordinary, fit_reverse, fit_time_trend, fit_year_trend
from analysis.samples import Array
from analysis.selection import BURDEN_HIGH, BURDEN_LOW, LeftOut, select_points

_EITHER_BURDEN = (Computing.HARDWARE_BURDEN, Computing.NETWORK_OPERATIONS)
_ALL_BURDENS = (*_EITHER_BURDEN, Computing.FILLED_BURDEN)
RELATIONS: tuple[tuple[Estimator, Form, Computing], ...] = (
    (Estimator.CONVERSION, Form.POLYNOMIAL, Computing.NETWORK_OPERATIONS),
    *((Estimator.ORDINARY, form, computing) for computing in Computing for form in Form),
    *((Estimator.REVERSE, Form.POLYNOMIAL, computing) for computing in _EITHER_BURDEN),
    *((Estimator.FRONTIER, Form.POLYNOMIAL, computing) for computing in _ALL_BURDENS),
    *((Estimator.YEAR_TREND, Form.POLYNOMIAL, computing) for computing in _ALL_BURDENS),
    (Estimator.ERRORS_IN_COMPUTING, Form.POLYNOMIAL, Computing.HARDWARE_BURDEN),
)
"""What is fitted for each source, benchmark and metric, in this order."""

_GROUP = ["source", "benchmark", "metric"]
_COLUMNS = (
    *_GROUP,
    "basis",
    "point_key",
    "error_fraction",
    "year",
    *(each for each in Computing if each is not Computing.FILLED_BURDEN),
    BURDEN_LOW,
    BURDEN_HIGH,
)
INFLUENCE_COLUMNS = (
    *_GROUP,
    "point_key",
    "leverage",
    "cooks_distance",
    "studentised_residual",
    "bonferroni_p",
    "outlier",
    "high_leverage",
)


@dataclass(frozen=True, slots=True, eq=False)
class Laws:
    """All fits and refusals of a table of points, by source, benchmark and metric, then as ``RELATIONS`` has them."""

    fits: tuple[Fit, ...]
    refusals: tuple[Refusal, ...]
    comparisons: tuple[FormComparison, ...]
    """Of both forms, wherever least squares fits both."""
    influence: pd.DataFrame
    """One row a point of each main fit, the polynomial of least squares on the hardware burden: ``INFLUENCE_COLUMNS``,
    as ``analysis.influence.Influence`` explains them, ordered by point_key within a benchmark."""
    left_out: tuple[LeftOut, ...]

    def fit(self, subject: Subject) -> Fit | Refusal:
        """Raises KeyError for what was not tried: a benchmark without points, a relation not in ``RELATIONS``."""
        outcomes: tuple[Fit | Refusal, ...] = (*self.fits, *self.refusals)
        for each in outcomes:
            if each.subject == subject:
                return each
        raise KeyError(subject)


def fit_laws(points: pd.DataFrame, conversions: Mapping[str, FixedConversion] | None = None) -> Laws:
    """Fit all relations to points (one row a model, benchmark and metric, as ``analysis.points`` has them).

    Sources are never pooled, and a source is imported as a whole or not at all; machine and curated points go together.
    The order of the rows changes nothing. ``conversions`` names, by benchmark, a conversion with which missing burdens
    are filled in place of the one that is fitted here: {"coco": AUTHORS_COCO_CONVERSION}.

    Raises ValueError for a missing column, and for a source that mixes imported points with others.
    """
    _check(points)
    outcomes: list[Fit | Refusal] = []
    comparisons: list[FormComparison] = []
    influences: list[pd.DataFrame] = []
    left_out: list[LeftOut] = []
    for names, rows in points.groupby(_GROUP, sort=True):
        source, benchmark, metric = map(str, names)
        group = rows.reset_index(drop=True)
        main = main_subject(source, benchmark, metric)
        found = dict(_outcomes(main, group, (conversions or {}).get(benchmark), left_out))
        outcomes += found.values()
        comparisons += _comparisons(found)
        if isinstance(found[main], Fit):
            influences.append(_influence(main, group))
    return Laws(
        fits=tuple(each for each in outcomes if isinstance(each, Fit)),
        refusals=tuple(each for each in outcomes if isinstance(each, Refusal)),
        comparisons=tuple(comparisons),
        influence=pd.concat(influences or [pd.DataFrame(columns=[*INFLUENCE_COLUMNS])], ignore_index=True),
        left_out=tuple(left_out),
    )


def fit_points(subject: Subject, points: pd.DataFrame) -> tuple[Fit | Refusal, tuple[LeftOut, ...]]:
    """One fit of the points of one benchmark, of which those that it cannot take are left out and counted."""
    taken, left_out = select_points(subject, points)
    outcome = _estimate(subject, taken)
    if isinstance(outcome, Refusal) and outcome.cause is RefusalCause.TOO_FEW_POINTS and left_out:
        causes = "; ".join(f"{each.cause} ({each.n})" for each in left_out)
        outcome = replace(outcome, reason=f"{outcome.reason} Left out: {causes}.")
    return outcome, left_out


def _estimate(subject: Subject, points: pd.DataFrame) -> Fit | Refusal:
    computing, error = _log10(points, subject.computing), points["error_fraction"].to_numpy()
    match subject.estimator:
        case Estimator.ORDINARY:
            return fit_ordinary(subject, computing, error)
        case Estimator.REVERSE:
            return fit_reverse(subject, computing, error)
        case Estimator.FRONTIER:
            return fit_frontier(subject, computing, error)
        case Estimator.YEAR_TREND:
            return fit_year_trend(subject, computing, error, points["year"].to_numpy())
        case Estimator.TIME_TREND:
            return fit_time_trend(subject, points["year"].to_numpy(), error)
        case Estimator.ERRORS_IN_COMPUTING:
            low, high = _log10(points, BURDEN_LOW), _log10(points, BURDEN_HIGH)
            return fit_errors_in_computing(subject, computing, error, low, high)
        case Estimator.CONVERSION:
            return fit_conversion(subject, computing, _log10(points, Computing.HARDWARE_BURDEN))


def _check(points: pd.DataFrame) -> None:
    missing = [column for column in _COLUMNS if column not in points.columns]
    if missing:
        raise ValueError(f"points lack the columns {', '.join(missing)}")
    imported = points["basis"].eq("imported").groupby(points["source"])
    mixed = sorted(imported.any()[imported.any() & ~imported.all()].index)
    if mixed:
        raise ValueError(f"imported points are never pooled with others; both are in source {', '.join(mixed)}")


def _outcomes(
    main: Subject, group: pd.DataFrame, fixed: FixedConversion | None, left_out: list[LeftOut]
) -> Iterator[tuple[Subject, Fit | Refusal]]:
    """All relations of one benchmark, in order; what each leaves out is added to ``left_out``."""
    conversion: FixedConversion | Fit | Refusal | None = fixed
    filled: pd.DataFrame | None = None
    for estimator, form, computing in RELATIONS:
        subject = replace(main, estimator=estimator, form=form, computing=computing)
        if computing is not Computing.FILLED_BURDEN:
            outcome, without = fit_points(subject, group)
        elif isinstance(conversion, Refusal):
            reason = f"Missing burdens cannot be filled from network operations. {conversion.reason}"
            outcome, without = Refusal(subject, conversion.n, conversion.cause, reason), ()
        else:
            assert conversion is not None  # noqa: S101 - RELATIONS begins with the conversion
            if filled is None:
                filled = group.assign(**{Computing.FILLED_BURDEN: fill_burden(group, conversion)})
            outcome, without = fit_points(subject, filled)
            if isinstance(outcome, Fit):
                outcome = _with_note(outcome, _filling_note(subject, filled, conversion))
        if estimator is Estimator.CONVERSION and fixed is None:
            conversion = outcome
        left_out += without
        yield subject, outcome


def _filling_note(subject: Subject, filled: pd.DataFrame, conversion: Fit | FixedConversion) -> str:
    taken, _ = select_points(subject, filled)
    reckoned = int(taken[Computing.HARDWARE_BURDEN].isna().sum())
    if isinstance(conversion, FixedConversion):
        origin = f"from {conversion.origin}"
    else:
        origin = f"fitted to {conversion.n} points, R² {conversion.r_squared:.2f}"
    return (
        f"{reckoned} of {len(taken)} burdens are reckoned as log10(burden) = {conversion.intercept:.4f} + "
        f"{conversion.slope:.4f} log10(network operations), {origin}; intervals do not include the uncertainty of that."
    )


def _with_note(fit: Fit, note: str) -> Fit:
    return replace(fit, note=f"{fit.note} {note}" if fit.note else note)


def _comparisons(found: Mapping[Subject, Fit | Refusal]) -> Iterator[FormComparison]:
    for subject, polynomial in found.items():
        if subject.estimator is Estimator.ORDINARY and subject.form is Form.POLYNOMIAL:
            exponential = found[replace(subject, form=Form.EXPONENTIAL)]
            if isinstance(polynomial, Fit) and isinstance(exponential, Fit):
                comparison = compare_forms(polynomial, exponential)
                if comparison is not None:
                    yield comparison


def _influence(main: Subject, group: pd.DataFrame) -> pd.DataFrame:
    taken, _ = select_points(main, group)
    found = influence(_log10(taken, main.computing), -np.log10(taken["error_fraction"].to_numpy()))
    table = taken[[*_GROUP, "point_key"]].assign(
        **{column: getattr(found, column) for column in INFLUENCE_COLUMNS if column not in (*_GROUP, "point_key")}
    )
    return table.sort_values("point_key", kind="stable")


def _log10(points: pd.DataFrame, column: str) -> Array:
    return np.asarray(np.log10(points[column].to_numpy(dtype=np.float64)))
