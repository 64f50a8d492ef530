"""Saving what curators decide. Every route here answers a program with JSON, and a plain form with a redirect.

JSON of a save: ``{"saved": [review ids], "cards": {digest: {"group", "html"}}, "take_back": [what undoes it],
"message": "…", "next": address or null}``. 409 ``{"conflicts": [{"fact", "field", "words"}], "cards": …}``: somebody
decided otherwise since the page was shown, and nothing was saved; ``override=1`` saves over it. 422
``{"error": "…", "errors": {field: words}}``: what was typed is no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from db.added_facts import add_fact
from db.desk import (
    PaperRecords,
    add_comment,
    claim_paper,
    paper_records,
    release_paper,
    settle_paper,
)
from db.errors import RecordError
from db.facts import split_fact_key
from db.fields import Kind
from db.reviews import Conflict, Decision, save_reviews
from portal.desk import adding
from portal.desk.decisions import Author, Decided, DecisionError, Form, all_left, author_of, decided, fact_of
from portal.desk.rendering import Told, card_html, conflict_words, paper_page, queue_of, sent_again, shown_by
from portal.pages import wants_html
from portal.paper_keys import paper_address, register_paper_keys
from portal.queue.following import next_paper
from portal.security import Curator, Session, form_of
from portal.services import PageUnavailableError, Services, Unavailable, Wired

_LONGEST_COMMENT = 4000

register_paper_keys()
router = APIRouter(prefix="/desk/papers/{key:paper_key}")


async def posted(request: Request) -> Form:
    """The form's fields; files, which no form here has, are left out."""
    fields = await form_of(request)
    return Form([(name, value) for name, value in fields.multi_items() if isinstance(value, str)])


Posted = Annotated[Form, Depends(posted)]


@dataclass(frozen=True, slots=True)
class _Call:
    """A form that was sent: by whom, about which paper, and when they decided."""

    request: Request
    services: Services
    curator: Session
    form: Form
    paper: PaperRecords
    author: Author


def _call(request: Request, services: Wired, curator: Curator, form: Posted, key: str) -> _Call:
    paper = read_paper(services, key, curator.user.name)
    author = author_of(form, curator.user.name, services.now())
    claim_paper(services.engine, key, curator.user.user_id, services.now())
    return _Call(request, services, curator, form, paper, author)


Called = Annotated[_Call, Depends(_call)]


def read_paper(services: Services, key: str, viewer: str) -> PaperRecords:
    """As ``paper_seen_by``; "not found" where it was never read."""
    paper = paper_seen_by(services, key, viewer)
    if paper is None:
        raise HTTPException(404, "No such paper has been read.")
    return paper


def paper_seen_by(services: Services, key: str, viewer: str) -> PaperRecords | None:
    """The paper as this person may see it: of two independent reviewers, neither sees the other's word too early."""
    paper = paper_records(services.engine, key)
    if paper is not None and (hidden := alone(paper, viewer)):
        paper = paper_records(services.engine, key, hide_reviews_of_others_than=hidden)
    return paper


def alone(paper: PaperRecords, viewer: str) -> str | None:
    """Whose reviews alone this person may see: their own while a paper is reviewed independently, else everybody's."""
    return viewer if paper.is_reviewed_independently else None


@router.post("/decisions")
def decide(call: Called) -> Response:
    """Accept, correct, reject, "paper does not say", undo: what ``portal.desk.decisions`` says of a card's form."""
    try:
        wanted = decided(call.form, call.paper, call.author, call.services.catalogue)
        return _save(call, wanted)
    except (DecisionError, RecordError) as refused:
        return _refused(call, refused)


@router.post("/comments")
def comment(call: Called) -> Response:
    """A remark on the paper, or on one of its records (``fact``)."""
    text, digest = call.form.get("comment", "").strip(), call.form.get("fact", "")
    try:
        if digest:
            fact_of(call.paper, digest)
        if not text or len(text) > _LONGEST_COMMENT:
            raise DecisionError(f"A comment has from 1 to {_LONGEST_COMMENT} characters.", {"comment": "not saved"})
    except DecisionError as refused:
        return _refused(call, refused)
    add_comment(call.services.engine, call.paper.paper_key, digest, call.author.name, call.author.at, text)
    return _done(call, [digest] if digest else [], message="Comment saved")


