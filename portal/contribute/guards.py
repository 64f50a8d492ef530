"""What keeps machines and floods away from forms that everybody may send, and the secrets of their addresses.

A form carries a *stamp*: when it was shown, a random number, and a signature over both. Nobody types a contribution
within seconds, and a form of yesterday is shown anew. A field that no person sees must be empty. How many of one
network were taken on a day is counted by a digest of its address: the address itself is not kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from fastapi import HTTPException, Request

from portal.security import client_address
from portal.services import Services

STAMP_FIELD = "stamp"
TRAP_FIELD = "website"
"""Not seen by people; programs that fill in every field fill in this one."""
LEAST_TIME = timedelta(seconds=4)
MOST_TIME = timedelta(hours=12)
_FORM_TYPE = "application/x-www-form-urlencoded"
_STAMP = re.compile(r"(?P<told>(?P<at>\d{9,12})\.[\w-]{22})\.(?P<signature>[0-9a-f]{64})")
TOKEN = re.compile(r"[\w-]{43}")


STALE_FORM = (
    "Not sent yet: this form was open for too long, or your browser keeps no cookies of this site. "
    "All that you typed is below: look through it and send it again."
)


class GuardError(Exception):
    """A form that is not taken as it is; the message says what to do. What was typed is not lost."""


def form_only(request: Request) -> None:
    """Refuse files and other types than a form sends; stands before the routes. ``portal.boundary`` bounds the size."""
    if request.method != "POST":
        return
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise HTTPException(415, f"Send this as a form ({_FORM_TYPE}). Nothing was saved.")


def new_stamp(services: Services) -> str:
    told = f"{int(services.now().timestamp())}.{secrets.token_urlsafe(16)}"
    return f"{told}.{_signature(services, f'stamp:{told}')}"


def check_stamp(services: Services, stamp: str) -> None:
    """``GuardError`` unless the form was shown by this server, some seconds and not half a day ago."""
    if not is_stamp(services, stamp):
        raise GuardError("This form is no longer valid. Look through it and send it once more.")
    age = services.now() - datetime.fromtimestamp(int(stamp.partition(".")[0]), services.now().tzinfo)
    if age < LEAST_TIME:
        raise GuardError("That was sent faster than anybody types. Wait a few seconds, then send it once more.")


def is_stamp(services: Services, stamp: str) -> bool:
    """Whether the stamp is this server's own and not of long ago: a form with another one gets a new one."""
    match = _STAMP.fullmatch(stamp)
    if match is None or not hmac.compare_digest(_signature(services, f"stamp:{match['told']}"), match["signature"]):
        return False
    age = services.now() - datetime.fromtimestamp(int(match["at"]), services.now().tzinfo)
    return timedelta(seconds=-1) <= age <= MOST_TIME


def check_trap(form: Callable[[str], str | None]) -> None:
    if form(TRAP_FIELD):
        raise GuardError("The field “website” is there to catch programs: leave it empty, then send it once more.")


def form_digest(stamp: str, content: Sequence[object]) -> str:
    """Of a form as it was sent: a second click sends the same one, who goes back and changes it sends another."""
    text = json.dumps([stamp, content], sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def token_of(secret: bytes, digest: str) -> str:
    """The secret of a submission's address, made anew from its form and a key that is not in the database."""
    made = hmac.digest(secret, f"submission:{digest}".encode(), "sha256")
    return urlsafe_b64encode(made).decode().rstrip("=")


def sender_of(request: Request, services: Services, days_ago: int = 0) -> str:
    """By which the tries of one network on one day are counted; of another day, or elsewhere, it means nothing.

    Its first half is the same for the whole of an IPv6 /48.
    """
    day = _day(services, days_ago)
    halves = (_signature(services, f"sender:{day}:{client_address(request, bits)}")[:16] for bits in (48, 64))
    return "".join(halves)


def addressee_of(email: str, services: Services, days_ago: int = 0) -> str:
    """By which contributions of one day that name one address are counted, also when it was erased."""
    return _signature(services, f"addressee:{_day(services, days_ago)}:{email.lower()}")[:32]


def _day(services: Services, days_ago: int) -> str:
    return f"{services.now() - timedelta(days=days_ago):%Y-%m-%d}"


def _signature(services: Services, text: str) -> str:
    return hmac.digest(services.secret, text.encode(), "sha256").hex()
