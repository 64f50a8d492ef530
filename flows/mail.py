"""Letters to people who contributed and left an address: what they say, and the thread that sends them.

A page only puts a letter into the queue (``db.letters``); this thread takes it out, writes it and hands it to the SMTP
server, again and again with growing pauses where that fails. A letter has fixed words, a number, an arXiv id and a
link: nothing that a stranger wrote, so that nobody can have this server send their words to others.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from threading import Event, Thread

from db.engine import Engine
from db.errors import DatabaseError
from db.letters import Letter, letter_failed, letter_sent, take_letter
from db.submissions import Occasion, token_sha256
from flows.settings import Settings, SettingsError

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))
"""Before each further attempt; after the last of them a letter is given up."""
_LEASE = timedelta(minutes=5)
"""For so long nobody else takes a letter that is being sent."""
_SMTP_SECONDS = 30.0
_ROUND_SECONDS = 30.0
"""How often the queue is looked at where nobody says that there is something in it."""

log = logging.getLogger(__name__)


class Encryption(StrEnum):
    """How letters travel to the SMTP server."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Whom letters are handed to, and in whose name."""

    host: str
    port: int
    sender: str
    public_url: str
    """Under which the public reaches this site, without a slash at the end."""
    user: str = ""
    password: str = field(default="", repr=False)
    encryption: Encryption = Encryption.STARTTLS


_PORTS = {Encryption.STARTTLS: 587, Encryption.TLS: 465, Encryption.NONE: 25}
MAIL_ERRORS = (OSError, smtplib.SMTPException, ValueError)
"""What handing a message over may raise."""
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
_URL = re.compile(r"https?://[\w.\-\[\]:]+(?:/[\w./~\-]*)?", re.ASCII)
_SENDER = re.compile(r"(?:[\w .\-]{1,80} <)?[\w.+\-]+@[\w.\-]+>?", re.ASCII)

_SUBJECTS = {
    Occasion.RECEIVED: "Your contribution {number} was received",
    Occasion.ASKED: "A question about your contribution {number}",
    Occasion.APPROVED: "Your contribution {number} was approved",
    Occasion.DECLINED: "Your contribution {number} was declined",
}
_SAYS = {
    Occasion.RECEIVED: "It waits for a curator, who compares it with the paper. See what becomes of it at",
    Occasion.ASKED: "A curator needs to know something before going on. Read it and answer at",
    Occasion.APPROVED: "What was approved of it is in force. See what, and what the curators say, at",
    Occasion.DECLINED: "None of it was taken. The reason is at",
}


def written(letter: Letter, server: SmtpServer, token: str) -> EmailMessage:
    """The letter as it is sent; the same letter twice has one id, by which mail programs know it."""
    message = EmailMessage(policy=SMTP)
    message["From"] = server.sender
    message["To"] = letter.email
    message["Subject"] = _SUBJECTS[letter.occasion].format(number=letter.submission_number)
    message["Message-ID"] = f"<contribution-{letter.submission_number}-{letter.letter_id}@{domain_of(server.sender)}>"
    message["Date"] = datetime.now(UTC)
    message["Auto-Submitted"] = "auto-generated"
    paper = f"arXiv:{letter.paper_key}" if not letter.paper_key.startswith("sha256:") else "a paper"
    message.set_content(
        f"Your contribution {letter.submission_number} on {paper}:\n\n{_SAYS[letter.occasion]}\n\n"
        f"    {server.public_url}/contribute/{token}\n\n"
        "The address is secret: whoever has it can read and answer. You can have your e-mail address erased there.\n"
        "If you know of no contribution, somebody mistyped an address: nothing needs to be done.\n"
    )
    return message


def domain_of(sender: str) -> str:
    """ "Burden <burden@example.org>" -> "example.org" """
    return sender.rpartition("@")[2].rstrip("> ")


