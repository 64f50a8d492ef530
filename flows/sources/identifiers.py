"""arXiv identifiers: ``1706.03762v5``, ``1412.6980``, ``cs/0112017``."""

from __future__ import annotations

from pathlib import Path


def parse_arxiv_id(text: str) -> tuple[str, int | None]:
    """Id without version, and version."""
    raise NotImplementedError


def read_ids_file(path: Path) -> list[str]:
    """The ids in a file, one a line; blank lines and ``#`` comments are passed over."""
    raise NotImplementedError
