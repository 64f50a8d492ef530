"""An SMTP server on this machine, and what it takes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Event
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from flows.mail import Encryption, SmtpServer

PASSWORD = "a password of the server"


class Inbox:
    """What a server on this machine takes in, and how it answers."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        """To the next letters, in place of taking them."""
        self.farewell = "221 Bye"
        self.refused_sender = ""
        """What is answered to every sender, in place of taking letters."""
        self.came = Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        self.came.set()
        return "250 taken"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Envelope, sender: str, options: list[str]) -> str:
        if self.refused_sender:
            return self.refused_sender
        envelope.mail_from = sender
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Envelope) -> str:
        return self.farewell


class OnAnyPort(Controller):
    """A server on a port that is free."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


Serve = Callable[..., SmtpServer]


@contextmanager
def mail_servers(inbox: Inbox) -> Iterator[Serve]:
    """``serve(...)``: an SMTP server on a free port of this machine, as letters are handed to it."""
    with ExitStack() as stack:

        def start(encryption: Encryption = Encryption.NONE, user: str = "", **options: Any) -> SmtpServer:
            controller = OnAnyPort(inbox, hostname="127.0.0.1", port=0, **options)
            controller.start()
            stack.callback(controller.stop)
            password = PASSWORD if user else ""
            sender = "Burden <burden@example.org>"
            return SmtpServer(
                "127.0.0.1", controller.port, sender, "https://burden.example.org", user, password, encryption
            )

        yield start
