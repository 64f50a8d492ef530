"""What a contribution would change: each field as it is in force and as it is proposed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.desk import DeskFact, PaperRecords
from db.fields import FIELDS, Kind, letters_of
from db.submission_reading import Item
from db.submissions import What
from extractors.lexicon.catalogue import Catalogue
from extractors.records import Stage
from portal.contribute.proposals import is_public, public_fact
from portal.desk.live_burden import BurdenWords, burden_in_words
from portal.desk.typed_values import DURATION_ENDS
from portal.desk.value_words import KIND_NAMES, LABELS, NOT_SAID, in_words

_DESCRIBED_BY: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRAINING_RUN: ("model", "stage", "accelerator", "accelerator_count"),
    Kind.TRAINING_COMPUTE: ("model", "flop"),
    Kind.RESULT: ("benchmark", "metric", "model"),
    Kind.MODEL_PROPERTY: ("property", "model"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field: what was in force when it was submitted, what is now, what is proposed."""

    label: str
    then: str
    """Empty where it is what is in force now."""
    now: str
    proposed: str
    changes: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A proposed record beside the one in force that it is about, if any."""

    item: Item
    title: str
    fact: DeskFact | None
    """Of a correction, the record that it names; of an addition, the one that says most nearly the same."""
    lines: tuple[Line, ...]
    is_gone: bool
    """The record that it is about is not in force any more."""

    @property
    def fact_title(self) -> str:
        return "" if self.fact is None else described(Kind(self.fact.kind), self.fact.values)

    @property
    def is_known(self) -> bool:
        """An addition that changes nothing: a record in force says all of it."""
        return self.item.what is What.ADD and self.fact is not None and not any(line.changes for line in self.lines)


def differences(items: Iterable[Item], paper: PaperRecords | None) -> list[Difference]:
    return [_difference(item, paper) for item in items]


def _difference(item: Item, paper: PaperRecords | None) -> Difference:
    if item.what is What.ADD:
        fact = closest(item.kind, item.proposed, paper.facts if paper else ())
    else:
        fact = public_fact(paper, item.fact_digest)
    now: Mapping[str, Any] = fact.values if fact else {}
    values = item.seen or {} if item.what is not What.ADD else item.proposed
    return Difference(
        item=item,
        title=described(item.kind, values),
        fact=fact,
        lines=tuple(_lines(item, now, fact is not None)),
        is_gone=item.what is not What.ADD and fact is None,
    )


def _lines(item: Item, now: Mapping[str, Any], in_force: bool) -> Iterable[Line]:
    """Of a correction its changed fields, of a rejection all that the record says, of an addition what it says."""
    names = item.proposed if item.what is not What.REJECT else (item.seen or {})
    ends_go_along = all(_has_one_time(values) for values in (item.proposed, now))
    for name in FIELDS[item.kind]:
        if name not in names or (name in DURATION_ENDS and ends_go_along):
            continue
        current = in_words(name, now.get(name)) if in_force else ""
        then = in_words(name, item.seen.get(name)) if item.seen is not None else current
        proposed = in_words(name, item.proposed.get(name)) if item.what is not What.REJECT else ""
        if item.what is What.REJECT and then == NOT_SAID:
            continue
        differs = item.what is What.REJECT or (in_force and current != proposed)
        yield Line(LABELS[name], then if then != current else "", current, proposed, differs)


def _has_one_time(values: Mapping[str, Any]) -> bool:
    """Its training time is no range: both ends, where they are told, are the time itself."""
    return {values.get(name) for name in DURATION_ENDS} <= {None, values.get("duration_hours")}


def proposed_burden(one: Difference, paper: PaperRecords | None, catalogue: Catalogue) -> BurdenWords | None:
    """The hardware burden that a run would have; None of what is no run, or is decided, or is to be taken out."""
    if one.item.kind is not Kind.TRAINING_RUN or one.item.what is What.REJECT or one.item.decision is not None:
        return None
    known = one.fact.values if one.fact is not None and one.item.what is What.CORRECT else {}
    return burden_in_words({**known, **one.item.proposed}, paper.published if paper else None, catalogue)


def closest(kind: Kind, proposed: Mapping[str, Any], facts: Iterable[DeskFact]) -> DeskFact | None:
    """The record in force that is about the same thing as a proposed one; of several, the one alike in most fields.

    A result of the same model, benchmark and metric -> that one, whatever its value
    A run of the same model, or where one names no model, on as many of the same accelerator -> that one
    A run of another model, or of another stage -> None
    """
    alike = [
        fact
        for fact in facts
        if Kind(fact.kind) is kind and is_public(fact) and _same_thing(kind, proposed, fact.values)
    ]
    return max(alike, key=lambda fact: _equal_fields(kind, proposed, fact.values), default=None)


def _same_thing(kind: Kind, proposed: Mapping[str, Any], known: Mapping[str, Any]) -> bool:
    def same(name: str) -> bool:
        return proposed.get(name) is not None and proposed.get(name) == known.get(name)

    models = letters_of(proposed.get("model")), letters_of(known.get("model"))
    same_model = models[0] == models[1] != ""
    match kind:
        case Kind.TRAINING_RUN:
            stages = {proposed.get("stage"), known.get("stage")} - {None, Stage.UNSPECIFIED}
            return len(stages) < 2 and (
                same_model or ("" in models and same("accelerator") and same("accelerator_count"))
            )
        case Kind.TRAINING_COMPUTE:
            return same_model or same("flop")
        case Kind.RESULT:
            return same_model and same("benchmark") and same("metric")
        case Kind.MODEL_PROPERTY:
            return same_model and same("property")


def _equal_fields(kind: Kind, proposed: Mapping[str, Any], known: Mapping[str, Any]) -> int:
    return sum(proposed.get(name) == known.get(name) for name in FIELDS[kind])


def described(kind: Kind, values: Mapping[str, Any]) -> str:
    """ "Result: imagenet, top1 accuracy, ResNet-50"        a run of nothing known -> "Training run" """
    said = [
        in_words(name, values[name]) for name in _DESCRIBED_BY[kind] if values.get(name) not in (None, "unspecified")
    ]
    named = ", ".join(words.replace("_", " ") for words in said)
    kind_name = KIND_NAMES[kind].capitalize()
    return f"{kind_name}: {named}" if named else kind_name
