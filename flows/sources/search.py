"""Papers by arXiv's search API: a window of dates, or a list of ids."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from extractors.records import FailureCause, PaperError, PaperMetadata
from flows.sources import ArxivConfig, FoundPaper, Origin, SourceError
from flows.sources.http import Answer, PassingError, PoliteSession, RejectedError
from flows.sources.identifiers import BadArxivIdError, parse_arxiv_id, versioned
from flows.sources.relevance import DEFAULT_CATEGORIES, RelevanceFilter, check_categories, default_filter, is_relevant

if TYPE_CHECKING:
    import arxiv  # type: ignore[import-untyped]
    import requests

FIRST_DAY = date(1991, 8, 14)
"""arXiv's own first day."""

MAX_RESULTS_PER_QUERY = 10_000
"""arXiv documents 30,000, but has answered HTTP 500 to slices that begin beyond 10,000."""

RESULTS_PER_PAGE = 1_000
"""At most 2,000 are allowed; large pages fail more often."""

IDS_PER_QUERY = 100

_LOOKS_AT_AN_EMPTY_PAGE = 3
"""arXiv sends empty pages now and then: "nothing found" is believed when it says so this often."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_TOTAL_RESULTS = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"

log = logging.getLogger(__name__)


class TooManyResultsError(Exception):
    """A query finds more than one query may list."""


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
    """Papers first submitted from ``since`` to ``until`` (GMT, both inclusive), oldest first, none twice.

    Each comes at its latest version. Those that fail ``relevance`` come too, marked; ``limit``
    counts the relevant ones. Where ``query`` (in arXiv's search syntax) is given and ``relevance``
    is not, the query says what is relevant. No ``since`` means from arXiv's first day, no
    ``until`` up to today.
    """
    if limit is not None and limit <= 0:
        return
    check_categories(categories)
    first, last = since or FIRST_DAY, until or datetime.now(UTC).date()
    if first > last:
        raise SourceError(f"the search window is empty: it begins on {first} and ends on {last}")
    terms = relevance or (None if query else default_filter())
    feed = _Feed(http or PoliteSession(config))
    found_count = 0
    seen: set[str | None] = set()
    window = (datetime.combine(first, time(0, 0)), datetime.combine(last, time(23, 59)))
    for metadata in _search_window(feed, _query_of(categories, query), window):
        if metadata.arxiv_id in seen:
            continue
        seen.add(metadata.arxiv_id)
        paper = _found(config, metadata, "arxiv-search", terms is None or is_relevant(metadata, categories, terms))
        yield paper
        found_count += paper.relevant
        if found_count == limit:
            return


def papers_by_id(config: ArxivConfig, ids: Iterable[str], *, http: PoliteSession | None = None) -> Iterator[FoundPaper]:
    """The papers with these ids, in order, none twice; all count as relevant.

    An id without version gives the latest. An id that arXiv does not know comes back with its
    ``failure``; ``BadArxivIdError`` names all that are no ids, before anything is asked.
    """
    wanted: dict[tuple[str, int | None], None] = {}
    bad: list[str] = []
    for written in ids:
        try:
            wanted[parse_arxiv_id(written)] = None
        except BadArxivIdError as error:
            bad.append(str(error))
    if bad:
        raise BadArxivIdError("\n".join(bad[:10]) + (f"\n… and {len(bad) - 10} more" if len(bad) > 10 else ""))
    feed = _Feed(http or PoliteSession(config))
    keys = list(wanted)
    for start in range(0, len(keys), IDS_PER_QUERY):
        batch = keys[start : start + IDS_PER_QUERY]
        known = {(paper.arxiv_id, paper.version): paper for paper in _look_up(feed, batch)}
        latest = {paper.arxiv_id: paper for paper in known.values()}
        for arxiv_id, version in batch:
            metadata = known.get((arxiv_id, version)) if version else latest.get(arxiv_id)
            if metadata is not None:
                yield _found(config, metadata, "arxiv-id", relevant=True)
            else:
                failure = PaperError(FailureCause.DOWNLOAD, f"arXiv knows no {versioned(arxiv_id, version)}")
                yield FoundPaper(PaperMetadata(arxiv_id, version), "arxiv-id", failure=failure)


def _query_of(categories: Sequence[str], query: str | None) -> str:
    parts = []
    if categories:
        parts.append("(" + " OR ".join(f"cat:{category}" for category in categories) + ")")
    if query:
        parts.append(f"({query})")
    return " AND ".join(parts)


def _search_window(feed: _Feed, query: str, window: tuple[datetime, datetime]) -> Iterator[PaperMetadata]:
    """All results of a window; one that holds too many for a query is halved, and its halves again."""
    first, last = window
    dates = f"submittedDate:[{first:%Y%m%d%H%M} TO {last:%Y%m%d%H%M}]"
    try:
        yield from feed.search(f"{query} AND {dates}" if query else dates)
    except TooManyResultsError:
        if last - first < timedelta(minutes=2):
            raise SourceError(f"more than {MAX_RESULTS_PER_QUERY:,} papers submitted in the minute {first}") from None
        middle = (first + (last - first) / 2).replace(second=0, microsecond=0)
        yield from _search_window(feed, query, (first, middle))
        yield from _search_window(feed, query, (middle + timedelta(minutes=1), last))


def _look_up(feed: _Feed, batch: list[tuple[str, int | None]]) -> Iterator[PaperMetadata]:
    """What arXiv has of these ids. A batch that it rejects is halved, so that one odd id costs only itself."""
    try:
        yield from feed.look_up([versioned(*key) for key in batch])
    except RejectedError as error:
        if error.status != 400:
            raise
        if len(batch) > 1:
            middle = len(batch) // 2
            yield from _look_up(feed, batch[:middle])
            yield from _look_up(feed, batch[middle:])


class _Feed:
    """The ``arxiv`` package's client, speaking through a polite session.

    The package itself neither backs off nor bounds what it reads, mends broken XML in silence,
    and takes an empty first page for the end; so its session is replaced, and every page is
    checked before the package sees it.
    """

    def __init__(self, http: PoliteSession) -> None:
        self._http = http

    def search(self, query: str) -> Iterator[PaperMetadata]:
        """All results of a query; ``TooManyResultsError`` before the first if they are too many to list."""
        import arxiv

        by_date, ascending = arxiv.SortCriterion.SubmittedDate, arxiv.SortOrder.Ascending
        search = arxiv.Search(query=query, max_results=None, sort_by=by_date, sort_order=ascending)
        return self._results(search, RESULTS_PER_PAGE)

    def look_up(self, ids: list[str]) -> Iterator[PaperMetadata]:
        """What there is of these ids, in any order."""
        import arxiv

        return self._results(arxiv.Search(id_list=ids, max_results=None), len(ids))

    def _results(self, search: arxiv.Search, page_size: int) -> Iterator[PaperMetadata]:
        import arxiv

        client = arxiv.Client(page_size=page_size, delay_seconds=0.0, num_retries=0)
        client.query_url_format = self._http.config.api_url + "?{}"
        client._session = cast("requests.Session", _PoliteTransport(self._http))
        seen_count = 0
        try:
            for result in client.results(search):
                seen_count += 1
                try:
                    metadata = _metadata(result)
                except (BadArxivIdError, ValueError) as error:
                    log.warning("passed over the search result %r: %s", result.entry_id[:80], error)
                    continue
                yield metadata
        except arxiv.UnexpectedEmptyPageError as error:
            log.warning("%s: entries after the first %d are not readable", error.url, seen_count)


class _PoliteTransport:
    """Stands where the ``arxiv`` package keeps its ``requests.Session``."""

    def __init__(self, http: PoliteSession) -> None:
        self._http = http

    def get(self, url: str, headers: dict[str, str]) -> _Page:
        """The page, well-formed, and not empty unless there is truly nothing."""
        looks = 0

        def check(answer: Answer) -> None:
            nonlocal looks
            looks += 1
            entry_count, total = _count(answer)
            if total > MAX_RESULTS_PER_QUERY:
                raise TooManyResultsError
            enough_looks = min(_LOOKS_AT_AN_EMPTY_PAGE, self._http.config.max_attempts)
            if entry_count == 0 and (total > 0 or looks < enough_looks):
                raise PassingError(f"an empty page, although {total:,} results are announced")

        return _Page(_with_readable_dates(self._http.get(url, check=check)))


class _Page:
    """As much of ``requests.Response`` as the ``arxiv`` package looks at."""

    status_code = 200

    def __init__(self, content: bytes) -> None:
        self.content = content


def _count(answer: Answer) -> tuple[int, int]:
    """Entries on this page, and results in all."""
    feed = answer.xml()
    total = feed.findtext(_TOTAL_RESULTS, "").strip()
    if feed.tag != f"{_ATOM}feed" or not re.fullmatch("[0-9]{1,18}", total):
        raise PassingError("no Atom feed of search results")
    return len(feed.findall(f"{_ATOM}entry")), int(total)


def _with_readable_dates(answer: Answer) -> bytes:
    """The page without entries whose dates nobody can read: the ``arxiv`` package would end the search at one."""
    feed = answer.xml()
    unreadable = [entry for entry in feed.findall(f"{_ATOM}entry") if not _has_readable_dates(entry)]
    for entry in unreadable:
        log.warning("passed over the search result %r: its dates can't be read", entry.findtext(f"{_ATOM}id", "")[:80])
        feed.remove(entry)
    return ElementTree.tostring(feed) if unreadable else answer.content


def _has_readable_dates(entry: Element) -> bool:
    try:
        for name in ("updated", "published"):
            datetime.fromisoformat(entry.findtext(f"{_ATOM}{name}", "").strip().replace("Z", "+00:00")).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def _metadata(result: arxiv.Result) -> PaperMetadata:
    arxiv_id, version = parse_arxiv_id(result.entry_id)
    categories = [result.primary_category] if result.primary_category else []
    categories += [category for category in result.categories if category not in categories]
    return PaperMetadata(
        arxiv_id,
        version,
        title=" ".join(result.title.split()),
        abstract=" ".join(result.summary.split()),
        authors=tuple(" ".join(author.name.split()) for author in result.authors),
        categories=tuple(categories),
        published=result.published.date(),
        updated=result.updated.date(),
        doi=result.doi or None,
    )


def _found(config: ArxivConfig, metadata: PaperMetadata, origin: Origin, relevant: bool) -> FoundPaper:
    url = f"{config.pdf_url.rstrip('/')}/{versioned(metadata.arxiv_id or '', metadata.version)}"
    return FoundPaper(metadata, origin, pdf_url=url, relevant=relevant)
