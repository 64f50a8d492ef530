"""What a run is asked for, and the papers that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from db.store import HarvestWindow
from flows.settings import Settings
from flows.sources import FoundPaper
from flows.sources.http import PoliteSession
from flows.sources.relevance import DEFAULT_CATEGORIES
from flows.sources.remote_tars import refuse_secrets
from flows.sources.store import PdfStore

if TYPE_CHECKING:
    from flows.sources.tars import TarLog

FIRST_RUN_DAYS = 7


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """Which papers a run is asked for; nothing said means everything new at arXiv since the last run.

    ``SourceError`` for an address that may hold a password.
    """

    since: date | None = None
    until: date | None = None
    categories: tuple[str, ...] = ()
    search: str | None = None
    ids: tuple[str, ...] = ()
    folder: Path | None = None
    tars: tuple[str | Path, ...] = ()
    """On disk, or (``s3://…``) elsewhere."""
    manifest: str | Path | None = None
    """arXiv's list of tars, by which their md5 is checked."""
    limit: int | None = None
    retry_failed: bool = False
    """Try again what this extractor version has failed on before."""

    def __post_init__(self) -> None:
        for address in (*self.tars, self.manifest):
            refuse_secrets(address)

    def described(self) -> dict[str, Any]:
        """What was asked, as JSON can hold it; without what was not said."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {name: _as_json(value) for name, value in said.items() if value not in (None, (), False)}


def _as_json(value: object) -> object:
    if isinstance(value, tuple):
        return [_as_json(each) for each in value]
    return value if isinstance(value, str | int | bool) else str(value)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The papers of a run, drawn as they are needed."""

    papers: Iterator[FoundPaper]
    total: int | None = None
    """How many there are; None where only drawing them tells."""
    window: HarvestWindow | None = None
    """The days that the run covers completely if it succeeds."""


class History(Protocol):
    """What earlier runs did."""

    def last_window(self, source: str) -> HarvestWindow | None:
        """The days up to which a successful run covered this source."""

    def failed_downloads(self) -> list[str]:
        """Versions whose PDF could not be had of late, and still is not."""


def discover(
    request: IngestRequest,
    settings: Settings,
    http: PoliteSession,
    history: History,
    today: date,
    store: PdfStore,
    known_tars: TarLog | None = None,
) -> Discovery:
    """The papers that ``request`` asks for; those of tars are in ``store`` when they are drawn.

    Only the source that is asked for is loaded.
    """
    config = settings.arxiv
    if request.folder is not None:
        from flows.sources.folder import papers_in_folder

        return _of_known_number(list(papers_in_folder(request.folder)))
    if request.tars:
        from flows.sources.tars import papers_in_tars

        return Discovery(papers_in_tars(request.tars, store, manifest=request.manifest, known=known_tars))
    if request.ids:
        from flows.sources.search import papers_by_id

        return Discovery(papers_by_id(config, request.ids, http=http), total=len(request.ids))
    if request.since is not None or request.search is not None:
        from flows.sources.search import search_arxiv

        found = search_arxiv(
            config,
            categories=request.categories or (() if request.search else DEFAULT_CATEGORIES),
            since=request.since,
            until=request.until,
            query=request.search,
            relevance=None if request.search else settings.relevance,
            http=http,
        )
        return Discovery(found)
    return _new_since_last_run(request, settings, http, history, today)


def _new_since_last_run(
    request: IngestRequest, settings: Settings, http: PoliteSession, history: History, today: date
) -> Discovery:
    from flows.sources.harvest import harvest_changes
    from flows.sources.search import papers_by_id

    categories = request.categories or DEFAULT_CATEGORIES
    window = _days_since_last_run(categories, history.last_window, today)
    changes = harvest_changes(
        settings.arxiv,
        since=window.since,
        until=window.until,
        categories=categories,
        relevance=settings.relevance,
        http=http,
    )
    look_up = partial(papers_by_id, settings.arxiv, http=http)
    retried = _not_among(changes, history.failed_downloads(), look_up)
    return Discovery(retried, window=window if request.limit is None else None)


def _not_among(
    papers: Iterable[FoundPaper], ids: list[str], look_up: Callable[[list[str]], Iterable[FoundPaper]]
) -> Iterator[FoundPaper]:
    """``papers``, then those of ``ids`` that were not among them."""
    left = dict.fromkeys(ids)
    for paper in papers:
        left.pop(paper.name, None)
        yield paper
    if left:
        yield from look_up(list(left))


def _of_known_number(papers: list[FoundPaper]) -> Discovery:
    return Discovery(iter(papers), total=len(papers))


def _days_since_last_run(
    categories: tuple[str, ...], last_window: Callable[[str], HarvestWindow | None], until: date
) -> HarvestWindow:
    """From the last day that a run covered, which may not have been over then, else the last 7 days."""
    source = f"arxiv-oai:{','.join(sorted(categories))}"
    last = last_window(source)
    since = last.until if last is not None else until - timedelta(days=FIRST_RUN_DAYS)
    return HarvestWindow(source, since=min(since, until), until=until)
