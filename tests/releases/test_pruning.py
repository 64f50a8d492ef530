"""Older releases' files are deleted only where the database can make them again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from db.engine import Engine
from releases.making import MadeRelease, rebuild_release
from releases.pruning import prune_releases

Make = Callable[..., MadeRelease]


def test_older_releases_go_and_can_be_made_again(make: Make, engine: Engine, tmp_path: Path) -> None:
    older, latest = make("2026-11-27"), make("2026-11-28")
    sums = (older.folder / "SHA256SUMS").read_bytes()
    folder = tmp_path / "releases"
    assert prune_releases(engine, folder, 2) == ()
    assert prune_releases(engine, folder, 1) == ("2026-11-27",)
    assert list(folder.iterdir()) == [latest.folder]
    assert (rebuild_release(engine, folder, "2026-11-27").folder / "SHA256SUMS").read_bytes() == sums


def test_what_the_database_can_not_make_again_stays(make: Make, engine: Engine, tmp_path: Path) -> None:
    noted, changed, _ = make("2026-11-26"), make("2026-11-27"), make("2026-11-28")
    (noted.folder / "notes.txt").write_text("told to the press")
    (changed.folder / "SHA256SUMS").write_text("of another database")
    (tmp_path / "releases" / "2020-01-01").mkdir()
    assert prune_releases(engine, tmp_path / "releases", 1) == ()
    assert len(list((tmp_path / "releases").iterdir())) == 4
