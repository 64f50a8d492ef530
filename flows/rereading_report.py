"""The report of a re-reading: what came, went and changed, whose reviews lost their fact, and for better or worse.

A plain mapping, as JSON has it: it is stored, and pages are made from it (``flows.rereading_pages``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from annotations.comparison import compare, comparison_record
from annotations.evaluation import Evaluation, evaluate, rounded
from annotations.reading_changes import ReadingChanges
from annotations.standoff import GOLD_JOINS, GOLD_RESULTS, GOLD_RUNS
from db.engine import Engine
from db.exchange import Record
from db.fits import Cause, PointChange, changes_between, stored_run
from db.read_again import PaperReadAgain, before_and_now, papers_read_again
from db.rereading import Rereading, failed_readings, left_to_read, store_report, stored_rereading
from flows.rereading import MOST_NAMED, Reread, gold_papers
from flows.version import READING_VERSION

Report = Mapping[str, Any]
_COORDINATES = ("error_fraction", "hardware_burden_flop", "network_operations_flop")
"""Columns of a point that lines are fitted to; of a point with other ones alone, often only the confidence differs."""


def report_of(engine: Engine, done: Reread) -> Report | None:
    """What has changed so far: as it was kept, where nothing has been read since; None where nothing was read again."""
    rereading = stored_rereading(engine, READING_VERSION)
    if rereading is None:
        return None
    read_again = papers_read_again(engine, READING_VERSION)
    kept = rereading.report
    if kept and not done.tally.papers_seen and kept["papers"]["read_again"] == len(read_again):
        return kept
    return _made(engine, rereading, read_again, done)


def _made(engine: Engine, rereading: Rereading, read_again: Sequence[PaperReadAgain], done: Reread) -> Report:
    """The report as of now, which is kept; the laws are fitted anew for it."""
    made_at = datetime.now(UTC)
    changes = ReadingChanges()
    gold = gold_papers()
    records: tuple[list[Record], list[Record]] = ([], [])
    judged = set()
    for paper in before_and_now(engine, read_again, gold):
        changes.add(paper)
        if paper.paper_key in gold:
            judged.add(paper.paper_key)
            records[0].extend(paper.before.records if paper.before else ())
            records[1].extend(paper.now.records)
    counted = changes.to_dict()
    version = rereading.extractor_version
    left = {sha256 for _, sha256 in left_to_read(engine, version)}
    failed = failed_readings(engine, version)
    unread = [
        *({"paper": each.name, "cause": str(each.fault), "message": each.message} for each in done.faulty),
        *(
            {"paper": each.paper_key, "cause": each.cause, "message": each.message, "in_force": each.in_force}
            for each in failed[:MOST_NAMED]
        ),
    ]
    report = {
        "extractor_version": version,
        "begun_at": rereading.begun_at.isoformat(timespec="seconds"),
        "made_at": made_at.isoformat(timespec="seconds"),
        **counted,
        "papers": counted["papers"] | {"left": len(left), "unread": done.faults.total() + len(failed)},
        "unread": unread[:MOST_NAMED],
        "laws": _laws(engine, rereading),
        "gold": _gold(judged, *records) if judged else None,
    }
    store_report(engine, version, report, made_at)
    return report


def _gold(papers: set[str], before: list[Record], now: list[Record]) -> dict[str, Any]:
    """Both readings of the papers against the project's gold, on the same draws of papers."""
    earlier, later = (
        evaluate(GOLD_RUNS, records, GOLD_RESULTS, GOLD_RESULTS, GOLD_JOINS, papers) for records in (before, now)
    )
    differences = compare(later, earlier)
    return {
        "papers": later.papers,
        "fields": [_field_figures(earlier, later, score.field) for score in later.fields],
        "differences": [
            {"measure": measure} | figures | {"certain": one.certain, "better": one.better}
            for one, (measure, figures) in zip(differences, comparison_record(differences).items(), strict=True)
        ],
    }


def _field_figures(earlier: Evaluation, later: Evaluation, name: str) -> dict[str, Any]:
    """Precision, recall and F1 of a field, by the reading before and now."""
    figures = ("precision", "recall", "f1", "hits", "predicted", "gold")
    sides = {"before": earlier.field(name), "now": later.field(name)}
    return {"field": name} | {
        side: rounded({figure: getattr(score, figure) for figure in figures}) for side, score in sides.items()
    }


def _laws(engine: Engine, rereading: Rereading) -> dict[str, Any] | None:
    """What became of the main slopes, and of their points; None where there was nothing to fit before or is now."""
    if rereading.analysis_run_before is None:
        return None
    from analysis.changes import explained  # which takes seconds to load
    from flows.analysis import AnalysisError, AnalysisRequest, analyze

    try:
        now = analyze(engine, AnalysisRequest())
    except AnalysisError:
        return None
    before = stored_run(engine, rereading.analysis_run_before)
    moved = changes_between(engine, before.run, now.run)
    changes = explained(before, moved, now.analysis.points, now.analysis.laws)
    by_cause = Counter(str(each.cause or "unknown") for each in (*moved.came, *moved.gone, *moved.changed))
    return {
        "run_before": before.run,
        "run_now": now.run,
        "points": {
            "came": len(moved.came),
            "went": len(moved.gone),
            "moved": sum(map(_lies_elsewhere, moved.changed)),
            "changed": len(moved.changed),
        },
        "points_by_cause": dict(sorted(by_cause.items())),
        "slopes": [_named(asdict(each)) for each in changes.slopes],
        "reread_alone": [_named(asdict(each)) for each in changes.causes if each.cause == Cause.RE_READ],
        "main_lines": sum(fit.subject.is_main for fit in now.analysis.laws.fits),
    }


def _lies_elsewhere(point: PointChange) -> bool:
    before, after = point.before or {}, point.after or {}
    return any(before.get(name) != after.get(name) for name in _COORDINATES)


def _named(change: dict[str, Any]) -> dict[str, Any]:
    """The change of a main slope with what it is the slope of."""
    subject = change.pop("subject")
    return {name: subject[name] for name in ("source", "benchmark", "metric")} | change
