"""What the public tables cost with 100,000 models: made anew, kept up at a curator's save, and read by every page.

    python benchmarks/public_100k.py [--papers 50000] [--queries 100] [--only sqlite] [--keep FOLDER]

Makes up papers as desk_100k.py does (about two models each) and an imported file of 3,000 rows, makes all public rows,
saves a curator's reviews one by one, and asks each query as often as told, with options at random. PostgreSQL is left
out where ``initdb`` is not found. ``--keep`` leaves the SQLite database in a folder, and finds it there the next time.
Prints figures, and judges without failing.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from desk_100k import fill
from made_up_papers import made_up_imports

from db.engine import Engine, open_database, writing
from db.imports import store_import
from db.migrate import upgrade
from db.public_queries import (
    MODEL_SORTS,
    PAPER_SORTS,
    POINT_SORTS,
    ModelFilters,
    PaperFilters,
    PointFilters,
    chart_points,
    models_table,
    papers_table,
    points_table,
)
from db.public_records import model, public_paper
from db.public_refresh import bring_public_rows_up_to_date, refresh_public_papers
from db.public_stamp import public_stamp
from db.public_trends import accelerators_by_year, benchmarks, burdens_over_time, home_counts, imports_in_use, yearly
from db.reviews import Decision, Review, save_reviews

PROJECT = Path(__file__).parents[1]
sys.path.insert(0, str(PROJECT / "tests" / "flows"))
from postgresql_servers import installed_binaries, running_server  # noqa: E402

QUERY_TARGET_MS, REFRESH_TARGET_MS = 250, 20
PUBLIC = ("public_points", "public_models", "public_accelerators", "public_papers")
BENCHMARKS = (("imagenet", "top1_accuracy"), ("coco", "box_ap"), ("conll2003", "f1"), ("nowhere", "f1"))
WORDS = ("", "", "residual", "scaling sparse", "net-b", "1705.0", "no such words")
ACCELERATORS = ("", "NVIDIA A100", "NVIDIA Tesla V100", "Zephyr")
YEARS = (None, 2015, 2019)


def main() -> None:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--papers", type=int, default=50_000)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}"
    )
    with ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burden-public-")))
        if options.only != "postgresql":
            run("SQLite", f"sqlite:///{folder}/public.sqlite", options.papers, options.queries)
        binaries = installed_binaries()
        if options.only == "sqlite":
            return
        if binaries is None:
            print("PostgreSQL: left out, no initdb here")
            return
        server = stack.enter_context(running_server(binaries))
        with server.connect("postgres") as connection:
            connection.execute("CREATE DATABASE public_tables")
        run("PostgreSQL", server.url("public_tables"), options.papers, options.queries)


def run(what: str, database_url: str, papers: int, queries: int) -> None:
    """Fill the database unless it is full, and measure."""
    engine = open_database(database_url)
    upgrade(engine)
    if home_counts(engine).papers_seen < papers:
        fill(engine, papers)
        store_import(engine, made_up_imports(3_000), datetime.now(UTC))
    print(f"{what}:")
    whole(engine)
    savings(engine, queries)
    reads(engine, queries)
    engine.dispose()


def whole(engine: Engine) -> None:
    """All public rows anew."""
    with writing(engine) as connection:
        for table in PUBLIC:
            connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names of tables
    began = time.perf_counter()
    papers = bring_public_rows_up_to_date(engine, datetime.now(UTC))
    seconds = time.perf_counter() - began
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    counts = home_counts(engine)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  all rows of {papers} papers ({counts.models} models) in {seconds:.1f} s, at most {memory:.0f} MB in memory"
    )
    began = time.perf_counter()
    bring_public_rows_up_to_date(engine, datetime.now(UTC))
    print(f"  to find that nothing is behind: {time.perf_counter() - began:.2f} s")


def savings(engine: Engine, times: int) -> None:
    """A curator's save with all that it brings up to date, and the public part of it alone."""
    chance = random.Random(4)  # noqa: S311 - data, not secrets
    keys = _first_column(engine, "SELECT paper_key FROM public_papers WHERE runs > 0")
    chosen = chance.sample(keys, times)
    reviews = []
    for key in chosen:
        paper = public_paper(engine, key)
        assert paper is not None  # noqa: S101 - it is listed
        reviews.append(
            Review(paper.facts[0].fact_key, "accelerator_count", Decision.CORRECT, "bench", datetime.now(UTC), 4)
        )
    told("a curator's save", [partial(save_reviews, engine, [review], {}) for review in reviews], 2 * REFRESH_TARGET_MS)
    told("its public part", [partial(_refreshed, engine, key) for key in chosen], REFRESH_TARGET_MS)


