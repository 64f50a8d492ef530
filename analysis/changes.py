"""Why a slope moved from one run of the analysis to the next: how much each kind of change of the points moved it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.laws import fit_points
from analysis.points import points_table
from analysis.records import Computing, Fit, Form, Subject
from db.fits import Cause, PointChange

ORDER_OF_CAUSES = (Cause.GONE, Cause.IMPORT, Cause.RE_ESTIMATED, Cause.RE_READ, Cause.REVIEW, Cause.NEW_PAPER, None)
"""In which changes are put in, one kind after the other; the cause None is not known."""


@dataclass(frozen=True, slots=True)
class SlopeStep:
    """What one kind of change does to a slope, when it is put in after the kinds before it."""

    cause: Cause | None
    points: int
    """Of this benchmark and metric that changed for this cause."""
    slope_before: float | None
    slope_after: float | None
    """None where the points do not carry a line."""


def slope_steps(now: pd.DataFrame, moved: Sequence[PointChange]) -> dict[Subject, tuple[SlopeStep, ...]]:
    """For each benchmark and metric that changed, the slope of log10(1/err) on the hardware burden from step to step.

    The first step begins with the points as they were, the last ends with those of ``now``: the steps add up to the
    whole change, and each depends on the order in which the kinds are put in.
    """
    by_group: dict[tuple[str, str, str], list[PointChange]] = defaultdict(list)
    for each in moved:
        values = each.after or each.before or {}
        by_group[values["source"], values["benchmark"], values["metric"]].append(each)
    steps = {}
    for group, changes in sorted(by_group.items()):
        source, benchmark, metric = group
        subject = Subject(source, benchmark, metric, Form.POLYNOMIAL, Computing.HARDWARE_BURDEN)
        same = (now["source"] == source) & (now["benchmark"] == benchmark) & (now["metric"] == metric)
        steps[subject] = tuple(_steps(subject, now[same], changes))
    return steps


def _steps(subject: Subject, now: pd.DataFrame, changes: Sequence[PointChange]) -> Iterator[SlopeStep]:
    rows: dict[str, Mapping[str, Any]] = {row["point_key"]: row for row in _rows(now)}
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
        yield SlopeStep(cause, len(of_cause), slope, after)
        slope = after


def _rows(points: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for values in points.itertuples(index=False, name=None):
        yield dict(zip(points.columns, values, strict=True))


def _put(rows: dict[str, Mapping[str, Any]], old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> None:
    if old is not None:
        rows.pop(old["point_key"], None)
    if new is not None:
        rows[new["point_key"]] = new


def _slope(subject: Subject, rows: Iterable[Mapping[str, Any]]) -> float | None:
    fit, _ = fit_points(subject, points_table(rows))
    return fit.slope if isinstance(fit, Fit) else None
