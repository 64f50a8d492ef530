"""A stand-in for S3 on this machine: GET and HEAD of whole objects and of ranges, to those who pay."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit

_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@dataclass
class LoopbackS3:
    """Objects by ``bucket/key``, what was fetched of them, and faults to come."""

    objects: dict[str, bytes] = field(default_factory=dict)
    url: str = ""
    fetched_bytes: int = 0
    refused: int = 0
    """Requests that did not say who pays."""
    cut: int = 0
    """So many answers break off in the middle."""

    @property
    def environment(self) -> dict[str, str]:
        """What AWS's libraries must be told to come here."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "a secret key",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/nonexistent",
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
        }


@contextmanager
def loopback_s3() -> Iterator[LoopbackS3]:
    state = LoopbackS3()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, with_body: bool) -> None:
            if self.headers.get("x-amz-request-payer") != "requester":
                state.refused += 1
                return self._send(403, _DENIED, {}, with_body)
            content = state.objects.get(unquote(urlsplit(self.path).path).lstrip("/"))
            if content is None:
                return self._send(404, b"<Error><Code>NoSuchKey</Code></Error>", {}, with_body)
            headers = {
                "ETag": f'"{hashlib.md5(content).hexdigest()}"',
                "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT",
            }
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if asked is None:
                return self._send(200, content, headers, with_body)
            first, last = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
            self._send(206, content[first : last + 1], headers, with_body)

        def _send(self, status: int, body: bytes, headers: dict[str, str], with_body: bool) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if not with_body:
                return
            if state.cut and status == 206:
                state.cut -= 1
                self.wfile.write(body[: len(body) // 2])
                self.close_connection = True
                return
            self.wfile.write(body)
            if status < 400:
                state.fetched_bytes += len(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
