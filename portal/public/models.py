"""All models, of papers and of imported tables, and each with what its training took and what it reached."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import Response

from db.fields import Kind
from db.public_queries import MODEL_SORTS, ModelFilters, models_table
from db.public_records import model as public_model
from portal.desk.titles import shortened
from portal.pages import page
from portal.paper_keys import register_paper_keys
from portal.public.caching import PublicRoute
from portal.public.fact_views import fact_view, fact_words
from portal.public.options import ROWS_A_PAGE, check_page, choice_option, read_listing, text_option, year_option
from portal.public.papers import known_accelerator, of_kind
from portal.public.words import BASIS_WORDS, register_words
from portal.queue.reasons import benchmark_names
from portal.services import Wired
from releases.licences import terms

_DOWNWARDS = frozenset(MODEL_SORTS) - {"model", "title", "accelerator"}
BURDEN = {"1": "known"}

register_paper_keys()
register_words()
router = APIRouter(route_class=PublicRoute)


@router.get("/models")
def models(request: Request, services: Wired) -> Response:
    """The list: ``?q=&benchmark=&accelerator=&basis=&from=&to=&burden=1&sort=&order=&page=``."""
    year_from, year_to = year_option(request, "from"), year_option(request, "to")
    benchmarks = dict(benchmark_names())
    typed = {
        "q": text_option(request, "q"),
        "benchmark": choice_option(request, "benchmark", benchmarks),
        "accelerator": text_option(request, "accelerator"),
        "basis": choice_option(request, "basis", BASIS_WORDS),
        "from": str(year_from or ""),
        "to": str(year_to or ""),
        "burden": choice_option(request, "burden", BURDEN),
    }
    listing = read_listing(request, typed, MODEL_SORTS, "hardware_burden_flop", _DOWNWARDS)
    filters = ModelFilters(
        search=typed["q"],
        basis=typed["basis"],
        accelerator=known_accelerator(services, typed["accelerator"]),
        year_from=year_from,
        year_to=year_to,
        benchmark=typed["benchmark"],
        with_burden=bool(typed["burden"]),
    )
    found = models_table(
        services.engine, filters, listing.sort, listing.descending, offset=listing.offset, limit=ROWS_A_PAGE
    )
    check_page(listing, found.total)
    return page(
        request,
        "public/models.html",
        listing=listing,
        rows=found.rows,
        total=found.total,
        benchmarks=benchmarks,
        accelerators=[one.name for one in services.catalogue],
    )


@router.get("/models/{model_id}")
def model(request: Request, services: Wired, model_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> Response:
    """A model: its burden and where each part of it stands, its results, its evidence."""
    found = public_model(services.engine, model_id)
    if found is None:
        raise HTTPException(404, "There is no such model: it may have got another name when its paper was read again.")
    row = found.row
    views = [
        fact_view(fact, row["paper_key"], row["arxiv_id"], found.version, day_of(row["published"]), services.catalogue)
        for fact in found.facts
    ]
    return page(
        request,
        "public/model.html",
        model=found,
        row=row,
        title=shortened(row["model"] or row["title"] or "Model not named"),
        runs=of_kind(views, Kind.TRAINING_RUN),
        compute=of_kind(views, Kind.TRAINING_COMPUTE),
        properties=of_kind(views, Kind.MODEL_PROPERTY),
        results=of_kind(views, Kind.RESULT),
        fact_words=fact_words,
        terms=terms().get(row["source"]),
    )


def day_of(published: str | None) -> date | None:
    """ "2017-06-12" -> that day        "2017", None -> None"""
    try:
        return date.fromisoformat(published) if published else None
    except ValueError:
        return None
