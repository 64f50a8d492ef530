"""PDFs on disk, by the sha256 of their bytes.

    root/ab/abcdef….pdf                the bytes
    root/refs/1706/1706.03762v5        the sha256 of that version's PDF
    root/tmp/….part                    what is being written just now, locked by who writes it

A file gets its final name only when it is whole and on disk, and a reference only after its file,
so a kill at any moment leaves nothing half.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import IO

from extractors.records import FailureCause, PaperError
from flows.sources import FoundPaper, StoredPdf
from flows.sources.download import download_pdf
from flows.sources.http import PoliteSession

_SHA256 = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES = 1024 * 1024


class PdfStore:
    """Files by sha256, and references by which an arXiv id and version find theirs."""

    def __init__(self, root: Path, *, max_pdf_bytes: int = 100 * 1024 * 1024) -> None:
        self.root = root
        self.max_pdf_bytes = max_pdf_bytes
        self._tmp = root / "tmp"
        self._tmp.mkdir(parents=True, exist_ok=True)
        for part in self._tmp.glob("*.part"):
            _remove_if_abandoned(part)

    def put(self, pdf: IO[bytes], name: str) -> StoredPdf:
        """Store a PDF, which messages call ``name``; one that is there already stays as it is.

        Takes any bytes, so that a broken file too has its sha256 on record; only one larger than
        ``max_pdf_bytes`` is refused (``PaperError``).
        """
        digest = hashlib.sha256()
        byte_count = 0
        with self._part() as (part, sink):
            while block := pdf.read(_BLOCK_BYTES):
                byte_count += len(block)
                if byte_count > self.max_pdf_bytes:
                    raise self.too_large(name)
                digest.update(block)
                sink.write(block)
            return self._settle(part, sink, digest.hexdigest())

    def too_large(self, name: str) -> PaperError:
        """Why the store does not take a PDF of more than ``max_pdf_bytes``."""
        message = f"{name} is larger than {self.max_pdf_bytes:,} bytes (BURDEN_PDF_LIMIT_MB)"
        return PaperError(FailureCause.TOO_LARGE, message)

    def get(self, arxiv_id: str, version: int) -> StoredPdf | None:
        """The PDF of this version, if the store has it whole."""
        reference = self._reference(arxiv_id, version)
        try:
            sha256, _, byte_count = reference.read_text(encoding="ascii").strip().partition(" ")
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        if not _SHA256.fullmatch(sha256) or not byte_count.isdigit():
            return None
        stored = StoredPdf(sha256, self._path(sha256), int(byte_count))
        return stored if _size(stored.path) == stored.byte_count else None

    def fetch(self, http: PoliteSession, paper: FoundPaper) -> StoredPdf:
        """The paper's PDF, downloaded (or copied from ``pdf_path``) unless the store has it.

        Only arXiv's own files get a reference: what a folder calls by an arXiv id may be something else.
        Raises ``PaperError`` for this paper alone, ``SourceError`` and ``OSError`` for the run.
        """
        if paper.failure is not None:
            raise paper.failure
        arxiv_id, version = paper.metadata.arxiv_id, paper.metadata.version
        if paper.stored is not None:
            stored = paper.stored
        elif paper.pdf_path is not None:
            stored = self._copy(paper.pdf_path)
        elif paper.pdf_url is None:
            raise PaperError(FailureCause.WITHDRAWN, "arXiv has no PDF of this version, it is withdrawn")
        elif arxiv_id and version and (known := self.get(arxiv_id, version)):
            return known
        else:
            stored = self._download(http, paper.pdf_url)
        if arxiv_id and version and paper.origin != "folder":
            self._refer(arxiv_id, version, stored)
        return stored

    def _copy(self, path: Path) -> StoredPdf:
        try:
            source = path.open("rb")
        except OSError as error:
            raise PaperError(FailureCause.DOWNLOAD, f"can't open {path}: {error.strerror}") from error
        with source:
            return self.put(source, str(path))

    def _download(self, http: PoliteSession, url: str) -> StoredPdf:
        with self._part() as (part, sink):
            download_pdf(http, url, sink, max_bytes=http.config.max_pdf_bytes)
            sink.seek(0)
            digest = hashlib.file_digest(sink, "sha256")
            return self._settle(part, sink, digest.hexdigest())

    def _settle(self, part: Path, sink: BufferedRandom, sha256: str) -> StoredPdf:
        """Give a whole file its name for good."""
        sink.flush()
        byte_count = sink.seek(0, os.SEEK_END)
        path = self._path(sha256)
        if _size(path) != byte_count:
            os.fsync(sink.fileno())
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
            _sync_folder(path.parent)
        return StoredPdf(sha256, path, byte_count)

    def _refer(self, arxiv_id: str, version: int, stored: StoredPdf) -> None:
        if self.get(arxiv_id, version) == stored:
            return
        reference = self._reference(arxiv_id, version)
        reference.parent.mkdir(parents=True, exist_ok=True)
        with self._part() as (part, sink):
            sink.write(f"{stored.sha256} {stored.byte_count}\n".encode("ascii"))
            sink.flush()
            os.fsync(sink.fileno())
            part.replace(reference)
        _sync_folder(reference.parent)

    def _path(self, sha256: str) -> Path:
        return path_in_store(self.root, sha256)

    def _reference(self, arxiv_id: str, version: int) -> Path:
        name = arxiv_id.replace("/", "_")
        return self.root / "refs" / re.split(r"[._]", name)[0] / f"{name}v{version}"

    @contextmanager
    def _part(self) -> Iterator[tuple[Path, BufferedRandom]]:
        """A file to write into; removed at the end unless it has been given another name."""
        part = self._tmp / f"{secrets.token_hex(16)}.part"
        try:
            with _opened_and_locked(part) as sink:
                yield part, sink
        except OSError as error:
            if error.filename is None:
                error.filename = str(part)
            raise
        finally:
            part.unlink(missing_ok=True)


def path_in_store(root: Path, sha256: str) -> Path:
    """Where the store keeps, or would keep, the PDF with this digest."""
    return root / sha256[:2] / f"{sha256}.pdf"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None


def _opened_and_locked(part: Path) -> BufferedRandom:
    """A new file that no store takes for abandoned as long as it is open."""
    while True:
        sink = part.open("x+b")
        fcntl.flock(sink, fcntl.LOCK_EX)
        if os.fstat(sink.fileno()).st_nlink:
            return sink
        sink.close()  # removed by another store before it was locked


def _remove_if_abandoned(part: Path) -> None:
    """Remove what a killed run was writing: a lock ends with who holds it, in a container or elsewhere."""
    with contextlib.suppress(FileNotFoundError, PermissionError, BlockingIOError), part.open("r+b") as left:
        fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` outlive a power cut, where the system lets folders be opened."""
    with contextlib.suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
