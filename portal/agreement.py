"""How far two curators agree, for adjudicators: figures by field, what two differ in, papers for double review."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from annotations.agreement import LEAST_ITEMS, Disagreement, FieldAgreement, disagreements, field_agreements
from annotations.judgements import RECORD, judged_fields
from db.agreement_rows import DoubleReview, choose_double_reviews, double_review_rows, double_reviews
from portal.pages import page
from portal.paper_keys import paper_address
from portal.security import Adjudicator
from portal.services import Wired

ADDRESS = "/agreement"
MOST_CHOSEN = 100
_A_PAGE = 100
_KIND_WORDS = {
    "training_run": "Training run",
    "training_compute": "Stated computing",
    "result": "Result",
    "model_property": "Property",
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Shown:
    """A disagreement with where it can be settled."""

    difference: Disagreement
    address: str

    @property
    def words(self) -> str:
        """As "Training run: accelerator count"."""
        judged = self.difference.judged
        return f"{kind_words(judged.kind)}: {field_words(judged.field)}"


def kind_words(kind: str) -> str:
    """ "training_run" -> "Training run" """
    return _KIND_WORDS.get(kind, kind)


def field_words(field: str) -> str:
    """ "accelerator_count" -> "accelerator count"    "record" -> "is there such a fact?" """
    return "is there such a fact?" if field == RECORD else field.replace("_", " ")


@router.get(ADDRESS)
def agreement(
    request: Request,
    services: Wired,
    adjudicator: Adjudicator,
    settled: bool = False,
    start: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """The page; ``settled`` also lists what has been settled."""
    judged = judged_fields(double_review_rows(services.engine))
    differing = disagreements(judged)
    listed = [each for each in differing if settled or not each.adjudicated]
    papers = double_reviews(services.engine)
    return page(
        request,
        "agreement.html",
        title="Agreement",
        figures=field_agreements(judged),
        shown=_shown(listed[start : start + _A_PAGE]),
        first=start,
        next_start=start + _A_PAGE if len(listed) > start + _A_PAGE else None,
        listed=len(listed),
        differing=len(differing),
        open_differences=sum(not each.adjudicated for each in differing),
        settled=settled,
        papers=papers,
        judged_by_two=sum(len(each.reviewers) >= 2 for each in papers),
        waiting=_waiting(papers),
        least=LEAST_ITEMS,
        most_chosen=MOST_CHOSEN,
        kind_words=kind_words,
        field_words=field_words,
        kappas=_kappas,
    )


@router.post(ADDRESS + "/papers")
def choose(
    services: Wired,
    adjudicator: Adjudicator,
    count: Annotated[int, Form(ge=1, le=MOST_CHOSEN)],
) -> RedirectResponse:
    """Choose so many more papers, at random, that two curators are to review."""
    choose_double_reviews(services.engine, count, services.now())
    return RedirectResponse(ADDRESS + "#papers", 303)


def _shown(differing: Iterable[Disagreement]) -> list[Shown]:
    return [Shown(each, f"{paper_address(each.judged.paper_key)}#{_anchor(each)}") for each in differing]


def _anchor(difference: Disagreement) -> str:
    return "record-" + difference.judged.fact_key.rpartition(":")[2]


def _waiting(papers: Sequence[DoubleReview]) -> list[tuple[DoubleReview, str]]:
    """Papers that are not judged by two yet, with their addresses."""
    return [(each, paper_address(each.paper_key)) for each in papers if len(each.reviewers) < 2]


def _kappas(figure: FieldAgreement) -> list[str]:
    """As "0.84 ada, ben (n = 24)"; why there is none where there is none."""
    said = []
    for pair in figure.pairs:
        who = f"{pair.first}, {pair.second} (n = {pair.items})"
        said.append(f"{who}: too few" if pair.kappa is None and pair.items < LEAST_ITEMS else _said(pair.kappa, who))
    return said


def _said(kappa: float | None, who: str) -> str:
    return f"{who}: all the same" if kappa is None else f"{kappa:.2f} {who}"
