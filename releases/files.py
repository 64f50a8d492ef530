"""The files of a release in a folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from releases.contents import DATA_FOLDER, FileFacts
from releases.data_files import Columns, write_csv, write_parquet
from releases.errors import ReleaseError

CHECKSUMS = "SHA256SUMS"
_PART = re.compile(r"\.\d{4}-\d{2}-\d{2}[0-9a-z.-]{0,21}\.(\d{1,19})\.(?:part|old)")
"""A folder that a process made, by whose number it is known, while it wrote a release or put one in another's place."""
_WRITERS = {"csv": write_csv, "parquet": write_parquet}


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` to write into, which takes that one's place at the end of the block.

    Where there is one already with the very same checksums, it stays if its files are as these say, and is replaced
    whole if one is damaged or missing; ``ReleaseError`` where it has other checksums.
    """
    being_made = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    _remove_left_over(folder.parent)
    shutil.rmtree(being_made, ignore_errors=True)
    being_made.mkdir(parents=True)
    try:
        yield being_made
        refuse_other_files(folder, being_made)
        if not folder.exists():
            being_made.rename(folder)
        elif damaged := _damaged(folder, being_made):
            _replace(folder, being_made, damaged)
        _to_disk(folder.parent)
    finally:
        shutil.rmtree(being_made, ignore_errors=True)


def refuse_other_files(folder: Path, being_made: Path) -> None:
    """``ReleaseError`` where ``folder`` is there and is not the release that was made in ``being_made``."""
    there = folder / CHECKSUMS
    if folder.exists() and not (there.is_file() and there.read_bytes() == (being_made / CHECKSUMS).read_bytes()):
        raise ReleaseError(f"{folder} is there already, with other files: choose another name or folder")


def _damaged(folder: Path, being_made: Path) -> set[str]:
    """Files that are otherwise than the checksums say; those that are missing, too, if they were made just now."""
    found = set()
    for line in (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines():
        sha256, _, path = line.partition("  ")
        there = folder / path
        if _sha256(there) != sha256 if there.is_file() else (being_made / path).is_file():
            found.add(path)
    return found


def _replace(folder: Path, being_made: Path, damaged: set[str]) -> None:
    """Whatever else lies in the folder goes along: Parquet files that were not made again, somebody's notes."""
    for there in folder.rglob("*"):
        path = there.relative_to(folder)
        if path.as_posix() in damaged or (being_made / path).exists() or not (there.is_symlink() or there.is_file()):
            continue
        (being_made / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(there, being_made / path, follow_symlinks=False)
        if not there.is_symlink():
            _to_disk(being_made / path)
    old = being_made.with_suffix(".old")
    folder.rename(old)
    being_made.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def remove_folder(folder: Path) -> None:
    """Gone at once for whoever looks; what a killed process leaves of it goes when the next release is made."""
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    folder.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _remove_left_over(folder: Path) -> None:
    """What killed processes left behind."""
    for path in folder.glob(".*"):
        made_by = _PART.fullmatch(path.name)
        if made_by and not _is_running(int(made_by[1])):
            shutil.rmtree(path, ignore_errors=True)


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def write_tables(
    folder: Path,
    tables: Mapping[str, Columns],
    rows_of: Callable[[str], Iterable[bytes]],
    formats: Iterable[str] = ("csv", "parquet"),
) -> dict[tuple[str, str], FileFacts]:
    """The data files, by table and format; ``rows_of`` gives the stored rows of a table, as often as it is asked."""
    (folder / DATA_FOLDER).mkdir()
    written = {}
    for table, columns in tables.items():
        for file_format in formats:
            path = folder / DATA_FOLDER / f"{table}.{file_format}"
            with path.open("wb") as stream:
                count = _WRITERS[file_format](columns, rows_of(table), stream)
            written[table, file_format] = file_facts(folder, path, count)
    return written


def write_texts(folder: Path, texts: Mapping[str, str]) -> list[FileFacts]:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))
    return [file_facts(folder, folder / name) for name in texts]


def checksums(files: Iterable[FileFacts]) -> bytes:
    """``SHA256SUMS``, as ``sha256sum -c`` reads it."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    return "".join(lines).encode("utf-8")


def write_checksums(folder: Path, files: Iterable[FileFacts]) -> None:
    (folder / CHECKSUMS).write_bytes(checksums(files))
    _to_disk(folder / CHECKSUMS)


def file_facts(folder: Path, path: Path, row_count: int | None = None) -> FileFacts:
    _to_disk(path)
    return FileFacts(path.relative_to(folder).as_posix(), path.stat().st_size, _sha256(path), row_count)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
