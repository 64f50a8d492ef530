"""Runs that say the same are one; a run that says less than another of the same hardware adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extractors.names import PLAIN_NAMES
from extractors.records import Stage, Status, TrainingRun

RECKONED = "table.measured"
"""The signal of a time in a table that reports throughput."""
OF_OTHERS = "others.agent"
"""The signal of a sentence whose subject are others: "Smith et al. trained on 96 GPUs"."""
_MOST_PLACES = 10
"""Further ones at which a run is stated that are kept."""
_ROUNDING = 0.04
"""Between a stated device-time and count times hours."""


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run, with what speaks for it and where in its passage its first own word stands: the order of the telling."""

    run: TrainingRun
    anchor: int
    signals: dict[str, float]


def with_status(found: Sequence[FoundRun], accepted_from: float, surest_from: float) -> list[FoundRun]:
    """The runs of one paper, accepted by their confidence or as candidates; of the surest less is asked.

    What is reckoned from a throughput, and what others did, is never more than a candidate.
    """
    surest = max((each.run.confidence for each in found), default=0.0)
    least = min(accepted_from, max(surest, surest_from))
    return [replace(each, run=replace(each.run, status=_status(each, least))) for each in found]


def _status(found: FoundRun, least: float) -> Status:
    own = found.signals.keys().isdisjoint((RECKONED, OF_OTHERS))
    return Status.ACCEPTED if own and found.run.confidence >= least else Status.CANDIDATE


def merged(found: Sequence[FoundRun]) -> tuple[TrainingRun, ...]:
    """Without runs that say what another says, or less; in the order in which the document tells them."""
    kept: list[FoundRun] = []
    told = _with_device_hours(found)
    for each in sorted(told, key=lambda each: (-_facts(each.run), -each.run.confidence, *_order(each))):
        index = next((place for place, other in enumerate(kept) if _says_no_more(each.run, other.run)), None)
        if index is None:
            kept.append(each)
        elif _states_as_much(each.run, kept[index].run) and len(kept[index].run.also_stated) < _MOST_PLACES:
            told_again = (*kept[index].run.also_stated, each.run.evidence)
            kept[index] = replace(kept[index], run=replace(kept[index].run, also_stated=told_again))
    return tuple(each.run for each in sorted(kept, key=_order))


def _with_device_hours(found: Sequence[FoundRun]) -> list[FoundRun]:
    """A device-time that is the count times the hours of a run of the same hardware is of that run: "26 minutes on 16
    H100 GPUs … 7 H100 GPU hours"."""
    told = list(found)
    joined: set[int] = set()
    for each in sorted(found, key=_order):
        if each.run.device_hours is None or each.run.duration_hours is not None:
            continue
        for index, other in enumerate(told):
            if each.run.status is other.run.status and _is_product(each.run.device_hours, each.run, other.run):
                told[index] = replace(other, run=replace(other.run, device_hours=each.run.device_hours))
                joined.add(id(each))
    return [each for each in told if id(each) not in joined]


def _is_product(device_hours: float, stated: TrainingRun, run: TrainingRun) -> bool:
    if run.device_hours is not None or not run.accelerator_count or not run.duration_hours:
        return False
    if stated.accelerator not in (run.accelerator, *PLAIN_NAMES):
        return False
    if stated.accelerator_count not in (None, run.accelerator_count):
        return False
    return abs(run.accelerator_count * run.duration_hours - device_hours) <= _ROUNDING * device_hours


def _order(each: FoundRun) -> tuple[int, int]:
    return each.run.evidence.start, each.anchor


def _facts(run: TrainingRun) -> int:
    values = (run.accelerator, run.accelerator_count, run.duration_hours, run.device_hours)
    return sum(value is not None for value in values)


def _states_as_much(run: TrainingRun, other: TrainingRun) -> bool:
    """Whether two accepted runs have all their facts in common."""
    accepted = run.status is other.status is Status.ACCEPTED
    return accepted and run.accelerator == other.accelerator and _facts(run) == _facts(other)


def _says_no_more(run: TrainingRun, other: TrainingRun) -> bool:
    """Whether ``run`` adds nothing to ``other``: each of its facts is there, in the same stage if it names one.

    A candidate never stands in for an accepted run.
    """
    if run.status is Status.ACCEPTED and other.status is Status.CANDIDATE:
        return False
    if run.accelerator in PLAIN_NAMES and _facts(run) == 1:
        return other.accelerator is not None
    if run.model and other.model and run.model != other.model and (run.duration_hours or run.device_hours):
        return False
    stages = {run.stage, other.stage} - {Stage.UNSPECIFIED, Stage.TRAINING}
    if len(stages) > 1 and (run.duration_hours or run.device_hours):
        return False
    pairs = (
        (run.accelerator, other.accelerator),
        (run.accelerator_count, other.accelerator_count),
        (run.count_unit if run.accelerator_count else None, other.count_unit),
        (run.duration_hours, other.duration_hours),
        (run.device_hours, other.device_hours),
    )
    return all(mine is None or mine == theirs for mine, theirs in pairs)
