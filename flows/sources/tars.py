"""arXiv's bulk tars: ``arXiv_pdf_1001_001.tar`` with members like ``1001/1001.0001.pdf``, on disk or on S3."""

from __future__ import annotations

import hashlib
import logging
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree
from defusedxml import DefusedXmlException

from extractors.records import FailureCause, PaperError, PaperMetadata
from flows.sources import BulkTar, FoundPaper, SourceError
from flows.sources.identifiers import arxiv_id_of_file
from flows.sources.remote_tars import RemoteFile, is_remote
from flows.sources.store import PdfStore

MANIFEST_NAME = "arXiv_pdf_manifest.xml"
_MAX_MANIFEST_BYTES = 64 * 1024 * 1024
_BLOCK_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


Address = Path | str
"""Of a file on disk, or (``s3://…``) elsewhere."""


class TarLog(Protocol):
    """What is known of tars that were read before."""

    def is_read(self, tar: BulkTar) -> bool:
        """Whether all its papers have been dealt with: then it is not opened."""

    def ended(self, tar: BulkTar, papers: int) -> None:
        """All its papers have been drawn, and it was whole."""


class _NoLog:
    """Every tar is new."""

    def is_read(self, tar: BulkTar) -> bool:
        return False

    def ended(self, tar: BulkTar, papers: int) -> None:
        pass


def papers_in_tars(
    addresses: Iterable[Address],
    store: PdfStore,
    *,
    manifest: Address | None = None,
    known: TarLog | None = None,
) -> Iterator[FoundPaper]:
    """The PDFs of the tars, each put into ``store`` as it is drawn.

    Names in a tar are not trusted with paths: the store names a file by its bytes, and links, devices and oversized
    members come with their ``failure``. Where arXiv's manifest is given, or lies beside a tar on disk, the md5 is
    checked: of a tar on disk before it is read, of one elsewhere while it is. A tar that is damaged or does not match
    ends up in the ``SourceError`` that is raised after all tars; what was read of it stands, but ``known`` is not told
    that it ended.
    """
    problems: list[str] = []
    for address in addresses:
        try:
            md5 = _expected_md5(address, manifest)
            yield from _papers_in_tar(address, md5, store, known or _NoLog())
        except (tarfile.TarError, ValueError, RecursionError) as error:  # the last two for mad headers
            problems.append(f"{address} is no tar, or a damaged one: {error}")
        except SourceError as error:
            problems.append(str(error))
    if problems:
        raise SourceError("not read, or not to the end:\n" + "\n".join(problems))


def _papers_in_tar(address: Address, md5: str | None, store: PdfStore, known: TarLog) -> Iterator[FoundPaper]:
    name = _name(address)
    with _open(address) as file:
        bulk_tar = BulkTar(name, md5 or _fingerprint(file))
        if known.is_read(bulk_tar):
            log.info("%s was read to its end before", address)
            return
        if md5 and isinstance(file, FileIO):
            _compare(address, _md5(file), md5)
            file.seek(0)
        papers = 0
        with _BoundedReader(file) as stream, tarfile.open(fileobj=stream, mode="r:") as tar:
            for member in tar:
                if member.size < 0:  # would send tarfile backwards, and round and round
                    raise tarfile.ReadError(f"a member of {member.size} bytes")
                if member.name.lower().endswith(".pdf"):
                    papers += 1
                    found = _unpack(tar, member, f"{member.name[:200]} in {name}", store)
                    yield replace(found, tar=bulk_tar)
                elif not member.isdir():
                    log.info("%s: passed over %s", address, member.name)
            _expect_end_mark(stream, tar.offset, address)
            if md5 and isinstance(file, RemoteFile):
                _compare(address, file.md5(), md5)
    known.ended(bulk_tar, papers)


class _BoundedReader(BufferedReader):
    """A file for ``tarfile``, which believes whatever length a header claims: one read takes no more than a block."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _BLOCK_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return super().read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        try:
            return super().seek(offset, whence)
        except (OSError, OverflowError) as error:
            raise tarfile.ReadError(f"a member at byte {offset}") from error


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str, store: PdfStore) -> FoundPaper:
    """Put one member into the store, as far as it is a file of bearable size."""
    stem = member.name.rpartition("/")[2][: -len(".pdf")]
    metadata = PaperMetadata(*arxiv_id_of_file(stem))
    content = tar.extractfile(member) if member.isreg() else None
    if content is None:
        failure = PaperError(FailureCause.NOT_A_PDF, f"{name} is a link or a device, not a file")
        return FoundPaper(metadata, "tar", failure=failure)
    if member.size > store.max_pdf_bytes:
        return FoundPaper(metadata, "tar", failure=store.too_large(name))
    with content:
        return FoundPaper(metadata, "tar", stored=store.put(content, name))


def _open(address: Address) -> FileIO | RemoteFile:
    if is_remote(address):
        return RemoteFile(str(address))
    try:
        return FileIO(address)
    except OSError as error:
        raise SourceError(f"can't open {address}: {error.strerror}") from error


def _name(address: Address) -> str:
    return str(address).rpartition("/")[2]


def _fingerprint(file: FileIO | RemoteFile) -> str:
    """By which another file of the same name is told apart, as far as that is possible without reading it."""
    if isinstance(file, RemoteFile):
        return file.fingerprint
    status = os.fstat(file.fileno())
    return f"{status.st_size} {status.st_mtime_ns}"


def _expect_end_mark(stream: BufferedReader, offset: int, address: Address) -> None:
    """Tell the end of a tar from a broken or missing header, which ``tarfile`` takes for the end as well."""
    stream.seek(offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise SourceError(f"{address} breaks off or is damaged at byte {offset:,}: download it again")


def _expected_md5(address: Address, manifest: Address | None) -> str | None:
    """As arXiv's manifest has it, where there is one and it names this tar."""
    if manifest is None and not is_remote(address):
        beside = Path(address).with_name(MANIFEST_NAME)
        manifest = beside if beside.exists() else None
    expected = _manifest_md5(manifest).get(_name(address)) if manifest else None
    if expected is None:
        log.info("%s: no md5 to check it by", address)
    return expected


def _md5(file: FileIO) -> str:
    return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _compare(address: Address, found: str, expected: str) -> None:
    if found != expected:
        raise SourceError(f"{address} has the md5 {found}, but the manifest says {expected}: download it again")


@lru_cache(maxsize=4)
def _manifest_md5(manifest: Address) -> dict[str, str]:
    """md5 of each tar that arXiv's manifest names, by file name without folder."""
    with BufferedReader(_open(manifest)) as stream:
        content = stream.read(_MAX_MANIFEST_BYTES + 1)
    if len(content) > _MAX_MANIFEST_BYTES:
        raise SourceError(f"{manifest} is larger than {_MAX_MANIFEST_BYTES:,} bytes, which no manifest is")
    try:
        root = defusedxml.ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # the last: no such encoding
        raise SourceError(f"{manifest} is not a manifest of arXiv's tars: {error}") from error
    entries = ((file.findtext("filename", ""), file.findtext("md5sum", "")) for file in root.iter("file"))
    return {
        name.strip().rpartition("/")[2]: md5.strip().lower() for name, md5 in entries if name.strip() and md5.strip()
    }
