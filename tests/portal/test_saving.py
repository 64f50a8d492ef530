"""Saving decisions over HTTP: what is kept, what is refused, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from live_site import SAMPLE_PAPERS, Site

from db.agreement_rows import choose_double_reviews
from db.desk import DeskFact, PaperRecords, paper_records
from db.fields import FIELDS, Kind
from portal.desk.value_words import in_words
from portal.services import PageUnavailableError, PageWords, Unavailable

Client = Callable[..., httpx.Client]

PAPER = "1803.99004"


def records(site: Site, paper: str = PAPER) -> PaperRecords:
    found = paper_records(site.engine, paper)
    assert found is not None
    return found


def run(site: Site, place: int = 0, paper: str = PAPER) -> DeskFact:
    return [fact for fact in records(site, paper).facts if fact.kind == Kind.TRAINING_RUN][place]


def form(fact: DeskFact, action: str, **typed: str) -> dict[str, Any]:
    """What the card of a fact sends."""
    names = FIELDS[Kind(fact.kind)]
    shown = {f"shown.{name}": fact.latest.get(name) or "" for name in names}
    texts = {name: in_words(name, fact.values.get(name)) for name in names}
    return {
        "fact": fact.fact_key.rpartition(":")[2],
        "claim": fact.claim_id,
        "action": action,
        "shown.record": fact.latest.get("") or "",
        **shown,
        **{f"was.{name}": text for name, text in texts.items()},
        **{f"field.{name}": typed.get(name, text) for name, text in texts.items()},
    }


def send(client: httpx.Client, fields: dict[str, Any], what: str = "decisions", paper: str = PAPER) -> httpx.Response:
    return client.post(f"/desk/papers/{paper}/{what}", data=fields)


def settling(site: Site, paper: str) -> dict[str, Any]:
    """What the form that settles a paper sends."""
    return {"document": records(site, paper).document_sha256}


def moment(site: Site, **ahead: float) -> str:
    return (site.services.now() + timedelta(**ahead)).isoformat()


def test_a_save_answers_with_the_review_the_card_and_what_undoes_it(site, client):
    ada, fact = client("curator", "ada"), run(site)
    answer = send(ada, form(fact, "accept", duration_hours="3.5 d") | {"moment": moment(site)})
    assert answer.status_code == 200
    said = answer.json()
    digest = fact.fact_key.rpartition(":")[2]
    assert len(said["saved"]) == len(said["take_back"]) == 4
    assert 'data-state="accepted"' in said["cards"][digest]["html"] and "84 h" in said["cards"][digest]["html"]
    after = run(site)
    assert after.values["duration_hours"] == 84 and after.burden.method.endswith("x 84 h")
    kept = {review.field or "": review for review in after.reviews}
    assert kept["duration_hours"].reviewer == "ada"
    send(ada, {"action": "undo", "take_back": said["take_back"], "moment": moment(site)})
    assert run(site).values == fact.values


def test_the_same_save_again_is_the_same_review_and_another_moment_is_another(site, client):
    ada, fact = client("curator", "ada"), run(site, 1)
    fields = form(fact, "reject") | {"moment": moment(site)}
    first, again = send(ada, fields), send(ada, fields)
    assert first.json()["saved"] == again.json()["saved"] != []
    assert first.json()["take_back"] == again.json()["take_back"]
    assert len(run(site, 1).reviews) == 1
    late = send(ada, fields | {"moment": moment(site, minutes=-30)})
    assert late.status_code == 200 and len(run(site, 1).reviews) == 1


def test_a_moment_far_from_the_servers_clock_does_not_count(site, client):
    send(client("curator", "ada"), form(run(site, 2), "reject") | {"moment": moment(site, days=2)})
    assert run(site, 2).reviews[0].reviewed_at <= site.services.now()
    send(client("curator", "ada"), form(run(site, 3), "reject") | {"moment": moment(site, minutes=-5)})
    assert run(site, 3).reviews[0].reviewed_at < site.services.now() - timedelta(minutes=4)


def test_the_second_decision_is_a_conflict_that_names_the_first_and_saves_nothing(site, client):
    ada, grace, fact = client("curator", "ada"), client("curator", "grace"), run(site, 4)
    shown = form(fact, "save", accelerator_count="16")
    send(ada, form(fact, "save", accelerator_count="32"))
    answer = send(grace, shown)
    assert answer.status_code == 409
    (conflict,) = answer.json()["conflicts"]
    assert conflict["field"] == "accelerator_count" and conflict["words"].startswith("ada corrected count to 32 on ")
    assert run(site, 4).values["accelerator_count"] == 32
    assert send(grace, shown | {"override": "1"}).status_code == 200
    assert run(site, 4).values["accelerator_count"] == 16
    assert [review.reviewer for review in run(site, 4).reviews] == ["grace", "ada"]


def test_what_the_reviewer_saw_is_the_databases_and_not_the_forms(site, client):
    paper, ada = "2210.99012", client("curator", "ada")
    fact = run(site, 0, paper)
    lie = form(fact, "save", model="Known") | {"was.accelerator": "Abacus", "field.accelerator": "Abacus"}
    send(ada, lie, paper=paper)
    assert run(site, 0, paper).values | {"model": None} == dict(fact.values) | {"model": None}


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"fact": "0" * 32}, 422, "no longer read"),
        ({"fact": "../x"}, 422, "no longer read"),
        ({"action": "destroy"}, 422, "nothing that can be decided"),
        ({"action": "not_said:colour"}, 422, "nothing that can be decided"),
        ({"action": "save"}, 422, "nothing to save"),
        ({"action": "undo"}, 422, "nothing to undo"),
        ({"action": "undo", "take_back": "drop|x"}, 422, "can't be undone"),
        ({"action": "save", "field.accelerator_count": "many"}, 422, "whole number"),
        ({"action": "save", "field.model": "m" * 300}, 422, "at most 200"),
        ({"action": "reject", "reason": "w" * 1001}, 422, "longer than 1000"),
    ],
)
def test_what_can_not_be_saved_is_refused_in_words(site, client, change, status, said):
    fact = run(site, 0, "2304.99011")
    answer = send(client("curator"), form(fact, "accept") | change, paper="2304.99011")
    assert (answer.status_code, said in answer.json()["error"]) == (status, True)
    assert run(site, 0, "2304.99011").reviews == ()


def test_a_reading_that_is_no_longer_the_one_shown_is_told_before_anything_is_saved(site, client):
    paper, ada = "2105.99003", client("curator", "ada")
    fields = form(run(site, 0, paper), "accept") | {"claim": "f" * 32}
    answer = send(ada, fields, paper=paper)
    assert answer.status_code == 409 and "read this record anew" in answer.json()["conflicts"][0]["words"]
    assert run(site, 0, paper).reviews == ()
    assert send(ada, fields | {"override": "1"}, paper=paper).status_code == 200


def test_a_record_is_added_from_words_by_their_numbers_or_as_written(site, client):
    paper, ada = "2203.99005", client("curator", "ada")
    words = site.services.page_words(records(site, paper).document_sha256, 3).words
    place = next(index for index, word in enumerate(words) if word[4].startswith("8 × A100"))
    added = {"kind": "training_run", "page": "3", "words": f"{place},{place + 1}", "moment": moment(site)}
    typed = {"field.accelerator": "a100", "field.accelerator_count": "8", "field.duration_hours": "26h"}
    answer = send(ada, added | typed, "facts", paper)
    assert answer.status_code == 200
    (made,) = [fact for fact in records(site, paper).facts if fact.basis == "curated"]
    assert made.quote == "8 × A100-80GB for" and made.page == 3 and len(made.boxes) == 1
    assert (made.values["duration_hours"], made.values["accelerator"]) == (26, "NVIDIA A100")
    assert made.burden.flop > 1e18
    again = send(ada, added | typed, "facts", paper)
    assert again.json()["added"] == answer.json()["added"]
    undone = send(ada, {"action": "undo", "take_back": answer.json()["take_back"]}, paper=paper)
    assert undone.status_code == 200
    assert [fact.rejected for fact in records(site, paper).facts if fact.basis == "curated"] == [True]


def test_an_addition_that_finds_the_server_busy_is_to_be_sent_again(open_site):
    site = open_site()

    def busy(sha256: str, page: int) -> PageWords:
        raise PageUnavailableError(Unavailable.BUSY, "Too many pages are being drawn: try again.")

    site.app.state.services = replace(site.services, page_words=busy)
    fields = {"kind": "training_run", "page": "1", "words": "3,4", "field.accelerator": "a100"}
    with site.client("curator") as ada:
        answer = send(ada, fields, "facts")
        assert (answer.status_code, answer.json()["error"][-10:]) == (503, "try again.")
        as_form = ada.post(f"/desk/papers/{PAPER}/facts", data=fields, headers={"Accept": "text/html"})
        assert as_form.status_code == 422 and "Too many pages are being drawn" in as_form.text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"page": "99"}, "pages 1 to 2"),
        ({"page": "one"}, "pages 1 to 2"),
        ({"kind": "claim"}, "no kind"),
        ({"words": "1,x"}, "no list of numbers"),
        ({"words": "", "quote": "these words stand nowhere"}, "as they stand there"),
        ({"words": "99999"}, "as they stand there"),
        ({"field.accelerator_count": "many"}, "whole number"),
        ({"field.accelerator_count": "", "field.accelerator": ""}, "needs one of"),
        ({"kind": "result", "field.value": "71"}, "Benchmark is needed"),
    ],
)
def test_an_incomplete_addition_is_refused(site, client, change, said):
    fields = {"kind": "training_run", "page": "1", "words": "3,4", "field.accelerator": "a100"}
    answer = send(client("curator"), fields | {"field.accelerator_count": "8"} | change, "facts", "1606.99014")
    assert answer.status_code == 422 and said in answer.json()["error"]
    assert all(fact.basis == "machine" for fact in records(site, "1606.99014").facts)


def test_settling_accepts_what_is_left_and_goes_on_to_the_next_paper(site, client):
    paper, ada = "2309.99013", client("curator", "ada")
    left = [f"{fact.fact_key.rpartition(':')[2]}|{fact.claim_id}|" for fact in records(site, paper).facts]
    fields = settling(site, paper) | {"accept_all": "1", "left": left, "moment": moment(site)}
    fields |= {"queue": "benchmark=&<script>"}
    first, again = send(ada, fields, "settle", paper), send(ada, fields, "settle", paper)
    assert first.status_code == again.status_code == 200
    assert first.json()["next"].startswith("/desk") and f"done={paper}" in first.json()["next"]
    assert "<script>" not in first.json()["next"]
    settled = records(site, paper)
    assert [settlement.reviewer for settlement in settled.settlements] == ["ada"]
    assert all(len(fact.reviews) == 1 for fact in settled.facts)


def test_a_paper_is_not_settled_by_who_saw_another_pdf_of_it(site, client):
    paper, ada = "2106.99008", client("curator", "ada")
    seen = {"document": "0" * 64}
    assert send(ada, seen, "settle", paper).status_code == 422
    assert send(ada, {}, "settle", paper).status_code == 422
    assert records(site, paper).settlements == ()


def test_a_paper_is_not_settled_over_a_conflict(site, client):
    paper, ada, grace = "2106.99008", client("curator", "ada"), client("curator", "grace")
    fact = run(site, 0, paper)
    send(ada, form(fact, "reject"), paper=paper)
    left = f"{fact.fact_key.rpartition(':')[2]}|{fact.claim_id}|"
    answer = send(grace, settling(site, paper) | {"accept_all": "1", "left": left}, "settle", paper)
    assert answer.status_code == 409 and records(site, paper).settlements == ()


def test_the_live_reading_tells_values_errors_and_burden(client):
    query = {"kind": "training_run", "published": "2017-06-12", "field.accelerator": "P100"}
    said = client("curator").get(
        f"/desk/papers/{PAPER}/check",
        params=query | {"field.accelerator_count": "8", "field.duration_hours": "3.5 d", "field.crops": "9"},
    )
    assert said.json()["shown"]["duration_hours"] == "84 h"
    assert said.json()["burden"]["method"] == "8 devices x 10.6 TFLOP/s fp32 x 84 h"
    assert client("curator").get(f"/desk/papers/{PAPER}/check", params={"kind": "colour"}).status_code == 422


def test_comments_are_kept_with_the_record_or_the_paper_and_shown_as_text(site, client):
    ada, fact = client("curator", "ada"), run(site)
    digest = fact.fact_key.rpartition(":")[2]
    said = send(ada, {"fact": digest, "comment": "<img src=x onerror=alert(1)>"}, "comments").json()
    assert "&lt;img src=x" in said["cards"][digest]["html"]
    send(ada, {"comment": "of the paper"}, "comments")
    assert [comment.fact_digest for comment in records(site).comments if comment.text == "of the paper"] == [""]
    assert send(ada, {"comment": " "}, "comments").status_code == 422


def test_readers_can_not_decide_and_nobody_can_without_a_token(site, client):
    fact = run(site, 0, "1912.99001")
    assert send(client("reader"), form(fact, "accept"), paper="1912.99001").status_code == 403
    forged = client("curator")
    del forged.headers["X-CSRF"]
    assert send(forged, form(fact, "accept"), paper="1912.99001").status_code == 403
    assert client("reader").get("/desk/papers/1912.99001").status_code == 403
    assert client("curator").get("/desk/papers/9999.99999").status_code == 404
    assert run(site, 0, "1912.99001").reviews == ()


def test_a_paper_in_anothers_hands_says_so_until_it_is_settled_or_half_an_hour_has_passed(open_site):
    site = open_site()
    as_html = {"Accept": "text/html"}
    address = "/desk/papers/2011.99002"
    with site.client("curator", "ada") as ada, site.client("curator", "grace") as grace:
        ada.get(address, headers=as_html)
        assert "ada has had this paper in hand" in grace.get(address, headers=as_html).text
        site.travel(minutes=31)
        assert "in hand since" not in grace.get(address, headers=as_html).text
        assert "grace has had this paper in hand" in ada.get(address, headers=as_html).text
        send(grace, settling(site, "2011.99002"), "settle", "2011.99002")
        assert "in hand since" not in ada.get(address, headers=as_html).text


def test_a_clock_that_stands_still_keeps_reviews_in_their_order(open_site):
    site = open_site()
    now = site.services.now()
    site.app.state.services = replace(site.services, now=lambda: now)
    with site.client("curator", "ada") as ada:
        for count in ("16", "32", "64"):
            fact = run(site)
            assert send(ada, form(fact, "save", accelerator_count=count)).status_code == 200
            assert run(site).values["accelerator_count"] == int(count)
    assert isinstance(run(site).reviews[0].reviewed_at, datetime)


def test_of_two_independent_reviewers_neither_sees_the_others_word_before_both_are_done(open_site):
    site = open_site()
    choose_double_reviews(site.engine, 50, site.services.now())
    paper = next(key for key in SAMPLE_PAPERS if records(site, key).double_review and run(site, 0, key))
    fact, as_html = run(site, 0, paper), {"Accept": "text/html"}
    with site.client("curator", "ada") as ada, site.client("curator", "grace") as grace:
        send(ada, form(fact, "accept", accelerator_count="512") | {"reason": "ada's reason"}, paper=paper)
        send(ada, {"comment": "ada's remark"}, "comments", paper)
        send(ada, settling(site, paper), "settle", paper)
        page = grace.get(f"/desk/papers/{paper}", headers=as_html).text
        assert all(word not in page for word in ('value="512"', "accepted by ada", "corrected by ada", "ada&#39;s re"))
        digest, today = fact.fact_key.rpartition(":")[2], site.services.now().date()
        for address in (f"/desk/papers/{paper}/history/{digest}", f"/desk/papers/{paper}?as_of={today}"):
            page = grace.get(address, headers=as_html).text
            assert all(word not in page for word in ("512", "accepted", "ada&#39;s re")), address
        theirs = f"withdraw|{digest}|accelerator_count|"
        assert send(grace, {"action": "undo", "take_back": theirs}, paper=paper).status_code == 422
        answer = send(grace, form(fact, "save", accelerator_count="256"), paper=paper)
        assert answer.status_code == 200
        assert run(site, 0, paper).values["accelerator_count"] == 256
        undone = {"action": "undo", "take_back": answer.json()["take_back"]}
        assert send(grace, undone, paper=paper).status_code == 200
        send(grace, settling(site, paper), "settle", paper)
        assert "accepted by ada" in grace.get(f"/desk/papers/{paper}", headers=as_html).text
