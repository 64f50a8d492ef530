"""Backups: all that a database holds in one file, which checks itself and goes back into SQLite or PostgreSQL.

The file is a zip archive: ``manifest.json``, and each table's rows as ``tables/NAME.pgcopy``, which PostgreSQL alone
can read too (``COPY papers FROM '…/papers.pgcopy' (FORMAT binary)``). The manifest, written last, has their sha256.
"""

from __future__ import annotations

import fcntl
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from db import schema
from db.copy_format import TableShape, table_shape
from db.errors import DatabaseError, SchemaError
from db.migrate import check_revision
from db.transfer import TableCopy, Told, copied_to, reading, table_copy, write_contents

_FORMAT = "burden backup 1"
_MANIFEST = "manifest.json"
_CHUNK_BYTES = 1_000_000
_COMPRESSION_LEVEL = 3
"""Half as small again takes three times as long."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError)
_ONLY_OURS = 0o600
"""A backup holds hashes of passwords, and addresses of e-mail."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    program_version: str
    revision: str
    tables: tuple[TableShape, ...]
    copies: tuple[TableCopy, ...]

    def as_json(self) -> str:
        tables = [
            {"columns": table.columns, "key": table.key, **asdict(copy)}
            for table, copy in zip(self.tables, self.copies, strict=True)
        ]
        told = {
            "format": _FORMAT,
            "made_at": self.made_at,
            "program_version": self.program_version,
            "schema": self.revision,
            "tables": tables,
        }
        return json.dumps(told, indent=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is open for reading; ``write_contents`` takes it."""

    path: Path
    archive: zipfile.ZipFile
    manifest: Manifest

    @property
    def what(self) -> str:
        return str(self.path)

    @property
    def revision(self) -> str:
        return self.manifest.revision

    @property
    def tables(self) -> Sequence[TableShape]:
        return self.manifest.tables

    def stream(self, table: TableShape) -> Iterator[bytes]:
        with _undamaged(self.path), self.archive.open(_member(table)) as member:
            while chunk := member.read(_CHUNK_BYTES):
                yield chunk

    def row_count(self, table: TableShape) -> int:
        return next(copy.row_count for copy in self.manifest.copies if copy.name == table.name)


def back_up(engine: Engine, path: Path, program_version: str, at: datetime, told: Told = lambda name: None) -> Manifest:
    """Write all that the database holds at this moment into a new file, whole or not at all, while others write on.

    A file that is there is never overwritten. An SQLite file that is damaged is told of, and not backed up.
    """
    _refuse_to_overwrite(path)
    with (
        reading(engine) as database,
        _whole_file(path) as part,
        zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive,
    ):
        copies = []
        for table in database.tables:
            with archive.open(_member(table), "w", force_zip64=True) as member:
                copies.append(copied_to(database, table, member.write))
            told(table.name)
        manifest = Manifest(
            at.isoformat(timespec="seconds"), program_version, database.revision, tuple(database.tables), tuple(copies)
        )
        archive.writestr(_MANIFEST, manifest.as_json())
    return manifest


@contextmanager
def opened_backup(path: Path) -> Iterator[Backup]:
    """The backup in the file, read to its end and found whole; ``DatabaseError`` where it is not."""
    with ExitStack() as stack:
        with _undamaged(path):
            archive = stack.enter_context(zipfile.ZipFile(path))
            backup = Backup(path, archive, _manifest(path, json.loads(archive.read(_MANIFEST))))
        for table, copy in zip(backup.tables, backup.manifest.copies, strict=True):
            if table_copy(backup, table) != copy:
                raise DatabaseError(f"{path} is damaged: {table.name} is not what was written: take another backup")
        yield backup


def restore(engine: Engine, path: Path, replace: bool, told: Told = lambda name: None) -> Manifest:
    """Put a backup into a database, whole or not at all, and bring the schema up to this program's.

    ``DatabaseError`` where the database has rows, unless they are to be replaced; where the backup is damaged; and
    where its schema, or the database's, is newer than this program's.
    """
    with opened_backup(path) as backup:
        write_contents(engine, backup, replace, told)
        return backup.manifest


def _member(table: TableShape) -> str:
    return f"tables/{table.name}.pgcopy"


def _manifest(path: Path, told: Any) -> Manifest:
    """The manifest as it was read: names that go into SQL are this program's own, or it is refused."""
    if told["format"] != _FORMAT:
        raise SchemaError(f"{path} is of another format ({told['format']!r}): upgrade burden")
    check_revision(told["schema"], str(path))
    copies = tuple(TableCopy(each["name"], int(each["row_count"]), each["sha256"]) for each in told["tables"])
    tables = tuple(_shape(path, each["name"], each["columns"]) for each in told["tables"])
    return Manifest(told["made_at"], told["program_version"], told["schema"], tables, copies)


def _shape(path: Path, name: str, columns: list[list[str]]) -> TableShape:
    table = schema.metadata.tables.get(name)
    if table is not None:
        shape = table_shape(table, (column for column, _ in columns))
        if shape.columns == tuple((column, kind) for column, kind in columns):
            return shape
    raise SchemaError(f"{path}: this program knows no table {name!r} with these columns: upgrade burden")


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise DatabaseError(f"{path} is damaged, or no backup of burden ({error}): take another") from error


@contextmanager
def _whole_file(path: Path) -> Iterator[Any]:
    """A file to write, for the eyes of its owner alone, that gets its name when all is on the disk.

    What a killed process left of it is written over; while another writes it, ``DatabaseError``.
    """
    part = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, _ONLY_OURS), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.path.samestat(os.fstat(file.fileno()), part.stat()):
                raise FileNotFoundError
        except (BlockingIOError, FileNotFoundError):
            raise DatabaseError(f"{path} is being written by another process") from None
        try:
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            _refuse_to_overwrite(path)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _refuse_to_overwrite(path: Path) -> None:
    if path.exists():
        raise DatabaseError(f"{path} is there already: name a file that is not")


def _sync_folder(folder: Path) -> None:
    """That the name is there also holds after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
