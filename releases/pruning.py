"""Deleting the files of older releases, which the database can make again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from db.engine import Engine
from db.release_store import releases
from releases.contents import FileFacts
from releases.files import CHECKSUMS, checksums, remove_folder


def prune_releases(engine: Engine, folder: Path, keep: int) -> tuple[str, ...]:
    """Delete the folders of all but the latest ``keep`` releases; the names of those that went.

    What ``rebuild_release`` would not bring back stays: a release of another database, a folder with somebody's notes.
    """
    older = [each for each in releases(engine)[keep:] if _is_just_the_release(folder / each.name, each.manifest)]
    for each in older:
        remove_folder(folder / each.name)
    return tuple(each.name for each in older)


def _is_just_the_release(folder: Path, manifest: Mapping[str, Any]) -> bool:
    known = {name: FileFacts(**facts) for name, facts in manifest["files"].items()}
    told = folder / CHECKSUMS
    if folder.is_symlink() or not told.is_file() or told.read_bytes() != checksums(known.values()):
        return False
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    return there <= {*known, CHECKSUMS}
