"""What everybody can read: no account, no outside request, every number with the words that state it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import numpy as np
import pytest
from live_site import Site
from made_papers import run as made_run
from made_papers import save_paper
from playwright.sync_api import Page, expect
from sqlalchemy import update

from db import public_records
from db.agreement_rows import choose_double_reviews
from db.desk import settle_paper
from db.fields import Kind
from db.public_records import public_paper
from db.public_schema import public_accelerators
from db.reviews import Decision, Review, add_review
from db.submissions import NewSubmission, ProposedItem, What, add_submission
from extractors.lexicon.catalogue import load_catalogue
from extractors.records import PaperMetadata
from models.card import CardError, read_card, trained_card
from portal.contribute.forms import BOUNDS
from portal.contribute.guards import token_sha256
from portal.public.hardware import slug_of
from portal.public.methods import COUNTED, JOINED
from portal.public.trends import growth_words
from portal.public.words import flop_range, large, result_words, scale_place

if TYPE_CHECKING:
    from tests.portal.conftest import Accessible

Client = Callable[..., httpx.Client]
OpenPage = Callable[..., Page]
OpenSite = Callable[..., Site]
HTML = {"Accept": "text/html"}
HERON = "2104.99017"
"""It has runs with burdens, and results on ImageNet and COCO."""
PROJECT = Path(__file__).resolve().parents[2]
TAKE_OUT_ROWS_LIKE_OTHERS = "document.querySelectorAll('tbody > tr:nth-child(n+13)').forEach((row) => row.remove())"
"""Axe needs seconds for a hundred of them."""
ADDRESSES = (
    *("/", "/benchmarks", "/benchmarks/imagenet", "/models", "/papers", "/trends", "/hardware", "/methods"),
    *("/data", "/contribute", f"/papers/{HERON}", "/hardware/nvidia-tesla-v100"),
)


def _html(client: httpx.Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == status, answer.text
    return answer.text


def _model_address(client: httpx.Client, name: str) -> str:
    found = re.search(rf'href="(/models/[0-9a-f]{{16}})"><bdi>{name}<', _html(client, f"/models?q={name}"))
    assert found
    return found[1]


# Reading


@pytest.mark.parametrize("address", ADDRESSES)
def test_everybody_can_read_it_without_an_account(client: Client, address: str) -> None:
    shown = _html(client(), address)
    assert "<h1>" in shown and f'href="/sign-in?next={address.replace("/", "%2F")}"' in shown
    assert "csrf-token" not in shown


def test_the_first_page_counts_what_is_known_and_tells_how_to_cite(client: Client) -> None:
    shown = _html(client(), "/")
    assert re.search(r'Papers read</dt><dd><a class="large number" href="/papers">16</a>', shown)
    assert "@misc{burden" in shown and "The burden team (20" in shown


def test_the_first_page_leads_to_what_it_shows(client: Client) -> None:
    shown = _html(client(), "/")
    assert re.search(r'href="/benchmarks/[^"?]+\?metric=[^"]+">All of this chart', shown)
    runs = shown[shown.index("Training runs found") :]
    assert "href" not in runs[: runs.index("</dd>")], "no list has just these"


def test_a_paper_shows_each_fact_with_its_words_its_page_and_its_place_at_arxiv(site: Site, client: Client) -> None:
    shown = _html(client(), f"/papers/{HERON}")
    paper = public_paper(site.engine, HERON)
    assert paper and paper.facts
    for fact in paper.facts:
        assert f'id="fact-{fact.fact_key.rpartition(":")[2]}"' in shown, fact.kind
    assert "Heron-S was trained on 8 NVIDIA Tesla V100 GPUs for 76 hours" in shown
    assert re.search(rf'href="https://arxiv\.org/pdf/{HERON}(v\d+)?#page=2"', shown)
    assert f'href="https://arxiv.org/abs/{HERON}' in shown


def test_a_burden_is_the_product_of_the_steps_that_are_shown(client: Client) -> None:
    shown = _html(client(), f"/papers/{HERON}")
    run = shown[shown.index("for 76 hours") :]
    steps = run[run.index('<dl class="steps">') : run.index("<svg")]
    figures = [float(figure.replace(",", "")) for figure in re.findall(r'number">(?:× )?([\d.,]+)(?: |<)', steps)]
    count, hours, tflops, seconds = figures[:4]
    assert (count, hours, seconds) == (8, 76, 3600)
    digits, power = re.search(r">([\d.]+) × 10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)<", steps).groups()  # type: ignore[union-attr]
    told = float(digits) * 10 ** int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")))
    assert count * hours * tflops * seconds * 1e12 == pytest.approx(told, rel=0.03)
    assert "NVIDIA Tesla V100" in steps and "nvidia.com" in steps, "whose rate it is, and where it is from"


def test_a_correction_is_seen_at_once_with_its_history_and_without_a_name(site: Site, client: Client) -> None:
    reader = client()
    before = _html(reader, f"/papers/{HERON}")
    paper = public_paper(site.engine, HERON)
    assert paper
    run = next(fact for fact in paper.facts if fact.kind is Kind.TRAINING_RUN and fact.values["duration_hours"] == 62)
    now = datetime.now(UTC)
    add_review(
        site.engine, Review(run.fact_key, "duration_hours", Decision.CORRECT, "ada lovelace", now, 71.0, "see p. 3")
    )
    after = _html(reader, f"/papers/{HERON}")
    assert "71 h" not in before and "71 h" in after
    assert "corrected training time to 71 h" in after and "the machine read <bdi>62 h</bdi>" in after
    assert "lovelace" not in after and "see p. 3" not in after


def test_a_paper_under_double_review_is_shown_as_the_machine_read_it(open_site: OpenSite) -> None:
    site = open_site()
    unchosen = "Nobody has checked this paper yet"
    with site.client() as reader:
        assert unchosen in _html(reader, f"/papers/{HERON}")
        choose_double_reviews(site.engine, 50, datetime.now(UTC))
        facts = reader.get(f"/api/v1/papers/{HERON}/facts").json()
        run = next(fact for fact in facts if fact["values"].get("duration_hours") == 62)
        form = f"/contribute?paper={HERON}&fact={run['fact_key'].rpartition(':')[2]}"
        add_review(
            site.engine, Review(run["fact_key"], "duration_hours", Decision.CORRECT, "ada", datetime.now(UTC), 71.0)
        )
        shown = _html(reader, f"/papers/{HERON}")
        assert unchosen not in shown and "Two curators review this paper independently" in shown
        assert "71 h" not in shown and "71" not in _input(reader, form)
        assert reader.get(f"/api/v1/papers/{HERON}/facts").json() == facts
        contribution = _contribution(site, run["fact_key"])
        assert "71 h" not in _html(reader, contribution)
        for curator in ("ada", "grace"):
            settle_paper(site.engine, HERON, curator, datetime.now(UTC))
        assert "71 h" in _html(reader, f"/papers/{HERON}") and "71" in _input(reader, form)
        assert "71 h" in _html(reader, contribution)


def _contribution(site: Site, fact_key: str) -> str:
    """The address of a proposal to correct a run's time."""
    token, digest = "t" * 43, fact_key.rpartition(":")[2]
    proposed, seen = {"duration_hours": 70.0}, {"duration_hours": 62.0}
    item = ProposedItem(What.CORRECT, Kind.TRAINING_RUN, digest, proposed, seen, 2, "for 70 hours")
    new = NewSubmission(
        token_sha256(token), "0" * 64, datetime.now(UTC), "somebody", HERON, False, "I was there.", None, [item]
    )
    add_submission(site.engine, new, BOUNDS, with_letter=False)
    return f"/contribute/{token}"