def smtp_server(settings: Settings) -> SmtpServer | None:
    """The server that the settings name; None where they name none. ``SettingsError`` where letters could not be sent.

    A password goes over an unencrypted line to this machine only.
    """
    if not settings.smtp_host:
        return None
    encryption = Encryption(settings.smtp_encryption)
    if not _URL.fullmatch(settings.public_url):
        raise SettingsError("BURDEN_SMTP_HOST is set: BURDEN_PUBLIC_URL must say what letters link to, as https://…")
    if not _SENDER.fullmatch(settings.smtp_from):
        raise SettingsError("BURDEN_SMTP_HOST is set: BURDEN_SMTP_FROM must be an address, as burden@example.org")
    if settings.smtp_user and encryption is Encryption.NONE and settings.smtp_host not in _THIS_MACHINE:
        raise SettingsError("BURDEN_SMTP_ENCRYPTION is none: the password could be read on its way to BURDEN_SMTP_HOST")
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port or _PORTS[encryption],
        sender=settings.smtp_from,
        public_url=settings.public_url.rstrip("/"),
        user=settings.smtp_user,
        password=settings.smtp_password,
        encryption=encryption,
    )


class Mailer:
    """The thread that sends letters. ``wake`` tells it that one waits."""

    def __init__(
        self,
        engine: Engine,
        server: SmtpServer,
        token_of: Callable[[str], str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine, self._server, self._token_of, self._now = engine, server, token_of, now
        self._something_waits, self._stopped = Event(), Event()
        self._thread = Thread(target=self._run, name="mailer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._something_waits.set()

    def close(self) -> None:
        """Stop after the letter that is being sent; what waits is sent after the next start."""
        self._stopped.set()
        self._something_waits.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_SMTP_SECONDS)

    def send_due(self) -> int:
        """Send all letters that are due now; how many were tried."""
        tried = 0
        while not self._stopped.is_set():
            letter = take_letter(self._engine, self._now(), _LEASE)
            if letter is None:
                break
            tried += 1
            self._send(letter)
        return tried

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.send_due()
            except DatabaseError as error:
                log.error("letters can't be read: %s", error)
            self._something_waits.wait(_ROUND_SECONDS)
            self._something_waits.clear()

    def _send(self, letter: Letter) -> None:
        token = self._token_of(letter.form_digest)
        if token_sha256(token) != letter.token_sha256:
            # it waits until its lease is over: another server may have the key
            log.error(
                "letter %s is not sent, its link would lead nowhere: contribution %s was taken with another secret.key "
                "than this server's. Give all servers the same secret.key, or put back the old one, and start anew",
                letter.letter_id,
                letter.submission_number,
            )
            return
        try:
            message = written(letter, self._server, token)
        except ValueError as error:
            self._failed(letter, error, final=True)
            return
        try:
            hand_over(message, self._server)
        except MAIL_ERRORS as error:
            self._failed(letter, error, is_final(error))
        else:
            letter_sent(self._engine, letter, self._now())

    def _failed(self, letter: Letter, error: Exception, final: bool) -> None:
        """Try again later, but not what can't be written, or is refused for good."""
        pause = PAUSES[letter.attempts] if letter.attempts < len(PAUSES) and not final else None
        told = in_words(error)
        letter_failed(self._engine, letter, told, self._now() + pause if pause else None)
        again = f"tried again in {pause}" if pause else "given up"
        log.warning("letter %s was not sent and is %s: %s", letter.letter_id, again, told)


@contextmanager
def mailing(
    engine: Engine, server: SmtpServer | None, token_of: Callable[[str], str]
) -> Iterator[Callable[[], None] | None]:
    """What tells the thread that a letter waits, while the block runs; None where there is no server to send it."""
    if server is None:
        yield None
        return
    mailer = Mailer(engine, server, token_of)
    mailer.start()
    try:
        yield mailer.wake
    finally:
        mailer.close()


def hand_over(message: EmailMessage, server: SmtpServer) -> None:
    """Give the message to the server; ``MAIL_ERRORS`` where it does not take it."""
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.encryption is Encryption.TLS:
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=_SMTP_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=_SMTP_SECONDS)
    try:
        if server.encryption is Encryption.STARTTLS:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        connection.send_message(message)
        # the message is taken, whatever the server answers from here on
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        connection.close()


def is_final(error: Exception) -> bool:
    """Whether the same message would be refused again: an answer from 500 on to it or to its recipient.

    All else, a refused sender or password, can be a wrong setting: messages outlast it.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def in_words(error: Exception) -> str:
    """What went wrong, without the server's own words: they repeat addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _ in error.recipients.values()})
        return f"the server refuses the recipient ({', '.join(map(str, codes))})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__}, answer {error.smtp_code}"
    if isinstance(error, ssl.SSLError | ConnectionError | TimeoutError):
        return f"the server can't be reached safely: {type(error).__name__}"
    return type(error).__name__
