"""Which points a fit takes, and how many are left out for which cause."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.records import Computing, Estimator, Subject

BURDEN_LOW = "hardware_burden_low_flop"
BURDEN_HIGH = "hardware_burden_high_flop"


class LeftOutCause(StrEnum):
    NO_ERROR_RATE = "error rate unknown"
    IMPOSSIBLE_ERROR_RATE = "error rate not between 0 and 1"
    NO_COMPUTING = "computing unknown"
    IMPOSSIBLE_COMPUTING = "computing not a positive number"
    NO_YEAR = "year unknown"
    NO_INTERVAL = "no interval of the hardware burden"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many points of its benchmark a fit could not take, each counted once, under the first cause that holds."""

    subject: Subject
    cause: LeftOutCause
    n: int


def select_points(subject: Subject, points: pd.DataFrame) -> tuple[pd.DataFrame, tuple[LeftOut, ...]]:
    """The points that the subject's fit can take, and the others counted by cause.

    A fit needs an error rate strictly between 0 and 1 and a computing above 0; a year trend a year, too, a time trend
    a year in place of the computing; errors in variables both bounds, the lower above 0 and not above the upper. The
    conversion needs both computings and no error rate.
    """
    remaining = points
    left_out = []
    for cause, unfit in _conditions(subject, points):
        of_those = unfit.loc[remaining.index]
        if n := int(of_those.sum()):
            left_out.append(LeftOut(subject, cause, n))
            remaining = remaining[~of_those]
    return remaining, tuple(left_out)


def _conditions(subject: Subject, points: pd.DataFrame) -> list[tuple[LeftOutCause, pd.Series]]:
    """Causes in the order in which they are counted, with the points that they hold for."""
    conversion = subject.estimator is Estimator.CONVERSION
    computings = [subject.computing, Computing.HARDWARE_BURDEN] if conversion else [subject.computing]
    if subject.estimator is Estimator.TIME_TREND:
        computings = []
    conditions = []
    if not conversion:
        error = points["error_fraction"]
        conditions += [
            (LeftOutCause.NO_ERROR_RATE, error.isna()),
            (LeftOutCause.IMPOSSIBLE_ERROR_RATE, (error <= 0) | (error >= 1)),
        ]
    flop = points[computings]
    conditions += [
        (LeftOutCause.NO_COMPUTING, flop.isna().any(axis=1)),
        (LeftOutCause.IMPOSSIBLE_COMPUTING, ((flop <= 0) | (flop == np.inf)).any(axis=1)),
    ]
    if subject.estimator in (Estimator.YEAR_TREND, Estimator.TIME_TREND):
        conditions.append((LeftOutCause.NO_YEAR, points["year"].isna()))
    if subject.estimator is Estimator.ERRORS_IN_COMPUTING:
        low, high = points[BURDEN_LOW], points[BURDEN_HIGH]
        conditions.append((LeftOutCause.NO_INTERVAL, ~((low > 0) & (low <= high) & (high < np.inf))))
    return conditions
