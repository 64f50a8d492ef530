"""How people are told of alarms: an e-mail, or a JSON object posted to a web address.

The path and the query of that address are as good as a password, since whoever knows them can post there. They appear
in no message, no log and no error.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from importlib.metadata import version
from time import sleep
from urllib.parse import urlsplit

import requests

from db.alarms import Channel
from flows.mail import MAIL_ERRORS, SmtpServer, domain_of, hand_over, in_words, is_final, smtp_server
from flows.settings import Settings, SettingsError

_CONNECT_SECONDS, _ANSWER_SECONDS = 5.0, 20.0
_PAUSES_SECONDS = (2.0, 10.0)
"""Before another attempt at once; where these fail, the message goes back into the queue."""
_ADDRESSES = re.compile(r"[\w.+\-]+@[\w.\-]+(?: *, *[\w.+\-]+@[\w.\-]+)*", re.ASCII)
_WORDS = {"raised": "ALARM", "over": "all clear", "trial": "trial"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told."""

    key: str
    """The same where the same is told twice, as when a receipt was lost."""
    event: str
    """raised, over or trial"""
    cause: str
    summary: str
    detail: str
    at: datetime

    @property
    def headline(self) -> str:
        """ "burden ALARM: step papers of night 12 failed" """
        return f"burden {_WORDS[self.event]}: {' '.join(self.summary.split())}"


class NotSentError(Exception):
    """A notice that was not taken; the message says why, without the address that it was for."""

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final
        """The same notice would be refused again."""


Send = Callable[[Notice], None]
"""Tells one notice, or raises ``NotSentError``."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A web address that takes notices."""

    url: str = field(repr=False)

    @property
    def shown(self) -> str:
        """ "https://me:pw@hooks.example.org/services/T0/secret?key=x" -> "https://hooks.example.org/…" """
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/…"

    def send(self, notice: Notice) -> None:
        """Post the notice; any answer from 200 to 299 is a receipt, and nothing else of it is read."""
        body = {
            "product": "burden",
            "id": notice.key,
            "event": notice.event,
            "cause": notice.cause,
            "summary": notice.summary,
            "detail": notice.detail,
            "at": notice.at.isoformat(timespec="seconds"),
            "text": f"{notice.headline}\n{notice.detail}",  # what chat programs show
        }
        try:
            with (
                _unlogged(),
                requests.post(
                    self.url,
                    json=body,
                    headers={"User-Agent": f"burden/{version('arxiv-burden')}"},
                    timeout=(_CONNECT_SECONDS, _ANSWER_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                status = answer.status_code
        except (requests.RequestException, ValueError) as error:  # ValueError: no host can have that name
            raise NotSentError(f"{self.shown} can't be reached: {type(error).__name__}") from None
        if 300 <= status < 400:
            raise NotSentError(f"{self.shown} redirects (HTTP {status}), which is not followed: give the final address")
        if not 200 <= status < 300:
            raise NotSentError(f"{self.shown} answered HTTP {status}")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """People with e-mail addresses, and the server that takes letters to them."""

    addresses: str
    server: SmtpServer

    @property
    def shown(self) -> str:
        return f"{self.addresses} by {self.server.host}:{self.server.port}"

    def send(self, notice: Notice) -> None:
        message = EmailMessage(policy=SMTP)
        message["From"] = self.server.sender
        message["To"] = self.addresses
        message["Subject"] = notice.headline
        message["Message-ID"] = f"<{notice.key}@{domain_of(self.server.sender)}>"
        message["Date"] = notice.at
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{notice.summary}\n\n{notice.detail}\n\n{notice.at:%Y-%m-%d %H:%M} UTC\n")
        try:
            hand_over(message, self.server)
        except MAIL_ERRORS as error:
            raise NotSentError(in_words(error), is_final=is_final(error)) from None


Channels = Mapping[Channel, Webhook | Mailbox]


def channels(settings: Settings) -> Channels:
    """Those that the settings name; ``SettingsError`` where one of them can't be used."""
    found: dict[Channel, Webhook | Mailbox] = {}
    if settings.alarm_email:
        if not _ADDRESSES.fullmatch(settings.alarm_email.strip()):
            raise SettingsError("BURDEN_ALARM_EMAIL must be an address, as ops@example.org, or several with commas")
        server = smtp_server(settings)
        if server is None:
            raise SettingsError("BURDEN_ALARM_EMAIL is set: BURDEN_SMTP_HOST must name a server that sends e-mail")
        found[Channel.EMAIL] = Mailbox(settings.alarm_email.strip(), server)
    if settings.webhook_url:
        if not _is_web_address(settings.webhook_url):
            raise SettingsError("BURDEN_WEBHOOK_URL must be an address that begins with https:// or http://")
        found[Channel.WEBHOOK] = Webhook(settings.webhook_url)
    return found


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def send_patiently(send: Send, notice: Notice, wait: Callable[[float], None] = sleep) -> None:
    """Send it, trying a few times; the last ``NotSentError`` where that is in vain."""
    for pause_seconds in _PAUSES_SECONDS:
        try:
            return send(notice)
        except NotSentError as error:
            if error.is_final:
                raise
        wait(pause_seconds)
    send(notice)


def send_to_all(ways: Channels, notice: Notice, wait: Callable[[float], None] = sleep) -> dict[Channel, str]:
    """Send it on every channel, without the database; why it was not taken, '' where it was."""
    outcome = {}
    for channel, way in ways.items():
        try:
            send_patiently(way.send, notice, wait)
            outcome[channel] = ""
        except NotSentError as error:
            outcome[channel] = str(error)
            log.error("the %s %s was not told: %s (%s)", channel, notice.event, error, notice.summary)
    return outcome


def trial(now: datetime | None = None) -> Notice:
    """A notice that asks for nothing but to be seen."""
    at = now or datetime.now(UTC)
    summary = "this is only a trial: alarms come this way"
    return Notice(f"trial-{at:%Y%m%dT%H%M%S%f}", "trial", "trial", summary, "It was sent by `burden alarm test`.", at)


@contextmanager
def _unlogged() -> Iterator[None]:
    """What this thread has the HTTP library do is not logged, not even by `burden --debug`: it would log the path."""
    this_thread = threading.get_ident()

    def of_others(record: logging.LogRecord) -> bool:
        return threading.get_ident() != this_thread

    logger = logging.getLogger("urllib3.connectionpool")
    logger.addFilter(of_others)
    try:
        yield
    finally:
        logger.removeFilter(of_others)
