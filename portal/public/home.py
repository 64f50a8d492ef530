"""The first page: what is known, the chart that says most of it, how to cite."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from db.public_stamp import public_stamp
from db.public_trends import benchmarks, home_counts
from portal.charts.headline import headline
from portal.pages import page
from portal.public.caching import PublicRoute
from portal.public.words import day, register_words
from portal.services import Wired

_MOST_BENCHMARKS = 12
CITED_TITLE = "burden: the computing that deep-learning results took, read from arXiv papers with evidence"

register_words()
router = APIRouter(route_class=PublicRoute)


@router.get("/")
def home(request: Request, services: Wired) -> Response:
    engine = services.engine
    changed_at = public_stamp(engine).changed_at
    known = benchmarks(engine)
    return page(
        request,
        "public/home.html",
        counts=home_counts(engine),
        headline=headline(services),
        benchmarks=known[:_MOST_BENCHMARKS],
        benchmark_count=len(known),
        changed_at=changed_at,
        citation=citation(changed_at),
        bibtex=bibtex(changed_at),
    )


def citation(at: datetime | None) -> str:
    """ "The burden team (2026). burden: …. State of 27 Nov 2026." """
    year = f" ({at.year})" if at else ""
    state = f" State of {day(at.date())}." if at else ""
    return f"The burden team{year}. {CITED_TITLE}.{state}"


def bibtex(at: datetime | None) -> str:
    """The same as an entry of a bibliography."""
    lines = ["@misc{burden" + (str(at.year) if at else "") + ",", "  author = {{The burden team}},"]
    lines.append("  title = {{" + CITED_TITLE + "}},")
    if at:
        lines += [f"  year = {{{at.year}}},", f"  note = {{State of {at.date().isoformat()}}},"]
    return "\n".join([*lines, "}"])
