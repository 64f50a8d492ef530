"""Letters: to a real SMTP server on this machine, through failures, and never more than they should tell."""

from __future__ import annotations

import hashlib
import logging
import re
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from live_site import serving
from mail_servers import PASSWORD, Inbox, Serve, mail_servers

from db.engine import Engine
from db.letters import letters_waiting
from db.submission_decisions import decline
from db.submission_reading import submission
from db.submissions import Bounds, NewSubmission, add_submission, ask, forget_email
from flows.mail import PAUSES, Encryption, Mailer, SmtpServer, mailing, smtp_server
from flows.secret_key import secret_key
from flows.settings import SettingsError, load_settings, settings_in_force

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVA = "eva@example.org"
BOUNDS = Bounds(100, 100, 100)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox) -> Iterator[Serve]:
    with mail_servers(inbox) as start:
        yield start


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def token_of(form: str) -> str:
    return f"token-of-{form}"


def submitted(engine: Engine, email: str | None = EVA, form: str = "f") -> int:
    token_sha256 = hashlib.sha256(token_of(form).encode()).hexdigest()
    new = NewSubmission(token_sha256, form, NOON, "sender", "2511.00001", True, "a note of a stranger", email, [])
    return add_submission(engine, new, BOUNDS, with_letter=True)


def mailer(engine: Engine, server: SmtpServer, clock: Clock | None = None) -> Mailer:
    return Mailer(engine, server, token_of, clock or Clock())


