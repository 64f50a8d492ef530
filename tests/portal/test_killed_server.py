"""`burden web` killed in the midst of saves: what was acknowledged is there, and nothing is there by halves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import httpx
import pytest
from curators_at_work import Curator, Save, send, signed_in
from kept_saves import Kept, absent, faults, rows, whole
from live_site import PASSWORD, serving
from process_groups import living, until

from db.accounts import Role, add_user
from db.desk import DeskFact, paper_records
from db.engine import Engine, open_database
from db.fields import Kind
from db.reviews import Decision, Review, save_reviews
from portal.passwords import hash_password

PAPERS = ("1803.99004", "2104.99017", "2105.99003", "2210.99012", "1707.99006", "2304.99011")
"""One for each curator, so that none is in another's way."""
SAVES_BEFORE_THE_END = 12
WITHOUT_ESTIMATE = (
    "SELECT f.fact_digest FROM corrected_claims AS f WHERE f.kind = 'training_run' AND NOT EXISTS (SELECT 1"
    " FROM burden_estimates AS e WHERE e.claim_id = f.claim_id AND e.corrections = f.corrections)"
)


class Server:
    """`burden web` in a process group of its own, over a home with the sample papers."""

    def __init__(self, home: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
        self._process = subprocess.Popen(
            [Path(sys.executable).parent / "burden", "web", "--port", "0"],
            env=clean | {"BURDEN_HOME": str(home)},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().removeprefix("burden is at ").strip()
        assert self.url.startswith("http://127.0.0.1:"), self.url

    def kill(self) -> None:
        """As the kernel or an operator does it: this process only, and without a word to it."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=60)

    def left_over(self) -> list[int]:
        """Its processes that still run after a while."""
        until(lambda: not living(self._process.pid), lambda: Event().wait(0.05), seconds=30)
        return living(self._process.pid)

    def stop_all(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


@pytest.fixture
def start(sample_home: Path, tmp_path: Path) -> Iterator[Callable[[], Server]]:
    home = shutil.copytree(sample_home, tmp_path / "home")
    with ExitStack() as stack:

        def started() -> Server:
            server = Server(home)
            stack.callback(server.stop_all)
            return server

        yield started


@pytest.fixture
def engine(start: Callable[[], Server], tmp_path: Path) -> Iterator[Engine]:
    opened = open_database(f"sqlite:///{tmp_path / 'home' / 'burden.sqlite'}")
    yield opened
    opened.dispose()


def save_until_the_server_is_gone(curator: Curator, paper: str, on_saved: Callable[[], None]) -> None:
    """Corrections, two reviews each, and additions in turn; the last save gets no answer."""
    curator.open_paper(paper)
    while not curator.saves or curator.saves[-1].status:
        number = len(curator.saves) + 1
        run = next(card for card in curator.cards if card.kind_is_run)
        mark = f"{curator.name} {number}"
        if number % 2:
            save = curator.correction(paper, mark, run, number, accept=True)
        else:
            save = curator.addition(paper, mark, number)
        curator.deliver(save)
        if save.acknowledged:
            on_saved()


def all_save_until_killed(server: Server, curators: Sequence[Curator]) -> list[Save]:
    """Kill the server as soon as some saves were acknowledged, with others under way."""
    saved, enough = iter(range(SAVES_BEFORE_THE_END - 1)), threading.Event()
    lock = threading.Lock()

    def on_saved() -> None:
        with lock:
            if next(saved, None) is None:
                enough.set()

    with ThreadPoolExecutor(len(curators)) as threads:
        working = [
            threads.submit(save_until_the_server_is_gone, curator, paper, on_saved)
            for curator, paper in zip(curators, PAPERS, strict=True)
        ]
        assert enough.wait(120)
        server.kill()
        for each in working:
            each.result()
    return [save for curator in curators for save in curator.saves]


def test_a_killed_server_keeps_what_it_acknowledged_and_takes_the_rest_again_as_the_same(
    start: Callable[[], Server], engine: Engine
) -> None:
    server = start()
    names = [f"curator-{number}" for number in range(len(PAPERS))]
    for name in names:
        add_user(engine, name, Role.CURATOR, hash_password(PASSWORD, name), datetime.now(UTC))
    clients = [signed_in(server.url, name, PASSWORD) for name in names]
    curators = [Curator(name, clients[number], PAPERS, number) for number, name in enumerate(names)]
    saves = all_save_until_killed(server, curators)
    assert server.left_over() == [], "the processes that draw pages end with a server that was killed"
    unanswered = [save for save in saves if not save.status]
    assert len(unanswered) == len(PAPERS) and len(saves) - len(unanswered) >= SAVES_BEFORE_THE_END

    again = start()
    kept = Kept.of(engine)
    for save in saves:
        if save.acknowledged:
            assert whole(save, kept), f"{save.mark}: acknowledged, and lost"
        else:
            assert whole(save, kept) or absent(save, kept), f"{save.mark}: half of it is there"
    assert rows(engine, WITHOUT_ESTIMATE) == (), "what was corrected before the end has its burden"

    for client, save in zip(clients, unanswered, strict=True):
        for _ in range(2):
            with httpx.Client(base_url=again.url, headers=client.headers, cookies=client.cookies, timeout=120) as anew:
                send(anew, save)
            assert save.status == 200, f"{save.mark} ({save.action}): {save.status} {save.answer}"
    assert faults(saves, engine) == []


def test_a_correction_that_was_saved_and_not_yet_reckoned_has_its_burden_after_the_next_start(
    sample_home: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(sample_home, tmp_path / "home")
    engine = open_database(f"sqlite:///{home / 'burden.sqlite'}")
    run = _first_run(engine)
    review = Review(run.fact_key, "accelerator_count", Decision.CORRECT, "ada", datetime.now(UTC), value=4096)
    save_reviews(engine, [review], {})
    assert rows(engine, WITHOUT_ESTIMATE) == ({"fact_digest": run.fact_key.rpartition(":")[2]},)
    with serving(home) as site:
        assert rows(site.engine, WITHOUT_ESTIMATE) == ()
        assert _first_run(site.engine).burden.method.startswith("4096 devices")
    engine.dispose()


def _first_run(engine: Engine) -> DeskFact:
    records = paper_records(engine, PAPERS[0])
    assert records is not None
    return next(fact for fact in records.facts if fact.kind == Kind.TRAINING_RUN)
