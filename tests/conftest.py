"""What every room's tests share: the shared data, and tests that need a program from outside."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

if TYPE_CHECKING:
    from db.engine import Engine

PROJECT = Path(__file__).resolve().parent.parent

MadeOnce = Callable[[str, Callable[[Path], Any]], Path]
Require = Callable[[str, bool, str], None]


def pytest_configure() -> None:
    """Let the programs that tests start hear Ctrl-C, also where the tests themselves were told not to.

    A shell starts what it puts in the background with Ctrl-C ignored, and programs inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def require() -> Require:
    """``require("postgresql", found, "no initdb")``: skip by name where ``found`` is false.

    A name that stands in ``BURDEN_REQUIRE`` (``chromium,postgresql,shared``) fails instead.
    """
    demanded = {name.strip() for name in os.environ.get("BURDEN_REQUIRE", "").split(",") if name.strip()}

    def check(name: str, found: bool, why: str) -> None:
        if found:
            return
        if name in demanded:
            pytest.fail(f"{name}: {why}, and BURDEN_REQUIRE asks for it", pytrace=False)
        pytest.skip(f"{name}: {why}")

    return check


@pytest.fixture(scope="session")
def shared_dir(require: Require) -> Path:
    """Folder of the shared papers and gold data: ``BURDEN_SHARED``, else ``../shared`` beside the project."""
    folder = Path(os.environ.get("BURDEN_SHARED") or PROJECT.parent / "shared").resolve()
    require("shared", (folder / "corpus").is_dir(), f"no folder corpus/ in {folder} (set BURDEN_SHARED)")
    return folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """``made_once("desk-samples", make)``: a folder of this name, filled by ``make(folder)`` in the first of all test
    processes that asks for it; not to be written to."""
    root = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent

    def made(name: str, make: Callable[[Path], Any]) -> Path:
        folder, being_made = root / name, root / f"{name}.part"
        with FileLock(root / f"{name}.lock"):
            if not folder.exists():
                make(being_made)
                being_made.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def empty_database(made_once: MadeOnce) -> Path:
    """An SQLite database that is set up, without rows, to be copied: setting it up takes longer than most tests do."""
    from db.engine import open_database
    from db.migrate import upgrade

    def make(folder: Path) -> None:
        folder.mkdir()
        engine = open_database(f"sqlite:///{folder / 'burden.sqlite'}")
        upgrade(engine)
        engine.dispose()

    return made_once("empty-database", make) / "burden.sqlite"


@pytest.fixture
def engine(empty_database: Path, tmp_path: Path) -> Iterator[Engine]:
    """A copy of it for this test; rooms that need another database have an ``engine`` of their own."""
    from db.engine import open_database

    opened = open_database(f"sqlite:///{shutil.copy(empty_database, tmp_path)}")
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """The bundled sample papers, as ``make demo`` reads them."""
    return PROJECT / "samples" / "papers"
