"""A live server over the sample papers, programs and browsers that are signed in to it, and a check by axe."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from contributions import Clock
from homes import Home
from keyboard import Keyboard
from live_site import Site, serving
from playwright.sync_api import Browser, Page, expect, sync_playwright

from flows.web import Address

if TYPE_CHECKING:
    from tests.conftest import MadeOnce, Require

OpenSite = Callable[..., Site]
SignedInPage = Callable[..., Page]
Accessible = Callable[..., None]

_PATIENCE_SECONDS = 30
"""What a busy machine may take to show what a quiet one shows at once; who waits in vain waits as long."""
expect.set_options(timeout=1_000 * _PATIENCE_SECONDS)

_AXE_COLOURS = ["color-contrast", "link-in-text-block"]
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="session")
def sample_home(samples_dir: Path, made_once: MadeOnce) -> Path:
    """A home into which the sample papers were ingested; not to be written to."""
    return made_once("desk-samples", lambda folder: Home(folder).ingest(samples_dir, "--jobs", 2))


@pytest.fixture(scope="module")
def site(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A live server over a copy of the sample papers that the tests of a module share."""
    with serving(_copied(sample_home, tmp_path_factory.mktemp("site"))) as made:
        yield made


@pytest.fixture
def time_to_type(site: Site) -> None:
    """Each test begins at a later time than the one before, and so with a throttle of its own."""
    site.app.state.services = replace(site.services, now=Clock(site.services.now() + timedelta(days=2)), wake_mail=None)


@pytest.fixture
def open_site(sample_home: Path, tmp_path: Path) -> Iterator[OpenSite]:
    """``open_site(behind_proxy=True)``: a live server of the test's own, over a copy of its own."""
    with ExitStack() as stack:

        def open_one(**options: Any) -> Site:
            return stack.enter_context(serving(_copied(sample_home, tmp_path), Address(port=0, **options)))

        yield open_one


def _copied(home: Path, folder: Path) -> Path:
    return shutil.copytree(home, folder / "home")


@pytest.fixture
def client(site: Site) -> Iterator[Callable[..., httpx.Client]]:
    """``client("curator")``, ``client("curator", "ada")``, ``client()``: a program, signed in or not."""
    with ExitStack() as stack:
        yield lambda role=None, name="": stack.enter_context(site.client(role, name))


_NEEDLESS = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,"  # pages of the address bar, which cost each context more than ours do
    "AimEnabled,DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning"
)
"""Of Chromium. The second line and the third are what Playwright switches off: ours takes the place of its switch."""


@pytest.fixture(scope="session")
def browser(require: Require) -> Iterator[Browser]:
    """Chromium, as the machine has it."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    require("chromium", program is not None, "no chromium on the PATH")
    with sync_playwright() as playwright:
        switches = ["--no-sandbox", "--disable-gpu", f"--disable-features={_NEEDLESS}"]
        launched = playwright.chromium.launch(executable_path=program, args=switches)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_page(site, color_scheme="dark")``: a page of a new browser context.

    The test fails if a script of the page fails, or anything is refused by the content security policy.
    """
    complaints: list[str] = []
    with ExitStack() as stack:

        def open_one(of: Site, **options: Any) -> Page:
            options.setdefault("viewport", {"width": 1280, "height": 800})
            context = browser.new_context(base_url=of.url, **options)
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda said: complaints.append(said.text) if "Security Policy" in said.text else None)
            return page

        yield open_one
    assert complaints == []


@pytest.fixture
def signed_in_page(site: Site, open_page: Callable[..., Page]) -> SignedInPage:
    """``signed_in_page("curator")``, also with ``name=`` and options of a browser context."""

    def open_one(role: str = "curator", name: str = "", **options: Any) -> Page:
        page = open_page(site, **options)
        page.context.add_cookies([{"name": "burden-session", "value": site.sign_in(role, name).token, "url": site.url}])
        return page

    return open_one


@pytest.fixture
def at_keys(signed_in_page: SignedInPage) -> Callable[..., Keyboard]:
    def sit_down(paper: str, name: str = "ada", **options: Any) -> Keyboard:
        keys = Keyboard(signed_in_page("curator", name, **options))
        keys.open(paper)
        return keys

    return sit_down


@pytest.fixture
def accessible() -> Accessible:
    """``accessible(page)``: axe finds nothing on it that WCAG 2.2 forbids on the levels A and AA.

    ``within="#help"`` looks at a part of it; ``colours_only=True`` at colours, where all else was looked at before.
    """

    def check(page: Page, within: str | None = None, colours_only: bool = False) -> None:
        rules = {"type": "rule", "values": _AXE_COLOURS} if colours_only else {"type": "tag", "values": _AXE_TAGS}
        found = Axe().run(page, within, {"runOnly": rules, "resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()

    return check
