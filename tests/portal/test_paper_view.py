"""A curator at the paper's page: in Chromium, by the keyboard; and without scripts."""

from __future__ import annotations

import re

import pytest
from keyboard import facts, focused
from playwright.sync_api import expect

PLAIN = "1606.99014"
MANY = "2104.99017"
TABLES = "2203.99005"
TAKE_OUT_CARDS_LIKE_OTHERS = """
() => document.querySelectorAll(".group-cards > .record:nth-child(n+4)").forEach((record) => record.remove())
"""


def test_a_record_is_accepted_by_one_key_and_the_next_one_is_in_focus(site, at_keys):
    keys = at_keys("1803.99004")
    first = focused(keys.page)
    keys.press("a")
    keys.saved()
    assert focused(keys.page) != first
    expect(keys.page.locator(f"#record-{first} .badge.good").first).to_have_text("accepted")
    reviews = next(fact.reviews for fact in facts(site, "1803.99004") if fact.fact_key.endswith(first))
    assert [(review.decision, review.reviewer) for review in reviews] == [("accept", "ada")]


def test_a_correction_is_read_in_its_own_unit_and_the_burden_follows_as_it_is_typed(site, at_keys):
    keys = at_keys(PLAIN)
    page, digest = keys.page, focused(keys.page)
    record = page.locator(f"#record-{digest}")
    before = record.locator("[data-burden]").inner_text()
    keys.press("e", "Tab", "Tab")
    keys.type("3.5 d")
    expect(record.locator(".value-duration_hours .value-note")).to_contain_text("= 84 h")
    expect(record.locator("[data-burden]")).to_contain_text("x 84 h")
    assert record.locator("[data-burden]").inner_text() != before
    keys.press("Enter")
    keys.saved()
    expect(record.locator("[name='field.duration_hours']")).to_have_value("84 h")
    fact = next(fact for fact in facts(site, PLAIN) if fact.fact_key.endswith(digest))
    assert {name: fact.values[name] for name in ("duration_hours", "duration_hours_low", "duration_hours_high")} == {
        "duration_hours": 84.0,
        "duration_hours_low": 84.0,
        "duration_hours_high": 84.0,
    }
    assert fact.reviews[0].reviewer == "ada"
    keys.press("u")
    keys.saved("Undone")
    fact = next(fact for fact in facts(site, PLAIN) if fact.fact_key.endswith(digest))
    assert fact.values == fact.machine_values


def test_the_mouse_meets_the_button_that_it_is_on_whichever_card_has_the_focus(site, at_keys):
    keys = at_keys("2210.99012")
    third = keys.page.locator(".record").nth(2)
    third.locator(".accept").click()
    expect(third).to_have_attribute("data-state", "accepted")
    keys.saved()


def test_what_is_no_value_is_told_beside_the_field_and_stays_typed(site, at_keys):
    keys = at_keys(PLAIN)
    keys.press("e", "Tab", "Tab")
    keys.type("300k steps")
    keys.press("Enter")
    expect(keys.page.locator("#save-state")).to_contain_text("is no time")
    field_in_focus = keys.page.locator(".record.is-focused [name='field.duration_hours']")
    expect(field_in_focus).to_have_value("300k steps")
    expect(field_in_focus).to_have_attribute("aria-invalid", "true")
    keys.press("Escape")
    expect(field_in_focus).not_to_have_value("300k steps")


def test_rejecting_undoing_and_saying_that_the_paper_does_not_say(site, at_keys):
    keys = at_keys("1912.99001")
    digest = focused(keys.page)
    record = keys.page.locator(f"#record-{digest}")
    keys.press("r")
    keys.saved()
    expect(record).to_have_attribute("data-state", "rejected")
    keys.press("u")
    keys.saved("Undone")
    expect(record).to_have_attribute("data-state", "open")
    assert focused(keys.page) == digest
    keys.press("e", "Tab", "Tab", "Alt+x")
    keys.saved()
    expect(record.locator("[name='field.duration_hours']")).to_have_value("-")
    expect(record.locator("[data-burden]")).to_contain_text("No burden")
    fact = next(fact for fact in facts(site, "1912.99001") if fact.fact_key.endswith(digest))
    assert fact.values["duration_hours"] is None and fact.machine_values["duration_hours"] is not None


