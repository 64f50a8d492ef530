"""Signing in and out.

Guessing is slowed down by name and by address: after some failures within a quarter of an hour, further tries are not
even looked at. A name that nobody has is treated as any other, so that nobody learns which names there are.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from db.accounts import User, credentials, failed_attempts, record_attempt, set_password
from db.fields import clean_text
from portal.pages import page
from portal.passwords import is_outdated, is_password, rehashed
from portal.security import CurrentSession, client_address, end_session, form_token, keep_form_token, start_session
from portal.services import Services, Wired

FAILURES_BY_NAME = 10
FAILURES_BY_ADDRESS = 50
WITHIN_MINUTES = 15
_HOME = "/desk"
_OWN_ADDRESS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")

_one_at_a_time = threading.Lock()
"""Tries of many threads at once must not slip past the count, nor fill memory with hashing."""
_in_line = threading.BoundedSemaphore(8)
"""More would take the threads that answer everybody else."""

router = APIRouter()


@router.get("/sign-in")
def sign_in_page(request: Request, session: CurrentSession, next: str = _HOME) -> Response:
    if session is not None:
        return RedirectResponse(_own(next), 303)
    return _form(request, next)


@router.post("/sign-in")
def sign_in(
    request: Request,
    services: Wired,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = _HOME,
) -> Response:
    name = clean_text(name.strip()[:100])
    with _in_turn():
        if _too_many_failures(services, name, client_address(request)):
            message = f"Too many failed attempts. Wait {WITHIN_MINUTES} minutes, then try again."
            return _form(request, next, name, message, 429)
        user = _user(services, name, password)
        record_attempt(services.engine, name, client_address(request), services.now(), succeeded=user is not None)
    if user is None:
        return _form(request, next, name, "Name or password is wrong.", 403)
    response = RedirectResponse(_own(next), 303)
    start_session(request, response, user)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", 303)
    end_session(request, response)
    return response


def _form(request: Request, next: str, name: str = "", problem: str = "", status: int = 200) -> Response:
    token = form_token(request)
    shown = page(request, "sign_in.html", status=status, csrf_token=token, next=_own(next), name=name, problem=problem)
    keep_form_token(request, shown, token)
    if status == 429:
        shown.headers["Retry-After"] = str(WITHIN_MINUTES * 60)
    return shown


def _own(address: str) -> str:
    """Where to go after signing in; never to another site.

    "/desk?year=2017" -> itself        "https://evil.example", "//evil.example", "/\\evil.example" -> "/desk"
    """
    return address if _OWN_ADDRESS.fullmatch(address) else _HOME


@contextmanager
def _in_turn() -> Iterator[None]:
    if not _in_line.acquire(blocking=False):
        raise HTTPException(503, "Too many people are signing in: try again.", {"Retry-After": "2"})
    try:
        with _one_at_a_time:
            yield
    finally:
        _in_line.release()


def _too_many_failures(services: Services, name: str, address: str) -> bool:
    since = services.now() - timedelta(minutes=WITHIN_MINUTES)
    by_name, by_address = failed_attempts(services.engine, name, address, since)
    return by_name >= FAILURES_BY_NAME or by_address >= FAILURES_BY_ADDRESS


def _user(services: Services, name: str, password: str) -> User | None:
    """The user of this name and password; a hash by outdated parameters is replaced."""
    user, password_hash = credentials(services.engine, name) or (None, None)
    if not is_password(password, password_hash) or user is None or password_hash is None:
        return None
    if is_outdated(password_hash):
        set_password(services.engine, user.name, rehashed(password))
    return user
