"""What an import yields: other people's rows as typed records, and every repair that reading them took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ImportedResult:
    """What a model reached on a benchmark, in percent, with the ids of ``extractors/lexicon``."""

    benchmark: str
    metric: str
    value: float


@dataclass(frozen=True, slots=True)
class ImportedModel:
    """One row of a file: a model, and the computing it took as that file states it. Unknown is None."""

    row_number: int
    """Line of the file at which the row begins; the first is 1."""
    model: str
    title: str | None = None
    url: str | None = None
    arxiv_id: str | None = None
    """Without its version."""
    published: date | None = None
    year: float | None = None
    results: tuple[ImportedResult, ...] = ()
    hardware_burden_flop: float | None = None
    network_operations_flop: float | None = None
    operations_per_pass_flop: float | None = None
    training_compute_flop: float | None = None
    """Where the source's own estimate of all training follows another convention than the hardware burden."""
    parameters: float | None = None
    accelerator: str | None = None
    """As the source writes it."""
    accelerator_count: float | None = None
    duration_hours: float | None = None
    included: bool = True
    """False where the source leaves the row out of its fits, or says that its computing is not of this benchmark."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Repair:
    """What was done to a row so that it could be read."""

    row_number: int
    column: str
    rule: str
    """Which rule, by its name in the report: "range-to-midpoint"."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """A file read whole."""

    source: str
    """"authors-2020", "authors-2022", "epoch"."""
    name: str
    """Of the file, without its folder."""
    sha256: str
    models: tuple[ImportedModel, ...]
    repairs: tuple[Repair, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    """Rows that could not be read, with the cause."""
    not_models: str | None = None
    """Why a file that lay in a folder with others holds no models; its source is then ""."""
    broken: bool = False
    """True where that is a fault of the file: unreadable, no CSV, or a table of the study of which nothing was read."""
