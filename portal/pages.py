"""Rendering: templates with everything escaped, the menu by role, and errors as pages or as JSON.

Whoever asks for HTML gets HTML; everybody else gets ``{"error": "…"}``. No page ever holds a traceback.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from portal.security import Role, SignedOutError, current_session, sign_in_address
from portal.services import services_of
from portal.static_files import static_address

_TEMPLATES = Path(__file__).parent / "templates"
_PUBLIC_MENU: tuple[tuple[str, str], ...] = (
    ("/benchmarks", "Benchmarks"),
    ("/models", "Models"),
    ("/papers", "Papers"),
    ("/trends", "Trends"),
    ("/hardware", "Hardware"),
    ("/methods", "Methods"),
    ("/data", "Data"),
    ("/contribute", "Contribute"),
)
_MENU: tuple[tuple[str, str, Role], ...] = (
    ("/desk", "Queue", Role.READER),
    ("/desk/submissions", "Submissions", Role.CURATOR),
    ("/desk/hardware", "New hardware", Role.READER),
    ("/agreement", "Agreement", Role.ADJUDICATOR),
)
"""Address, words, and the least role that sees the entry."""


def page(request: Request, template: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page that a template makes of ``context``.

    Templates also know ``session`` (None for who has not signed in), ``csrf_token`` for their forms, ``menu`` and
    ``public_menu``, ``path``, and ``static("style.css")``, the address of a file in `portal/static`.
    """
    session = getattr(request.state, "session", None)
    known = {
        "session": session,
        "csrf_token": session.csrf_token if session else "",
        "public_menu": _PUBLIC_MENU,
        "sign_in_address": sign_in_address(request),
        "menu": [(address, words) for address, words, role in _MENU if session and session.user.role.may(role)],
        "path": request.url.path,
        "menu_address": _menu_address(request.url.path),
    }
    return HTMLResponse(environment().get_template(template).render(known | context), status)


def _menu_address(path: str) -> str:
    """The menu's entry under which a page is.

    "/desk/hardware" -> itself        "/desk/papers/1706.03762" -> "/desk"        "/papers/1706.03762" -> "/papers"
    """
    entries = (*(address for address, _ in _PUBLIC_MENU), *(address for address, _, _ in _MENU))
    above = (address for address in entries if path == address or path.startswith(f"{address}/"))
    return max(above, key=len, default="")


@cache
def environment() -> Environment:
    """The templates' environment, for a page's own filters, too."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = static_address
    made.filters |= {"number": number, "flop": flop, "percent": percent, "moment": moment, "iso": datetime.isoformat}
    return made


def number(value: float | None) -> str:
    """84.0 -> "84"    0.0042 -> "0.0042"    12345.6 -> "12,346"    None -> "" """
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def flop(value: float | None) -> str:
    """2.6e19 -> "2.6 × 10¹⁹"    None -> "" """
    if value is None:
        return ""
    digits, _, exponent = f"{value:.1e}".partition("e")
    return f"{digits} × 10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def percent(share: float | None) -> str:
    """0.944 -> "94 %"    0.999 -> "99 %", as only 1 is "100 %"    None -> "" """
    if share is None:
        return ""
    return f"{100 if share >= 1 else min(round(100 * share), 99)} %"


def moment(at: datetime | None) -> str:
    """2026-05-03 14:02:11 UTC -> "3 May 2026, 14:02 UTC"    None -> "" """
    return f"{at.day} {at:%b %Y, %H:%M} UTC" if at else ""


def wants_html(request: Request) -> bool:
    """Whether a person is looking: "text/html,…" -> yes    "application/json", "image/*", "*/*", none -> no

    Whoever asks the API is a program, whatever it accepts.
    """
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def error_response(request: Request, status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """What went wrong, in words, for a person or a program."""
    if not wants_html(request):
        return JSONResponse({"error": message}, status, headers)
    title = HTTPStatus(status).phrase
    made = page(request, "error.html", status=status, title=title, message=message, sign_in_address="/sign-in")
    made.headers.update(headers or {})
    return made


def http_error(request: Request, error: Exception) -> Response:
    """Of ``HTTPException`` its own words, with the menu of who is signed in."""
    assert isinstance(error, HTTPException)  # noqa: S101  it is registered for these only
    if not hasattr(request.state, "session"):
        current_session(request, services_of(request))
    return error_response(request, error.status_code, words_of(error), dict(error.headers or {}))


def words_of(error: HTTPException) -> str:
    """What it says; where that is only the name of its status, what that means here."""
    is_plain = error.detail == HTTPStatus(error.status_code).phrase
    return str(_PLAIN.get(error.status_code, error.detail) if is_plain else error.detail)


_PLAIN = {
    404: "There is nothing at this address.",
    405: "This address can't be used that way.",
}


def signed_out(request: Request, error: Exception) -> Response:
    """To the sign-in page and back where somebody looks at a page; else 401."""
    assert isinstance(error, SignedOutError)  # noqa: S101  it is registered for these only
    if request.method == "GET" and wants_html(request):
        return RedirectResponse(sign_in_address(request), 303)
    return error_response(request, 401, "You are signed out: sign in, then try again. Nothing was changed.")


def malformed(request: Request, error: Exception) -> Response:
    """Which part of the request can't be used; what was sent is not repeated."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  it is registered for these only
    return error_response(request, 422, f"The request can't be used: {problems_of(error)}")


def problems_of(error: RequestValidationError) -> str:
    """ "year: Input should be a valid integer; offset: …" """
    return "; ".join(f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors())