@router.post("/facts")
def add(call: Called) -> Response:
    """Add a missing record from words of the page, or, with ``copy_of``, a copy of a run."""
    try:
        copied = call.form.get("copy_of", "")
        if copied:
            fact = adding.split_off(fact_of(call.paper, copied), call.paper, call.author)
        else:
            page_number = adding.page_of(call.form, call.paper)
            words = call.services.page_words(call.paper.document_sha256, page_number).words
            fact = adding.added_fact(call.form, call.paper, words, call.author, call.services.catalogue)
        key = add_fact(call.services.engine, fact)
    except (DecisionError, RecordError, PageUnavailableError) as refused:
        busy = isinstance(refused, PageUnavailableError) and refused.why is Unavailable.BUSY
        if busy and not wants_html(call.request):
            raise HTTPException(503, str(refused)) from None  # the page keeps it and sends it again
        return _refused(call, refused)
    call.services.reestimate(call.paper.paper_key)
    digest = split_fact_key(key)[1]
    touched = [copied, digest] if copied else [digest]
    message = "Split: this is the copy" if copied else "Added"
    return _done(call, touched, message=message, added=digest, fact=digest)


@router.post("/join")
def join(call: Called) -> Response:
    """Join a run (``fact``) into another (``into``): the first is rejected, its values stay in what was seen."""
    try:
        into = fact_of(call.paper, call.form.get("into", ""))
        fact = fact_of(call.paper, call.form.get("fact", ""))
        if Kind.TRAINING_RUN not in (fact.kind, into.kind) or fact.kind != into.kind or fact is into:
            raise DecisionError("A run can be joined with another run only.")
        form = Form([*_without(call.form, "reason", "action"), ("reason", f"joined with {into.fact_key}")])
        rejected = Form([*form.multi_items(), ("action", "reject")])
        return _save(call, decided(rejected, call.paper, call.author, call.services.catalogue), message="Joined")
    except (DecisionError, RecordError) as refused:
        return _refused(call, refused)


@router.post("/settle")
def settle(call: Called) -> Response:
    """The curator is done with the paper, with ``accept_all`` after accepting all that the page showed as left."""
    services, key = call.services, call.paper.paper_key
    left = call.form.getlist("left") if call.form.get("accept_all") else []
    shown = call.form.get("document", "")
    try:
        if shown != call.paper.document_sha256:
            raise DecisionError("Another PDF of this paper has been read since the page was shown: load it again.")
        wanted = all_left(left, call.paper, call.author)
        saved, conflicts = _write(call, wanted)
    except (DecisionError, RecordError) as refused:
        return _refused(call, refused)
    if conflicts or (wanted.anew and not _overriding(call)):
        return _conflicting(call, wanted, conflicts)
    note = call.form.get("note", "").strip()[:1000]
    try:
        settle_paper(services.engine, key, call.author.name, call.author.at, note, document_sha256=shown)
    except RecordError as refused:
        return _refused(call, refused)
    release_paper(services.engine, key, call.curator.user.user_id)
    following = next_address(services, call.curator, queue_of(call.form), settled=key)
    if wants_html(call.request):
        return RedirectResponse(following, 303)
    answer = {"saved": saved, "cards": {}, "take_back": _undoing(wanted, saved), "message": "Settled"}
    return JSONResponse(answer | {"next": following})


def next_address(services: Services, curator: Session, query: str, settled: str) -> str:
    """The next paper of the queue that the curator came from, or the queue itself where nothing is left in it."""
    following = next_paper(services, curator, query, without=settled)
    address = paper_address(following) if following else "/desk"
    return f"{address}?{urlencode({'done': settled})}" + (f"&{query}" if query else "")


def _save(call: _Call, wanted: Decided, message: str = "Saved") -> Response:
    saved, conflicts = _write(call, wanted)
    if conflicts or (wanted.anew and not _overriding(call)):
        return _conflicting(call, wanted, conflicts)
    return _done(call, _digests(wanted), saved, message, _undoing(wanted, saved))


