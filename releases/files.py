"""The files of a release in a folder that appears whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from releases.contents import DATA_FOLDER, FileFacts
from releases.data_files import Columns, write_csv, write_parquet
from releases.errors import ReleaseError

CHECKSUMS = "SHA256SUMS"
_WRITERS = {"csv": write_csv, "parquet": write_parquet}


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside ``folder`` to write into, which takes that one's place at the end of the block.

    Where there is one already with the very same checksums, it stays; ``ReleaseError`` where it has others.
    """
    being_made = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(being_made, ignore_errors=True)
    being_made.mkdir(parents=True)
    try:
        yield being_made
        if folder.exists():
            if not _same_checksums(folder, being_made):
                raise ReleaseError(f"{folder} is there already, with other files: choose another name or folder")
        else:
            being_made.rename(folder)
            _to_disk(folder.parent)
    finally:
        shutil.rmtree(being_made, ignore_errors=True)


def _same_checksums(one: Path, other: Path) -> bool:
    there = one / CHECKSUMS
    return there.is_file() and there.read_bytes() == (other / CHECKSUMS).read_bytes()


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


def write_checksums(folder: Path, files: Iterable[FileFacts]) -> None:
    """``SHA256SUMS``, as ``sha256sum -c`` reads it."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda file: file.path))
    (folder / CHECKSUMS).write_bytes("".join(lines).encode("utf-8"))
    _to_disk(folder / CHECKSUMS)


def file_facts(folder: Path, path: Path, row_count: int | None = None) -> FileFacts:
    _to_disk(path)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileFacts(path.relative_to(folder).as_posix(), path.stat().st_size, digest, row_count)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
