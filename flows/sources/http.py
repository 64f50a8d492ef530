"""One polite connection to arXiv: paced, patient with refusals, and bounded in time and size."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import requests
import tenacity
import urllib3
from defusedxml import DefusedXmlException

from flows.sources import AccessRefusedError, ArxivConfig, SourceError
from flows.sources.pace import Pacer, Turn

_BLOCK_BYTES = 64 * 1024
_MAX_REDIRECTS = 5
_MIN_BACK_OFF_SECONDS = 0.1
_PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_AWAY_STATUSES = frozenset({502, 503, 504})

log = logging.getLogger(__name__)


class NoAnswerError(SourceError):
    """Every attempt at an address failed; ``attempts`` tells how many, the message why the last one did."""

    def __init__(self, url: str, attempts: int, last: PassingError) -> None:
        super().__init__(f"no usable answer from {url} in {attempts} attempts: {last}")
        self.last = last


class UnusableAnswerError(SourceError):
    """An answer that another attempt would not better."""


class RejectedError(UnusableAnswerError):
    """An answer that says no for good, such as 404."""

    def __init__(self, url: str, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"{url} answered HTTP {status}")
        self.status = status
        self.headers = headers


class TooLongError(UnusableAnswerError):
    """An answer longer than allowed."""

    def __init__(self, url: str, max_bytes: int) -> None:
        super().__init__(f"{url} sent more than the {max_bytes:,} bytes that are allowed")


class PassingError(Exception):
    """What is worth another attempt: a dropped connection, 503, a page that should not be empty."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.status = status


