"""What two databases, and two stores of PDFs, differ in once faults are over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Contents = Mapping[str, list[tuple[Any, ...]]]

_OF_RUNS = frozenset(
    "ingest_runs nightly_runs analysis_runs analysis_fits point_states public_stamp"
    " leases alarms alarm_messages".split()
)
"""What tells of runs and not of papers: disturbed runs are more in number, and fare otherwise."""


@dataclass(frozen=True)
class Difference:
    """Rows, by table, that the disturbed side lacks, and that it has too many."""

    lost: dict[str, list[tuple[Any, ...]]]
    doubled: dict[str, list[tuple[Any, ...]]]

    @property
    def lost_count(self) -> int:
        return sum(map(len, self.lost.values()))

    @property
    def doubled_count(self) -> int:
        return sum(map(len, self.doubled.values()))


def difference(quiet: Contents, disturbed: Contents) -> Difference:
    """Compared as multisets, without the log of runs and without failed downloads that were made good since."""
    lost, doubled = {}, {}
    for table in (quiet.keys() | disturbed.keys()) - _OF_RUNS:
        had, has = Counter(_rows(quiet, table)), Counter(_rows(disturbed, table))
        if missing := list((had - has).elements()):
            lost[table] = missing
        if extra := list((has - had).elements()):
            doubled[table] = extra
    return Difference(lost, doubled)


def _rows(contents: Contents, table: str) -> list[tuple[Any, ...]]:
    rows = [tuple(map(_plain, row)) for row in contents.get(table, [])]
    if table != "failures":
        return rows
    had = {(row[0], row[1]) for row in contents["paper_versions"]}
    return [row for row in rows if row[2] or (row[0], row[1]) not in had]


def _plain(value: Any) -> Any:
    """JSON columns come as lists from one driver: rows must be hashable to be counted."""
    return repr(value) if isinstance(value, list | dict) else value


def stored_files(home: Path) -> set[str]:
    """What lies in the store of PDFs: files by digest and references, nothing half-written."""
    store = home / "pdf"
    return {str(path.relative_to(store)) for path in store.rglob("*") if path.is_file()}
