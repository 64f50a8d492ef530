"""What a watching program reads at /metrics, and who may."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest
from live_site import in_a_loop_of_its_own
from prometheus_client.parser import text_string_to_metric_families

from db.alarms import Channel, queue_untold, raise_alarm
from db.engine import Engine
from db.nights import NightStatus, begin_night, save_night
from db.store import upsert_papers
from db.watched_figures import PaperCounts, WatchedFigures, watched_figures
from extractors.lexicon.catalogue import Catalogue
from extractors.records import PaperMetadata
from flows.papers import catalogue
from portal import metrics
from portal.app import create_app
from portal.services import PageWords, Services

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TOKEN = "a-token-of-the-watching-program"

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def services(engine: Engine) -> Services:
    known: Catalogue = catalogue()
    return Services(
        engine=engine,
        page_image=lambda sha256, page, dpi: b"",
        page_words=lambda sha256, page: PageWords(1, 1, ()),
        reestimate=lambda paper: None,
        catalogue=known,
        pages_being_drawn=lambda: 3,
        metrics_token=TOKEN,
        host_names=frozenset({"burden.example.org"}),
        now=lambda: NOON,
    )


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is."""
    monkeypatch.setattr(metrics, "_MOST_WAITED_SECONDS", 60)


class Client:
    """Asks the app without a server in between, from any address."""

    def __init__(self, services: Services, address: str = "127.0.0.1", host: str = "127.0.0.1") -> None:
        self._transport = httpx.ASGITransport(create_app(services), client=(address, 50_000))
        self._base = f"http://{host}:8765"

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=self._base) as client:
                return await client.request(method, path, headers=headers)

        return in_a_loop_of_its_own(ask())


def _read(client: Client) -> Figures:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def _figure(figures: Figures, name: str, **labels: str) -> float:
    return figures[name, frozenset(labels.items())]


def test_requests_are_counted_by_route_and_status_and_no_address_is_told(services: Services) -> None:
    client = Client(services)
    secret = "l3xSecretAddressOfAContribution0123456789abcde"
    for path in ("/papers/2401.00001", "/papers/2401.00002", f"/contribute/{secret}", "/no/such/page", "/health"):
        client.get(path)
    client.get("/health", "BREW")
    client.get("/health", Host="evil.example")
    figures, name = _read(client), "burden_http_request_seconds"
    asked = {
        (labels["method"], labels["route"], labels["status"]): count
        for (sample, items), count in figures.items()
        if sample == f"{name}_count" and (labels := dict(items))
    }
    assert asked == {
        ("GET", "/papers/{key:paper_key}", "404"): 2,
        ("GET", "/contribute/{token}", "404"): 1,
        ("GET", "none", "404"): 1,
        ("GET", "none", "400"): 1,
        ("GET", "/health", "200"): 1,
        ("other", "/health", "405"): 1,
    }
    seconds = _figure(figures, f"{name}_sum", method="GET", route="/health", status="200")
    assert 0 < seconds < 60
    assert secret not in client.get("/metrics").text


def test_the_database_and_the_last_night_are_told(services: Services, engine: Engine) -> None:
    figures = _read(Client(services))
    assert _figure(figures, "burden_database_up") == 1
    assert _figure(figures, "burden_papers") == 0
    assert _figure(figures, "burden_pages_being_drawn") == 3
    assert not [name for name, _ in figures if name.startswith("burden_night")], "before the first night"

    day = timedelta(days=1)
    upsert_papers(engine, [PaperMetadata("2401.00001", 1, "A paper", "", (), ())])
    first = begin_night(engine, NOON - 2 * day, "db1", "x1")
    save_night(engine, replace(first, status=NightStatus.SUCCEEDED, finished=NOON - 2 * day + timedelta(hours=1)))
    second = begin_night(engine, NOON - day, "db1", "x1")
    counts = {"papers_seen": 40, "papers_parsed": 31, "failed_by_cause": {"download": 2}}
    ended = NOON - day + timedelta(minutes=30)
    save_night(engine, replace(second, status=NightStatus.FAILED, finished=ended, counts=counts))
    begin_night(engine, NOON - timedelta(hours=2), "db1", "x1")  # killed, as the next one notes
    begin_night(engine, NOON, "db1", "x1")
    raise_alarm(engine, "step papers", "no papers", "", NOON)
    queue_untold(engine, [Channel.WEBHOOK], NOON)

    figures = _read(Client(services))
    assert _figure(figures, "burden_papers") == 1
    assert _figure(figures, "burden_night_last_success_age_seconds") == timedelta(hours=47).total_seconds()
    assert _figure(figures, "burden_night_last_number") == second.night, "the killed and the one under way have no end"
    assert _figure(figures, "burden_night_last_status", status="failed") == 1
    assert _figure(figures, "burden_night_last_seconds") == 1800
    assert _figure(figures, "burden_night_last_count", what="papers_seen") == 40
    assert _figure(figures, "burden_night_last_failures", cause="download") == 2
    assert _figure(figures, "burden_alarm", cause="step papers") == 1
    assert _figure(figures, "burden_alarm_messages_waiting") == 1

    page = (Path(__file__).parents[2] / "docs" / "alarms.md").read_text(encoding="utf-8")
    told = {name for name, _ in figures if name.startswith("burden_")}
    assert set(re.findall(r"`(burden_\w+)(?:\{\w+\})?`", page)) <= told | {"burden_http_request_seconds"}


