"""A database to release, and releases made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_database import fill

from db.engine import Engine, open_database
from db.migrate import upgrade
from flows.papers import catalogue
from releases.making import MadeRelease, ReleaseOrder, make_release

Make = Callable[..., MadeRelease]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file to copy; not to be written to."""
    path = tmp_path_factory.mktemp("filled") / "burden.sqlite"
    engine = open_database(f"sqlite:///{path}")
    upgrade(engine)
    fill(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(filled: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own."""
    copy = tmp_path / "burden.sqlite"
    copy.write_bytes(filled.read_bytes())
    opened = open_database(f"sqlite:///{copy}")
    yield opened
    opened.dispose()


@pytest.fixture
def make(engine: Engine, tmp_path: Path) -> Make:
    """``make("2026-11-27", folder="other", permitted=("authors-2022",))``"""

    def made(name: str = "2026-11-27", folder: str = "releases", **asked: object) -> MadeRelease:
        return make_release(engine, tmp_path / folder, ReleaseOrder(name, **asked), catalogue())  # type: ignore[arg-type]

    return made
