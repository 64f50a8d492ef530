"""What the API says of everything together: how the data stand, accelerators, trends, terms, releases."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, HTTPException

from db.public_stamp import public_stamp
from db.public_trends import accelerators_by_year, home_counts, yearly
from db.release_store import StoredRelease, release, releases
from portal.api import answers
from portal.api.parameters import ROOT, ReleaseName
from portal.public.caching import PublicRoute
from portal.public.offered import offered_file
from portal.services import Wired
from releases.licences import terms
from releases.making import released_row_count

router = APIRouter(route_class=PublicRoute, tags=["overview"])
_not_kept = APIRouter()
"""Which files are offered changes without the database."""


@router.get("/", response_model=answers.State)
def read_state(services: Wired) -> Any:
    """How the data stand: counts, and when they last changed."""
    stamp = public_stamp(services.engine)
    counts = asdict(home_counts(services.engine))
    return counts | {"stamp": stamp.number, "changed_at": stamp.changed_at, "openapi": f"{ROOT}/openapi.json"}


@router.get("/accelerators", response_model=list[answers.Accelerator])
def list_accelerators(services: Wired) -> Any:
    """The catalogue, and how many papers train on each."""
    papers: Counter[str] = Counter()
    for row in accelerators_by_year(services.engine):
        papers[row.accelerator] += row.papers
    derived = ("peak_tflops", "peak_precision")
    return [
        asdict(each) | {name: getattr(each, name) for name in derived} | {"papers": papers[each.name]}
        for each in services.catalogue
    ]


@router.get("/trends", response_model=answers.Trends)
def read_trends(services: Wired) -> Any:
    """By year: what papers report, how their burdens lie, and which accelerators they train on."""
    return {"years": yearly(services.engine), "accelerators_by_year": accelerators_by_year(services.engine)}


@router.get("/sources", response_model=list[answers.SourceTerms])
def list_sources() -> Any:
    """Licence and credit of rows by where they are from. Rows whose licence is not stated are in no release."""
    return list(terms().values())


@router.get("/releases", response_model=list[answers.Release])
def list_releases(services: Wired) -> Any:
    """Dated releases of everything, the latest first."""
    return [_release(each) for each in releases(services.engine)]


@_not_kept.get(
    "/releases/{name}",
    response_model=answers.ReleaseRecord,
    responses={404: {"model": answers.ErrorAnswer, "description": "There is none."}},
)
def read_release(services: Wired, name: ReleaseName) -> Any:
    """A release and its files."""
    found = release(services.engine, name)
    if found is None:
        raise HTTPException(404, "There is no release of this name.")
    files = [
        facts | {"url": offered_file(services.releases_folder, name, path) and f"/data/{name}/{path}"}
        for path, facts in found.manifest["files"].items()
    ]
    return _release(found) | {"files": files}


router.include_router(_not_kept)


def _release(kept: StoredRelease) -> dict[str, Any]:
    return {
        "name": kept.name,
        "made_at": kept.made_at,
        "rows": released_row_count(kept),
        "url": f"/data/{kept.name}",
    }
