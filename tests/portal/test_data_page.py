"""Releases are offered for download just as they were made; the pages on the data can be read by everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from live_site import Site
from playwright.sync_api import Page

from portal.public.offered import offered_file
from releases.making import MadeRelease, ReleaseOrder, make_release
from releases.tables import TABLES

Client = Callable[..., httpx.Client]
HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def released(site: Site) -> MadeRelease:
    folder = site.settings.releases_folder
    return make_release(site.engine, folder, ReleaseOrder("2026-11-27"), site.services.catalogue)


def test_every_file_can_be_downloaded_as_it_is(client: Client, released: MadeRelease) -> None:
    everybody = client()
    page = everybody.get("/data/2026-11-27", headers=HTML).raise_for_status().text
    for file in released.files:
        address = f"/data/2026-11-27/{file.path}"
        assert address in page
        answer = everybody.get(address).raise_for_status()
        assert hashlib.sha256(answer.content).hexdigest() == file.sha256
        assert "attachment" in answer.headers["content-disposition"]
    assert everybody.get("/data/2026-11-27/data/papers.csv").headers["content-type"].startswith("text/csv")
    listed = everybody.get("/api/v1/releases/2026-11-27").json()
    assert {file["path"]: file["sha256"] for file in listed["files"]} == {f.path: f.sha256 for f in released.files}
    for file in released.files:
        head = everybody.head(f"/data/2026-11-27/{file.path}", headers={"Range": "bytes=0-3"})
        assert (head.status_code, head.headers["content-length"]) == (200, str(file.byte_count))


@pytest.mark.parametrize(
    "path",
    [
        "2026-11-27/data", "2026-11-27/..%2F..%2Fburden.sqlite", "2026-11-27/../../burden.sqlite", "..%2Fburden.sqlite",
        "2026-11-27/%2Fetc%2Fpasswd", "2026-11-27/data/papers.csv%00", "2026-11-28", ".2026-11-27.1.part/README.md",
    ],
)  # fmt: skip
def test_nothing_else_is_ever_sent(client: Client, released: MadeRelease, path: str) -> None:
    assert client().get(f"/data/{path}").status_code in (404, 422)


def test_files_that_no_checksum_names_are_not_offered(client: Client, site: Site, released: MadeRelease) -> None:
    (released.folder / "notes.txt").write_text("mine")
    outside = site.settings.home / "burden.sqlite"
    (released.folder / "link").symlink_to(outside)
    assert client().get("/data/2026-11-27/notes.txt").status_code == 404
    assert client().get("/data/2026-11-27/link").status_code == 404
    (released.folder / "link").unlink()


def test_a_release_that_is_made_whole_is_offered_whole(tmp_path: Path) -> None:
    folder = tmp_path / "2026-11-27"
    folder.mkdir()
    (folder / "SHA256SUMS").write_text(f"{'a' * 64}  README.md\n")
    assert offered_file(tmp_path, folder.name, "README.md") is None
    (folder / "README.md").write_text("back")
    assert offered_file(tmp_path, folder.name, "README.md") == folder / "README.md"


def test_the_page_lists_releases_tables_and_terms(client: Client, released: MadeRelease) -> None:
    page = client().get("/data", headers=HTML).raise_for_status().text
    assert "2026-11-27" in page
    for table in TABLES:
        assert table.name in page
    assert "CC-BY-4.0" in page and "its rows are in no release" in page


def test_the_page_on_the_api_tells_every_address(client: Client) -> None:
    everybody = client()
    page = everybody.get("/data/api", headers=HTML).raise_for_status().text
    for path in everybody.get("/api/v1/openapi.json").json()["paths"]:
        assert f"GET {path}" in page


def test_without_any_release_the_page_says_so(open_site: Callable[..., Site]) -> None:
    bare = open_site()
    assert "No release is offered yet" in httpx.get(f"{bare.url}/data", headers=HTML).raise_for_status().text
    assert httpx.get(f"{bare.url}/api/v1/releases").json() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(
    site: Site,
    released: MadeRelease,
    open_page: Callable[..., Page],
    accessible: Callable[..., None],
    scheme: str,
    tmp_path: Path,
) -> None:
    page = open_page(site, color_scheme=scheme)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for address in ("/data", "/data/2026-11-27", "/data/dictionary", "/data/api"):
        page.goto(address)
        for details in page.locator("details").all()[:2]:
            details.locator("summary").click()
        accessible(page, colours_only=scheme == "dark")
    assert all(url.startswith(site.url) for url in requests)
