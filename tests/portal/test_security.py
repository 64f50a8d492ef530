"""Each attack is tried on a live server."""

from __future__ import annotations

import json
import logging
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from live_site import PASSWORD, SAMPLE_PAPERS, Site, in_a_loop_of_its_own
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from test_sign_in import form_of, try_to_sign_in

from db.accounts import Role
from flows import web
from portal.boundary import MOST_BODY_BYTES, Boundary
from portal.security import client_address

Client = Callable[..., httpx.Client]

_FOR_EVERYBODY = frozenset(
    "sign-in sign-out health metrics static api benchmarks charts models papers trends hardware methods data "
    "contribute".split()
)
"""Where addresses begin that are for everybody, besides the first page."""
_LEAST_ROLE = {
    "/desk": Role.READER,
    "/desk/hardware": Role.READER,
    "/desk/double-reviews": Role.ADJUDICATOR,
    "/agreement": Role.ADJUDICATOR,
    "/agreement/papers": Role.ADJUDICATOR,
}
"""By path as it is declared: of routes that are not for curators and all above them."""
_VALUES = {
    "sha256": "0" * 64,
    "page_number": "1",
    "key": SAMPLE_PAPERS[0],
    "digest": "0" * 32,
    "model_id": "0" * 16,
    "benchmark": "imagenet",
}
_OF_THE_TEST = {"httpx", "httpcore.http11", "httpcore.connection", "uvicorn.access"}
"""The client's own log, and one that nothing listens to but pytest."""
HTML = {"Accept": "text/html"}


def routes(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """``(method, path as it is declared, an address of it)`` of every route."""
    for route in iter_route_contexts(app.routes):
        assert route.path and route.methods, f"{route} is not guarded as the others are"
        address = re.sub(r"\{(\w+)(?::\w+)?\}", lambda name: _VALUES.get(name[1], "1"), route.path)
        for method in sorted(route.methods):
            yield method, route.path, address


def is_for_everybody(path: str) -> bool:
    return path == "/" or path.split("/")[1] in _FOR_EVERYBODY


def test_no_route_answers_who_has_not_signed_in(site: Site, client: Client) -> None:
    stranger = client()
    guarded = 0
    for method, path, address in routes(site.app):
        if is_for_everybody(path):
            continue
        guarded += 1
        assert stranger.request(method, address).status_code == 401, (method, path)
        if method == "GET":
            shown = stranger.get(address, headers=HTML)
            assert (shown.status_code, shown.headers["location"][:14]) == (303, "/sign-in?next="), path
    assert guarded


@pytest.mark.parametrize("role", [Role.READER, Role.CURATOR, Role.ADJUDICATOR])
def test_no_route_answers_a_lesser_role_than_it_is_for(site: Site, client: Client, role: Role) -> None:
    person = client(role)
    for method, path, address in routes(site.app):
        least = _LEAST_ROLE.get(path, Role.CURATOR)
        if not is_for_everybody(path) and not role.may(least):
            assert person.request(method, address).status_code == 403, (method, path)
            page = person.request(method, address, headers=HTML)
            assert page.status_code == 403 and f"role {least}" in page.text, (method, path)
    assert person.get("/sign-in").status_code == 303, "still signed in"


def test_no_route_that_changes_something_takes_a_request_without_the_token(site: Site, client: Client) -> None:
    admin = client("admin")
    admin.headers.pop("X-CSRF")
    other = site.sign_in("admin", "another-admin").csrf
    tried = 0
    for method, path, address in routes(site.app):
        if method == "GET":
            continue
        tried += 1
        for headers, data in (
            ({}, {}),
            ({}, {"csrf": ""}),
            ({}, {"csrf": other}),
            ({"X-CSRF": other}, {}),
            ({"X-CSRF": "é".encode("latin-1").decode("latin-1")}, {}),
        ):
            sent = {name: value.encode("latin-1") for name, value in headers.items()}
            assert admin.request(method, address, data=data, headers=sent).status_code == 403, (method, path)
        plain = admin.request(
            method, address, content=json.dumps({"csrf": other}), headers={"Content-Type": "text/plain"}
        )
        assert plain.status_code == 403, (method, path)
    assert tried
    assert admin.get("/sign-in").status_code == 303, "still signed in"


def test_a_form_that_another_site_sends_is_refused_even_with_the_token(client: Client) -> None:
    for site_of_sender in ("cross-site", "same-site"):
        answer = client("curator").post("/sign-out", headers={"Sec-Fetch-Site": site_of_sender})
        assert answer.status_code == 403


def test_sign_in_can_not_be_forged_so_as_to_sign_somebody_in_as_the_attacker(site: Site, client: Client) -> None:
    site.user("curator", "ada")
    victim = client()
    data = form_of(client()) | {"name": "ada", "password": PASSWORD}
    assert victim.post("/sign-in", data=data).status_code == 401
    assert "burden-session" not in victim.cookies


@pytest.mark.parametrize("planted", ["A" * 43, "", "x", "../../etc/passwd", "' OR '1'='1"])
def test_a_planted_session_is_no_session_after_signing_in(site: Site, client: Client, planted: str) -> None:
    site.user("curator", "ada")
    person = client()
    person.cookies.set("burden-session", planted, domain=urlsplit(site.url).hostname or "")
    assert try_to_sign_in(person, "ada", PASSWORD).status_code == 303
    with site.client() as attacker:
        attacker.cookies.set("burden-session", planted)
        assert attacker.get("/sign-in").status_code == 200
    assert person.get("/sign-in").status_code == 303


def test_signing_in_again_ends_the_session_before_it(site: Site) -> None:
    before = site.sign_in("curator", "ada")
    with site.client() as person:
        host = urlsplit(site.url).hostname or ""
        person.cookies.set("burden-session", before.token, domain=host)
        data = {"name": "ada", "password": PASSWORD, "csrf": before.csrf}
        assert person.post("/sign-in", data=data).status_code == 303
    with site.client() as attacker:
        attacker.cookies.set("burden-session", before.token)
        assert attacker.get("/sign-in").status_code == 200


def test_sessions_end_after_twelve_hours(open_site: Callable[..., Site]) -> None:
    site = open_site()
    with site.client("curator") as curator:
        site.travel(hours=11, minutes=59)
        assert curator.get("/sign-in").status_code == 303
        site.travel(hours=12, minutes=1)
        assert curator.get("/sign-in").status_code == 200


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(site: Site, client: Client) -> None:
    site.user("curator", "ada")
    person = client()
    cookies = person.get("/sign-in").headers.get_list("set-cookie")
    cookies += try_to_sign_in(person, "ada", PASSWORD).headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"burden-form", "burden-session"}
    for cookie in cookies:
        assert "HttpOnly" in cookie and re.search("SameSite=(lax|strict)", cookie) and "Path=/" in cookie
        assert "Domain" not in cookie


