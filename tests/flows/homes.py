"""The installed command with a home of its own, and databases laid side by side."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from cli import main

BURDEN = Path(sys.executable).parent / "burden"
Contents = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Home:
    """A ``BURDEN_HOME`` and the command that works in it."""

    path: Path
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def database(self) -> Path:
        return self.path / "burden.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BURDEN_", "PREFECT_"))}
        return clean | {"BURDEN_HOME": str(self.path), "BURDEN_JOBS": "1"} | dict(self.variables)

    def popen(self, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        """Start ``burden`` as the leader of a process group of its own."""
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = [str(BURDEN), *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.environment, cwd=self.path.parent, start_new_session=True, **pipes | options
        )

    def burden(
        self, *arguments: object, input_text: str | None = None, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        if input_text is not None:
            options["stdin"] = subprocess.PIPE
        process = self.popen(*arguments, **options)
        output, errors = process.communicate(input_text)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def ingest(self, folder: Path, *arguments: object, **options: Any) -> dict[str, Any]:
        """Ingest ``folder``, which must succeed; the summary."""
        ran = self.burden("ingest", "--from-folder", folder, "--json", *arguments, **options)
        assert ran.returncode == 0, ran.stderr
        summary: dict[str, Any] = json.loads(ran.stdout)
        return summary

    def contents(self, *, with_runs: bool = False) -> Contents:
        """Every row of every table, in a fixed order, without times and (unless asked for) the log of runs.

        How often something changed on the way, and who was last at it, is left out, too.
        """
        skipped = {"public_stamp", "leases"} | (set() if with_runs else {"ingest_runs"})
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found: Contents = {}
            for table in set(tables) - skipped:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                kept = ", ".join(name for name in columns if not name.endswith("_at"))
                found[table] = sorted(connection.execute(f"SELECT {kept} FROM {table}"), key=repr)
        return found

    def count(self, table: str) -> int:
        """Rows of a table; 0 while there is no such table or no database."""
        if not self.database.exists():
            return 0
        try:
            with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10) as connection:
                (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        except sqlite3.OperationalError:
            return 0
        return int(rows)


def invoke(home: Home, *arguments: object, input_text: str | None = None) -> Result:
    """As ``Home.burden``, in this process: what a command imports is loaded once for all tests."""
    return CliRunner(env=home.environment).invoke(main, [str(each) for each in arguments], input=input_text)
