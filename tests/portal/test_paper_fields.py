"""What a curator says of single fields, of hardware that the catalogue lacks, and of papers that are not as usual."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pymupdf
from keyboard import Keyboard, facts, focused
from live_site import Site
from made_papers import READ_AT, run, save_paper
from playwright.sync_api import expect

from db.added_facts import AddedFact, add_fact
from db.desk import paper_records
from db.fields import Kind
from db.queries import exported_records
from extractors.records import Box, PaperMetadata
from flows.sources.store import path_in_store

AtKeys = Callable[..., Keyboard]
Client = Callable[..., httpx.Client]
HTML = {"Accept": "text/html"}


def exported_run(site: Site, digest: str) -> dict[str, Any]:
    return next(run for run in exported_records(site.engine, "runs") if run["fact_key"].endswith(digest))


def test_one_field_is_called_wrong_by_a_key_and_the_rest_of_the_record_stays(site: Site, at_keys: AtKeys) -> None:
    paper = "1606.99014"
    keys = at_keys(paper)
    digest = focused(keys.page)
    record = keys.page.locator(f"#record-{digest}")
    before = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(digest))
    keys.press("e", "Tab", "Tab")
    keys.type("7 d")
    keys.press("Alt+X")
    keys.saved()
    expect(record.locator("[name='field.duration_hours']")).to_have_value("-")
    expect(record.locator(".value-duration_hours .value-note")).to_contain_text("called wrong by ada")
    expect(record.locator("[data-burden]")).to_contain_text("No burden")
    fact = next(fact for fact in facts(site, paper) if fact.fact_key.endswith(digest))
    times = ("duration_hours", "duration_hours_low", "duration_hours_high")
    assert not fact.rejected and [fact.values[name] for name in times] == [None, None, None]
    assert {name: value for name, value in fact.values.items() if name not in times} == {
        name: value for name, value in before.values.items() if name not in times
    }
    assert [(review.field, review.decision, review.value) for review in fact.reviews] == [
        ("duration_hours", "reject", None)
    ]
    shown = exported_run(site, digest)
    assert (shown["duration_hours"], shown["hardware_burden_flop"]) == (None, None)
    keys.press("u")
    keys.saved("Undone")
    expect(record.locator("[name='field.duration_hours']")).not_to_have_value("-")
    assert exported_run(site, digest)["duration_hours"] == before.values["duration_hours"]


def test_a_verdict_on_one_field_leaves_typed_what_stands_in_the_others(at_keys: AtKeys) -> None:
    keys = at_keys("1912.99001")
    record = keys.page.locator(f"#record-{focused(keys.page)}")
    keys.press("e", "Tab", "Tab")
    keys.type("5 h")
    keys.press("Tab", "Tab", "Alt+X")
    keys.saved()
    expect(record.locator(".value-accelerator_count .value-note")).to_contain_text("called wrong")
    expect(record.locator("[name='field.duration_hours']")).to_have_value("5 h")
    expect(record.locator(".record-form")).to_have_class("record-form has-changes")


def test_a_time_that_was_typed_and_then_called_wrong_leaves_no_ends(site: Site, client: Client) -> None:
    paper, ada = "2105.99003", client("curator", "ada")
    fact = facts(site, paper)[0]
    form = {"fact": fact.fact_key.rpartition(":")[2], "claim": fact.claim_id}
    typed = {"action": "save", "field.duration_hours": "10-14 days", "was.duration_hours": "1 h"}
    assert ada.post(f"/desk/papers/{paper}/decisions", data=form | typed).status_code == 200
    latest = facts(site, paper)[0].latest
    shown = {f"shown.{name}": review for name, review in latest.items() if name}
    called = ada.post(f"/desk/papers/{paper}/decisions", data=form | shown | {"action": "wrong:duration_hours"})
    assert called.status_code == 200 and len(called.json()["take_back"]) == 3
    after = facts(site, paper)[0].values
    assert [after[f"duration_hours{end}"] for end in ("", "_low", "_high")] == [None, None, None]


def test_hardware_that_the_catalogue_lacks_gets_a_known_name_or_a_row_to_copy(at_keys: AtKeys) -> None:
    keys = at_keys("2210.99012")
    page, record = keys.page, keys.page.locator(f"#record-{focused(keys.page)}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(record.locator("[data-proposal]")).to_be_hidden()
    accelerator = record.locator("[name='field.accelerator']")
    accelerator.fill("V1000")
    expect(record.locator(".take-name").first).to_be_visible()
    record.locator(".new-row summary").click()
    record.get_by_role("button", name="Copy the row").click()
    expect(record.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("V1000,")
    record.locator("[data-name='NVIDIA Tesla V100']").press("Enter")
    expect(accelerator).to_have_value("NVIDIA Tesla V100")
    expect(accelerator).to_be_focused()
    expect(record.locator("[data-proposal]")).to_be_hidden()
    accelerator.fill("V1000")
    first = record.locator(".take-name").first
    expect(first).to_be_visible()
    wanted = first.get_attribute("data-name")
    accelerator.press("Alt+t")
    expect(accelerator).to_have_value(wanted)


def test_hardware_that_was_read_and_is_unknown_comes_with_its_row(client: Client) -> None:
    page = client("curator").get("/desk/papers/2304.99011", headers=HTML).text
    assert "Copy the row" in page and "lexicon check" in page


def test_what_was_added_to_an_earlier_pdf_says_so_and_boxes_nothing(open_site: Callable[..., Site]) -> None:
    site, paper, box = open_site(), "1606.99014", Box(72, 80, 200, 92)
    quote = "We trained the other model for 9 hours on one P100."
    values = {"accelerator": "NVIDIA Tesla P100", "accelerator_count": 1, "duration_hours": 9.0}
    added = AddedFact(paper, Kind.TRAINING_RUN, values, 1, ((1, box),), quote, "ada", READ_AT + timedelta(days=400))
    digest = add_fact(site.engine, added).rpartition(":")[2]
    before = paper_records(site.engine, paper)
    assert before is not None
    with site.client("curator", "ada") as ada:
        shown = ada.get(f"/desk/papers/{paper}", headers=HTML).text
        assert "another PDF" not in shown
        save_paper(site, PaperMetadata(paper, 7), "f" * 64, [run("8 P100 GPUs")])
        shown = ada.get(f"/desk/papers/{paper}", headers=HTML).text
        card = shown.partition(f'id="record-{digest}"')[2].partition("</article>")[0]
        assert f'href="/desk/pages/{before.document_sha256}/1.webp' in card and "another PDF" in card
        assert 'data-boxes="[]"' in card and 'data-page=""' in card
        split = ada.post(f"/desk/papers/{paper}/facts", data={"copy_of": digest})
        assert split.status_code == 422 and "another PDF" in split.json()["error"]


def test_a_pdf_without_a_title_from_arxiv_is_called_by_its_first_page(open_site: Callable[..., Site]) -> None:
    site = open_site()
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_text((72, 40), "Preprint. Under review.", fontsize=9)
        page.insert_text((72, 90), "Deep <i>Widgets</i> for Everything", fontsize=20)
        page.insert_text((72, 115), "and What Follows", fontsize=20)
        page.insert_text((72, 140), "A. Author", fontsize=12)
        for line in range(20):
            page.insert_text((72, 200 + 12 * line), "We trained on 8 P100 GPUs for 84 hours in all.", fontsize=10)
        pdf = document.tobytes()
    digest = sha256(pdf).hexdigest()
    path = path_in_store(site.settings.pdf_folder, digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pdf)
    key = save_paper(site, PaperMetadata(None), digest, [run("8 P100 GPUs for 84 hours")], page_count=1)
    gone = save_paper(site, PaperMetadata(None), "d" * 64, [run("8 P100 GPUs")])
    with site.client("curator") as ada:
        shown = ada.get(f"/desk/papers/{key}", headers=HTML).text
        assert "<h1>Deep &lt;i&gt;Widgets&lt;/i&gt; for Everything and What Follows</h1>" in shown
        assert "<h1>PDF dddddddddddd</h1>" in ada.get(f"/desk/papers/{gone}", headers=HTML).text


def test_more_fields_than_can_be_meant_are_refused_in_words(client: Client) -> None:
    sent = {"action": "accept", "left": ["x"] * 30_000}
    answer = client("curator").post("/desk/papers/1606.99014/settle", data=sent)
    assert answer.status_code == 413 and "20,000 fields" in answer.json()["error"]
