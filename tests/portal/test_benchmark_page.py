"""A benchmark's page: chart, table and files have the same points; options live in the address; scripts or none."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from live_site import Site
from made_points import HOSTILE_NAME, add_points
from playwright.sync_api import Page, expect

from portal.public.benchmark_words import unit_of

if TYPE_CHECKING:
    from tests.portal.conftest import Accessible

Client = Callable[..., httpx.Client]
OpenPage = Callable[..., Page]
HTML = {"Accept": "text/html"}
IMAGENET = "/benchmarks/imagenet"
COUNT = 400
CHOSEN = "source=authors-2022&from=2014&to=2016&search=deep+nets"


@pytest.fixture(scope="module")
def points_site(site: Site) -> Iterator[Site]:
    """The sample papers' results, and 400 imported models beside them."""
    add_points(site.engine, COUNT)
    yield site


@pytest.fixture
def visitor(points_site: Site) -> Iterator[httpx.Client]:
    with points_site.client() as client:
        yield client


@pytest.fixture
def look(points_site: Site, open_page: OpenPage) -> Callable[..., Page]:
    """``look("/benchmarks/imagenet?x=year")``: the page in a browser, its chart drawn."""

    def open_one(address: str = IMAGENET, drawn: bool = True, **options: Any) -> Page:
        page = open_page(points_site, **options)
        page.goto(address)
        if drawn:
            page.wait_for_selector("figure[data-drawn]", timeout=60_000)
        return page

    return open_one


def html(client: httpx.Client, address: str, status: int = 200) -> str:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == status, answer.text
    return answer.text


# What programs and readers without scripts get


def test_benchmarks_are_listed_with_what_they_have(visitor: httpx.Client) -> None:
    shown = html(visitor, "/benchmarks")
    assert re.search(rf'<a href="{IMAGENET}">ImageNet', shown)
    assert '<a href="/benchmarks/coco' in shown and "authors, 2022" in shown


def test_without_scripts_there_is_a_picture_a_form_and_a_table(visitor: httpx.Client) -> None:
    shown = html(visitor, f"{IMAGENET}?targets=1")
    picture = shown[shown.index("<noscript>") : shown.index("</noscript>")]
    for address in re.findall(r'(?:src|srcset)="([^"]+)"', picture):
        answer = visitor.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("image/svg+xml")
        assert answer.text.startswith("<svg")
    assert 'media="(prefers-color-scheme: dark)"' in picture and 'alt="Scatter chart of ' in picture
    assert '<form method="get" action="/benchmarks/imagenet"' in shown
    assert shown.count('<th scope="row" class="name">') == 50
    assert "What target errors take" in shown and "half the error takes ×" in shown


def test_chart_table_and_files_have_the_same_points(visitor: httpx.Client) -> None:
    shown = html(visitor, f"{IMAGENET}?{CHOSEN}")
    total = int(re.search(r'id="points-heading">(\d+) results', shown)[1])  # type: ignore[index]
    records = visitor.get(f"{IMAGENET}/points.json?{CHOSEN}").json()
    table = list(csv.DictReader(io.StringIO(visitor.get(f"{IMAGENET}/points.csv?{CHOSEN}").text)))
    assert len(records) == len(table) == total > 20
    assert {record["source"] for record in records} == {"authors-2022"}
    assert all(2014 <= record["year"] < 2017 for record in records)
    view = visitor.get(f"{IMAGENET}/chart.view?{CHOSEN}").json()
    drawn = {row[view["tables"]["points"]["columns"].index("id")] for row in view["tables"]["points"]["rows"]}
    assert drawn == {record["model_id"] for record in records if record["hardware_burden_flop"]}
    spec = visitor.get(f"{IMAGENET}/chart.json?{CHOSEN}").json()
    assert {row["id"] for row in spec["datasets"]["points"]} == drawn
    assert spec["title"]["text"] == "ImageNet, top-1 accuracy: error against hardware burden"


