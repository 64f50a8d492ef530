"""One model, one paper, and what it states."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException

from db.public_records import PublicFact, PublicPaper, model, public_paper
from portal.api import answers
from portal.api.parameters import ModelId, PaperKey
from portal.public.caching import PublicRoute
from portal.public.words import arxiv_abstract, arxiv_pdf
from portal.services import Services, Wired

router = APIRouter(route_class=PublicRoute, tags=["records"])
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": answers.ErrorAnswer, "description": "There is none."}}


@router.get("/models/{model_id}", response_model=answers.ModelRecord, responses=_MISSING)
def read_model(services: Wired, model_id: ModelId) -> Any:
    """A model, its points, and the facts that are of it, each with its page and sentence."""
    found = model(services.engine, model_id)
    if found is None:
        raise HTTPException(404, "There is no model of this id.")
    arxiv_id = found.row["arxiv_id"] if found.paper_key else None
    facts = [_fact(fact, arxiv_id, found.version) for fact in found.facts]
    return {"model": found.row, "points": found.points, "facts": facts}


@router.get("/papers/{key:path}/facts", response_model=list[answers.Fact], responses=_MISSING)
def read_facts(services: Wired, key: PaperKey) -> Any:
    """What the paper states, corrections applied, each with its page and sentence; of many facts the first 2,000.

    While two curators review a paper independently of each other, this is what the machine read.
    """
    found = _paper(services, key)
    return [_fact(fact, found.arxiv_id, found.version) for fact in found.facts]


@router.get("/papers/{key:path}", response_model=answers.PaperRecord, responses=_MISSING)
def read_paper(services: Wired, key: PaperKey) -> Any:
    """A paper with its models, and the history of its reviews."""
    found = _paper(services, key)
    return {
        "paper": found.summary,
        "authors": found.authors,
        "categories": found.categories,
        "license_url": found.license_url,
        "abstract_url": arxiv_abstract(found.arxiv_id) or None,
        "models": found.models,
        "history": found.history,
    }


def _paper(services: Services, key: str) -> PublicPaper:
    found = public_paper(services.engine, key)
    if found is None:
        raise HTTPException(404, "No such paper was read.")
    return found


def _fact(fact: PublicFact, arxiv_id: str | None, version: int | None) -> dict[str, Any]:
    known = {name: getattr(fact, name) for name in answers.Fact.model_fields if name != "page_url"}
    return known | {"kind": str(fact.kind), "page_url": arxiv_pdf(arxiv_id, version, fact.page) or None}
