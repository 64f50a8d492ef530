"""Make the pictures of the README and the docs anew, from the samples: ``python docs/make_pictures.py``.

Those of pages need Chromium on the PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pymupdf

from db.engine import open_database
from extractors.records import Status
from flows.analysis import AnalysisRequest, analyze
from flows.importing import store_imports
from flows.reading import read, read_and_draw_tables
from imports.computer_progress import read_computer_progress

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT / "tests" / "portal"))
PICTURES = PROJECT / "docs" / "pictures"
SAMPLE = PROJECT / "samples" / "papers" / "2105.99003.pdf"
STUDY = PROJECT / "samples" / "study"
TABLE_SAMPLE, TABLE_PAGE = PROJECT / "samples" / "tables" / "2302.99102.pdf", 2
_BORDER_POINTS = pymupdf.Rect(-2, -1, 2, 1)
_SURROUNDINGS_POINTS = 60
_RED = (0.85, 0.1, 0.1)
_PAGE_WIDTH, _PAGE_HEIGHT = 1280, 900
_DESK_PAPER = "2105.99003"


def picture_of_evidence(source: Path, target: Path) -> None:
    """The page of a paper's first accepted run, cut to the evidence of that page's runs, each in its box."""
    accepted = [run.evidence for run in read(source.read_bytes()).runs if run.status is Status.ACCEPTED]
    shown = [evidence.box for evidence in accepted if evidence.page == accepted[0].page]
    with pymupdf.open(source) as pdf:
        page = pdf[accepted[0].page - 1]
        for box in shown:
            page.draw_rect(pymupdf.Rect(box.as_list()) + _BORDER_POINTS, color=_RED, width=1)
        top, bottom = min(box.y0 for box in shown), max(box.y1 for box in shown)
        clip = pymupdf.Rect(30, top - _SURROUNDINGS_POINTS, page.rect.width - 30, bottom + _SURROUNDINGS_POINTS)
        page.get_pixmap(dpi=110, clip=clip & page.rect).save(target)


def picture_of_tables(source: Path, page: int, target: Path) -> None:
    """A page as ``burden extract --tables --draw`` draws it."""
    pictures = dict(read_and_draw_tables(source.read_bytes()).pictures)
    target.write_bytes(pictures[page])


def pictures_of_pages() -> None:
    """The portal's first page and a benchmark, the curators' queue, and a paper of which one record is accepted."""
    from live_site import serving
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        _burden(Path(folder), "ingest", "--from-folder", SAMPLE.parent, "--json")
        _burden(Path(folder), "import", "computer-progress", STUDY)
        with serving(Path(folder)) as site:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_context(
                base_url=site.url, viewport={"width": _PAGE_WIDTH, "height": _PAGE_HEIGHT}
            ).new_page()
            page.goto("/")
            page.screenshot(path=PICTURES / "home.png")
            page.goto("/benchmarks/imagenet")
            page.wait_for_selector(".chart-live canvas")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / "benchmark.png")
            token = site.sign_in("curator", "ada").token
            page.context.add_cookies([{"name": "burden-session", "value": token, "url": site.url}])
            page.goto("/desk")
            page.screenshot(path=PICTURES / "queue.png")
            page.goto(f"/desk/papers/{_DESK_PAPER}")
            page.wait_for_selector("html[data-ready=yes]")
            page.keyboard.press("a")
            page.wait_for_selector(".record.is-accepted")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / "paper.png")
            browser.close()


def _burden(home: Path, *arguments: object) -> None:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
    subprocess.run(  # noqa: S603 - our own program
        [Path(sys.executable).parent / "burden", *map(str, arguments)],
        env=plain | {"BURDEN_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
    )


def pictures_of_analysis(study: Path, law: Path, page: Path) -> None:
    """What ``burden analyze`` makes of the tables in ``study``: the figure of a law, and how the report begins."""
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_database(f"sqlite:///{scratch}/burden.sqlite")
        store_imports(engine, read_computer_progress(study))
        report = Path(scratch) / "report"
        analyze(engine, AnalysisRequest(), report)
        engine.dispose()
        law.write_bytes((report / "figures" / "performance-imagenet-top1-accuracy-hardware-burden.png").read_bytes())
        command = [_chromium(), "--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1100,1000"]
        command += [f"--screenshot={page}", (report / "index.html").as_uri()]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - no word of it is from outside


def _chromium() -> str:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("the pictures of pages need Chromium on the PATH")
    return program


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    picture_of_evidence(SAMPLE, PICTURES / "evidence.png")
    picture_of_tables(TABLE_SAMPLE, TABLE_PAGE, PICTURES / "tables.png")
    pictures_of_analysis(STUDY, PICTURES / "law.png", PICTURES / "report.png")
    pictures_of_pages()