def _refreshed(engine: Engine, key: str) -> None:
    with writing(engine) as connection:
        refresh_public_papers(connection, [key], datetime.now(UTC))


def reads(engine: Engine, times: int) -> None:
    """Every query of the pages."""
    chance = random.Random(5)  # noqa: S311 - data, not secrets
    keys = _first_column(engine, "SELECT paper_key FROM public_papers")
    ids = _first_column(engine, "SELECT model_id FROM public_models")
    ask: dict[str, Callable[[], Callable[[], object]]] = {
        "stamp": lambda: partial(public_stamp, engine),
        "home counts": lambda: partial(home_counts, engine),
        "benchmarks": lambda: partial(benchmarks, engine),
        "years": lambda: partial(yearly, engine),
        "accelerators by year": lambda: partial(accelerators_by_year, engine),
        "burdens over time": lambda: partial(burdens_over_time, engine),
        "imports": lambda: partial(imports_in_use, engine),
        "points of a chart, 5 columns": lambda: partial(
            chart_points,
            engine,
            PointFilters(*chance.choice(BENCHMARKS)),
            ("model_id", "value", "year", "hardware_burden_flop", "basis"),
        ),
        "points, a benchmark's": lambda: partial(
            points_table,
            engine,
            PointFilters(*chance.choice(BENCHMARKS), search=chance.choice(WORDS)),
            *_listed(chance, POINT_SORTS, 5_000),
        ),
        "points, all": lambda: partial(
            points_table,
            engine,
            PointFilters(search=chance.choice(WORDS), year_from=chance.choice(YEARS)),
            *_listed(chance, POINT_SORTS, 100_000),
        ),
        "models": lambda: partial(
            models_table,
            engine,
            ModelFilters(
                search=chance.choice(WORDS),
                basis=chance.choice(("", "machine", "curated")),
                accelerator=chance.choice(ACCELERATORS),
                year_from=chance.choice(YEARS),
                benchmark=chance.choice(("", "imagenet")),
            ),
            *_listed(chance, MODEL_SORTS, 100_000),
        ),
        "papers": lambda: partial(
            papers_table,
            engine,
            PaperFilters(
                search=chance.choice(WORDS),
                year=chance.choice(YEARS),
                accelerator=chance.choice(ACCELERATORS),
                reports=chance.choice(("", "time")),
            ),
            *_listed(chance, PAPER_SORTS, 50_000),
        ),
        "a paper": lambda: partial(public_paper, engine, chance.choice(keys)),
        "a model": lambda: partial(model, engine, chance.choice(ids)),
    }
    for what, asked in ask.items():
        told(what, [asked() for _ in range(times)], QUERY_TARGET_MS)


def _first_column(engine: Engine, query: str) -> list[str]:
    with engine.connect() as connection:
        return [row[0] for row in connection.exec_driver_sql(query)]


def _listed(chance: random.Random, sorts: Iterable[str], farthest: int) -> tuple[str, bool, int]:
    """Sort, direction and offset: mostly near the beginning."""
    return chance.choice(sorted(sorts)), chance.random() < 0.5, chance.choice((0, 0, 0, 50, 500, farthest))


def told(what: str, ask: list[Callable[[], object]], target: float) -> None:
    """Do each once, and tell."""
    found = []
    for each in ask:
        began = time.perf_counter()
        each()
        found.append(1000 * (time.perf_counter() - began))
    late = statistics.quantiles(found, n=20)[-1]
    print(
        f"  {what:29} median {statistics.median(found):6.1f} ms, 95th percentile {late:6.1f} ms: "
        f"{'within' if late <= target else 'OVER'} {target:g} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
