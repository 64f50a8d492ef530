"""`burden web` and `burden user` as they are met at the command line."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import Result
from homes import Home, invoke
from postgresql_servers import installed_binaries, running_server
from process_groups import living, until

from cli import _StderrHandler

if TYPE_CHECKING:
    from tests.conftest import Require


@contextmanager
def web(home: Home, *arguments: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running `burden web` on a free port, and its address."""
    process = home.popen("web", "--port", 0, *arguments)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.fullmatch(r"burden is at (http://\S+/)\n", said)
        assert address, said
        yield process, address[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_a_fresh_home_says_how_to_begin_and_stops_in_good_order(home: Home, number: signal.Signals) -> None:
    with web(home) as (process, address):
        with urlopen(f"{address}sign-in", timeout=60) as answer:
            assert "<h1>Sign in</h1>" in answer.read().decode()
        with urlopen(f"{address}metrics", timeout=60) as answer:
            counted = 'burden_http_request_seconds_count{method="GET",route="/sign-in",status="200"} 1.0'
            assert counted in answer.read().decode().splitlines()
        if number is signal.SIGINT:
            os.killpg(process.pid, number)  # as a terminal sends it: to every process of the group
        else:
            process.send_signal(number)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert output == ""
        assert "burden user add NAME --role admin" in errors and errors.count("\n") == 1
        if Path("/proc/self/stat").exists():
            until(lambda: not living(process.pid), lambda: Event().wait(0.05))
            assert living(process.pid) == [], "no process that draws pages is left"


def test_with_users_it_says_nothing_of_making_one_and_takes_its_own_names_only(home: Home) -> None:
    made = home.burden("user", "add", "ada", "--role", "curator", "--password-stdin", input_text="correct horse\n")
    assert made.returncode == 0, made.stderr
    with web(home, "--host-name", "desk.example.org") as (process, address):
        for host, status in (("desk.example.org", 200), ("evil.example", 400)):
            assert answer(Request(f"{address}sign-in", headers={"Host": host}))[0] == status
        process.terminate()
        assert process.communicate(timeout=60)[1] == ""


def test_a_port_that_is_taken_is_told_in_one_line(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = invoke(home, "web", "--port", taken.getsockname()[1])
    assert ran.exit_code == 1
    assert ran.stderr.count("\n") == 1 and "--port" in ran.stderr


def test_the_log_has_the_reason_of_what_the_page_only_has_a_number_of(home: Home) -> None:
    with web(home, "--host", "0.0.0.0") as (process, address):
        assert address.startswith("http://0.0.0.0:")
        with closing(sqlite3.connect(home.path / "burden.sqlite")) as database, database:
            database.execute("DROP TABLE sessions")
        status, said = answer(Request(f"{address}sign-in", headers={"Cookie": f"burden-session={'x' * 43}"}))
        number = re.search(r"as (\w{8})\.", said)
        assert status == 503 and number
        process.terminate()
        errors = process.communicate(timeout=60)[1]
    (line,) = [line for line in errors.splitlines() if number[1] in line]
    assert "no such table: sessions; run `burden db upgrade` first" in line


def test_a_postgresql_that_goes_away_is_told_on_every_page_and_found_again(home: Home, require: Require) -> None:
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as server:
        on_it = Home(home.path, (("BURDEN_DATABASE_URL", server.url("postgres")),))
        with web(on_it) as (process, address):
            signed_in = {"Cookie": f"burden-session={'x' * 43}", "Accept": "text/html"}

            def answers() -> list[tuple[int, str]]:
                return [answer(Request(f"{address}{path}", headers=signed_in)) for path in ("health", "sign-in")]

            assert [status for status, _ in answers()] == [200, 200]
            server.stop_at_once()
            for status, said in answers():
                assert status == 503 and "be used just now. Try again" in said and server.password not in said
            server.start()
            assert [status for status, _ in answers()] == [200, 200]
            process.terminate()
            errors = process.communicate(timeout=60)[1]
    told = [line for line in errors.splitlines() if " at GET /" in line]
    assert len(told) == 2 and "Traceback" not in errors and server.password not in errors


def answer(request: Request) -> tuple[int, str]:
    """Status and text, also of an error."""
    try:
        with urlopen(request, timeout=60) as answered:
            return answered.status, answered.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def test_an_error_that_nobody_expected_leaves_its_traceback_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.Logger("portal")
    log.addHandler(_StderrHandler())
    try:
        raise RuntimeError("\x1b[2Jinside")
    except RuntimeError:
        log.exception("error 1a2b3c4d at GET /desk")
    said = capsys.readouterr().err
    assert said.startswith("burden: error 1a2b3c4d at GET /desk\nTraceback ")
    assert "in test_an_error_that_nobody_expected" in said and "inside" in said and "\x1b" not in said


@pytest.mark.parametrize(
    ("arguments", "warned"),
    [
        (("--host", "0.0.0.0"), True),
        (("--host", "localhost"), False),
        (("--host", "0.0.0.0", "--behind-proxy"), False),
    ],
)
def test_others_on_the_network_are_warned_of(
    home: Home, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], warned: bool
) -> None:
    monkeypatch.setattr("flows.web.serve", lambda settings, address, announce, tell: None)
    ran = invoke(home, "web", *arguments)
    assert ran.exit_code == 0 and ("passwords can be read on the way" in ran.stderr) == warned


def test_users_are_made_listed_changed_and_disabled(home: Home) -> None:
    def burden_user(*arguments: str, password: str = "") -> Result:
        return invoke(home, "user", *arguments, input_text=password)

    for name, role in (("ada", "curator"), ("Ben", "reader")):
        made = burden_user("add", name, "--role", role, "--password-stdin", password="correct horse battery\r\n")
        assert (made.exit_code, made.stdout) == (0, f"{name.lower()} is a {role}\n")
    assert burden_user("role", "ben", "adjudicator").exit_code == 0
    assert burden_user("disable", "ada").exit_code == 0
    assert burden_user("password", "ben", "--password-stdin", password="another passphrase\n").exit_code == 0
    assert json.loads(burden_user("list", "--json").stdout) == [
        {"name": "ada", "role": "curator", "disabled": True},
        {"name": "ben", "role": "adjudicator", "disabled": False},
    ]
    assert burden_user("enable", "ada").exit_code == 0
    assert not any(user["disabled"] for user in json.loads(burden_user("list", "--json").stdout))
    for arguments, password, said in (
        (("enable", "nobody"), "", "no account"),
        (("add", "ADA", "--role", "curator", "--password-stdin"), "correct horse battery\n", "already"),
        (("add", "eve adams", "--role", "curator", "--password-stdin"), "correct horse battery\n", "not a name"),
        (("add", "eve", "--role", "curator", "--password-stdin"), "short\n", "at least 10"),
        (("add", "eve", "--role", "curator", "--password-stdin"), "", "at least 10"),
        (("password", "nobody", "--password-stdin"), "correct horse battery\n", "no account"),
    ):
        refused = burden_user(*arguments, password=password)
        assert refused.exit_code == 1 and refused.stderr.count("\n") == 1, refused.stderr
        assert said in refused.stderr
        assert "correct horse" not in refused.stderr


def test_at_the_terminal_the_password_is_asked_twice_and_not_shown(home: Home) -> None:
    typed = ["correct horse battery", "correct hores battery", "correct horse battery", "correct horse battery"]
    ran = invoke(home, "user", "add", "ada", "--role", "curator", input_text="\n".join(typed) + "\n")
    assert ran.exit_code == 0, ran.output
    assert "ada is a curator" in ran.output and "horse" not in ran.output
