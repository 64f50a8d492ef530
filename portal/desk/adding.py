"""Records that a person adds: read off selected words, or a copy of a run with the same evidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db.added_facts import AddedFact
from db.desk import DeskFact, PaperRecords
from db.fields import FIELDS, NEVER_UNKNOWN, Kind
from extractors.lexicon.catalogue import Catalogue
from portal.desk.cards import is_on_shown_pdf
from portal.desk.decisions import Author, DecisionError, Form, reason_of
from portal.desk.live_burden import Reading, read_values
from portal.desk.typed_values import Value
from portal.desk.value_words import KIND_NAMES, LABELS
from portal.desk.word_evidence import PageWord, SelectionError, indexes_of, selection_of

_MOST_PAGE_DIGITS = 6
_SAYS_SOMETHING = {
    Kind.TRAINING_RUN: ("accelerator", "accelerator_count", "duration_hours", "device_hours"),
    Kind.TRAINING_COMPUTE: ("flop",),
    Kind.RESULT: NEVER_UNKNOWN[Kind.RESULT],
    Kind.MODEL_PROPERTY: NEVER_UNKNOWN[Kind.MODEL_PROPERTY],
}


def kind_of(form: Form) -> Kind:
    try:
        return Kind(form.get("kind", ""))
    except ValueError:
        raise DecisionError("That is no kind of record.") from None


def page_of(form: Form, paper: PaperRecords) -> int:
    page = page_number(form.get("page", ""), paper)
    if page is None:
        raise DecisionError(f"The paper has pages 1 to {paper.page_count}.", {"page": "no such page"})
    return page


def page_number(text: str, paper: PaperRecords) -> int | None:
    """The page of the paper that is written; None where it has no such page."""
    written = text.strip()
    is_number = written.isascii() and written.isdigit() and len(written) <= _MOST_PAGE_DIGITS
    return int(written) if is_number and 1 <= int(written) <= paper.page_count else None


def added_fact(
    form: Form, paper: PaperRecords, words: Sequence[PageWord], author: Author, catalogue: Catalogue
) -> AddedFact:
    """The record that a form adds: its fields, and the words on the page that state it.

    The words come by their numbers on the page (``words``: "10,11,12"), or as they are written there (``quote``).
    """
    kind = kind_of(form)
    typed = {name: form.get(f"field.{name}", "") for name in FIELDS[kind]}
    values = complete_values(kind, read_values(kind, typed, catalogue))
    page = page_of(form, paper)
    try:
        selection = selection_of(words, _indexes(form, words))
    except SelectionError as refused:
        raise DecisionError(f"Not added: {refused} (page {page}).", {"quote": str(refused)}) from None
    return AddedFact(
        paper_key=paper.paper_key,
        kind=kind,
        values=values,
        page=page,
        boxes=tuple((page, box) for box in selection.boxes),
        quote=selection.quote,
        reviewer=author.name,
        added_at=author.at,
        reason=reason_of(form),
    )


def complete_values(kind: Kind, reading: Reading) -> Mapping[str, Value]:
    """The values of a record that is to be added; ``DecisionError`` where one is wrong, or they say nothing."""
    errors = dict(reading.errors)
    for name in NEVER_UNKNOWN.get(kind, ()):
        if reading.values[name] is None and name not in errors:
            errors[name] = f"{LABELS[name]} is needed"
    if errors:
        raise DecisionError("Not added: " + "; ".join(errors.values()) + ".", errors)
    if all(reading.values[name] is None for name in _SAYS_SOMETHING[kind]):
        needed = ", ".join(LABELS[name].lower() for name in _SAYS_SOMETHING[kind])
        raise DecisionError(f"Not added: a {KIND_NAMES[kind]} needs one of {needed}.")
    return reading.values


def _indexes(form: Form, words: Sequence[PageWord]) -> list[int]:
    numbers = form.get("words", "").strip()
    if not numbers:
        return indexes_of(words, form.get("quote", ""))
    if not numbers.replace(",", "").isascii() or not numbers.replace(",", "").isdigit() or len(numbers) > 5000:
        raise DecisionError("Not added: the selected words are no list of numbers.")
    return [int(number) for number in numbers.split(",") if number]


def split_off(fact: DeskFact, paper: PaperRecords, author: Author) -> AddedFact:
    """A copy of a run, to be corrected into the second of the two runs that its evidence states."""
    if fact.kind != Kind.TRAINING_RUN:
        raise DecisionError("Only runs can be split.")
    if not is_on_shown_pdf(fact, paper):
        raise DecisionError("Its words are those of another PDF: add the second run from the page that is shown.")
    return AddedFact(
        paper_key=paper.paper_key,
        kind=Kind.TRAINING_RUN,
        values={name: fact.values.get(name) for name in FIELDS[Kind.TRAINING_RUN]},
        page=fact.page,
        boxes=tuple(fact.boxes),
        quote=fact.quote,
        reviewer=author.name,
        added_at=author.at,
        reason=f"split off {fact.fact_key}",
    )