def test_over_https_cookies_are_for_this_very_host_and_https_alone(open_site: Callable[..., Site]) -> None:
    site = open_site(behind_proxy=True, host_names=("desk.example.org",))
    site.user("curator", "ada")
    with site.client() as person:
        person.headers.update({"Host": "desk.example.org", "X-Forwarded-Proto": "https"})
        shown = person.get("/sign-in")
        [form] = shown.headers.get_list("set-cookie")
        assert form.startswith("__Host-burden-form=") and "Secure" in form
        assert shown.headers["strict-transport-security"].startswith("max-age=")
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert csrf
        [session] = person.post(
            "/sign-in",
            data={"name": "ada", "password": PASSWORD, "csrf": csrf[1]},
            headers={"Cookie": form.partition(";")[0]},
        ).headers.get_list("set-cookie")
        assert session.startswith("__Host-burden-session=") and "Secure" in session and "Domain" not in session
        plain = {"Cookie": session.partition(";")[0].removeprefix("__Host-")}
        assert person.get("/sign-in", headers=plain).status_code == 200


@pytest.mark.parametrize("address", ["/sign-in", "/no-such-page", "/static/0/style.css", "/desk/pages/x/1.webp"])
def test_every_answer_tells_the_browser_what_it_must_not_do(client: Client, address: str) -> None:
    headers = client().get(address).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]"])
def test_other_hosts_names_are_refused(site: Site, client: Client, host: str) -> None:
    answer = client("admin").get("/sign-in", headers={"Host": host})
    assert answer.status_code == 400
    assert "<form" not in answer.text
    port = urlsplit(site.url).port
    for own in (f"127.0.0.1:{port}", "localhost", "LOCALHOST:1", "[::1]:8765"):
        assert client().get("/sign-in", headers={"Host": own}).status_code == 200


