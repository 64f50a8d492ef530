"""Papers new or changed at arXiv, by OAI-PMH.

Written against defusedxml rather than an OAI client library: the living ones bring an HTTP client
of their own, which knows neither the pace shared with the downloads nor a bound on what it reads.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from xml.etree.ElementTree import Element

from extractors.records import FailureCause, PaperError, PaperMetadata
from flows.sources import ArxivConfig, FoundPaper, SourceError
from flows.sources.http import Answer, PassingError, PoliteSession
from flows.sources.identifiers import BadArxivIdError, parse_arxiv_id, versioned
from flows.sources.relevance import (
    DEFAULT_CATEGORIES,
    RelevanceFilter,
    check_categories,
    default_filter,
    in_categories,
    is_relevant,
)

_GROUPS = frozenset({"cs", "econ", "eess", "math", "q-bio", "q-fin", "stat"})
"""arXiv's sets outside physics, whose archives are sets within the set ``physics``."""

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_MAX_FRUITLESS_PASSES = 3
_NESTED_BRACKETS = 3

log = logging.getLogger(__name__)


class ExpiredTokenError(Exception):
    """The server no longer honours a resumption token; the list begins anew."""


def harvest_changes(
    config: ArxivConfig,
    *,
    since: date,
    until: date | None = None,
    sets: Sequence[str] | None = None,
    categories: Sequence[str] = DEFAULT_CATEGORIES,
    relevance: RelevanceFilter | None = None,
    http: PoliteSession | None = None,
) -> Iterator[FoundPaper]:
    """Papers whose record changed from ``since`` to ``until`` (GMT, both inclusive), each once, at its latest version.

    A change is a new paper, a new version, a withdrawal, or a correction of the record; arXiv
    dates it by the day of the change. A withdrawn version has no PDF; a deleted record comes
    with its ``failure``. Lists those of arXiv's ``sets`` in which the ``categories`` are, unless
    told otherwise. Papers that fail ``categories`` or ``relevance`` come too, marked.
    """
    if until is not None and since > until:
        raise SourceError(f"the harvest window is empty: it begins on {since} and ends on {until}")
    check_categories(categories)
    session = http or PoliteSession(config)
    terms = relevance or default_filter()
    seen: set[str | None] = set()
    for set_name in sets if sets is not None else sets_of(categories or DEFAULT_CATEGORIES):
        for record in _records_of_set(session, set_name, since, until):
            paper = _paper(config, record)
            if paper is None or paper.metadata.arxiv_id in seen:
                continue
            seen.add(paper.metadata.arxiv_id)
            wanted = in_categories if paper.failure else partial(is_relevant, relevance=terms)
            yield replace(paper, relevant=wanted(paper.metadata, categories))


def sets_of(categories: Sequence[str]) -> list[str]:
    """The OAI-PMH sets that hold these categories, each once.

    "cs.LG", "cs.CV", "stat.ML" -> "cs", "stat"      "cond-mat.dis-nn" -> "physics:cond-mat"
    """
    archives = [category.partition(".")[0] for category in categories]
    sets = (name if name in _GROUPS or name == "physics" else f"physics:{name}" for name in archives)
    return list(dict.fromkeys(sets))


def _records_of_set(session: PoliteSession, set_name: str, since: date, until: date | None) -> Iterator[Element]:
    """Every record of a set in the window; again from the start when a resumption token has expired.

    Papers are downloaded between pages, so a long list outlives its tokens: that is no error as
    long as each pass gets further than the ones before.
    """
    window = {"set": set_name, "from": since.isoformat()}
    if until is not None:
        window["until"] = min(until, datetime.now(UTC).date()).isoformat()
    furthest = fruitless_passes = 0
    while fruitless_passes < _MAX_FRUITLESS_PASSES:
        listed_count = 0
        try:
            for record in _list_records(session, {"metadataPrefix": "arXivRaw", **window}):
                listed_count += 1
                yield record
            return
        except ExpiredTokenError as error:
            log.warning("%s: %s; listing the set %s anew", session.config.oai_url, error, set_name)
            fruitless_passes = fruitless_passes + 1 if listed_count <= furthest else 0
            furthest = max(furthest, listed_count)
    raise SourceError(
        f"{session.config.oai_url}: the list of changes in {set_name} since {since} never gets beyond record "
        f"{furthest:,}, because its resumption token has expired by then; ask for a shorter window"
    )


def _list_records(session: PoliteSession, arguments: dict[str, str]) -> Iterator[Element]:
    spent: set[str] = set()
    while True:
        answer = session.get(session.config.oai_url, {"verb": "ListRecords", **arguments}, check=_check)
        page = answer.xml()
        if (error := page.find(f"{_OAI}error")) is not None:
            _act_on(error, answer.url, resuming="resumptionToken" in arguments)
            return
        listed = page.find(f"{_OAI}ListRecords")
        if listed is None:
            raise SourceError(f"{answer.url} holds neither records nor an error")
        yield from listed.findall(f"{_OAI}record")
        token = (listed.findtext(f"{_OAI}resumptionToken") or "").strip()
        if not token:
            return
        if token in spent:
            raise SourceError(f"{session.config.oai_url} hands out the same resumption token again: {token[:200]}")
        spent.add(token)
        arguments = {"resumptionToken": token}


