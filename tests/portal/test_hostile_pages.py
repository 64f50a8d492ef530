"""Whatever stands in the database, the pages show it as text: nothing runs, nothing leaves, nothing is torn apart."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from live_site import Site, serving
from made_papers import evidence, run, save_paper
from playwright.sync_api import Page, expect

from db.added_facts import AddedFact, add_fact
from db.agreement_rows import choose_double_reviews
from db.desk import add_comment, paper_records, settle_paper
from db.fields import Kind
from db.public_records import public_paper
from db.reviews import Decision, Review, add_review
from db.store import upsert_papers
from extractors.records import Box, PaperMetadata, Result, UnknownHardware

SAMPLE = "1606.99014"
MADE = "2501.00001"
AWAY = "https://elsewhere.invalid/"
TEXTS = (
    f"<script>window.ran = 1; fetch('{AWAY}')</script>",
    f"\"><img src='{AWAY}x.png' onerror='window.ran = 1'>",
    "javascript:window.ran=1",
    "'\" autofocus onfocus=window.ran=1 x='",
    f"</textarea></title></style><svg onload=window.ran=1><style>@import '{AWAY}';</style>",
    "{{ 7 * 7 }} ${7 * 7} <!-- ]]>",
    "\u202egnp.exe\u2066 \u200f\u0000 abc",
)
HOSTILE = " ".join(TEXTS)
LONG = "<b>" + "W" * 100_000
AT = datetime(2026, 2, 1, 12, tzinfo=UTC)

_LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", ({ blockedURI, sourceFile }) => {
  window.refused.push(`${blockedURI} ${sourceFile}`);
});
"""
_STICKS_OUT = """
(width) => [...document.querySelectorAll("main .card, main .record")]
  .filter((card) => card.getBoundingClientRect().right > width + 1).map((card) => card.className)
"""
_FOUND = """
() => [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]
  .filter(({ name, value }) => name.startsWith("on")
    || (["href", "src", "action", "formaction"].includes(name) && /^\\s*javascript:/i.test(value)))
  .map(({ name, value }) => `${element.tagName} ${name}=${value.slice(0, 80)}`))
"""


