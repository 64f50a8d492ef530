"""Which releases can be downloaded: folders that `burden release` put where the server offers them.

Only files that a release's checksums name are ever sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from releases.contents import DATA_FOLDER
from releases.files import CHECKSUMS

RELEASE_NAME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[.-][0-9a-z]{1,20})?")
MOST_RELEASES = 100
_CHECKSUM = re.compile(r"[0-9a-f]{64}")
_WHOLE: dict[Path, tuple[int, OfferedRelease]] = {}
"""Releases all of whose files were found, by folder, with the time of their checksums: others may be made whole yet."""


@dataclass(frozen=True, slots=True)
class OfferedFile:
    path: str
    """From the release's folder."""
    byte_count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OfferedRelease:
    name: str
    files: tuple[OfferedFile, ...]

    @property
    def byte_count(self) -> int:
        return sum(file.byte_count for file in self.files)

    @property
    def tables(self) -> dict[str, list[OfferedFile]]:
        """The data files by table."""
        found: dict[str, list[OfferedFile]] = {}
        for file in self.files:
            if file.path.startswith(f"{DATA_FOLDER}/"):
                found.setdefault(Path(file.path).stem, []).append(file)
        return found

    @property
    def descriptions(self) -> list[OfferedFile]:
        """The other files."""
        return [file for file in self.files if not file.path.startswith(f"{DATA_FOLDER}/")]


def offered_releases(folder: Path | None) -> list[OfferedRelease]:
    """The latest ``MOST_RELEASES`` of them, the latest first, by name."""
    if folder is None or not folder.is_dir():
        return []
    named = sorted((path for path in folder.iterdir() if RELEASE_NAME.fullmatch(path.name)), reverse=True)
    found = (_offered(path) for path in named[:MOST_RELEASES])
    return [each for each in found if each is not None]


def offered_release(folder: Path | None, name: str) -> OfferedRelease | None:
    if folder is None or not RELEASE_NAME.fullmatch(name):
        return None
    return _offered(folder / name)


def offered_file(folder: Path | None, name: str, path: str) -> Path | None:
    """Where the file lies; None for one that the release does not have.

    "2026-11-27", "data/papers.csv" -> its path        "../burden.sqlite", ".rows/papers" -> None
    """
    release = offered_release(folder, name)
    if folder is None or release is None:
        return None
    known = {file.path for file in release.files} | {CHECKSUMS}
    return folder / name / path if path in known else None


def _offered(folder: Path) -> OfferedRelease | None:
    """None where there is no whole release."""
    checksums = folder / CHECKSUMS
    if not checksums.is_file():
        return None
    changed_ns = checksums.stat().st_mtime_ns
    known = _WHOLE.get(folder)
    if known and known[0] == changed_ns:
        return known[1]
    lines = checksums.read_text(encoding="utf-8").splitlines()
    release = _told_by(folder, lines)
    if len(release.files) == len(lines):
        _WHOLE[folder] = changed_ns, release
    return release


def _told_by(folder: Path, checksums: list[str]) -> OfferedRelease:
    """The files that the checksums name and that lie beside them."""
    files = []
    for line in checksums:
        sha256, _, path = line.partition("  ")
        file = folder / path
        if _CHECKSUM.fullmatch(sha256) and file.resolve().is_relative_to(folder.resolve()) and file.is_file():
            files.append(OfferedFile(path, file.stat().st_size, sha256))
    return OfferedRelease(folder.name, tuple(files))
