"""`burden db backup`, `restore` and `copy` as people and programs meet them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from db.engine import open_database
from db.migrate import upgrade


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("BURDEN_DATABASE_URL", "BURDEN_DATABASE_URL_FILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("BURDEN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> Path:
    """With one row."""
    engine = open_database(f"sqlite:///{home}/burden.sqlite")
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO extractors VALUES ('x1', '2026-03-01 12:00:00.000000')")
    engine.dispose()
    return home / "burden.sqlite"


def burden(*arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)


def rows(told: Result) -> dict[str, Any]:
    return {copy["name"]: copy["row_count"] for copy in json.loads(told.stdout)}


def test_a_backup_is_checked_restored_and_copied_on(database: Path, tmp_path: Path) -> None:
    made = burden("db", "backup", "a.backup")
    assert made.exit_code == 0
    assert made.stdout.startswith("a.backup has 1 rows of ")
    checked = burden("db", "restore", "a.backup", "--check")
    assert (checked.exit_code, checked.stdout.split(":")[0]) == (0, "a.backup is whole")
    refused = burden("db", "restore", "a.backup")
    assert refused.exit_code == 1
    assert "is not empty: it holds 1 rows; --force replaces all of it" in refused.stderr
    assert rows(burden("db", "restore", "a.backup", "--force", "--json"))["extractors"] == 1
    into = f"sqlite:///{tmp_path}/b.sqlite"
    assert burden("db", "restore", "a.backup", "--into", into).stdout.startswith(f"{into} has the 1 rows")
    copied = burden("db", "copy", "--to", f"sqlite:///{tmp_path}/c.sqlite", "--json")
    assert rows(copied)["extractors"] == 1
    assert "--force" in burden("db", "copy", "--to", f"sqlite:///{tmp_path}/c.sqlite").stderr


def test_without_a_database_nothing_is_made(home: Path, tmp_path: Path) -> None:
    for arguments in (("backup", "a.backup"), ("copy", "--to", f"sqlite:///{tmp_path}/c.sqlite")):
        ran = burden("db", *arguments)
        assert ran.exit_code == 1
        assert "no database at" in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_refused_in_a_line_without_a_password(database: Path) -> None:
    Path("a.backup").write_text("no backup")
    ran = burden("db", "restore", "a.backup", "--force")
    assert ran.exit_code == 1
    assert ran.stderr.count("\n") == 1 and "a.backup is damaged, or no backup of burden" in ran.stderr
    unreachable = "postgresql://me:hunter2@127.0.0.1:1/nowhere"
    ran = burden("db", "copy", "--to", unreachable)
    assert ran.exit_code == 1
    assert "can't be reached" in ran.stderr and "hunter2" not in ran.stderr
