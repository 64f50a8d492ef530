"""The forms of a paper's cards, as a browser fills them from the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

RECORD = ""
"""In place of a field's name: the whole record."""


@dataclass
class CardForm:
    """What a card sends along with a decision, and what its undo buttons send."""

    values: dict[str, str] = field(default_factory=dict)
    take_back: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return self.values["fact"]

    def shown(self, name: str) -> str | None:
        """The review that the page says is in force on a field, or on the record; None: there is none."""
        return self.values.get(f"shown.{name or 'record'}") or None

    @property
    def kind_is_run(self) -> bool:
        return "was.accelerator_count" in self.values


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[CardForm] = []
        self.token = ""
        self._select = ""
        self._is_card = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "meta" and name == "csrf-token":
            self.token = given.get("content", "")
        if tag == "form":
            self._is_card = given.get("class") == "record-form"
            if self._is_card:
                self.forms.append(CardForm())
        if tag == "input" and name == "csrf" and not self._is_card:
            self.token = self.token or value
        if not self._is_card or given.get("form"):
            return
        card = self.forms[-1]
        if tag == "input" and name not in ("csrf", "comment"):
            card.values[name] = value
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in card.values or "selected" in given):
            card.values[self._select] = value
        elif tag == "button" and name == "take_back":
            card.take_back.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_card = False
        if tag == "select":
            self._select = ""


def cards_of(html: str) -> dict[str, CardForm]:
    """The forms of the cards of a page, or of one card, by digest."""
    reader = _Reader()
    reader.feed(html)
    return {form.digest: form for form in reader.forms}


def token_of(html: str) -> str:
    """The token that a page's forms carry."""
    reader = _Reader()
    reader.feed(html)
    return reader.token