def _write(call: _Call, wanted: Decided) -> tuple[list[str], list[Conflict]]:
    """Save unless somebody, or the machine, said something else since the page was shown."""
    if wanted.anew and not _overriding(call):
        return [], []
    engine = call.services.engine
    # who reviews independently is told of no conflict with what is hidden
    override = _overriding(call) or call.paper.is_reviewed_independently
    saved, conflicts = save_reviews(engine, wanted.reviews, wanted.seen, override=override)
    if saved:
        call.services.reestimate(call.paper.paper_key)
    return list(saved), list(conflicts)


def _overriding(call: _Call) -> bool:
    return call.form.get("override") == "1"


def _digests(wanted: Decided) -> list[str]:
    return list(dict.fromkeys(split_fact_key(review.fact_key)[1] for review in wanted.reviews))


def _undoing(wanted: Decided, saved: Sequence[str]) -> list[str]:
    """What to send back as ``take_back`` so as to undo a save; an undo is not undone."""
    return [
        f"withdraw|{split_fact_key(review.fact_key)[1]}|{review.field or ''}|{review_id}"
        for review, review_id in zip(wanted.reviews, saved, strict=True)
        if review.decision is not Decision.WITHDRAW
    ]


def _done(
    call: _Call,
    touched: Sequence[str],
    saved: Sequence[str] = (),
    message: str = "Saved",
    take_back: Sequence[str] = (),
    added: str = "",
    fact: str = "",
) -> Response:
    """The answer to a save: the touched cards as they are now, or the page again at the card."""
    digest = fact or (touched[0] if touched else call.form.get("fact", ""))
    if wants_html(call.request):
        return RedirectResponse(_back_to(call, digest), 303)
    paper = read_paper(call.services, call.paper.paper_key, call.curator.user.name)
    answer: dict[str, Any] = {"saved": list(saved), "message": message, "take_back": list(take_back), "next": None}
    answer["cards"] = card_html(call.services, paper, touched, call.curator.csrf_token)
    if added:
        reviews = next((one.latest for one in paper.facts if one.fact_key.endswith(added)), {})
        answer |= {"added": added, "take_back": [f"reject|{added}||{reviews.get('') or ''}"]}
    return JSONResponse(answer)


def _back_to(call: _Call, digest: str) -> str:
    query = {"page": call.form.get("page", ""), "fact": digest}
    filters = queue_of(call.form)
    address = f"{paper_address(call.paper.paper_key)}?{urlencode({k: v for k, v in query.items() if v})}"
    return address + (f"&{filters}" if filters else "") + (f"#record-{digest}" if digest else "")


def _conflicting(call: _Call, wanted: Decided, conflicts: Iterable[Conflict]) -> Response:
    """Tell what stands against it; nothing was saved."""
    told = [conflict_words(conflict) for conflict in conflicts]
    told += [
        {"fact": digest, "field": "", "words": "the machine has read this record anew since the page was shown"}
        for digest in sorted(wanted.anew)
    ]
    paper = read_paper(call.services, call.paper.paper_key, call.curator.user.name)
    if not wants_html(call.request):
        cards = card_html(call.services, paper, {item["fact"] for item in told}, call.curator.csrf_token)
        return JSONResponse({"conflicts": told, "cards": cards}, 409)
    again = Told(conflicts=told, form=sent_again(call.form), action=call.request.url.path)
    return _page(call, paper, again, 409)


def _refused(call: _Call, refused: Exception) -> Response:
    """Say why nothing was saved, and keep what was typed."""
    errors = refused.errors if isinstance(refused, DecisionError) else {}
    if not wants_html(call.request):
        return JSONResponse({"error": str(refused), "errors": errors}, 422)
    typed = dict(call.form.multi_items())
    told = Told(str(refused), typed=typed, fact=call.form.get("fact", ""), errors=errors)
    return _page(call, call.paper, told, 422)


def _page(call: _Call, paper: PaperRecords, told: Told, status: int) -> Response:
    shown = shown_by(call.request, paper)
    return paper_page(call.request, call.services, call.curator, paper, shown, told, status)


def _without(form: Form, *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if name not in names]
