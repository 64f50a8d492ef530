"""What is left of a command's processes, and waiting for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic


def until(condition: Callable[[], bool], wait: Callable[[], bool], seconds: float = 60) -> bool:
    """Look again and again until ``condition`` holds (True), or ``wait`` says that it no longer can (False)."""
    end = monotonic() + seconds
    while not condition():
        if wait():
            return condition()
        assert monotonic() < end, "waited in vain"
    return True


def living(group: int) -> list[int]:
    """Processes of a group that are not mere zombies."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(folder.name))
    return found
