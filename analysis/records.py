"""What a fit is, what it was fitted on, and why there is none: the types that every module of this room hands on.

``err`` is the error rate as a fraction (1 - accuracy, or the word error rate), C the computing in FLOP, logarithms are
to base 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Form(StrEnum):
    """How performance depends on computing, in the study's words."""

    POLYNOMIAL = "polynomial"
    """log10(1/err) = intercept + slope * log10(C): C grows as (1/err) to the power 1/slope."""
    EXPONENTIAL = "exponential"
    """1/err = intercept + slope * log10(C): C grows tenfold for each ``slope`` more of 1/err."""


class Computing(StrEnum):
    """Which computing is the regressor C; the values are the columns of points, in FLOP."""

    HARDWARE_BURDEN = "hardware_burden_flop"
    NETWORK_OPERATIONS = "network_operations_flop"
    OPERATIONS_PER_PASS = "operations_per_pass_flop"  # noqa: S105
    FILLED_BURDEN = "filled_burden_flop"
    """The hardware burden where it is known, else what the conversion regression makes of the network operations."""


class Estimator(StrEnum):
    ORDINARY = "ordinary least squares"
    REVERSE = "reverse regression"
    """log10(C) on performance, solved for performance: the steepest line that the noise allows."""
    FRONTIER = "quantile regression"
    """The 10th percentile of log10(err): the best models at each amount of computing."""
    YEAR_TREND = "year trend"
    """With the year beside log10(C): what algorithms gained."""
    TIME_TREND = "time trend"
    """Performance on the year alone: the subject's computing plays no part in it."""
    ERRORS_IN_COMPUTING = "errors in variables"
    """Corrected for the uncertainty of C that the burden's intervals state."""
    CONVERSION = "conversion"
    """log10(hardware burden) on log10(network operations)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is fitted: one benchmark and metric, the points of one source, and one relation."""

    source: str
    """"db", "authors-2022", …: as in the points' column ``source``."""
    benchmark: str
    metric: str
    form: Form
    computing: Computing
    estimator: Estimator = Estimator.ORDINARY

    @property
    def is_main(self) -> bool:
        """The study's own line: the polynomial form on the hardware burden, by least squares."""
        return self == main_subject(self.source, self.benchmark, self.metric)


def main_subject(source: str, benchmark: str, metric: str) -> Subject:
    """Of the study's own line."""
    return Subject(source, benchmark, metric, Form.POLYNOMIAL, Computing.HARDWARE_BURDEN)


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One number of a fit, with its uncertainty; None where the estimator has none."""

    name: str
    """"intercept", "slope", "slope_year"."""
    value: float
    standard_error: float | None = None
    """Classical, of least squares; of a bootstrap for errors in variables."""
    hc3_standard_error: float | None = None
    """Robust to unequal scatter (MacKinnon and White 1985)."""
    low: float | None = None
    high: float | None = None
    """Ends of the 95 % interval."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A relation that was fitted."""

    subject: Subject
    n: int
    coefficients: tuple[Coefficient, ...]
    r_squared: float | None = None
    """Of least squares; the pseudo R² of quantile regression."""
    residual_standard_deviation: float | None = None
    """In units of the response, with n - k degrees of freedom."""
    aic: float | None = None
    bic: float | None = None
    """Of the density of log10(1/err) in both forms, so that the two compare."""
    lowest_computing_flop: float | None = None
    highest_computing_flop: float | None = None
    """Range of C in the points: beyond it a line is an extrapolation."""
    intercept_slope_covariance: float | None = None
    """Classical covariance of the estimates of intercept and slope; projections need it for their intervals."""
    years_per_tenfold: float | None = None
    """Of the year trend: years of algorithmic progress that are worth ten times the computing."""
    years_per_tenfold_low: float | None = None
    years_per_tenfold_high: float | None = None
    """Ends of its 95 % interval (Fieller 1954); None where the data set no bound."""
    note: str | None = None

    def coefficient(self, name: str) -> Coefficient:
        """Raises KeyError for a name that the fit lacks."""
        for each in self.coefficients:
            if each.name == name:
                return each
        raise KeyError(name)

    @property
    def intercept(self) -> float:
        return self.coefficient("intercept").value

    @property
    def slope(self) -> float:
        return self.coefficient("slope").value


class RefusalCause(StrEnum):
    TOO_FEW_POINTS = "too few points"
    NO_SPREAD = "no spread"
    """All points have the same computing or the same performance."""
    NOT_FINITE = "not finite"
    NOT_CONVERGED = "not converged"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no line: shown where the fit would stand."""

    subject: Subject
    n: int
    cause: RefusalCause
    reason: str
    """A sentence for the reader: "3 points; a line needs 5"."""
