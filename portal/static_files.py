"""Style sheets, scripts and pictures of the pages, held in memory and kept by browsers for a year.

Their address has a digest of them all, so that a changed file is fetched anew, and so that they may name each other.
"""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

router = APIRouter()


@cache
def _files() -> dict[str, bytes]:
    """By name below the folder; nothing else can be asked for."""
    return {
        path.relative_to(_FOLDER).as_posix(): path.read_bytes()
        for path in sorted(_FOLDER.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for name, content in _files().items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def static_address(name: str) -> str:
    """ "style.css" -> "/static/0f3a…/style.css"        "no-such-file" -> KeyError"""
    if name not in _files():
        raise KeyError(f"no file {name} in {_FOLDER.name}/")
    return f"/static/{_digest()}/{name}"


def static_text(name: str) -> str:
    """The file's text; KeyError where there is no such file."""
    return _files()[name].decode()


@router.get("/static/{digest}/{name:path}")
def static_file(digest: str, name: str) -> Response:
    content = _files().get(name)
    if content is None or digest != _digest():
        raise HTTPException(404)
    kind = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})
