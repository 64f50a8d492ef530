"""Tars that are elsewhere: ``s3://arxiv/pdf/arXiv_pdf_2401_001.tar``, or whatever fsspec knows.

A file is read once from its beginning to its end, in blocks, and never kept: no byte is paid for twice. Keys to S3 are
those of the AWS tools (environment, ``~/.aws``); ``AWS_ENDPOINT_URL`` names another server than Amazon's.
"""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any

from flows.sources import SourceError

BLOCK_BYTES = 8 * 1024 * 1024
"""Fetched by one request."""
_S3 = {"requester_pays": True, "use_listings_cache": False}
"""arXiv's bucket is open only to those who say that they pay."""


def is_remote(address: object) -> bool:
    """``s3://arxiv/pdf/a.tar`` -> True        ``/data/a.tar`` -> False"""
    return "://" in str(address)


def refuse_secrets(address: object) -> None:
    """``SourceError`` where the address may hold a secret, which messages, the log and the database would then hold.

    s3://arxiv/pdf/a.tar -> fine        https://me:secret@host/a.tar, https://host/a.tar?Signature=secret -> SourceError
    """
    if is_remote(address) and ("@" in str(address) or "?" in str(address)):
        raise SourceError(
            "an address with a user, a password or a query (@ or ?) is refused: it would stand in messages and in "
            "the database; name none (keys to S3 belong into ~/.aws/credentials), or fetch the file first"
        )


class RemoteFile(io.RawIOBase):
    """A file at an address, for reading; every trouble with it is a ``SourceError`` that names the address."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self._digest = hashlib.md5(usedforsecurity=False)
        self._digested_bytes = 0
        try:
            self._file, details = _opened(address)
        except ImportError as missing:
            raise SourceError(
                f"{address} needs packages that are not installed ({missing.name}): pip install 'arxiv-burden[scale]'"
            ) from None
        except Exception as error:  # each file system has errors of its own
            raise _in_words(address, error) from error
        self._byte_count = int(details["size"])
        told = (str(details[name]) for name in ("ETag", "etag", "LastModified", "mtime") if details.get(name))
        self.fingerprint = " ".join((str(self._byte_count), *told))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any, /) -> int:
        start = self.tell()
        self._digest_up_to(start)
        content = self._read(start, len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def md5(self) -> str:
        """Of the whole file, which is read to its end for it."""
        self._digest_up_to(self._byte_count)
        return self._digest.hexdigest()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _digest_up_to(self, offset: int) -> None:
        """Take in what is passed over, as padding is."""
        while self._digested_bytes < offset:
            if not self._read(self._digested_bytes, min(BLOCK_BYTES, offset - self._digested_bytes)):
                break
        self._file.seek(offset)

    def _read(self, start: int, byte_count: int) -> bytes:
        try:
            self._file.seek(start)
            content = bytes(self._file.read(byte_count))
        except Exception as error:
            raise _in_words(self._address, error) from error
        end = start + len(content)
        if start <= self._digested_bytes < end:
            self._digest.update(content[self._digested_bytes - start :])
            self._digested_bytes = end
        return content


def _opened(address: str) -> tuple[Any, dict[str, Any]]:
    import fsspec

    options = _S3 if address.startswith("s3://") else {}
    system, path = fsspec.core.url_to_fs(address, **options)
    details = system.info(path)
    if details.get("size") is None:
        raise ValueError("the server does not say how long it is; fetch the file first")
    return system.open(path, "rb", block_size=BLOCK_BYTES, cache_type="readahead"), details


def _in_words(address: str, error: Exception) -> SourceError:
    """What to do about it.

    403 -> keys and payment        no keys at all -> where they belong        404 -> the address
    """
    said = str(error).strip().partition("\n")[0] or type(error).__name__
    if isinstance(error, FileNotFoundError):
        return SourceError(f"can't open {address}: there is no such file")
    if isinstance(error, PermissionError) or type(error).__name__ == "NoCredentialsError":
        return SourceError(
            f"can't open {address}: {said}; arXiv's bucket wants AWS keys (AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, or ~/.aws/credentials) of an account that pays for what it fetches"
        )
    return SourceError(f"can't read {address}: {said}")
