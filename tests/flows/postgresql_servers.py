"""A PostgreSQL server of the tests' own, which they may stop in the middle of things."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

Contents = dict[str, list[tuple[Any, ...]]]


def installed_binaries() -> Path | None:
    """Folder of ``initdb`` and ``pg_ctl``; None where PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class PostgresqlServer:
    """A server on a socket in ``folder``, run as a user who is not root."""

    folder: Path
    binaries: Path
    password: str

    def start(self) -> None:
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        self.run("pg_ctl", "start", "--wait", "--silent", "--log", f"{self.folder}/log", "--options", options)

    def stop_at_once(self) -> None:
        """Without a word to whoever is connected, as in a crash."""
        self.run("pg_ctl", "stop", "--mode=immediate", "--silent")

    def url(self, database: str) -> str:
        return f"postgresql://burden:{self.password}@/{database}?host={self.folder}"

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self.url(database), autocommit=True)

    def contents(self, database: str) -> Contents:
        """Every row of every table, in a fixed order, without times, leases and the log of runs."""
        found: Contents = {}
        with self.connect(database) as connection:
            columns = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables"
                " USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
                " AND column_name NOT LIKE '%\\_at' AND table_name NOT IN ('ingest_runs', 'leases', 'public_stamp')"
                " ORDER BY ordinal_position"
            ).fetchall()
            for table in {table for table, _ in columns}:
                kept = ", ".join(column for of_table, column in columns if of_table == table)
                found[table] = sorted(connection.execute(f"SELECT {kept} FROM {table}").fetchall(), key=repr)
        return found

    def run(self, program: str, *arguments: str) -> None:
        as_server = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_server, str(self.binaries / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def running_server(binaries: Path) -> Iterator[PostgresqlServer]:
    """A new, empty server; gone at the end, whether or not it still runs then."""
    folder = Path(tempfile.mkdtemp(prefix="burden-pg-", dir="/tmp"))  # a short path, open to the server's user
    server = PostgresqlServer(folder, binaries, secrets.token_hex(8))
    (folder / "password").write_text(server.password)
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "postgres")
    try:
        server.run(
            "initdb", "--username=burden", "--auth=scram-sha-256", f"--pwfile={folder}/password",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop_at_once()
        shutil.rmtree(folder)
