"""Public answers are made once, told apart by what they show, and never mixed up with anybody's own."""

from __future__ import annotations

import asyncio
import gzip
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from live_site import Site, in_a_loop_of_its_own
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import Message

from db.public_records import public_paper
from db.public_stamp import Stamp
from db.reviews import Decision, Review, add_review
from portal.boundary import Boundary
from portal.public import caching
from portal.public.caching import (
    HEAVY_AT_ONCE,
    MOST_WAITING,
    HeavyPublicRoute,
    Kept,
    KeptAnswers,
    PublicRoute,
    keep_answers,
)
from portal.services import Services

Client = Callable[..., httpx.Client]
HTML = {"Accept": "text/html"}
HERON = "2104.99017"


def test_who_has_an_answer_is_told_that_it_still_holds(client: Client) -> None:
    reader = client()
    first = reader.get(f"/papers/{HERON}", headers=HTML)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert {each.strip() for each in first.headers["vary"].split(",")} == {"Cookie", "Accept-Encoding"}
    etag = first.headers["etag"]
    for held in (etag, etag.removeprefix("W/"), f'"another", {etag}', "*"):
        again = reader.get(f"/papers/{HERON}", headers=HTML | {"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert reader.get("/papers", headers=HTML).headers["etag"] != etag
    assert reader.get(f"/papers/{HERON}", headers=HTML | {"If-None-Match": '"another"'}).status_code == 200


def test_what_is_new_is_shown_at_once(site: Site, client: Client) -> None:
    reader = client()
    before = reader.get("/", headers=HTML)
    assert f"0 of {_facts(before.text)} facts" in before.text
    paper = public_paper(site.engine, HERON)
    assert paper
    now = datetime.now(UTC)
    add_review(site.engine, Review(paper.facts[0].fact_key, None, Decision.ACCEPT, "ada", now))
    after = reader.get("/", headers=HTML | {"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200 and f"1 of {_facts(after.text)} facts" in after.text


def _facts(home: str) -> str:
    found = re.search(r"of ([\d,]+) facts", home)
    assert found
    return found[1]


def test_it_is_sent_compressed_to_whoever_takes_that(site: Site) -> None:
    with httpx.Client(base_url=site.url, headers=HTML | {"Accept-Encoding": "identity"}) as plain:
        whole = plain.get("/hardware")
    with httpx.Client(base_url=site.url, headers=HTML | {"Accept-Encoding": "gzip"}) as packed:
        sent = packed.get("/hardware")
    assert "content-encoding" not in whole.headers and sent.headers["content-encoding"] == "gzip"
    assert sent.text == whole.text
    assert int(sent.headers["content-length"]) < 0.3 * int(whole.headers["content-length"])


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True), ("br, GZIP; q=0.5", True), ("gzip;q=1.0", True),
        ("gzip;q=0", False), ("gzip; q=0.000, br", False), ("identity", False), ("x-gzip2", False),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_not_sent(client: Client, accepted: str, compressed: bool) -> None:
    answer = client().get("/hardware", headers=HTML | {"Accept-Encoding": accepted})
    assert ("content-encoding" in answer.headers) is compressed
    assert answer.text.endswith("</html>\n") or answer.text.endswith("</html>")


def test_it_is_made_plain_again_apart_from_what_answers_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Kept(gzip.compress(b"plain"), True, ())
    decompress, threads = gzip.decompress, set[int]()

    def watched(data: bytes) -> bytes:
        threads.add(threading.get_ident())
        return decompress(data)

    monkeypatch.setattr(gzip, "decompress", watched)

    async def ask() -> None:
        answer = await kept.answer(Request({"type": "http", "headers": []}))
        assert answer.body == b"plain" and len(threads) == 1
        assert threading.get_ident() not in threads

    in_a_loop_of_its_own(ask())


@pytest.mark.parametrize("address", ["/", "/papers", "/hardware", "/api/v1/papers", "/api/v1/"])
def test_the_head_of_an_answer_is_that_of_the_whole(client: Client, address: str) -> None:
    reader = client()
    whole, head = reader.get(address, headers=HTML), reader.head(address, headers=HTML)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "content-security-policy"):
        assert head.headers[name] == whole.headers[name]
    assert reader.head("/papers/1701.00001").status_code == 404
    assert reader.get(address, headers=HTML).text == whole.text, "the connection is in order"


@pytest.mark.parametrize("of_file", [False, True])
def test_no_body_leaves_with_a_head_and_no_file_is_read_for_it(of_file: bool, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"words" * FileResponse.chunk_size)
    answer = FileResponse(file) if of_file else PlainTextResponse("words")
    length = file.stat().st_size if of_file else len("words")
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    headers = [(b"host", b"localhost")]
    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": headers}
    boundary = Boundary(answer, host_names=frozenset(), secure=False)
    in_a_loop_of_its_own(boundary(scope, receive, send))
    assert (b"content-length", str(length).encode()) in sent[0]["headers"]
    assert [message["body"] for message in sent[1:]] == [b""]


def test_who_has_signed_in_gets_pages_of_their_own_that_nobody_keeps(client: Client) -> None:
    curator, stranger = client("curator", "ada"), client()
    for person, own in ((curator, True), (stranger, False), (curator, True), (stranger, False)):
        shown = person.get(f"/papers/{HERON}", headers=HTML)
        assert ("csrf-token" in shown.text) is own
        assert ('<span class="who-name">ada</span>' in shown.text) is own
        assert ("Sign out" in shown.text) is own
        if own:
            assert shown.headers["cache-control"] == "no-store" and "etag" not in shown.headers
            assert "content-encoding" not in shown.headers, "what has a secret is not compressed"


def test_an_error_is_not_kept(client: Client) -> None:
    missing = client().get("/papers/1701.00001", headers=HTML)
    assert missing.status_code == 404 and missing.headers["cache-control"] == "no-store"
    assert "etag" not in missing.headers


def test_the_script_of_charts_waits_for_no_chart(site: Site, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.app.state.kept_answers, "waiting", MOST_WAITING)
    full = client().get("/charts/headline.json")
    assert (full.status_code, full.headers["retry-after"], full.headers["cache-control"]) == (503, "3", "no-store")
    assert client().get("/charts/library/0123456789abcdef.js").status_code == 404


# The memory


def _kept(size_bytes: int) -> Kept:
    return Kept(b"x" * size_bytes, False, ())


def test_memory_is_bounded_and_the_longest_unused_goes_first() -> None:
    answers = KeptAnswers(most_bytes=3_000)
    for name in ("one", "two"):
        answers.keep(name, _kept(1_000))
    assert answers.get("one") is not None
    answers.keep("three", _kept(1_000))
    assert answers.get("two") is None and answers.get("one") and answers.get("three")
    answers.keep("huge", _kept(4_000))
    assert answers.get("huge") is None and answers.get("one"), "what fits nowhere pushes nothing out"
    answers.keep("one", _kept(1_500))
    assert answers.get("one") and answers.get("three")


@pytest.mark.parametrize("cookies", [{}, {"burden-session": "made-up"}])
def test_small_pages_do_not_wait_for_the_heavy_ones(cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "public_stamp", lambda engine: Stamp(1, datetime(2026, 1, 1, tzinfo=UTC)))
    heavy, small = APIRouter(route_class=HeavyPublicRoute), APIRouter(route_class=PublicRoute)
    go, being_made, most = asyncio.Event(), 0, 0

    @heavy.get("/charts/{number}")
    async def chart(number: int) -> Response:
        nonlocal being_made, most
        being_made += 1
        most = max(most, being_made)
        await go.wait()
        being_made -= 1
        return PlainTextResponse(f"chart {number}")

    @small.get("/page")
    async def page() -> Response:
        return PlainTextResponse("page")

    async def ask() -> None:
        async with _client(heavy, small) as client:
            client.cookies.update(cookies)
            charts = [asyncio.ensure_future(client.get(f"/charts/{number}")) for number in range(5)]
            while being_made < HEAVY_AT_ONCE:
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
            assert (await client.get("/page")).text == "page"
            assert not any(each.done() for each in charts)
            go.set()
            assert [(await each).text for each in charts] == [f"chart {number}" for number in range(5)]
        assert most == HEAVY_AT_ONCE

    in_a_loop_of_its_own(ask())


@pytest.mark.parametrize("cookies", [{}, {"burden-session": "made-up"}])
def test_few_wait_for_heavy_answers_and_nothing_is_made_for_who_has_gone(
    cookies: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "public_stamp", lambda engine: Stamp(1, datetime(2026, 1, 1, tzinfo=UTC)))
    heavy = APIRouter(route_class=HeavyPublicRoute)
    made: list[int] = []
    go = asyncio.Event()

    @heavy.get("/charts/{number}")
    async def chart(number: int) -> Response:
        made.append(number)
        await go.wait()
        return PlainTextResponse(f"chart {number}")

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    async def ask() -> None:
        app = _app(heavy)
        app.add_middleware(Boundary, host_names=frozenset(), secure=False)
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
        headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
        scope = {"type": "http", "method": "GET", "path": "/charts/99", "query_string": b"", "headers": headers}
        async with _client_of(app) as client:
            client.cookies.update(cookies)
            numbers = range(HEAVY_AT_ONCE + MOST_WAITING - 1)
            charts = [asyncio.ensure_future(client.get(f"/charts/{number}")) for number in numbers]
            while len(made) < HEAVY_AT_ONCE:
                await asyncio.sleep(0)
            left = asyncio.ensure_future(app(scope, gone, send))
            while app.state.kept_answers.waiting < MOST_WAITING:
                await asyncio.sleep(0)
            refused = await client.get("/charts/100")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")
            assert "try again" in refused.text
            go.set()
            assert {(await each).status_code for each in charts} == {200}
            await left
            assert (await client.get("/charts/100")).text == "chart 100"
        assert sorted(made) == [*numbers, 100]

    in_a_loop_of_its_own(ask())


def test_many_who_ask_at_once_have_it_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    stamp = Stamp(1, datetime(2026, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(caching, "public_stamp", lambda engine: stamp)
    router = APIRouter(route_class=PublicRoute)

    @router.get("/slow")
    async def slow() -> Response:
        made.append("slow")
        await asyncio.sleep(0)
        return PlainTextResponse("word " * 500)

    @router.get("/stream")
    def stream() -> Response:
        made.append("stream")
        return StreamingResponse(iter([b"a", b"b"]))

    async def ask() -> None:
        nonlocal stamp
        async with _client(router) as client:
            answers = await asyncio.gather(*(client.get("/slow") for _ in range(20)))
            assert {answer.text for answer in answers} == {"word " * 500} and made == ["slow"]
            assert answers[0].headers["content-encoding"] == "gzip"
            stamp = Stamp(2, stamp.changed_at)
            await client.get("/slow")
            assert made == ["slow", "slow"]
            for _ in range(2):
                streamed = await client.get("/stream")
                assert streamed.text == "ab" and streamed.headers["etag"]
            assert made[2:] == ["stream", "stream"], "a stream is kept nowhere"

    in_a_loop_of_its_own(ask())


def _app(*routers: APIRouter) -> FastAPI:
    """With these routes and no services."""
    app = FastAPI()
    app.state.services = Services(None, None, None, None, None)  # type: ignore[arg-type]
    keep_answers(app)
    for router in routers:
        app.include_router(router)
    return app


def _client(*routers: APIRouter) -> httpx.AsyncClient:
    return _client_of(_app(*routers))


def _client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