def test_a_letter_has_fixed_words_and_the_secret_address(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    number = submitted(engine)
    assert mailer(engine, serve()).send_due() == 1
    (message,) = inbox.messages
    assert message["To"] == message["X-Envelope-To"] == EVA and message["From"] == "Burden <burden@example.org>"
    assert message["Subject"] == f"Your contribution {number} was received"
    assert message["Auto-Submitted"] == "auto-generated" and message["Message-ID"].endswith("@example.org>")
    said = message.get_content()
    assert "https://burden.example.org/contribute/token-of-f" in said and "arXiv:2511.00001" in said
    assert "a note of a stranger" not in said
    assert not letters_waiting(engine)
    assert mailer(engine, serve()).send_due() == 0, "sent once"


def test_the_address_is_erased_with_the_last_letter(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    number, server = submitted(engine), serve()
    mailer(engine, server).send_due()
    ask(engine, number, "Which table?", NOON, "ada", with_letter=True)
    mailer(engine, server).send_due()
    known = submission(engine, number)
    assert known and known.has_email
    decline(engine, number, "ada", NOON, "It is not there.", with_letter=True)
    mailer(engine, server).send_due()
    subjects = [message["Subject"] for message in inbox.messages]
    assert subjects[1:] == [f"A question about your contribution {number}", f"Your contribution {number} was declined"]
    assert not any("Which table" in message.get_content() or "ada" in str(message) for message in inbox.messages)
    known = submission(engine, number)
    assert known and not known.has_email


def test_who_takes_the_address_back_gets_nothing_more(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    forget_email(engine, submitted(engine))
    assert mailer(engine, serve()).send_due() == 0 and inbox.messages == []


def test_a_server_that_is_busy_is_asked_again_later(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    submitted(engine)
    clock = Clock()
    sender = mailer(engine, serve(), clock)
    inbox.answers = ["451 busy", "451 busy"]
    for pause in PAUSES[:2]:
        assert sender.send_due() == 1 and sender.send_due() == 0
        clock.at += pause - timedelta(seconds=1)
        assert sender.send_due() == 0, "not before its time"
        clock.at += timedelta(seconds=1)
    assert inbox.messages == []
    assert sender.send_due() == 1 and len(inbox.messages) == 1


def test_a_letter_that_was_taken_is_sent_whatever_the_server_answers_to_quit(
    engine: Engine, serve: Serve, inbox: Inbox
) -> None:
    submitted(engine)
    inbox.farewell = "421 too busy to say good-bye"
    assert mailer(engine, serve()).send_due() == 1 and len(inbox.messages) == 1
    assert not letters_waiting(engine)


def test_a_server_that_is_gone_is_given_up_in_the_end_and_the_log_names_nobody(
    engine: Engine, serve: Serve, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    number, clock = submitted(engine), Clock()
    decline(engine, number, "ada", NOON, "no", with_letter=True)
    nobody = SmtpServer("127.0.0.1", 1, "burden@example.org", "https://burden.example.org", "", "", Encryption.NONE)
    sender = mailer(engine, nobody, clock)
    with caplog.at_level(logging.DEBUG):
        for pause in (*PAUSES, timedelta()):
            assert sender.send_due() == 2
            clock.at += pause
    assert not letters_waiting(engine)
    known = submission(engine, number)
    assert known and not known.has_email
    assert "given up" in caplog.text and EVA not in caplog.text and "token-of" not in caplog.text


def test_a_refused_letter_is_not_tried_again_and_others_are_sent(
    engine: Engine, serve: Serve, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(engine, form="first"), submitted(engine, "ben@example.org", "second")
    inbox.answers = [f"554 no letters to {EVA}"]
    assert mailer(engine, serve()).send_due() == 2
    assert [message["To"] for message in inbox.messages] == ["ben@example.org"]
    assert not letters_waiting(engine) and EVA not in caplog.text


@pytest.mark.parametrize("answer", ["530 authentication is needed", "550 no such sender"])
def test_a_letter_outlasts_a_sender_that_the_server_refuses(
    engine: Engine, serve: Serve, inbox: Inbox, answer: str
) -> None:
    submitted(engine)
    server, clock = serve(), Clock()
    inbox.refused_sender = answer
    assert mailer(engine, server, clock).send_due() == 1 and inbox.messages == []
    inbox.refused_sender, clock.at = "", clock.at + PAUSES[0]
    assert mailer(engine, server, clock).send_due() == 1 and len(inbox.messages) == 1


@pytest.mark.parametrize("wrong", [{"host": f"{'x' * 64}.example.org"}, {"user": "burden", "password": "contraseña"}])
def test_a_letter_outlasts_a_setting_that_smtp_has_no_words_for(
    engine: Engine, serve: Serve, inbox: Inbox, wrong: dict[str, str]
) -> None:
    submitted(engine)
    server, clock = serve(auth_require_tls=False, authenticator=_accepts), Clock()
    assert mailer(engine, replace(server, **wrong), clock).send_due() == 1 and inbox.messages == []
    clock.at += PAUSES[0]
    assert mailer(engine, server, clock).send_due() == 1 and len(inbox.messages) == 1


def test_two_servers_send_a_letter_once(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    for number in range(4):
        submitted(engine, form=str(number))
    server = serve()
    first, second = mailer(engine, server), mailer(engine, server)
    assert first.send_due() + second.send_due() == 4
    assert len({message["Message-ID"] for message in inbox.messages}) == len(inbox.messages) == 4


def test_no_line_of_the_head_can_be_added(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    submitted(engine, "eva@example.org\nBcc: all@example.org")
    assert mailer(engine, serve()).send_due() == 1
    assert inbox.messages == [] and not letters_waiting(engine)


def test_a_letter_waits_for_the_key_with_which_its_link_leads_somewhere(
    engine: Engine, serve: Serve, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    submitted(engine)
    server, clock = serve(), Clock()
    for _ in range(len(PAUSES) + 1):
        Mailer(engine, server, lambda form: f"another-{form}", clock).send_due()
        clock.at += timedelta(days=1)
    assert inbox.messages == [] and "same secret.key" in caplog.text
    assert EVA not in caplog.text and "another-" not in caplog.text
    assert mailer(engine, server, clock).send_due() == 1 and len(inbox.messages) == 1


def test_the_thread_sends_as_soon_as_it_is_told(engine: Engine, serve: Serve, inbox: Inbox) -> None:
    with mailing(engine, serve(), token_of) as wake:
        assert wake is not None
        submitted(engine)
        wake()
        assert inbox.came.wait(30)
    with mailing(engine, None, token_of) as nothing:
        assert nothing is None


def test_the_letter_s_link_is_the_page_that_the_contributor_was_sent_to(
    serve: Serve, inbox: Inbox, tmp_path: Path
) -> None:
    server = serve()
    told = {"smtp_host": server.host, "smtp_port": server.port, "smtp_from": server.sender, "smtp_encryption": "none"}
    with serving(tmp_path, public_url=server.public_url, **told) as site, site.client() as browser:
        services = site.services
        site.app.state.services = replace(services, now=lambda: datetime.now(UTC) - timedelta(minutes=1))
        shown = browser.get("/contribute").text
        site.app.state.services = services
        hidden = dict(re.findall(r'<input type="hidden" name="(csrf|stamp)" value="([^"]+)"', shown))
        answer = browser.post("/contribute", data={**hidden, "paper": "2511.00001", "email": EVA, "action": "send"})
        assert answer.status_code == 303, answer.text
        assert inbox.came.wait(60)
        address = answer.headers["location"]
        assert f"{server.public_url}{address}" in inbox.messages[0].get_content().split()
        assert EVA not in browser.get(address).text


# --- encryption ---


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Certificate and key of 127.0.0.1, signed by itself."""
    folder = tmp_path_factory.mktemp("certificate")
    files = folder / "certificate.pem", folder / "key.pem"
    asked = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*asked.split(), "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def _context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def _accepts(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"burden", PASSWORD.encode())
    return AuthResult(success=right)


def test_user_and_password_go_over_an_encrypted_line(
    engine: Engine,
    serve: Serve,
    inbox: Inbox,
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    server = serve(
        Encryption.STARTTLS,
        "burden",
        tls_context=_context(certificate),
        require_starttls=True,
        auth_required=True,
        authenticator=_accepts,
    )
    submitted(engine)
    assert mailer(engine, server).send_due() == 1 and len(inbox.messages) == 1
    assert PASSWORD not in repr(server)


def test_a_certificate_that_nobody_vouches_for_gets_no_letter(
    engine: Engine, serve: Serve, inbox: Inbox, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    server = serve(Encryption.STARTTLS, tls_context=_context(certificate))
    submitted(engine)
    mailer(engine, server).send_due()
    assert inbox.messages == [] and letters_waiting(engine)


def test_a_server_without_encryption_gets_no_letter_where_it_is_asked_for(
    engine: Engine, serve: Serve, inbox: Inbox
) -> None:
    server = serve(Encryption.STARTTLS)
    submitted(engine)
    mailer(engine, server).send_due()
    assert inbox.messages == [] and letters_waiting(engine)


# --- settings ---


@pytest.fixture
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HOST", "PORT", "USER", "PASSWORD", "FROM", "ENCRYPTION"):
        monkeypatch.delenv(f"BURDEN_SMTP_{name}", raising=False)
    monkeypatch.delenv("BURDEN_PUBLIC_URL", raising=False)


FULL = {
    "smtp_host": "mail.example.org",
    "smtp_from": "burden@example.org",
    "public_url": "https://burden.example.org/",
    "smtp_user": "burden",
    "smtp_password": PASSWORD,
}


@pytest.mark.usefixtures("_no_settings")
def test_without_a_host_nothing_is_sent_and_with_one_all_that_letters_need() -> None:
    assert smtp_server(load_settings()) is None
    server = smtp_server(load_settings(**FULL))
    assert server and (server.port, server.public_url) == (587, "https://burden.example.org")
    told = {name: value for name, value, _ in settings_in_force(load_settings(**FULL))}
    assert told["BURDEN_SMTP_PASSWORD"] == "***" and PASSWORD not in str(told)


@pytest.mark.usefixtures("_no_settings")
@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"public_url": ""}, "BURDEN_PUBLIC_URL"),
        ({"public_url": "javascript:alert(1)"}, "BURDEN_PUBLIC_URL"),
        ({"smtp_from": "nobody"}, "BURDEN_SMTP_FROM"),
        ({"smtp_from": "burden@example.org\nBcc: all@example.org"}, "BURDEN_SMTP_FROM"),
        ({"smtp_encryption": "none"}, "BURDEN_SMTP_ENCRYPTION"),
    ],
)
def test_settings_with_which_letters_could_not_be_sent_are_refused(changed: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        smtp_server(load_settings(**(FULL | changed)))


# --- the key ---


def test_the_key_is_made_once_and_its_owner_alone_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "home" / "secret.key"
    key = secret_key(file)
    assert len(key) == 32 and secret_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret.key"]
    file.write_bytes(b"short")
    with pytest.raises(OSError, match="remove it"):
        secret_key(file)
