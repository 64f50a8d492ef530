"""A stand-in for arXiv on 127.0.0.1: search API, OAI-PMH and PDFs in their real formats.

    with LoopbackArxiv() as arxiv:
        arxiv.add("2406.01234", title="A neural network", pdfs=[one_page_pdf("Trained on 8 V100s")])
        arxiv.misbehave("pdf", status(503, retry_after="7"), dropped())
        ... point the product at arxiv.api_url, arxiv.oai_url, arxiv.pdf_url (or arxiv.environment()) ...
        arxiv.requests   # what came, and when

Each fault costs one request of its door ("api", "oai" or "pdf"); after them all is well again.
"""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

from loopback_formats import Paper, Version, atom_entry, atom_error, is_hit, oai_document, oai_record, set_of

Door = Literal["api", "oai", "pdf"]
LAST_MODIFIED = datetime(2024, 6, 4, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    """An answer in good order."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    send_length: bool = True


@dataclass(frozen=True)
class LoggedRequest:
    door: Door | None
    path: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """``time.monotonic()``"""


Fault = Callable[["Handler", Reply], None]
"""Spoils an answer that was in good order."""


# How it misbehaves


def status(code: int, *, retry_after: str | None = None, body: bytes = b"no") -> Fault:
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return lambda handler, reply: handler.send(Reply(code, "text/plain", body, headers))


def html() -> Fault:
    page = b"<!DOCTYPE html><html><head><title>Please stand by</title></head><body>maintenance</body></html>"
    return lambda handler, reply: handler.send(Reply(200, "text/html; charset=utf-8", page))


def redirect(location: str) -> Fault:
    return lambda handler, reply: handler.send(Reply(301, "text/plain", b"", {"Location": location}))


def dropped() -> Fault:
    """The connection closes before a single byte is sent."""
    return lambda handler, reply: handler.hang_up()


def truncated(byte_count: int, *, announced: bool = True) -> Fault:
    """The body stops early; without ``announced`` length only its missing end tells."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        length = {"Content-Length": str(len(reply.body))} if announced else {"Connection": "close"}
        handler.send_head(reply.status, {"Content-Type": reply.content_type, **reply.headers, **length})
        handler.wfile.write(reply.body[:byte_count])
        handler.hang_up()

    return misbehave


def too_short_a_length(byte_count: int) -> Fault:
    """The head announces fewer bytes than there are, and no more come: what came looks whole."""
    return lambda handler, reply: handler.send(replace(reply, body=reply.body[:byte_count], send_length=True))


def cut_short(byte_count: int) -> Fault:
    """The body stops early, and its chunks end in good order, as behind a proxy that lost the rest."""
    return lambda handler, reply: handler.send(replace(reply, body=reply.body[:byte_count], send_length=False))


def malformed() -> Fault:
    """The answer is cut in the middle, yet its length is announced accordingly."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        handler.send(Reply(reply.status, reply.content_type, reply.body[: len(reply.body) * 2 // 3]))

    return misbehave


def altered(old: bytes, new: bytes) -> Fault:
    """The answer says ``new`` where it first said ``old``."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        assert old in reply.body, "an alteration that alters nothing"
        handler.send(replace(reply, body=reply.body.replace(old, new, 1)))

    return misbehave


def xml_bomb() -> Fault:
    """Entities that would grow without bound."""
    body = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    return lambda handler, reply: handler.send(Reply(200, "text/xml", body))


def empty_page(*, total: int | None = None) -> Fault:
    """A page of search results without the entries that its header announces (or with another total)."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        body = re.sub(rb"<entry>.*</entry>\s*", b"", reply.body, flags=re.DOTALL)
        if total is not None:
            body = re.sub(rb"(<opensearch:totalResults>)\d+", rb"\g<1>%d" % total, body)
        handler.send(Reply(200, reply.content_type, body))

    return misbehave


def oai_error(code: str, words: str = "The value is invalid or expired.") -> Fault:
    def misbehave(handler: Handler, reply: Reply) -> None:
        handler.send(_oai_reply(f"<error code='{code}'>{escape(words)}</error>"))

    return misbehave


def stalled(byte_count: int = 0) -> Fault:
    """Sends the head and some bytes, then nothing until the server stops."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        handler.send_head(200, {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))})
        handler.wfile.write(reply.body[:byte_count])
        handler.server.stopping.wait()
        handler.hang_up()

    return misbehave


def slow_drip(pause_seconds: float = 0.01) -> Fault:
    """One byte at a time."""

    def misbehave(handler: Handler, reply: Reply) -> None:
        length = {"Content-Length": str(len(reply.body))}
        handler.send_head(reply.status, {"Content-Type": reply.content_type, **reply.headers, **length})
        for position in range(len(reply.body)):
            if position == len(reply.body) - 1:
                handler.leave()
            handler.wfile.write(reply.body[position : position + 1])
            handler.wfile.flush()
            if handler.server.stopping.wait(pause_seconds):
                break
        handler.hang_up()

    return misbehave


# The server


class Clock:
    """Time that passes only while someone waits, and is kept count of."""

    def __init__(self) -> None:
        self.now_seconds = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now_seconds

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now_seconds += seconds


class LoopbackArxiv:
    """See the top of this file."""

    def __init__(self, *, oai_page_size: int = 1000, send_pdf_length: bool = False) -> None:
        self.papers: dict[str, Paper] = {}
        self.requests: list[LoggedRequest] = []
        self.oai_page_size = oai_page_size
        self.send_pdf_length = send_pdf_length
        """arXiv sends PDFs chunked, without a Content-Length."""
        self.most_at_once = 0
        self.weather: Callable[[LoggedRequest], Fault | None] = lambda request: None
        """The fault of a request for which none was ordered by ``misbehave``."""
        self._under_way = 0
        self._faults: dict[Door, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.arxiv = self

    def __enter__(self) -> LoopbackArxiv:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/query"

    @property
    def oai_url(self) -> str:
        return f"{self.base_url}/oai"

    @property
    def pdf_url(self) -> str:
        return f"{self.base_url}/pdf"

    def environment(self, *, delay_seconds: float = 0.0) -> dict[str, str]:
        """The settings that point ``burden`` here."""
        return {
            "BURDEN_ARXIV_API_URL": self.api_url,
            "BURDEN_ARXIV_OAI_URL": self.oai_url,
            "BURDEN_ARXIV_PDF_URL": self.pdf_url,
            "BURDEN_ARXIV_DELAY_SECONDS": str(delay_seconds),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def add(
        self,
        arxiv_id: str,
        *,
        title: str = "A neural network",
        abstract: str = "We train a deep network.",
        authors: Sequence[str] = ("Ada Example", "Ben Sample"),
        categories: Sequence[str] = ("cs.LG", "stat.ML"),
        pdfs: Sequence[bytes | None] = (b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n",),
        submitted: Sequence[date] = (date(2024, 6, 3),),
        changed: date | None = None,
        deleted: bool = False,
    ) -> Paper:
        """Serve a paper; one of ``pdfs`` a version (None withdraws it), dated by ``submitted``."""
        days = [*submitted, *[submitted[-1]] * (len(pdfs) - len(submitted))]
        versions = [
            Version(datetime(day.year, day.month, day.day, 17, 30, tzinfo=UTC), pdf)
            for day, pdf in zip(days, pdfs, strict=False)
        ]
        changed = changed or days[-1]
        paper = Paper(arxiv_id, title, abstract, authors, categories, versions, changed, deleted)
        self.papers[arxiv_id] = paper
        return paper

    def misbehave(self, door: Door, *faults: Fault) -> None:
        """Let the next requests at ``door`` meet these faults, one each."""
        with self._lock:
            self._faults[door].extend(faults)

    def asked(self, door: Door) -> list[LoggedRequest]:
        """The requests that came to ``door``, in order."""
        return [request for request in self.requests if request.door == door]

    def _arrive(self, request: LoggedRequest) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            waiting = self._faults[request.door] if request.door else None
            return waiting.popleft() if waiting else self.weather(request)

    def _leave(self) -> None:
        with self._lock:
            self._under_way -= 1

    # search API

    def answer_search(self, asked: Mapping[str, str]) -> Reply:
        start, max_results = int(asked.get("start", "0")), int(asked.get("max_results", "10"))
        if max_results > 2000:
            return Reply(400, "application/atom+xml", atom_error("max_results must not be more than 2000"))
        if asked.get("id_list"):
            ids = asked["id_list"].split(",")
            for written in ids:
                if not re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(v\d+)?", written):
                    return Reply(400, "application/atom+xml", atom_error(f"incorrect id format for {written}"))
            hits = [hit for written in ids if (hit := self._version_of(written))]
        else:
            hits = [(paper, len(paper.versions)) for paper in self.papers.values() if is_hit(paper, asked)]
            newest_first = asked.get("sortOrder") == "descending"
            hits.sort(key=lambda hit: (hit[0].versions[0].submitted, hit[0].arxiv_id), reverse=newest_first)
        entries = "".join(atom_entry(paper, number) for paper, number in hits[start : start + max_results])
        feed = f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/x</id>
  <title>arXiv Query: {escape(urlencode(asked))}</title>
  <updated>2024-06-10T00:00:00Z</updated>
  <link href="https://arxiv.org/api/query" type="application/atom+xml"/>
  <opensearch:itemsPerPage>{max_results}</opensearch:itemsPerPage>
  <opensearch:totalResults>{len(hits)}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>
"""
        return Reply(200, "application/atom+xml; charset=utf-8", feed.encode())

    def _version_of(self, written: str) -> tuple[Paper, int] | None:
        arxiv_id, _, number = written.partition("v")
        paper = self.papers.get(arxiv_id)
        if paper is None or paper.deleted or (number and int(number) > len(paper.versions)):
            return None
        return paper, int(number or len(paper.versions))

    # OAI-PMH

    def answer_oai(self, asked: Mapping[str, str]) -> Reply:
        if asked.get("verb") == "Identify":
            return _oai_reply(f"<Identify><baseURL>{self.oai_url}</baseURL></Identify>")
        if asked.get("verb") != "ListRecords":
            return _oai_reply("<error code='badVerb'>no such verb</error>")
        skip = 0
        if "resumptionToken" in asked:
            if set(asked) != {"verb", "resumptionToken"}:
                return _oai_reply("<error code='badArgument'>token is exclusive</error>")
            asked = dict(parse_qsl(unquote(asked["resumptionToken"])))
            skip = int(asked.pop("skip"))
        if asked.get("metadataPrefix") != "arXivRaw":
            return _oai_reply("<error code='cannotDisseminateFormat'>no</error>")
        first, last = asked.get("from", "0000"), asked.get("until", "9999")
        hits = [
            paper
            for paper in self.papers.values()
            if first <= paper.changed.isoformat() <= last
            and any(set_of(category).split(":")[0] == asked.get("set") for category in paper.categories)
        ]
        hits.sort(key=lambda paper: (paper.changed, paper.arxiv_id))
        page = hits[skip : skip + self.oai_page_size]
        if not page:
            return _oai_reply("<error code='noRecordsMatch'>an empty list</error>")
        token = ""
        if len(hits) > skip + len(page):
            inner = quote(urlencode({**asked, "skip": skip + len(page)}))
            token = f"<resumptionToken expires='2024-06-11T00:00:00Z'>{inner}</resumptionToken>"
        elif skip:
            token = "<resumptionToken/>"
        records = "".join(oai_record(paper) for paper in page)
        return _oai_reply(f"<ListRecords>{records}{token}</ListRecords>")

    # PDFs

    def answer_pdf(self, written: str, asked_headers: Mapping[str, str]) -> Reply:
        hit = self._version_of(written)
        if hit is None:
            return Reply(404, "text/html", b"<html>Article %s doesn't exist</html>" % written.encode())
        paper, number = hit
        pdf = paper.versions[number - 1].pdf
        if pdf is None:
            page = f"<html><title>No file for {written}</title><h1>File unavailable for {written}</h1></html>"
            return Reply(200, "text/html; charset=utf-8", page.encode())
        etag = f'"{hashlib.md5(pdf).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(LAST_MODIFIED, usegmt=True), "Accept-Ranges": "bytes"}
        wanted = re.fullmatch(r"bytes=(\d+)-", asked_headers.get("Range", ""))
        if wanted and asked_headers.get("If-Range", etag) == etag:
            start = int(wanted[1])
            if start >= len(pdf):
                return Reply(416, "text/plain", b"", {"Content-Range": f"bytes */{len(pdf)}"})
            headers["Content-Range"] = f"bytes {start}-{len(pdf) - 1}/{len(pdf)}"
            return Reply(206, "application/pdf", pdf[start:], headers)
        return Reply(200, "application/pdf", pdf, headers, send_length=self.send_pdf_length)


def _oai_reply(inside: str) -> Reply:
    return Reply(200, "application/xml", oai_document(inside))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    arxiv: LoopbackArxiv

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.stopping = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are part of the game."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        arxiv = self.server.arxiv
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        doors: dict[str, Door] = {"/api/query": "api", "/oai": "oai"}
        door: Door | None = "pdf" if parts.path.startswith("/pdf/") else doors.get(parts.path)
        fault = arxiv._arrive(LoggedRequest(door, self.path, asked, dict(self.headers), time.monotonic()))
        self._is_under_way = True
        try:
            if door == "api":
                reply = arxiv.answer_search(asked)
            elif door == "oai":
                reply = arxiv.answer_oai(asked)
            elif door == "pdf":
                reply = arxiv.answer_pdf(unquote(parts.path.removeprefix("/pdf/")), self.headers)
            else:
                reply = Reply(404, "text/plain", b"no such page")
            if fault is None:
                self.send(reply)
            else:
                fault(self, reply)
        finally:
            self.leave()

    def leave(self) -> None:
        """This request is over; told before its last byte goes out, as the client may ask again right then."""
        if self._is_under_way:
            self._is_under_way = False
            self.server.arxiv._leave()

    def send(self, reply: Reply) -> None:
        framing = {"Content-Length": str(len(reply.body))} if reply.send_length else {"Transfer-Encoding": "chunked"}
        self.leave()
        self.send_head(reply.status, {"Content-Type": reply.content_type, **reply.headers, **framing})
        if reply.send_length:
            self.wfile.write(reply.body)
        else:
            for start in range(0, len(reply.body), 4096):
                piece = reply.body[start : start + 4096]
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

    def send_head(self, code: int, headers: Mapping[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Quiet: the requests are kept in ``LoopbackArxiv.requests``."""