def _input(client: httpx.Client, form: str) -> str:
    """The training time as the form has it."""
    found = re.search(r'<input[^>]*id="r0-duration_hours"[^>]*>', _html(client, form))
    assert found
    return found[0]


def test_a_paper_that_arxiv_does_not_have_leads_to_no_page_there(open_site: OpenSite) -> None:
    site = open_site()
    words = "Widget was trained on 8 P100 GPUs for 84 hours."
    metadata = PaperMetadata(None, None, "Of widgets", "", (), (), None, None)
    key = save_paper(site, metadata, "7" * 64, [made_run(words, model="Widget")])
    with site.client() as reader:
        record = reader.get(f"/api/v1/papers/{key}").json()
        assert (record["abstract_url"], record["paper"]["arxiv_id"]) == (None, None)
        (fact,) = reader.get(f"/api/v1/papers/{key}/facts").json()
        assert fact["page_url"] is None
        for address in (f"/papers/{key}", f"/models/{record['models'][0]['model_id']}"):
            shown = _html(reader, address)
            assert words in shown
            assert "arXiv:sha256" not in shown and not re.search(r"arxiv\.org/(abs|pdf)", shown), address


def test_of_many_facts_the_page_says_that_the_api_has_no_more(
    open_site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_records, "MOST_FACTS", 1)
    with open_site().client() as reader:
        assert "shown neither here nor by the API" in _html(reader, f"/papers/{HERON}")
        assert len(reader.get(f"/api/v1/papers/{HERON}/facts").json()) == 1


