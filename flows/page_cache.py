"""Files that are cheap to make again, on disk up to a size: those that nobody asked for longest go first."""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

_ROOM_TO_MAKE = 0.8
"""When the cache is full it is cut down to this share, so that not every file costs a look at all of them."""


class PageCache:
    """Files by name under a folder; safe for many threads, and for several processes over one folder."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None
        """What this process knows of the size; None until it has looked."""

    def get(self, name: str) -> bytes | None:
        """The file's content, which counts as asked for now; None if it is not there (any more)."""
        path = self._path(name)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content

    def put(self, name: str, content: bytes) -> None:
        """Keep a file. A disk that is full or may not be written to only costs speed."""
        path = self._path(name)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(content)
            part.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            return
        with self._lock:
            self._bytes = self._size() if self._bytes is None else self._bytes + len(content)
            if self._bytes > self._most_bytes:
                self._bytes = self._make_room()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def _size(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _make_room(self) -> int:
        """Remove files, those not asked for longest first; the size that is left."""
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= _ROOM_TO_MAKE * self._most_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                left -= size
        return left

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """``(when it was last asked for, bytes, path)``, also of parts that a killed process left."""
        for path in self._folder.glob("*/*"):
            with contextlib.suppress(OSError):
                state = path.stat()
                yield state.st_mtime_ns, state.st_size, path
