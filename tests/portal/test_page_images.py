"""Pages as pictures and words: sharp, for curators only, and only as long as they are signed in."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from live_site import Site
from PIL import Image

from flows.sources.store import PdfStore
from portal.services import PageUnavailableError, Unavailable

Client = Callable[..., httpx.Client]


@pytest.fixture(scope="module")
def paper(samples_dir: Path) -> str:
    """Where the pages of a sample paper are."""
    return f"/desk/pages/{sha256((samples_dir / '1707.99006.pdf').read_bytes()).hexdigest()}"


@pytest.mark.parametrize(("asked", "drawn"), [("", 144), ("?dpi=1", 72), ("?dpi=109", 144), ("?dpi=288", 288)])
def test_a_page_is_drawn_at_least_as_sharp_as_was_asked_for(client: Client, paper: str, asked: str, drawn: int) -> None:
    answer = client("curator").get(f"{paper}/1.webp{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (round(8.5 * drawn), 11 * drawn)
    darkest, lightest = picture.convert("L").getextrema()
    assert darkest < 50 and lightest == 255, "text on white"


def test_words_stand_where_the_picture_shows_them(client: Client, paper: str) -> None:
    curator = client("curator")
    read = curator.get(f"{paper}/1/words.json").json()
    assert (read["width"], read["height"]) == (612, 792)
    picture = Image.open(io.BytesIO(curator.get(f"{paper}/1.webp").content)).convert("L")
    assert len(read["words"]) > 50
    for left, top, right, bottom, text in read["words"]:
        assert text == text.strip() and text
        shown = picture.crop((round(2 * left), round(2 * top), round(2 * right), round(2 * bottom)))
        assert shown.getextrema()[0] < 128, text


def test_an_unchanged_page_is_not_sent_again_but_asked_for_each_time(site: Site, client: Client, paper: str) -> None:
    curator = client("curator")
    for address in (f"{paper}/1.webp", f"{paper}/1/words.json"):
        first = curator.get(address)
        assert first.headers["cache-control"] == "private, no-cache"
        known = {"If-None-Match": f'"other", {first.headers["etag"]}'}
        again = curator.get(address, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert curator.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
        assert client().get(address, headers=known).status_code == 401
        assert client("reader").get(address, headers=known).status_code == 403


def test_pages_that_are_not_there_are_told(client: Client, paper: str) -> None:
    curator = client("curator")
    for address, words in (
        (f"{paper}/99.webp", "pages and no page 99"),
        (f"{paper}/99/words.json", "pages and no page 99"),
        (f"/desk/pages/{'0' * 64}/1.webp", "No paper here has this PDF"),
        (f"/desk/pages/{'0' * 64}/1/words.json", "No paper here has this PDF"),
    ):
        answer = curator.get(address)
        assert answer.status_code == 404
        assert words in answer.json()["error"]


def test_a_pdf_that_is_no_papers_of_the_database_is_shown_to_nobody(
    site: Site, client: Client, samples_dir: Path
) -> None:
    pdf = (samples_dir / "1707.99006.pdf").read_bytes() + b"\n% another's"
    digest = PdfStore(site.settings.pdf_folder).put(io.BytesIO(pdf), "a PDF").sha256
    assert site.services.page_image(digest, 1, 72)
    for address in (f"/desk/pages/{digest}/1.webp?dpi=72", f"/desk/pages/{digest}/1/words.json"):
        assert client("admin").get(address).status_code == 404


def test_a_paper_whose_pdf_was_lost_is_told(open_site: Callable[..., Site], paper: str) -> None:
    site = open_site()
    for pdf in site.settings.pdf_folder.rglob(f"{paper.rpartition('/')[2]}.pdf"):
        pdf.unlink()
    with site.client("curator") as curator:
        answer = curator.get(f"{paper}/1.webp")
        assert (answer.status_code, answer.json()["error"]) == (404, "The PDF is not in the store of this server.")


@pytest.mark.parametrize(("why", "status"), [(Unavailable.BROKEN, 422), (Unavailable.BUSY, 503)])
def test_pages_that_can_not_be_drawn_say_why(
    open_site: Callable[..., Site], paper: str, why: Unavailable, status: int
) -> None:
    site = open_site()

    def refuse(*_: object) -> bytes:
        raise PageUnavailableError(why, "It is <b>so</b>.")

    site.app.state.services = replace(site.services, page_image=refuse)
    with site.client("curator") as curator:
        answer = curator.get(f"{paper}/1.webp")
        assert (answer.status_code, answer.json()) == (status, {"error": "It is <b>so</b>."})
        assert ("retry-after" in answer.headers) == (why is Unavailable.BUSY)
        assert "It is &lt;b&gt;so&lt;/b&gt;." in curator.get(f"{paper}/1.webp", headers={"Accept": "text/html"}).text
