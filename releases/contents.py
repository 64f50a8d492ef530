"""What a release holds, as the files that describe it need to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from releases.licences import Terms
from releases.tables import ReleaseTable

DATA_FOLDER = "data"
LICENCE_FILE = "LICENSE.md"
MEDIA_TYPES = {
    ".csv": "text/csv",
    ".parquet": "application/vnd.apache.parquet",
    ".json": "application/json",
    ".cff": "application/yaml",
    ".md": "text/markdown",
}
"""By ending of a file's name; what has another is plain text."""

TITLE = "burden: how much computing deep-learning results took"
ABOUT = (
    "Training runs, results and models' properties as arXiv papers state them, each with its page and place, the "
    "hardware burden in FLOP estimated from them, and scaling laws fitted to both. Read by machine, in part reviewed "
    "by curators: `basis` tells which, `confidence` how sure the machine is."
)
KEYWORDS = ("deep learning", "computing", "training cost", "scaling laws", "arXiv", "accelerators", "benchmarks")
MAKER = "The burden team"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file of a release: its path from the release's folder, and what is in it."""

    path: str
    byte_count: int
    sha256: str
    row_count: int | None = None
    """Of a table."""


@dataclass(frozen=True, slots=True)
class Contents:
    name: str
    day: date
    tables: tuple[ReleaseTable, ...]
    files: Mapping[tuple[str, str], FileFacts]
    """By table and format (``csv``, ``parquet``)."""
    terms: Mapping[str, Terms]
    left_behind: Mapping[str, int]
    """How many rows of which source stayed behind for want of a licence."""
    parquet_writer: str
    site_url: str = ""
    """Where everybody finds the data: ``https://burden.example.org/data``; empty where nobody said."""

    @property
    def licences(self) -> list[Terms]:
        """Of the rows that are in the release, one of each licence."""
        released = (line for line in self.terms.values() if line.rows_released and line.licence_url)
        return list({line.licence: line for line in released}.values())

    @property
    def without_licence(self) -> list[Terms]:
        """Sources whose rows are in the release by permission alone: only ``LICENCE_FILE`` tells their terms."""
        return [line for line in self.terms.values() if line.rows_released and not line.licence_url]

    @property
    def address(self) -> str:
        """Of this release; relative to the file that names it where nobody said where the data are."""
        return f"{self.site_url.rstrip('/')}/data/{self.name}" if self.site_url else "./"

    def row_count(self, table: str) -> int:
        return self.files[table, "csv"].row_count or 0
