"""The records of a contribution's form: as they were typed, and as they are read. Pure.

Inputs of the record number 3 are named ``r3.kind``, ``r3.field.model``, ``r3.page`` and so on; of a correction also
``r3.was.model``, its text when the form was shown: what is no longer as it was shown is what is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db.desk import DeskFact, PaperRecords
from db.facts import split_fact_key
from db.fields import FIELDS, Kind
from db.submissions import MOST_ITEMS, ProposedItem, What
from extractors.lexicon.catalogue import Catalogue
from extractors.records import MAX_QUOTE_CHARACTERS, Stage, Status
from portal.desk.adding import complete_values
from portal.desk.card_fields import FieldView, empty_fields, in_force
from portal.desk.decisions import DecisionError, Form, changed_values
from portal.desk.live_burden import BurdenWords, burden_in_words, read_values
from portal.desk.value_words import KIND_NAMES, in_words

MOST_PAGES = 9_999
_NUMBERED = re.compile(r"r(\d{1,3})\.kind", re.ASCII)
_SAYS_NOTHING = (None, Stage.UNSPECIFIED)
_WHOLE_RECORD = "record"
"""In errors, in place of a field's name."""


@dataclass(frozen=True, slots=True)
class TypedRecord:
    """A record of the form as it stands in its inputs."""

    number: int
    what: What
    kind: Kind
    fact: str
    """Digest of the record that is corrected; '' for one that is to be added."""
    texts: Mapping[str, str]
    was: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    quote: str = ""

    @property
    def name(self) -> str:
        return f"r{self.number}"

    @property
    def is_blank(self) -> bool:
        """Nothing was typed but what stands in a new record from the start."""
        usual = {one.name: one.text for one in empty_fields(self.kind)}
        typed = any(text.strip() not in ("", "-", usual[name]) for name, text in self.texts.items())
        return self.what is What.ADD and not typed and not self.page.strip() and not self.quote.strip()


@dataclass(frozen=True, slots=True)
class ReadRecord:
    """What a record says, or, by input, why it says nothing that can be taken."""

    typed: TypedRecord
    item: ProposedItem | None
    errors: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    """By field, how its text is read, where that is not what it says."""
    burden: BurdenWords | None = None

    @property
    def problem(self) -> str:
        """Of the record as a whole."""
        return self.errors.get(_WHOLE_RECORD, "")


def typed_records(form: Form) -> list[TypedRecord]:
    """The records of a form in the order of their numbers; ``DecisionError`` where there are too many."""
    numbers = sorted({int(match[1]) for name in form if (match := _NUMBERED.fullmatch(name))})
    if len(numbers) > MOST_ITEMS:
        raise DecisionError(f"At most {MOST_ITEMS} records at once: send the others in another contribution.")
    return [_typed(form, number) for number in numbers]


def _typed(form: Form, number: int) -> TypedRecord:
    def of(name: str) -> str:
        return form.get(f"r{number}.{name}", "")

    try:
        kind, what = Kind(of("kind")), What(of("what") or What.ADD)
    except ValueError:
        raise DecisionError("That is no kind of record.") from None
    fact = of("fact") if what is not What.ADD else ""
    return TypedRecord(
        number=number,
        what=what,
        kind=kind,
        fact=fact,
        texts={name: of(f"field.{name}") for name in FIELDS[kind]},
        was={name: of(f"was.{name}") for name in FIELDS[kind]} if fact else {},
        page=of("page"),
        quote=" ".join(of("quote").split()),
    )


def new_record(records: Iterable[TypedRecord], kind: Kind) -> TypedRecord:
    """An empty one behind the others."""
    number = max((record.number for record in records), default=-1) + 1
    return TypedRecord(number, What.ADD, kind, "", {one.name: one.text for one in empty_fields(kind)})


def correction_of(fact: DeskFact, number: int = 0) -> TypedRecord:
    """The form of a record that is in force, as it is."""
    kind = Kind(fact.kind)
    texts = {name: in_words(name, fact.values.get(name)) for name in FIELDS[kind]}
    return TypedRecord(number, What.CORRECT, kind, split_fact_key(fact.fact_key)[1], texts, texts)


def public_fact(paper: PaperRecords | None, digest: str) -> DeskFact | None:
    """The paper's record of this digest, if it is one that everybody sees: accepted, and not rejected."""
    if paper is None:
        return None
    wanted = f"{paper.paper_key}:{digest}"
    return next((fact for fact in paper.facts if fact.fact_key == wanted and is_public(fact)), None)


def is_public(fact: DeskFact) -> bool:
    return not fact.rejected and (fact.status != Status.CANDIDATE or in_force(fact, None) is not None)


