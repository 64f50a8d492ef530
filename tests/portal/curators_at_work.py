"""Curators who review the same papers at once over HTTP, and remember each save with the answer that they got."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import httpx
from card_forms import RECORD, CardForm, cards_of, token_of

ACTIONS = {"accept": 5, "correct": 6, "reject": 3, "undo": 3, "add": 1, "comment": 2}
"""What curators do, and how often."""
_OVERRIDING, _SENT_TWICE = 0.4, 0.1
_DECISIONS_A_VISIT = (2, 6)
_ONE_AFTER_ANOTHER = 1_000
_TRIES_WHEN_BUSY = 4

Place = tuple[str, str]
"""Digest of a fact, and a field or ''."""
Said = tuple[str, str, str, str | float | None]
"""Digest of a fact, field or '', decision, value: what a review says."""


@dataclass
class Save:
    """A form that a curator sent, what it means, and what came of it."""

    curator: str
    paper: str
    action: str
    address: str
    form: dict[str, Any]
    mark: str
    """Goes along as the reason, or the comment's text, so that the database tells what came of which save."""
    says: frozenset[Said] = frozenset()
    seen: dict[Place, str | None] = field(default_factory=dict)
    overriding: bool = False
    status: int = 0
    """0: no answer came."""
    answer: dict[str, Any] = field(default_factory=dict)
    took_ms: float = 0

    @property
    def acknowledged(self) -> bool:
        return self.status == 200

    @property
    def ids(self) -> list[str]:
        return list(self.answer.get("saved", ()))


def send(client: httpx.Client, save: Save) -> None:
    """Send the form, again while the server says that it is busy; where no answer comes, the save stays without one."""
    began = perf_counter()
    try:
        for _ in range(_TRIES_WHEN_BUSY):
            answer = client.post(save.address, data=save.form)
            if answer.status_code != 503:
                break
    except httpx.TransportError:
        return
    save.took_ms = 1000 * (perf_counter() - began)
    save.status = answer.status_code
    save.answer = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}


def signed_in(url: str, name: str, password: str) -> httpx.Client:
    """A program that came in by the sign-in page and asks for JSON."""
    client = httpx.Client(base_url=url, headers={"Accept": "application/json"}, timeout=120)
    page = client.get("/sign-in", headers={"Accept": "text/html"})
    answer = client.post("/sign-in", data={"csrf": token_of(page.text), "name": name, "password": password})
    if answer.status_code != 303:
        raise RuntimeError(f"{name} could not sign in: {answer.status_code} {answer.text[:200]}")
    desk = client.get("/desk", headers={"Accept": "text/html"})
    client.headers["X-CSRF"] = token_of(desk.text)
    return client


