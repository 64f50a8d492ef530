"""The records of a paper as cards: what the template needs of each, in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from db.desk import DeskFact, FactReview, PaperRecords
from db.facts import split_fact_key
from db.fields import Kind
from db.reviews import Decision
from extractors.lexicon.catalogue import Catalogue
from extractors.records import Status
from portal.desk.accelerator_rows import Proposal, proposal, source_of
from portal.desk.card_fields import DECIDED, FieldView, fields_of, in_force
from portal.desk.live_burden import BurdenWords, burden_in_words
from portal.desk.titles import shortened
from portal.desk.value_words import KIND_NAMES, in_words
from portal.pages import moment

OPEN, ACCEPTED, REJECTED = "open", "accepted", "rejected"

_LONGEST_TITLE = 120
_LONGEST_REASON = 1000
"""As a form takes it; programs may store more, which the history shows."""


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


def is_on_shown_pdf(fact: DeskFact, paper: PaperRecords) -> bool:
    """Whether its page is one of the PDF in force, and not of an earlier one that it was added to."""
    return fact.document_sha256 == paper.document_sha256


def proposals_of(paper: PaperRecords, catalogue: Catalogue) -> dict[str, Proposal]:
    """By name, of all hardware of the paper's runs that the catalogue lacks."""
    names = {str(name) for fact in paper.facts if (name := fact.values.get("accelerator"))}
    found = {name: proposal(name, source_of(paper.paper_key), catalogue) for name in names}
    return {name: proposed for name, proposed in found.items() if proposed}


def card_of(
    fact: DeskFact, paper: PaperRecords, catalogue: Catalogue, proposals: Mapping[str, Proposal], colour: int
) -> Card:
    kind = Kind(fact.kind)
    digest = split_fact_key(fact.fact_key)[1]
    of_record = in_force(fact, None)
    fields = fields_of(fact)
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


def _decided(review: FactReview | None) -> str:
    if review is None:
        return ""
    return f"{DECIDED[Decision(review.decision)]} by {review.reviewer} on {moment(review.reviewed_at)}"


def _joined(joins: Iterable[Mapping[str, Any]]) -> list[str]:
    """ "Transformer (big)", or "Transformer (big) on wmt14-en-de" where only that benchmark is meant."""
    return [f"{join['model']} on {join['benchmark']}" if join["benchmark"] else str(join["model"]) for join in joins]
