"""How many keys a paper takes: a scripted curator settles twenty papers by the keyboard alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pymupdf
import pytest
from live_site import SAMPLE_PAPERS, Site, serving
from made_papers import run, save_paper
from playwright.sync_api import Page, expect

from db.desk import paper_records, queue_progress
from extractors.records import PaperMetadata
from flows.sources.store import path_in_store

COPIES = {
    "2501.99021": "1606.99014",
    "2501.99022": "1803.99004",
    "2501.99023": "2105.99003",
    "2501.99024": "2309.99013",
}
"""Four more papers: pages of samples with another id and bytes of their own, and runs that are made up."""


@pytest.fixture(scope="module")
def twenty_papers(sample_home: Path, samples_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = shutil.copytree(sample_home, tmp_path_factory.mktemp("twenty") / "home")
    with serving(home) as site:
        for copy, sample in COPIES.items():
            with pymupdf.open(samples_dir / f"{sample}.pdf") as document:
                document.set_metadata({"title": copy})
                pdf, pages = document.tobytes(), len(document)
            digest = sha256(pdf).hexdigest()
            path = path_in_store(site.settings.pdf_folder, digest)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pdf)
            runs = [run(f"Run {place} took 84 hours on 8 P100 GPUs.", line=place) for place in range(3)]
            save_paper(site, PaperMetadata(copy, 1), digest, runs, page_count=pages)
        yield site


def _corrects_a_time(press: Callable[..., None]) -> None:
    press("e", "Tab", "Tab", *"3.5 d", "Enter")


def _rejects_the_first(press: Callable[..., None]) -> None:
    press("r")


def _changes_its_mind(press: Callable[..., None]) -> None:
    press("r", "u")


EXTRA = {3: _corrects_a_time, 7: _rejects_the_first, 11: _changes_its_mind}
"""What the curator does before settling, by the how-manieth paper it is."""


def test_twenty_papers_are_settled_by_the_keyboard_alone(
    twenty_papers: Site, open_page: Callable[..., Page], capsys: pytest.CaptureFixture[str]
) -> None:
    site = twenty_papers
    page = open_page(site)
    token = site.sign_in("curator", "ada").token
    page.context.add_cookies([{"name": "burden-session", "value": token, "url": site.url}])
    state = page.locator("#save-state")
    pressed: dict[str, int] = {}
    page.goto(f"/desk/papers/{SAMPLE_PAPERS[0]}")
    while "/desk/papers/" in page.url and len(pressed) < 25:
        page.wait_for_selector("html[data-ready=yes]")
        paper = page.url.partition("/desk/papers/")[2].partition("?")[0]
        count = 0

        def press(*keys: str) -> None:
            nonlocal count
            for key in keys:
                page.keyboard.press(key)
                count += 1

        if len(pressed) in EXTRA:
            EXTRA[len(pressed)](press)
            expect(state).to_have_attribute("data-kind", "good")
        before = page.url
        press("A")
        page.wait_for_url(lambda address, before=before: address != before)
        pressed[paper] = count
    with capsys.disabled():
        print("\nkeystrokes by paper:", ", ".join(f"{paper} {count}" for paper, count in pressed.items()))
    settled = {paper for paper in [*SAMPLE_PAPERS, *COPIES] if paper_records(site.engine, paper).settlements}
    assert set(pressed) == settled == {*SAMPLE_PAPERS, *COPIES}
    plain = [count for place, count in enumerate(pressed.values()) if place not in EXTRA]
    assert max(plain) <= 2 and len(plain) == 17
    progress = queue_progress(site.engine)
    assert progress.settled == progress.papers == 20
