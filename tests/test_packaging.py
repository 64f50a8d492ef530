"""The wheel holds everything the program reads at run time, and the project names no registry."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("extractors", "models", "imports", "db", "annotations", "analysis", "releases", "portal", "flows", "commands")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in a wheel built from the working tree, without isolation and so without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("arxiv_burden-*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_wheel_holds_every_file_of_every_room(wheel: set[str]) -> None:
    listed = subprocess.run(["git", "ls-files", *ROOMS, "cli.py"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("git: not a clone")
    tracked = set(listed.stdout.split())
    assert {"cli.py", "extractors/lexicon/accelerators.csv"} <= tracked
    assert tracked - wheel == set()


def test_wheel_holds_data_and_no_tests(wheel: set[str]) -> None:
    suffixes = {Path(name).suffix for name in wheel}
    assert {".csv", ".sql", ".py"} <= suffixes
    assert any(name.startswith("db/migrations/versions/") for name in wheel)
    assert any(name.startswith("extractors/patterns/") for name in wheel)
    assert {f"annotations/gold/{name}.jsonl" for name in ("runs", "results", "roles")} <= wheel
    assert {f"models/trained/{name}" for name in ("judge.json", "judge.skops", "card.md")} <= wheel
    assert not [name for name in wheel if name.startswith(("tests/", "samples/", "benchmarks/"))]
    assert {"portal/static/style.css", "portal/templates/base.html"} <= wheel
    assert {"releases/database.md", "releases/data.md", "releases/licences.csv"} <= wheel
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_constraints_name_no_registry_and_cover_every_dependency() -> None:
    text = (PROJECT / "constraints.txt").read_text()
    assert "://" not in text and "--" not in text
    pinned = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    assert {re.split(r"[^A-Za-z0-9-]", each)[0].lower() for each in wanted} - pinned == set()
