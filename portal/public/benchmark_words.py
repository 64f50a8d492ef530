"""Lines and projections of a benchmark's page, in words and figures for its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.points import OWN_SOURCE
from analysis.projections import Log10Amount, Projection, Reach
from analysis.records import Estimator, Fit, Form, Refusal
from analysis.wording import UNKNOWN, decimal, interval, number, plain, power_of_ten, source_name
from portal.charts.laws import Aim
from portal.charts.performance import Performance, line_in_words
from portal.charts.scatter_layers import has_intervals


@dataclass(frozen=True, slots=True)
class LineRow:
    """A source's line, or in ``refusal`` why there is none."""

    source: str
    n: int
    equation: str = ""
    """ "log10(1/err) = −1.4020 + 0.1000 log10(C)" """
    slope: str = ""
    """With the ends of its 95 % interval."""
    r_squared: str = ""
    words: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class AimRow:
    """What one target takes by one line."""

    target: str
    source: str
    flop: str
    usd: str
    pounds_co2: str
    beyond: str
    """How far it lies beyond all points."""


def caption(performance: Performance) -> list[str]:
    """Sentences beneath the chart: how many points it has, and what is drawn beside them."""
    shown, chosen = len(performance.points), performance.chosen
    if performance.is_cut:
        told = [
            f"{shown:,} of {chosen:,} models are shown. More are asked for than the {performance.read:,} that a chart "
            "takes: those with a burden come first, the others are drawn evenly from all."
        ]
    else:
        told = [f"{shown:,} of {chosen:,} models {'has' if shown == 1 else 'have'} what the axis shows."]
    if performance.curves:
        told.append("Lines: least squares of each source by itself, with the 95 % band of the mean.")
    if has_intervals(performance.points, performance.options.x) and (performance.points["source"] == OWN_SOURCE).any():
        told.append("Bars: the interval of a burden.")
    if performance.drawn_aims:
        told.append("Dashed, an extrapolation; diamonds where it meets a target, bars the 95 % interval (Fieller).")
    return told


def unit_of(metric: str) -> str:
    """What results are counted in: "top1_accuracy", "wer" -> "%"        "bleu" -> "points" """
    return "points" if metric == "bleu" else "%"


def line_rows(fits: Sequence[Fit | Refusal]) -> list[LineRow]:
    return [_line_row(outcome) for outcome in fits]


def aim_rows(performance: Performance) -> list[AimRow]:
    return [_aim_row(aim) for aim in performance.aims]


def _line_row(outcome: Fit | Refusal) -> LineRow:
    source = source_name(outcome.subject.source)
    if isinstance(outcome, Refusal):
        return LineRow(source, outcome.n, refusal=outcome.reason)
    slope = outcome.coefficient("slope")
    return LineRow(
        source=source,
        n=outcome.n,
        equation=_equation(outcome),
        slope=f"{decimal(slope.value)} ({interval(slope.low, slope.high)})",
        r_squared=decimal(outcome.r_squared, 2),
        words=line_in_words(outcome) or _in_words(outcome),
    )


def _equation(fit: Fit) -> str:
    """In the study's words: err is the error rate as a fraction, C the computing in FLOP."""
    left = "log10(1/err)" if fit.subject.form is Form.POLYNOMIAL else "1/err"
    right = "(year − 2012)" if fit.subject.estimator is Estimator.TIME_TREND else "log10(C)"
    sign = "−" if fit.slope < 0 else "+"
    return f"{left} = {decimal(fit.intercept)} {sign} {decimal(abs(fit.slope))} {right}"


def _in_words(fit: Fit) -> str:
    """What lines that no factor of computing belongs to say."""
    if fit.subject.estimator is Estimator.TIME_TREND:
        if fit.slope <= 0:
            return "The error does not fall over the years."
        if fit.subject.form is Form.POLYNOMIAL:
            return f"The error falls by {number(100 * (1 - 10**-fit.slope), 2)} % a year."
        return f"1/err grows by {number(fit.slope, 2)} a year."
    if fit.slope <= 0:
        return "The error does not fall with more computing in these data."
    return f"1/err grows by {number(fit.slope, 2)} with each ten times the computing."


def _aim_row(aim: Aim) -> AimRow:
    projection, target = aim.projection, aim.target
    return AimRow(
        target=f"{number(100 * target.error)} % ({plain(target.label, 30)})",
        source=source_name(projection.subject.source),
        flop=_amount(projection.log10_flop, projection),
        usd=_amount(projection.log10_usd, projection),
        pounds_co2=_amount(projection.log10_pounds_co2, projection),
        beyond=_beyond(projection),
    )


def _amount(amount: Log10Amount | None, projection: Projection) -> str:
    """ "10²⁸·¹ (10²⁴·⁵ to 10⁵⁰·⁸)"        without an interval "10²⁸·¹, no bounds"        unknown "–" """
    if amount is None:
        return UNKNOWN if projection.log10_flop else "no computing would do"
    if amount.low is None or amount.high is None:
        return f"{power_of_ten(amount.value)}, no bounds"
    return f"{power_of_ten(amount.value)} ({power_of_ten(amount.low)} to {power_of_ten(amount.high)})"


def _beyond(projection: Projection) -> str:
    if projection.reach is Reach.BEYOND and projection.tenfolds_beyond is not None:
        return f"{number(projection.tenfolds_beyond, 2)} tenfolds beyond"
    return "" if projection.reach is Reach.UNKNOWN else projection.reach.value
