"""How much computing, money and CO2 a target error takes if a fitted line goes on.

Everything is a logarithm to base 10: exponential forms reach 10^190 FLOP and more, which no float may hold in between.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
from scipy import stats

from analysis.constants import CostConstants, Printed, Target
from analysis.records import Computing, Estimator, Fit, Form, Subject

_CONFIDENCE = 0.95
LOG10_GIGA = 9
_NOT_PROJECTED = {
    Estimator.YEAR_TREND: "its line depends on the year, too",
    Estimator.TIME_TREND: "its line depends on the year alone",
    Estimator.CONVERSION: "it relates two measures of computing, not performance",
}
_AMOUNTS = ("gigaflop", "pounds_co2", "usd")
_TEXT_COLUMNS = "source benchmark metric computing estimator form target constants interval reach".split()


class Interval(StrEnum):
    """Whether a projection has a 95 % interval."""

    BOUNDED = "bounded"
    UNBOUNDED = "unbounded: the slope is not distinguishable from 0"
    UNKNOWN = "unknown: the fit states no covariance of its coefficients"
    NONE = "none: more computing does not go with less error"


class Reach(StrEnum):
    """Where the projected computing lies beside the computing of the points."""

    BELOW = "below the data"
    INSIDE = "inside the data"
    BEYOND = "beyond the data"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Log10Amount:
    """log10 of an amount with the ends of its 95 % interval; None where there is no end."""

    value: float
    low: float | None = None
    high: float | None = None

    def over(self, unit: float) -> Log10Amount:
        """This amount in units of so much: 10^20 FLOP over 8e16 FLOP per dollar is 10^3.1 dollars."""
        by = math.log10(unit)
        return Log10Amount(
            self.value - by, None if self.low is None else self.low - by, None if self.high is None else self.high - by
        )


@dataclass(frozen=True, slots=True)
class Projection:
    """What a target error takes. Amounts are None where they are unknown or no computing would do."""

    subject: Subject
    target_error: float
    constants: str
    """Name of the cost constants."""
    log10_flop: Log10Amount | None
    log10_usd: Log10Amount | None
    log10_pounds_co2: Log10Amount | None
    interval: Interval
    reach: Reach
    tenfolds_beyond: float | None
    """How many times ten the computing lies over the most of any point; 0 inside the data."""


def project(fit: Fit, target_error: float, constants: CostConstants) -> Projection:
    """Computing, money and CO2 where the fitted line meets the target error, a fraction.

        polynomial    log10 C = (log10(1/err) - intercept) / slope
        exponential   log10 C = (1/err - intercept) / slope

    intercept -0.7565, slope 0.0733, err 0.05: log10 C = (1.3010 + 0.7565) / 0.0733 = 28.07. Money and CO2 are those of
    training: of network operations after division by the utilisation, of operations per pass unknown.
    """
    if not 0 < target_error < 1:
        raise ValueError(f"a target error is a fraction between 0 and 1, not {target_error!r}")
    if fit.subject.estimator in _NOT_PROJECTED:
        reason = _NOT_PROJECTED[fit.subject.estimator]
        raise ValueError(f"a fit of the kind {fit.subject.estimator.value!r} is not projected: {reason}")
    if not fit.slope > 0:
        return Projection(
            fit.subject, target_error, constants.name, None, None, None, Interval.NONE, Reach.UNKNOWN, None
        )
    log10_flop, interval = _computing(fit, _response(fit.subject.form, target_error))
    reach, tenfolds_beyond = _reach(fit, log10_flop.value)
    spent = _hardware_burden(fit.subject.computing, log10_flop, constants)
    return Projection(
        subject=fit.subject,
        target_error=target_error,
        constants=constants.name,
        log10_flop=log10_flop,
        log10_usd=spent.over(constants.flop_per_usd) if spent and constants.flop_per_usd else None,
        log10_pounds_co2=spent.over(constants.flop_per_pound_co2) if spent and constants.flop_per_pound_co2 else None,
        interval=interval,
        reach=reach,
        tenfolds_beyond=tenfolds_beyond,
    )


def predicted_error(fit: Fit, log10_flop: float) -> float | None:
    """The error on the fitted line at so much computing; None where the line leaves 0 < err <= 1."""
    response = fit.intercept + fit.slope * log10_flop
    if fit.subject.form is Form.POLYNOMIAL:
        return 10**-response if response >= 0 else None
    return 1 / response if response >= 1 else None


def projection_table(
    fits: Iterable[Fit], targets: Iterable[Target], constants: CostConstants, printed: Printed | None = None
) -> pd.DataFrame:
    """A row for each fit and each target of its benchmark and metric, in their order.

    ``log10_*`` are logarithms of gigaFLOP, pounds of CO2 and dollars, ``*_low`` and ``*_high`` the ends of the 95 %
    interval; ``floor_*`` are whole exponents as the study prints them, ``printed_*`` those it printed,
    ``difference_*`` ours less printed. Unknown is NaN, of whole exponents <NA>.
    """
    wanted = list(targets)
    rows = [
        _table_row(project(fit, target.error, constants), target, printed or {})
        for fit in fits
        for target in wanted
        if (target.benchmark, target.metric) == (fit.subject.benchmark, fit.subject.metric)
    ]
    kinds: dict[str, str] = dict.fromkeys(_TEXT_COLUMNS, "object")
    kinds |= {f"log10_{amount}{end}": "float64" for amount in _AMOUNTS for end in ("", "_low", "_high")}
    kinds |= {f"{what}_{amount}": "Int64" for amount in _AMOUNTS for what in ("floor", "printed", "difference")}
    kinds |= {"target_error": "float64", "tenfolds_beyond": "float64"}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def _response(form: Form, error: float) -> float:
    return math.log10(1 / error) if form is Form.POLYNOMIAL else 1 / error


def _computing(fit: Fit, response: float) -> tuple[Log10Amount, Interval]:
    """x = (response - a) / b with its interval by Fieller's theorem (Fieller 1954, J. R. Stat. Soc. B 16:175).

    The x for which a + bx is within t standard errors of the response. With d = x - estimate and the variance of the
    line there V + 2Wd + var(b)d², that is (b² - t² var(b)) d² - 2t²W d - t²V <= 0: an interval where b is more than t
    standard errors from 0, else without bounds. It is of the line (the mean response), not of one more model.
    """
    a, b = fit.coefficient("intercept"), fit.coefficient("slope")
    estimate = (response - a.value) / b.value
    covariance = fit.intercept_slope_covariance
    if a.standard_error is None or b.standard_error is None or covariance is None or fit.n <= 2:
        return Log10Amount(estimate), Interval.UNKNOWN
    t = float(stats.t.ppf((1 + _CONFIDENCE) / 2, fit.n - 2))
    leading = b.value**2 - (t * b.standard_error) ** 2
    if leading <= 0:
        return Log10Amount(estimate), Interval.UNBOUNDED
    slant = covariance + b.standard_error**2 * estimate
    variance = a.standard_error**2 + 2 * covariance * estimate + (b.standard_error * estimate) ** 2
    half = t * math.sqrt(max((t * slant) ** 2 + leading * variance, 0.0))
    middle = t**2 * slant
    return Log10Amount(
        estimate, estimate + (middle - half) / leading, estimate + (middle + half) / leading
    ), Interval.BOUNDED


def _reach(fit: Fit, log10_flop: float) -> tuple[Reach, float | None]:
    if not fit.lowest_computing_flop or not fit.highest_computing_flop:
        return Reach.UNKNOWN, None
    beyond = log10_flop - math.log10(fit.highest_computing_flop)
    if beyond > 0:
        return Reach.BEYOND, beyond
    return (Reach.BELOW if log10_flop < math.log10(fit.lowest_computing_flop) else Reach.INSIDE), 0.0


def _hardware_burden(computing: Computing, amount: Log10Amount, constants: CostConstants) -> Log10Amount | None:
    """The hardware burden that the projected computing stands for, or None where it stands for none."""
    if computing in (Computing.HARDWARE_BURDEN, Computing.FILLED_BURDEN):
        return amount
    if computing is Computing.NETWORK_OPERATIONS and constants.utilisation:
        return amount.over(constants.utilisation)
    return None


def _table_row(projection: Projection, target: Target, printed: Printed) -> dict[str, object]:
    subject, flop = projection.subject, projection.log10_flop
    row: dict[str, object] = {
        "source": subject.source,
        "benchmark": subject.benchmark,
        "metric": subject.metric,
        "computing": subject.computing.value,
        "estimator": subject.estimator.value,
        "form": subject.form.value,
        "target": target.label,
        "target_error": target.error,
        "constants": projection.constants,
        "interval": projection.interval.value,
        "reach": projection.reach.value,
        "tenfolds_beyond": projection.tenfolds_beyond,
    }
    amounts = (flop.over(10**LOG10_GIGA) if flop else None, projection.log10_pounds_co2, projection.log10_usd)
    exponents = printed.get((subject.benchmark, target.error, subject.form), (None, None, None))
    for name, amount, exponent in zip(_AMOUNTS, amounts, exponents, strict=True):
        floor = None if amount is None else math.floor(amount.value)
        row[f"log10_{name}"] = amount.value if amount else None
        row[f"log10_{name}_low"] = amount.low if amount else None
        row[f"log10_{name}_high"] = amount.high if amount else None
        row[f"floor_{name}"] = floor
        row[f"printed_{name}"] = exponent
        row[f"difference_{name}"] = None if floor is None or exponent is None else floor - exponent
    return row