def read_records(records: Sequence[TypedRecord], paper: PaperRecords | None, catalogue: Catalogue) -> list[ReadRecord]:
    """Each as it is read; empty ones are left as they are, without error and without item."""
    return [_read(record, paper, catalogue) for record in records]


def _read(record: TypedRecord, paper: PaperRecords | None, catalogue: Catalogue) -> ReadRecord:
    if record.is_blank:
        return ReadRecord(record, None, {})
    if record.what is not What.ADD:
        return _read_correction(record, paper, catalogue)
    reading = read_values(record.kind, record.texts, catalogue)
    errors = _evidence_errors(record, paper, needed=True)
    try:
        values = dict(complete_values(record.kind, reading))
    except DecisionError as refused:
        errors |= refused.errors or {_WHOLE_RECORD: str(refused).removeprefix("Not added: ")}
        values = {}
    published = paper.published if paper else None
    of_run = record.kind is Kind.TRAINING_RUN and not reading.errors and values
    return ReadRecord(
        record,
        None if errors else _item(record, values, None),
        errors,
        _notes(record, reading.shown, reading.notes),
        burden_in_words(values, published, catalogue) if of_run else None,
    )


def _read_correction(record: TypedRecord, paper: PaperRecords | None, catalogue: Catalogue) -> ReadRecord:
    """The fields that are no longer as they were shown, beside what is in force now."""
    fact = public_fact(paper, record.fact)
    if fact is None or Kind(fact.kind) is not record.kind:
        gone = "This record is no longer read from the paper: open the paper's page again."
        return ReadRecord(record, None, {_WHOLE_RECORD: gone})
    errors = _evidence_errors(record, paper, needed=False)
    changed = {}
    if record.what is What.CORRECT:
        inputs = {f"field.{name}": text for name, text in record.texts.items()}
        try:
            changed = changed_values(
                Form(inputs | {f"was.{name}": text for name, text in record.was.items()}), record.kind, catalogue
            )
        except DecisionError as refused:
            errors |= refused.errors
        else:
            if not changed:
                errors[_WHOLE_RECORD] = "Nothing of it was changed: change a field, or say that all of it is wrong."
    shown = {name: in_words(name, value) for name, value in changed.items()}
    item = None if errors else _item(record, changed, dict(fact.values))
    burden = None
    if paper and item and record.kind is Kind.TRAINING_RUN and record.what is What.CORRECT:
        burden = burden_in_words({**fact.values, **changed}, paper.published, catalogue)
    return ReadRecord(record, item, errors, _notes(record, shown, {}), burden)


def _item(record: TypedRecord, values: Mapping[str, object], seen: Mapping[str, object] | None) -> ProposedItem:
    proposed = {name: value for name, value in values.items() if seen is not None or value not in _SAYS_NOTHING}
    page = int(record.page) if record.page.strip() else None
    return ProposedItem(record.what, record.kind, record.fact, proposed, seen, page, record.quote)


def _evidence_errors(record: TypedRecord, paper: PaperRecords | None, needed: bool) -> dict[str, str]:
    """What is wrong with the page or the quoted words."""
    errors = {}
    page = record.page.strip()
    most = paper.page_count if paper else MOST_PAGES
    if page and not (page.isascii() and page.isdigit() and len(page) <= 4 and 1 <= int(page) <= most):
        errors["page"] = f"write a page of the PDF, from 1 to {most}" if paper else "write the number of a page"
    elif needed and not page:
        errors["page"] = "the page of the PDF is needed, counted from 1"
    if len(record.quote) > MAX_QUOTE_CHARACTERS:
        errors["quote"] = f"at most {MAX_QUOTE_CHARACTERS} characters: quote the sentence or cells that say it"
    elif needed and not record.quote:
        errors["quote"] = f"quote the words of the paper that state this {KIND_NAMES[record.kind]}"
    return errors


def _notes(record: TypedRecord, shown: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, str]:
    """{"accelerator": "NVIDIA Tesla P100, 10.6 TFLOP/s fp32"} where "p100s" was typed"""
    told = {}
    for name, words in shown.items():
        as_typed = words == record.texts.get(name, "").strip() or words == "-"
        parts = [part for part in ("" if as_typed else words, notes.get(name, "")) if part]
        if parts:
            told[name] = ", ".join(parts)
    return told


def field_views(record: TypedRecord) -> list[tuple[FieldView, str]]:
    """The inputs of a record in the order of the desk, each with what is typed into it."""
    return [(view, record.texts.get(view.name, "")) for view in empty_fields(record.kind)]
