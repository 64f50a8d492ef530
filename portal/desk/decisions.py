"""What a form on a card says, as reviews. Pure: the values that were seen come from the database, never from the form.

A card's form sends ``fact`` (its digest), ``claim`` (the machine's reading that was shown), and of each field
``field.NAME`` (the text as it stands), ``was.NAME`` (as it was shown) and ``shown.NAME`` (the review in force then).
``action`` is what was decided:

- ``accept``, ``reject``: the record; ``accept`` takes changed fields along as corrections
- ``save``: the changed fields
- ``not_said:NAME``: the paper does not state this field
- ``wrong:NAME``: its value is wrong, and the right one unknown
- ``undo``, or nothing: ``take_back`` lists what, each ``withdraw|DIGEST|FIELD|REVIEW`` or ``reject|DIGEST||REVIEW``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import ImmutableMultiDict

from db.desk import DeskFact, FactReview, PaperRecords
from db.fields import FIELDS, Kind
from db.reviews import Decision, Review
from extractors.lexicon.catalogue import Catalogue
from portal.desk.card_fields import RECORD, in_force
from portal.desk.typed_values import DURATION_ENDS, TypedError, Value, read_typed
from portal.desk.value_words import in_words

Form = ImmutableMultiDict[str, str]

MOST_CLOCK_DIFFERENCE = timedelta(minutes=10)
_LONGEST_REASON = 1000


class DecisionError(ValueError):
    """A form that says nothing that can be saved; the message and, by field, ``errors`` say why."""

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.errors = dict(errors or {})


@dataclass(frozen=True, slots=True)
class Decided:
    """Reviews to be saved, and which review of each fact and field was in force when the form was shown."""

    reviews: tuple[Review, ...]
    seen: Mapping[tuple[str, str], str | None]
    anew: frozenset[str]
    """Digests of facts that the machine has read anew since they were shown."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who decides, and when."""

    name: str
    at: datetime
    said_when: bool = False
    """The moment is the browser's: a save that is sent again, after its answer was lost, is the same review."""


def author_of(form: Form, name: str, now: datetime) -> Author:
    """The moment of a decision is what the browser says, if that is within ten minutes of the server's clock."""
    try:
        said = datetime.fromisoformat(form.get("moment", ""))
    except ValueError:
        return Author(name, now)
    if said.tzinfo is None or abs(said - now) > MOST_CLOCK_DIFFERENCE:
        return Author(name, now)
    return Author(name, said, said_when=True)


def fact_of(paper: PaperRecords, digest: str) -> DeskFact:
    """The paper's fact of this digest; ``DecisionError`` if the machine no longer reads it."""
    wanted = f"{paper.paper_key}:{digest}"
    for fact in paper.facts:
        if fact.fact_key == wanted:
            return fact
    raise DecisionError("This record is no longer read from the paper: load the page again. Nothing was changed.")


def decided(form: Form, paper: PaperRecords, author: Author, catalogue: Catalogue) -> Decided:
    """The reviews that a card's form asks for; ``DecisionError`` where it asks for none."""
    action, _, name = form.get("action", "").partition(":")
    take_back = form.getlist("take_back")
    if action == "undo" or (take_back and not action):
        return taken_back(take_back, paper, author)
    fact = fact_of(paper, form.get("fact", ""))
    writer = _Writer(fact, author, reason_of(form), {name: form.get(f"shown.{name}", "") for name in _names(fact)})
    match action:
        case "accept" | "save":
            for field, value in changed_values(form, Kind(fact.kind), catalogue).items():
                writer.review(field, Decision.CORRECT, value)
            if action == "accept":
                writer.review(None, Decision.ACCEPT)
        case "reject":
            writer.review(None, Decision.REJECT)
        case "not_said" | "wrong" if name in FIELDS[Kind(fact.kind)]:
            for field in (name, *_ends_that_go_along(name, fact)):
                writer.review(field, Decision.CORRECT if action == "not_said" else Decision.REJECT)
        case _:
            raise DecisionError("That is nothing that can be decided here.")
    if not writer.reviews and not writer.had:
        raise DecisionError("Nothing was changed, so there is nothing to save.")
    anew = {form.get("fact", "")} if form.get("claim", "") != fact.claim_id else set()
    return Decided(tuple(writer.reviews), writer.seen, frozenset(anew))


