"""Contributions as strangers send them, and a server whose time moves when a test says so."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import httpx
from live_site import Site

from db.desk import DeskFact, PaperRecords, paper_records
from db.fields import Kind
from db.submission_reading import submission, submissions
from db.submissions import Status

PAPER = "1803.99004"
WITH_RESULTS = "2104.99017"
UNREAD = "2511.00001"


class Clock:
    """The server's time, which moves when a test says so."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def wait(site: Site, **ahead: float) -> None:
    site.services.now.at += timedelta(**ahead)  # type: ignore[attr-defined]


def records(site: Site, paper: str = PAPER) -> PaperRecords:
    found = paper_records(site.engine, paper)
    assert found is not None
    return found


def run_of(site: Site, place: int = 0) -> DeskFact:
    return [fact for fact in records(site).facts if fact.kind == Kind.TRAINING_RUN and not fact.rejected][place]


def result_of(site: Site, place: int) -> DeskFact:
    """A result that nobody has decided on, of a model that is named."""
    results = [fact for fact in records(site, WITH_RESULTS).facts if fact.kind == Kind.RESULT and not fact.rejected]
    return [fact for fact in results if fact.values["model"] and fact.status == "accepted"][place]


def digest(fact: DeskFact) -> str:
    return fact.fact_key.rpartition(":")[2]


def inputs(html: str) -> dict[str, str]:
    """What a browser sends of the page's main form, as it stands."""
    form = max(re.findall(r"<form.*?</form>", html, re.DOTALL), key=len)
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        sent[given["name"]] = unescape(given.get("value", ""))
    for name, value in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(
            r'<option value="([^"]*)"', options
        )
        sent[name] = unescape(chosen[1]) if chosen else ""
    return sent


def opened(site: Site, client: httpx.Client, address: str = "/contribute") -> dict[str, str]:
    """The form at an address, after somebody has looked at it for a while."""
    shown = client.get(address, headers={"Accept": "text/html"})
    assert shown.status_code == 200, shown.text
    wait(site, minutes=2)
    return inputs(shown.text)


def send(client: httpx.Client, fields: dict[str, Any], action: str = "send") -> httpx.Response:
    return client.post("/contribute", data=fields | {"action": action}, headers={"Accept": "text/html"})


A_RUN = {
    "r0.field.model": "Widget-L",
    "r0.field.accelerator": "v100",
    "r0.field.accelerator_count": "2 x 8",
    "r0.field.duration_hours": "3.5 days",
    "r0.quote": "We train Widget-L on 16 V100 GPUs for 3.5 days.",
    "r0.page": "4",
}


def contributed(site: Site, client: httpx.Client, **changed: str) -> str:
    """The secret address of a new contribution on a paper that was not read."""
    fields = opened(site, client) | {"paper": UNREAD} | A_RUN | changed
    answer = send(client, fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def corrected(site: Site, client: httpx.Client, fact: DeskFact, **typed: str) -> str:
    fields = opened(site, client, f"/contribute?paper={PAPER}&fact={digest(fact)}")
    fields |= {f"r0.field.{name}": value for name, value in typed.items()} | {"note": "I was there."}
    answer = send(client, fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def latest(site: Site, *statuses: Status) -> int:
    return max(row.number for row in submissions(site.engine, statuses or list(Status), limit=200))


def of(site: Site, number: int) -> Any:
    found = submission(site.engine, number)
    assert found is not None
    return found
