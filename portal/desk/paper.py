"""The page of a paper: its records beside the page they were read from, as they are and as they once stood."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import JSONResponse, Response

from db.desk import PaperRecords
from db.fields import FIELDS, Kind
from db.history import fact_history, record_as_of
from portal.desk import saving
from portal.desk.accelerator_rows import source_of
from portal.desk.cards import is_on_shown_pdf
from portal.desk.histories import history_lines
from portal.desk.live_burden import read_form
from portal.desk.paper_view import paper_view
from portal.desk.rendering import card_html, paper_page, shown_by
from portal.desk.titles import paper_title
from portal.page_images import PageNumber
from portal.pages import environment, page
from portal.paper_keys import paper_address, register_paper_keys
from portal.security import Curator
from portal.services import PageUnavailableError, Wired

register_paper_keys()
FactDigest = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

MOST_CARDS = 20
"""That are asked for at once; static/desk/opening.js has the same number."""

router = APIRouter()
router.include_router(saving.router)


@router.get("/desk/papers/{key:paper_key}")
def paper(request: Request, services: Wired, curator: Curator, key: str, as_of: str = "") -> Response:
    """The paper as it is now, or, with ``as_of=2026-11-01``, as it stood at the end of that day (UTC)."""
    if not as_of:
        records = saving.read_paper(services, key, curator.user.name)
        return paper_page(request, services, curator, records, shown_by(request, records))
    moment = _end_of_day(as_of)
    today = saving.read_paper(services, key, curator.user.name)
    past = record_as_of(
        services.engine, key, moment, hide_reviews_of_others_than=saving.alone(today, curator.user.name)
    )
    if past is None:
        raise HTTPException(404, f"This paper had not been read by {as_of}.")
    return paper_page(request, services, curator, past, shown_by(request, past, moment))


def _end_of_day(written: str) -> datetime:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise HTTPException(422, f"{written[:20]!r} is no date: write YYYY-MM-DD.") from None
    return datetime.combine(day, time.max, UTC)


@router.get("/desk/papers/{key:paper_key}/cards")
def cards(
    services: Wired, curator: Curator, key: str, fact: Annotated[list[str], Query(max_length=MOST_CARDS)]
) -> Response:
    """The cards of these records, each with its form: the page of a long paper shows most of its cards without."""
    records = saving.read_paper(services, key, curator.user.name)
    return JSONResponse({"cards": card_html(services, records, fact, curator.csrf_token)})


@router.get("/desk/papers/{key:paper_key}/history/{digest}")
def history(request: Request, services: Wired, curator: Curator, key: str, digest: FactDigest) -> Response:
    """All that was ever read or decided of one fact, in time."""
    records = saving.read_paper(services, key, curator.user.name)
    hidden = saving.alone(records, curator.user.name)
    entries = fact_history(services.engine, f"{key}:{digest}", hide_reviews_of_others_than=hidden)
    if not entries:
        raise HTTPException(404, "No such record was ever read from this paper.")
    card = paper_view(records, services.catalogue).cards.get(digest)
    return page(
        request,
        "desk/history.html",
        title=paper_title(services, records),
        card=card,
        digest=digest,
        lines=history_lines(entries),
        address=paper_address(key),
    )


@router.get("/desk/papers/{key:paper_key}/check")
def check(request: Request, services: Wired, curator: Curator, key: str) -> Response:
    """How the fields of a form are read as they stand, and the burden they give. Asked for as the curator types."""
    query = request.query_params
    try:
        kind = Kind(query.get("kind", ""))
        published = date.fromisoformat(query["published"]) if query.get("published") else None
    except ValueError:
        raise HTTPException(422, "That is no kind of record, or no date.") from None
    typed = {name: query.get(f"field.{name}", "") for name in FIELDS[kind]}
    read = read_form(kind, typed, published, services.catalogue, source_of(key))
    proposed = environment().get_template("desk/one_proposal.html").render(one=read.proposal)
    burden = read.burden
    return JSONResponse(
        {
            "shown": read.shown,
            "notes": read.notes,
            "errors": read.errors,
            "burden": burden
            and {
                "flop": burden.flop,
                "interval": burden.interval,
                "method": burden.method,
                "reason": burden.reason,
            },
            "proposal": proposed.strip(),
        }
    )


@router.get("/desk/papers/{key:paper_key}/overlay/{page_number:int}.svg")
def overlay(
    services: Wired,
    curator: Curator,
    key: str,
    page_number: PageNumber,
    fact: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The boxes of the evidence on a page, as a picture to lie over it where no script draws them."""
    records: PaperRecords = saving.read_paper(services, key, curator.user.name)
    try:
        words = services.page_words(records.document_sha256, page_number)
    except PageUnavailableError as error:
        raise HTTPException(422, str(error)) from None
    boxes = [
        (box, one.fact_key.endswith(fact) if fact else False)
        for one in records.facts
        if not one.rejected and is_on_shown_pdf(one, records)
        for number, box in one.boxes
        if number == page_number
    ]
    drawn = environment().get_template("desk/overlay.svg").render(width=words.width, height=words.height, boxes=boxes)
    return Response(drawn, media_type="image/svg+xml")
