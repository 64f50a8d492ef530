"""Upkeep of the catalogue of accelerators: which names it lacks, and what it takes a name for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.engine import open_database
from db.queries import HardwareName, unknown_hardware
from extractors.lexicon.catalogue import Catalogue
from extractors.lexicon.spellings import spelling_key
from flows.papers import ReadPdf, read_pdfs
from flows.settings import Settings

if TYPE_CHECKING:
    from flows.ingest import Watcher

MOST_SENTENCES = 3
"""So many show whether a name is hardware, and which."""

NamedInPapers = Iterable[tuple[str, Iterable[HardwareName]]]
"""For each paper, by its arXiv id or ``sha256:…``, the unknown hardware that it names."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Where a paper names the hardware; the fields are called as in exported records."""

    arxiv_id: str
    page: int
    evidence: str


@dataclass(frozen=True, slots=True)
class UnknownAccelerator:
    """Hardware that the catalogue lacks, and the papers that name it."""

    name: str
    """As most of the papers write it."""
    spellings: tuple[str, ...]
    papers: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"paper_count": len(self.papers)}


@dataclass(frozen=True, slots=True)
class UnknownHardwareReport:
    """What the catalogue lacks, named by most papers first."""

    accelerators: tuple[UnknownAccelerator, ...]
    paper_count: int
    """Papers that were looked through, those without unknown hardware too."""


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


@dataclass(slots=True)
class _Gathered:
    """What papers say of one accelerator, however they spell it."""

    spellings: Counter[str] = field(default_factory=Counter)
    papers: dict[str, None] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)

    def add(self, paper: str, named: HardwareName) -> None:
        self.spellings[named.name] += 1
        self.papers[paper] = None
        if named.page is not None and named.quote and len(self.sentences) < MOST_SENTENCES:
            self.sentences.setdefault(paper, Sentence(paper, named.page, named.quote))

    def accelerator(self) -> UnknownAccelerator:
        spellings = sorted(self.spellings, key=lambda spelling: (-self.spellings[spelling], spelling))
        return UnknownAccelerator(spellings[0], tuple(spellings), tuple(self.papers), tuple(self.sentences.values()))


def unknown_accelerators(papers: NamedInPapers, catalogue: Catalogue) -> UnknownHardwareReport:
    """The hardware that papers name and ``catalogue`` still lacks, one entry however it is spelled.

    "Zephyr Q9" in one paper and "Zephyr-Q9" in another -> one entry, two papers
    "Zephyr Q9", and a row has been added since the paper was read -> nothing
    """
    gathered: dict[str, _Gathered] = {}
    looked_through = set()
    for paper, names in papers:
        looked_through.add(paper)
        for named in names:
            if catalogue.find(named.name) is None:
                gathered.setdefault(spelling_key(named.name) or named.name, _Gathered()).add(paper, named)
    found = [each.accelerator() for each in gathered.values()]
    found.sort(key=lambda each: (-len(each.papers), each.name.casefold()))
    return UnknownHardwareReport(tuple(found), len(looked_through))


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
