"""A loopback arXiv, and a polite session to it whose waiting costs no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback_arxiv import Clock, LoopbackArxiv

from flows.sources import ArxivConfig
from flows.sources.http import PoliteSession
from flows.sources.pace import Pacer
from flows.sources.store import PdfStore


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackArxiv]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with LoopbackArxiv() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(arxiv: LoopbackArxiv) -> ArxivConfig:
    return ArxivConfig(
        api_url=arxiv.api_url,
        oai_url=arxiv.oai_url,
        pdf_url=arxiv.pdf_url,
        contact="desk@example.org",
        max_attempts=4,
        max_pdf_bytes=1_000_000,
    )


@pytest.fixture
def http(config: ArxivConfig, clock: Clock) -> PoliteSession:
    return PoliteSession(config, pacer=Pacer(clock=clock, wait=clock.wait))


@pytest.fixture
def store(tmp_path: Path) -> PdfStore:
    return PdfStore(tmp_path / "pdf", max_pdf_bytes=1_000_000)