def test_a_missing_run_is_added_from_words_that_are_selected_on_the_page(site, at_keys):
    keys = at_keys(TABLES)
    page = keys.page
    before = len(facts(site, TABLES))
    first, last = page.locator(".words span", has_text="one").last, page.locator(".words span", has_text="days").last
    start, end = first.bounding_box(), last.bounding_box()
    page.mouse.move(start["x"] + 1, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] - 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    expect(page.locator("#selection-bar")).to_be_visible()
    keys.press("n")
    keys.type("Recurrent baseline")
    keys.press("Tab", "Tab")
    keys.type("9 days")
    keys.press("Tab")
    keys.type("a100")
    keys.press("Tab")
    keys.type("1")
    keys.press("Enter")
    keys.saved("Added")
    added = [fact for fact in facts(site, TABLES) if fact.basis == "curated"]
    assert len(facts(site, TABLES)) == before + 1 and len(added) == 1
    assert (added[0].values["duration_hours"], added[0].values["accelerator"]) == (216.0, "NVIDIA A100")
    assert "NVIDIA A100" in added[0].quote and added[0].boxes
    assert focused(page) == added[0].fact_key.rpartition(":")[2]
    expect(page.locator(".boxes .is-strong").first).to_be_visible()


def test_words_can_be_written_in_place_of_selecting_them(site, at_keys):
    keys = at_keys("2105.99003")
    page = keys.page
    quote = facts(site, "2105.99003")[0].quote.split()[1:4]
    keys.press("N")
    keys.type(" ".join(quote))
    expect(page.locator(".boxes .selected").first).to_be_attached()
    keys.press("Tab", "Tab")
    keys.type("Lantern")
    keys.press("Tab")
    keys.type("image")
    keys.press("Tab")
    keys.type("top1")
    keys.press("Tab")
    keys.type("71.5%")
    keys.press("Enter")
    keys.saved("Added")
    (added,) = [fact for fact in facts(site, "2105.99003", "result") if fact.basis == "curated"]
    assert (added.values["benchmark"], added.values["value"], added.values["own"]) == ("imagenet", 71.5, True)


def test_runs_are_split_and_joined_and_their_values_stay_in_what_was_seen(site, at_keys):
    paper = "2304.99011"
    keys = at_keys(paper)
    before = len(facts(site, paper))
    keys.press("s")
    keys.saved("Split: this is the copy")
    copy = focused(keys.page)
    assert len(facts(site, paper)) == before + 1
    keys.press("m", "Enter")
    keys.saved("Joined")
    fact = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(copy))
    assert fact.rejected and fact.reviews[0].reason.startswith(f"joined with {paper}:")


def test_the_second_of_two_decisions_is_told_what_the_first_was(site, at_keys):
    paper = "2011.99002"
    ada, grace = at_keys(paper), at_keys(paper, "grace")
    expect(grace.page.get_by_role("alert").first).to_contain_text("ada has had this paper")
    digest = focused(ada.page)
    ada.press("e", "Tab", "Tab")
    ada.type("10 h")
    ada.press("Enter")
    ada.saved()
    for choice, decided in (("k", 10.0), ("o", 20.0)):
        grace.open(paper)
        # the page is older than ada's decision
        form = grace.page.locator(f"#record-{digest} .record-form")
        form.evaluate("form => { form.elements['shown.duration_hours'].value = '' }")
        grace.press("e", "Tab", "Tab")
        grace.type("20 h")
        grace.press("Enter")
        expect(grace.page.locator("#conflict-list")).to_contain_text("ada corrected training time to 10 h")
        grace.press(choice)
        expect(grace.page.locator("#conflict")).to_be_hidden()
        if choice == "o":
            grace.saved()
        fact = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(digest))
        assert fact.values["duration_hours"] == decided


def test_a_save_that_fails_is_kept_and_sent_again_once(site, at_keys):
    paper = "2106.99008"
    keys = at_keys(paper)
    digest = focused(keys.page)
    keys.page.context.set_offline(True)
    keys.press("a")
    expect(keys.page.locator("#save-state")).to_contain_text("1 decision is kept here")
    assert facts(site, paper)[0].reviews == ()
    expect(keys.page.locator("#try-again")).to_be_visible()
    keys.page.context.set_offline(False)
    keys.saved()
    expect(keys.page.locator("#try-again")).to_be_hidden()
    fact = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(digest))
    assert [review.decision for review in fact.reviews] == ["accept"]


def test_a_lost_answer_is_no_second_review(site, at_keys):
    paper = "2401.99015"
    keys = at_keys(paper)
    digest = focused(keys.page)
    lost: list[str] = []

    def lose_the_first(route):
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()
        route.abort()

    keys.page.route("**/decisions", lose_the_first)
    keys.press("a")
    expect(keys.page.locator("#save-state")).to_have_text("Saved", timeout=15_000)
    assert len(lost) == 1
    fact = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(digest))
    assert [review.decision for review in fact.reviews] == ["accept"]


def test_leaving_with_something_typed_warns(at_keys):
    keys = at_keys(PLAIN)
    asked: list[str] = []
    keys.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    keys.press("e", "Tab", "Tab")
    keys.type("5 h")
    keys.page.evaluate("() => { window.location.href = '/desk' }")
    expect(keys.page.locator(".has-changes")).to_be_visible()
    keys.page.wait_for_timeout(0)
    assert asked == ["beforeunload"] and PLAIN in keys.page.url


