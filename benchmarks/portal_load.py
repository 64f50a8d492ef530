"""The portal with 100,000 models: server time of every kind of page, then 50 requests a second for a minute.

    python benchmarks/portal_load.py FOLDER [--requests-a-second 50] [--seconds 60] [--each 30]

FOLDER is one that ``public_100k.py --only sqlite --keep FOLDER`` has left. Starts `burden web`, asks each kind of page
alone at first, as often as told, each time at an address that was not asked for before (so that nothing is remembered),
then lets locust, in a process of its own, ask for all of them at the rate told. Locust is run by ``uv tool run``: it is
no dependency of the product. Prints figures with machine and load, and judges without failing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx

from db.engine import open_database
from db.public_queries import ModelFilters, PaperFilters, models_table, papers_table
from extractors.lexicon.catalogue import load_catalogue
from portal.paper_keys import paper_address

BURDEN = Path(sys.executable).parent / "burden"
UV = Path(sys.executable).parent / "uv"
LOCUST = "locust==2.47.0"
TARGET_MS = 500


def addresses_of(database_url: str, pages: int) -> dict[str, list[str]]:
    """Addresses by kind; those of models and papers are drawn from the whole database."""
    engine, chance = open_database(database_url), random.Random(1)  # noqa: S311 - which, not a secret
    models = [
        row["model_id"]
        for offset in (0, 20_000, 60_000, 90_000)
        for row in models_table(engine, ModelFilters(), "model", False, offset, 200).rows
    ]
    papers = [
        row["paper_key"]
        for offset in (0, 10_000, 40_000)
        for row in papers_table(engine, PaperFilters(), "published", True, offset, 200).rows
    ]
    names = ("imagenet", "coco", "squad1.1", "wmt14-en-de", "conll2003")
    charts = [f"/benchmarks/{name}?{urlencode({'x': x, 'form': form})}" for name in names
              for x in ("burden", "network", "pass", "year") for form in ("polynomial", "exponential")]  # fmt: skip
    lists = [f"/{what}?{urlencode({'page': page, 'search': word})}" for what in ("models", "papers")
             for page in (1, 2, 40, 400) for word in ("", "base", "net", "large")]  # fmt: skip
    cards = [row.name for row in load_catalogue()]
    api = [f"/api/v1/{what}?{urlencode({'offset': offset, 'limit': 100})}" for what in ("models", "papers", "points")
           for offset in range(0, 2000, 200)]  # fmt: skip
    found = {
        "fixed": ["/", "/benchmarks", "/trends", "/hardware", "/methods", "/data", "/data/api", "/contribute"],
        "benchmark": charts,
        "list": lists,
        "model": [f"/models/{model}" for model in models],
        "paper": [paper_address(key).removeprefix("/desk") for key in papers],
        "chart rows": [f"/benchmarks/{name}/points.{kind}" for name in names for kind in ("json", "csv")],
        "API": api + [f"/api/v1/accelerators?name={card}" for card in cards[:20]],
    }
    return {kind: chance.sample(each, min(len(each), pages)) for kind, each in found.items()}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """`burden web` over a folder's database, in a process of its own."""
    home = Path(tempfile.mkdtemp(prefix="burden-portal-"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
    environment |= {"BURDEN_HOME": str(home), "BURDEN_DATABASE_URL": f"sqlite:///{folder / 'public.sqlite'}"}
    process = subprocess.Popen(  # noqa: S603 - our own program
        [BURDEN, "web", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is piped
        url = next((line.split()[-1].rstrip("/") for line in process.stdout if line.startswith("burden is at")), "")
        if not url:
            raise SystemExit("burden web did not start")
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def ask_alone(url: str, addresses: dict[str, list[str]], each: int) -> None:
    """One request after the other."""
    with httpx.Client(base_url=url, headers={"Accept": "text/html"}, timeout=120) as client:
        for kind, known in addresses.items():
            times = []
            for address in known[:each]:
                began = time.perf_counter()
                answer = client.get(address)
                times.append(1000 * (time.perf_counter() - began))
                if answer.status_code != 200:
                    print(f"  {address}: {answer.status_code}")
            worst = statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
            judged = f"within {TARGET_MS} ms" if worst <= TARGET_MS else f"OVER {TARGET_MS} ms"
            slowest = known[times.index(max(times))]
            print(
                f"  {kind:11} {len(times):3} pages, median {statistics.median(times):6.1f} ms, 95th percentile"
                f" {worst:6.1f} ms: {judged}; slowest {max(times):.0f} ms: {slowest}"
            )


def ask_at_once(url: str, addresses: dict[str, list[str]], rate: int, seconds: int) -> None:
    """All kinds mixed, ``rate`` requests a second."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "addresses.json"
        listed.write_text(json.dumps(addresses))
        command = [UV, "tool", "run", "--from", LOCUST, "locust", "-f", Path(__file__).with_name("portal_readers.py"),
                   "--headless", "-H", url, "-u", str(rate), "-r", str(rate), "-t", f"{seconds}s",
                   "--only-summary", "--csv", f"{folder}/load", "--exit-code-on-error", "0"]  # fmt: skip
        environment = os.environ | {"PORTAL_ADDRESSES": str(listed)}
        subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603
        with Path(f"{folder}/load_stats.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                print(
                    f"  {row['Name']:11} {row['Request Count']:>5} requests, {float(row['Requests/s']):5.1f} a second,"
                    f" median {row['50%']} ms, 95th percentile {row['95%']} ms, 99th {row['99%']} ms,"
                    f" failed {row['Failure Count']}"
                )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--requests-a-second", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--each", type=int, default=30, help="pages of each kind that are asked for alone")
    options = parser.parse_args()
    database = f"sqlite:///{options.folder.resolve() / 'public.sqlite'}"
    addresses = addresses_of(database, 400)
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    with served(options.folder.resolve()) as url:
        print("alone:")
        ask_alone(url, addresses, options.each)
        print(f"{options.requests_a_second} requests a second for {options.seconds} s (load {os.getloadavg()[0]:.1f}):")
        ask_at_once(url, addresses, options.requests_a_second, options.seconds)


if __name__ == "__main__":
    main()
