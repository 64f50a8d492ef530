"""What the processes run that draw pages; it loads nothing that they do not need."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from extractors.page_view import draw_page, words_of_page
from extractors.records import FailureCause, PaperError
from flows.workers import OUT_OF_MEMORY, bound_worker, set_alarm

__all__ = ["bound_worker", "draw_page", "make_from_file", "warm_up", "words_of_page"]

_Made = TypeVar("_Made")


def make_from_file(
    make: Callable[..., _Made], path: Path, page: int, options: tuple[int, ...], time_limit_seconds: float
) -> _Made:
    """What ``make`` makes of a page of the PDF at ``path``; a process that ran out of memory ends."""
    set_alarm(time_limit_seconds)
    try:
        pdf = path.read_bytes()
    except OSError as error:
        raise PaperError(FailureCause.DOWNLOAD, f"it can't be read from disk ({error.strerror})") from error
    try:
        return make(pdf, page, *options)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except PaperError as error:
        if error.cause is FailureCause.MEMORY:
            os._exit(OUT_OF_MEMORY)
        raise


def warm_up() -> None:
    """Nothing: that a process runs it means that it has loaded all it needs."""
