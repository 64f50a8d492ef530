"""Other people's tables into the database: read, reported, stored once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from db.engine import Engine
from db.imports import ImportOutcome, store_import
from db.migrate import upgrade
from imports.records import ImportedFile


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that was read, and what became of it in the database."""

    file: ImportedFile
    outcome: ImportOutcome


def store_imports(engine: Engine, files: Sequence[ImportedFile]) -> tuple[Imported, ...]:
    """Each file with models in a transaction of its own; one that is stored already is left as it is."""
    upgrade(engine)
    at = datetime.now(UTC)
    return tuple(Imported(file, store_import(engine, file, at)) for file in files if file.models)
