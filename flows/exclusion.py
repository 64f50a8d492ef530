"""What only one process may do at a time, among all machines that share the database."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from db.engine import Engine
from db.leases import HeldLease, Lease, LeaseHeldError, Refused, holding, take
from flows.sources.pace import digest_of_file

_LEASE_SECONDS = 120.0
"""So long other machines wait where the machine of the holder dies."""


@contextmanager
def alone(engine: Engine, name: str, lock: Path, *, once: bool = False) -> Iterator[HeldLease]:
    """Hold the lease of this name while the block runs; ``LeaseHeldError`` where somebody else does.

    Whoever locks the file and finds the lease with another process of the same file knows that process to be dead: on
    the same machine nobody waits for the end of a lease whose holder was killed. ``once``: nobody else will want this
    name, and neither file nor lease stays behind.
    """
    with ExitStack() as at_the_end:
        file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
        at_the_end.callback(os.close, file)
        if not _locked(file):
            held_by = holding(engine, name) or Refused("another process of this machine", datetime.now(UTC), 0.0)
            raise LeaseHeldError(name, held_by)
        if once:
            at_the_end.callback(lock.unlink, missing_ok=True)
        taken = _taken(engine, name, file)
        if isinstance(taken, Refused):
            raise LeaseHeldError(name, taken)
        held = HeldLease(engine, taken, _LEASE_SECONDS)
        at_the_end.callback(held.free, for_good=once)
        yield held


def _locked(file: int) -> bool:
    """Whether no other process has locked it; from now on this one has."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _taken(engine: Engine, name: str, file: int) -> Lease | Refused:
    digest = digest_of_file(file)
    machine = f"{socket.gethostname()}{digest} "
    return take(engine, name, f"{machine}pid {os.getpid()}", _LEASE_SECONDS, in_place_of=machine if digest else "")