class Curator:
    """Opens papers, decides some of their records off the page as it was shown, and goes on to another paper."""

    def __init__(self, name: str, client: httpx.Client, papers: Sequence[str], number: int) -> None:
        self.name, self._client, self._papers, self._number = name, client, papers, number
        self._chance = random.Random(number)
        self._cards: dict[str, CardForm] = {}
        self._undoable: list[tuple[str, list[str]]] = []
        self.saves: list[Save] = []
        self.sent_twice = 0

    def open_paper(self, paper: str) -> None:
        page = self._client.get(f"/desk/papers/{paper}", headers={"Accept": "text/html"})
        page.raise_for_status()
        self._cards = cards_of(page.text)

    def work(self, take: Callable[[], bool]) -> None:
        """Decide as long as ``take`` gives another decision."""
        while True:
            paper = self._chance.choice(self._papers)
            self.open_paper(paper)
            for _ in range(self._chance.randint(*_DECISIONS_A_VISIT)):
                if not take():
                    return
                self.decide(paper)

    def decide(self, paper: str) -> Save:
        """Make one decision, tell the server, and take its answer as a page does."""
        save = self.next_save(paper)
        self.deliver(save)
        if save.status == 409 and self._chance.random() < _OVERRIDING:
            again = Save(**{**vars(save), "form": save.form | {"override": "1"}, "overriding": True})
            self.deliver(again)
        return save

    def deliver(self, save: Save) -> None:
        """Send a save, now and then twice, as after a lost answer."""
        self.saves.append(save)
        send(self._client, save)
        if save.acknowledged and self._chance.random() < _SENT_TWICE:
            self.sent_twice += 1
            first = save.ids
            send(self._client, save)
            assert (save.status, save.ids) == (200, first), f"{save.mark} again: {save.status} {save.answer}"
        for digest, card in save.answer.get("cards", {}).items():
            self._cards.update(cards_of(card["html"]) or {digest: self._cards[digest]})
        if save.acknowledged and save.answer.get("take_back") and save.action != "add":
            self._undoable.append((save.paper, save.answer["take_back"]))

    def next_save(self, paper: str) -> Save:
        actions, weights = zip(*ACTIONS.items(), strict=True)
        action = self._chance.choices(actions, weights)[0]
        number = len(self.saves) + 1
        mark = f"{self.name} {number}"
        if action == "add" or not self._cards:
            return self.addition(paper, mark, number)
        if action == "undo":
            mine = [items for of, items in self._undoable if of == paper]
            if mine:
                items = mine[-1]
                self._undoable.remove((paper, items))
                return self.undoing(paper, mark, items)
            action = "accept"
        runs = [card for card in self._cards.values() if card.kind_is_run]
        card = self._chance.choice(runs if runs and action == "correct" else list(self._cards.values()))
        if action == "comment":
            return self._save(paper, "comment", "comments", mark, {"fact": card.digest, "comment": mark})
        if action == "correct" and card.kind_is_run:
            return self.correction(paper, mark, card, number, accept=self._chance.random() < 0.3)
        return self.judging(paper, mark, card, "reject" if action == "reject" else "accept")

    def judging(self, paper: str, mark: str, card: CardForm, action: str) -> Save:
        form = card.values | {"action": action, "reason": mark}
        says = frozenset([(card.digest, RECORD, action, None)])
        seen = {(card.digest, RECORD): card.shown(RECORD)}
        return self._save(paper, action, "decisions", mark, form, says, seen)

    def correction(self, paper: str, mark: str, card: CardForm, number: int, accept: bool) -> Save:
        """Another count, which nobody else ever writes; with ``accept`` two reviews in one save."""
        count = self.own_number(number)
        form = card.values | {"field.accelerator_count": str(count), "reason": mark}
        form["action"] = "accept" if accept else "save"
        says: set[Said] = {(card.digest, "accelerator_count", "correct", float(count))}
        seen = {(card.digest, "accelerator_count"): card.shown("accelerator_count")}
        if accept:
            says.add((card.digest, RECORD, "accept", None))
            seen[card.digest, RECORD] = card.shown(RECORD)
        return self._save(paper, "correct", "decisions", mark, form, frozenset(says), seen)

    def undoing(self, paper: str, mark: str, items: Sequence[str]) -> Save:
        says: set[Said] = set()
        seen: dict[Place, str | None] = {}
        for item in items:
            _, digest, name, shown = item.split("|")
            says.add((digest, name, "withdraw", None))
            seen[digest, name] = shown
        form = {"action": "undo", "take_back": list(items)}
        return self._save(paper, "undo", "decisions", mark, form, frozenset(says), seen)

    def addition(self, paper: str, mark: str, number: int) -> Save:
        form = {"kind": "training_run", "page": "1", "words": "1,2", "reason": mark, "field.accelerator": "v100"}
        return self._save(paper, "add", "facts", mark, form | {"field.accelerator_count": str(self.own_number(number))})

    def own_number(self, number: int) -> int:
        """A count of devices that no other save has."""
        return (self._number + 1) * _ONE_AFTER_ANOTHER + number

    def card(self, digest: str) -> CardForm:
        return self._cards[digest]

    @property
    def cards(self) -> list[CardForm]:
        return list(self._cards.values())

    def _save(
        self,
        paper: str,
        action: str,
        what: str,
        mark: str,
        form: dict[str, Any],
        says: frozenset[Said] = frozenset(),
        seen: dict[Place, str | None] | None = None,
    ) -> Save:
        form = form | {"moment": datetime.now(UTC).isoformat()}
        return Save(self.name, paper, action, f"/desk/papers/{paper}/{what}", form, mark, says, seen or {})


def at_once(curators: Sequence[Curator], decisions: int) -> list[Save]:
    """Let all work at the same time until so many decisions were made; all that was sent."""
    left = iter(range(decisions))
    lock = threading.Lock()

    def take() -> bool:
        with lock:
            return next(left, None) is not None

    with ThreadPoolExecutor(len(curators)) as threads:
        for working in [threads.submit(curator.work, take) for curator in curators]:
            working.result()
    return [save for curator in curators for save in curator.saves]
