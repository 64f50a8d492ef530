"""Papers by arXiv's search API: a window of dates, or a list of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from flows.sources import ArxivConfig, FoundPaper
from flows.sources.http import PoliteSession
from flows.sources.relevance import DEFAULT_CATEGORIES, RelevanceFilter


def search_arxiv(
    config: ArxivConfig,
    *,
    categories: Sequence[str] = DEFAULT_CATEGORIES,
    since: date | None,
    until: date | None,
    query: str | None = None,
    limit: int | None = None,
    relevance: RelevanceFilter | None = None,
    http: PoliteSession | None = None,
) -> Iterator[FoundPaper]:
    """Papers first submitted from ``since`` to ``until`` (GMT, both inclusive), newest versions, none twice."""
    raise NotImplementedError


def papers_by_id(
    config: ArxivConfig,
    ids: Iterable[str],
    *,
    relevance: RelevanceFilter | None = None,
    http: PoliteSession | None = None,
) -> Iterator[FoundPaper]:
    """The papers with these ids, in order; an id that arXiv does not know comes back with its ``failure``."""
    raise NotImplementedError
