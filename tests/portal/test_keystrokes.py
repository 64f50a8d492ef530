"""How many keys a paper takes: a scripted curator settles twenty papers by the keyboard alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pymupdf
import pytest
from live_site import SAMPLE_PAPERS, Site, serving
from playwright.sync_api import Page, expect

from db.desk import paper_records, queue_progress

COPIES = {
    "2501.99021": "1606.99014",
    "2501.99022": "1803.99004",
    "2501.99023": "2105.99003",
    "2501.99024": "2309.99013",
}
"""Four more papers: samples with another id, and bytes of their own."""


@pytest.fixture(scope="module")
def twenty_papers(sample_home: Path, samples_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("twenty")
    home, more = shutil.copytree(sample_home, root / "home"), root / "more"
    more.mkdir()
    for copy, sample in COPIES.items():
        with pymupdf.open(samples_dir / f"{sample}.pdf") as document:
            document.set_metadata({"title": copy})
            document.save(more / f"{copy}.pdf")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BURDEN_", "PREFECT_"))}
    burden = Path(sys.executable).parent / "burden"
    subprocess.run(
        [burden, "ingest", "--from-folder", more, "--json"],
        env=clean | {"BURDEN_HOME": str(home)},
        check=True,
        capture_output=True,
    )
    with serving(home) as site:
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
