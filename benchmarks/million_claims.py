"""What a database of a million claims answers, by which plans, and what its backup, restore and copy take.

    python benchmarks/million_claims.py [--papers 85000] [--public] [--without-copies]

Makes up papers in PostgreSQL as desk_100k.py does (about 12 claims each; with --public also the public rows of all, not
of the first 2,500 alone), and asks what pages, the queue, exports (first 1,000 rows) and nights ask: milliseconds,
and the large tables that the plan reads whole. Then backs it up, restores it, copies it into SQLite. Prints figures,
and judges nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from desk_100k import fill

from db import queries
from db.backup import back_up, restore
from db.desk import paper_records
from db.desk_queue import QueueFilters, queue, queue_length, queue_progress
from db.engine import Engine, open_database
from db.history import fact_history
from db.ingest_runs import last_successful_window
from db.migrate import database_status, upgrade
from db.public_queries import (
    ModelFilters,
    PaperFilters,
    PointFilters,
    chart_points,
    models_table,
    papers_table,
    points_table,
)
from db.public_records import model, public_paper
from db.public_refresh import bring_public_rows_up_to_date
from db.public_trends import benchmarks, home_counts, yearly
from db.transfer import copy_database

PROJECT = Path(__file__).parents[1]
sys.path[:0] = [str(PROJECT / "tests" / "flows"), str(PROJECT / "tests" / "db")]
from asked_statements import asked, scanned_tables  # noqa: E402
from postgresql_servers import installed_binaries, running_server  # noqa: E402

_LARGE = 10_000
"""Rows from which a table should not be read whole for one page."""
_EXPORTED = 1_000


def main() -> None:
    """Fill, ask, back up."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=85_000)
    parser.add_argument("--public", action="store_true")
    parser.add_argument("--without-copies", action="store_true")
    options = parser.parse_args()
    binaries = installed_binaries()
    if binaries is None:
        raise SystemExit("PostgreSQL is needed: no initdb here")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.python_version()}")
    with running_server(binaries) as server, tempfile.TemporaryDirectory(prefix="burden-million-") as folder:
        with closing(server.connect("postgres")) as connection:
            for name in ("million", "restored"):
                connection.execute(f"CREATE DATABASE {name}")
        engine = open_database(server.url("million"))
        upgrade(engine)
        took("filled", lambda: fill(engine, options.papers))
        if options.public:
            took("public rows", lambda: bring_public_rows_up_to_date(engine, datetime.now(UTC)))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        counts = database_status(engine).row_counts
        print(f"{counts['papers']:,} papers, {counts['claims']:,} claims, {sum(counts.values()):,} rows")
        ask(engine, {table for table, rows in counts.items() if rows >= _LARGE})
        if not options.without_copies:
            copies(engine, Path(folder), server.url("restored"))


def ask(engine: Engine, large: set[str]) -> None:
    """Each question's time, and what its plans read whole."""
    with engine.connect() as connection:
        paper = connection.exec_driver_sql(
            "SELECT paper_key FROM papers ORDER BY paper_key OFFSET 777 LIMIT 1"
        ).scalar_one()
        sha256 = connection.exec_driver_sql("SELECT document_sha256 FROM documents OFFSET 777 LIMIT 1").scalar_one()
        model_id = connection.exec_driver_sql("SELECT model_id FROM public_models OFFSET 777 LIMIT 1").scalar_one()
        fact = connection.exec_driver_sql("SELECT fact_key FROM training_runs_v1 LIMIT 1").scalar_one()
    now = datetime.now(UTC)
    points = PointFilters("imagenet", "top1_accuracy")
    questions: dict[str, Callable[[], Any]] = {
        "night: PDFs read before (500)": lambda: queries.extracted(engine, [sha256] * 500, "x1"),
        "night: PDFs had": lambda: queries.documents_of(engine, [paper]),
        "night: downloads missed": lambda: queries.failed_downloads(engine, now - timedelta(days=9)),
        "night: where it went on": lambda: last_successful_window(engine, "arxiv-oai:cs.CV"),
        "pending estimates, all": lambda: queries.pending_estimates(engine, "e1"),
        "pending estimates, a paper's": lambda: queries.pending_estimates(engine, "e1", paper),
        "page of a paper": lambda: public_paper(engine, paper),
        "page of a model": lambda: model(engine, model_id),
        "home": lambda: (home_counts(engine), benchmarks(engine), yearly(engine)),
        "papers": lambda: papers_table(engine, PaperFilters(), "largest_burden_flop"),
        "papers, searched": lambda: papers_table(engine, PaperFilters("residual"), "published"),
        "models": lambda: models_table(engine, ModelFilters()),
        "points of a benchmark": lambda: points_table(engine, points),
        "chart": lambda: chart_points(engine, points, ("model_id", "value", "hardware_burden_flop")),
        "desk: queue": lambda: queue(engine, QueueFilters(), 0, 50, viewer="ada", now=now),
        "desk: queue's length": lambda: (queue_length(engine, QueueFilters()), queue_progress(engine)),
        "desk: a paper": lambda: paper_records(engine, paper),
        "desk: a fact's history": lambda: fact_history(engine, fact),
        "view: a paper's runs": partial(_view, engine, "training_runs_v1", paper),
        "view: a paper's points": partial(_view, engine, "analysis_points_v1", paper),
        "export runs": lambda: islice(queries.exported_records(engine, "runs"), _EXPORTED),
        "export burden": lambda: islice(queries.exported_records(engine, "burden"), _EXPORTED),
        "export points": lambda: islice(queries.exported_records(engine, "points"), _EXPORTED),
        "export facts": lambda: islice(queries.exported_records(engine, "facts"), _EXPORTED),
    }
    for name, question in questions.items():
        began = time.perf_counter()
        statements = asked(engine, question)
        milliseconds = 1000 * (time.perf_counter() - began)
        whole = {table for each in statements for table in scanned_tables(engine, *each)} & large
        print(f"  {name:32} {milliseconds:10,.1f} ms   reads whole: {', '.join(sorted(whole)) or '-'}", flush=True)


def _view(engine: Engine, view: str, paper: str) -> Iterator[Any]:
    with engine.connect() as connection:
        yield from connection.exec_driver_sql(f"SELECT * FROM {view} WHERE arxiv_id = %s", (paper,))  # noqa: S608


def copies(engine: Engine, folder: Path, restored_url: str) -> None:
    """Backup, restore, copy to SQLite, and its backup."""
    backup = folder / "million.backup"
    took("backup of PostgreSQL", lambda: back_up(engine, backup, "bench", datetime.now(UTC)))
    print(f"    {backup.stat().st_size / 1e6:,.0f} MB")
    took("restore into PostgreSQL", lambda: restore(open_database(restored_url), backup, replace=False))
    sqlite = open_database(f"sqlite:///{folder}/million.sqlite")
    took("copy to SQLite", lambda: copy_database(engine, sqlite, replace=False))
    print(f"    {(folder / 'million.sqlite').stat().st_size / 1e6:,.0f} MB")
    took("backup of SQLite", lambda: back_up(sqlite, folder / "sqlite.backup", "bench", datetime.now(UTC)))
    print(f"  at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB in memory")


def took(what: str, do: Callable[[], object]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    do()
    print(
        f"  {what:32} {time.perf_counter() - began:8.1f} s, {time.process_time() - cpu:6.1f} s of it this process",
        flush=True,
    )


if __name__ == "__main__":
    main()