@pytest.fixture(scope="module")
def hostile(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with hostile and with endless texts wherever the database takes a text."""
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("hostile") / "home")
    with serving(home) as site:
        _fill(site)
        yield site


def _fill(site: Site) -> None:
    quote = HOSTILE[:500]
    titles = [PaperMetadata(SAMPLE, 1, HOSTILE, HOSTILE, (HOSTILE,), ("cs.LG", "<script>"))]
    titles += [PaperMetadata("1803.99004", 1, LONG, LONG, (LONG,))]
    upsert_papers(site.engine, titles)
    save_paper(
        site,
        PaperMetadata(MADE, 1, "\u202e" + HOSTILE, authors=TEXTS),
        "e" * 64,
        [run(text[:500], text[:500], line=place, model=text) for place, text in enumerate((*TEXTS, LONG))],
        [Result(evidence(quote, line=20), "imagenet", "top1_accuracy", 71.5, own=True, model=HOSTILE)],
        [UnknownHardware(text[:200], 1, text[:500]) for text in (*TEXTS, LONG)],
    )
    choose_double_reviews(site.engine, 1, AT)
    for paper in (SAMPLE, MADE):
        records = paper_records(site.engine, paper)
        assert records is not None
        for fact in records.facts[:3]:
            digest = fact.fact_key.rpartition(":")[2]
            add_comment(site.engine, paper, digest, HOSTILE, AT, HOSTILE)
            add_comment(site.engine, paper, digest, "ada", AT, "x" * 5000)
            add_review(site.engine, Review(fact.fact_key, "model", Decision.CORRECT, HOSTILE, AT, HOSTILE, HOSTILE))
            add_review(site.engine, Review(fact.fact_key, None, Decision.ACCEPT, "bob", AT, reason=LONG))
            add_review(site.engine, Review(fact.fact_key, "model", Decision.CORRECT, "bob", AT, "javascript:0"))
        add_comment(site.engine, paper, "", HOSTILE, AT, HOSTILE)
        settle_paper(site.engine, paper, HOSTILE, AT, HOSTILE)
    values = {"accelerator": HOSTILE[:180], "accelerator_count": 8, "model": HOSTILE}
    add_fact(
        site.engine,
        AddedFact(SAMPLE, Kind.TRAINING_RUN, values, 1, ((1, Box(72, 80, 200, 92)),), quote, HOSTILE, AT, HOSTILE),
    )


@pytest.fixture
def watched(hostile: Site, open_page: Callable[..., Page]) -> Callable[[str, int], Page]:
    """``watched(address, width)``: the page there, after it was looked over; the next call takes it on."""
    page = open_page(hostile)
    page.add_init_script(_LISTEN)
    token = hostile.sign_in("admin").token
    page.context.add_cookies([{"name": "burden-session", "value": token, "url": hostile.url}])
    away: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(hostile.url) else away.append(asked.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    def look(address: str, width: int) -> Page:
        page.set_viewport_size({"width": width, "height": 900})
        answer = page.goto(address)
        assert answer is not None and answer.status == 200
        if page.locator("#panes").count():
            page.wait_for_selector("html[data-ready=yes]")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        _check(page, width)
        assert (away, dialogs) == ([], [])
        return page

    return look


def _check(page: Page, width: int) -> None:
    assert page.evaluate("window.ran") is None
    assert page.evaluate("window.refused") == []
    assert page.evaluate(_FOUND) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    assert page.evaluate(_STICKS_OUT, width) == [], page.url


def _papers_pages(site: Site, paper: str) -> list[str]:
    records = paper_records(site.engine, paper)
    assert records is not None
    histories = [f"/desk/papers/{paper}/history/{fact.fact_key.rpartition(':')[2]}" for fact in records.facts[:2]]
    today = site.services.now().date()
    return [f"/desk/papers/{paper}", f"/desk/papers/{paper}?as_of={today}", *histories]


@pytest.mark.parametrize("width", [1280, 820])
def test_hostile_texts_are_texts_on_every_page(hostile: Site, watched: Callable[[str, int], Page], width: int) -> None:
    addresses = ["/desk?show=all", "/desk/hardware", "/agreement?settled=true", "/agreement", "/desk/papers/1803.99004"]
    for address in (*addresses, *_papers_pages(hostile, SAMPLE), *_papers_pages(hostile, MADE)):
        page = watched(address, width)
        if "/1803" not in address and "/agreement" not in address:
            assert "<script>window.ran = 1" in page.locator("main").text_content(), address
        records = page.locator("#records")
        if records.count():
            assert records.evaluate("pane => pane.scrollWidth - pane.clientWidth") <= 1, address


def test_hostile_texts_are_texts_on_pages_for_everybody(hostile: Site, watched: Callable[[str, int], Page]) -> None:
    everywhere = ["/", "/papers", "/models", "/hardware", "/trends", "/benchmarks/imagenet", "/papers/1803.99004"]
    model = public_paper(hostile.engine, MADE)
    assert model and model.models
    models = [f"/models/{row['model_id']}" for row in model.models[:2]]
    for width in (1280, 390):
        for address in (*everywhere, *models, f"/papers/{MADE}", f"/papers/{SAMPLE}"):
            watched(address, width)
    assert "<script>window.ran = 1" in watched(f"/papers/{MADE}", 1280).locator("main").text_content()


def test_hostile_texts_stay_texts_in_what_scripts_put_on_the_page(
    hostile: Site, watched: Callable[[str, int], Page]
) -> None:
    page = watched(f"/desk/papers/{MADE}", 1280)
    for record in page.locator(".record").all()[:3]:
        record.locator(".value-input").first.fill(TEXTS[1])
        record.locator("[name='field.accelerator'], .value-input").last.focus()
    accelerator = page.locator(".record [name='field.accelerator']").first
    accelerator.fill(TEXTS[0])
    expect(page.locator(".record [data-proposal]:not([hidden])").first).to_be_visible()
    accelerator.press("Enter")
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.keyboard.press("r")
    expect(page.locator("#save-state")).to_have_text("Saved")
    page.keyboard.press("m")
    _check(page, 1280)
