"""Server time of the curators' desk with the records of 100,000 papers, on SQLite and on PostgreSQL.

    python benchmarks/desk_100k.py [--papers 100000] [--requests 200] [--only sqlite] [--keep FOLDER]

Makes up papers from a fixed seed and copies them until there are enough, ingests the sample papers beside them (for
their pages), starts `burden web` and asks for papers at random, for the queue with and without options, and for pages
that were drawn before, one request after the other. The times are those of the client on the same machine, beside
them the server's own CPU time. PostgreSQL is left out where ``initdb`` is not found. ``--keep`` leaves the SQLite
database in a folder, and finds it there the next time. Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path
from secrets import token_urlsafe

import httpx
from made_up_papers import made_up_papers

from db.accounts import Role, add_user, credentials, open_session
from db.columns import metadata
from db.desk import paper_records
from db.desk_queue import QueueFilters, queue
from db.desk_rows import bring_queue_up_to_date
from db.engine import Engine, open_database
from db.fits import AnalysisRecord, store_analysis
from db.influences import PointInfluence, store_influences
from db.migrate import database_status, upgrade
from db.public_refresh import bring_public_rows_up_to_date
from db.store import save_extractions
from extractors.lexicon.catalogue import load_catalogue
from extractors.version import EXTRACTOR_VERSION
from models.burden import estimator_version
from portal.paper_keys import paper_address

PROJECT = Path(__file__).parents[1]
BURDEN = Path(sys.executable).parent / "burden"
sys.path.insert(0, str(PROJECT / "tests" / "flows"))
from postgresql_servers import installed_binaries, running_server  # noqa: E402

PAGE_TARGET_MS, IMAGE_TARGET_MS = 300, 150
QUEUE_ADDRESSES = {
    "queue": ("/desk",),
    "queue, later pages": ("/desk?page=7", "/desk?page=300", "/desk?page=1000"),
    "queue with options": (
        "/desk?benchmark=imagenet",
        "/desk?benchmark=conll2003&from=2018&to=2020",
        "/desk?field=cs.CL",
        "/desk?hardware=1",
        "/desk?stale=1",
        "/desk?disagreements=1&show=all",
        "/desk?show=settled",
        "/desk?q=residual+attention",
        "/desk?q=nowhere+in+any+title&show=all",
    ),
    "to the next paper": ("/desk/next", "/desk/next?benchmark=coco"),
    "new hardware": ("/desk/hardware",),
}
_PAPERS_AT_ONCE, _MADE_UP = 500, 2_500
_OF_PAPERS = "paper_key IN (SELECT paper_key FROM made)"
_OF_DOCUMENTS = "document_sha256 IN (SELECT document_sha256 FROM made)"
_OF_CLAIMS = f"claim_id IN (SELECT claim_id FROM claims WHERE {_OF_DOCUMENTS})"  # noqa: S608


@dataclass(frozen=True)
class Server:
    """`burden web` over a database, and a session of an adjudicator."""

    client: httpx.Client
    engine: Engine
    process_id: int

    def cpu_ms(self) -> float:
        """CPU time that the server has taken so far, without the processes that draw pages."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fill(engine: Engine, papers: int) -> None:
    """Make up some papers, put copies of them beside them until there are enough, and let a few points pull."""
    catalogue = load_catalogue()
    estimator, at = estimator_version(catalogue), datetime.now(UTC)
    some = min(papers, _MADE_UP)
    made = made_up_papers(some, catalogue)
    while portion := list(islice(made, _PAPERS_AT_ONCE)):
        save_extractions(engine, portion, EXTRACTOR_VERSION, estimator, at)
    bring_queue_up_to_date(engine, at)
    copy(engine, some, papers // some - 1)
    _analyse(engine, at)


def copy(engine: Engine, papers: int, times: int) -> None:
    """Copy the made-up papers, rows of the queue and all, under other keys and digests, within the database."""
    wanted = {
        "papers": _OF_PAPERS,
        "documents": _OF_DOCUMENTS,
        "paper_versions": _OF_DOCUMENTS,
        "extractions": _OF_DOCUMENTS,
        "claims": _OF_DOCUMENTS,
        "claim_models": _OF_CLAIMS,
        "burden_estimates": _OF_CLAIMS,
        "desk_papers": _OF_PAPERS,
    }
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "CREATE TEMPORARY TABLE made AS SELECT v.paper_key, v.document_sha256 FROM paper_versions AS v"
            " JOIN papers AS p ON p.paper_key = v.paper_key WHERE p.title <> ''"
        )
        for number in range(1, times + 1):
            counted = f"{100_000 + papers * number} + CAST(SUBSTR(%, 6) AS INTEGER)"
            key = f"SUBSTR(%, 1, 5) || SUBSTR(CAST({counted} AS TEXT), 2)"
            digest = f"'{number:02x}' || SUBSTR(%, 5) || SUBSTR(%, 1, 2)"
            renamed = dict.fromkeys(("paper_key", "arxiv_id"), key)
            renamed |= dict.fromkeys(("document_sha256", "claim_id", "fact_digest"), digest)
            for table, condition in wanted.items():
                columns = [column.name for column in metadata.tables[table].columns]
                values = [renamed.get(name, "%").replace("%", name) for name in columns]
                connection.exec_driver_sql(
                    f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - names of columns
                    f" SELECT {', '.join(values)} FROM {table} WHERE {condition}"
                )
            connection.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA optimize")
        connection.commit()


