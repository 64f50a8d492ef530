"""How soon a chart of 10, 1,000 and 10,000 models can be used in Chromium, and what its files cost the server.

    python benchmarks/charts_in_chromium.py [--pictures FOLDER] [--times 5]

Imports made-up models with a known law, starts `burden web` as a process of its own, and opens the benchmark's page in
a new browser context each time: from the request to a chart that answers the arrow keys. The server has answered each
address once before, as for every visitor but the first. ``--pictures`` takes screenshots on phone, laptop and wide
screen, light and dark. Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
from desk_100k import PROJECT, served
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(PROJECT / "tests" / "portal"))
from made_points import database_with

TARGET_SECONDS = 2.0
COUNTS = (10, 1_000, 10_000)
ADDRESS = "/benchmarks/imagenet"
FILES = ("", "/chart.view", "/chart.json", "/chart.svg", "/chart.svg?theme=dark", "/chart.png", "/points.csv")
SCREENS = {"phone": (390, 844), "laptop": (1280, 800), "wide": (1920, 1080)}
USABLE = "figure[data-drawn] .chart-live[tabindex]"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("no chromium on the PATH")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"{machine}, Python {platform.python_version()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        print(f"Chromium {browser.version}")
        for count in COUNTS:
            with tempfile.TemporaryDirectory(prefix="burden-charts-") as home:
                run(browser, Path(home), count, options.times, options.pictures)
        browser.close()


def run(browser: Browser, home: Path, count: int, times: int, pictures: Path | None) -> None:
    url = f"sqlite:///{home}/burden.sqlite"
    database_with(url, authors_2022=count * 6 // 10, epoch=count * 4 // 10).dispose()
    with served(home, url) as server:
        address = f"{str(server.client.base_url).rstrip('/')}{ADDRESS}"
        print(f"{count:,} models:")
        for file in FILES:
            (first, size), (again, _) = asked(address + file), asked(address + file)
            print(f"  {file or 'page':22} {size:7,.0f} kB, {first:6.0f} ms, again {again:4.0f} ms")
        seconds = [usable_after(browser, address) for _ in range(times + 1)][1:]
        middle = statistics.median(seconds)
        verdict = f"{'within' if middle <= TARGET_SECONDS else 'OVER'} {TARGET_SECONDS:g} s"
        print(f"  usable after {middle:.2f} s (median of {times}; {min(seconds):.2f} to {max(seconds):.2f}): {verdict}")
        if pictures is not None:
            pictures.mkdir(parents=True, exist_ok=True)
            photograph(browser, address, pictures, count)


def asked(address: str) -> tuple[float, float]:
    """Milliseconds until the whole answer is there, and its kilobytes."""
    began = time.perf_counter()
    answer = httpx.get(address, headers={"Accept": "text/html, */*"}, timeout=120).raise_for_status()
    return 1000 * (time.perf_counter() - began), len(answer.content) / 1000


def usable_after(browser: Browser, address: str) -> float:
    """Seconds from the request to a chart that answers the arrow keys, with nothing kept in the browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_selector(USABLE, timeout=60_000)
    page.locator(".chart-live").press("ArrowRight")
    page.wait_for_selector(".chart-told:not([hidden])")
    took = time.perf_counter() - began
    context.close()
    return took


def photograph(browser: Browser, address: str, folder: Path, count: int) -> None:
    for screen, (width, height) in SCREENS.items():
        for scheme in ("light", "dark"):
            page = opened(browser, address, width, height, scheme, "?targets=1" if scheme == "dark" else "")
            page.screenshot(path=folder / f"{count}-{screen}-{scheme}.png", full_page=screen == "phone")
            page.context.close()


def opened(browser: Browser, address: str, width: int, height: int, scheme: str, query: str) -> Page:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}{query}")
    page.wait_for_selector(USABLE, timeout=60_000)
    return page


if __name__ == "__main__":
    main()
