"""Other people's tables into the database: read, reported, stored once."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from db.engine import Engine
from db.imports import ImportOutcome, store_import
from db.migrate import upgrade
from imports.records import ImportedFile
from imports.repairs import shown


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that was read, and what became of it in the database."""

    file: ImportedFile
    outcome: ImportOutcome


class ImportRequestError(ValueError):
    """What was asked for cannot be done with these files."""


def store_imports(engine: Engine, files: Sequence[ImportedFile], replaces: Sequence[str] = ()) -> tuple[Imported, ...]:
    """Each file with models in a transaction of its own; one that is stored already is left as it is.

    ``replaces`` names files of the same source that the file, then the only one, takes the place of.
    """
    count = sum(bool(file.models) for file in files)
    if replaces and count != 1:
        raise ImportRequestError(f"--replaces is for one file, and there are {count}: import that one by its own path")
    upgrade(engine)
    at = datetime.now(UTC)
    return tuple(Imported(file, store_import(engine, file, at, replaces)) for file in files if file.models)


def outcome_line(imported: Imported) -> str:
    """ "imagenet.csv: stored as import 2, in place of import 1" """
    outcome = imported.outcome
    state = "stored" if outcome.is_new else "was there already"
    copied = f" ({shown(outcome.copy_of)})" if outcome.copy_of else ""
    gone = [each for each in (outcome.superseded_import_id, *outcome.replaced_import_ids) if each]
    took = f", in place of import {' and '.join(map(str, gone))}" if gone else ""
    return f"{shown(imported.file.name)}: {state} as import {outcome.import_id}{copied}{took}"


def warnings(imported: Imported) -> Iterator[str]:
    """What somebody should decide: rows that count twice, and bytes that are read otherwise than they were."""
    outcome, name = imported.outcome, shown(imported.file.name)
    if outcome.copy_of and outcome.reads_otherwise:
        other = shown(outcome.copy_of)
        yield (
            f"warning: {name} has the bytes of {other}, but they are read otherwise now; nothing was stored."
            f" --replaces {shlex.quote(other)} puts this reading in the place of import {outcome.import_id}"
        )
    for overlap in outcome.overlaps:
        other = shown(overlap.file_name)
        yield (
            f"warning: {shown(outcome.copy_of or imported.file.name)} shares {overlap.shared_count} models"
            f" ({overlap.share:.0%} of the shorter file's) with import {overlap.import_id} ({other}), and they count"
            f" twice. --replaces {shlex.quote(other)} puts {name} in its place"
        )
