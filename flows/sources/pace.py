"""One request at a time, and so many seconds between any two: of this process, this machine, and all machines.

The seconds are counted from when the last answer began, so that the requests lie as far apart where they arrive. A turn
that was begun and never ended is that of a process that was killed, perhaps a moment ago: the whole pause follows it.
A longer rest that the server asks for (Retry-After) is kept by all of them.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from db.engine import Engine, is_sqlite
from db.leases import HeldLease, Refused, take

LEASE_NAME = "requests to arXiv"
_LEASE_SECONDS = 30.0
"""So long the others wait where a whole machine dies within a request."""
_LOOK_AGAIN_SECONDS = 0.25
_TOLD_AFTER_SECONDS = 60.0
_MARK_BYTES = 64
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Mark:
    """Since when nothing was asked, and how long the server wants it so; as text "5081.25" or "5081.25 900.0"."""

    at: float
    rest_seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.at!r} {self.rest_seconds!r}" if self.rest_seconds else repr(self.at)


_UNDER_WAY = _Mark(math.inf)


class Turn:
    """The time in which one request may be under way."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._answered_at: float | None = None
        self.rest_seconds = 0.0
        """So long the server wants to be asked nothing, by whoever waits for the next turn."""

    def answered(self) -> None:
        """The answer begins to come: the request was received, and from now on the next pause is counted."""
        if self._answered_at is None:
            self._answered_at = self._clock()

    @property
    def counted_from(self) -> float:
        """Once the turn is over: when the answer began, or now where none did."""
        self.answered()
        assert self._answered_at is not None  # noqa: S101  set just above
        return self._answered_at


class Pacer:
    """Spaces the requests of this process.

    With ``shared_file`` it spaces those of every process of this machine that names the same file, with ``database``
    (PostgreSQL) those of every machine that shares it.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        shared_file: Path | None = None,
        database: Engine | None = None,
    ) -> None:
        self.clock = clock
        self.wait = wait
        self._lock = threading.Lock()
        self._last: _Mark | None = None
        self._shared_file = shared_file
        self._database = database

    @property
    def is_of_many_machines(self) -> bool:
        return self._database is not None

    @contextmanager
    def turn(self, delay_seconds: float) -> Iterator[Turn]:
        """Wait for this request's turn, and keep all others waiting until it is over."""
        with self._lock, self._file() as file:
            self._pause_since(self._last if file is None else _read_mark(file), delay_seconds)
            lease = self._lease(delay_seconds, file)
            turn = Turn(self.clock)
            try:
                self._mark(_UNDER_WAY, file)
                yield turn
            finally:
                self._mark(_Mark(turn.counted_from, turn.rest_seconds), file)
                if lease is not None:
                    rested_seconds = self.clock() - turn.counted_from
                    lease.free(rested_seconds=min(rested_seconds, delay_seconds - turn.rest_seconds))

    @contextmanager
    def _file(self) -> Iterator[int | None]:
        """The shared file's descriptor, which nobody else has meanwhile."""
        if self._shared_file is None:
            yield None
            return
        self._shared_file.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._shared_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)

    def _mark(self, mark: _Mark, file: int | None) -> None:
        """In one stroke, so that a process killed meanwhile leaves the mark of before, or this one."""
        if file is None:
            self._last = mark
        else:
            os.pwrite(file, str(mark).encode("ascii").ljust(_MARK_BYTES), 0)
            os.ftruncate(file, _MARK_BYTES)

    def _pause_since(self, last: _Mark | None, delay_seconds: float) -> None:
        """Never longer than delay or rest: a mark in the future is from before the machine was last started."""
        if last is None:
            return
        longest_seconds = max(delay_seconds, last.rest_seconds)
        pause_seconds = min(last.at + longest_seconds - self.clock(), longest_seconds)
        if pause_seconds >= _TOLD_AFTER_SECONDS:
            log.warning("arXiv asked for a pause: this process goes on in %.0f s", pause_seconds)
        if pause_seconds > 0:
            self.wait(pause_seconds)

    def _lease(self, delay_seconds: float, file: int | None) -> HeldLease | None:
        """The turn among all machines, once it has come; None where there is one machine.

        Whoever has the file and finds the lease with another process of the same file knows that process to be dead.
        """
        if self._database is None:
            return None
        machine = f"{socket.gethostname()}{digest_of_file(file)}"
        mine = f"{machine} " if file is not None and _BOOT_ID.exists() else ""
        waited_seconds = 0.0
        while True:
            holder = f"{machine} pid {os.getpid()}"
            taken = take(
                self._database, LEASE_NAME, holder, _LEASE_SECONDS, rest_seconds=delay_seconds, in_place_of=mine
            )
            if not isinstance(taken, Refused):
                return HeldLease(self._database, taken, _LEASE_SECONDS)
            pause_seconds = min(taken.remaining_seconds, _LOOK_AGAIN_SECONDS if taken.holder else delay_seconds)
            self.wait(max(pause_seconds, 0.001))
            if waited_seconds < _TOLD_AFTER_SECONDS <= waited_seconds + pause_seconds:
                log.warning("%s; this process has waited a minute for its turn", _why(taken, delay_seconds))
            waited_seconds += pause_seconds


def shared_pacer(engine: Engine, shared_file: Path | None) -> Pacer:
    """The pacer of everyone who shares the database: on SQLite this machine's processes, by the file."""
    return Pacer(shared_file=shared_file, database=None if is_sqlite(engine) else engine)


def digest_of_file(file: int | None) -> str:
    """ "/3f9c0a12" for all processes that lock the very same file of one running machine, and for no other.

    "" where there is no file, or nothing by which one running machine is told from another.
    """
    if file is None or not _BOOT_ID.exists():
        return ""
    status = os.fstat(file)
    named = f"{_BOOT_ID.read_text('ascii')} {status.st_dev} {status.st_ino}"
    return f"/{hashlib.sha256(named.encode()).hexdigest()[:8]}"


def _why(refused: Refused, delay_seconds: float) -> str:
    """Why there is no turn: somebody has it, or nobody may for longer than any delay."""
    if refused.holder or refused.remaining_seconds <= delay_seconds:
        return f"{refused.holder or 'another machine'} asks arXiv just now"
    return f"arXiv asked for a pause until {refused.until:%Y-%m-%d %H:%M:%S} UTC"


def _read_mark(file: int) -> _Mark | None:
    """From when on the pause is counted; None where the file does not say."""
    try:
        return _Mark(*map(float, os.pread(file, _MARK_BYTES, 0).split()))
    except (TypeError, ValueError):  # empty, or not ours
        return None
