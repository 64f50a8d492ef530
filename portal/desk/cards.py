"""The records of a paper as cards: what the template needs of each, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from db.desk import DeskFact, FactReview, PaperRecords
from db.facts import split_fact_key
from db.fields import FIELDS, Kind
from db.reviews import Decision
from extractors.lexicon.catalogue import Catalogue
from extractors.records import Stage, Status
from portal.desk.accelerator_rows import Proposal, proposal, source_of
from portal.desk.live_burden import BurdenWords, burden_in_words
from portal.desk.titles import shortened
from portal.desk.typed_values import CHOICES, DURATION_ENDS, YES_OR_NO
from portal.desk.value_words import KIND_NAMES, LABELS, NOT_SAID, in_words
from portal.pages import moment

RECORD = "record"
"""In forms, in place of a field's name: the record as a whole."""

RUNS_NEAR = 5
"""On either side of a run; static/desk/records.js has the same number."""

MOST_UNFOLDED = 100
"""Cards of a group that are shown without being asked for."""

OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"

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
_LONGEST_TITLE = 120
_LONGEST_REASON = 1000
"""As a form takes it; programs may store more, which the history shows."""
_DECIDED = {
    Decision.ACCEPT: "accepted",
    Decision.REJECT: "rejected",
    Decision.CORRECT: "corrected",
    Decision.WITHDRAW: "taken back",
}


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


@dataclass(frozen=True, slots=True)
class Card:
    """A record with all that stands on its card."""

    digest: str
    kind: Kind
    kind_name: str
    title: str
    state: str
    is_left: bool
    """Counts as still to be decided: "accept all that is left" takes it in."""
    candidate: bool
    stale: bool
    confidence: float | None
    basis: str
    page: int
    other_pdf: str
    """Of the PDF that ``page`` is of, its sha256, where another one is shown; else empty."""
    boxes: str
    """``[[page, x0, y0, x1, y1], …]`` of the PDF shown, as JSON."""
    quote: str
    claim_id: str
    shown_review: str
    decided: str
    reason: str
    fields: tuple[FieldView, ...]
    burden: BurdenWords | None
    proposal: Proposal | None
    """Of a run on an accelerator that the catalogue lacks."""
    joined: tuple[str, ...]
    rules: tuple[str, ...]
    comments: tuple[Any, ...]
    colour: int


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one heading."""

    name: str
    heading: str
    cards: tuple[Card, ...]
    folded: bool = False
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class PaperView:
    """The records of a paper in the order in which they are settled, and names for completion."""

    groups: tuple[Group, ...]
    model_names: tuple[str, ...]
    runs: tuple[tuple[str, str], ...]
    """``(digest, title)`` of the runs that another may be joined with."""
    left: int
    decided: int
    cards: Mapping[str, Card] = field(default_factory=dict)

    def runs_near(self, digest: str) -> list[tuple[str, str]]:
        """The runs that this one may be joined with: those next to it, as a paper may have hundreds."""
        place = next((place for place, (run, _) in enumerate(self.runs) if run == digest), 0)
        near = self.runs[max(0, place - RUNS_NEAR) : place + RUNS_NEAR + 1]
        return [(run, title) for run, title in near if run != digest]


def paper_view(paper: PaperRecords, catalogue: Catalogue) -> PaperView:
    """All cards of a paper: runs, stated computing, own results, properties; then, folded, what wants no decision."""
    proposals = _proposals(paper, catalogue)
    cards = [_card(fact, paper, catalogue, proposals, colour) for colour, fact in enumerate(paper.facts)]
    aside = {card.digest for card in cards if _stands_aside(card)}
    quoted = {
        split_fact_key(fact.fact_key)[1]
        for fact in paper.facts
        if fact.kind == Kind.RESULT and fact.values.get("own") is False
    }

    def of(kind: Kind) -> list[Card]:
        return [card for card in cards if card.kind == kind and card.digest not in aside | quoted]

    groups = (
        _group("training_run", "Training runs", of(Kind.TRAINING_RUN)),
        _group("training_compute", "Stated computing", of(Kind.TRAINING_COMPUTE)),
        _group("result", "Own results", of(Kind.RESULT)),
        _group("model_property", "Properties", of(Kind.MODEL_PROPERTY)),
        Group(
            "quoted",
            "Results quoted from others",
            tuple(card for card in cards if card.digest in quoted - aside),
            folded=True,
            explanation="They count in no point, and “accept all” leaves them alone.",
        ),
        Group(
            "candidate",
            "Candidates",
            tuple(card for card in cards if card.digest in aside),
            folded=True,
            explanation="The machine saw these and does not trust them; they stay out unless you accept them.",
        ),
    )
    shown = [card for group in groups for card in group.cards]
    models = {str(fact.values["model"]) for fact in paper.facts if fact.values.get("model")}
    return PaperView(
        groups,
        tuple(sorted(models)),
        tuple((card.digest, card.title) for card in shown if card.kind == Kind.TRAINING_RUN and card.state != REJECTED),
        left=sum(card.is_left for card in shown),
        decided=sum(card.state != OPEN for card in shown if card.digest not in quoted | aside),
        cards={card.digest: card for card in shown},
    )


def _group(name: str, heading: str, cards: Sequence[Card]) -> Group:
    """Cards to be decided; folded where there are so many that a browser takes long to lay them out."""
    if len(cards) <= MOST_UNFOLDED:
        return Group(name, heading, tuple(cards))
    return Group(name, heading, tuple(cards), folded=True, explanation="They are many; “accept all” takes them in.")


def _stands_aside(card: Card) -> bool:
    """A candidate that nobody has touched."""
    return card.candidate and card.state == OPEN and not any(one.decided for one in card.fields)


def is_on_shown_pdf(fact: DeskFact, paper: PaperRecords) -> bool:
    """Whether its page is one of the PDF in force, and not of an earlier one that it was added to."""
    return fact.document_sha256 == paper.document_sha256


def in_force(fact: DeskFact, name: str | None) -> FactReview | None:
    """The review in force of a field, or of the record (None)."""
    return next((review for review in fact.reviews if review.in_force and (review.field or None) == name), None)


def _proposals(paper: PaperRecords, catalogue: Catalogue) -> dict[str, Proposal]:
    """By name, of all hardware of the paper's runs that the catalogue lacks."""
    names = {str(name) for fact in paper.facts if (name := fact.values.get("accelerator"))}
    found = {name: proposal(name, source_of(paper.paper_key), catalogue) for name in names}
    return {name: proposed for name, proposed in found.items() if proposed}


