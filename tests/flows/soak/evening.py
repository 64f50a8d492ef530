"""An evening at the desk: a curator saves, letters wait, and `burden web` is killed and started until all is done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Event, Timer
from typing import TYPE_CHECKING

import httpx
from curators_at_work import Curator, Save, send
from kept_saves import rows
from mail_servers import Inbox, mail_servers
from process_groups import living, until

from db.accounts import Role, add_user, open_session
from db.engine import Engine, open_database
from db.letters import letters_waiting
from db.submissions import Bounds, NewSubmission, add_submission, token_sha256
from portal.contribute.guards import token_of
from soak.season import ON_DAY

if TYPE_CHECKING:
    from homes import Home

_SECRET = b"the same key in every season . . "
_TOKEN, _CSRF = "t" * 43, "c" * 43
_CURATOR = "ada"
_PAPERS = 6
_LETTERS = 3
_LATER = timedelta(minutes=9)
"""By then a letter that a killed server had in its hands is free again."""
_MOST_TRIES = 20
_LONGEST_LIFE_SECONDS = 0.6
"""Of a server that is to be killed, from its first answer on."""
_PATIENCE_SECONDS = 300.0


@dataclass
class Evening:
    """A correction of each of some papers, and a letter to each of some contributors."""

    home: Home
    moment: datetime
    kills_left: int = 0
    seed: int = 0
    kills: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def work(self) -> None:
        """Go on until every save was acknowledged and every letter was sent."""
        url = dict(self.home.variables).get("BURDEN_DATABASE_URL", f"sqlite:///{self.home.database}")
        engine, inbox = open_database(url), Inbox()
        papers = _prepared(engine, self.home, self.moment)
        with mail_servers(inbox) as serve:
            port = serve().port
            mail = {"BURDEN_SMTP_HOST": "127.0.0.1", "BURDEN_SMTP_PORT": str(port), "BURDEN_SMTP_ENCRYPTION": "none"}
            mail |= {"BURDEN_SMTP_FROM": "burden@example.org", "BURDEN_PUBLIC_URL": "https://burden.example.org"}
            mail |= {"BURDEN_ALARM_EMAIL": "admin@example.org"}
            environment = self.home.environment | mail
            left = papers
            saves: dict[str, Save] = {}
            for _ in range(_MOST_TRIES):
                with _server(environment, self.moment) as (process, client), self._doomed(process):
                    left = [paper for paper in left if not self._saved(client, paper, papers.index(paper), saves)]
                if not left:
                    break
            assert not left, "nothing was saved in many tries"
            with _server(environment, self.moment + _LATER):
                until(lambda: not letters_waiting(engine), lambda: Event().wait(0.1), _PATIENCE_SECONDS)
        sent = {message["Message-ID"] for message in inbox.messages if "contribution" in message["Subject"]}
        assert len(sent) == _LETTERS
        engine.dispose()

    def _saved(self, client: httpx.Client, paper: str, number: int, saves: dict[str, Save]) -> bool:
        """Whether the correction of the paper is acknowledged; the same one, however often it is tried."""
        if paper not in saves:
            curator = Curator(_CURATOR, client, [paper], number)
            try:
                curator.open_paper(paper)
            except httpx.TransportError:
                return False
            card = min((card for card in curator.cards if card.kind_is_run), key=lambda card: card.digest)
            saves[paper] = curator.correction(paper, f"evening {number}", card, number, accept=True)
            saves[paper].form["moment"] = self.moment.isoformat()
        send(client, saves[paper])
        assert saves[paper].status in (0, 200), saves[paper].answer
        return saves[paper].acknowledged

    @contextmanager
    def _doomed(self, process: subprocess.Popen[str]) -> Iterator[None]:
        """Kill the server, or one of its processes, while the block runs, as long as there are kills left."""
        doom = Timer(self._chance.uniform(0, _LONGEST_LIFE_SECONDS), self._kill_one_of, [process])
        if self.kills_left > 0:
            self.kills_left -= 1
            doom.start()
        try:
            yield
        finally:
            doom.cancel()

    def _kill_one_of(self, process: subprocess.Popen[str]) -> None:
        children = [each for each in living(process.pid) if each != process.pid]
        victim = self._chance.choice([process.pid] * 3 + children[:1])
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.kills["web" if victim == process.pid else "process that draws"] += 1


@contextmanager
def _server(environment: dict[str, str], moment: datetime) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`burden web` at that moment, and a curator's program that is signed in."""
    process = subprocess.Popen(
        [sys.executable, str(ON_DAY), moment.isoformat(), "web", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    url = process.stdout.readline().removeprefix("burden is at ").strip()
    headers, cookies = {"Accept": "application/json", "X-CSRF": _CSRF}, {"burden-session": _TOKEN}
    try:
        with httpx.Client(base_url=url, headers=headers, cookies=cookies, timeout=120) as client:
            yield process, client
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE_SECONDS)
        until(lambda: not living(process.pid), lambda: Event().wait(0.05), _PATIENCE_SECONDS)


def _prepared(engine: Engine, home: Home, moment: datetime) -> list[str]:
    """The papers that are to be corrected, once there is a curator, and contributors wait for letters."""
    (home.path / "secret.key").write_bytes(_SECRET)
    user = add_user(engine, _CURATOR, Role.CURATOR, "no password", moment)
    digest = sha256(_TOKEN.encode()).hexdigest()
    open_session(engine, user.user_id, digest, _CSRF, moment, moment + timedelta(hours=12))
    for number in range(_LETTERS):
        form = f"form {number}"
        token = token_sha256(token_of(_SECRET, form))
        new = NewSubmission(token, form, moment, "network", "2406.99999", False, "", "eva@example.org", [])
        add_submission(engine, new, Bounds(1000, 1000, 1000), with_letter=True)
    found = rows(engine, f"SELECT DISTINCT arxiv_id FROM training_runs_v1 ORDER BY arxiv_id LIMIT {_PAPERS}")
    return [row["arxiv_id"] for row in found]
