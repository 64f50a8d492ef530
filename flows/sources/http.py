"""One polite connection to arXiv: paced, patient with refusals, and bounded in time and size."""

from __future__ import annotations

from flows.sources import ArxivConfig


class PoliteSession:
    """All requests of a run go through one of these."""

    def __init__(self, config: ArxivConfig) -> None:
        self.config = config