def test_a_model_has_its_burden_its_results_and_its_evidence(client: Client) -> None:
    reader = client()
    shown = _html(reader, _model_address(reader, "Heron-S"))
    assert "81.7" in shown and "ImageNet, top-1 accuracy" in shown
    assert "for 76 hours" in shown and f'href="/papers/{HERON}"' in shown


def test_what_is_not_there_is_said_in_words(client: Client) -> None:
    reader = client()
    assert "No paper of this address" in _html(reader, "/papers/1701.00001", 404)
    assert "no such model" in _html(reader, f"/models/{'0' * 16}", 404)
    assert "no accelerator of this address" in _html(reader, "/hardware/zephyr", 404)
    assert "no page 9" in _html(reader, "/papers?page=9", 404)
    assert reader.get("/models/../etc/passwd").status_code == 404


# Lists


def test_lists_are_sorted_and_filtered_by_their_address(client: Client) -> None:
    reader = client()
    titles = re.findall(
        r'<th scope="row" class="name"><a href="/papers/[^"]+"><bdi>([^<]+)', _html(reader, "/papers?sort=title")
    )
    assert len(titles) == 16 and titles == sorted(titles, key=str.casefold)
    burdens = re.findall(r'class="burden"><span class="number">([\d.]+) × 10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)', _html(reader, "/models"))
    powers = [(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")), float(digits)) for digits, power in burdens]
    assert len(powers) > 3 and powers == sorted(powers, reverse=True), "the largest burden first"
    on_v100 = _html(reader, "/papers?accelerator=v100")
    assert f'href="/papers/{HERON}"' in on_v100, "by any spelling that the catalogue knows"
    assert on_v100.count('<th scope="row"') < 16
    assert "No model is like this" in _html(reader, "/models?q=no+such+model")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/papers?sort=price", "can be sorted by"),
        ("/papers?year=soon", "is no year"),
        ("/models?page=0", "number from 1"),
        ("/models?page=²", "number from 1"),
        ("/models?basis=guessed", "is one of"),
        ("/models?order=sideways", "up or down"),
        (f"/models?q={'x' * 300}", "at most"),
    ],
)
def test_an_option_that_means_nothing_is_refused_in_words(client: Client, address: str, said: str) -> None:
    assert said in _html(client(), address, 422)


def test_an_empty_form_shows_everything(client: Client) -> None:
    reader = client()
    empty = "/models?q=&benchmark=&accelerator=&basis=&from=&to="
    assert _rows(_html(reader, empty)) == _rows(_html(reader, "/models")) > 0


def _rows(shown: str) -> int:
    return shown.count('<th scope="row"')


# Methods and hardware


def test_the_figures_of_the_methods_are_those_that_were_measured(client: Client) -> None:
    shown = _html(client(), "/methods")
    for row in (*trained_card().runs, *trained_card().results):
        share = row.get("F1 (95 %)") or row.get("recall") or row["share (95 %)"]
        assert f"{float(share[:5]):.2f}" in shown and row["hits"] in shown, row
    told = " ".join((PROJECT / "docs" / "results.md").read_text(encoding="utf-8").split())
    assert JOINED in told and COUNTED in told


def test_a_card_without_figures_is_refused() -> None:
    with pytest.raises(CardError, match="burden train"):
        read_card("# A judge\n\n| field | precision |\n|---|---|\n")


def test_every_accelerator_has_a_page_of_its_own() -> None:
    names = [one.name for one in load_catalogue()]
    assert len({slug_of(name) for name in names}) == len(names)


def test_an_accelerator_tells_its_rates_their_source_and_its_papers(client: Client) -> None:
    shown = _html(client(), "/hardware/nvidia-tesla-v100")
    assert "15.7 TFLOP/s fp32" in shown and f'href="/papers/{HERON}"' in shown


