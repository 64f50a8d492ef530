"""The command line as people and programs meet it: exit codes, streams, help, start-up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from homes import Home, invoke

from cli import main

BURDEN = Path(sys.executable).parent / "burden"
Burden = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def burden(tmp_path: Path) -> Burden:
    """Run the installed command with its own home, and no setting from outside."""

    def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("BURDEN_", "PREFECT_"))}
        environment = clean | {"BURDEN_HOME": str(tmp_path / "home")} | variables
        command = [str(BURDEN), *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    return run


def _commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.extend(_commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)])
    return found


@pytest.mark.parametrize("path", _commands(main), ids=" ".join)
def test_every_command_shows_an_example_of_itself(path: tuple[str, ...]) -> None:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    shown = command.get_help(click.Context(command, info_name=" ".join(path)))
    assert "Example" in shown
    assert f"burden {' '.join(path)}" in shown.partition("Example")[2]


def test_start_up_loads_nothing_heavy() -> None:
    program = """
import sys
sys.argv = ["burden", "--help"]
from cli import main
try:
    main()
except SystemExit as end:
    assert not end.code
heavy = {"spacy", "pymupdf", "sqlalchemy", "prefect", "pydantic", "requests", "rich", "numpy", "pyarrow", "arxiv"}
heavy |= {"pandas", "statsmodels", "matplotlib"}
print("LOADED", sorted(heavy & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "LOADED []" in ran.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "--from-folder", "no/such/folder"),
        ("ingest", "--limit", "0"),
        ("ingest", "--since", "yesterday"),
        ("ingest", "--since", "2024-02-01", "--until", "2024-01-01"),
        ("ingest", "--id", "1706.03762", "--since", "2024-01-01"),
        ("ingest", "--id", "1706.03762", "--category", "cs.CV"),
        ("ingest", "--until", "2024-02-01"),
        ("ingest", "--id", "1776.03762"),
        ("ingest", "stray"),
        ("extract",),
        ("extract", "no-such.pdf"),
        ("export", "everything"),
        ("analyze", "--least-confidence", "2"),
        ("import", "computer-progress", "no/such/folder"),
        ("export", "facts", "--format", "table", "-o", "x"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_wrong_use_exits_with_2_and_no_traceback(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = invoke(Home(tmp_path / "home"), *arguments)
    assert ran.exit_code == 2, ran.stderr
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    assert "rror: " in ran.stderr


def test_export_before_any_ingest_says_what_to_do(burden: Burden, tmp_path: Path) -> None:
    for arguments in (("export", "facts"), ("db", "status")):
        ran = burden(*arguments)
        assert ran.returncode == 1
        assert ran.stderr.count("\n") == 1 and "`burden ingest` and `burden import` make one" in ran.stderr
    assert not (tmp_path / "home").exists()


def test_unusable_setting_is_one_line_and_exit_1(burden: Burden) -> None:
    ran = burden("doctor", BURDEN_JOBS="many")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1 and "BURDEN_JOBS" in ran.stderr


def test_a_repeatable_option_takes_several_values_at_once() -> None:
    command = main.commands["ingest"]
    arguments = ["--id", "1", "2", "--limit", "3", "--category", "a", "--id=4", "5", "--json"]
    parsed = command.make_context("ingest", arguments).params
    assert (parsed["ids"], parsed["categories"], parsed["limit"]) == (("1", "2", "4", "5"), ("a",), 3)


def test_doctor_lists_every_setting_in_force_without_changing_anything(burden: Burden, tmp_path: Path) -> None:
    ran = burden("doctor", "--json", BURDEN_CONTACT="me@example.org")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    findings = {finding["subject"]: finding for finding in json.loads(ran.stdout)}
    assert findings["BURDEN_CONTACT"]["value"] == "me@example.org"
    assert findings["BURDEN_CONTACT"]["advice"] == "environment"
    assert findings["BURDEN_DATABASE_URL"]["value"].endswith("home/burden.sqlite")
    assert {"BURDEN_HOME", "BURDEN_ARXIV_DELAY_SECONDS", "BURDEN_TIME_LIMIT_SECONDS", "disk"} <= set(findings)
    assert findings["database"]["value"] == "not there yet"
    assert findings["readers of PDFs"]["value"].startswith("no network, no programs")
    assert not (tmp_path / "home").exists()


def test_doctor_finds_what_is_broken_and_hides_the_password(burden: Burden) -> None:
    ran = burden("doctor", BURDEN_DATABASE_URL="postgresql://me:hunter2@127.0.0.1:9/none", BURDEN_HOME="/proc/none")
    assert ran.returncode == 1
    assert "broken" in ran.stdout and "BURDEN_DATABASE_URL" in ran.stdout
    assert "hunter2" not in ran.stdout + ran.stderr


def test_doctor_checks_the_prefect_server_it_is_told_of(burden: Burden) -> None:
    ran = burden("doctor", "--json", PREFECT_API_URL="http://127.0.0.1:9/api")
    findings = {finding["subject"]: finding for finding in json.loads(ran.stdout)}
    assert ran.returncode == 1
    assert findings["prefect server"]["health"] == "broken"