def _card(
    fact: DeskFact, paper: PaperRecords, catalogue: Catalogue, proposals: Mapping[str, Proposal], colour: int
) -> Card:
    kind = Kind(fact.kind)
    digest = split_fact_key(fact.fact_key)[1]
    of_record = in_force(fact, None)
    fields = tuple(_field(fact, kind, name) for name in _ordered(kind))
    state = REJECTED if fact.rejected else ACCEPTED if of_record else OPEN
    candidate = fact.status == Status.CANDIDATE and not of_record
    touched = any(one.decided for one in fields)
    quoted = kind is Kind.RESULT and fact.values.get("own") is False
    return Card(
        digest=digest,
        kind=kind,
        kind_name=KIND_NAMES[kind],
        title=_title(kind, fact.values),
        state=state,
        is_left=state == OPEN and not quoted and (touched or not candidate),
        candidate=candidate,
        stale=any(review.in_force and review.stale for review in fact.reviews),
        confidence=fact.confidence,
        basis=fact.basis,
        page=fact.page,
        other_pdf="" if is_on_shown_pdf(fact, paper) else fact.document_sha256,
        boxes=json.dumps([[page, *box.as_list()] for page, box in fact.boxes if is_on_shown_pdf(fact, paper)]),
        quote=fact.quote,
        claim_id=fact.claim_id,
        shown_review=fact.latest.get("", "") or "",
        decided=_decided(of_record),
        reason=shortened(of_record.reason, _LONGEST_REASON) if of_record else "",
        fields=fields,
        burden=burden_in_words(fact.values, paper.published, catalogue) if kind is Kind.TRAINING_RUN else None,
        proposal=proposals.get(str(fact.values.get("accelerator"))),
        joined=tuple(_joined(fact.joined_models)),
        rules=tuple(fact.rules),
        comments=tuple(comment for comment in paper.comments if comment.fact_digest == digest),
        colour=colour % 6,
    )


def _title(kind: Kind, values: Mapping[str, Any]) -> str:
    model = shortened(str(values.get("model") or ""), _LONGEST_TITLE)
    if kind is Kind.MODEL_PROPERTY:
        name = str(values.get("property") or "property").replace("_", " ")
        return f"{name} of {model}" if model else name
    if model:
        return model
    if kind is not Kind.TRAINING_RUN:
        return f"{KIND_NAMES[kind]}, model not named".capitalize()
    count, hours = values.get("accelerator_count"), values.get("duration_hours") or values.get("device_hours")
    hardware = shortened(str(values.get("accelerator") or "Hardware not named"), _LONGEST_TITLE)
    counted = f"{count} × {hardware}" if count else hardware
    return f"{counted}, {in_words('duration_hours', hours)}" if hours else counted


def _field(fact: DeskFact, kind: Kind, name: str) -> FieldView:
    value, machine = fact.values.get(name), fact.machine_values.get(name)
    review = in_force(fact, name)
    rejected = review is not None and review.decision == Decision.REJECT
    stale = review is not None and review.stale
    return FieldView(
        name=name,
        label=LABELS[name],
        text=in_words(name, value),
        choices=(NOT_SAID, "yes", "no") if name in YES_OR_NO else (NOT_SAID, *CHOICES[name]) if name in CHOICES else (),
        name_list=_NAME_LISTS.get(name, ""),
        folded=name in _RARE[kind] and _goes_without_saying(fact, name) and not stale,
        shown_review=fact.latest.get(name, "") or "",
        decided=f"{'called wrong' if rejected else _DECIDED[review.decision]} by {review.reviewer}" if review else "",
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


def _decided(review: FactReview | None) -> str:
    if review is None:
        return ""
    return f"{_DECIDED[Decision(review.decision)]} by {review.reviewer} on {moment(review.reviewed_at)}"


def _joined(joins: Iterable[Mapping[str, Any]]) -> list[str]:
    """ "Transformer (big)", or "Transformer (big) on wmt14-en-de" where only that benchmark is meant."""
    return [f"{join['model']} on {join['benchmark']}" if join["benchmark"] else str(join["model"]) for join in joins]


def empty_fields(kind: Kind) -> tuple[FieldView, ...]:
    """The fields of a record that is to be added, with nothing in them but what goes without saying."""
    usual = {"own": "yes", "stage": "unspecified", "count_unit": "devices"}
    return tuple(
        FieldView(
            name=name,
            label=LABELS[name],
            text=usual.get(name, ""),
            choices=(NOT_SAID, "yes", "no")
            if name in YES_OR_NO
            else (NOT_SAID, *CHOICES[name])
            if name in CHOICES
            else (),
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