@pytest.mark.parametrize(
    ("log10_a_year", "a_year", "doubling"),
    [
        (0.02, "× 1.05 (1.05 to 1.05)", "181 months (181 to 181)"),
        (0.6, "× 3.98 (3.98 to 3.98)", "6.0 months (6.0 to 6.0)"),
        (3.2, "× 1,585 (1,585 to 1,585)", "1.1 months (1.1 to 1.1)"),
        (-0.1, "× 0.79 (0.79 to 0.79)", "it does not grow"),
        (-3.0, "× 10⁻³ (10⁻³ to 10⁻³)", "it does not grow"),
    ],
)
def test_rates_of_growth_in_words(log10_a_year: float, a_year: str, doubling: str) -> None:
    year = np.array([2012.2, 2013, 2014, 2015, 2016, 2017.958])
    told = growth_words("Burden", year, 17 + log10_a_year * (year - 2012))
    assert (told.years, told.a_year, told.doubling) == ("2012 to 2017", a_year, doubling)


def test_a_paper_without_a_date_counts_among_those_of_its_accelerator(open_site: Callable[..., Site]) -> None:
    site = open_site()
    held = public_accelerators.c
    with site.engine.begin() as connection:
        connection.execute(update(public_accelerators).where(held.paper_key == HERON).values(year=None))
    with site.client() as reader:
        listed = re.search(r'nvidia-tesla-v100">[^<]+</a></th>\s*<td class="number">(\d+)', _html(reader, "/hardware"))
        total = re.search(r"(\d+) papers?</h2>", _html(reader, "/hardware/nvidia-tesla-v100"))
    assert listed and total and listed[1] == total[1]


def test_numbers_in_words() -> None:
    assert (large(88.1e6), large(950), large(None)) == ("88.1M", "950", "")
    assert flop_range(2.3e19, 2.6e19) == "2.3 × 10¹⁹ to 2.6 × 10¹⁹"
    assert flop_range(2.61e19, 2.62e19) == flop_range(None, 1e19) == ""
    assert result_words("76.5 top1_accuracy on imagenet") == "76.5 top-1 accuracy, ImageNet"
    assert [scale_place(value) for value in (1e14, 1e27, 1e40, 0, None)] == [0, 100, 100, None, None]


# In a browser


@pytest.fixture
def stays_here(site: Site, open_page: OpenPage) -> Iterator[Callable[..., Page]]:
    """``stays_here(**options)``: a page of somebody without an account; the test fails if it asks another host."""
    asked: list[str] = []

    def open_one(**options: object) -> Page:
        page = open_page(site, **options)
        page.on("request", lambda request: asked.append(request.url))
        return page

    yield open_one
    assert [url for url in asked if not url.startswith((site.url, "data:", "blob:"))] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_accessible_on_phones_and_screens_and_ask_no_other_host(
    stays_here: Callable[..., Page], accessible: Accessible, address: str
) -> None:
    page = stays_here(viewport={"width": 390, "height": 844})
    page.goto(address, wait_until="networkidle")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, "nothing stands out at the side of a phone"
    page.evaluate(TAKE_OUT_ROWS_LIKE_OTHERS)
    accessible(page)
    wide = stays_here(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    wide.goto(address, wait_until="networkidle")
    wide.evaluate(TAKE_OUT_ROWS_LIKE_OTHERS)
    accessible(wide)


def test_a_model_is_accessible(client: Client, stays_here: Callable[..., Page], accessible: Accessible) -> None:
    page = stays_here()
    page.goto(_model_address(client(), "Heron-S"))
    accessible(page)


def test_pages_work_without_javascript(stays_here: Callable[..., Page]) -> None:
    page = stays_here(java_script_enabled=False)
    page.goto("/")
    chart = page.locator(".headline img")
    expect(chart).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Papers").click()
    page.get_by_label("Title or arXiv id").fill(HERON)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody th a").click()
    expect(page.get_by_role("heading", name="Training runs")).to_be_visible()


def test_the_menu_unfolds_on_a_phone_by_the_keyboard(stays_here: Callable[..., Page], accessible: Accessible) -> None:
    page = stays_here(viewport={"width": 390, "height": 844})
    page.goto("/papers")
    menu = page.get_by_role("navigation", name="Main")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Hardware")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    menu.get_by_role("link", name="Hardware").click()
    expect(page.get_by_role("heading", name="Hardware", exact=True)).to_be_visible()


def test_the_citation_can_be_copied(stays_here: Callable[..., Page]) -> None:
    page = stays_here(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{burden")
