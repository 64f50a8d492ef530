"""The values of a form as they stand: how each is read, and the hardware burden that they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from db.fields import FIELDS, Kind
from extractors.lexicon.catalogue import Catalogue
from extractors.records import Box, CountUnit, Evidence, Stage, TrainingRun
from models.burden import estimate_burden
from portal.desk.accelerator_rows import Proposal, proposal
from portal.desk.typed_values import TypedError, Value, read_typed
from portal.desk.value_words import in_words
from portal.pages import flop

_NOWHERE = Evidence(page=1, box=Box(0, 0, 0, 0), quote="", start=0, end=0)


@dataclass(frozen=True, slots=True)
class BurdenWords:
    """A burden for the eye: figure, interval and method, or the reason why there is none."""

    flop: str = ""
    interval: str = ""
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A form as it is read. Fields that are not in ``errors`` have their value in ``values``."""

    values: Mapping[str, Value]
    shown: Mapping[str, str]
    """Each value in words, to be set beside what was typed."""
    notes: Mapping[str, str]
    errors: Mapping[str, str]
    burden: BurdenWords | None = None
    """Of a training run all of whose fields can be read."""
    proposal: Proposal | None = None
    """Of an accelerator that is not in the catalogue."""


def read_form(
    kind: Kind, typed: Mapping[str, str], published: date | None, catalogue: Catalogue, source: str = ""
) -> Reading:
    """All fields of a record's form as they stand.

    A run with "8", "P100" and "3.5 d" -> 84 h, NVIDIA Tesla P100, and 2.6 × 10¹⁹ FLOP
    with "many" in place of "8" -> an error beside the count, and no burden
    """
    reading = read_values(kind, typed, catalogue)
    values, errors = reading.values, reading.errors
    burden = burden_in_words(values, published, catalogue) if kind is Kind.TRAINING_RUN and not errors else None
    proposed = proposal(values.get("accelerator"), source or "the paper", catalogue)
    return replace(reading, burden=burden, proposal=proposed)


def read_values(kind: Kind, typed: Mapping[str, str], catalogue: Catalogue) -> Reading:
    """As ``read_form``, without the burden and without a proposal for unknown hardware."""
    values: dict[str, Value] = dict.fromkeys(FIELDS[kind])
    shown, notes, errors = {}, {}, {}
    typed_along: dict[str, Value] = {}
    for name in FIELDS[kind]:
        try:
            reading = read_typed(name, typed.get(name, ""), catalogue)
        except TypedError as refused:
            errors[name] = str(refused)
            continue
        values[name] = reading.value
        shown[name] = in_words(name, reading.value)
        if reading.note:
            notes[name] = reading.note
        typed_along.update(reading.others)
    values.update({name: value for name, value in typed_along.items() if values[name] is None and name not in errors})
    return Reading(values, shown, notes, errors)


def burden_in_words(values: Mapping[str, Any], published: date | None, catalogue: Catalogue) -> BurdenWords:
    """The burden of a run with these values, by the estimator that writes it into the database."""
    estimate = estimate_burden(run_of_values(values), published, catalogue)
    if estimate.hardware_burden_flop is None:
        return BurdenWords(reason=estimate.reason or "no reason is known")
    low, high = estimate.hardware_burden_low, estimate.hardware_burden_high
    interval = "" if low is None or high is None or low == high else f"{flop(low)} to {flop(high)}"
    return BurdenWords(flop(estimate.hardware_burden_flop), interval, estimate.method or "")


def run_of_values(values: Mapping[str, Any]) -> TrainingRun:
    """A training run with the values of a record, without the place where it stands."""
    return TrainingRun(
        evidence=_NOWHERE,
        accelerator=values.get("accelerator"),
        accelerator_count=values.get("accelerator_count"),
        count_unit=CountUnit(values["count_unit"]) if values.get("count_unit") else None,
        duration_hours=values.get("duration_hours"),
        duration_hours_low=values.get("duration_hours_low"),
        duration_hours_high=values.get("duration_hours_high"),
        device_hours=values.get("device_hours"),
        model=values.get("model"),
        stage=Stage(values.get("stage") or Stage.UNSPECIFIED),
        mixed_precision=bool(values.get("mixed_precision")),
    )
