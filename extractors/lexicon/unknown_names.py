"""Hardware that papers name and the catalogue lacks, gathered over papers however it is spelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from extractors.lexicon.catalogue import Catalogue
from extractors.lexicon.spellings import spelling_key

MOST_SENTENCES = 3
"""So many show whether a name is hardware, and which."""


class NamedHardware(Protocol):
    """A name where a paper has it first; page and sentence are None where only the name was stored."""

    @property
    def name(self) -> str: ...

    @property
    def page(self) -> int | None: ...

    @property
    def quote(self) -> str | None: ...


NamedInPapers = Iterable[tuple[str, Iterable[NamedHardware]]]
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


@dataclass(slots=True)
class _Gathered:
    """What papers say of one accelerator, however they spell it."""

    spellings: Counter[str] = field(default_factory=Counter)
    papers: dict[str, None] = field(default_factory=dict)
    sentences: dict[str, Sentence] = field(default_factory=dict)

    def add(self, paper: str, named: NamedHardware) -> None:
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
