"""What was read is read anew when the judge's weights change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from flows.version import READING_VERSION
from models.judge import load_judge

PROGRAM = """
import sys
from flows.version import READING_VERSION
print(READING_VERSION)
print(sorted({"spacy", "pymupdf", "numpy", "sklearn", "prefect"} & set(sys.modules)))
"""


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the rooms that make a version, to be changed."""
    for room in ("extractors", "models", "flows"):
        shutil.copytree(str(files(room)), tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "*.skops"))
    return tmp_path


def version_in(rooms: Path) -> str:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], cwd=rooms, capture_output=True, text=True, check=True)
    version, loaded = ran.stdout.splitlines()
    assert loaded == "[]", "a version is to be had without loading what reads"
    return version


def test_other_weights_are_another_version(rooms: Path) -> None:
    weights = rooms / "models" / "trained" / "judge.json"
    assert version_in(rooms) == READING_VERSION
    threshold = f'"accepted_from": {load_judge().accepted_from}'
    held = weights.read_text(encoding="ascii")
    assert held.count(threshold) == 1
    weights.write_text(held.replace(threshold, '"accepted_from": 0.123'), encoding="ascii")
    changed = version_in(rooms)
    assert changed != READING_VERSION
    assert changed.rpartition(".")[0] == READING_VERSION.rpartition(".")[0], "the extractors are the same"


def test_other_rules_are_another_version_too(rooms: Path) -> None:
    cues = rooms / "extractors" / "patterns" / "cues.jsonl"
    cues.write_text(cues.read_text(encoding="utf-8").replace("e", "a", 1), encoding="utf-8")
    assert version_in(rooms) != READING_VERSION


def test_what_only_describes_the_weights_is_not(rooms: Path) -> None:
    (rooms / "models" / "trained" / "card.md").write_text("Another card.\n", encoding="utf-8")
    assert version_in(rooms) == READING_VERSION