def _check(answer: Answer) -> None:
    if answer.xml().tag != f"{_OAI}OAI-PMH":
        raise PassingError("no OAI-PMH answer")


def _act_on(error: Element, url: str, *, resuming: bool) -> None:
    """``noRecordsMatch`` is an empty list; a token that has expired calls for a restart; the rest ends the run."""
    code, words = error.get("code", ""), " ".join((error.text or "").split())
    if code == "noRecordsMatch":
        return
    if code == "badResumptionToken" and resuming:
        raise ExpiredTokenError(words)
    raise SourceError(f"{url} answered with the OAI-PMH error {code}: {words[:300]}")


def _paper(config: ArxivConfig, record: Element) -> FoundPaper | None:
    """What a record says; None, and a warning, for one that can't be read."""
    header = record.find(f"{_OAI}header")
    identifier = "" if header is None else header.findtext(f"{_OAI}identifier", "")
    try:
        arxiv_id, _ = parse_arxiv_id(identifier.removeprefix("oai:arXiv.org:"))
        if header is not None and header.get("status") == "deleted":
            metadata = PaperMetadata(arxiv_id, categories=_categories_of_sets(header), withdrawn=True)
            failure = PaperError(FailureCause.WITHDRAWN, f"{arxiv_id} has been removed from arXiv")
            return FoundPaper(metadata, "arxiv-oai", failure=failure)
        raw = record.find(f"{_OAI}metadata/{_RAW}arXivRaw")
        if raw is None:
            raise ValueError("no arXivRaw metadata")
        metadata = _metadata(arxiv_id, raw)
    except (BadArxivIdError, ValueError, OverflowError) as error:  # the last for dates in the year 1 or 9999
        log.warning("passed over the OAI-PMH record %r: %s", identifier[:80], error)
        return None
    url = f"{config.pdf_url.rstrip('/')}/{versioned(arxiv_id, metadata.version)}"
    return FoundPaper(metadata, "arxiv-oai", pdf_url=None if metadata.withdrawn else url)


def _metadata(arxiv_id: str, raw: Element) -> PaperMetadata:
    versions = sorted(raw.findall(f"{_RAW}version"), key=_version_number)
    if not versions:
        raise ValueError("no version history")
    first, latest = versions[0], versions[-1]
    return PaperMetadata(
        arxiv_id,
        _version_number(latest),
        title=_text(raw, "title"),
        abstract=_text(raw, "abstract"),
        authors=split_authors(_text(raw, "authors")),
        categories=tuple(_text(raw, "categories").split()),
        published=_date(first),
        updated=_date(latest),
        # arXiv's flag for "ignore: withdrawn, no paper available"
        withdrawn="I" in latest.findtext(f"{_RAW}source_type", ""),
        license_url=_text(raw, "license") or None,
        doi=_text(raw, "doi") or None,
    )


def _categories_of_sets(header: Element) -> tuple[str, ...]:
    """The sets of a record as categories: ``cs:cs:LG`` -> ``cs.LG``."""
    sets = [(spec.text or "").strip().split(":") for spec in header.findall(f"{_OAI}setSpec")]
    return tuple(".".join(parts[-2:]) for parts in sets if len(parts) == 3)


def _text(raw: Element, name: str) -> str:
    return " ".join(raw.findtext(f"{_RAW}{name}", "").split())


def _version_number(version: Element) -> int:
    """ "v3" -> 3; ``ValueError`` for anything else, also for numbers that no paper reaches."""
    found = re.fullmatch("v?([1-9][0-9]{0,3})", version.get("version", ""))
    if found is None:
        raise ValueError(f"no version number: {version.get('version', '')[:20]!r}")
    return int(found[1])


def _date(version: Element) -> date:
    return parsedate_to_datetime(version.findtext(f"{_RAW}date", "")).astimezone(UTC).date()


def split_authors(written: str) -> tuple[str, ...]:
    """Names of an author line, without affiliations in brackets.

    "A. Ng (1), B. Li and C. Roy ((1) MIT, Boston)" -> ("A. Ng", "B. Li", "C. Roy")
    "Sandra Anderson" -> ("Sandra Anderson",), the "and" in it is no word
    """
    bare = written
    for _ in range(_NESTED_BRACKETS):
        bare = re.sub(r"\([^()]*\)", " ", bare)
    names = re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", bare)
    return tuple(" ".join(name.split()) for name in names if name.strip())
