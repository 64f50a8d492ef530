"""The queue's pages: papers by what a decision is worth, the way to the next one, and the sample for double review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from db.agreement_rows import choose_double_reviews
from db.desk_queue import QueueFilters, QueueRow, queue, queue_length, queue_progress, second_reviews
from portal.desk.titles import short_key, shortened
from portal.pages import page
from portal.paper_keys import paper_address
from portal.queue import hardware
from portal.queue.filters import FIRST_YEAR, FLAGS, LAST_YEAR, OPTIONS, FilterError, filters_of, kept_query, query_of
from portal.queue.following import next_paper
from portal.queue.reasons import Reason, benchmark_name, benchmark_names, reasons
from portal.security import Adjudicator, Curator, Reader, Role, Session
from portal.services import Services, Wired

ADDRESS = "/desk"
PAPERS_A_PAGE = 50
MOST_PERCENT = 25
_MOST_SECOND_REVIEWS = 10
_FLAG_WORDS = {
    "hardware": "New hardware",
    "disagreements": "Disagreements",
    "stale": "Stale reviews",
    "double": "Chosen for double review",
}
_SHOWN_WORDS = {"open": "open papers", "settled": "settled papers", "all": "all papers"}
_FIELDS = ("cs.AI", "cs.CL", "cs.CV", "cs.IR", "cs.LG", "cs.NE", "cs.RO", "cs.SD", "eess.AS", "eess.IV", "stat.ML")
"""Suggested; any category of arXiv can be asked for."""

router = APIRouter()
router.include_router(hardware.router)


@dataclass(frozen=True, slots=True)
class ShownPaper:
    """A row of the table, in words."""

    row: QueueRow
    title: str
    address: str
    """With the options of the queue, which the paper's page goes on with; empty for people who may not open it."""
    benchmarks: tuple[str, ...]
    reasons: tuple[Reason, ...]
    claimed_by: str
    """Empty where nobody has it in hand."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The part of the queue that is shown."""

    papers: tuple[ShownPaper, ...]
    length: int
    """Of the whole queue under these options."""
    page_number: int
    pages: int
    query: str

    @property
    def first(self) -> int:
        """Papers on the pages before this one."""
        return PAPERS_A_PAGE * (self.page_number - 1)

    def page_address(self, number: int) -> str:
        return _address({"page": number if number > 1 else ""}, self.query)


@router.get(ADDRESS)
def desk(request: Request, services: Wired, reader: Reader) -> Response:
    """The queue; options that mean nothing are told beside the form, and nothing is listed."""
    typed = {name: request.query_params.get(name, "") for name in OPTIONS}
    problem, filters = "", QueueFilters()
    try:
        filters = filters_of(typed)
    except FilterError as refused:
        problem = str(refused)
    may_review = reader.user.role.may(Role.CURATOR)
    listing = Listing((), 0, 1, 1, "")
    if not problem:
        listing = _listing(services, reader, filters, _page_number(request.query_params.get("page", "")))
    waiting: list[QueueRow] = []
    if may_review and not problem and not listing.query:
        waiting = second_reviews(services.engine, reader.user.name, _MOST_SECOND_REVIEWS, services.now())
    return page(
        request,
        "queue/queue.html",
        status=422 if problem else 200,
        problem=problem,
        typed=typed,
        flags=[(name, _FLAG_WORDS[name], getattr(filters, FLAGS[name])) for name in FLAGS],
        shown=typed["show"] if typed["show"] in _SHOWN_WORDS else "open",
        shown_words=_SHOWN_WORDS,
        benchmarks=_benchmark_choices(filters.benchmark),
        fields=_FIELDS,
        years=(FIRST_YEAR, LAST_YEAR),
        listing=listing,
        waiting=[_shown_paper(row, "", reader) for row in waiting],
        start_address=f"{ADDRESS}/next" + (f"?{listing.query}" if listing.query else ""),
        may_review=may_review,
        may_choose=reader.user.role.may(Role.ADJUDICATOR),
        most_percent=MOST_PERCENT,
        progress=queue_progress(services.engine),
        told=_told(request.query_params),
    )


def _listing(services: Services, reader: Session, filters: QueueFilters, wanted_page: int) -> Listing:
    """That page, or the last one where there are not so many."""
    engine, viewer, query, now = services.engine, reader.user.name, query_of(filters), services.now()
    number = 1
    rows = queue(engine, filters, 0, PAPERS_A_PAGE, viewer=viewer, now=now)
    length = len(rows)
    if length == PAPERS_A_PAGE:  # there may be more: only then need all be counted
        length = queue_length(engine, filters, viewer=viewer)
        number = min(wanted_page, ceil(length / PAPERS_A_PAGE))
    if number > 1:
        rows = queue(engine, filters, PAPERS_A_PAGE * (number - 1), PAPERS_A_PAGE, viewer=viewer, now=now)
    pages = max(1, ceil(length / PAPERS_A_PAGE))
    return Listing(tuple(_shown_paper(row, query, reader) for row in rows), length, number, pages, query)


@router.get(ADDRESS + "/next")
def start(request: Request, services: Wired, curator: Curator) -> RedirectResponse:
    """To the first paper of the queue that nobody else has in hand."""
    query = kept_query(request.url.query)
    found = next_paper(services, curator, query)
    if found is None:
        return RedirectResponse(_address({"none": "1"}, query), 303)
    return RedirectResponse(paper_address(found) + (f"?{query}" if query else ""), 303)


@router.post(ADDRESS + "/double-reviews")
def choose(
    services: Wired, adjudicator: Adjudicator, percent: Annotated[float, Form(gt=0, le=MOST_PERCENT)]
) -> RedirectResponse:
    """Choose a share of the open papers, at random, that two curators are to review independently."""
    open_papers = queue_length(services.engine, QueueFilters())
    chosen = choose_double_reviews(services.engine, ceil(open_papers * percent / 100), services.now())
    return RedirectResponse(_address({"chosen": len(chosen)}, "double=1"), 303)


def _shown_paper(row: QueueRow, query: str, reader: Session) -> ShownPaper:
    address = paper_address(row.paper_key) + (f"?{query}" if query else "")
    return ShownPaper(
        row=row,
        title=shortened(row.title) or short_key(row.paper_key),
        address=address if reader.user.role.may(Role.CURATOR) else "",
        benchmarks=tuple(benchmark_name(each) for each in row.benchmarks),
        reasons=tuple(reasons(row)),
        claimed_by="you" if row.claimed_by == reader.user.name else row.claimed_by or "",
    )


def _benchmark_choices(chosen: str) -> list[tuple[str, str]]:
    names = dict(benchmark_names())
    if chosen:
        names.setdefault(chosen, chosen)
    return list(names.items())


def _page_number(written: str) -> int:
    """ "3" -> 3        "0", "-1", "many" -> 1        of thousands of digits the first seven, later than any page"""
    return max(1, int(written[:7])) if written.isascii() and written.isdigit() else 1


def _address(values: Mapping[str, object], query: str) -> str:
    told = urlencode({name: value for name, value in values.items() if value != ""})
    parts = "&".join(filter(None, (query, told)))
    return ADDRESS + (f"?{parts}" if parts else "")


def _told(query: Mapping[str, str]) -> str:
    """What brought the curator here, if it is worth a line."""
    if query.get("none"):
        return "No paper is left for you here: those that are shown, if any, are in other people's hands."
    chosen = query.get("chosen", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 7:
        return f"Chosen for double review: {int(chosen):,} more papers that nobody has reviewed."
    return "Settled. Nothing is left under these options." if query.get("done") else ""
