"""Who is asking, and what they may do: sessions, roles, and tokens against forged forms.

A session is a random token of 256 bits in a cookie that scripts can't read; the database knows its sha256 only. It
ends 12 hours after the sign-in. Every request that may change something must carry the session's second token, in
the form field ``csrf`` or the header ``X-CSRF``: pages of other sites can't know it. A form that is shown before
anybody signed in has the same in a cookie of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Request, Response
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException as StarletteHTTPException

from db.accounts import Role, Session, User, close_session, open_session, session
from portal.services import Services, Wired, services_of

__all__ = ["Adjudicator", "Admin", "Curator", "Reader", "Role", "Session", "User", "signed_in"]

SESSION_HOURS = 12
FORM_TOKEN_HOURS = 7 * 24
"""Longer than any form is taken: who sends an old one gets it back with what was typed."""
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF"
MOST_FORM_FIELDS = 20_000
"""More than a body of the size that is let in holds of a paper's records."""
_TOKEN = re.compile(r"[\w-]{43}")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class SignedOutError(Exception):
    """The page is for people who have signed in."""


def current_session(request: Request, services: Wired) -> Session | None:
    """The session of the request's cookie; None where there is none, it has ended, or the user is disabled."""
    token = request.cookies.get(_cookie_name("session", services), "")
    found = session(services.engine, _sha256(token), services.now()) if _TOKEN.fullmatch(token) else None
    request.state.session = found
    return found


def carries_session(request: Request) -> bool:
    """Whether a session's cookie was sent, valid or not: what such a request gets is nobody else's."""
    return _cookie_name("session", services_of(request)) in request.cookies


CurrentSession = Annotated[Session | None, Depends(current_session)]


def signed_in(role: Role) -> Callable[[Session | None], Session]:
    """A dependency of routes that only users of this role or above may use; it gives their session."""

    def check(found: CurrentSession) -> Session:
        if found is None:
            raise SignedOutError
        if not found.user.role.may(role):
            raise HTTPException(403, f"This is for people with the role {role}; you are a {found.user.role}.")
        return found

    return check


Reader = Annotated[Session, Depends(signed_in(Role.READER))]
Curator = Annotated[Session, Depends(signed_in(Role.CURATOR))]
Adjudicator = Annotated[Session, Depends(signed_in(Role.ADJUDICATOR))]
Admin = Annotated[Session, Depends(signed_in(Role.ADMIN))]
"""A route's parameter by which it gets the session, and nobody of a lesser role gets to it."""


async def check_csrf(request: Request, found: CurrentSession) -> None:
    """Refuse what may change something unless it comes from a form of ours; stands before every route.

    GET -> passes        POST with the session's token -> passes
    POST without it, with another session's, or sent by a page of another site -> refused
    POST without it of somebody who has not signed in, to a route that shows forms again -> passes as a stale form
    """
    request.state.form_is_stale = False
    if request.method in _READING:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "This was sent by a page of another site, and nothing was changed.")
    services = services_of(request)
    expected = found.csrf_token if found else request.cookies.get(_cookie_name("form", services), "")
    given = request.headers.get(CSRF_HEADER) or await _form_field(request)
    if expected and hmac.compare_digest(expected.encode(), given.encode(errors="surrogatepass")):
        return
    if found is None and request.scope.get("endpoint") in _SHOWING_AGAIN:
        request.state.form_is_stale = True
        return
    if found is None:
        raise HTTPException(
            401, "You are signed out, or this form is out of date: sign in, then send it again. Nothing was changed."
        )
    raise HTTPException(403, "This form is out of date: load the page again. Nothing was changed.")


_Route = TypeVar("_Route", bound=Callable[..., Any])
_SHOWING_AGAIN: set[Callable[..., Any]] = set()


def shows_stale_forms_again(route: _Route) -> _Route:
    """Mark a route to which strangers send what they typed: it asks for ``StaleForm``, and changes nothing then."""
    _SHOWING_AGAIN.add(route)
    return route


def _form_is_stale(request: Request) -> bool:
    return bool(request.state.form_is_stale)


StaleForm = Annotated[bool, Depends(_form_is_stale)]
"""A route's parameter: whether the form came without the token that its sender's cookie has."""


async def _form_field(request: Request) -> str:
    if not request.headers.get("content-type", "").startswith(_FORM_TYPES):
        return ""
    value = (await form_of(request)).get(CSRF_FIELD, "")
    return value if isinstance(value, str) else ""


async def form_of(request: Request) -> FormData:
    """The form that was sent. A paper with thousands of records sends a field of each when all are accepted at once."""
    try:
        return await request.form(max_fields=MOST_FORM_FIELDS)
    except StarletteHTTPException as refused:
        if str(refused.detail).startswith("Too many fields"):
            raise HTTPException(413, f"More than {MOST_FORM_FIELDS:,} fields were sent: nothing was changed.") from None
        raise


def start_session(request: Request, response: Response, user: User) -> None:
    """Sign the user in with a new token, whatever the browser sent; a session it had before is closed."""
    services = services_of(request)
    _close(request)
    token, now = secrets.token_urlsafe(32), services.now()
    expires = now + timedelta(hours=SESSION_HOURS)
    open_session(services.engine, user.user_id, _sha256(token), secrets.token_urlsafe(32), now, expires)
    _set_cookie(response, services, "session", token, SESSION_HOURS)


def end_session(request: Request, response: Response) -> None:
    """Sign out here: the token is worth nothing from now on, wherever else it was copied to."""
    _close(request)
    services = services_of(request)
    response.delete_cookie(
        _cookie_name("session", services), path="/", secure=services.behind_proxy, httponly=True, samesite="lax"
    )


def _close(request: Request) -> None:
    services = services_of(request)
    token = request.cookies.get(_cookie_name("session", services))
    if token is not None:
        close_session(services.engine, _sha256(token))


def form_token(request: Request) -> str:
    """The token of forms that are shown to people who have not signed in: that of the cookie, or a new one."""
    token = request.cookies.get(_cookie_name("form", services_of(request)), "")
    return token if _TOKEN.fullmatch(token) else secrets.token_urlsafe(32)


def keep_form_token(request: Request, response: Response, token: str) -> None:
    """Who follows a link of a letter brings the cookie along, so that a form that is open meanwhile stays good."""
    _set_cookie(response, services_of(request), "form", token, FORM_TOKEN_HOURS)


def client_address(request: Request, bits: int = 64) -> str:
    """Whence the request comes, as far as one sender can choose it: of IPv6, the network that one household has.

    Some have more: 48 bits name the largest network that providers give to one customer.

    "192.0.2.7" -> "192.0.2.7"        "2001:db8:1:2:3:4:5:6" -> "2001:db8:1:2::/64"
    """
    written = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return written[:64]
    if address.version == 4:
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(address), bits), strict=False))


def sign_in_address(request: Request) -> str:
    """Where to sign in so as to come back to this page."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/sign-in?" + urlencode({"next": wanted})


def _set_cookie(response: Response, services: Services, what: str, value: str, hours: int) -> None:
    """Links from other sites carry it; what their pages send does not."""
    response.set_cookie(
        _cookie_name(what, services),
        value,
        max_age=hours * 3600,
        path="/",
        secure=services.behind_proxy,
        httponly=True,
        samesite="lax",
    )


def _cookie_name(what: str, services: Services) -> str:
    """Over https, a prefix by which browsers take the cookie from this very host only."""
    return f"{'__Host-' if services.behind_proxy else ''}burden-{what}"


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
