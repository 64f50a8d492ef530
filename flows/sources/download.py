"""Downloading a PDF: resumed where it broke off, and looked at before it counts as one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import BinaryIO

from extractors.records import FailureCause, PaperError
from flows.sources.http import (
    Answer,
    NoAnswerError,
    PassingError,
    PoliteSession,
    RejectedError,
    TooLongError,
    UnusableAnswerError,
)

_HEADER_WITHIN_BYTES = 1024
_END_WITHIN_BYTES = 2048
"""Where PDF readers look for ``%PDF-`` and ``%%EOF``."""

_SERVER_AWAY_AFTER = 3
"""So many addresses unanswered in a row, and the server is taken to be away."""

_NO_FILE_PAGE = re.compile(rb"withdrawn|no file for|file unavailable for", re.IGNORECASE)
"""On arXiv's page for a version without a file, which comes with status 200."""


def download_pdf(http: PoliteSession, url: str, sink: BinaryIO, *, max_bytes: int) -> None:
    """Download ``url`` into the empty file ``sink``; what breaks off is resumed, or begun again.

    ``PaperError`` tells why this paper alone fails: 404, a web page in place of the PDF, truncated
    every time. The server refusing us, or being away, is a ``SourceError``.
    """
    try:
        http.persist(url, _Download(http, url, sink, max_bytes).attempt)
    except TooLongError as error:
        raise PaperError(FailureCause.TOO_LARGE, str(error)) from error
    except UnusableAnswerError as error:
        raise PaperError(FailureCause.DOWNLOAD, str(error)) from error
    except NoAnswerError as error:
        if http.unanswered_in_a_row >= _SERVER_AWAY_AFTER:
            raise
        raise PaperError(FailureCause.DOWNLOAD, str(error)) from error


class _Download:
    """A PDF on its way into ``sink``."""

    def __init__(self, http: PoliteSession, url: str, sink: BinaryIO, max_bytes: int) -> None:
        self._http = http
        self._url = url
        self._sink = sink
        self._max_bytes = max_bytes
        self._validator: str | None = None
        """Tells whether what ``sink`` holds is still part of what the server has; None where it does not say."""
        self._web_page_count = 0
        self._byte_count_without_end: int | None = None

    def attempt(self) -> Answer:
        """One request for the whole, or for the rest."""
        have_bytes = self._sink.seek(0, os.SEEK_END)
        rest = {"Range": f"bytes={have_bytes}-", "If-Range": self._validator} if have_bytes and self._validator else {}
        try:
            answer = self._http.ask_once(self._url, self._begin, max_bytes=self._max_bytes, headers=rest)
        except RejectedError as error:
            if error.status != 416:
                raise
            if error.headers.get("Content-Range") != f"bytes */{have_bytes}":
                self._start_over()
                raise PassingError("what is here already can't be resumed") from error
            answer = Answer(self._url, 416, error.headers, length_known=True)  # the server has no more than this
        self._check(answer)
        return answer

    def _begin(self, status: int, headers: Mapping[str, str]) -> BinaryIO:
        """Append what was asked for as the rest; anything else replaces what is there."""
        have_bytes = self._sink.seek(0, os.SEEK_END)
        if status == 206:
            if not headers.get("Content-Range", "").startswith(f"bytes {have_bytes}-"):
                self._start_over()
                raise PassingError("another part than the one asked for")
            return self._sink
        self._start_over()
        etag = headers.get("ETag", "")
        self._validator = etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")
        return self._sink

    def _start_over(self) -> None:
        self._validator = None
        self._sink.seek(0)
        self._sink.truncate()

    def _check(self, answer: Answer) -> None:
        """Whether this is a PDF from its header to its end."""
        byte_count = self._sink.seek(0, os.SEEK_END)
        if byte_count > self._max_bytes:
            raise TooLongError(self._url, self._max_bytes)
        self._sink.seek(0)
        head = self._sink.read(_HEADER_WITHIN_BYTES)
        if b"%PDF-" not in head:
            page = head + self._sink.read(64 * 1024)
            self._start_over()
            self._refuse_web_page(answer, page)
        if answer.status == 416:
            return
        self._sink.seek(max(0, byte_count - _END_WITHIN_BYTES))
        if b"%%EOF" in self._sink.read():
            return
        if answer.length_known and byte_count == self._byte_count_without_end:
            return  # so long it is, and has no end: a length told once may be that of what a proxy kept of it
        self._byte_count_without_end = byte_count
        raise PassingError(f"the PDF is truncated: {byte_count:,} bytes came, and no %%EOF at their end")

    def _refuse_web_page(self, answer: Answer, page: bytes) -> None:
        """A page instead of a PDF may be a passing fault, once."""
        kind = answer.headers.get("Content-Type", "unknown type")[:80]
        if _NO_FILE_PAGE.search(page):
            raise PaperError(FailureCause.WITHDRAWN, f"arXiv has no file of this version ({self._url})")
        self._web_page_count += 1
        message = f"{len(page):,} bytes of {kind} in place of a PDF" if page else "an empty answer in place of a PDF"
        if self._web_page_count > 1:
            raise PaperError(FailureCause.NOT_A_PDF, f"{self._url} sent {message}")
        raise PassingError(message)
