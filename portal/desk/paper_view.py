"""The records of a paper in the order in which they are settled, under their headings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.desk import PaperRecords
from db.facts import split_fact_key
from db.fields import Kind
from extractors.lexicon.catalogue import Catalogue
from portal.desk.cards import OPEN, REJECTED, Card, card_of, proposals_of

RUNS_NEAR = 5
"""On either side of a run; static/desk/records.js has the same number."""

MOST_UNFOLDED = 100
"""Cards of a group that are shown without being asked for."""

MOST_FORMS = 40
"""Cards that come with their form: a browser takes seconds for hundreds of forms. The others get it when asked for."""


@dataclass(frozen=True, slots=True)
class Group:
    """Cards under one heading."""

    name: str
    heading: str
    cards: tuple[Card, ...]
    folded: bool = False
    explanation: str = ""
    opened: bool = False
    """Folded, and one of its cards was asked for."""


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
    with_form: frozenset[str] = frozenset()
    """Digests of the cards on which something can be decided as they stand; the others ask for their form first."""

    def runs_near(self, digest: str) -> list[tuple[str, str]]:
        """The runs that this one may be joined with: those next to it, as a paper may have hundreds."""
        place = next((place for place, (run, _) in enumerate(self.runs) if run == digest), 0)
        near = self.runs[max(0, place - RUNS_NEAR) : place + RUNS_NEAR + 1]
        return [(run, title) for run, title in near if run != digest]


def paper_view(paper: PaperRecords, catalogue: Catalogue, asked: Collection[str] = ()) -> PaperView:
    """All cards of a paper: runs, stated computing, own results, properties; then, folded, what wants no decision.

    The cards that are ``asked`` for, by digest, have their form, however many there are.
    """
    proposals = proposals_of(paper, catalogue)
    cards = [card_of(fact, paper, catalogue, proposals, colour) for colour, fact in enumerate(paper.facts)]
    aside = {card.digest for card in cards if _stands_aside(card)}
    quoted = {
        split_fact_key(fact.fact_key)[1]
        for fact in paper.facts
        if fact.kind == Kind.RESULT and fact.values.get("own") is False
    }

    def of(kind: Kind) -> list[Card]:
        return [card for card in cards if card.kind == kind and card.digest not in aside | quoted]

    groups: tuple[Group, ...] = (
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
    groups = tuple(_opened(group, asked) for group in groups)
    shown = [card for group in groups for card in group.cards]
    models = {str(fact.values["model"]) for fact in paper.facts if fact.values.get("model")}
    return PaperView(
        groups,
        tuple(sorted(models)),
        tuple((card.digest, card.title) for card in shown if card.kind == Kind.TRAINING_RUN and card.state != REJECTED),
        left=sum(card.is_left for card in shown),
        decided=sum(card.state != OPEN for card in shown if card.digest not in quoted | aside),
        cards={card.digest: card for card in shown},
        with_form=frozenset(asked) | _first(groups),
    )


def _group(name: str, heading: str, cards: Sequence[Card]) -> Group:
    """Cards to be decided; folded where there are so many that a browser takes long to lay them out."""
    if len(cards) <= MOST_UNFOLDED:
        return Group(name, heading, tuple(cards))
    return Group(name, heading, tuple(cards), folded=True, explanation="They are many; “accept all” takes them in.")


def _opened(group: Group, asked: Collection[str]) -> Group:
    return replace(group, opened=group.folded and any(card.digest in asked for card in group.cards))


def _first(groups: Sequence[Group]) -> frozenset[str]:
    """The cards with a form of a page that asks for none in particular: all, or the first that are in sight."""
    cards = [card for group in groups for card in group.cards]
    if len(cards) > MOST_FORMS:
        cards = [card for group in groups if not group.folded for card in group.cards][:MOST_FORMS]
    return frozenset(card.digest for card in cards)


def _stands_aside(card: Card) -> bool:
    """A candidate that nobody has touched."""
    return card.candidate and card.state == OPEN and not any(one.decided for one in card.fields)
