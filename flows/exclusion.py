"""What only one process may do at a time, among all machines that share the database."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from db.engine import Engine
from db.leases import HeldLease, Lease, LeaseHeldError, Refused, holding, take
from flows.sources.pace import digest_of_file

_LEASE_SECONDS = 120.0
"""So long other machines wait where the machine of the holder dies."""


@contextmanager
def alone(engine: Engine, name: str, lock: Path) -> Iterator[HeldLease]:
    """Hold the lease of this name while the block runs; ``LeaseHeldError`` where somebody else does.

    Whoever locks the file and finds the lease with another process of the same file knows that process to be dead: on
    the same machine nobody waits for the end of a lease whose holder was killed.
    """
    file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        taken = _taken(engine, name, file)
        if isinstance(taken, Refused):
            raise LeaseHeldError(name, taken)
        held = HeldLease(engine, taken, _LEASE_SECONDS)
        try:
            yield held
        finally:
            held.free()
    finally:
        os.close(file)


def _taken(engine: Engine, name: str, file: int) -> Lease | Refused:
    digest = digest_of_file(file)
    machine = f"{socket.gethostname()}{digest} "
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return holding(engine, name) or Refused("another process of this machine", datetime.now(UTC), 0.0)
    return take(engine, name, f"{machine}pid {os.getpid()}", _LEASE_SECONDS, in_place_of=machine if digest else "")
