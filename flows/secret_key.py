"""The key of signed forms and secret addresses: random, made once, in a file that its owner alone may read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BYTES = 32


def secret_key(file: Path) -> bytes:
    """The key in ``file``, made if there is none; of two that make it at once, one counts for both.

    Whoever loses the file keeps the database: only addresses that contributions were given lead nowhere any more.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        being_made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        opened = os.open(being_made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(opened, "wb") as writing:
            writing.write(secrets.token_bytes(_BYTES))
            writing.flush()
            os.fsync(writing.fileno())
        try:
            # unlike a rename, a link does not replace what another process has made meanwhile
            file.hardlink_to(being_made)
        except FileExistsError:
            pass
        finally:
            being_made.unlink()
    key = file.read_bytes()
    if len(key) < _BYTES:
        raise OSError(f"{file} is no key: remove it, and a new one is made")
    return key
