"""The frontier: how well the best models do at each amount of computing, by quantile regression."""

from __future__ import annotations

import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, IterationLimitWarning

from analysis.records import Coefficient, Fit, Refusal, RefusalCause, Subject
from analysis.samples import (
    COMPUTING,
    ERROR_RATE,
    Array,
    finite_or_none,
    finite_or_refusal,
    log10_error,
    performance,
    prepared,
)

QUANTILE_OF_ERROR = 0.1
MOST_ITERATIONS = 2000
FEW_BEST_POINTS = 5


def fit_frontier(subject: Subject, log10_computing: Array, error_fraction: Array) -> Fit | Refusal:
    """The line with a tenth of log10(err) below it: the 10th percentile of log10(err) is the 90th of log10(1/err).

    By statsmodels' QuantReg (iteratively reweighted least squares) on the form's response; in the exponential form that
    is the 90th percentile of 1/err. Standard errors are Powell's sandwich with an Epanechnikov kernel and Hall and
    Sheather's bandwidth, the interval is by Student's t; ``r_squared`` is the pseudo R² of Koenker and Machado (1999).
    """
    ready = prepared(subject, {COMPUTING: log10_computing, ERROR_RATE: log10_error(error_fraction)})
    if isinstance(ready, Refusal):
        return ready
    x, log10_err = ready
    n = len(x)
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.simplefilter("error", IterationLimitWarning)
        warnings.simplefilter("error", ConvergenceWarning)
        model = sm.QuantReg(performance(subject.form, log10_err), np.column_stack([np.ones(n), x]))
        try:
            line = model.fit(q=1 - QUANTILE_OF_ERROR, max_iter=MOST_ITERATIONS)
        except (IterationLimitWarning, ConvergenceWarning, np.linalg.LinAlgError) as error:
            reason = f"Quantile regression of {n} points did not settle on a line ({type(error).__name__})."
            return Refusal(subject, n, RefusalCause.NOT_CONVERGED, reason)
        values, errors, pseudo_r_squared = np.asarray(line.params), np.asarray(line.bse), float(line.prsquared)
    t = float(stats.t.ppf(0.975, n - 2))
    best = round(QUANTILE_OF_ERROR * n)
    return finite_or_refusal(
        Fit(
            subject=subject,
            n=n,
            coefficients=tuple(
                Coefficient(
                    name=name,
                    value=float(value),
                    standard_error=finite_or_none(error),
                    low=finite_or_none(value - t * error),
                    high=finite_or_none(value + t * error),
                )
                for name, value, error in zip(("intercept", "slope"), values, errors, strict=True)
            ),
            r_squared=finite_or_none(pseudo_r_squared),
            lowest_computing_flop=float(10 ** x.min()),
            highest_computing_flop=float(10 ** x.max()),
            note=f"Only about {best} of {n} points lie beyond the line." if best < FEW_BEST_POINTS else None,
        )
    )
