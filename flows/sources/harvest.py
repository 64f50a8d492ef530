"""Papers new or changed at arXiv, by OAI-PMH."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flows.sources import ArxivConfig, FoundPaper
from flows.sources.http import PoliteSession
from flows.sources.relevance import DEFAULT_CATEGORIES, RelevanceFilter


def harvest_changes(
    config: ArxivConfig,
    *,
    since: date,
    until: date | None = None,
    sets: Sequence[str] = ("cs", "stat", "eess"),
    categories: Sequence[str] = DEFAULT_CATEGORIES,
    relevance: RelevanceFilter | None = None,
    http: PoliteSession | None = None,
) -> Iterator[FoundPaper]:
    """Papers whose record changed from ``since`` to ``until`` (both inclusive), each once, at its latest version."""
    raise NotImplementedError