def test_the_page_turns_to_the_evidence_and_by_keys(at_keys):
    keys = at_keys(TABLES)
    number = keys.page.locator("#page-number")
    expect(keys.page.locator(".boxes .is-strong").first).to_be_visible()
    shown = number.inner_text()
    keys.press("[")
    expect(number).not_to_have_text(shown)
    expect(keys.page.locator("#page-image")).to_have_attribute("src", re.compile(r"/\d+\.webp\?dpi=\d+$"))
    keys.press("v")
    expect(number).to_have_text(shown)
    width = keys.page.locator("#sheet").bounding_box()["width"]
    keys.press("+", "+")
    assert keys.page.locator("#sheet").bounding_box()["width"] > 1.4 * width
    keys.press("0")
    assert keys.page.locator("#sheet").bounding_box()["width"] == pytest.approx(width, abs=20)


def test_the_page_and_its_help_are_accessible_in_every_width_and_in_the_dark(at_keys, accessible):
    keys = at_keys(MANY)
    page = keys.page
    page.evaluate(TAKE_OUT_CARDS_LIKE_OTHERS)  # axe needs seconds for dozens of them
    for width, height in ((1280, 900), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        keys.press("o", "n")
        accessible(page)
        page.emulate_media(color_scheme="dark")
        accessible(page, colours_only=True)
        keys.press("Escape", "?")
        expect(page.locator("#help")).to_be_visible()
        accessible(page, "#help")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        accessible(page, "#help", colours_only=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        keys.press("Escape", "o")


def test_single_keys_can_be_turned_off(at_keys):
    keys = at_keys("2309.99013")
    keys.press("?")
    keys.page.locator("#keys-on").uncheck()
    keys.press("Escape", "a")
    expect(keys.page.locator(".record.is-focused")).to_have_attribute("data-state", "open")


def test_everything_works_without_scripts(signed_in_page):
    paper = "2210.99012"
    page = signed_in_page("curator", "ada", java_script_enabled=False)
    page.goto(f"/desk/papers/{paper}")
    record = page.locator(".record").first
    digest = record.get_attribute("data-digest")
    record.locator(".accept").click()
    expect(page.locator(f"#record-{digest}")).to_have_attribute("data-state", "accepted")
    time = page.locator(f"#record-{digest} [name='field.duration_hours']")
    time.fill("many")
    time.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("is no time")
    expect(time).to_have_value("many")
    time.fill("3.5 d")
    time.press("Enter")
    expect(time).to_have_value("84 h")
    page.locator(f"#record-{digest} .more summary").click()
    page.locator(f"#record-{digest} .comment-input").fill("checked <b>twice</b>")
    page.locator(f"#record-{digest} .comment-button").click()
    expect(page.locator(f"#record-{digest} .comment")).to_contain_text("checked <b>twice</b>")
    page.locator(f"#record-{digest} .undo").click()
    expect(page.locator(f"#record-{digest}")).to_have_attribute("data-state", "open")
    page.locator("#settle-only").click()
    expect(page.locator("#done")).to_contain_text(paper)


def test_two_people_without_scripts_are_told_of_each_other_too(site, signed_in_page):
    paper = "2002.99009"
    ada, grace = (signed_in_page("curator", name, java_script_enabled=False) for name in ("ada", "grace"))
    for page in (ada, grace):
        page.goto(f"/desk/papers/{paper}")
    ada.locator(".record .reject").first.click()
    expect(ada.locator(".record").first).to_have_attribute("data-state", "rejected")
    grace.locator(".record .accept").first.click()
    expect(grace.get_by_role("alert").last).to_contain_text("ada rejected the record")
    grace.get_by_role("button", name="Save mine over it").click()
    expect(grace.locator(".record").first).to_have_attribute("data-state", "accepted")


def test_the_past_is_shown_and_nothing_can_be_decided_in_it(site, at_keys):
    keys = at_keys("1707.99006")
    keys.press("a")
    keys.saved()
    page = keys.page
    page.goto("/desk/papers/1707.99006?as_of=2020-01-01")
    expect(page.get_by_role("heading", name="Not Found")).to_be_visible()
    today = site.services.now().date()
    page.goto(f"/desk/papers/1707.99006?as_of={today}")
    page.wait_for_selector("html[data-ready=yes]")
    expect(page.locator(".record").first).to_have_attribute("data-state", "accepted")
    assert page.locator(".records button, .records input").count() == 0


def test_the_history_of_a_record_has_the_machines_readings_and_all_decisions(at_keys):
    keys = at_keys("1707.99006", "grace")
    digest = focused(keys.page)
    keys.press("r")
    keys.saved()
    keys.page.goto(f"/desk/papers/1707.99006/history/{digest}")
    table = keys.page.locator("table")
    expect(table).to_contain_text("the machine")
    expect(table).to_contain_text("grace")
    expect(table).to_contain_text("rejected")
