"""What the pages need from outside, handed in when the app is made: the portal itself opens no database and no PDF."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from db.engine import Engine
from extractors.lexicon.catalogue import Catalogue
from portal.charts.painting import ChartPainter

PageWord = tuple[float, float, float, float, str]
"""Left, top, right, bottom in points from the page's top left corner, and the word."""


class Unavailable(StrEnum):
    MISSING = "missing"
    """No such PDF, or no such page in it."""
    BROKEN = "broken"
    """The page can't be drawn, or only at a cost that no page may have."""
    BUSY = "busy"
    """Too many pages are being drawn just now: trying again helps."""


class PageUnavailableError(Exception):
    """A page of a PDF that can't be shown; the message says why, in words for the curator."""

    def __init__(self, why: Unavailable, message: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page, to be selected with the mouse, and its size in points."""

    width: float
    height: float
    words: tuple[PageWord, ...]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside that a page may use."""

    engine: Engine
    page_image: Callable[[str, int, int], bytes]
    """``(sha256 of the PDF, page from 1, dots per inch)`` -> WebP; ``PageUnavailableError`` where there is none."""
    page_words: Callable[[str, int], PageWords]
    """``(sha256 of the PDF, page from 1)`` -> its words; ``PageUnavailableError`` where there are none."""
    reestimate: Callable[[str], None]
    """Reckons the burdens of this paper's runs that have none yet, as after a correction."""
    catalogue: Catalogue
    pages_trouble: Callable[[], str] = lambda: ""
    """Why no page of any PDF can be drawn at present; empty where nothing is known to be amiss."""
    pages_being_drawn: Callable[[], int] = lambda: 0
    """How many pages are drawn or read just now."""
    metrics_token: str = field(default="", repr=False)
    """Lets others than this machine read the metrics; empty: nobody else may."""
    behind_proxy: bool = False
    """A proxy speaks https with browsers: cookies are for https alone, and no request counts as this machine's own."""
    host_names: frozenset[str] = frozenset()
    """Names by which the server is called, besides this machine's own (localhost and its addresses)."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    """Key of signed forms and secret addresses; unless handed in, they end with the process."""
    wake_mail: Callable[[], None] | None = None
    """Has letters sent that wait; None where no e-mail is configured."""
    releases_folder: Path | None = None
    """Where `burden release` has put releases for download; None where none are offered."""
    charts: ChartPainter = field(default_factory=ChartPainter)
    """Draws charts as files; whoever makes the services closes it."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Wired = Annotated[Services, Depends(services_of)]
"""A route's parameter by which it gets the services."""
