"""How requests are paced, bounded and repeated."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback_arxiv import Clock, LoopbackArxiv, dropped, redirect, slow_drip, stalled, status

from flows.sources import AccessRefusedError, ArxivConfig, SourceError
from flows.sources.http import NoAnswerError, PoliteSession, RejectedError, TooLongError, parse_retry_after
from flows.sources.pace import Pacer


def test_three_seconds_lie_between_requests_over_all_doors(
    arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock
) -> None:
    arxiv.add("2406.01234")
    for address in (arxiv.oai_url + "?verb=Identify", arxiv.pdf_url + "/2406.01234v1", arxiv.api_url + "?start=0"):
        http.get(address)
    assert clock.pauses == [3.0, 3.0]


def test_time_already_passed_counts_towards_the_pause(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock) -> None:
    http.get(arxiv.api_url)
    clock.now_seconds += 2.0
    http.get(arxiv.api_url)
    clock.now_seconds += 60.0
    http.get(arxiv.api_url)
    assert clock.pauses == [1.0]


def test_sessions_of_one_pacer_ask_one_at_a_time(arxiv: LoopbackArxiv, config: ArxivConfig, clock: Clock) -> None:
    arxiv.misbehave("api", *[slow_drip(0.0001)] * 4)
    pacer = Pacer(clock=clock, wait=clock.wait)
    threads = [threading.Thread(target=PoliteSession(config, pacer=pacer).get, args=(arxiv.api_url,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(arxiv.asked("api")) == 4
    assert arxiv.most_at_once == 1
    assert clock.pauses == [3.0, 3.0, 3.0]


def test_processes_that_share_a_pace_file_ask_one_after_the_other(
    arxiv: LoopbackArxiv, config: ArxivConfig, clock: Clock, tmp_path: Path
) -> None:
    arxiv.misbehave("api", *[slow_drip(0.0001)] * 2)
    pace_file = tmp_path / "new folder" / "arxiv.pace"
    pacers = [Pacer(clock=clock, wait=clock.wait, shared_file=pace_file) for _ in range(2)]  # one a process
    threads = [
        threading.Thread(target=PoliteSession(config, pacer=pacer).get, args=(arxiv.api_url,)) for pacer in pacers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert arxiv.most_at_once == 1
    assert clock.pauses == [3.0]


def test_the_configured_pace_file_is_used(arxiv: LoopbackArxiv, config: ArxivConfig, tmp_path: Path) -> None:
    pace_file = tmp_path / "arxiv.pace"
    PoliteSession(replace(config, delay_seconds=0, pace_file=pace_file)).get(arxiv.api_url)
    assert float(pace_file.read_text()) > 0


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\xff" * 1000, b"9e300"], ids=["empty", "text", "bytes", "future"]
)
def test_a_spoilt_pace_file_costs_at_most_one_pause(
    arxiv: LoopbackArxiv, config: ArxivConfig, clock: Clock, tmp_path: Path, content: bytes
) -> None:
    pace_file = tmp_path / "arxiv.pace"
    pace_file.write_bytes(content)
    http = PoliteSession(config, pacer=Pacer(clock=clock, wait=clock.wait, shared_file=pace_file))
    http.get(arxiv.api_url)
    assert sum(clock.pauses) <= 3.0
    clock.pauses.clear()
    http.get(arxiv.api_url)
    assert clock.pauses == [3.0]


def test_the_user_agent_names_the_product_and_the_contact(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    http.get(arxiv.api_url)
    agent = arxiv.requests[0].headers["User-Agent"]
    assert agent.startswith("burden/")
    assert agent.endswith(" (+desk@example.org)")


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_waited_for(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock, code: int) -> None:
    arxiv.misbehave("api", status(code, retry_after="120"))
    http.get(arxiv.api_url)
    assert clock.pauses == [120.0]
    assert len(arxiv.asked("api")) == 2


def test_retry_after_is_capped(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock) -> None:
    arxiv.misbehave("api", status(503, retry_after="86400"))
    http.get(arxiv.api_url)
    assert clock.pauses == [http.config.max_wait_seconds]


def test_without_retry_after_the_pauses_double(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock) -> None:
    arxiv.misbehave("api", status(500), dropped(), status(503, retry_after="soon"))
    http.get(arxiv.api_url)
    assert clock.pauses == [3.0, 6.0, 12.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 60.0),
        ("Wed, 21 Oct 2026 06:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_as_seconds_or_date(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, datetime(2026, 10, 21, 7, 27, tzinfo=UTC)) == seconds


def test_403_stops_at_once(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock) -> None:
    arxiv.misbehave("api", status(403))
    with pytest.raises(AccessRefusedError, match=r"HTTP 403.*BURDEN_CONTACT"):
        http.get(arxiv.api_url)
    assert len(arxiv.requests) == 1


def test_429_again_and_again_stops_the_run(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.misbehave("api", *[status(429)] * 4)
    with pytest.raises(AccessRefusedError, match=r"4 attempts.*429"):
        http.get(arxiv.api_url)
    assert len(arxiv.requests) == 4


def test_a_server_that_stays_away_is_named_with_the_reason(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.misbehave("oai", *[dropped()] * 4)
    with pytest.raises(NoAnswerError, match=r"/oai in 4 attempts: .*closed"):
        http.get(arxiv.oai_url)


def test_404_is_not_asked_again(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    with pytest.raises(RejectedError, match="HTTP 404"):
        http.get(arxiv.base_url + "/nothing")
    assert len(arxiv.requests) == 1


def test_a_drip_ends_at_the_total_deadline(arxiv: LoopbackArxiv, config: ArxivConfig, clock: Clock) -> None:
    class RushingClock(Clock):
        def __call__(self) -> float:
            self.now_seconds += 100.0
            return self.now_seconds

    rushing = RushingClock()
    http = PoliteSession(config, pacer=Pacer(clock=rushing, wait=rushing.wait))
    arxiv.misbehave("api", *[slow_drip()] * 4)
    with pytest.raises(NoAnswerError, match="not whole after 600 s"):
        http.get(arxiv.api_url)


def test_silence_in_the_middle_ends_at_the_read_timeout(arxiv: LoopbackArxiv, clock: Clock) -> None:
    hasty = ArxivConfig(arxiv.api_url, arxiv.oai_url, arxiv.pdf_url, read_timeout_seconds=0.1, max_attempts=2)
    http = PoliteSession(hasty, pacer=Pacer(clock=clock, wait=clock.wait))
    arxiv.misbehave("api", stalled())
    assert b"<feed" in http.get(arxiv.api_url).content
    assert len(arxiv.requests) == 2


def test_an_endless_answer_is_cut_off(arxiv: LoopbackArxiv, clock: Clock) -> None:
    small = ArxivConfig(arxiv.api_url, arxiv.oai_url, arxiv.pdf_url, max_feed_bytes=500)
    http = PoliteSession(small, pacer=Pacer(clock=clock, wait=clock.wait))
    with pytest.raises(TooLongError, match="more than the 500 bytes"):
        http.get(arxiv.api_url)
    assert len(arxiv.requests) == 1


def test_a_redirect_is_a_paced_request_of_its_own(arxiv: LoopbackArxiv, http: PoliteSession, clock: Clock) -> None:
    arxiv.misbehave("api", redirect("/api/query?start=1"))
    http.get(arxiv.api_url)
    assert [request.path for request in arxiv.requests] == ["/api/query", "/api/query?start=1"]
    assert clock.pauses == [3.0]


@pytest.mark.parametrize("location", ["http://localhost:1/x", "file:///etc/passwd", "https://example.org/"])
def test_a_redirect_to_elsewhere_is_not_followed(arxiv: LoopbackArxiv, http: PoliteSession, location: str) -> None:
    arxiv.misbehave("api", redirect(location))
    with pytest.raises(SourceError, match="redirects to"):
        http.get(arxiv.api_url)
    assert len(arxiv.requests) == 1


def test_a_circle_of_redirects_ends(arxiv: LoopbackArxiv, http: PoliteSession) -> None:
    arxiv.misbehave("api", *[redirect("/api/query")] * 20)
    with pytest.raises(SourceError, match="more than 5 times"):
        http.get(arxiv.api_url)


def test_a_short_delay_is_refused_for_arxiv_itself_only() -> None:
    with pytest.raises(ValueError, match=r"2\.9 s .* refused for export\.arxiv\.org"):
        ArxivConfig(delay_seconds=2.9)
    loopback = "http://127.0.0.1:8099"
    with pytest.raises(ValueError, match=r"refused for oaipmh\.arxiv\.org"):
        ArxivConfig(api_url=f"{loopback}/api/query", pdf_url=f"{loopback}/pdf", delay_seconds=0)
    ArxivConfig(f"{loopback}/api/query", f"{loopback}/oai", f"{loopback}/pdf", delay_seconds=0)


@pytest.mark.parametrize("address", ["export.arxiv.org/pdf", "ftp://arxiv.org", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="pdf_url is not an http"):
        ArxivConfig(pdf_url=address)


@pytest.mark.parametrize("contact", ["me@example.org\r\nX-Evil: 1", "Jürgen"])
def test_a_contact_that_a_header_can_not_carry_is_refused(contact: str) -> None:
    with pytest.raises(ValueError, match="User-Agent can't carry"):
        ArxivConfig(contact=contact)


def test_nobody_listening_is_told_in_plain_words(clock: Clock) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))  # bound, so that nobody else takes it, but not listening
        base = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        config = ArxivConfig(f"{base}/api/query", f"{base}/oai", f"{base}/pdf", max_attempts=2)
        with pytest.raises(NoAnswerError, match=r"in 2 attempts: .*Connection refused") as caught:
            PoliteSession(config, pacer=Pacer(clock=clock, wait=clock.wait)).get(config.oai_url)
    assert len(str(caught.value)) < 300
