"""Pages of PDFs as pictures, and their words: for curators only, since e-prints are not served to the public.

A PDF is named by its sha256, as records name it, so that boxes and picture always belong together. Browsers ask again
each time whether they may show what they keep, so that nobody sees a page after signing out.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from starlette.responses import JSONResponse, Response

from db.queries import has_document
from portal.security import Curator
from portal.services import PageUnavailableError, Services, Unavailable, Wired

RESOLUTIONS_DPI = (72, 108, 144, 216, 288)
"""Those that are drawn; the nearest one above what is asked for is taken."""
_RENDERING = "1"
"""To be raised when pages are drawn differently: browsers then fetch them anew."""
_STATUS = {Unavailable.MISSING: 404, Unavailable.BROKEN: 422, Unavailable.BUSY: 503}

router = APIRouter(prefix="/desk/pages")

Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
PageNumber = Annotated[int, Path(ge=1, le=10_000)]


@router.get("/{sha256}/{page_number}.webp")
def page_image(
    request: Request,
    services: Wired,
    curator: Curator,
    sha256: Sha256,
    page_number: PageNumber,
    dpi: Annotated[int, Query(ge=1, le=RESOLUTIONS_DPI[-1])] = 144,
) -> Response:
    """The page, in at least ``dpi`` dots per inch."""
    _check_known(services, sha256)
    drawn_dpi = next(each for each in RESOLUTIONS_DPI if each >= dpi)
    headers = _kept(f"{sha256}-{page_number}-{drawn_dpi}-{_RENDERING}")
    if _has(request, headers):
        return Response(status_code=304, headers=headers)
    try:
        image = services.page_image(sha256, page_number, drawn_dpi)
    except PageUnavailableError as error:
        raise _http_error(error) from None
    return Response(image, media_type="image/webp", headers=headers)


@router.get("/{sha256}/{page_number}/words.json")
def page_words(
    request: Request, services: Wired, curator: Curator, sha256: Sha256, page_number: PageNumber
) -> Response:
    """``{"width": …, "height": …, "words": [[left, top, right, bottom, text], …]}``: in points, in reading order."""
    _check_known(services, sha256)
    headers = _kept(f"{sha256}-{page_number}-words-{_RENDERING}")
    if _has(request, headers):
        return Response(status_code=304, headers=headers)
    try:
        read = services.page_words(sha256, page_number)
    except PageUnavailableError as error:
        raise _http_error(error) from None
    return JSONResponse({"width": read.width, "height": read.height, "words": read.words}, headers=headers)


def _check_known(services: Services, sha256: str) -> None:
    """What lies in the store but belongs to no paper of this database is shown to nobody."""
    if not has_document(services.engine, sha256):
        raise HTTPException(404, "No paper here has this PDF.")


def _kept(tag: str) -> dict[str, str]:
    return {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache", "Vary": "Cookie"}


def _has(request: Request, headers: dict[str, str]) -> bool:
    known = request.headers.get("if-none-match", "")
    return headers["ETag"] in {each.strip().removeprefix("W/") for each in known.split(",")}


def _http_error(error: PageUnavailableError) -> HTTPException:
    retry = {"Retry-After": "2"} if error.why is Unavailable.BUSY else None
    return HTTPException(_STATUS[error.why], str(error), retry)
