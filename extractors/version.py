"""The extractor's version, to be had without loading what extracts."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

CODE_VERSION = "5"
"""Raised by hand with every change to the code that may read something else in a paper.

A pattern compiled in a ``.py`` file -> raise it        a line in ``patterns/counts.jsonl`` -> no need
"""

_RULES = (("lexicon", (".csv",)), ("patterns", (".json", ".jsonl")))
"""Folders of the rules that are data, and the suffixes of their files."""


def extractor_version(rooms: Traversable) -> str:
    """``4+5f3b9c0d1e2a``: the version of the code, and a digest of the rules that stand as data in ``rooms``."""
    rules = hashlib.sha256()
    for folder, suffixes in _RULES:
        for file in sorted(rooms.joinpath(folder).iterdir(), key=lambda file: file.name):
            if file.name.endswith(suffixes):
                content = file.read_bytes()
                rules.update(f"{folder}/{file.name} {len(content)}\n".encode())
                rules.update(content)
    return f"{CODE_VERSION}+{rules.hexdigest()[:12]}"


EXTRACTOR_VERSION = extractor_version(files("extractors"))
"""What was read by another version is read anew by the next run."""
