"""Many curators at once on the same papers, and whether all that they were told is so. On SQLite and PostgreSQL.

    python benchmarks/desk_many_curators.py [--curators 8] [--decisions 2000] [--postgresql | --both]

Ingests the sample papers, starts `burden web` as a process of its own, and lets curators who came in by the sign-in
page accept, correct, reject, undo, add and comment on the same papers at once, each off a page that the others make
old. Of the conflicts they are told, they save over some. Some saves are sent twice, as after an answer that was lost.
Then it reads the database: every save that was acknowledged is there exactly once, none that was refused is there,
nobody's save went over a review that they had neither seen nor been told of, the desk shows the reviews that stand,
and the rows of the queue are what they would be when reckoned anew. Exit code 1 if anything is otherwise.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe

from desk_100k import BURDEN, PROJECT, served

from db.accounts import Role, add_user
from db.engine import open_database
from portal.passwords import hash_password

sys.path[:0] = [str(PROJECT / "tests" / "flows"), str(PROJECT / "tests" / "portal")]
from curators_at_work import ACTIONS, Curator, Save, at_once, signed_in  # noqa: E402
from kept_saves import faults  # noqa: E402
from live_site import SAMPLE_PAPERS  # noqa: E402
from postgresql_servers import installed_binaries, running_server  # noqa: E402

PAPERS = SAMPLE_PAPERS[:6]
_MOST_TOLD = 20


def run(what: str, home: Path, database_url: str, curators: int, decisions: int) -> bool:
    """Whether all is as it should be, with a report."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BURDEN_")}
    environment |= {"BURDEN_HOME": str(home), "BURDEN_DATABASE_URL": database_url, "PYTHONPATH": str(PROJECT)}
    subprocess.run(  # noqa: S603 - our own program
        [BURDEN, "ingest", "--from-folder", PROJECT / "samples" / "papers", "--json"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    password, names = token_urlsafe(16), [f"curator-{number + 1}" for number in range(curators)]
    engine = open_database(database_url)
    for name in names:
        add_user(engine, name, Role.CURATOR, hash_password(password, name), datetime.now(UTC))
    with served(home, database_url) as server:
        url = str(server.client.base_url)
        people = [Curator(name, signed_in(url, name, password), PAPERS, number) for number, name in enumerate(names)]
        began = time.perf_counter()
        saves = at_once(people, decisions)
        took = time.perf_counter() - began
    found = faults(saves, engine)
    engine.dispose()
    print(f"{what}: {curators} curators on {len(PAPERS)} papers")
    report(saves, sum(person.sent_twice for person in people), took)
    for fault in found[:_MOST_TOLD]:
        print(f"  FAULT {fault}")
    print(f"  {'as it should be' if not found else f'FAILED: {len(found)} faults'}")
    return not found


def report(saves: Sequence[Save], sent_twice: int, took_seconds: float) -> None:
    """How many of what, and how it ended."""
    decisions = {save.mark for save in saves}
    by_status = Counter(save.status for save in saves)
    others = sum(count for status, count in by_status.items() if status not in (200, 409))
    each = Counter(save.action for save in saves if save.acknowledged)
    print(f"  {len(decisions)} decisions in {took_seconds:.0f} s, {len(decisions) / took_seconds:.0f} a second")
    print(f"  acknowledged {by_status[200]}: " + ", ".join(f"{each[action]} {action}" for action in ACTIONS))
    over = sum(save.overriding and save.acknowledged for save in saves)
    print(
        f"  told of a conflict {by_status[409]}, saved over it {over}; sent twice {sent_twice}; other answers {others}"
    )
    print(f"  answers: median {statistics.median(save.took_ms for save in saves):.0f} ms")


def main() -> int:
    """One database or both, one after the other."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--curators", type=int, default=8)
    parser.add_argument("--decisions", type=int, default=2000)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--postgresql", action="store_true", help="on PostgreSQL alone")
    which.add_argument("--both", action="store_true", help="on SQLite, then on PostgreSQL")
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {platform.system()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
        f"Python {platform.python_version()}"
    )
    good = True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="burden-desk-")))
        if not options.postgresql:
            url = f"sqlite:///{folder}/desk.sqlite"
            good &= run("SQLite", folder / "home", url, options.curators, options.decisions)
        if options.postgresql or options.both:
            binaries = installed_binaries()
            if binaries is None:
                print("PostgreSQL: left out, no initdb here")
                return 0 if good else 1
            server = stack.enter_context(running_server(binaries))
            with server.connect("postgres") as connection:
                connection.execute("CREATE DATABASE desk")
            home = folder / "home-postgresql"
            good &= run("PostgreSQL", home, server.url("desk"), options.curators, options.decisions)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
