"""The catalogue of accelerators with its sources, and the papers that trained on each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import Response

from db.public_queries import PAPER_SORTS, PaperFilters, papers_table
from db.public_trends import accelerators_by_year, papers_by_accelerator
from extractors.lexicon.catalogue import Accelerator, Catalogue
from portal.desk.titles import short_key
from portal.pages import page
from portal.public.caching import PublicRoute
from portal.public.options import ROWS_A_PAGE, check_page, read_listing
from portal.public.words import register_words
from portal.services import Wired

KIND_WORDS = {"gpu": "GPU", "tpu": "TPU", "cpu": "CPU", "other": "other accelerator"}
_MOST_UNKNOWN = 30
_NO_SLUG = re.compile(r"[^a-z0-9]+")

register_words()
router = APIRouter(route_class=PublicRoute)


@router.get("/hardware")
def hardware(request: Request, services: Wired) -> Response:
    """All rows of the catalogue, and how many papers trained on each."""
    papers = Counter(papers_by_accelerator(services.engine))
    known = {one.name for one in services.catalogue}
    return page(
        request,
        "public/hardware.html",
        accelerators=sorted(services.catalogue, key=lambda one: (-papers[one.name], one.name)),
        papers=papers,
        unknown=[(name, count) for name, count in papers.most_common() if name not in known][:_MOST_UNKNOWN],
        slugs={one.name: slug for slug, one in slugs(services.catalogue).items()},
        kinds=KIND_WORDS,
    )


@router.get("/hardware/{slug}")
def accelerator(request: Request, services: Wired, slug: Annotated[str, Path(max_length=100)]) -> Response:
    """One of the catalogue, and the papers that trained on it."""
    card = slugs(services.catalogue).get(slug)
    if card is None:
        raise HTTPException(404, "The catalogue has no accelerator of this address.")
    listing = read_listing(request, {}, PAPER_SORTS, "published", frozenset(PAPER_SORTS) - {"title"})
    found = papers_table(
        services.engine,
        PaperFilters(accelerator=card.name),
        listing.sort,
        listing.descending,
        offset=listing.offset,
        limit=ROWS_A_PAGE,
    )
    check_page(listing, found.total)
    return page(
        request,
        "public/accelerator.html",
        card=card,
        kind=KIND_WORDS[card.kind],
        variants=[(name, slug_of(name)) for name in card.variants if name != card.name],
        years=[(row.year, row.papers) for row in accelerators_by_year(services.engine) if row.accelerator == card.name],
        listing=listing,
        rows=found.rows,
        total=found.total,
        short_key=short_key,
    )


@lru_cache(maxsize=4)
def slugs(catalogue: Catalogue) -> Mapping[str, Accelerator]:
    """The rows of the catalogue by what stands for them in addresses."""
    return {slug_of(one.name): one for one in catalogue}


def slug_of(name: str) -> str:
    """ "NVIDIA Tesla V100" -> "nvidia-tesla-v100"        "AMD Instinct MI250X" -> "amd-instinct-mi250x" """
    return _NO_SLUG.sub("-", name.casefold()).strip("-")
