"""Hands on the keys of a paper's page, and what the database then holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from live_site import Site
from playwright.sync_api import Page, expect

from db.desk import DeskFact, paper_records


@dataclass
class Keyboard:
    """Hands on the keys: every key that is pressed is counted."""

    page: Page
    count: int = 0
    by_paper: dict[str, int] = field(default_factory=dict)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.count += len(text)

    def open(self, paper: str) -> None:
        self.page.goto(f"/desk/papers/{paper}")
        self.ready()

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-ready=yes]")

    def settle(self, *keys: str) -> None:
        """Press these, and be at the next paper."""
        before = self.page.url
        self.press(*keys)
        self.page.wait_for_url(lambda address: address != before)
        if "/desk/papers/" in self.page.url:
            self.ready()

    def saved(self, words: str = "Saved") -> None:
        expect(self.page.locator("#save-state")).to_have_text(words)


def facts(site: Site, paper: str, kind: str = "training_run") -> list[DeskFact]:
    records = paper_records(site.engine, paper)
    assert records is not None
    return [fact for fact in records.facts if fact.kind == kind]


def focused(page: Page) -> str:
    return page.locator(".record.is-focused").get_attribute("data-digest") or ""
