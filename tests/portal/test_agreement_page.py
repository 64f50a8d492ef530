"""The adjudicators' page: figures of agreement, what two curators differ in, papers for double review."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from live_site import Site, serving
from playwright.sync_api import Page, expect

from db.agreement_rows import double_reviews
from db.queries import exported_records
from db.reviews import Decision, Review, add_review

Client = Callable[..., httpx.Client]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
HTML = {"Accept": "text/html"}


DIFFERENCES = 2


@pytest.fixture(scope="module")
def reviewed(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Every run of the papers for double review is accepted by ada, its accelerator corrected by ben in two."""
    with serving(shutil.copytree(sample_home, tmp_path_factory.mktemp("reviewed") / "home")) as site:
        _review(site)
        yield site


def _review(site: Site) -> None:
    with site.client("adjudicator", "eve") as eve:
        assert eve.post("/agreement/papers", data={"count": "50"}).status_code == 303
    chosen = {each.paper_key for each in double_reviews(site.engine)}
    runs = [run for run in exported_records(site.engine, "runs") if run["arxiv_id"] in chosen]
    for index, run in enumerate(runs):
        value = "<script>alert(1)</script>" if index < DIFFERENCES else run["accelerator"]
        for reviewer, given in (("ada", run["accelerator"]), ("ben", value)):
            at = AT + timedelta(minutes=index + (30 if reviewer == "ben" else 0))
            add_review(
                site.engine, Review(run["fact_key"], "accelerator", Decision.CORRECT, reviewer, at, given, "<b>why</b>")
            )


def test_only_adjudicators_see_it(site: Site, client: Client) -> None:
    assert client().get("/agreement").status_code == 401
    assert client("curator").get("/agreement").status_code == 403
    assert client("curator").post("/agreement/papers", data={"count": "5"}).status_code == 403
    assert client("adjudicator").get("/agreement", headers=HTML).status_code == 200
    assert "/agreement" not in client("curator").get("/nothing", headers=HTML).text


def test_an_empty_desk_says_so(site: Site, client: Client) -> None:
    shown = client("adjudicator").get("/agreement", headers=HTML).text
    assert "No field has been judged by two people yet." in shown


@pytest.mark.parametrize("count", ["0", "-1", "101", "many", ""])
def test_how_many_papers_is_bounded(site: Site, client: Client, count: str) -> None:
    assert client("adjudicator").post("/agreement/papers", data={"count": count}).status_code == 422
    assert double_reviews(site.engine) == []


def test_figures_and_differences_are_shown_with_links(reviewed: Site, open_page: Callable[..., Page]) -> None:
    page = open_page(reviewed)
    token = reviewed.sign_in("adjudicator", "eve").token
    page.context.add_cookies([{"name": "burden-session", "value": token, "url": reviewed.url}])
    page.goto(f"{reviewed.url}/agreement")
    row = page.get_by_role("row").filter(has_text="accelerator").first
    expect(row).to_contain_text("nominal")
    expect(row).to_contain_text("ada, ben")
    difference = page.get_by_role("region", name="What the two differ in").get_by_role("row").nth(1)
    expect(difference).to_contain_text("<script>alert(1)</script>")
    expect(difference).to_contain_text("<b>why</b>")
    expect(difference).to_contain_text("open")
    link = difference.get_by_role("link").get_attribute("href")
    assert link is not None and link.startswith("/desk/papers/") and "#record-" in link


def test_a_settled_difference_is_listed_only_when_asked_for(reviewed: Site) -> None:
    with reviewed.client("adjudicator", "eve") as eve:
        shown = eve.get("/agreement", headers=HTML).text
        assert shown.count("#record-") == DIFFERENCES
        key = shown.rpartition("#record-")[2][:32]
        run = next(run for run in exported_records(reviewed.engine, "runs") if run["fact_key"].endswith(key))
        later = AT + timedelta(days=1)
        add_review(reviewed.engine, Review(run["fact_key"], "accelerator", Decision.CORRECT, "eve", later, "GPU"))
        assert f"#record-{key}" not in eve.get("/agreement", headers=HTML).text
        settled = eve.get("/agreement?settled=true", headers=HTML).text
        assert f"#record-{key}" in settled and '<span class="badge good">GPU</span>' in settled


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    reviewed: Site, open_page: Callable[..., Page], accessible: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(reviewed, color_scheme=scheme)
    token = reviewed.sign_in("adjudicator", "eve").token
    page.context.add_cookies([{"name": "burden-session", "value": token, "url": reviewed.url}])
    page.goto(f"{reviewed.url}/agreement?settled=true")
    accessible(page)
