"""A night told to people and programs: on a terminal, as markdown (which Prefect shows), as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from db.ingest_runs import IngestRun
from db.nights import DriftFinding, NightReport
from flows.drift import MEASURES
from flows.terminal import print_table, printable

Rows = list[tuple[object, ...]]

_COUNTS = {
    "papers_seen": "papers seen",
    "papers_relevant": "relevant",
    "papers_new": "new",
    "papers_unchanged": "read before",
    "papers_parsed": "read",
    "papers_failed": "failed",
    "runs_found": "training runs found",
    "burden_estimated": "burden estimated",
}
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()#+!|<>~"})
_FAILURES_SHOWN = 20


def night_json(report: NightReport) -> dict[str, Any]:
    """All of a report, as JSON has it; moments as text."""
    drift = [asdict(finding) | {"outside": finding.is_outside} for finding in report.drift]
    return asdict(report) | {
        "started": report.started.isoformat(),
        "finished": report.finished and report.finished.isoformat(),
        "drift": drift,
    }


def ingest_run_json(run: IngestRun) -> dict[str, Any]:
    return asdict(run) | {
        "started": run.started.isoformat(),
        "finished": run.finished and run.finished.isoformat(),
        "found_dead": run.found_dead and run.found_dead.isoformat(),
        "window": run.window and [day.isoformat() for day in run.window],
    }


def night_markdown(report: NightReport) -> str:
    """The report as markdown; nothing in it that a paper wrote is taken for markup."""
    parts = [f"# Night {report.night}: {report.status}", _plain(_when(report))]
    parts += [f"**{_plain(warning)}**" for warning in report.warnings]
    for title, columns, rows in _sections(report):
        parts += [f"## {title}", _markdown_table(columns, rows)]
    return "\n\n".join(parts) + "\n"


def print_night(report: NightReport) -> None:
    print(printable(f"night {report.night}: {report.status}; {_when(report)}"))
    for warning in report.warnings:
        print(printable(f"warning: {warning}"))
    for title, columns, rows in _sections(report):
        print(f"\n{title}")
        print_table(columns, rows)


def print_ingest_run(run: IngestRun) -> None:
    took = f"{_moment(run.started)} to {_moment(run.finished)}"
    noticed = f", found dead {_moment(run.found_dead)}" if run.found_dead else ""
    print(printable(f"ingestion {run.number}: {run.status}; {took}{noticed}"))
    if run.window:
        print(f"covers {run.window[0]} to {run.window[1]} of arXiv")
    for name, value in sorted(run.settings.items()):
        print(printable(f"asked for {name}: {value}"))
    print_table(("", ""), _counts(run.counts))


def print_runs(nights: Sequence[NightReport], ingest_runs: Sequence[IngestRun], limit: int) -> None:
    """Nights, and runs of the ingestion that are of none of them, the latest first."""
    lines = [
        (
            each.started,
            f"night-{each.night}",
            str(each.status),
            _minutes(each.started, each.finished),
            each.counts,
            _counted(len(each.new_hardware), "new name of hardware", "new names of hardware"),
            _counted(len(each.warnings), "warning", "warnings"),
        )
        for each in nights
    ]
    lines += [
        (each.started, f"ingest-{each.number}", each.status, _minutes(each.started, each.finished), each.counts, "", "")
        for each in ingest_runs
    ]
    if not lines:
        print("no run yet: `burden schedule --once` runs a night, `burden ingest` reads papers")
        return
    lines.sort(key=lambda line: line[0], reverse=True)
    rows = [
        (name, _moment(at), status, minutes, counts.get("papers_parsed"), counts.get("papers_failed"), told)
        for at, name, status, minutes, counts, *notes in lines[:limit]
        for told in [", ".join(filter(None, notes))]
    ]
    print_table(("run", "started, UTC", "status", "minutes", "read", "failed", ""), rows)


def _sections(report: NightReport) -> Iterable[tuple[str, tuple[str, ...], Rows]]:
    """Title, heads and rows of what there is to tell."""
    steps: Rows = [(step.name, step.state, step.attempts, step.seconds, step.message) for step in report.steps]
    yield "Steps", ("step", "state", "attempts", "seconds", ""), steps
    if report.counts:
        yield "Papers", ("", ""), _counts(report.counts)
    if report.drift:
        columns = ("measure", "tonight", "usual", "usual range", "nights", "")
        yield "Drift", columns, [_drift_row(finding) for finding in report.drift]
    if report.new_hardware:
        rows: Rows = [(each.name, each.paper_count, each.paper) for each in report.new_hardware]
        yield "New names of hardware that the catalogue lacks", ("name", "papers", "one of them"), rows
    if report.failures:
        yield "Failures, the first of them", ("paper", "cause", "message"), list(report.failures[:_FAILURES_SHOWN])


def _counts(counts: Mapping[str, Any]) -> Rows:
    rows: Rows = [(words, counts[name]) for name, words in _COUNTS.items() if name in counts]
    return rows + [(f"failed: {cause}", count) for cause, count in counts.get("failed_by_cause", {}).items()]


def _drift_row(finding: DriftFinding) -> tuple[object, ...]:
    known = finding.low is not None and finding.high is not None
    span = f"{finding.low:.3f} to {finding.high:.3f}" if known else None
    verdict = "outside" if finding.is_outside else "as usual" if known else "too few nights to tell"
    return MEASURES[finding.measure], finding.value, finding.usual, span, finding.nights, verdict


def _when(report: NightReport) -> str:
    return f"{_moment(report.started)} to {_moment(report.finished)} UTC, {report.holder}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "no end"


def _minutes(started: datetime, finished: datetime | None) -> float | None:
    return round((finished - started).total_seconds() / 60, 1) if finished else None


def _counted(count: int, one: str, several: str) -> str:
    """0 -> ""        1 -> "1 warning"        2 -> "2 warnings" """
    return f"{count} {one if count == 1 else several}" if count else ""


def _markdown_table(columns: Sequence[str], rows: Rows) -> str:
    lines = [columns, ["---"] * len(columns), *([_markdown_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _markdown_cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else _plain(str(value))


def _plain(text: str) -> str:
    return printable(text).translate(_MARKDOWN)
