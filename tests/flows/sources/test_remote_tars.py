"""Bulk tars on S3: read in one pass by those who pay, checked by the manifest, and named where they can't be had."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from loopback_files import bulk_manifest, bulk_tar
from loopback_s3 import LoopbackS3, loopback_s3
from s3fs import S3FileSystem

from flows.discovery import IngestRequest
from flows.sources import BulkTar, FoundPaper, SourceError, remote_tars
from flows.sources.store import PdfStore
from flows.sources.tars import papers_in_tars

PDF = b"%PDF-1.5\nhello\n%%EOF"
NAME = "arXiv_pdf_1001_001.tar"
ADDRESS = f"s3://arxiv/pdf/{NAME}"
MEMBERS = {f"1001/1001.000{number}.pdf": PDF + bytes([number]) * 300_000 for number in range(1, 6)}


class Log:
    """Remembers tars that ended."""

    def __init__(self) -> None:
        self.read: dict[BulkTar, int] = {}

    def is_read(self, tar: BulkTar) -> bool:
        return tar in self.read

    def ended(self, tar: BulkTar, papers: int) -> None:
        self.read[tar] = papers


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackS3]:
    with loopback_s3() as server:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(remote_tars, "BLOCK_BYTES", 262_144)
        S3FileSystem.clear_instance_cache()  # it knows the address of the server before
        yield server


@pytest.fixture
def tar(tmp_path: Path, s3: LoopbackS3) -> Path:
    made = bulk_tar(tmp_path, NAME, MEMBERS)
    s3.objects[f"arxiv/pdf/{NAME}"] = made.read_bytes()
    return made


def _contents(papers: Iterator[FoundPaper]) -> dict[str, bytes]:
    return {paper.name: paper.stored.path.read_bytes() for paper in papers if paper.stored}


WHOLE = {name[5:-4]: content for name, content in MEMBERS.items()}


def test_a_tar_on_s3_is_read_member_by_member_and_every_byte_fetched_once(
    s3: LoopbackS3, tar: Path, store: PdfStore
) -> None:
    log = Log()
    assert _contents(papers_in_tars([ADDRESS], store, known=log)) == WHOLE
    assert list(log.read.values()) == [5]
    assert s3.fetched_bytes <= 1.02 * tar.stat().st_size
    assert s3.refused == 0
    before = s3.fetched_bytes
    assert list(papers_in_tars([ADDRESS], store, known=log)) == []
    assert s3.fetched_bytes == before  # not opened again


def test_an_answer_that_breaks_off_is_asked_for_again(
    s3: LoopbackS3, tar: Path, tmp_path: Path, store: PdfStore
) -> None:
    s3.cut = 1
    assert _contents(papers_in_tars([ADDRESS], store)) == WHOLE


def test_the_md5_of_the_manifest_is_checked_while_the_tar_is_read(
    s3: LoopbackS3, tar: Path, tmp_path: Path, store: PdfStore
) -> None:
    manifest = bulk_manifest(tmp_path, [tar])
    s3.objects["arxiv/pdf/arXiv_pdf_manifest.xml"] = manifest.read_bytes()
    log = Log()
    found = papers_in_tars([ADDRESS], store, manifest="s3://arxiv/pdf/arXiv_pdf_manifest.xml", known=log)
    assert _contents(found) == WHOLE
    assert len(log.read) == 1

    changed = bytearray(s3.objects[f"arxiv/pdf/{NAME}"])
    changed[700_000] ^= 1
    s3.objects[f"arxiv/pdf/{NAME}"] = bytes(changed)
    log = Log()
    with pytest.raises(SourceError, match=rf"{NAME} has the md5 .*, but the manifest says"):
        list(papers_in_tars([ADDRESS], store, manifest=manifest, known=log))
    assert not log.read


def test_a_tar_that_is_not_there_is_named_and_the_next_is_read(
    s3: LoopbackS3, tar: Path, tmp_path: Path, store: PdfStore
) -> None:
    papers = papers_in_tars(["s3://arxiv/pdf/arXiv_pdf_1001_009.tar", ADDRESS], store)
    assert len([next(papers) for _ in MEMBERS]) == 5
    with pytest.raises(SourceError, match=r"can't open s3://arxiv/pdf/arXiv_pdf_1001_009\.tar: there is no such file"):
        next(papers)


class _SaysNoLength(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    do_GET = do_HEAD

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_file_of_unknown_length_is_named_and_the_next_is_read(
    tmp_path: Path, store: PdfStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    good = bulk_tar(tmp_path, NAME, MEMBERS)
    with ThreadingHTTPServer(("127.0.0.1", 0), _SaysNoLength) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/{NAME}"
            papers = papers_in_tars([address, good], store)
            assert [next(papers).name for _ in MEMBERS] == list(WHOLE)
            with pytest.raises(SourceError, match=f"{address}: the server does not say how long it is"):
                next(papers)
        finally:
            server.shutdown()


def test_without_keys_it_says_what_is_needed_and_tells_no_secret(
    s3: LoopbackS3, tar: Path, store: PdfStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_tars, "_S3", {})
    with pytest.raises(SourceError, match="an account that pays for what it fetches") as raised:
        list(papers_in_tars([ADDRESS], store))
    assert "a secret key" not in str(raised.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://me:hunter2@mirror.example/arXiv_pdf_2401_001.tar",
        "https://hunter2@mirror.example/arXiv_pdf_2401_001.tar",
        "https://mirror.example/arXiv_pdf_2401_001.tar?X-Amz-Signature=hunter2",
        "simplecache::https://me:hunter2@mirror.example/arXiv_pdf_2401_001.tar",
    ],
)
def test_an_address_that_may_hold_a_secret_is_refused_and_not_repeated(address: str) -> None:
    for asked in ({"tars": (address,)}, {"manifest": address}):
        with pytest.raises(SourceError, match=r"is refused.*credentials") as refused:
            IngestRequest(**asked)  # type: ignore[arg-type]
        assert "hunter2" not in str(refused.value)
