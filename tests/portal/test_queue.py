"""The queue: in the order of what a decision is worth, by options of its address, for several curators at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_site import SAMPLE_PAPERS, Site
from playwright.sync_api import Page, expect

from db.desk import claim_paper, paper_records, settle_paper
from db.desk_queue import QueueFilters, QueueRow, queue
from db.desk_rows import bring_queue_up_to_date
from db.store import upsert_papers
from extractors.records import PaperMetadata
from portal.desk.paper_view import paper_view
from portal.queue import queue as queue_page
from portal.queue.filters import FilterError, filters_of, kept_query, query_of
from portal.queue.reasons import reasons

if TYPE_CHECKING:
    from tests.portal.conftest import Accessible, OpenSite, SignedInPage

Client = Callable[..., httpx.Client]
_HTML = {"Accept": "text/html"}
NAMES_ZEPHYR = "2304.99011"
FIRST = "2104.99017"
"""Of the samples, what a decision is worth most of; it has results on ImageNet and COCO."""


def _html(client: httpx.Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=_HTML)
    assert answer.status_code == status, answer.text
    return answer.text


def _listed(page: str) -> list[str]:
    return re.findall(r'<tr data-paper="([^"]+)"', page)


# Options of the address


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"from": "soon"}, "'soon' is no year"),
        ({"to": "20177"}, "'20177' is no year"),
        ({"from": "²017"}, "is no year"),
        ({"to": "002017"}, "is no year"),
        ({"from": "002017" + "0" * 5000}, "is no year"),
        ({"from": "2018", "to": "2016"}, "the first is later"),
        ({"show": "mine"}, "open, settled, all"),
        ({"stale": "perhaps"}, "stale is 1 or left out"),
        ({"benchmark": "image net'; --"}, "is no benchmark"),
        ({"field": "computing"}, None),
        ({"field": "cs.CV,cs.CL"}, "is no field"),
        ({"q": "x" * 201}, "at most 200 letters"),
    ],
)
def test_an_option_that_means_nothing_is_refused_in_words(query: dict[str, str], said: str | None) -> None:
    if said is None:
        assert filters_of(query).field == query["field"]
        return
    with pytest.raises(FilterError, match=re.escape(said)):
        filters_of(query)


def test_other_parameters_of_an_address_are_let_be() -> None:
    assert filters_of({"page": "many", "done": "1706.03762", "fact": "<script>"}) == QueueFilters()
    assert kept_query("stale=1&page=3&fact=4f&q=a+b&stale=1") == "q=a+b&stale=1"
    assert kept_query("from=soon&stale=1") == ""


_filters = st.builds(
    QueueFilters,
    benchmark=st.sampled_from(["", "imagenet", "squad1.1", "wmt14-en-de"]),
    field=st.sampled_from(["", "cs.CV", "stat.ML", "quant-ph"]),
    year_from=st.none() | st.integers(1990, 2010),
    year_to=st.none() | st.integers(2010, 2030),
    unknown_hardware=st.booleans(),
    disagreements=st.booleans(),
    stale=st.booleans(),
    double_review=st.booleans(),
    settled=st.sampled_from([None, True, False]),
    search=st.text(max_size=200).map(str.strip),
)


@given(_filters)
def test_what_is_written_into_an_address_is_read_from_it(filters: QueueFilters) -> None:
    query = query_of(filters)
    assert filters_of(dict(parse_qsl(query, errors="surrogatepass"))) == filters
    assert query_of(QueueFilters()) == ""


# The page


def _row(**changes: Any) -> QueueRow:
    known: dict[str, Any] = {
        "paper_key": "2401.00001",
        "arxiv_id": "2401.00001",
        "title": "",
        "year": 2024,
        "benchmarks": (),
        "open_facts": 9,
        "reviewed_facts": 0,
        "uncertain_facts": 0,
        "worth": 0.1,
        "influence": 0.0,
        "pulls_at": "",
        "unknown_hardware": (),
        "stale_reviews": 0,
        "disagreements": 0,
        "settled": False,
        "double_review": False,
        "claimed_by": None,
    }
    return QueueRow(**(known | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uncertain_facts": 4}, ["unsure: 4 of 9 facts"]),
        ({}, ["9 facts nobody has looked at"]),
        ({"open_facts": 0}, ["nothing left but to settle it"]),
        ({"open_facts": 0, "settled": True}, []),
        ({"open_facts": 1, "disagreements": 2}, ["2 disagreements", "1 fact nobody has looked at"]),
        ({"open_facts": 0, "stale_reviews": 1}, ["1 review stale", "nothing left but to settle it"]),
        (
            {"influence": 0.7, "pulls_at": "imagenet", "uncertain_facts": 1},
            ["pulls hard at ImageNet’s line", "unsure: 1 of 9 facts"],
        ),
        (
            {"influence": 0.2, "pulls_at": "wmt14-en-de"},
            ["pulls at WMT 2014 English to German’s line", "9 facts nobody has looked at"],
        ),
        ({"influence": 0.01, "pulls_at": "imagenet"}, ["9 facts nobody has looked at"]),
        (
            {"unknown_hardware": ("Q7", "Q8", "Q9"), "open_facts": 1, "disagreements": 2, "double_review": True},
            [
                "two independent reviews",
                "2 disagreements",
                "new hardware: Q7, Q8 and 1 more",
                "1 fact nobody has looked at",
            ],
        ),
    ],
)
def test_why_a_paper_is_here_is_said_in_words(changes: dict[str, Any], said: list[str]) -> None:
    assert [reason.words for reason in reasons(_row(**changes))] == said


def test_all_papers_stand_in_the_order_of_what_a_decision_is_worth(site: Site, client: Client) -> None:
    rows = queue(site.engine, QueueFilters(), 0, 100)
    assert [row.worth for row in rows] == sorted((row.worth for row in rows), reverse=True)
    page = _html(client("curator"), "/desk")
    assert _listed(page) == [row.paper_key for row in rows]
    assert sorted(_listed(page)) == sorted(SAMPLE_PAPERS)
    assert _listed(page)[0] == FIRST
    assert "<strong>0</strong> of 16 papers settled" in page


def test_the_queue_says_as_many_open_facts_as_the_papers_page(site: Site) -> None:
    for row in queue(site.engine, QueueFilters(), 0, 100):
        records = paper_records(site.engine, row.paper_key)
        assert records is not None
        assert row.open_facts == paper_view(records, site.services.catalogue).left, row.paper_key


@pytest.mark.parametrize(
    ("options", "listed"),
    [
        ("benchmark=imagenet", {FIRST}),
        ("hardware=1", {NAMES_ZEPHYR}),
        ("q=2304", {NAMES_ZEPHYR}),
        ("q=%25", set()),
        ("field=cs.CV", set()),
        ("show=settled", set()),
        ("show=all", set(SAMPLE_PAPERS)),
        ("stale=1", set()),
        ("double=1", set()),
        ("from=2030", set()),
    ],
)
def test_options_of_the_address_choose_the_papers(client: Client, options: str, listed: set[str]) -> None:
    page = _html(client("curator"), f"/desk?{options}")
    assert set(_listed(page)) == listed
    for link in re.findall(r'class="paper-link"|href="(/desk/papers/[^"]+)"', page):
        assert not link or urlsplit(link).query == options


def test_a_refused_option_is_told_and_what_was_typed_stays(client: Client) -> None:
    page = _html(client("curator"), "/desk?from=soon&stale=1&q=%3Cscript%3E", status=422)
    assert "is no year (from)" in page
    assert 'value="soon"' in page
    assert "<script>" not in page.replace('<script type="module"', "")
    assert _listed(page) == []


def test_a_title_is_shown_as_it_is_and_runs_nothing(open_site: OpenSite) -> None:
    site = open_site()
    upsert_papers(site.engine, [PaperMetadata(FIRST, 9, title='<img src=x onerror="alert(1)"> 100% & more')])
    bring_queue_up_to_date(site.engine, site.services.now())
    with site.client("curator") as client:
        page = _html(client, "/desk?q=100%25+%26")
    assert "&lt;img src=x" in page
    assert "<img" not in page
    assert _listed(page) == [FIRST]


def test_pages_show_every_paper_once_and_keep_the_options(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_page, "PAPERS_A_PAGE", 5)
    curator = client("curator")
    address, seen = "/desk?show=all", []
    for _ in range(4):
        page = _html(curator, address)
        seen += _listed(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
        assert "show=all" in address
    assert sorted(seen) == sorted(SAMPLE_PAPERS)
    for beyond in ("99", "1000000", "9" * 5000):
        assert _listed(_html(curator, f"/desk?show=all&page={beyond}")) == seen[15:]
    assert _listed(_html(curator, "/desk?show=all&page=-1")) == seen[:5]


def test_a_reader_sees_the_queue_and_can_open_nothing(client: Client) -> None:
    reader = client("reader")
    page = _html(reader, "/desk")
    assert _listed(page)[0] == FIRST
    assert "/desk/papers/" not in page
    assert 'id="start"' not in page
    assert reader.get("/desk/next").status_code == 403


# Several curators


def test_the_next_paper_is_one_that_nobody_else_has_in_hand(open_site: OpenSite) -> None:
    site = open_site()
    order = [row.paper_key for row in queue(site.engine, QueueFilters(), 0, 100)]
    with site.client("curator", "ada") as ada, site.client("curator", "ben") as ben:
        opened = ada.get("/desk/next").headers["location"]
        assert opened == f"/desk/papers/{order[0]}"
        assert ada.get(opened, headers=_HTML).status_code == 200
        assert ada.get("/desk/next").headers["location"] == f"/desk/papers/{order[0]}", "it is in her own hands"
        assert ben.get("/desk/next").headers["location"] == f"/desk/papers/{order[1]}"
        assert "<td>ada</td>" in _html(ben, "/desk")
        assert "<td>you</td>" in _html(ada, "/desk")
        site.travel(minutes=31)
        assert ben.get("/desk/next").headers["location"] == f"/desk/papers/{order[0]}", "she has left it"
        assert "<td>ada</td>" not in _html(ben, "/desk")


def test_the_next_paper_keeps_the_options_and_says_where_none_is_left(open_site: OpenSite) -> None:
    site = open_site()
    with site.client("curator", "ada") as ada:
        taken = ada.get("/desk/next?hardware=1&page=7").headers["location"]
        assert taken == f"/desk/papers/{NAMES_ZEPHYR}?hardware=1"
        claim_paper(site.engine, NAMES_ZEPHYR, site.user("curator", "ben").user_id, site.services.now())
        nowhere = ada.get("/desk/next?hardware=1").headers["location"]
        assert urlsplit(nowhere).path == "/desk"
        page = _html(ada, nowhere)
        assert "No paper is left for you here" in page
        assert "<td>ben</td>" in page


def test_a_settled_paper_leaves_the_queue_and_counts_as_progress(open_site: OpenSite) -> None:
    site = open_site()
    settle_paper(site.engine, FIRST, "ada", site.services.now())
    with site.client("curator", "ben") as ben:
        page = _html(ben, "/desk")
        assert FIRST not in _listed(page)
        assert "<strong>1</strong> of 16 papers settled" in page
        assert _listed(_html(ben, "/desk?show=settled")) == [FIRST]


def test_a_second_curator_reviews_without_seeing_what_the_first_decided(open_site: OpenSite) -> None:
    site = open_site()
    with site.client("adjudicator", "eve") as eve:
        answer = eve.post("/desk/double-reviews", data={"percent": "5"})
        assert answer.status_code == 303, answer.text
        (chosen,) = _listed(_html(eve, answer.headers["location"]))
    before = next(row for row in queue(site.engine, QueueFilters(), 0, 100) if row.paper_key == chosen)

    with site.client("curator", "ada") as ada, site.client("curator", "ben") as ben:
        assert "Waiting for your independent review" not in _html(ben, "/desk")
        ada_opened = _html(ada, f"/desk/papers/{chosen}")
        left = re.findall(r'name="left" value="([^"]+)"', ada_opened)
        (document,) = re.findall(r'name="document" value="([^"]+)"', ada_opened)
        form = {"accept_all": "1", "left": left, "document": document, "csrf": ada.headers["X-CSRF"]}
        assert ada.post(f"/desk/papers/{chosen}/settle", data=form).status_code == 200

        assert chosen not in _listed(_html(ada, "/desk")), "she is done with it"
        assert "Waiting for your independent review" not in _html(ada, "/desk")
        page = _html(ben, "/desk")
        assert "Waiting for your independent review" in page
        assert ben.get("/desk/next").headers["location"] == f"/desk/papers/{chosen}", "second reviews come first"
        after = next(row for row in queue(site.engine, QueueFilters(), 0, 100, viewer="ben") if row.paper_key == chosen)
        assert (after.open_facts, after.reviewed_facts, after.worth) == (
            before.open_facts,
            before.reviewed_facts,
            before.worth,
        )

        settle_paper(site.engine, chosen, "ben", site.services.now())
        page = _html(ben, "/desk")
        assert "Waiting for your independent review" not in page
        assert chosen not in _listed(page)
        assert "<strong>1</strong> of 16 papers settled" in page


@pytest.mark.parametrize("percent", ["0", "-1", "26", "all", "nan", "1e400"])
def test_a_share_that_is_none_chooses_nothing(client: Client, percent: str) -> None:
    adjudicator = client("adjudicator")
    assert adjudicator.post("/desk/double-reviews", data={"percent": percent}).status_code == 422
    assert _listed(_html(adjudicator, "/desk?double=1&show=all")) == []


def test_curators_choose_no_sample(client: Client) -> None:
    curator = client("curator")
    assert "Sample for double review" not in _html(curator, "/desk")
    assert curator.post("/desk/double-reviews", data={"percent": "5"}).status_code == 403


# New hardware


def test_new_hardware_is_told_with_its_sentence_and_a_row_to_begin_with(client: Client) -> None:
    page = _html(client("curator"), "/desk/hardware")
    assert "Zephyr Q9" in page
    assert f'href="/desk/papers/{NAMES_ZEPHYR}"' in page
    assert "1 paper<" in page
    assert "<blockquote>" in page
    assert f"named in https://arxiv.org/abs/{NAMES_ZEPHYR}" in page
    assert "/desk/papers/" not in _html(client("reader"), "/desk/hardware")


# In a browser


def test_the_queue_is_gone_through_by_keys(signed_in_page: SignedInPage, accessible: Accessible) -> None:
    page = signed_in_page("curator", "walker")
    page.goto("/desk")
    accessible(page)
    listed = page.locator("[data-paper]").evaluate_all("rows => rows.map((row) => row.dataset.paper)")

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f'[data-paper="{listed[1]}"] a')).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/papers/{listed[1]}")

    page.goto("/desk")
    page.keyboard.press("/")
    page.keyboard.type("jks 2304")
    expect(page.get_by_label("Title or id")).to_have_value("jks 2304")
    page.get_by_label("Title or id").fill("2304")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk?q=2304*")
    expect(page.locator("[data-paper]")).to_have_count(1)
    page.keyboard.press("s")
    page.wait_for_url(f"**/desk/papers/{NAMES_ZEPHYR}?q=2304")

    page.goto("/desk")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/papers/{listed[0]}")


def test_the_queue_works_without_scripts(signed_in_page: SignedInPage) -> None:
    page = signed_in_page("curator", "walker", java_script_enabled=False)
    page.goto("/desk")
    page.get_by_label("Benchmark").select_option("imagenet")
    page.get_by_label("From year").fill("1999")
    page.get_by_label("Show").select_option("")
    page.get_by_role("button", name="Filter").click()
    assert "benchmark=imagenet" in page.url
    expect(page.locator("[data-paper]")).to_have_count(0)
    expect(page.get_by_text("No paper meets all of this.")).to_be_visible()
    page.get_by_label("From year").fill("")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("link", name="Start with the first").click()
    expect(page).to_have_url(re.compile(rf"/desk/papers/{FIRST}\?benchmark=imagenet$"))


@pytest.mark.parametrize("address", ["/desk", "/desk?from=soon&stale=1", "/desk?q=nothing+at+all", "/desk/hardware"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 820), ("dark", 390)])
def test_pages_of_the_queue_are_accessible_and_fit(
    signed_in_page: SignedInPage, accessible: Accessible, address: str, scheme: str, width: int
) -> None:
    page: Page = signed_in_page("adjudicator", "looker", color_scheme=scheme, viewport={"width": width, "height": 900})
    page.goto(address)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
