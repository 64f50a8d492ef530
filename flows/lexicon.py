"""Upkeep of the catalogue of accelerators: which names it lacks, and what it takes a name for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db.engine import open_database
from db.queries import HardwareName, unknown_hardware
from extractors.lexicon.catalogue import Catalogue
from extractors.lexicon.unknown_names import NamedInPapers
from flows.papers import ReadPdf, read_pdfs
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.ingest import Watcher


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What the catalogue takes a written name for; an unknown name has nulls in all other fields."""

    written: str
    name: str | None = None
    kind: str | None = None
    fp32_tflops: float | None = None
    peak_tflops: float | None = None
    """The rate that burdens are reckoned with."""
    peak_precision: str | None = None
    peak_of: str | None = None
    """The card whose rate it is: of a name that may mean several, the newest."""
    source: str | None = None


def named_in_database(settings: Settings) -> NamedInPapers:
    """The unknown hardware of every paper that was read, in the version in force."""
    return unknown_hardware(open_database(settings.database))


def named_in_pdfs(
    pdfs: list[Path], settings: Settings, watcher: Watcher, failures: list[tuple[str, str, str]]
) -> NamedInPapers:
    """The unknown hardware of each PDF, read without a database; what can't be read goes to ``failures``.

    A failure is ``(path, cause, message)``.
    """
    watcher.expect(len(pdfs))
    with closing(read_pdfs(pdfs, settings.limits, min(settings.jobs, len(pdfs)))) as readings:
        for read in readings:
            watcher.done(read.path.name)
            if read.error is not None:
                failures.append((str(read.path), read.error.cause, read.error.message))
            else:
                yield read.paper, _names(read)


def _names(read: ReadPdf) -> tuple[HardwareName, ...]:
    return tuple(HardwareName(item.name, item.page, item.quote) for item in read.unknown_hardware)


def check_name(written: str, catalogue: Catalogue) -> NameCheck:
    """The row that a written name stands for, with the rate that counts where the paper's date is not known.

    "8xV100" is no name and unknown      "nvidia V100-32GB" -> NVIDIA Tesla V100, 15.7 TFLOP/s in fp32
    "TPU v3" -> Google TPU v3, 123 in bf16      "Titan X" -> NVIDIA Titan X, 11 in fp32 of NVIDIA Titan X Pascal
    """
    accelerator = catalogue.find(written)
    resolution = catalogue.resolve(written, None)
    if accelerator is None or resolution is None:
        return NameCheck(written)
    reckoned = resolution.accelerator
    return NameCheck(
        written,
        accelerator.name,
        accelerator.kind,
        accelerator.fp32_tflops,
        reckoned.peak_tflops,
        reckoned.peak_precision,
        reckoned.name,
        accelerator.source,
    )