def test_pictures_can_be_taken_away(visitor: httpx.Client) -> None:
    png = visitor.get(f"{IMAGENET}/chart.png?titled=1&theme=dark")
    assert png.content.startswith(b"\x89PNG") and png.headers["content-type"] == "image/png"
    assert png.headers["content-disposition"] == 'inline; filename="imagenet-top1_accuracy-burden.png"'
    svg = visitor.get(f"{IMAGENET}/chart.svg?titled=1")
    assert "ImageNet, top-1 accuracy: error against hardware burden" in svg.text
    assert "error against" not in visitor.get(f"{IMAGENET}/chart.svg").text
    known = {"If-None-Match": svg.headers["etag"]}
    assert visitor.get(f"{IMAGENET}/chart.svg?titled=1", headers=known).status_code == 304


def test_the_table_is_sorted_by_its_headings(visitor: httpx.Client) -> None:
    shown = html(visitor, f"{IMAGENET}?{CHOSEN}")
    address = re.search(r'href="([^"]*sort=value[^"]*)">Result', shown)[1].replace("&amp;", "&")  # type: ignore[index]
    assert parse_qs(urlsplit(address).query)["from"] == ["2014"], "options stay"
    values = _values(html(visitor, address))
    assert values == sorted(values, reverse=True)
    other = html(visitor, address)
    found = re.search(r'href="([^"]*sort=value&amp;order=up[^"]*)">Result', other)
    assert found
    back = found[1].replace("&amp;", "&")
    assert _values(html(visitor, back)) == sorted(_values(html(visitor, back)))
    assert "This list has" in html(visitor, f"{IMAGENET}?page=900", 404)


def test_results_have_the_unit_of_their_measure(visitor: httpx.Client) -> None:
    assert re.search(r">Result, %\s*<", html(visitor, IMAGENET))
    assert [unit_of(metric) for metric in ("top1_accuracy", "wer", "bleu")] == ["%", "%", "points"]


def _values(shown: str) -> list[float]:
    points = shown[shown.index('id="points"') :]
    return [float(value) for value in re.findall(r'</th>\s*<td class="number">([\d.]+)</td>', points)]


def test_an_option_that_means_nothing_is_told_and_the_chart_is_there_all_the_same(visitor: httpx.Client) -> None:
    shown = html(visitor, f"{IMAGENET}?x=cost", 422)
    assert "x is burden, network, pass or year" in shown and 'data-chart="' in shown
    assert "There is no source" in html(visitor, f"{IMAGENET}?source=nobody", 422)
    for file in ("chart.svg", "chart.png", "chart.json", "chart.view", "points.csv", "points.json"):
        refused = visitor.get(f"{IMAGENET}/{file}?x=cost")
        assert refused.status_code == 422 and "x is burden" in refused.json()["error"], file
    assert "theme is light or dark" in visitor.get(f"{IMAGENET}/chart.svg?theme=pink").json()["error"]


