"""Seconds and bytes of 1,000,000 claims in PostgreSQL, saved as a large run saves them.

    python benchmarks/bulk_claims.py [--claims 1000000] [--writers 1] [--sqlite]

Makes up papers from a fixed seed before the clock starts, about 12 claims each, and saves them in portions as
`burden ingest` does from bulk tars, a transaction each: papers, PDFs, claims, links, estimates, and the rows of the
desk and of the public pages. ``--writers``: so many runs at once, as on as many machines. PostgreSQL syncs to disk,
unlike in tests. Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from made_up_papers import made_up_papers

from db.arrivals import ExtractedPaper
from db.engine import Engine, is_sqlite, open_database
from db.migrate import upgrade
from db.store import save_extractions
from extractors.lexicon.catalogue import load_catalogue
from flows.shards import PAPERS_A_PORTION

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "tests" / "flows"))
from postgresql_servers import installed_binaries, running_server  # noqa: E402

SECONDS_TARGET = 300.0
MACHINE_TABLES = ("claims", "claim_models", "burden_estimates", "papers", "documents", "paper_versions", "extractions")
OTHER_TABLES = ("desk_papers", "public_papers", "public_models", "public_points", "public_accelerators")


def claims_of(paper: ExtractedPaper) -> int:
    extraction = paper.extraction
    return sum(map(len, (extraction.runs, extraction.training_compute, extraction.results, extraction.properties)))


def save(url: str, papers: Sequence[ExtractedPaper]) -> None:
    """One run: its papers, portion by portion."""
    engine = open_database(url)
    for first in range(0, len(papers), PAPERS_A_PORTION):
        portion = papers[first : first + PAPERS_A_PORTION]
        save_extractions(engine, portion, "made up", "made up", datetime.now(UTC))
    engine.dispose()


def cpu_of_ended_children(process: int) -> float:
    """Seconds: each connection of PostgreSQL is a process of its own."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def measure(url: str, papers: Sequence[ExtractedPaper], writers: int, server_cpu: Callable[[], float]) -> None:
    engine = open_database(url)
    upgrade(engine)
    fork = multiprocessing.get_context("fork")  # the papers need not be made again
    runs = [fork.Process(target=save, args=(url, papers[number::writers])) for number in range(writers)]
    engine.dispose()
    claims = sum(map(claims_of, papers))
    print(f"  {len(papers)} papers, {claims} claims, {writers} writer(s), portions of {PAPERS_A_PORTION} papers")
    began = time.perf_counter()
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    seconds = time.perf_counter() - began
    if any(run.exitcode for run in runs):
        sys.exit("a writer failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    engine = open_database(url)
    with engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM claims").scalar()
    assert stored == claims, f"{stored} of {claims} claims are there"  # noqa: S101 - a benchmark says when it is wrong
    verdict = "within" if seconds <= SECONDS_TARGET else "OVER"
    print(f"  {seconds:.1f} s: {verdict} the target of {SECONDS_TARGET:g} s; {claims / seconds:.0f} claims a second")
    in_writers = 1000 * (used.ru_utime + used.ru_stime) / len(papers)
    print(
        f"  CPU a paper: {in_writers:.2f} ms in the writers, {1000 * server_cpu() / len(papers):.2f} ms in the server"
    )
    sizes(engine, len(papers), claims)
    engine.dispose()


def sizes(engine: Engine, papers: int, claims: int) -> None:
    """What the rows take on disk, indexes and all."""
    if is_sqlite(engine):
        megabytes = Path(engine.url.database or "").stat().st_size / 1e6
        print(f"  {megabytes:.0f} MB, {1e6 * megabytes / papers:.0f} bytes a paper")
        return
    with engine.connect() as connection:
        for tables in (MACHINE_TABLES, OTHER_TABLES):
            total = 0
            for table in tables:
                counted = f"SELECT count(*), pg_total_relation_size('{table}') FROM {table}"  # noqa: S608
                rows, size = connection.exec_driver_sql(counted).one()
                total += size
                print(f"  {table:<20}{rows:>10} rows {size / 1e6:>8.0f} MB {size / papers:>8.0f} bytes a paper")
            print(f"  {'together':<20}{'':>15} {total / 1e6:>8.0f} MB {total / papers:>8.0f} bytes a paper")


def main() -> None:
    """Make papers up, save them, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--claims", type=int, default=1_000_000)
    parser.add_argument("--writers", type=int, default=1)
    parser.add_argument("--sqlite", action="store_true", help="SQLite in place of PostgreSQL")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}")
    papers: list[ExtractedPaper] = []
    claims = 0
    for paper in made_up_papers(options.claims, load_catalogue()):
        papers.append(paper)
        claims += claims_of(paper)
        if claims >= options.claims:
            break
    with ExitStack() as stack:
        if options.sqlite:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="burden-bulk-"))
            print("SQLite:")
            measure(f"sqlite:///{folder}/bulk.sqlite", papers, options.writers, lambda: 0.0)
            return
        binaries = installed_binaries()
        if binaries is None:
            sys.exit("PostgreSQL: no initdb here")
        server = stack.enter_context(running_server(binaries))
        with_syncs = f"-k {server.folder} -c listen_addresses="
        log = f"{server.folder}/log"
        server.run("pg_ctl", "restart", "--wait", "--silent", "--log", log, "--options", with_syncs)
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE bulk")
            print(f"  fsync {connection.execute('SHOW fsync').fetchone()}")
        print("PostgreSQL:")
        process = int((server.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        measure(server.url("bulk"), papers, options.writers, partial(cpu_of_ended_children, process))


if __name__ == "__main__":
    main()
