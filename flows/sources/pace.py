"""One request at a time, and so many seconds between any two."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class Pacer:
    """Spaces the requests of this process, and with ``shared_file`` those of every process that names the same file."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        shared_file: Path | None = None,
    ) -> None:
        self.clock = clock
        self.wait = wait
        self._lock = threading.Lock()
        self._last_start: float | None = None
        self._shared_file = shared_file

    @contextmanager
    def turn(self, delay_seconds: float) -> Iterator[None]:
        """Wait for this request's turn, and keep all others waiting until it is over."""
        with self._lock:
            if self._shared_file is None:
                self._pause_since(self._last_start, delay_seconds)
                self._last_start = self.clock()
                yield
                return
            self._shared_file.parent.mkdir(parents=True, exist_ok=True)
            with self._shared_file.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._pause_since(_read_start(file), delay_seconds)
                file.seek(0)
                file.truncate()
                file.write(repr(self.clock()).encode("ascii"))
                file.flush()
                yield

    def _pause_since(self, last_start: float | None, delay_seconds: float) -> None:
        """Never longer than the delay: a start in the future is from before the machine was last started."""
        if last_start is None:
            return
        pause_seconds = min(last_start + delay_seconds - self.clock(), delay_seconds)
        if pause_seconds > 0:
            self.wait(pause_seconds)


def _read_start(file: BinaryIO) -> float | None:
    """When the last request of any process began; None where the file does not say."""
    file.seek(0)
    try:
        return float(file.read(100))
    except ValueError:
        return None
