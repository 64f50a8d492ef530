"""What `burden analyze` prints."""

from __future__ import annotations

from analysis.headline import halving
from analysis.output import json_bytes, json_contents
from analysis.records import Fit, Refusal, Subject
from analysis.wording import factor, interval, metric_name
from flows.analysis import AnalysisOutcome
from flows.terminal import console, print_table

_COLUMNS = ("benchmark", "metric", "source", "models", "slope", "95 %", "R²", "half the error takes")


def analysis_json(outcome: AnalysisOutcome) -> bytes:
    """All figures of the analysis with the number of the run and the files of the report."""
    written = {"run": outcome.run, "files": [str(path) for path in outcome.files]}
    return json_bytes(json_contents(outcome.analysis) | written)


def print_analysis(outcome: AnalysisOutcome) -> None:
    """The main line of every benchmark, which have none, what changed, and where the report is."""
    laws = outcome.analysis.laws
    main = sorted((fit for fit in laws.fits if fit.subject.is_main), key=_by_benchmark)
    if main:
        _print("log10(1/err) = intercept + slope × log10(hardware burden in FLOP)")
        print_table(_COLUMNS, (_row(fit) for fit in main))
    refused = sorted((each for each in laws.refusals if each.subject.is_main), key=_by_benchmark)
    for refusal in refused:
        _print(f"no line: {', '.join(_names(refusal.subject))}: {refusal.reason}")
    changes = outcome.analysis.changes
    since = f"; {len(changes.points)} points differ from {changes.since}" if changes else ""
    _print(
        f"{len(outcome.analysis.points)} points, {len(laws.fits)} fits, {len(laws.refusals)} refused, "
        f"stored as run {outcome.run}{since}"
    )
    page = next((path for path in outcome.files if path.name == "index.html"), None)
    if page:
        _print(f"report: {page}")


def _print(text: str) -> None:
    console().print(text, markup=False, highlight=False, soft_wrap=True)


def _by_benchmark(each: Fit | Refusal) -> tuple[str, str, str]:
    return each.subject.benchmark, each.subject.metric, each.subject.source


def _names(subject: Subject) -> tuple[str, str, str]:
    """As the options of the command take them."""
    return subject.benchmark, metric_name(subject.metric), subject.source


def _row(fit: Fit) -> tuple[object, ...]:
    slope, half = fit.coefficient("slope"), halving(fit).log10_factor
    takes = f"{factor(half)} the burden" if half is not None else "no computing"
    return (*_names(fit.subject), fit.n, slope.value, interval(slope.low, slope.high), fit.r_squared, takes)
