"""Stands in for what draws pages, and does what hostile PDFs do to native code."""

from __future__ import annotations

import os

from unruly_readers import read


def draw_page(pdf: bytes, number: int, dpi: int) -> bytes:
    """As ``unruly_readers.read``; a harmless page shows the bytes."""
    read(pdf)
    return pdf


def raise_runtime_error(pdf: bytes, number: int, dpi: int) -> bytes:
    raise RuntimeError("code=2: cannot draw")


def end_at_once(memory_limit_mb: int, quiet: bool) -> None:
    """In place of what prepares a process: as where memory does not suffice to start."""
    os._exit(1)
