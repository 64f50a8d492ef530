"""Stored papers are read anew when a rule changes, be it code or data."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from extractors.version import CODE_VERSION, extractor_version


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    """A copy of the extractors, to be changed."""
    return Path(shutil.copytree(str(files("extractors")), tmp_path / "extractors"))


@pytest.mark.parametrize(
    "file",
    [
        "patterns/counts.jsonl",
        "patterns/cues.jsonl",
        "patterns/sections.jsonl",
        "patterns/words.json",
        "lexicon/accelerators.csv",
    ],
)
def test_a_changed_rule_is_another_version(rooms: Path, file: str) -> None:
    before = extractor_version(rooms)
    rules = (rooms / file).read_text(encoding="utf-8")
    (rooms / file).write_text(rules.replace("e", "a", 1), encoding="utf-8")
    changed = extractor_version(rooms)
    assert changed != before
    assert re.fullmatch(rf"{CODE_VERSION}\+[0-9a-f]{{12}}", changed)
    (rooms / file).write_text(rules, encoding="utf-8")
    assert extractor_version(rooms) == before


def test_a_new_file_of_rules_is_another_version_and_what_holds_none_is_not(rooms: Path) -> None:
    before = extractor_version(rooms)
    for name in ("patterns/rules.jsonl.orig", "patterns/notes.md", "lexicon/more.py"):
        (rooms / name).write_text("{}\n")
    assert extractor_version(rooms) == before
    (rooms / "patterns" / "more.jsonl").write_text("{}\n")
    assert extractor_version(rooms) != before


def test_every_file_of_data_counts() -> None:
    """A rule in a file of another kind would change what is read, and stored papers would stay as they are."""
    suffixes = {path.suffix for path in Path(str(files("extractors"))).rglob("*") if path.is_file()}
    assert suffixes - {".pyc"} == {".py", ".csv", ".json", ".jsonl"}


def test_the_version_in_force_is_to_be_had_without_loading_what_extracts() -> None:
    program = """
import sys
from importlib.resources import files
from extractors.version import EXTRACTOR_VERSION, extractor_version
assert extractor_version(files("extractors")) == EXTRACTOR_VERSION
print(sorted({"spacy", "pymupdf", "numpy", "csv"} & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
