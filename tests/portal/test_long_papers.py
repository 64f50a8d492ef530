"""Papers with so many records that their cards come without forms, which they get when they come into sight."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import sha256

import httpx
import pytest
from card_forms import cards_of
from keyboard import Keyboard, facts, focused
from live_site import Site, serving
from made_papers import evidence, run, save_paper
from playwright.sync_api import Page, Route, expect

from db.desk import paper_records
from extractors.records import PaperMetadata, Result
from portal.desk.paper import MOST_CARDS
from portal.desk.paper_view import MOST_FORMS, MOST_UNFOLDED

AtKeys = Callable[..., Keyboard]
Client = Callable[..., httpx.Client]
HTML = {"Accept": "text/html"}
RUNS = 30
FOLDED = RUNS + MOST_UNFOLDED + 1
"""Records of which the results are folded."""
MANY_RECORDS = 1100
"""More than a form usually has fields."""
TAKE_OUT_ALL_BUT_SOME_WITHOUT_FORM = """
() => document.querySelectorAll(".group-cards > .record").forEach((record) => {
  if (record.dataset.form !== "none" || record.matches(":nth-child(n+4)")) record.remove();
})
"""


def open_results(page: Page) -> None:
    """By the keyboard: the page may still move beneath a mouse while its cards are laid out."""
    page.locator("#group-result > summary").press("Enter")
    expect(page.locator("#group-result")).to_have_attribute("open", "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with no papers but those that a test makes."""
    with serving(tmp_path_factory.mktemp("home")) as made:
        yield made


def crowd(site: Site, arxiv_id: str, count: int) -> str:
    """A paper with that many records, most of them results."""
    runs = [run(f"Run {place} took 84 hours on 8 P100 GPUs.", line=place, model=f"M{place}") for place in range(RUNS)]
    results = [
        Result(
            evidence(f"Row {row}", line=row), "imagenet", "top1_accuracy", 70.5, own=True, model=f"M{row % 50}, v{row}"
        )
        for row in range(count - len(runs))
    ]
    return save_paper(site, PaperMetadata(arxiv_id, 1), sha256(arxiv_id.encode()).hexdigest(), runs, results)


def all_are_accepted(site: Site, paper: str, count: int) -> bool:
    records = paper_records(site.engine, paper)
    assert records is not None and len(records.settlements) == 1
    return [len(fact.reviews) for fact in records.facts] == [1] * count


def test_a_paper_with_so_many_results_that_they_are_folded_is_settled_by_keys(site: Site, at_keys: AtKeys) -> None:
    paper = crowd(site, "2502.00001", FOLDED)
    keys = at_keys(paper)
    expect(keys.page.locator("details#group-result")).not_to_have_attribute("open", "")
    keys.press("a")
    keys.saved()
    keys.settle("A")
    assert all_are_accepted(site, paper, FOLDED)


def test_a_paper_with_more_records_than_a_form_usually_has_fields_is_settled_without_scripts(
    site: Site, client: Client
) -> None:
    paper, ada = crowd(site, "2502.00002", MANY_RECORDS), client("curator", "ada")
    page = ada.get(f"/desk/papers/{paper}", headers=HTML).text
    left = re.findall(r'form="settle" name="left" value="([^"]+)"', page)
    assert len(left) == MANY_RECORDS
    (document,) = re.findall(r'name="document" value="([^"]+)"', page)
    sent = {"accept_all": "1", "left": left, "document": document, "csrf": ada.headers.pop("X-CSRF")}
    answer = ada.post(f"/desk/papers/{paper}/settle", data=sent, headers=HTML)
    assert (answer.status_code, f"done={paper}" in answer.headers["location"]) == (303, True)
    assert all_are_accepted(site, paper, MANY_RECORDS)


def results(page: Page) -> list[str]:
    """The digests of the own results, in the order in which they stand."""
    return page.locator("#group-result .record").evaluate_all("all => all.map((record) => record.dataset.digest)")


def decisions(site: Site, paper: str, digest: str) -> list[str]:
    (fact,) = [fact for fact in facts(site, paper, "result") if fact.fact_key.endswith(digest)]
    return [str(review.decision) for review in fact.reviews]


def held_back(page: Page) -> Callable[[], None]:
    """Hold back all answers with cards from now on, until what is handed back is called."""
    held: list[Route] = []
    going: list[bool] = []

    def hold(route: Route) -> None:
        if going:
            route.continue_()
        else:
            held.append(route)

    def let_go() -> None:
        going.append(True)
        for route in held:
            route.continue_()

    page.route("**/cards?*", hold)
    return let_go


def at_the_first_result(keys: Keyboard) -> str:
    """Open the fold of the results by its key, and go on to its first card."""
    keys.page.locator("#group-result > summary").focus()
    keys.press("o", "j")
    return focused(keys.page)


def test_a_short_paper_has_all_forms_and_a_long_one_the_first(site: Site, client: Client) -> None:
    ada = client("curator", "ada")
    for arxiv_id, count, forms in (("2502.00003", MOST_FORMS, MOST_FORMS), ("2502.00004", RUNS + 60, MOST_FORMS)):
        page = ada.get(f"/desk/papers/{crowd(site, arxiv_id, count)}", headers=HTML).text
        assert (page.count("<article"), len(cards_of(page))) == (count, forms)