def all_left(left: Sequence[str], paper: PaperRecords, author: Author) -> Decided:
    """Accepts of all records that the page showed as left, each ``DIGEST|CLAIM|REVIEW``."""
    reviews: list[Review] = []
    seen: dict[tuple[str, str], str | None] = {}
    anew = set()
    for item in dict.fromkeys(left):
        digest, claim, shown = [*item.split("|"), "", ""][:3]
        fact = fact_of(paper, digest)
        writer = _Writer(fact, author, "", {RECORD: shown})
        writer.review(None, Decision.ACCEPT)
        reviews += writer.reviews
        seen |= writer.seen
        if claim != fact.claim_id:
            anew.add(digest)
    return Decided(tuple(reviews), seen, frozenset(anew))


def taken_back(items: Sequence[str], paper: PaperRecords, author: Author) -> Decided:
    """The reviews that undo earlier ones; what a person added is undone by a rejection."""
    reviews: list[Review] = []
    seen: dict[tuple[str, str], str | None] = {}
    for item in dict.fromkeys(items):
        how, digest, name, shown = [*item.split("|"), "", "", ""][:4]
        if how not in ("withdraw", "reject") or (how == "withdraw" and not shown):
            raise DecisionError("That can't be undone.")
        writer = _Writer(fact_of(paper, digest), author, "undone" if how == "reject" else "", {name or RECORD: shown})
        writer.review(name or None, Decision.WITHDRAW if how == "withdraw" else Decision.REJECT)
        reviews += writer.reviews
        seen |= writer.seen
    if not reviews:
        raise DecisionError("There is nothing to undo.")
    return Decided(tuple(reviews), seen, frozenset())


def reason_of(form: Form) -> str:
    reason = form.get("reason", "").strip()
    if len(reason) > _LONGEST_REASON:
        raise DecisionError(f"The reason is longer than {_LONGEST_REASON} characters.")
    return reason


def _names(fact: DeskFact) -> tuple[str, ...]:
    return (RECORD, *FIELDS[Kind(fact.kind)])


def _ends_that_go_along(name: str, fact: DeskFact) -> list[str]:
    """The ends of a training time that somebody typed with it; those that the machine read go by themselves."""
    if name != "duration_hours":
        return []
    return [end for end in DURATION_ENDS if in_force(fact, end) is not None and fact.values.get(end) is not None]


def changed_values(form: Form, kind: Kind, catalogue: Catalogue) -> dict[str, Value]:
    """The fields whose text is no longer as it was shown, with their values; ``DecisionError`` for what is no value."""
    changed: dict[str, Value] = {}
    along: dict[str, Value] = {}
    errors = {}
    for name in FIELDS[kind]:
        text, was = form.get(f"field.{name}"), form.get(f"was.{name}")
        if text is None or text.strip() == (was or "").strip():
            continue
        try:
            typed = read_typed(name, text, catalogue)
        except TypedError as refused:
            errors[name] = str(refused)
            continue
        along |= typed.others
        if in_words(name, typed.value) != was:
            changed[name] = typed.value
    if errors:
        raise DecisionError("Not saved: " + "; ".join(errors.values()) + ".", errors)
    return along | changed


class _Writer:
    """Gathers reviews of one fact."""

    def __init__(self, fact: DeskFact, author: Author, reason: str, shown: Mapping[str, str]) -> None:
        self._fact, self._author, self._reason, self._shown = fact, author, reason, shown
        self.reviews: list[Review] = []
        self.seen: dict[tuple[str, str], str | None] = {}
        self.had = False
        """Something was asked for that is in force already, by the same person."""

    def review(self, field: str | None, decision: Decision, value: Value = None) -> None:
        """Add a review; not one that tells no moment of its own and that the same person has in force by now.

        Such a one comes from a plain form that was sent twice, or from a browser whose first answer was lost long ago.
        """
        shown = self._shown.get(field or RECORD) or None
        current = in_force(self._fact, field)
        another = current is not None and current.review_id != shown
        if current is not None and another and not self._author.said_when and self._same(current, decision, value):
            self.had = True
            return
        self.reviews.append(
            Review(
                fact_key=self._fact.fact_key,
                field=field,
                decision=decision,
                reviewer=self._author.name,
                reviewed_at=self._author.at,
                value=value,
                reason=self._reason,
                claim_id=self._fact.claim_id,
                withdraws=shown if decision is Decision.WITHDRAW else None,
                seen=dict(self._fact.values),
            )
        )
        self.seen[self._fact.fact_key, field or ""] = shown

    def _same(self, current: FactReview, decision: Decision, value: Value) -> bool:
        same_value = decision is not Decision.CORRECT or current.value == value
        return current.reviewer == self._author.name and current.decision == decision and same_value
