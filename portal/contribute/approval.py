"""A curator's decisions on the records of a submission, as reviews and added facts. Pure.

Inputs of the record at position 2: ``decide.2`` (``approve``, ``merge``, ``decline``, or nothing), ``shown.2.FIELD``,
the review of each field that the page showed as in force, and ``claim.2``, the machine's claim that it showed; of a
record to be added also ``page.2`` and ``quote.2``, where its words stand. ``merge`` takes what is proposed as a
correction of the record that is there already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from db.added_facts import AddedFact
from db.desk import DeskFact, PaperRecords
from db.facts import split_fact_key
from db.reviews import Decision, Review
from db.submission_decisions import Decided, ItemDecision
from db.submissions import ClosedError, What
from portal.contribute.differences import Difference
from portal.desk.adding import page_number
from portal.desk.card_fields import RECORD
from portal.desk.decisions import Author, DecisionError, Form
from portal.desk.word_evidence import PageWord, SelectionError, indexes_of, selection_of

APPROVE, MERGE, DECLINE = "approve", "merge", "decline"

Words = Callable[[int], Sequence[PageWord]]
"""The words of a page of the paper's PDF."""


def origin(number: int) -> str:
    """The reason that reviews and added facts of a submission carry: "submission 12"."""
    return f"submission {number}"


def decided(
    form: Form, differences: Sequence[Difference], paper: PaperRecords | None, words: Words, author: Author, number: int
) -> Decided:
    """What the form decides; ``DecisionError`` where it decides nothing, or what can't be.

    ``ClosedError`` where somebody else has decided on one of its records.
    """
    writer = _Writer(form, paper, words, author, origin(number))
    for difference in differences:
        choice = form.get(f"decide.{difference.item.position}", "")
        if choice and difference.item.decision is not None:
            raise ClosedError(f"Record {difference.item.position + 1} was decided on meanwhile. Nothing was saved.")
        writer.decide(difference, choice)
    if differences and not writer.decisions:
        raise DecisionError("Nothing was decided: choose for at least one record.")
    override = form.get("override") == "1"
    if writer.anew and not override:
        raise DecisionError(
            "Not saved: the machine has read a record anew since the page was shown. Look at it again, and choose "
            "“save over it” if your decision stands."
        )
    return Decided(writer.decisions, writer.reviews, writer.seen, writer.added, override)


class _Writer:
    """Gathers what is to be saved."""

    def __init__(self, form: Form, paper: PaperRecords | None, words: Words, author: Author, reason: str) -> None:
        self._form, self._paper, self._words, self._author, self._reason = form, paper, words, author, reason
        self.decisions: dict[int, ItemDecision] = {}
        self.reviews: list[Review] = []
        self.seen: dict[tuple[str, str], str | None] = {}
        self.added: list[AddedFact] = []
        self.anew = False

    def decide(self, difference: Difference, choice: str) -> None:
        item, fact = difference.item, difference.fact
        if not choice:
            return
        if choice == DECLINE:
            self.decisions[item.position] = ItemDecision.DECLINED
            return
        if choice == APPROVE and item.what is What.ADD:
            self.added.append(self._added(difference))
        elif choice == APPROVE and fact is not None:
            self._correct(difference, fact, item.proposed)
        elif choice == MERGE and item.what is What.ADD and fact is not None:
            known = {name: value for name, value in item.proposed.items() if fact.values.get(name) != value}
            self._correct(difference, fact, known)
        else:
            raise DecisionError(
                f"Not saved: record {item.position + 1} can't be approved; it is not in force any more."
            )
        self.decisions[item.position] = ItemDecision.APPROVED

    def _correct(self, difference: Difference, fact: DeskFact, values: Mapping[str, Any]) -> None:
        position = difference.item.position
        if self._form.get(f"claim.{position}", "") != fact.claim_id:
            self.anew = True
        if difference.item.what is What.REJECT:
            self._review(position, fact, None, Decision.REJECT)
        elif not values:
            self._review(position, fact, None, Decision.ACCEPT)
        for name, value in values.items():
            self._review(position, fact, name, Decision.CORRECT, value)

    def _review(self, position: int, fact: DeskFact, name: str | None, decision: Decision, value: Any = None) -> None:
        self.reviews.append(
            Review(
                fact_key=fact.fact_key,
                field=name,
                decision=decision,
                reviewer=self._author.name,
                reviewed_at=self._author.at,
                value=value,
                reason=self._reason,
                claim_id=fact.claim_id,
                seen=dict(fact.values),
            )
        )
        shown = self._form.get(f"shown.{position}.{name or RECORD}", "")
        self.seen[fact.fact_key, name or ""] = shown or None

    def _added(self, difference: Difference) -> AddedFact:
        item, where = difference.item, f"Not saved: record {difference.item.position + 1}"
        if self._paper is None:
            raise DecisionError(f"{where} can't be added before the paper is read.")
        page = page_number(self._form.get(f"page.{item.position}", ""), self._paper)
        if page is None:
            raise DecisionError(f"{where}: the paper has pages 1 to {self._paper.page_count}.")
        words = self._words(page)
        try:
            selection = selection_of(words, indexes_of(words, self._form.get(f"quote.{item.position}", "")))
        except SelectionError as refused:
            raise DecisionError(f"{where}: its words do not stand on page {page} ({refused}).") from None
        return AddedFact(
            paper_key=self._paper.paper_key,
            kind=item.kind,
            values=item.proposed,
            page=page,
            boxes=tuple((page, box) for box in selection.boxes),
            quote=selection.quote,
            reviewer=self._author.name,
            added_at=self._author.at,
            reason=self._reason,
        )


def shown_reviews(difference: Difference) -> list[tuple[str, str]]:
    """The hidden inputs of a record: by name, the reviews in force that its page shows."""
    fact, item = difference.fact, difference.item
    if fact is None:
        return []
    names = ("", *item.proposed)
    shown = [(f"shown.{item.position}.{name or RECORD}", fact.latest.get(name) or "") for name in names]
    return [(f"claim.{item.position}", fact.claim_id), *shown]


def record_address(paper_address: str, fact: DeskFact) -> str:
    """Where the desk shows a record."""
    digest = split_fact_key(fact.fact_key)[1]
    return f"{paper_address}?fact={digest}#record-{digest}"
