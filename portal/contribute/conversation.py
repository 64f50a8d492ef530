"""The secret address of a submission: what has become of it, what it would change, and what is said about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from db.errors import RecordError
from db.public_records import records_shown
from db.submission_reading import Submission, submission_of_token
from db.submissions import (
    LONGEST_MESSAGE,
    MOST_MESSAGES,
    ClosedError,
    Status,
    TooManyError,
    add_answer,
    forget_email,
    token_sha256,
)
from portal.contribute.differences import differences, proposed_burden
from portal.contribute.guards import (
    STALE_FORM,
    TOKEN,
    TRAP_FIELD,
    GuardError,
    check_trap,
    sender_of,
)
from portal.desk.saving import Posted
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

MOST_MESSAGES_OF_SENDER = 40
"""Within 24 hours, on all submissions."""

STATUS_WORDS = {
    Status.PENDING: ("Pending", "info", "It waits for a curator."),
    Status.NEEDS_INFORMATION: ("Needs information", "warn", "A curator asks you something: answer below."),
    Status.APPROVED: ("Approved", "good", "What was approved is in force, with its origin."),
    Status.DECLINED: ("Declined", "bad", "Nothing of it was taken; the reason is below."),
}
"""By status: its name, its tone, and what it means to who submitted it."""

router = APIRouter()


def _found(services: Wired, token: str) -> Submission:
    found = submission_of_token(services.engine, token_sha256(token)) if TOKEN.fullmatch(token) else None
    if found is None:
        raise HTTPException(404, "There is no contribution at this address.")
    return found


Found = Annotated[Submission, Depends(_found)]


@router.get("/{token}")
def submitted(request: Request, services: Wired, session: CurrentSession, token: str, found: Found) -> Response:
    return _page(request, services, session, token, found)


@router.post("/{token}/messages")
@shows_stale_forms_again
def answer(
    request: Request,
    services: Wired,
    session: CurrentSession,
    token: str,
    found: Found,
    form: Posted,
    is_stale: StaleForm,
) -> Response:
    """What who submitted it has to say; after a curator's question it is pending again."""
    text = form.get("text", "")
    if is_stale:
        return _page(request, services, session, token, found, STALE_FORM, text, 403)
    try:
        check_trap(form.get)
        today, yesterday = (sender_of(request, services, days_ago) for days_ago in (0, 1))
        add_answer(services.engine, found.number, text, services.now(), today, MOST_MESSAGES_OF_SENDER, yesterday)
    except (GuardError, RecordError, ClosedError, TooManyError) as refused:
        status = {ClosedError: 409, TooManyError: 429}.get(type(refused), 422)
        return _page(request, services, session, token, found, str(refused), text, status)
    return RedirectResponse(f"/contribute/{token}#conversation", 303)


@router.post("/{token}/forget-email")
def forget(services: Wired, token: str, found: Found) -> Response:
    """Erase the address of e-mail that was left; nothing more is sent."""
    forget_email(services.engine, found.number)
    return RedirectResponse(f"/contribute/{token}", 303)


def _page(
    request: Request,
    services: Services,
    session: Session | None,
    token: str,
    found: Submission,
    problem: str = "",
    text: str = "",
    status: int = 200,
) -> Response:
    csrf = session.csrf_token if session else form_token(request)
    paper = records_shown(services.engine, found.paper_key)
    words, tone, meaning = STATUS_WORDS[found.status]
    made = page(
        request,
        "contribute/submitted.html",
        status=status,
        csrf_token=csrf,
        submission=found,
        differences=differences(found.items, paper),
        paper=paper,
        burden_of=lambda one: proposed_burden(one, paper, services.catalogue),
        status_words=words,
        tone=tone,
        meaning=meaning,
        address=f"/contribute/{token}",
        problem=problem,
        text=text,
        trap=TRAP_FIELD,
        longest=LONGEST_MESSAGE,
        may_say_more=found.status.is_open and len(found.messages) < MOST_MESSAGES,
        with_mail=services.wake_mail is not None,
    )
    made.headers["X-Robots-Tag"] = "noindex"
    if session is None:
        keep_form_token(request, made, csrf)
    return made
