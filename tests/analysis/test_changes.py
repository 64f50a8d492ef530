"""Why a slope moved: each kind of change by itself, and all of them together."""

from __future__ import annotations

from typing import Any

import pytest
from analysis_points import point

from analysis.changes import slope_causes
from analysis.points import points_table
from db.fits import Cause, PointChange


def _model(number: int, **changes: Any) -> dict[str, Any]:
    """Points on the line log10(1/err) = -1 + 0.1 log10(C)."""
    computing = 10.0 ** (14 + number)
    row = {"model": f"M{number}", "value": 100 * (1 - 10 ** (1 - 0.1 * (14 + number)))}
    return point(**({"hardware_burden_flop": computing} | row | changes))


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None, cause: Cause) -> PointChange:
    return PointChange((after or before or {})["point_key"], before, after, cause)


def test_each_kind_of_change_is_told_by_itself_and_the_steps_add_up() -> None:
    on_line = [_model(number) for number in range(6)]
    wrong = on_line[5] | {"hardware_burden_flop": 1e22}
    new = _model(7, hardware_burden_flop=1e18)
    now = points_table([*on_line, new])
    steps = slope_causes(now, [_change(None, new, Cause.NEW_PAPER), _change(wrong, on_line[5], Cause.REVIEW)])
    assert {(step.subject.source, step.subject.benchmark) for step in steps} == {("db", "imagenet")}
    assert [(step.cause, step.points) for step in steps] == [("review", 1), ("new paper", 1)]
    review, arrival = steps
    assert review.slope_before is not None and review.slope_before < 0.09
    assert review.slope_after == pytest.approx(0.1) == arrival.slope_before
    assert arrival.slope_after is not None and arrival.slope_after > 0.1


def test_a_point_that_went_is_there_before_and_not_after() -> None:
    kept, went = [_model(number) for number in range(5)], _model(6, hardware_burden_flop=1e14)
    steps = slope_causes(points_table(kept), [_change(went, None, Cause.GONE)])
    assert [step.cause for step in steps] == ["gone"]
    assert steps[0].slope_after == pytest.approx(0.1)
    assert steps[0].slope_before is not None and steps[0].slope_before != pytest.approx(0.1)


def test_too_few_points_before_have_no_slope() -> None:
    models = [_model(number) for number in range(5)]
    steps = slope_causes(points_table(models), [_change(None, models[0], Cause.NEW_PAPER)])
    assert (steps[0].slope_before, steps[0].slope_after) == (None, pytest.approx(0.1))


def test_benchmarks_without_a_change_are_not_told() -> None:
    models = [_model(number) for number in range(5)]
    other = [_model(number, benchmark="cifar10") for number in range(5)]
    told = slope_causes(points_table([*models, *other]), [_change(None, other[0], Cause.NEW_PAPER)])
    assert [step.subject.benchmark for step in told] == ["cifar10"]
