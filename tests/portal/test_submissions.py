"""What becomes of a contribution: corrections beside what is in force, the conversation, what curators decide."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest
from contributions import (
    A_RUN,
    PAPER,
    UNREAD,
    WITH_RESULTS,
    contributed,
    corrected,
    digest,
    inputs,
    latest,
    of,
    opened,
    records,
    result_of,
    run_of,
    send,
    wait,
)
from live_site import Site
from playwright.sync_api import Page, expect

from db.fields import FIELDS, Kind
from db.submissions import OPEN, Status
from portal.desk.value_words import in_words

Client = Callable[..., httpx.Client]
pytestmark = pytest.mark.usefixtures("time_to_type")


# --- corrections ---


def test_a_correction_changes_what_was_changed_and_shows_it_beside_what_is_in_force(site: Site, client: Client) -> None:
    stranger, fact = client(), run_of(site)
    address = corrected(site, stranger, fact, duration_hours="10-14 days")
    proposed = of(site, latest(site)).items[0].proposed
    assert proposed == {"duration_hours": 288.0, "duration_hours_low": 240.0, "duration_hours_high": 336.0}
    shown = stranger.get(address).text
    assert in_words("duration_hours", fact.values["duration_hours"]) in shown and "288 h" in shown


def test_each_fact_of_a_paper_s_page_leads_to_its_correction(site: Site, client: Client) -> None:
    shown = client().get(f"/papers/{PAPER}", headers={"Accept": "text/html"}).text
    links = {unescape(link) for link in re.findall(r'href="(/contribute\?[^"]*fact=[^"]*)"', shown)}
    assert len(links) >= len([fact for fact in records(site).facts if fact.kind == Kind.TRAINING_RUN])
    for link in links:
        assert "Correct a record" in client().get(link).text, link


def test_a_field_in_the_link_is_where_the_form_begins(site: Site, client: Client) -> None:
    fact = run_of(site)
    shown = client().get(f"/contribute?paper={PAPER}&fact={digest(fact)}&field=accelerator_count").text
    focused = re.search(r"<input[^>]* autofocus>", shown)
    assert focused and 'id="r0-accelerator_count"' in focused[0]
    assert client().get(f"/contribute?paper={PAPER}&fact={'0' * 32}").status_code == 404
    assert client().get(f"/contribute?paper={PAPER}&fact={digest(fact)}&field=%22%3E%3Cx").status_code == 200


def test_a_correction_without_a_change_or_a_reason_is_refused(site: Site, client: Client) -> None:
    stranger, fact = client(), run_of(site)
    fields = opened(site, stranger, f"/contribute?paper={PAPER}&fact={digest(fact)}")
    unchanged = send(stranger, fields | {"note": "why"})
    assert unchanged.status_code == 422 and "Nothing of it was changed" in unchanged.text
    unproved = send(stranger, fields | {"r0.field.accelerator_count": "64"})
    assert unproved.status_code == 422 and "how you know it" in unproved.text
    assert send(stranger, fields | {"r0.what": "reject", "note": "not in the paper"}).status_code == 303


# --- the conversation ---


def test_a_question_is_asked_answered_and_nobody_learns_the_curator_s_name(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada-the-curator")
    address, number = contributed(site, stranger), latest(site)
    assert ada.post(f"/desk/submissions/{number}", data={"action": "ask", "message": "Which table?"}).status_code == 303
    shown = stranger.get(address).text
    assert "Needs information" in shown and "Which table?" in shown and "ada-the-curator" not in shown
    wait(site, minutes=1)
    answer = {"csrf": inputs(shown)["csrf"], "website": "", "text": "Table 3."}
    assert stranger.post(f"{address}/messages", data=answer).status_code == 303
    assert stranger.post(f"{address}/messages", data=answer).status_code == 303
    stored = of(site, number)
    assert stored.status is Status.PENDING and [message.text for message in stored.messages] == [
        "Which table?",
        "Table 3.",
    ]
    assert "Table 3." in ada.get(f"/desk/submissions/{number}").text


def test_messages_are_bounded_and_end_with_the_decision(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger, ada = client(), client("curator", "ada")
    address, number = contributed(site, stranger), latest(site)
    csrf = inputs(stranger.get(address).text)["csrf"]
    for text_, status in (("", 422), ("x" * 5000, 422), ("fine", 303)):
        assert stranger.post(f"{address}/messages", data={"csrf": csrf, "text": text_}).status_code == status
    monkeypatch.setattr("portal.contribute.conversation.MOST_MESSAGES_OF_SENDER", 1)
    assert stranger.post(f"{address}/messages", data={"csrf": csrf, "text": "more"}).status_code == 429
    no_reason = ada.post(f"/desk/submissions/{number}", data={"action": "decline", "message": " "})
    assert no_reason.status_code == 422
    declined = ada.post(f"/desk/submissions/{number}", data={"action": "decline", "message": "Not in the paper."})
    assert declined.status_code == 303 and of(site, number).status is Status.DECLINED
    shown = stranger.get(address).text
    assert "Declined" in shown and "Not in the paper." in shown
    assert stranger.post(f"{address}/messages", data={"csrf": csrf, "text": "but"}).status_code == 409
    again = ada.post(f"/desk/submissions/{number}", data={"action": "decline", "message": "Once more."})
    assert again.status_code == 409


# --- decisions ---


def decide(site: Site, curator: httpx.Client, number: int, **choices: str) -> httpx.Response:
    """What the desk's page sends, with these choices."""
    page = curator.get(f"/desk/submissions/{number}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    fields = inputs(page.text) | {name.replace("_", "."): value for name, value in choices.items()}
    fields.pop("csrf")
    return curator.post(
        f"/desk/submissions/{number}", data=fields | {"action": "decide"}, headers={"Accept": "text/html"}
    )


def test_an_approved_correction_is_in_force_with_its_origin(site: Site, client: Client) -> None:
    stranger, ada, fact = client(), client("curator", "ada"), run_of(site)
    address, number = corrected(site, stranger, fact, accelerator_count="48"), latest(site)
    assert decide(site, ada, number, decide_0="approve", message="Right, thank you.").status_code == 303
    after = next(each for each in records(site).facts if each.fact_key == fact.fact_key)
    assert after.values["accelerator_count"] == 48
    assert after.burden is not None and after.burden.method is not None and after.burden.method.startswith("48")
    review = next(review for review in after.reviews if review.field == "accelerator_count" and review.in_force)
    assert (review.reviewer, review.reason) == ("ada", f"submission {number}")
    shown = stranger.get(address).text
    assert "Approved" in shown and "Right, thank you." in shown


def test_a_rejected_record_is_gone_when_that_is_approved(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    fact = result_of(site, -1)
    fields = opened(site, stranger, f"/contribute?paper={WITH_RESULTS}&fact={digest(fact)}")
    assert send(stranger, fields | {"r0.what": "reject", "note": "It is of another paper."}).status_code == 303
    assert decide(site, ada, latest(site), decide_0="approve").status_code == 303
    after = next(each for each in records(site, WITH_RESULTS).facts if each.fact_key == fact.fact_key)
    assert after.rejected


def test_part_is_approved_the_rest_declined_and_only_then_is_it_closed(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    words = site.services.page_words(records(site).document_sha256, 1).words
    quote = " ".join(word[4] for word in words[20:28])
    fields = opened(site, stranger) | {"paper": PAPER} | A_RUN | {"r0.quote": quote, "r0.page": "1"}
    result = {"model": "Widget-XL", "benchmark": "imagenet", "metric": "top1_accuracy", "value": "81.5", "own": "yes"}
    fields |= {f"r1.field.{name}": value for name, value in result.items()}
    sent = send(stranger, fields | {"r1.quote": "nowhere to be found", "r1.page": "1"})
    assert sent.status_code == 303, sent.text
    number = latest(site)
    refused = decide(site, ada, number, decide_0="approve", decide_1="approve")
    assert refused.status_code == 422 and "do not stand on page 1" in refused.text
    assert not any(each.values.get("model") == "Widget-L" for each in records(site).facts), "nothing by halves"
    assert decide(site, ada, number, decide_0="approve").status_code == 303
    added = next(each for each in records(site).facts if each.values.get("model") == "Widget-L")
    assert added.added and added.basis == "curated" and added.values["duration_hours"] == 84
    assert added.reviews[0].reason == f"submission {number}" and added.reviews[0].reviewer == "ada"
    assert of(site, number).status is Status.PENDING
    assert decide(site, ada, number, decide_1="decline", message="Not there.").status_code == 303
    assert of(site, number).status is Status.APPROVED
    assert [item.decision for item in of(site, number).items] == ["approved", "declined"]


def test_what_is_known_already_is_found_and_taken_as_a_correction(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    fact = result_of(site, 0)
    typed = {f"r1.field.{name}": in_words(name, fact.values[name]) for name in FIELDS[Kind.RESULT]}
    typed |= {"r1.field.value": "55.5", "r1.quote": "Table 1", "r1.page": "1"}
    sent = send(stranger, opened(site, stranger) | {"paper": WITH_RESULTS} | typed)
    assert sent.status_code == 303, sent.text
    number = latest(site)
    count = len(records(site, WITH_RESULTS).facts)
    assert decide(site, ada, number, decide_0="merge").status_code == 303
    after = records(site, WITH_RESULTS).facts
    assert (
        next(each for each in after if each.fact_key == fact.fact_key).values["value"] == 55.5 and len(after) == count
    )


def test_a_correction_of_what_somebody_decided_meanwhile_is_a_conflict(site: Site, client: Client) -> None:
    stranger, ada, eve = client(), client("curator", "ada"), client("curator", "eve")
    fact = run_of(site, 1)
    first = corrected(site, stranger, fact, accelerator_count="32") and latest(site)
    second = corrected(site, stranger, fact, accelerator_count="96") and latest(site)
    page = inputs(eve.get(f"/desk/submissions/{second}", headers={"Accept": "text/html"}).text)
    page.pop("csrf")
    assert decide(site, ada, first, decide_0="approve").status_code == 303
    sent = page | {"decide.0": "approve", "action": "decide"}
    answer = eve.post(f"/desk/submissions/{second}", data=sent, headers={"Accept": "text/html"})
    assert answer.status_code == 409 and "ada corrected count to 32" in answer.text
    assert of(site, second).status is Status.PENDING
    kept = next(each for each in records(site).facts if each.fact_key == fact.fact_key)
    assert kept.values["accelerator_count"] == 32
    over = eve.post(f"/desk/submissions/{second}", data=sent | {"override": "1"}, headers={"Accept": "text/html"})
    assert over.status_code == 303
    kept = next(each for each in records(site).facts if each.fact_key == fact.fact_key)
    assert kept.values["accelerator_count"] == 96


def test_a_record_is_decided_once(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    corrected(site, stranger, run_of(site), duration_hours="100 h")
    number = latest(site)
    page = inputs(ada.get(f"/desk/submissions/{number}", headers={"Accept": "text/html"}).text)
    page.pop("csrf")
    sent = page | {"decide.0": "approve", "action": "decide"}
    statuses = [ada.post(f"/desk/submissions/{number}", data=sent).status_code for _ in range(2)]
    assert statuses == [303, 409]


def test_a_paper_that_was_not_read_can_be_declined_and_not_approved_record_by_record(
    site: Site, client: Client
) -> None:
    stranger, ada = client(), client("curator", "ada")
    contributed(site, stranger)
    number = latest(site)
    assert decide(site, ada, number, decide_0="approve").status_code == 422
    assert decide(site, ada, number).status_code == 422
    assert of(site, number).status in OPEN
    assert decide(site, ada, number, decide_0="decline").status_code == 303
    assert of(site, number).status is Status.DECLINED


def test_that_a_paper_be_read_can_be_approved_as_it_is(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    assert send(stranger, opened(site, stranger) | {"paper": UNREAD, "note": "Please read it."}).status_code == 303
    assert decide(site, ada, latest(site), message="It will be.").status_code == 303
    assert of(site, latest(site)).status is Status.APPROVED


def test_what_goes_without_saying_changes_no_record_that_says_more(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    fact = next(each for each in records(site).facts if each.kind == Kind.TRAINING_RUN and each.values["model"])
    typed = {
        "r0.field.model": fact.values["model"],
        "r0.field.accelerator_count": "12",
        "r0.quote": "x",
        "r0.page": "1",
    }
    sent = send(stranger, opened(site, stranger) | {"paper": PAPER} | typed)
    assert sent.status_code == 303, sent.text
    assert decide(site, ada, latest(site), decide_0="merge").status_code == 303
    after = next(each for each in records(site).facts if each.fact_key == fact.fact_key)
    assert (after.values["stage"], after.values["duration_hours"]) == (
        fact.values["stage"],
        fact.values["duration_hours"],
    )
    assert after.values["accelerator_count"] == 12


def test_only_curators_see_submissions(site: Site, client: Client) -> None:
    contributed(site, client())
    number = latest(site)
    for address in ("/desk/submissions", f"/desk/submissions/{number}"):
        assert client().get(address).status_code == 401
        assert client("reader").get(address).status_code == 403
        assert client("curator").get(address).status_code == 200
    assert client("curator").get("/desk/submissions/999999").status_code == 404
    assert client("curator").get("/desk/submissions?show=x").status_code == 422
    assert (
        client("reader").post(f"/desk/submissions/{number}", data={"action": "decline", "message": "x"}).status_code
        == 403
    )


def test_a_curator_approves_on_the_page(
    site: Site, signed_in_page: Callable[..., Page], accessible: Callable[..., None], client: Client
) -> None:
    corrected(site, client(), run_of(site, 2), accelerator_count="4096")
    number = latest(site)
    page = signed_in_page("curator", "ada")
    page.goto("/desk/submissions")
    accessible(page)
    page.get_by_role("link", name=str(number), exact=True).click()
    accessible(page)
    page.get_by_label("approve: these values are in force").check()
    page.get_by_role("button", name="Save the decisions").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Approved")
