"""The fields of a record, each with its input and what was decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from db.desk import DeskFact, FactReview
from db.fields import FIELDS, Kind
from db.reviews import Decision
from extractors.records import Stage
from portal.desk.typed_values import CHOICES, DURATION_ENDS, YES_OR_NO
from portal.desk.value_words import LABELS, NOT_SAID, in_words
from portal.pages import moment

RECORD = "record"
"""In forms, in place of a field's name: the record as a whole."""

DECIDED = {
    Decision.ACCEPT: "accepted",
    Decision.REJECT: "rejected",
    Decision.CORRECT: "corrected",
    Decision.WITHDRAW: "taken back",
}

_RARE: Mapping[Kind, frozenset[str]] = {
    Kind.TRAINING_RUN: frozenset(("duration_hours_low", "duration_hours_high", "device_hours", "mixed_precision")),
    Kind.TRAINING_COMPUTE: frozenset(),
    Kind.RESULT: frozenset(("own", "split", "ensemble", "extra_training_data", "crops")),
    Kind.MODEL_PROPERTY: frozenset(("benchmark", "stage")),
}
"""Fields that fold away while they say nothing."""
_SAYS_NOTHING = (None, False, str(Stage.UNSPECIFIED))
_FIRST: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRAINING_RUN: ("model", "stage", "duration_hours", "accelerator", "accelerator_count", "count_unit"),
}
"""The order in which fields are looked at, where it is not that of the database."""
_NAME_LISTS = {"accelerator": "accelerator-names", "model": "model-names"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field of a record: its input, and what was decided about it."""

    name: str
    label: str
    text: str
    choices: tuple[str, ...]
    name_list: str
    """Id of the list of names that complete it; empty for none."""
    folded: bool
    shown_review: str
    """Id of the review in force; empty for none."""
    decided: str
    """ "corrected by ada"; empty where nobody decided."""
    decided_when: str
    machine: str
    """What the machine read, where something else is in force."""
    stale: bool
    rejected: bool
    """Said to be wrong, the right value unknown."""


def fields_of(fact: DeskFact) -> tuple[FieldView, ...]:
    """All fields of the record, in the order in which they are looked at."""
    kind = Kind(fact.kind)
    return tuple(_field(fact, kind, name) for name in _ordered(kind))


def empty_fields(kind: Kind) -> tuple[FieldView, ...]:
    """The fields of a record that is to be added, with nothing in them but what goes without saying."""
    usual = {"own": "yes", "stage": "unspecified", "count_unit": "devices"}
    return tuple(
        FieldView(
            name=name,
            label=LABELS[name],
            text=usual.get(name, ""),
            choices=_choices(name),
            name_list=_NAME_LISTS.get(name, ""),
            folded=name in _RARE[kind],
            shown_review="",
            decided="",
            decided_when="",
            machine="",
            stale=False,
            rejected=False,
        )
        for name in _ordered(kind)
    )


def in_force(fact: DeskFact, name: str | None) -> FactReview | None:
    """The review in force of a field, or of the record (None)."""
    return next((review for review in fact.reviews if review.in_force and (review.field or None) == name), None)


def _field(fact: DeskFact, kind: Kind, name: str) -> FieldView:
    value, machine = fact.values.get(name), fact.machine_values.get(name)
    review = in_force(fact, name)
    rejected = review is not None and review.decision == Decision.REJECT
    stale = review is not None and review.stale
    return FieldView(
        name=name,
        label=LABELS[name],
        text=in_words(name, value),
        choices=_choices(name),
        name_list=_NAME_LISTS.get(name, ""),
        folded=name in _RARE[kind] and _goes_without_saying(fact, name) and not stale,
        shown_review=fact.latest.get(name, "") or "",
        decided=f"{'called wrong' if rejected else DECIDED[review.decision]} by {review.reviewer}" if review else "",
        decided_when=moment(review.reviewed_at) if review else "",
        machine=in_words(name, machine) if review is not None and machine != value else "",
        stale=stale,
        rejected=rejected,
    )


def _goes_without_saying(fact: DeskFact, name: str) -> bool:
    """Nothing, "no", the own result of a paper, or an end of the training time that is the training time itself."""
    value = fact.values.get(name)
    if name in DURATION_ENDS:
        return value is None or value == fact.values.get("duration_hours")
    return value is True if name == "own" else value in _SAYS_NOTHING


def _ordered(kind: Kind) -> tuple[str, ...]:
    first = _FIRST.get(kind, ())
    return (*first, *(name for name in FIELDS[kind] if name not in first))


def _choices(name: str) -> tuple[str, ...]:
    """ "own" -> "-", "yes", "no"        "model" -> none: it is typed"""
    if name in YES_OR_NO:
        return (NOT_SAID, "yes", "no")
    return (NOT_SAID, *CHOICES[name]) if name in CHOICES else ()
