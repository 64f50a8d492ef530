"""Whether the server can do its work, for programs that watch it. It tells strangers no more than that."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse

from db.engine import check_reachable
from portal.services import Wired

router = APIRouter()


@router.get("/health")
def health(services: Wired) -> JSONResponse:
    """200 ``{"status": "ok"}``; 503 ``{"error": "…"}`` where the database or all drawing of pages is down."""
    check_reachable(services.engine)
    if services.pages_trouble():
        return JSONResponse({"error": "No page can be drawn: the log says why."}, 503)
    return JSONResponse({"status": "ok"})