_PACER_OF_THIS_PROCESS = Pacer()
"""arXiv counts all requests of a user together, so sessions share it unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status 200 or 206, its headers, and the bytes (empty where they went into a sink)."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes = b""
    length_known: bool = False
    """The server said beforehand how long the body is, and it came whole."""

    def xml(self) -> Element:
        """The content as XML, without entities or DTD; ``PassingError`` where it is broken."""
        try:
            root: Element = defusedxml.ElementTree.fromstring(self.content, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # the last: no such encoding
            raise PassingError(f"not well-formed XML: {error}") from error
        return root


Check = Callable[[Answer], None]
"""Looks at an answer and raises ``PassingError`` if another attempt may bring a better one."""

Begin = Callable[[int, Mapping[str, str]], BinaryIO]
"""Told the status (200 or 206) and the headers, gives the file that the body is written into."""


class PoliteSession:
    """All requests of a run go through one of these."""

    def __init__(self, config: ArxivConfig, *, pacer: Pacer | None = None) -> None:
        self.config = config
        self.unanswered_in_a_row = 0
        """Addresses given up one after the other because the server was silent or unavailable."""
        shared = Pacer(shared_file=config.pace_file) if config.pace_file else _PACER_OF_THIS_PROCESS
        self._pacer = pacer or shared
        self._session = requests.Session()
        contact = f" (+{config.contact})" if config.contact else ""
        # Unencoded answers only: their size is bounded as it comes, and a part of one can be resumed.
        self._session.headers.update(
            {"User-Agent": f"burden/{version('arxiv-burden')}{contact}", "Accept-Encoding": "identity"}
        )
        if self._pacer.is_of_many_machines:  # none keeps a connection while another has its turn
            self._session.headers["Connection"] = "close"

    def get(self, url: str, params: Mapping[str, str] | None = None, *, check: Check | None = None) -> Answer:
        """The answer from ``url``, at most ``max_feed_bytes`` long, asked for until it comes and passes ``check``."""
        address = requests.Request("GET", url, params=params).prepare().url or url

        def attempt() -> Answer:
            body = io.BytesIO()
            answer = self.ask_once(address, lambda status, headers: body, max_bytes=self.config.max_feed_bytes)
            answer = replace(answer, content=body.getvalue())
            if check is not None:
                check(answer)
            return answer

        return self.persist(address, attempt)

    def persist(self, url: str, attempt: Callable[[], Answer]) -> Answer:
        """Call ``attempt`` until it raises no ``PassingError``, backing off in between."""
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(PassingError),
            stop=tenacity.stop_after_attempt(self.config.max_attempts),
            wait=self._pause_seconds,
            sleep=self._pacer.wait,
            before_sleep=lambda state: _tell_of_pause(url, state),
            reraise=True,
        )
        try:
            answer = retrying(attempt)
        except PassingError as last:
            self.unanswered_in_a_row += 1
            if last.status == 429:
                raise AccessRefusedError(
                    f"{_without_query(url)} took {self.config.max_attempts} attempts for too many requests (HTTP 429); "
                    "stop here, wait some hours, and see that nothing else on your network asks arXiv at the same time"
                ) from last
            raise NoAnswerError(url, self.config.max_attempts, last) from last
        return answer

    def ask_once(self, url: str, begin: Begin, *, max_bytes: int, headers: Mapping[str, str] | None = None) -> Answer:
        """One paced request; its body goes where ``begin`` says, as it comes.

        Follows redirects, each as a request of its own, within the host or within arxiv.org.
        """
        address = url
        for _ in range(_MAX_REDIRECTS + 1):
            with self._pacer.turn(self.config.delay_seconds) as turn:
                try:
                    answer = self._request(address, begin, max_bytes, headers, turn)
                except PassingError as error:
                    turn.rest_seconds = min(error.retry_after_seconds or 0.0, self.config.max_wait_seconds)
                    raise
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            address = _redirect_target(address, answer.headers.get("Location", ""))
        raise UnusableAnswerError(f"{url} redirects more than {_MAX_REDIRECTS} times")

    def _request(self, url: str, begin: Begin, max_bytes: int, headers: Mapping[str, str] | None, turn: Turn) -> Answer:
        deadline = self._pacer.clock() + self.config.total_timeout_seconds
        try:
            response = self._session.get(
                url,
                headers=dict(headers or {}),
                stream=True,
                allow_redirects=False,
                timeout=(self.config.connect_timeout_seconds, self.config.read_timeout_seconds),
            )
        except requests.RequestException as error:
            cause = error.args[0] if error.args else error
            raise PassingError(f"{type(error).__name__}: {getattr(cause, 'reason', cause)}") from error
        turn.answered()
        with response:
            if response.status_code not in _AWAY_STATUSES:
                self.unanswered_in_a_row = 0
            if response.is_redirect:
                return Answer(url, response.status_code, response.headers)
            self._refuse(url, response)
            sink = begin(response.status_code, response.headers)
            byte_count = 0
            for block in self._blocks(response, deadline):
                byte_count += len(block)
                if byte_count > max_bytes:
                    raise TooLongError(url, max_bytes)
                sink.write(block)
            length = response.headers.get("Content-Length")
            if length is not None and length.isdigit() and byte_count != int(length):
                raise PassingError(f"the connection dropped after {byte_count:,} of {int(length):,} bytes")
            return Answer(url, response.status_code, response.headers, length_known=length is not None)

    def _refuse(self, url: str, response: requests.Response) -> None:
        """Raise what any status but 200 and 206 means."""
        status = response.status_code
        if status == 403:
            raise AccessRefusedError(
                f"{_without_query(url)} refused access (HTTP 403): arXiv has blocked this address or User-Agent; "
                "stop, wait a day, set BURDEN_CONTACT, and write to help@arxiv.org if it persists"
            )
        if status in _PASSING_STATUSES:
            retry_after_seconds = parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
            raise PassingError(f"HTTP {status}", retry_after_seconds=retry_after_seconds, status=status)
        if status not in (200, 206):
            raise RejectedError(url, status, response.headers)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise UnusableAnswerError(f"{url} sent an encoded answer although none was asked for")

    def _blocks(self, response: requests.Response, deadline: float) -> Iterator[bytes]:
        """The body in the blocks in which it arrives, so that a slow drip is seen while it drips."""
        while True:
            try:
                block = response.raw.read1(_BLOCK_BYTES, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                reason = error.args[0] if error.args else type(error).__name__
                raise PassingError(f"the connection dropped: {reason}") from error
            if not block:
                return
            if self._pacer.clock() > deadline:
                raise PassingError(f"not whole after {self.config.total_timeout_seconds:g} s, however steadily it came")
            yield block

    def _pause_seconds(self, state: tenacity.RetryCallState) -> float:
        """Retry-After where the server gave one, and never less than the exponential back-off."""
        error = state.outcome.exception() if state.outcome else None
        asked_seconds = error.retry_after_seconds if isinstance(error, PassingError) else None
        base_seconds = max(self.config.delay_seconds, _MIN_BACK_OFF_SECONDS)
        pause_seconds: float = base_seconds * 2 ** (state.attempt_number - 1)
        return min(max(pause_seconds, asked_seconds or 0.0), self.config.max_wait_seconds)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None where it says nothing readable.

    "120" -> 120.0      "Wed, 21 Oct 2026 07:28:00 GMT" -> seconds until then, at least 0
    "soon" -> None
    """
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header.strip())
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _without_query(url: str) -> str:
    return url.partition("?")[0]


def _tell_of_pause(url: str, state: tenacity.RetryCallState) -> None:
    reason = state.outcome.exception() if state.outcome else None
    pause_seconds = state.next_action.sleep if state.next_action else 0.0
    log.warning("%s: %s; asking again in %.0f s", url, reason, pause_seconds)


def _redirect_target(url: str, location: str) -> str:
    target = urljoin(url, location)
    old, new = urlsplit(url), urlsplit(target)
    if new.scheme not in ("http", "https") or not new.hostname:
        raise UnusableAnswerError(f"{url} redirects to something that is no web address: {location[:200]!r}")
    if new.netloc != old.netloc and not (_at_arxiv(old.hostname or "") and _at_arxiv(new.hostname)):
        raise UnusableAnswerError(f"{url} redirects to another server ({new.netloc}), which is not followed")
    return target


def _at_arxiv(host: str) -> bool:
    return host == "arxiv.org" or host.endswith(".arxiv.org")
