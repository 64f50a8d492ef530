"""The paper's page and the cards on it, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from starlette.responses import HTMLResponse

from db.desk import PaperClaim, PaperRecords, claim_paper
from db.errors import DatabaseError
from db.facts import split_fact_key
from db.fields import Kind
from db.reviews import Conflict
from portal.desk.card_fields import empty_fields
from portal.desk.cards import is_on_shown_pdf
from portal.desk.decisions import Form
from portal.desk.histories import decision_words
from portal.desk.paper_view import PaperView, paper_view
from portal.desk.titles import paper_title
from portal.desk.value_words import KIND_NAMES
from portal.pages import environment, moment, page
from portal.paper_keys import paper_address
from portal.security import Session
from portal.services import Services

_OWN_QUERY = frozenset(("page", "fact", "as_of", "done"))


@dataclass(frozen=True, slots=True)
class Told:
    """What the page has to say about the form that was just sent."""

    message: str = ""
    conflicts: Sequence[Mapping[str, str]] = ()
    form: Sequence[tuple[str, str]] = ()
    """What was sent, to be sent again over the other's decision."""
    action: str = ""
    """Where it was sent."""
    typed: Mapping[str, str] = field(default_factory=dict)
    """By input name, what was typed into the card ``fact``."""
    fact: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which page of the PDF is shown, as of when, and whence the curator came."""

    page_number: int = 1
    fact: str = ""
    as_of: datetime | None = None
    queue: str = ""
    done: str = ""


def shown_by(request: Request, paper: PaperRecords, as_of: datetime | None = None) -> Shown:
    """From the page's address; the first record's page where none is asked for."""
    query = request.query_params
    wanted = query.get("page", "")
    first = next((fact.page for fact in paper.facts if not fact.rejected and is_on_shown_pdf(fact, paper)), 1)
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else first
    queue = urlencode([(name, value) for name, value in query.multi_items() if name not in _OWN_QUERY])
    return Shown(
        max(1, min(number, paper.page_count)), query.get("fact", "")[:40], as_of, queue, query.get("done", "")[:120]
    )


def paper_page(
    request: Request,
    services: Services,
    curator: Session,
    paper: PaperRecords,
    shown: Shown,
    told: Told = Told(),
    status: int = 200,
) -> HTMLResponse:
    """The whole page. Opening it takes the paper into the curator's hands, unless another has it."""
    now = services.now()
    claim = _claim(services, paper, curator) if shown.as_of is None else None
    return page(
        request,
        "desk/paper.html",
        status=status,
        **_common(paper, paper_view(paper, services.catalogue, {shown.fact, told.fact}), shown.as_of is not None),
        title=paper_title(services, paper),
        shown=shown,
        told=told,
        taken=_taken(claim, curator),
        now=now,
        page_numbers=range(1, paper.page_count + 1),
        add_forms=[(str(kind), KIND_NAMES[kind], empty_fields(kind)) for kind in Kind],
        accelerator_names=[row.name for row in services.catalogue],
        extra_query=f"&{shown.queue}" if shown.queue else "",
        unmatched=[(review, decision_words(review)) for review in paper.unmatched_reviews],
    )


def _claim(services: Services, paper: PaperRecords, curator: Session) -> PaperClaim | None:
    """Who has the paper in hand; unknown while somebody else writes for long: the page can be read all the same."""
    try:
        return claim_paper(services.engine, paper.paper_key, curator.user.user_id, services.now())
    except DatabaseError:
        return None


def _taken(claim: PaperClaim | None, curator: Session) -> str:
    if claim is None or claim.user_id == curator.user.user_id:
        return ""
    since = f"{claim.name} has had this paper in hand since {moment(claim.claimed_at)}."
    return f"{since} You may both decide: whoever decides second is told what the first decided."


def card_html(services: Services, paper: PaperRecords, digests: Iterable[str], csrf_token: str) -> dict[str, Any]:
    """Cards of these facts with their forms, as the page has them: by digest, ``group`` and ``html``."""
    wanted = tuple(digests)
    view = paper_view(paper, services.catalogue, wanted)
    template = environment().get_template("desk/one_card.html")
    groups = {card.digest: group for group in view.groups for card in group.cards}
    made = {}
    for digest in wanted:
        card = view.cards.get(digest)
        if card is not None:
            context = {**_common(paper, view, False), "csrf_token": csrf_token, "card": card, "told": Told()}
            made[digest] = {"group": groups[digest].name, "html": template.render(context).strip()}
    return made


def _common(paper: PaperRecords, view: PaperView, read_only: bool) -> dict[str, Any]:
    address = paper_address(paper.paper_key)
    return {
        "paper": paper,
        "view": view,
        "read_only": read_only,
        "address": address,
        "pages_address": f"/desk/pages/{paper.document_sha256}",
        "address_to": lambda *rest: paper_address(paper.paper_key, *rest),
    }


def conflict_words(conflict: Conflict) -> dict[str, str]:
    """What the other decided, on what, and when."""
    return {
        "fact": split_fact_key(conflict.fact_key)[1],
        "field": conflict.field or "",
        "words": f"{conflict.reviewer} {decision_words(conflict)} on {moment(conflict.reviewed_at)}",
    }


def sent_again(form: Form) -> list[tuple[str, str]]:
    """A form's fields to be sent once more: all but the token, which the page writes itself."""
    return [(name, value) for name, value in form.multi_items() if name not in ("csrf", "override")]


def queue_of(form: Form) -> str:
    """The queue's filters, as the page was opened with; only what parses is kept."""
    return urlencode(parse_qsl(form.get("queue", "")[:1000]))
