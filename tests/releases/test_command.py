"""`burden release` as people meet it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    (tmp_path / "burden.sqlite").write_bytes(filled.read_bytes())
    return tmp_path


def burden(home: Path, *arguments: str) -> Result:
    environment = {"BURDEN_HOME": str(home), "BURDEN_DATABASE_URL": f"sqlite:///{home}/burden.sqlite"}
    return CliRunner(env=environment).invoke(main, ["release", *arguments])


def test_a_release_is_made_listed_and_made_again(home: Path) -> None:
    made = burden(home, "--name", "2026-11-27")
    assert made.exit_code == 0, made.stderr
    assert f"in {home}/releases/2026-11-27" in made.stdout and "17 tables" in made.stdout
    assert "left out: 3 rows of authors-2022" in made.stderr
    listed = json.loads(burden(home, "--list", "--json").stdout)
    assert [each["name"] for each in listed] == ["2026-11-27"]
    told = json.loads(burden(home, str(home / "again"), "--rebuild", "2026-11-27", "--json").stdout)
    assert sum(told["rows"].values()) == listed[0]["rows"]
    for path, file in told["files"].items():
        first, again = home / "releases" / "2026-11-27" / path, home / "again" / "2026-11-27" / path
        assert first.read_bytes() == again.read_bytes() and len(first.read_bytes()) == file["bytes"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--name", "today"), 1, "named by a day, as 2026-11-27"),
        (("--rebuild", "2020-01-01"), 1, "there is no release '2020-01-01'"),
        (("--name", "2026-11-27", "--with", "nobody"), 1, "no terms of 'nobody'"),
        (("--name", "2026-11-27", "--rebuild", "2026-11-27"), 2, "don't go together"),
        (("--without-parquet",), 2, "goes with --rebuild"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(home: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    ran = burden(home, *arguments)
    assert ran.exit_code == code
    assert words in " ".join(ran.stderr.split()) and "Traceback" not in ran.stderr
    assert not (home / "releases").exists() or not list((home / "releases").iterdir())


def test_without_a_database_it_says_what_makes_one(tmp_path: Path) -> None:
    ran = burden(tmp_path)
    assert ran.exit_code == 1 and "no database" in ran.stderr
