"""Processes that begin at one moment, and statements at which a transaction is interrupted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

REPOSITORY = Path(__file__).parents[2]


def waiting(program: str, *arguments: str) -> subprocess.Popen[str]:
    """A program that begins once a line comes in."""
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=REPOSITORY, text=True, **pipes)


def is_ready(process: subprocess.Popen[str]) -> bool:
    """Wait until it says so."""
    return process.stdout is not None and process.stdout.readline() == "ready\n"


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def run_at_once(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Let all go; each must end well."""
    for process in processes:
        let_go(process)
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said


@contextmanager
def interrupted_at(engine: Engine, beginning: str) -> Iterator[None]:
    """What is done here is interrupted before the first statement that begins so."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(beginning):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", fail)
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)