@pytest.mark.parametrize(
    "address",
    [
        *("/benchmarks/none", "/benchmarks/%00", f"/benchmarks/{'x' * 3000}", "/benchmarks/none/chart.svg"),
        *("/charts/none.svg", "/charts/library/0123456789abcdef.js"),
    ],
)
def test_what_is_not_there_is_not_found(visitor: httpx.Client, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_no_parameter_chooses_the_kind_of_a_file(visitor: httpx.Client) -> None:
    assert visitor.get(f"{IMAGENET}/chart.svg?kind=png").text.startswith("<svg")
    assert visitor.get(f"{IMAGENET}/points.csv?kind=json").headers["content-type"].startswith("text/csv")


def test_a_name_is_a_text_wherever_it_stands(visitor: httpx.Client) -> None:
    search = "search=HYPERLINK"
    shown = html(visitor, f"{IMAGENET}?{search}")
    assert "<script>alert" not in shown and "=HYPERLINK(&#34;http://evil.example&#34;)&lt;/text&gt;" in shown
    (row,) = csv.DictReader(io.StringIO(visitor.get(f"{IMAGENET}/points.csv?{search}").text))
    assert row["model"] == f"'{HOSTILE_NAME}", "no formula"
    assert "<script" not in html(visitor, f"{IMAGENET}?search=%3Cscript%3Ealert(1)%3C/script%3E").replace(
        '<script type="module" src="/static', ""
    )


def test_what_a_chart_has_no_room_for_is_told(visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    count = len(visitor.get(f"{IMAGENET}/points.json?search=Paper").json())
    for module in ("db.public_queries", "portal.charts.performance"):
        monkeypatch.setattr(f"{module}.MOST_CHART_POINTS", 100)
    shown = html(visitor, f"{IMAGENET}?search=Paper")
    assert f"of {count} models are shown. More are asked for than the 100 that a chart takes" in shown
    assert f"100 of {count} points as <a" in shown and '(all are in a <a href="/data">release</a>)' in shown
    anew = "search=Paper+"  # the same points at an address of which no answer is kept
    assert len(visitor.get(f"{IMAGENET}/points.json?{anew}").json()) == 100


def test_as_many_points_as_a_chart_takes_are_all_of_them(
    visitor: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = "search=Paper+1"
    count = len(visitor.get(f"{IMAGENET}/points.json?{search}").json())
    for module in ("db.public_queries", "portal.charts.performance"):
        monkeypatch.setattr(f"{module}.MOST_CHART_POINTS", count)
    shown = html(visitor, f"{IMAGENET}?{search}")
    assert "More are asked for" not in shown and "These points as <a" in shown


# In a browser


def test_the_chart_is_drawn_from_this_server_alone(points_site: Site, open_page: OpenPage) -> None:
    page = open_page(points_site)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(IMAGENET)
    page.wait_for_selector("figure[data-drawn] canvas", timeout=60_000)
    assert asked and all(url.startswith(points_site.url) for url in asked)
    assert not any("chart.svg" in url for url in asked), "no picture is made for who needs none"
    expect(page.get_by_text("Drawing the chart")).to_have_count(0)


def test_points_are_walked_through_by_keys_and_opened(look: Callable[..., Page]) -> None:
    page = look()
    chart = page.get_by_role("application")
    expect(chart).to_have_attribute("aria-label", re.compile("Arrow keys go from point to point"))
    chart.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    said = page.locator("[data-chart-said]")
    expect(said).to_have_text(
        re.compile(r"error [\d.]+ %, hardware burden [\d.]+ × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+ FLOP.* 3 of \d+\.$")
    )
    name = page.locator(".chart-told-name").inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/models/[0-9a-f]{16}$"))
    assert page.get_by_role("heading", level=1).inner_text() == name


def test_a_point_tells_what_it_is_under_the_mouse_and_a_click_opens_it(look: Callable[..., Page]) -> None:
    page = look(f"{IMAGENET}?line=0&search=Paper+33+on", viewport={"width": 1920, "height": 1080})
    chart = page.get_by_role("application")
    told = page.locator(".chart-told")
    expect(told).to_be_hidden()
    chart.focus()
    for key in ("Home", *["ArrowRight"] * 5):  # one in the middle, right of and below which there is room for words
        page.keyboard.press(key)
    place, name = page.evaluate(_CORNER), page.locator(".chart-told-name").inner_text()
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    page.mouse.move(place[0] - 14, place[1] - 14)
    expect(told).to_be_visible()
    expect(told).to_contain_text(f"{name}Paper {name.removeprefix('Net ')} on deep nets")
    expect(told).to_contain_text("authors, 2022")
    page.mouse.click(place[0] - 14, place[1] - 14)
    page.wait_for_url(re.compile(r"/models/[0-9a-f]{16}$"))


_CORNER = "(({left, top}) => [left, top])(document.querySelector('.chart-told').getBoundingClientRect())"


def test_a_changed_option_redraws_the_chart_and_stands_in_the_address(look: Callable[..., Page]) -> None:
    page = look()
    page.locator("select[name=x]").focus()
    page.locator("select[name=x]").select_option("year")
    expect(page.get_by_role("heading", name="ImageNet, top-1 accuracy: error by year")).to_be_visible()
    page.wait_for_selector("figure[data-drawn]")
    assert parse_qs(urlsplit(page.url).query)["x"] == ["year"]
    expect(page.locator("select[name=x]")).to_be_focused()
    page.get_by_label("lines", exact=True).uncheck()
    expect(page.get_by_role("heading", name="Lines")).to_have_count(0)
    assert parse_qs(urlsplit(page.url).query)["line"] == ["0"]
    page.go_back()
    expect(page.get_by_role("heading", name="Lines")).to_be_visible()
    expect(page.get_by_label("lines", exact=True)).to_be_checked()
    address = page.url
    page.reload()
    page.wait_for_selector("figure[data-drawn]")
    assert page.url == address
    expect(page.locator("select[name=x]")).to_have_value("year")


def test_of_a_chart_that_was_replaced_nothing_stays(points_site: Site, open_page: OpenPage) -> None:
    page = open_page(points_site)
    page.add_init_script(_COUNTS_VIEWS)
    page.goto(IMAGENET)
    page.wait_for_selector("figure[data-drawn]", timeout=60_000)
    for across in ("year", "network", "burden"):
        page.locator("select[name=x]").select_option(across)
        page.wait_for_url(re.compile(f"x={across}"))
        page.wait_for_selector("figure[data-drawn]")
    assert page.evaluate("[madeViews, madeViews - finishedViews]") == [4, 1]
    devtools = page.context.new_cdp_session(page)
    document = devtools.send("Runtime.evaluate", {"expression": "document"})["result"]["objectId"]
    listeners = devtools.send("DOMDebugger.getEventListeners", {"objectId": document})["listeners"]
    assert [each["type"] for each in listeners].count("fullscreenchange") == 1


_COUNTS_VIEWS = """
let embed;
window.madeViews = window.finishedViews = 0;
Object.defineProperty(window, "vegaEmbed", {
  get: () => embed && (async (...asked) => {
    const made = await embed(...asked);
    const finalize = made.view.finalize.bind(made.view);
    window.madeViews += 1;
    made.view.finalize = () => { window.finishedViews += 1; return finalize(); };
    return made;
  }),
  set: (given) => { embed = given; },
});
"""


def test_another_place_of_the_same_page_is_not_fetched(look: Callable[..., Page]) -> None:
    page = look()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.resource_type == "fetch" else None)
    page.evaluate("location.hash = 'points'")
    page.go_back()
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert asked == []
    page.locator("select[name=x]").select_option("year")
    page.wait_for_url(re.compile("x=year"))
    page.go_back()
    expect(page.get_by_role("heading", name="error against hardware burden")).to_be_visible()


def test_the_chart_can_fill_the_screen(look: Callable[..., Page]) -> None:
    page = look()
    before = page.locator("canvas").bounding_box()
    full = page.get_by_role("button", name="Full screen")
    full.click()
    leave = page.get_by_role("button", name="Leave full screen")
    expect(leave).to_have_attribute("aria-pressed", "true")
    assert before
    page.wait_for_function("width => document.querySelector('canvas').clientWidth > width", arg=before["width"])
    leave.click()
    expect(full).to_have_attribute("aria-pressed", "false")


def test_where_nothing_can_be_drawn_the_picture_is_shown(points_site: Site, open_page: OpenPage) -> None:
    page = open_page(points_site)
    page.route("**/charts/library/*", lambda route: route.abort())
    page.goto(IMAGENET)
    picture = page.locator("figure.chart img")
    expect(picture).to_be_visible(timeout=60_000)
    expect(picture).to_have_attribute("alt", re.compile("^Scatter chart of"))


def test_without_scripts_the_form_works(look: Callable[..., Page]) -> None:
    page = look(drawn=False, java_script_enabled=False)
    picture = page.locator("figure.chart img")
    expect(picture).to_be_visible()
    page.get_by_label("Form of the line").select_option("exponential")
    page.get_by_role("button", name="Show").click()
    assert parse_qs(urlsplit(page.url).query)["form"] == ["exponential"]
    expect(page.get_by_text("1/err = ").first).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_it_is_accessible(look: Callable[..., Page], accessible: Accessible, width: int, scheme: str) -> None:
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = look(f"{IMAGENET}?targets=1&x=network", **options)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    page.goto("/benchmarks")
    accessible(page, colours_only=True)


def test_a_view_is_whole_json(visitor: httpx.Client) -> None:
    view = json.loads(visitor.get(f"{IMAGENET}/chart.view?colour=confidence&targets=1").text)
    assert set(view) == {"title", "specs", "tables", "told", "links"}
    assert view["links"] == {"table": "points", "base": "/models/", "column": "id"}
