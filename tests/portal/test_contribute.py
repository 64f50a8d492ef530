"""What strangers contribute: the form, letters, and what keeps machines away."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from contributions import (
    A_RUN,
    PAPER,
    UNREAD,
    contributed,
    digest,
    inputs,
    latest,
    of,
    opened,
    run_of,
    send,
    wait,
)
from live_site import Site
from playwright.sync_api import Page, expect
from sqlalchemy import text
from starlette.requests import Request

from cli import main
from db.submission_reading import submissions, waiting_papers
from db.submissions import Status
from portal.contribute import forms
from portal.contribute.guards import LEAST_TIME, MOST_TIME, sender_of

Client = Callable[..., httpx.Client]
pytestmark = pytest.mark.usefixtures("time_to_type")


# --- sending ---


def test_a_paper_that_was_not_read_waits_with_its_id(site: Site, client: Client) -> None:
    stranger = client()
    address = contributed(site, stranger)
    assert re.fullmatch(r"/contribute/[\w-]{43}", address)
    shown = stranger.get(address)
    assert shown.status_code == 200 and "Pending" in shown.text and "was not read yet" in shown.text
    assert "NVIDIA Tesla V100" in shown.text and "84 h" in shown.text and "16" in shown.text
    assert shown.headers["cache-control"] == "no-store" and shown.headers["x-robots-tag"] == "noindex"
    assert UNREAD in waiting_papers(site.engine)
    stored = of(site, latest(site))
    assert stored.items[0].proposed["accelerator_count"] == 16 and stored.items[0].page == 4
    assert len(stored.items) == 1, "the result that nobody filled in is no record"


def test_waiting_papers_are_listed_for_the_next_run(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for paper in ("2511.00007", PAPER):
        contributed(site, client(), paper=paper, **{"r0.page": "1"})
    monkeypatch.setenv("BURDEN_HOME", str(site.settings.home))
    listed = CliRunner().invoke(main, ["submissions", "ids"], catch_exceptions=False).stdout.splitlines()
    assert "2511.00007" in listed and PAPER not in listed and listed == sorted(listed)


def test_the_same_form_twice_is_one_contribution_and_a_changed_one_another(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    first, again = send(stranger, fields), send(stranger, fields)
    changed = send(stranger, fields | {"note": "and one thing more"})
    assert first.headers["location"] == again.headers["location"] != changed.headers["location"]


def test_what_is_wrong_is_told_beside_it_and_nothing_typed_is_lost(site: Site, client: Client) -> None:
    stranger = client()
    before = latest(site) if submissions(site.engine, list(Status)) else 0
    wrong = {"r0.field.accelerator_count": "many", "r0.page": "x", "paper": "a paper of mine", "note": "typed for long"}
    answer = send(stranger, opened(site, stranger) | A_RUN | wrong)
    assert answer.status_code == 422
    told = unescape(answer.text)
    for words in ("'many' is no whole number", "write the number of a page", "write the paper's arXiv id"):
        assert words in told
    assert 'href="#r0-accelerator_count"' in told and 'id="r0-accelerator_count"' in told
    assert "typed for long" in told and "3.5 days" in told and "a paper of mine" in told
    assert not submissions(site.engine, list(Status)) or latest(site) == before


def test_records_are_added_and_removed_without_scripts(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    more = inputs(send(stranger, fields, "add:training_compute").text)
    assert more["r2.kind"] == "training_compute" and more["r0.field.accelerator_count"] == "2 x 8"
    less = inputs(send(stranger, more, "drop:1").text)
    assert "r1.kind" not in less and less["r2.kind"] == "training_compute"
    looked = send(stranger, less, "check").text
    assert "NVIDIA Tesla V100" in looked and "FLOP</strong>" in looked, "the values as read, and the burden they give"


def test_a_contribution_that_says_nothing_is_refused_and_a_paper_alone_may_be_named(site: Site, client: Client) -> None:
    stranger = client()
    nothing = send(stranger, opened(site, stranger) | {"paper": PAPER})
    assert nothing.status_code == 422 and "nothing is proposed" in nothing.text
    assert send(stranger, opened(site, stranger) | {"paper": f"https://arxiv.org/abs/{UNREAD}v2"}).status_code == 303
    assert of(site, latest(site)).paper_key == UNREAD


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("r0.field.model", "<script>alert(1)</script>"),
        ("r0.quote", '"><img src=x onerror=alert(1)>'),
        ("note", "</textarea><script>alert(1)</script>\u202e evil \x00 \ud800".encode("utf-8", "replace").decode()),
    ],
)
def test_hostile_words_are_shown_as_words(site: Site, client: Client, name: str, value: str) -> None:
    stranger = client()
    shown = stranger.get(contributed(site, stranger, **{name: value})).text
    curators = client("curator", "ada").get(f"/desk/submissions/{latest(site)}").text
    for html in (shown, curators):
        assert "<script>alert" not in html and "<img src=x" not in html
        assert "alert(1)" in html


@pytest.mark.parametrize("paper", ["sha256:\x00", "sha256:" + "0" * 64, "\x00", "x" * 5000, "１７０６.03762"])
def test_odd_names_of_papers_are_told_to_be_none(site: Site, client: Client, paper: str) -> None:
    stranger = client()
    assert "write the paper" in unescape(stranger.get("/contribute", params={"paper": paper}).text)
    refused = send(stranger, opened(site, stranger) | A_RUN | {"paper": paper})
    assert refused.status_code == 422 and "write the paper" in unescape(refused.text)


def test_records_of_odd_kinds_and_too_many_are_refused(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD}
    assert send(stranger, fields | {"r0.kind": "password"}).status_code == 422
    assert send(stranger, fields | {"r0.what": "drop table"}).status_code == 422
    assert send(stranger, fields, "add:everything").status_code == 422
    many = {f"r{number}.kind": "result" for number in range(41)}
    assert send(stranger, fields | many).status_code == 422
    assert (
        send(stranger, fields | {"r0.kind": "training_run", "r0.field.evil": "x", "r99999.kind": "x"}).status_code < 500
    )


# --- what keeps machines away ---


def test_a_form_of_another_site_or_without_its_token_changes_nothing(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    count = len(submissions(site.engine, list(Status), limit=200))
    assert send(stranger, fields | {"csrf": "x" * 43}).status_code == 403
    assert send(client(), fields).status_code == 403
    foreign = stranger.post("/contribute", data=fields | {"action": "send"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403 and "3.5 days" not in foreign.text
    assert len(submissions(site.engine, list(Status), limit=200)) == count


def test_a_form_whose_cookie_is_gone_comes_back_with_what_was_typed(site: Site, client: Client) -> None:
    stranger = client()
    hostile = '"><script>alert(1)</script>'
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN | {"note": hostile, "r0.field.model": hostile}
    stranger.cookies.clear()
    wait(site, hours=13)
    again = send(stranger, fields)
    assert again.status_code == 403 and "send it again" in again.text and "signed out" not in again.text
    assert "<script>alert" not in again.text
    typed = inputs(again.text)
    assert {name: typed[name] for name in fields if name not in ("csrf", "stamp")} == {
        name: fields[name] for name in fields if name not in ("csrf", "stamp")
    }
    assert typed["csrf"] != fields["csrf"] and typed["stamp"] != fields["stamp"]
    wait(site, minutes=1)
    sent = send(stranger, typed)
    assert sent.status_code == 303
    stranger.cookies.clear()
    answer = stranger.post(
        f"{sent.headers['location']}/messages", data={"csrf": "x" * 43, "text": "One more " + hostile}
    )
    assert answer.status_code == 403 and "One more" in answer.text and "<script>alert" not in answer.text
    assert not of(site, latest(site)).messages


def test_the_cookie_of_forms_comes_with_links_of_letters_and_outlives_the_form(client: Client) -> None:
    [cookie] = client().get("/contribute").headers.get_list("set-cookie")
    age = re.search(r"Max-Age=(\d+)", cookie)
    assert "SameSite=lax" in cookie and age and int(age[1]) > 2 * MOST_TIME.total_seconds()


def test_who_is_too_fast_is_told_and_can_send_it_again(site: Site, client: Client) -> None:
    stranger = client()
    shown = inputs(stranger.get("/contribute").text)
    fields = shown | {"paper": UNREAD} | A_RUN
    answer = send(stranger, fields)
    assert answer.status_code == 422 and "faster than anybody types" in answer.text
    site.services.now.at += LEAST_TIME  # type: ignore[attr-defined]
    assert send(stranger, inputs(answer.text)).status_code == 303


@pytest.mark.parametrize("stamp", ["", "x", "1700000000.aaaaaaaaaaaaaaaaaaaaaa." + "0" * 64, "9" * 400])
def test_a_forged_or_old_stamp_gets_a_new_one(site: Site, client: Client, stamp: str) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    answer = send(stranger, fields | {"stamp": stamp})
    assert answer.status_code == 422 and "no longer valid" in answer.text
    wait(site, minutes=1)
    assert send(stranger, inputs(answer.text)).status_code == 303


def test_a_form_of_yesterday_gets_a_new_stamp(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    wait(site, hours=13)
    answer = send(stranger, fields)
    assert answer.status_code == 422 and inputs(answer.text)["stamp"] != fields["stamp"]


def test_a_program_that_fills_in_all_fields_is_caught(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    assert fields["website"] == ""
    answer = send(stranger, fields | {"website": "https://spam.example"})
    assert answer.status_code == 422 and "leave it empty" in answer.text


def test_a_network_sends_so_much_a_day_and_everybody_together_so_much(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "BOUNDS", replace(forms.BOUNDS, of_sender=2))
    stranger = client()
    for _ in range(2):
        contributed(site, stranger)
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    refused = send(stranger, fields)
    assert refused.status_code == 429 and "your network" in refused.text and refused.headers["retry-after"]
    assert "3.5 days" in refused.text
    wait(site, hours=25)
    contributed(site, stranger)
    monkeypatch.setattr(forms, "BOUNDS", replace(forms.BOUNDS, of_everybody=1))
    wait(site, minutes=1)
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    assert "everybody" in send(stranger, fields).text


def test_midnight_is_no_new_day_for_a_network(site: Site, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "BOUNDS", replace(forms.BOUNDS, of_sender=1))
    monkeypatch.setattr("portal.contribute.conversation.MOST_MESSAGES_OF_SENDER", 1)
    clock: Any = site.services.now
    clock.at = clock.at.replace(hour=23, minute=55)
    stranger = client()
    address = contributed(site, stranger)
    said = {"csrf": inputs(stranger.get(address).text)["csrf"], "text": "before midnight"}
    assert stranger.post(f"{address}/messages", data=said).status_code == 303
    wait(site, minutes=10)
    assert send(stranger, opened(site, stranger) | {"paper": UNREAD} | A_RUN).status_code == 429
    assert stranger.post(f"{address}/messages", data=said | {"text": "after it"}).status_code == 429


def test_households_of_one_wide_network_are_counted_together_too(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sender(host: str) -> str:
        return sender_of(Request({"type": "http", "client": (host, 1)}), site.services)

    one, other = sender("2001:db8:1:2::1"), sender("2001:db8:1:3::1")
    assert one != other and one[:16] == other[:16] != sender("2001:db8:2::1")[:16]
    monkeypatch.setattr(forms, "BOUNDS", replace(forms.BOUNDS, of_wide_network=1))
    households = iter((one, other))
    monkeypatch.setattr(forms, "sender_of", lambda *_, days_ago=0: "yesterday" if days_ago else next(households))
    stranger = client()
    contributed(site, stranger)
    refused = send(stranger, opened(site, stranger) | {"paper": UNREAD} | A_RUN)
    assert refused.status_code == 429 and "your provider" in refused.text


def test_bodies_are_small_and_of_one_type(site: Site, client: Client) -> None:
    stranger = client()
    fields = opened(site, stranger) | {"paper": UNREAD}
    assert send(stranger, fields | {"note": "x" * 70_000}).status_code == 413
    csrf = {"X-CSRF": fields["csrf"]}
    assert stranger.post("/contribute", json={"paper": UNREAD}, headers=csrf).status_code == 415
    uploaded = stranger.post("/contribute", files={"file": b"%PDF"}, headers=csrf)
    assert uploaded.status_code == 415


def test_a_sender_s_address_is_not_kept(site: Site, client: Client) -> None:
    contributed(site, client())
    with site.engine.connect() as connection:
        row = connection.execute(text("SELECT * FROM submissions ORDER BY submission_id DESC LIMIT 1")).mappings().one()
    assert "127.0.0.1" not in str(dict(row)) and re.fullmatch(r"[0-9a-f]{32}", row["sender"])


def test_an_unknown_address_is_nothing(site: Site, client: Client) -> None:
    for token in ("x" * 43, "short", "%2e%2e%2fdesk", "x" * 500, "%00"):
        assert client().get(f"/contribute/{token}").status_code == 404


def test_no_log_has_a_secret_address_or_one_of_e_mail(
    site: Site, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with_mail(site)
    address = contributed(site, client(), email="eva@example.org")

    def broken(*_: object) -> None:
        raise RuntimeError("broken inside")

    monkeypatch.setattr("portal.contribute.conversation.differences", broken)
    assert client().get(address).status_code == 500
    assert "broken inside" in caplog.text and "/contribute/…" in caplog.text
    assert address not in caplog.text and "eva@example.org" not in caplog.text


# --- letters ---


def with_mail(site: Site) -> list[int]:
    """Let the site have a mail server; each time that it is told that a letter waits is one entry."""
    told: list[int] = []
    site.app.state.services = replace(site.services, wake_mail=lambda: told.append(1))
    return told


def letters(site: Site) -> list[Any]:
    with site.engine.connect() as connection:
        return list(connection.execute(text("SELECT * FROM letters ORDER BY letter_id")).mappings())


def forget_email(site: Site, stranger: httpx.Client, address: str) -> None:
    csrf = inputs(stranger.get(address).text)["csrf"]
    assert stranger.post(f"{address}/forget-email", data={"csrf": csrf}).is_redirect
    assert not of(site, latest(site)).has_email


def test_an_address_is_asked_for_only_where_letters_are_sent_and_no_page_shows_it(site: Site, client: Client) -> None:
    stranger, ada = client(), client("curator", "ada")
    assert "sends no e-mail" in stranger.get("/contribute").text
    told = with_mail(site)
    count = len(letters(site))
    address = contributed(site, stranger, email="eva@example.org")
    number = latest(site)
    assert told and [each["occasion"] for each in letters(site)[count:]] == ["received"]
    pages = stranger.get(address).text + ada.get(f"/desk/submissions/{number}").text + ada.get("/desk/submissions").text
    assert "eva@example.org" not in pages
    forget_email(site, stranger, address)
    assert letters(site)[count]["next_attempt_at"] is None


@pytest.mark.parametrize(
    "email",
    [
        "eva@example.org\nBcc: all@example.org",
        "eva",
        "Eva <eva@example.org>",
        "eva@localhost",
        "é@example.org",
        "a@b.org, c@d.org",
    ],
)
def test_what_is_no_plain_address_is_refused(site: Site, client: Client, email: str) -> None:
    with_mail(site)
    stranger = client()
    answer = send(stranger, opened(site, stranger) | {"paper": UNREAD} | A_RUN | {"email": email})
    assert answer.status_code == 422 and "write one plain address" in answer.text


def test_nobody_is_flooded_with_letters(site: Site, client: Client) -> None:
    with_mail(site)
    stranger = client()
    for _ in range(forms.BOUNDS.of_email):
        address = contributed(site, stranger, email="victim@example.org")
        forget_email(site, stranger, address)  # and goes on to count
    fields = opened(site, stranger) | {"paper": UNREAD} | A_RUN
    assert send(stranger, fields | {"email": "victim@example.org"}).status_code == 429


# --- in a browser ---


def test_a_person_contributes_and_reads_an_answer(
    site: Site, open_page: Callable[..., Page], accessible: Callable[..., None], client: Client
) -> None:
    page = open_page(site, java_script_enabled=True)
    page.goto("/contribute")
    accessible(page)
    page.get_by_label("arXiv id").fill("2511.00002")
    run = page.locator("#r0-record")
    run.get_by_label("Model").fill("Widget-L")
    run.get_by_label("Accelerator").fill("p100")
    run.get_by_label("Count", exact=True).fill("8")
    run.get_by_label("Training time").fill("3.5 d")
    page.keyboard.press("Enter")
    expect(run).to_contain_text("2.6 × 10¹⁹ FLOP")
    accessible(page)
    run.get_by_label("words that say it").fill("8 P100 GPUs for 3.5 days")
    run.get_by_label("Page of the PDF").fill("3")
    wait(site, minutes=1)
    page.get_by_role("button", name="Send to the curators").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pending")
    accessible(page)
    number = latest(site)
    client("curator", "ada").post(f"/desk/submissions/{number}", data={"action": "ask", "message": "Which run is it?"})
    page.reload()
    page.get_by_label("Your answer").fill("The first.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".conversation")).to_contain_text("The first.")


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_and_are_legible(
    site: Site, open_page: Callable[..., Page], accessible: Callable[..., None], client: Client, width: int, scheme: str
) -> None:
    address = contributed(site, client(), note="long" * 200)
    page = open_page(site, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for shown in ("/contribute", f"/contribute?paper={PAPER}&fact={digest(run_of(site))}", address):
        page.goto(shown)
        accessible(page, colours_only=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
