"""Stands in for what draws pages, and does what hostile PDFs do to native code."""

from __future__ import annotations

from unruly_readers import read


def draw_page(pdf: bytes, number: int, dpi: int) -> bytes:
    """As ``unruly_readers.read``; a harmless page shows the bytes."""
    read(pdf)
    return pdf
