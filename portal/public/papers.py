"""All papers that were read, and each with its facts, their evidence, and what was decided on them."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from db.fields import Kind
from db.public_queries import PAPER_SORTS, PaperFilters, papers_table
from db.public_records import public_paper
from portal.desk.titles import short_key, shortened
from portal.pages import page
from portal.paper_keys import register_paper_keys
from portal.public.caching import PublicRoute
from portal.public.fact_views import FactView, fact_view, review_words
from portal.public.options import ROWS_A_PAGE, check_page, choice_option, read_listing, text_option, year_option
from portal.public.words import arxiv_abstract, arxiv_pdf, register_words
from portal.services import Services, Wired

REPORTS = {
    "accelerator": "an accelerator",
    "count": "a count of devices",
    "time": "a training time",
    "burden": "enough for a burden",
}
_DOWNWARDS = frozenset(PAPER_SORTS) - {"title"}

register_paper_keys()
register_words()
router = APIRouter(route_class=PublicRoute)


@router.get("/papers")
def papers(request: Request, services: Wired) -> Response:
    """The list: ``?q=&year=&accelerator=&reports=&sort=&order=&page=``."""
    typed = {
        "q": text_option(request, "q"),
        "year": str(year_option(request, "year") or ""),
        "accelerator": text_option(request, "accelerator"),
        "reports": choice_option(request, "reports", REPORTS),
    }
    listing = read_listing(request, typed, PAPER_SORTS, "published", _DOWNWARDS)
    filters = PaperFilters(
        search=typed["q"],
        year=year_option(request, "year"),
        accelerator=known_accelerator(services, typed["accelerator"]),
        reports=typed["reports"],
    )
    found = papers_table(
        services.engine, filters, listing.sort, listing.descending, offset=listing.offset, limit=ROWS_A_PAGE
    )
    check_page(listing, found.total)
    return page(
        request,
        "public/papers.html",
        listing=listing,
        rows=found.rows,
        total=found.total,
        reports=REPORTS,
        accelerators=[one.name for one in services.catalogue],
        short_key=short_key,
    )


def known_accelerator(services: Services, typed: str) -> str:
    """ "v100" -> "NVIDIA Tesla V100"        what the catalogue lacks -> as it was typed"""
    found = services.catalogue.find(typed) if typed else None
    return found.name if found else typed


@router.get("/papers/{key:paper_key}")
def paper(request: Request, services: Wired, key: str) -> Response:
    """A paper: its models' burdens, runs with evidence and steps, results, properties, reviews."""
    found = public_paper(services.engine, key)
    if found is None:
        raise HTTPException(404, "No paper of this address has been read here. It may be at arxiv.org all the same.")
    views = [
        fact_view(fact, found.paper_key, found.arxiv_id, found.version, found.published, services.catalogue)
        for fact in found.facts
    ]
    own = [view for view in of_kind(views, Kind.RESULT) if view.fact.values.get("own")]
    return page(
        request,
        "public/paper.html",
        paper=found,
        title=shortened(found.title) or short_key(found.paper_key),
        abstract_address=arxiv_abstract(found.arxiv_id, found.version),
        pdf_address=arxiv_pdf(found.arxiv_id, found.version),
        runs=of_kind(views, Kind.TRAINING_RUN),
        compute=of_kind(views, Kind.TRAINING_COMPUTE),
        own_results=by_benchmark(own),
        cited_results=[view for view in of_kind(views, Kind.RESULT) if not view.fact.values.get("own")],
        properties=of_kind(views, Kind.MODEL_PROPERTY),
        history=review_words(found.history),
        titles={view.anchor: view.title for view in views},
    )


def of_kind(views: list[FactView], kind: Kind) -> list[FactView]:
    return [view for view in views if view.fact.kind is kind]


def by_benchmark(views: list[FactView]) -> list[tuple[str, str, list[FactView]]]:
    """Benchmark, metric and the results on it, in the order of their first."""
    order: dict[tuple[str, str], list[FactView]] = {}
    for view in views:
        values = view.fact.values
        order.setdefault((str(values.get("benchmark")), str(values.get("metric"))), []).append(view)
    return [(benchmark, metric, held) for (benchmark, metric), held in order.items()]
