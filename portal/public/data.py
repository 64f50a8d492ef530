"""The data to take away: releases to download, what is in them, and how the API is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import FileResponse, Response

from portal.api.api import api_document
from portal.api.description import api_description
from portal.pages import environment, page
from portal.public.caching import PublicRoute
from portal.public.offered import offered_file, offered_release, offered_releases
from portal.public.words import register_words
from portal.services import Wired
from releases.contents import MEDIA_TYPES
from releases.licences import terms
from releases.tables import TABLES

_Name = Annotated[str, Path(max_length=40)]
_FILE_HEADERS: Mapping[str, str] = {"Cache-Control": "public, max-age=86400"}
"""A release's file never changes."""

_SIZES = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def _size(byte_count: int) -> str:
    """1_234_567 -> "1.2 MB"        512 -> "512 bytes" """
    for size, unit in _SIZES:
        if byte_count >= size:
            return f"{byte_count / size:.1f} {unit}"
    return f"{byte_count} bytes"


register_words()
environment().filters["size"] = _size
_described = APIRouter(route_class=PublicRoute)


@_described.get("/data/api")
def api(request: Request) -> Response:
    """The API for people: every address with its parameters and an example."""
    return page(request, "public/data_api.html", described=api_description(api_document()))


@_described.get("/data/dictionary")
def dictionary(request: Request) -> Response:
    """Every column of every table of a release."""
    return page(request, "public/data_dictionary.html", tables=TABLES)


router = APIRouter()
"""Releases come and go without a change of the database: these answers have no ETag of its state."""
router.include_router(_described)


@router.get("/data")
def data(request: Request, services: Wired) -> Response:
    """Releases to download, licence by source, the API."""
    return page(
        request,
        "public/data.html",
        releases=offered_releases(services.releases_folder),
        terms=terms().values(),
        tables=TABLES,
        origin=str(request.base_url).rstrip("/"),
    )


@router.get("/data/{name}")
def release(request: Request, services: Wired, name: _Name) -> Response:
    """One release, its files with their digests."""
    found = offered_release(services.releases_folder, name)
    if found is None:
        raise HTTPException(404, "No release of this name is offered here.")
    return page(
        request, "public/data_release.html", release=found, titles={table.name: table.title for table in TABLES}
    )


@router.get("/data/{name}/{path:path}")
def release_file(services: Wired, name: _Name, path: Annotated[str, Path(max_length=100)]) -> Response:
    """A file of a release, for download."""
    found = offered_file(services.releases_folder, name, path)
    if found is None:
        raise HTTPException(404, "This release has no such file.")
    kind = MEDIA_TYPES.get(found.suffix, "text/plain; charset=utf-8")
    return FileResponse(found, media_type=kind, filename=f"burden-{name}-{found.name}", headers=_FILE_HEADERS)
