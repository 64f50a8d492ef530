"""The boundary to arXiv, to folders and to bulk tars: everything outside arrives as ``FoundPaper``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from extractors.records import PaperError, PaperMetadata

T = TypeVar("T")
Origin = Literal["arxiv-search", "arxiv-id", "arxiv-oai", "folder", "tar"]

MIN_ARXIV_DELAY_SECONDS = 3.0
"""arXiv's terms of use: one request every three seconds, over all machines of one user."""


class SourceError(Exception):
    """A source that can't be read on; it ends the run, unlike ``PaperError``, which costs one paper."""


class AccessRefusedError(SourceError):
    """arXiv answered 403, or 429 again and again: going on would be treated as an attack."""


@contextmanager
def failing_last(source: Iterable[T]) -> Iterator[Iterator[T]]:
    """``source``, which ends where it fails; its error is raised only after the block, so that what was drawn is used.

    two papers, then a damaged tar -> two papers; when the block has read and saved them, ``SourceError``
    """
    failures: list[Exception] = []

    def drawn() -> Iterator[T]:
        try:
            yield from source
        except (SourceError, OSError) as error:
            failures.append(error)

    yield drawn()
    for failure in failures:
        raise failure


@dataclass(frozen=True, slots=True)
class BulkTar:
    """A file of PDFs; ``fingerprint`` tells it from others of that name."""

    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredPdf:
    """A PDF in the store."""

    sha256: str
    path: Path
    byte_count: int


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a source named, and where its PDF is."""

    metadata: PaperMetadata
    origin: Origin
    pdf_path: Path | None = None
    """The PDF on this machine (folders)."""
    stored: StoredPdf | None = None
    """The PDF in the store already (tars)."""
    pdf_url: str | None = None
    """The PDF of ``metadata.version`` at arXiv; None where there is none, as for a withdrawn version."""
    relevant: bool = True
    """In the wanted categories, and its title or abstract passes the relevance filter."""
    failure: PaperError | None = None
    """Why this paper can't be had at all (an id that arXiv does not know, a damaged member of a tar)."""
    tar: BulkTar | None = None
    """The tar that it is from."""

    @property
    def is_here(self) -> bool:
        """Whether its PDF need not be downloaded."""
        return self.pdf_path is not None or self.stored is not None

    @property
    def name(self) -> str:
        """What people call it: ``1706.03762v5``, else its file name."""
        if self.metadata.arxiv_id is not None:
            return self.metadata.arxiv_id + (f"v{self.metadata.version}" if self.metadata.version else "")
        path = self.stored.path if self.stored else self.pdf_path
        return path.name if path else "unknown paper"


@dataclass(frozen=True, slots=True)
class ArxivConfig:
    """Where arXiv is and how to behave towards it; the defaults are arXiv's own addresses and terms."""

    api_url: str = "https://export.arxiv.org/api/query"
    oai_url: str = "https://oaipmh.arxiv.org/oai"
    pdf_url: str = "https://export.arxiv.org/pdf"
    delay_seconds: float = MIN_ARXIV_DELAY_SECONDS
    contact: str = ""
    """E-mail or web address of whoever runs this; goes into the User-Agent."""
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 60.0
    """Longest silence within an answer."""
    total_timeout_seconds: float = 600.0
    """Longest time that one answer may take from request to last byte, however steadily it drips."""
    max_attempts: int = 6
    max_wait_seconds: float = 900.0
    """Longest single pause between attempts, whatever Retry-After asks for."""
    pace_file: Path | None = None
    """Named alike by several processes, lets them ask one after the other, as arXiv counts them together."""
    max_feed_bytes: int = 64 * 1024 * 1024
    max_pdf_bytes: int = 100 * 1024 * 1024

    def __post_init__(self) -> None:
        for name in ("api_url", "oai_url", "pdf_url"):
            url = urlsplit(getattr(self, name))
            if url.username is not None or url.password is not None:  # they would stand in messages and in the database
                raise ValueError(
                    f"{name} names a user or a password: write them into ~/.netrc (machine {url.hostname} login … "
                    f"password …), and the address without them into BURDEN_ARXIV_{name.upper()}"
                )
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError(f"{name} is not an http(s) address: {getattr(self, name)!r}")
            own_host = url.hostname == "arxiv.org" or url.hostname.endswith(".arxiv.org")
            if own_host and self.delay_seconds < MIN_ARXIV_DELAY_SECONDS:
                raise ValueError(
                    f"a delay of {self.delay_seconds:g} s between requests is refused for {url.hostname}: "
                    f"arXiv's terms ask for at least {MIN_ARXIV_DELAY_SECONDS:g} s (BURDEN_ARXIV_DELAY_SECONDS)"
                )
        if self.delay_seconds < 0:
            raise ValueError(f"the delay between requests can't be negative: {self.delay_seconds:g} s")
        if not (self.contact.isascii() and self.contact.isprintable()):
            raise ValueError(f"the contact {self.contact!r} has characters that a User-Agent can't carry")