def test_a_card_without_form_says_all_and_its_link_leads_to_its_form_without_scripts(
    site: Site, signed_in_page: Callable[..., Page]
) -> None:
    paper = crowd(site, "2502.00005", FOLDED)
    page = signed_in_page("curator", "ada", java_script_enabled=False)
    page.goto(f"/desk/papers/{paper}?stale=1")
    open_results(page)
    digest = results(page)[50]
    card = page.locator(f"#record-{digest}")
    expect(card).to_contain_text("70.5")
    expect(card).to_contain_text("Row ")
    assert card.locator("form").count() == 0
    card.get_by_role("link", name="Decide on").click()
    expect(card.locator(".accept")).to_be_visible()
    assert "stale=1" in page.url
    assert page.locator(".record-form").count() == RUNS + 1
    card.locator(".accept").click()
    expect(card).to_have_attribute("data-state", "accepted")
    assert decisions(site, paper, digest) == ["accept"]
    page.locator("#accept-all").click()
    expect(page).to_have_url(re.compile("done="))
    assert all_are_accepted(site, paper, FOLDED)


def test_every_key_works_on_cards_that_had_no_form(site: Site, at_keys: AtKeys) -> None:
    paper = crowd(site, "2502.00006", FOLDED)
    keys = at_keys(paper)
    first = at_the_first_result(keys)
    assert first == results(keys.page)[0]
    keys.press("a")
    keys.saved()
    second = focused(keys.page)
    assert second == results(keys.page)[1] and decisions(site, paper, first) == ["accept"]
    keys.press("e")
    expect(keys.page.locator(f"#record-{second} .value-input").first).to_be_focused()
    keys.press("Tab", "Tab", "Tab")
    keys.type("71.5")
    keys.press("Enter")
    keys.saved()
    keys.press("u")
    keys.saved("Undone")
    expect(keys.page.locator(f"#record-{second} [name='field.value']")).to_have_value("70.5")
    assert decisions(site, paper, second) == ["withdraw", "correct"]
    keys.press("j", "r")
    keys.saved()
    assert decisions(site, paper, results(keys.page)[2]) == ["reject"]
    keys.settle("A")
    assert [len(fact.reviews) > 0 for fact in facts(site, paper, "result")] == [True] * (MOST_UNFOLDED + 1)


def test_keys_wait_for_the_form_and_act_in_their_order(site: Site, at_keys: AtKeys) -> None:
    paper = crowd(site, "2502.00007", FOLDED)
    keys = at_keys(paper)
    let_go = held_back(keys.page)
    first, second, third = (at_the_first_result(keys), *results(keys.page)[1:3])
    keys.press("a", "r", "j")
    assert focused(keys.page) == first and decisions(site, paper, first) == []
    let_go()
    expect(keys.page.locator(f"#record-{second}")).to_have_attribute("data-state", "rejected")
    keys.saved()
    assert [decisions(site, paper, one) for one in (first, second, third)] == [["accept"], ["reject"], []]


def test_keys_that_wait_for_a_form_are_dropped_where_the_first_leads_into_a_field(site: Site, at_keys: AtKeys) -> None:
    paper = crowd(site, "2502.00008", FOLDED)
    keys = at_keys(paper)
    let_go = held_back(keys.page)
    first = at_the_first_result(keys)
    keys.press("e", "r", "A")
    let_go()
    field = keys.page.locator(f"#record-{first} .value-input").first
    expect(field).to_be_focused()
    keys.press("Escape", "v")
    expect(keys.page.locator(f"#record-{first}")).to_have_attribute("data-state", "open")
    assert decisions(site, paper, first) == []


def test_a_form_that_can_not_be_had_is_told_and_asked_for_again(site: Site, at_keys: AtKeys) -> None:
    paper = crowd(site, "2502.00009", FOLDED)
    keys = at_keys(paper)
    keys.page.context.set_offline(True)
    first = at_the_first_result(keys)
    keys.press("a")
    expect(keys.page.locator("#save-state")).to_contain_text("The record can't be opened")
    keys.page.context.set_offline(False)
    keys.press("a")
    keys.saved()
    assert decisions(site, paper, first) == ["accept"]


def test_cards_in_sight_have_their_forms_for_the_mouse(site: Site, at_keys: AtKeys) -> None:
    keys = at_keys(crowd(site, "2502.00010", FOLDED))
    open_results(keys.page)
    last = keys.page.locator("#group-result .record").last
    last.scroll_into_view_if_needed()
    last.locator(".reject").click()
    expect(last).to_have_attribute("data-state", "rejected")
    keys.saved()


def test_cards_without_form_are_accessible(site: Site, at_keys: AtKeys, accessible: Callable[..., None]) -> None:
    keys = at_keys(crowd(site, "2502.00011", RUNS + 60))
    keys.page.route("**/cards?*", lambda route: None)
    keys.page.evaluate(TAKE_OUT_ALL_BUT_SOME_WITHOUT_FORM)
    accessible(keys.page)


def test_cards_are_for_curators_and_for_some_at_once(site: Site, client: Client) -> None:
    paper = crowd(site, "2502.00012", FOLDED)
    address, digests = f"/desk/papers/{paper}/cards", [fact.fact_key[-32:] for fact in facts(site, paper, "result")]
    ada = client("curator", "ada")
    cards = ada.get(address, params={"fact": [*digests[: MOST_CARDS - 1], "0" * 32]}).json()["cards"]
    assert list(cards) == digests[: MOST_CARDS - 1]
    assert cards_of(cards[digests[0]]["html"])[digests[0]].values["field.value"] == "70.5"
    assert ada.get(address, params={"fact": digests[: MOST_CARDS + 1]}).status_code == 422
    assert ada.get(address).status_code == 422
    assert client("reader").get(address, params={"fact": digests[0]}).status_code == 403
