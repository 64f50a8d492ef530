"""The form by which anybody proposes records of a paper, or corrections of what was read from it.

It works without scripts: "Add a run" and "Look through" come back as the same page, with what was typed. What is sent
is stored whole or refused whole, and leads to an address that only its sender knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from db.desk import PaperRecords
from db.errors import RecordError
from db.fields import Kind
from db.public_records import records_shown
from db.submissions import (
    LONGEST_MESSAGE,
    Bounds,
    NewSubmission,
    ProposedItem,
    TooManyError,
    What,
    add_submission,
    token_sha256,
)
from portal.contribute import conversation
from portal.contribute.addresses import LONGEST_EMAIL, AddressError, arxiv_id, email_address
from portal.contribute.guards import (
    STALE_FORM,
    STAMP_FIELD,
    TRAP_FIELD,
    GuardError,
    addressee_of,
    check_stamp,
    check_trap,
    form_digest,
    form_only,
    is_stamp,
    new_stamp,
    sender_of,
    token_of,
)
from portal.contribute.proposals import (
    ReadRecord,
    TypedRecord,
    correction_of,
    field_views,
    new_record,
    public_fact,
    read_records,
    typed_records,
)
from portal.desk.decisions import DecisionError, Form
from portal.desk.saving import Posted
from portal.desk.titles import short_key, shortened
from portal.desk.value_words import KIND_NAMES
from portal.pages import page
from portal.security import (
    CurrentSession,
    Session,
    StaleForm,
    form_token,
    keep_form_token,
    shows_stale_forms_again,
)
from portal.services import Services, Wired

BOUNDS = Bounds(of_sender=12, of_email=5, of_everybody=400, of_wide_network=40)
"""Within 24 hours."""
_FIRST_RECORDS = (Kind.TRAINING_RUN, Kind.RESULT)
_FOLDER_PAPER = re.compile(r"sha256:[0-9a-f]{64}")

router = APIRouter(prefix="/contribute", dependencies=[Depends(form_only)])


@dataclass(frozen=True, slots=True)
class Head:
    """What a contribution says besides its records."""

    paper_key: str = ""
    typed_paper: str = ""
    is_author: bool = False
    note: str = ""
    email: str | None = None
    typed_email: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as the page shows it."""

    head: Head
    paper: PaperRecords | None
    records: Sequence[ReadRecord]
    stamp: str
    message: str = ""
    focus: str = ""
    """Id of the input that the page begins at."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """``(id of the input, words)`` of all that stands in the way."""
        of_head = [(f"{name}-input", words) for name, words in self.head.errors.items()]
        of_records = [(f"{one.typed.name}-{name}", words) for one in self.records for name, words in one.errors.items()]
        return [*of_head, *of_records]


@router.get("")
def empty_form(
    request: Request, services: Wired, session: CurrentSession, paper: str = "", fact: str = "", field: str = ""
) -> Response:
    """``?paper=1706.03762`` names the paper, ``&fact=DIGEST`` a record to correct, ``&field=NAME`` where to begin."""
    head = _head(Form([("paper", paper)]), services) if paper else Head()
    records = _read_paper(services, head)
    if fact:
        known = public_fact(records, fact)
        if known is None:
            raise HTTPException(404, "No such record is in force: open the paper's page again.")
        typed = [correction_of(known)]
        focus = f"r0-{field}" if field in typed[0].texts else ""
    else:
        typed, focus = _begun(), ""
    shown = [ReadRecord(one, None, {}) for one in typed]
    return _page(request, services, session, Shown(head, records, shown, new_stamp(services), focus=focus))


def _begun() -> list[TypedRecord]:
    records: list[TypedRecord] = []
    for kind in _FIRST_RECORDS:
        records.append(new_record(records, kind))
    return records


@router.post("")
@shows_stale_forms_again
def contribute(
    request: Request, services: Wired, session: CurrentSession, form: Posted, is_stale: StaleForm
) -> Response:
    """``action``: ``send``; ``check``, or nothing, looks through it; ``add:KIND``, ``drop:NUMBER`` change records."""
    try:
        typed = typed_records(form)
        action, _, argument = form.get("action", "").partition(":")
        typed, focus = _changed(typed, action, argument)
    except DecisionError as refused:
        raise HTTPException(422, str(refused)) from None
    head = _head(form, services)
    paper = _read_paper(services, head)
    looked_at = action not in ("add", "drop")
    read = read_records(typed, paper, services.catalogue) if looked_at else [ReadRecord(one, None, {}) for one in typed]
    if not looked_at:
        head.errors.clear()
    given = form.get(STAMP_FIELD, "")
    stamp = given if is_stamp(services, given) else new_stamp(services)
    shown = Shown(head, paper, read, stamp, focus=focus)
    if is_stale:
        return _page(request, services, session, replace(shown, message=STALE_FORM), 403)
    if action != "send":
        return _page(request, services, session, shown)
    try:
        _check_complete(shown)
        check_trap(form.get)
        check_stamp(services, given)
        token = _store(request, services, shown)
    except (DecisionError, GuardError, RecordError) as refused:
        return _page(request, services, session, replace(shown, message=str(refused)), 422)
    except TooManyError as refused:
        return _page(request, services, session, replace(shown, message=str(refused)), 429)
    return RedirectResponse(f"/contribute/{token}", 303)


def _changed(typed: list[TypedRecord], action: str, argument: str) -> tuple[list[TypedRecord], str]:
    """The records with one more, or one less; and the input where to go on."""
    if action == "drop":
        return [one for one in typed if str(one.number) != argument], ""
    if action != "add":
        return typed, ""
    try:
        added = new_record(typed, Kind(argument))
    except ValueError:
        raise DecisionError("That is no kind of record.") from None
    return [*typed, added], f"{added.name}-{field_views(added)[0][0].name}"


def _head(form: Form, services: Services) -> Head:
    errors = {}
    typed_paper, typed_email = form.get("paper", "").strip()[:200], form.get("email", "").strip()[:LONGEST_EMAIL]
    note = form.get("note", "").strip()
    paper_key, email = "", None
    try:
        paper_key = typed_paper if _is_folder_paper(services, typed_paper) else arxiv_id(typed_paper)
    except AddressError as refused:
        errors["paper"] = str(refused)
    try:
        email = email_address(form.get("email", "")) if services.wake_mail else None
    except AddressError as refused:
        errors["email"] = str(refused)
    if len(note) > LONGEST_MESSAGE:
        errors["note"] = f"at most {LONGEST_MESSAGE:,} characters, not {len(note):,}"
    return Head(paper_key, typed_paper, bool(form.get("author")), note, email, typed_email, errors)


def _is_folder_paper(services: Services, key: str) -> bool:
    """Whether it is the key of a paper without arXiv id that was read here."""
    return bool(_FOLDER_PAPER.fullmatch(key)) and records_shown(services.engine, key) is not None


def _read_paper(services: Services, head: Head) -> PaperRecords | None:
    return records_shown(services.engine, head.paper_key) if head.paper_key else None


def _check_complete(shown: Shown) -> None:
    """``DecisionError`` where something is wrong, or nothing is said."""
    if shown.problems:
        raise DecisionError("Not sent yet: look at what is marked below.")
    items = _items(shown.records)
    if not items and shown.paper is not None and not shown.head.note:
        raise DecisionError("Not sent yet: nothing is proposed. Fill in a record, or write what is wrong.")
    unproved = [item for item in items if item.what is not What.ADD and not item.quote]
    if unproved and not shown.head.note:
        raise DecisionError("Not sent yet: quote the paper's words, or write below how you know it.")


def _items(records: Iterable[ReadRecord]) -> list[ProposedItem]:
    return [one.item for one in records if one.item is not None]


def _store(request: Request, services: Services, shown: Shown) -> str:
    """The token of the submission's address."""
    head, items = shown.head, _items(shown.records)
    content = [head.paper_key, head.is_author, head.note, head.email, *(repr(item) for item in items)]
    digest = form_digest(shown.stamp, content)
    token = token_of(services.secret, digest)
    new = NewSubmission(
        token_sha256=token_sha256(token),
        form_digest=digest,
        submitted_at=services.now(),
        sender=sender_of(request, services),
        paper_key=head.paper_key,
        is_author=head.is_author,
        note=head.note,
        email=head.email,
        items=items,
        sender_before=sender_of(request, services, days_ago=1),
        addressee=addressee_of(head.email, services) if head.email else None,
        addressee_before=addressee_of(head.email, services, days_ago=1) if head.email else None,
    )
    add_submission(services.engine, new, BOUNDS, with_letter=services.wake_mail is not None)
    if services.wake_mail and head.email:
        services.wake_mail()
    return token


def _page(request: Request, services: Services, session: Session | None, shown: Shown, status: int = 200) -> Response:
    token = session.csrf_token if session else form_token(request)
    made = page(
        request,
        "contribute/form.html",
        status=status,
        csrf_token=token,
        shown=shown,
        paper_title=shown.paper and (shortened(shown.paper.title) or short_key(shown.paper.paper_key)),
        is_correction=any(one.typed.what is not What.ADD for one in shown.records),
        kinds=[(str(kind), KIND_NAMES[kind]) for kind in Kind],
        field_views=field_views,
        accelerator_names=[row.name for row in services.catalogue],
        with_mail=services.wake_mail is not None,
        trap=TRAP_FIELD,
        stamp_field=STAMP_FIELD,
        longest_note=LONGEST_MESSAGE,
        longest_email=LONGEST_EMAIL,
    )
    if session is None:
        keep_form_token(request, made, token)
    if status == 429:
        made.headers["Retry-After"] = "86400"
    return made


router.include_router(conversation.router)
