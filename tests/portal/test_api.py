"""The JSON API as a program uses it: lists in parts, facts with their evidence, ETags, errors in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from live_site import SAMPLE_PAPERS, Site
from made_papers import run, save_paper

from db.reviews import Decision, Review, add_review
from extractors.records import PaperMetadata
from releases.making import ReleaseOrder, make_release

Client = Callable[..., httpx.Client]
OpenSite = Callable[..., Site]
API = "/api/v1"


@pytest.fixture
def api(client: Client) -> httpx.Client:
    return client()


def get(api: httpx.Client, address: str, **parameters: Any) -> Any:
    answer = api.get(API + address, params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def parts(api: httpx.Client, address: str) -> Iterator[dict[str, Any]]:
    while address:
        answer = api.get(address).raise_for_status()
        yield answer.json()
        address = answer.links.get("next", {}).get("url", "")
        assert answer.json()["next"] == (address or None)


def test_lists_come_in_parts_that_link_to_each_other(api: httpx.Client) -> None:
    everything = get(api, "/papers", limit=200, sort="title", descending=False)
    assert {row["arxiv_id"] for row in everything["rows"]} == set(SAMPLE_PAPERS)
    found = list(parts(api, f"{API}/papers?limit=5&sort=title&descending=false"))
    assert [row for part in found for row in part["rows"]] == everything["rows"]
    assert {part["total"] for part in found} == {len(SAMPLE_PAPERS)}
    second = api.get(f"{API}/papers?limit=5&offset=5&sort=title&descending=false")
    assert "offset=0" in second.links["prev"]["url"]


def test_filters_and_order_are_those_of_the_pages(api: httpx.Client) -> None:
    known = get(api, "/models", with_burden=True, limit=200)["rows"]
    burdens = [row["hardware_burden_flop"] for row in known]
    assert burdens and burdens == sorted(burdens, reverse=True)
    one = known[0]
    of_paper = get(api, "/models", search=one["arxiv_id"], limit=200)["rows"]
    assert one["model_id"] in {row["model_id"] for row in of_paper}
    assert {row["arxiv_id"] for row in of_paper} == {one["arxiv_id"]}
    benchmarks = get(api, "/benchmarks")
    points = get(api, "/points", benchmark=benchmarks[0]["benchmark"], metric=benchmarks[0]["metric"], limit=200)
    assert points["total"] == benchmarks[0]["points"]


def test_facts_tell_page_sentence_and_place_at_arxiv(api: httpx.Client) -> None:
    facts = get(api, "/papers/1707.99006/facts")
    runs = [fact for fact in facts if fact["kind"] == "training_run"]
    assert runs
    for fact in runs:
        assert fact["quote"] and fact["page"] >= 1
        assert fact["page_url"].startswith("https://arxiv.org/pdf/1707.99006")
        assert fact["page_url"].endswith(f"#page={fact['page']}")
        assert fact["burden"]["flop"] or fact["burden"]["reason"]
    paper = get(api, "/papers/1707.99006")
    assert paper["paper"]["facts"] == len(facts)
    model = get(api, f"/models/{paper['models'][0]['model_id']}")
    assert model["model"]["paper_key"] == "1707.99006"


def test_reviews_name_nobody(api: httpx.Client, site: Site) -> None:
    fact = next(fact for fact in get(api, "/papers/1803.99004/facts") if fact["kind"] == "training_run")
    curator = site.user("curator", "quarterdeck").name
    now = site.services.now()
    add_review(
        site.engine, Review(fact["fact_key"], "model", Decision.CORRECT, curator, now, "Renamed", "private words")
    )
    answer = api.get(f"{API}/papers/1803.99004/facts")
    reviewed = next(each for each in answer.json() if each["fact_key"] == fact["fact_key"])
    assert reviewed["values"]["model"] == "Renamed" and reviewed["basis"] == "curated"
    assert reviewed["machine_values"]["model"] == fact["values"]["model"] and reviewed["corrected"] == ["model"]
    assert [review["decision"] for review in reviewed["reviews"]] == ["correct"]
    assert "quarterdeck" not in answer.text and "private words" not in answer.text


def test_an_answer_has_an_etag_until_the_data_change(api: httpx.Client, site: Site) -> None:
    first = api.get(f"{API}/papers")
    held = {"If-None-Match": first.headers["etag"]}
    assert api.get(f"{API}/papers", headers=held).status_code == 304
    assert api.get(f"{API}/papers?limit=3", headers=held).status_code == 200
    fact = get(api, "/papers/1906.99007/facts")[0]
    review = Review(fact["fact_key"], None, Decision.REJECT, "somebody", site.services.now())
    add_review(site.engine, review)
    changed = api.get(f"{API}/papers", headers=held)
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]


def test_the_description_names_the_answers_that_have_no_etag(open_site: OpenSite) -> None:
    site = open_site()
    make_release(site.engine, site.settings.releases_folder, ReleaseOrder("2026-11-27"), site.services.catalogue)
    with site.client() as api:
        document = get(api, "/openapi.json")
        model = get(api, "/models", limit=1)["rows"][0]["model_id"]
        told = {"{key}": SAMPLE_PAPERS[0], "{model_id}": model, "{name}": "2026-11-27"}
        without = []
        for path in (*document["paths"], f"{API}/openapi.json"):
            address = path
            for parameter, value in told.items():
                address = address.replace(parameter, value)
            if "etag" not in api.get(address).raise_for_status().headers:
                without.append(path)
    assert without and all(f"`{path}`" in document["info"]["description"] for path in without)


def test_files_of_a_release_are_told_as_they_are_offered_just_now(open_site: OpenSite) -> None:
    site = open_site()
    folder = site.settings.releases_folder
    make_release(site.engine, folder, ReleaseOrder("2026-11-27"), site.services.catalogue)
    with site.client() as api:
        assert all(file["url"] for file in get(api, "/releases/2026-11-27")["files"])
        (folder / "2026-11-27").rename(folder / "elsewhere")
        assert not any(file["url"] for file in get(api, "/releases/2026-11-27")["files"])


def test_pages_of_other_sites_may_read_it(api: httpx.Client) -> None:
    answer = api.get(f"{API}/benchmarks", headers={"Origin": "https://elsewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    assert api.options(f"{API}/benchmarks", headers=asked).status_code == 400
    assert "access-control-allow-origin" not in api.get("/papers", headers={"Origin": "https://e.example"}).headers


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/nothing", 404, "nothing at this address"),
        ("/papers/9999.99999", 404, "No such paper"),
        ("/papers/9999.99999/facts", 404, "No such paper"),
        ("/models/0123456789abcdef", 404, "no model"),
        ("/releases/2020-01-01", 404, "no release"),
        ("/papers?limit=201", 422, "limit"),
        ("/papers?offset=-1", 422, "offset"),
        ("/papers?offset=99999999999999999999999", 422, "offset"),
        ("/papers?sort=password_hash", 422, "sort"),
        ("/points?year_from=soon", 422, "year_from"),
        ("/models?search=%00", 422, "search"),
        ("/models?search=" + "a" * 201, 422, "search"),
        ("/papers/%00", 422, "key"),
    ],
)
def test_errors_are_json_in_words_whatever_is_asked_for(
    api: httpx.Client, address: str, status: int, words: str
) -> None:
    answer = api.get(API + address, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert answer.json().keys() == {"error"} and words in answer.json()["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_only_reads(api: httpx.Client, method: str) -> None:
    answer = api.request(method, f"{API}/papers")
    assert answer.status_code == 405 and "GET" in answer.headers["allow"]


def test_hostile_words_find_nothing_and_break_nothing(api: httpx.Client) -> None:
    for hostile in ("' OR 1=1 --", "%", "_", "\\", "\ufdd0", "a" * 200, "'; DROP TABLE papers; --", "﷽"):
        for address in ("/papers", "/models", "/points"):
            get(api, address, search=hostile)
    assert get(api, "/papers")["total"] == len(SAMPLE_PAPERS)


def test_counts_trends_and_terms_are_told(open_site: OpenSite) -> None:
    site = open_site()
    metadata = PaperMetadata("1306.00001", 1, "Dated", published=date(2013, 6, 1))
    with site.client() as api:
        stamp = get(api, "/")["stamp"]
        save_paper(site, metadata, "d" * 64, [run("We train on 8 K40 GPUs for 84 hours.", "NVIDIA Tesla K40")])
        state = get(api, "/")
        assert state["papers_read"] == len(SAMPLE_PAPERS) + 1 and state["stamp"] > stamp
        years = {year["year"]: year for year in get(api, "/trends")["years"]}
        assert (years[2013]["papers"], years[2013]["papers_with_time"]) == (1, 1)
        cards = {card["name"]: card for card in get(api, "/accelerators")}
        assert cards["NVIDIA Tesla K40"]["papers"] == 1
        assert cards["NVIDIA Tesla P100"]["peak_tflops"] == pytest.approx(10.6, rel=0.15)
        assert {line["attribution"] for line in get(api, "/sources")} >= {"arxiv", "burden", "epoch"}


def test_the_description_is_openapi_3_1_with_examples_of_every_answer(api: httpx.Client) -> None:
    document = get(api, "/openapi.json")
    assert document["openapi"].startswith("3.1")
    for path, methods in document["paths"].items():
        assert path.startswith(API)
        operation = methods["get"]
        assert operation["description"]
        assert "422" in operation["responses"]
    fields = [field for schema in document["components"]["schemas"].values() for field in schema["properties"].values()]
    plain = [field for field in fields if "$ref" not in field and "items" not in field and "anyOf" not in field]
    assert all(field.get("examples") for field in plain)
