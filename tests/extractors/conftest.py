"""What the extractors' tests share: the sample papers as documents, and the switch that rewrites golden files."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from extractors.pdf import read_pdf
from extractors.records import Document


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-golden",
        action="store_true",
        help="write what the reader now gives into the golden files; read the difference before it is committed",
    )


@pytest.fixture
def regenerate_golden(request: pytest.FixtureRequest) -> bool:
    """Known only where pytest starts in this folder: ``pytest tests/extractors --regenerate-golden``."""
    return bool(request.config.getoption("--regenerate-golden", default=False))


@pytest.fixture(scope="session")
def sample(samples_dir: Path) -> Callable[[str], Document]:
    """``sample("1912.99001")``: a sample paper, read once a session."""

    @cache
    def read(arxiv_id: str) -> Document:
        return read_pdf((samples_dir / f"{arxiv_id}.pdf").read_bytes())

    return read