def test_bodies_are_bounded_before_anything_reads_them(client: Client) -> None:
    curator = client("curator")
    declared = curator.post("/sign-out", content=b"x" * (MOST_BODY_BYTES + 1))
    assert declared.status_code == 413

    def without_end() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 65536

    assert curator.post("/sign-out", content=without_end()).status_code == 413
    fitting = {"name": "x", "password": "y" * (MOST_BODY_BYTES // 2), "csrf": form_of(client())["csrf"]}
    assert client().post("/sign-in", data=fitting).status_code == 401
    assert curator.get("/sign-in").status_code == 303, "still signed in"


@pytest.mark.parametrize(
    "request_text",
    [
        "POST /sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        "POST /sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        "GET /sign-in HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\x00\x01\x02\r\n\r\n",
        "GET /" + "a" * 100_000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["two-lengths", "negative-length", "two-hosts", "no-host", "version", "noise", "endless-line"],
)
def test_malformed_requests_are_refused_and_the_server_lives(site: Site, client: Client, request_text: str) -> None:
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as raw:
        raw.sendall(request_text.encode("latin-1"))
        first = raw.recv(100)
    assert first[9:12] in (b"400", b"404", b"")
    assert client().get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/{digest}/../app.py",
        "/static/{digest}/..%2fapp.py",
        "/static/{digest}/%2e%2e/app.py",
        "/static/{digest}//etc/passwd",
        "/static/{digest}/..\\app.py",
        "/static/{digest}/style.css%00.svg",
        "/desk/pages/..%2f..%2fetc%2fpasswd/1.webp",
        "/desk/pages/../../etc/passwd/1.webp",
        f"/desk/pages/{'0' * 63}%2e/1.webp",
        f"/desk/pages/{'A' * 64}/1.webp",
        f"/desk/pages/{'0' * 64}/0.webp",
        f"/desk/pages/{'0' * 64}/-1.webp",
        f"/desk/pages/{'0' * 64}/1e9.webp",
        f"/desk/pages/{'0' * 64}/99999999999999999999999999.webp",
        f"/desk/pages/{'0' * 64}/..%2f1.webp",
        f"/desk/pages/{'0' * 64}%0a/1.webp",
        f"/desk/pages/{'0' * 64}/1.webp?dpi=100000",
        f"/desk/pages/{'0' * 64}/1.webp?dpi=0",
        "/desk/papers/..%2f..%2fusers",
        "/desk/papers/%2e%2e/%2e%2e/etc/passwd",
        "/desk/papers/1706.03762'%20OR%201=1--",
        "/desk/papers/1706.03762%00",
        "/desk/papers/1706.03762%0d%0aSet-Cookie:%20a=b",
        "/desk/papers/sha256:..%2f..%2fetc%2fpasswd",
        f"/desk/papers/{SAMPLE_PAPERS[0]}/history/..%2fx",
        f"/desk/papers/{SAMPLE_PAPERS[0]}/history/{'0' * 32}%0a",
        f"/desk/papers/{SAMPLE_PAPERS[0]}/history/{'0' * 31}",
        f"/desk/papers/{SAMPLE_PAPERS[0]}?as_of=0001-01-01",
        f"/desk/papers/{SAMPLE_PAPERS[0]}?as_of=soon",
    ],
)
def test_no_address_leads_out_of_what_is_there(site: Site, client: Client, path: str) -> None:
    style = re.search(r"/static/(\w+)/style.css", client().get("/sign-in").text)
    assert style and client().get(style[0]).status_code == 200
    parts = urlsplit(site.url)
    admin = client("admin")
    cookie = f"burden-session={admin.cookies['burden-session']}"
    address = path.format(digest=style[1])
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=20) as raw:
        raw.sendall(
            f"GET {address} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = b"".join(iter(lambda: raw.recv(65536), b"")).decode()
    assert re.match(r"HTTP/1.1 (400|404|422) ", answer), answer[:200]
    assert "root:" not in answer and "import " not in answer and "Set-Cookie: a" not in answer


def test_an_error_shows_no_traceback_and_the_log_has_its_number(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    site = open_site()

    def broken() -> None:
        raise RuntimeError("secret inside")

    site.app.add_api_route("/somewhere", broken)
    with site.client() as visitor:
        for headers, sign in ((HTML, "<h1>Internal Server Error</h1>"), ({}, '{"error":')):
            answer = visitor.get("/somewhere", headers=headers)
            assert answer.status_code == 500
            assert sign in answer.text
            assert "secret" not in answer.text and "Traceback" not in answer.text and "broken" not in answer.text
            assert answer.headers["content-security-policy"]
            number = re.search(r"as (\w{8})\.", answer.text)
            assert number and number[1] in caplog.text
        assert "secret inside" in caplog.text


def test_while_another_process_writes_pages_are_read_and_who_saves_is_told(
    open_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(web, "_PATIENCE_SECONDS", 0.2)
    site = open_site()
    comments = f"/desk/papers/{SAMPLE_PAPERS[0]}/comments"
    with site.client("curator") as curator, closing(sqlite3.connect(site.settings.home / "burden.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        assert curator.get("/desk", headers=HTML).status_code == 200
        refused = curator.post(comments, data={"comment": "Which one?"})
        assert refused.status_code == 503 and "Try again" in refused.json()["error"]
        assert "another process has been writing" in caplog.text
        other.rollback()
        assert curator.post(comments, data={"comment": "Which one?"}).status_code == 200


def test_who_goes_away_in_the_middle_of_a_form_leaves_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Message] = []

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    headers = [(b"host", b"localhost"), (b"content-length", b"5")]
    scope = {"type": "http", "method": "POST", "path": "/sign-in", "headers": headers}
    in_a_loop_of_its_own(Boundary(app, host_names=frozenset(), secure=False)(scope, gone, send))
    assert (sent, caplog.records) == ([], [])


def test_no_secret_gets_into_the_log(site: Site, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.user("curator", "ada")
    person = client()
    try_to_sign_in(person, "ada", "a wrong password of ada")
    try_to_sign_in(person, "ada", PASSWORD)
    person.post("/sign-out", content=b"\xff\xfe", headers={"Content-Type": "application/x-www-form-urlencoded"})
    person.post("/sign-out", content=b"no boundary", headers={"Content-Type": "multipart/form-data"})
    person.get("/no-such-page?password=in-the-address")
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name not in _OF_THE_TEST)
    secrets = ["a wrong password", PASSWORD, "in-the-address", *person.cookies.values(), "$argon2"]
    assert [secret for secret in secrets if secret in logged] == []


def test_what_is_sent_is_not_repeated_in_error_pages(client: Client) -> None:
    probe = "<script>alert(1)</script>"
    for address in (f"/{probe}", f"/desk/pages/{probe}/1.webp", f"/sign-in?next={probe}", f"/static/0/{probe}"):
        for role in (None, "curator"):
            assert "<script>" not in client(role).get(address, headers=HTML).text


def test_a_program_that_watches_the_server_is_told_whether_it_works(open_site: Callable[..., Site]) -> None:
    site = open_site()
    with site.client() as watcher:
        assert (watcher.get("/health").status_code, watcher.get("/health").json()) == (200, {"status": "ok"})
        site.app.state.services = replace(site.services, pages_trouble=lambda: "secret inside")
        down = watcher.get("/health")
        assert down.status_code == 503 and "No page can be drawn" in down.text and "secret" not in down.text


def test_addresses_of_one_household_count_as_one() -> None:
    def address(host: str) -> str:
        return client_address(Request({"type": "http", "client": (host, 1)}))

    assert address("192.0.2.7") == "192.0.2.7"
    assert address("2001:db8:1:2:3:4:5:6") == address("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert address("::ffff:192.0.2.7") == "192.0.2.7"


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"


def test_a_hostile_title_is_shown_as_it_is_written(open_site: Callable[..., Site]) -> None:
    site = open_site()
    with closing(sqlite3.connect(site.settings.home / "burden.sqlite")) as database, database:
        database.execute("UPDATE papers SET title = ?", (HOSTILE,))
    with site.client("admin") as admin:
        shown = 0
        assert admin.get(f"/desk/papers/{SAMPLE_PAPERS[0]}?as_of=9999-12-31", headers=HTML).status_code == 200
        for method, path, address in routes(site.app):
            answer = admin.get(address, headers=HTML) if method == "GET" else None
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            assert answer.status_code < 500, path
            assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, path
            shown += "&lt;script&gt;alert(1)" in answer.text
        assert shown


@pytest.mark.parametrize(
    "term", ["' OR 1=1 --", "'; DROP TABLE papers; --", "%", "_", "\\", "a\x00", HOSTILE, "a" * 5000]
)
def test_search_terms_are_words_and_not_sql(client: Client, term: str) -> None:
    reader = client("reader")
    found = reader.get("/desk", params={"q": term}, headers=HTML)
    assert found.status_code in (200, 422), found.text
    assert "<script>alert" not in found.text and not any(paper in found.text for paper in SAMPLE_PAPERS)
    assert all(paper in reader.get("/desk", headers=HTML).text for paper in SAMPLE_PAPERS[:3])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": HOSTILE, "fact": "x" * 5000, "page": "-1", "text": "", "value": "NaN"},
        {"digest": "0" * 32, "decision": "no-such", "seen": "\x00", "at": "yesterday", "percent": "inf"},
    ],
)
def test_malformed_forms_are_refused_in_words(site: Site, client: Client, body: dict[str, str]) -> None:
    for method, path, address in routes(site.app):
        if method != "POST" or path in ("/sign-in", "/sign-out"):
            continue
        admin = client("admin")
        for sent in ({"data": body}, {"json": body}, {"content": b"\xff\x00{", "headers": {"Content-Type": "text/x"}}):
            answer = admin.post(address, **sent)
            assert answer.status_code < 500, (path, answer.text)
            assert "<script>" not in answer.text or answer.headers["content-type"] == "application/json", path