def _analyse(engine: Engine, at: datetime) -> None:
    """A stand-in for the analysis: every hundredth paper pulls at a line."""
    record = AnalysisRecord(at, "made up", "made up", {}, (), ())
    run = store_analysis(engine, record)
    chance = random.Random(2)  # noqa: S311 - data, not secrets
    rows = queue(engine, QueueFilters(), 0, 10_000)
    pulling = chance.sample(rows, len(rows) // 10)
    influences = [
        PointInfluence(f"db|{key}|Base|imagenet|top1_accuracy", key, chance.expovariate(4), False, False)
        for key in sorted(row.paper_key for row in pulling)
    ]
    store_influences(engine, run, influences)


@contextmanager
def served(home: Path, database_url: str) -> Iterator[Server]:
    """`burden web` in a process of its own."""
    environment = _environment(home, database_url)
    command = [BURDEN, "web", "--port", "0"]
    engine = open_database(database_url)
    process = subprocess.Popen(  # noqa: S603 - our own program
        command, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None  # noqa: S101 - it is piped
        url = next((line.split()[-1] for line in process.stdout if line.startswith("burden is at")), "")
        if not url:
            raise SystemExit("burden web did not start")
        with httpx.Client(base_url=url, headers={"Accept": "text/html"}, timeout=300) as client:
            client.cookies.set("burden-session", _signed_in(engine))
            yield Server(client, engine, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)
        engine.dispose()


def _environment(home: Path, database_url: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
    return plain | {"BURDEN_HOME": str(home), "BURDEN_DATABASE_URL": database_url, "PYTHONPATH": str(PROJECT)}


def _signed_in(engine: Engine) -> str:
    known = credentials(engine, "bench")
    now, token = datetime.now(UTC), token_urlsafe(32)
    user = known[0] if known else add_user(engine, "bench", Role.ADJUDICATOR, "no password", now)
    open_session(engine, user.user_id, sha256(token.encode()).hexdigest(), "csrf", now, now + timedelta(hours=12))
    return token


def measured(server: Server, what: str, ask: Sequence[Callable[[], httpx.Response]], times: int, target: float) -> None:
    """Ask so many times in turn, after one of each that nobody counts, and tell."""
    for each in ask[:3]:
        each()
    found = []
    cpu_before = server.cpu_ms()
    for number in range(times):
        began = time.perf_counter()
        answer = ask[number % len(ask)]()
        found.append(1000 * (time.perf_counter() - began))
        if answer.status_code not in (200, 303):
            raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text[:200]}")
    cpu = (server.cpu_ms() - cpu_before) / times
    late = statistics.quantiles(found, n=20)[-1]
    print(
        f"  {what:23} median {statistics.median(found):6.1f} ms, CPU {cpu:5.1f} ms, 95th percentile {late:6.1f} ms: "
        f"{'within' if late <= target else 'OVER'} {target:g} ms",
        flush=True,
    )


def measure(server: Server, requests: int) -> None:
    """Ask for everything, and tell."""
    chance = random.Random(3)  # noqa: S311 - data, not secrets
    made_up = [row for row in queue(server.engine, QueueFilters(), 0, 200_000) if row.title]
    some = [
        _getting(server, paper_address(row.paper_key)) for row in chance.sample(made_up, min(requests, len(made_up)))
    ]
    measured(server, "paper view", some, requests, PAGE_TARGET_MS)
    richest = sorted(made_up, key=lambda row: -row.open_facts)[:20]
    some = [_getting(server, paper_address(row.paper_key)) for row in richest]
    measured(server, "paper view, richest 20", some, requests // 2, PAGE_TARGET_MS)
    for what, addresses in QUEUE_ADDRESSES.items():
        measured(server, what, [_getting(server, each) for each in addresses], requests, PAGE_TARGET_MS)
    pages = _pages_of_samples(server)
    for page in pages:
        server.client.get(page).raise_for_status()
    measured(server, "page image, warm", [_getting(server, each) for each in pages], requests, IMAGE_TARGET_MS)


def _getting(server: Server, address: str) -> Callable[[], httpx.Response]:
    return lambda: server.client.get(address)


def _pages_of_samples(server: Server) -> list[str]:
    samples = [row for row in queue(server.engine, QueueFilters(settled=None, search=".99"), 0, 400) if not row.title]
    found = [paper_records(server.engine, row.paper_key) for row in samples[:8]]
    return [
        f"/desk/pages/{paper.document_sha256}/{number}.webp?dpi=144"
        for paper in found
        if paper is not None
        for number in range(1, min(paper.page_count, 3) + 1)
    ]


def run(what: str, home: Path, database_url: str, papers: int, requests: int) -> None:
    """Fill the database unless it is full, and measure."""
    engine = open_database(database_url)
    upgrade(engine)
    began = time.perf_counter()
    if database_status(engine).row_counts.get("papers", 0) < papers:
        subprocess.run(  # noqa: S603 - our own program
            [BURDEN, "ingest", "--from-folder", PROJECT / "samples" / "papers", "--json"],
            env=_environment(home, database_url),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        fill(engine, papers)
        bring_public_rows_up_to_date(engine, datetime.now(UTC))
    counts = database_status(engine).row_counts
    print(f"{what}: {counts['papers']} papers, {counts['claims']} claims; made in {time.perf_counter() - began:.0f} s")
    engine.dispose()
    with served(home, database_url) as server:
        measure(server, requests)


def main() -> None:
    """Both databases, one after the other."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the servers are stopped, too
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    cores = os.cpu_count()
    print(
        f"{platform.machine()}, {platform.system()}, {cores} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}"
    )
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burden-desk-")))
        if options.only != "postgresql":
            run("SQLite", folder / "home", f"sqlite:///{folder}/desk.sqlite", options.papers, options.requests)
        binaries = installed_binaries()
        if options.only == "sqlite":
            return
        if binaries is None:
            print("PostgreSQL: left out, no initdb here")
            return
        server = stack.enter_context(running_server(binaries))
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE desk")
        run("PostgreSQL", folder / "home-postgresql", server.url("desk"), options.papers, options.requests)


if __name__ == "__main__":
    main()