def test_a_database_that_does_not_answer_is_a_figure_and_keeps_nobody_else(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Engine] = []
    answer = Event()

    def slowly(engine: Engine) -> WatchedFigures:
        asked.append(engine)
        assert answer.wait(60)
        return watched_figures(engine)

    monkeypatch.setattr(metrics, "watched_figures", slowly)
    monkeypatch.setattr(metrics, "_MOST_WAITED_SECONDS", 0.01)
    registry = metrics.Meter(services).registry
    assert registry.get_sample_value("burden_database_up") == 0
    assert registry.get_sample_value("burden_database_up") == 0, "who comes next does not ask again"
    answer.set()
    monkeypatch.setattr(metrics, "_MOST_WAITED_SECONDS", 60)
    assert registry.get_sample_value("burden_database_up") == 1
    assert len(asked) == 1


def test_an_answer_that_came_late_is_given_to_who_asks_next_and_counts_of_papers_keep_nobody(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, counting, count = Event(), Event(), Event()

    def late(engine: Engine) -> WatchedFigures:
        assert said.wait(60)
        return watched_figures(engine)

    def slow_count(engine: Engine) -> PaperCounts:
        counting.set()
        assert count.wait(60)
        return PaperCounts(7, 5)

    monkeypatch.setattr(metrics, "_KEPT_SECONDS", 0.0)
    monkeypatch.setattr(metrics, "watched_figures", late)
    monkeypatch.setattr(metrics, "paper_counts", slow_count)
    registry = metrics.Meter(services).registry
    monkeypatch.setattr(metrics, "_MOST_WAITED_SECONDS", 0.01)
    assert registry.get_sample_value("burden_database_up") == 0
    said.set()
    assert counting.wait(60)
    assert registry.get_sample_value("burden_database_up") == 1
    assert registry.get_sample_value("burden_papers") is None
    monkeypatch.setattr(metrics, "_MOST_WAITED_SECONDS", 60)
    count.set()
    assert registry.get_sample_value("burden_papers") == 7


def test_papers_are_not_counted_at_each_visit_while_nights_are_looked_up(
    services: Services, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_KEPT_SECONDS", 0.0)
    client = Client(services)
    assert _figure(_read(client), "burden_papers") == 0
    upsert_papers(engine, [PaperMetadata("2401.00001", 1, "A paper", "", (), ())])
    night = begin_night(engine, NOON, "db1", "x1")
    save_night(engine, replace(night, status=NightStatus.SUCCEEDED, finished=NOON))
    figures = _read(client)
    assert _figure(figures, "burden_papers") == 0
    assert _figure(figures, "burden_night_last_number") == night.night


def test_a_database_that_is_away_is_a_figure_and_no_error(services: Services, engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    (tmp_path / "burden.sqlite").write_bytes(b"no database" * 1000)
    figures = _read(Client(replace(services, pages_trouble=lambda: "broken")))
    assert _figure(figures, "burden_database_up") == 0
    assert _figure(figures, "burden_pages_can_be_drawn") == 0
    assert "burden_papers" not in {name for name, _ in figures}


@pytest.mark.parametrize(
    ("address", "host", "headers", "status"),
    [
        ("127.0.0.1", "localhost", {}, 200),
        ("::1", "[::1]", {}, 200),
        ("192.0.2.7", "127.0.0.1", {}, 403),
        ("127.0.0.1", "burden.example.org", {}, 403),
        ("127.0.0.1", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ("127.0.0.1", "127.0.0.1", {"X-Real-IP": "127.0.0.1"}, 403),
        ("127.0.0.1", "127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 403),
        ("192.0.2.7", "burden.example.org", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("192.0.2.7", "burden.example.org", {"Authorization": f"bearer {TOKEN}"}, 200),
        ("192.0.2.7", "burden.example.org", {"Authorization": f"Basic {TOKEN}"}, 403),
        ("192.0.2.7", "burden.example.org", {"Authorization": f"Bearer {TOKEN}x"}, 403),
        ("192.0.2.7", "burden.example.org", {"Authorization": "Bearer "}, 403),
    ],
)
def test_metrics_are_for_this_machine_or_for_who_has_the_token(
    services: Services, address: str, host: str, headers: dict[str, str], status: int
) -> None:
    answer = Client(services, address, host).get("/metrics", **headers)
    assert answer.status_code == status
    assert ("burden_papers" in answer.text) == (status == 200)


def test_behind_a_proxy_only_the_token_helps(services: Services) -> None:
    client = Client(replace(services, behind_proxy=True))
    assert client.get("/metrics").status_code == 403, "a plain proxy_pass of nginx asks as this machine does"
    assert client.get("/metrics", Authorization=f"Bearer {TOKEN}").status_code == 200


def test_without_a_token_no_header_helps(services: Services) -> None:
    client = Client(replace(services, metrics_token=""), "192.0.2.7", "burden.example.org")
    for given in ("Bearer ", "Bearer", f"Bearer {TOKEN}"):
        assert client.get("/metrics", Authorization=given).status_code == 403
