"""Homes for the installed command to work in, empty and filled."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homes import Home

if TYPE_CHECKING:
    from tests.conftest import MadeOnce


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def few_papers(samples_dir: Path, made_once: MadeOnce) -> Path:
    """Four readable sample papers and the broken one."""

    def fill(folder: Path) -> None:
        folder.mkdir()
        for name in ("1707.99006", "1912.99001", "2011.99002", "2105.99003", "2305.99016"):
            shutil.copy(samples_dir / f"{name}.pdf", folder)

    return made_once("few-papers", fill)


@pytest.fixture(scope="session")
def undisturbed(few_papers: Path, made_once: MadeOnce) -> Home:
    """The home after one quiet run over ``few_papers``; not to be written to."""
    return Home(made_once("undisturbed", lambda folder: Home(folder).ingest(few_papers, "--jobs", 2)))


@pytest.fixture(scope="session")
def two_papers(samples_dir: Path, made_once: MadeOnce) -> Home:
    """The home after 2105.99003 and 2304.99011 were read; not to be written to."""

    def read(folder: Path) -> None:
        papers = folder / "papers"
        papers.mkdir(parents=True)
        for name in ("2105.99003", "2304.99011"):
            shutil.copy(samples_dir / f"{name}.pdf", papers)
        Home(folder).ingest(papers)

    return Home(made_once("two-papers", read))
