"""Why a slope moved from one run of the analysis to the next: how much each kind of change of the points moved it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.laws import Laws, fit_points
from analysis.points import points_table, rows_of
from analysis.records import Computing, Estimator, Fit, Form, Refusal, Subject, main_subject
from analysis.report import Changes, PointChange, SlopeCause, SlopeChange
from db.fits import Cause, EarlierRun, PointChanges, StoredSlope
from db.fits import PointChange as StoredChange

ORDER_OF_CAUSES = (Cause.GONE, Cause.IMPORT, Cause.RE_ESTIMATED, Cause.RE_READ, Cause.REVIEW, Cause.NEW_PAPER, None)
"""In which changes are put in, one kind after the other; the cause None is not known."""


def explained(earlier: EarlierRun, moved: PointChanges, points: pd.DataFrame, laws: Laws) -> Changes:
    """What differs from an earlier run, in words for a report: every point, every main slope, and what moved it."""
    every = (*moved.came, *moved.gone, *moved.changed)
    return Changes(
        since=f"run {earlier.run} of {earlier.made_at:%Y-%m-%d %H:%M} UTC",
        data_digest_before=earlier.data_digest,
        slopes=tuple(_slope_changes(earlier.fits, laws)),
        points=tuple(_told(each) for each in every),
        causes=slope_causes(points, every),
    )


def _slope_changes(before: Sequence[StoredSlope], laws: Laws) -> Iterator[SlopeChange]:
    """The main lines, polynomial and of least squares on the hardware burden, that were or are fitted and moved."""
    then = {subject: fit for fit in before if (subject := _subject(fit)) and subject.is_main}
    fitted: tuple[Fit | Refusal, ...] = (*laws.fits, *laws.refusals)
    now = {each.subject: each for each in fitted if each.subject.is_main}
    for subject in sorted(then.keys() | now.keys(), key=lambda each: (each.source, each.benchmark, each.metric)):
        old, new = then.get(subject), now.get(subject)
        slope_before = old.slope if old else None
        slope_now = new.slope if isinstance(new, Fit) else None
        if slope_before != slope_now:
            yield SlopeChange(subject, old.n if old else None, new.n if new else None, slope_before, slope_now)


def _subject(stored: StoredSlope) -> Subject:
    form, computing, estimator = Form(stored.form), Computing(stored.computing), Estimator(stored.estimator)
    return Subject(stored.source, stored.benchmark, stored.metric, form, computing, estimator)


def _told(change: StoredChange) -> PointChange:
    values = change.after or change.before or {}
    why = f" ({change.cause})" if change.cause else ""
    return PointChange(change.point_key, f"{_difference(change)}{why}", values["model"], values["title"], values["url"])


def _difference(change: StoredChange) -> str:
    if change.before is None:
        return "came"
    if change.after is None:
        return "went"
    differing = [name for name, value in change.after.items() if change.before[name] != value]
    return "; ".join(f"{name} {_short(change.before[name])} → {_short(change.after[name])}" for name in differing)


def _short(value: str | float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g}" if isinstance(value, float) else value


def slope_causes(now: pd.DataFrame, moved: Sequence[StoredChange]) -> tuple[SlopeCause, ...]:
    """For each benchmark and metric that changed, what each kind of change did to the main slope.

    The first step of a slope begins with the points as they were, the last ends with those of ``now``: the steps add up
    to the whole change, and each depends on the order in which the kinds are put in, ``ORDER_OF_CAUSES``.
    """
    by_group: dict[tuple[str, str, str], list[StoredChange]] = defaultdict(list)
    for each in moved:
        values = each.after or each.before or {}
        by_group[values["source"], values["benchmark"], values["metric"]].append(each)
    steps: list[SlopeCause] = []
    for (source, benchmark, metric), changes in sorted(by_group.items()):
        same = (now["source"] == source) & (now["benchmark"] == benchmark) & (now["metric"] == metric)
        steps.extend(_steps(main_subject(source, benchmark, metric), now[same], changes))
    return tuple(steps)


def _steps(subject: Subject, now: pd.DataFrame, changes: Sequence[StoredChange]) -> Iterator[SlopeCause]:
    rows: dict[str, Mapping[str, Any]] = {row["point_key"]: row for row in rows_of(now)}
    for each in changes:
        _put(rows, each.after, each.before)
    slope = _slope(subject, rows.values())
    for cause in ORDER_OF_CAUSES:
        of_cause = [each for each in changes if each.cause == cause]
        if not of_cause:
            continue
        for each in of_cause:
            _put(rows, each.before, each.after)
        after = _slope(subject, rows.values())
        yield SlopeCause(subject, str(cause or "unknown"), len(of_cause), slope, after)
        slope = after


def _put(rows: dict[str, Mapping[str, Any]], old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
    if old is not None:
        rows.pop(old["point_key"], None)
    if new is not None:
        rows[new["point_key"]] = new


def _slope(subject: Subject, rows: Iterable[Mapping[str, Any]]) -> float | None:
    fit, _ = fit_points(subject, points_table(rows))
    return fit.slope if isinstance(fit, Fit) else None
