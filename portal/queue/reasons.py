"""Why a paper stands where it does, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from db.desk_queue import QueueRow
from extractors.lexicon.benchmarks import load_datasets
from portal.desk.titles import shortened

PULLS = 0.1
"""From this Cook's distance on, a paper's pull at a line is told."""
PULLS_HARD = 0.5
_NAMES_TOLD = 2
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Reason:
    words: str
    tone: str = ""
    """``info``, ``warn`` or ``bad``, as badges have them."""


def reasons(row: QueueRow) -> list[Reason]:
    """What speaks for looking at the paper, the weightiest first.

    5 of 9 open facts with little confidence, Cook's distance 0.7 on ImageNet -> "pulls hard at ImageNet's line",
    "unsure: 5 of 9 facts"        all sure, no pull -> "2 facts nobody has looked at"
    """
    found = []
    if row.double_review:
        found.append(Reason("two independent reviews", "info"))
    if row.disagreements:
        found.append(Reason(_counted(row.disagreements, "disagreement", "disagreements"), "bad"))
    if row.stale_reviews:
        found.append(Reason(_counted(row.stale_reviews, "review stale", "reviews stale"), "warn"))
    if row.pulls_at and row.influence >= PULLS:
        hard = " hard" if row.influence >= PULLS_HARD else ""
        found.append(Reason(f"pulls{hard} at {benchmark_name(row.pulls_at)}’s line", "info"))
    if row.unknown_hardware:
        found.append(Reason(f"new hardware: {_listed(row.unknown_hardware)}", "warn"))
    if row.uncertain_facts:
        found.append(Reason(f"unsure: {row.uncertain_facts} of {_counted(row.open_facts, 'fact', 'facts')}"))
    elif row.open_facts:
        found.append(Reason(f"{_counted(row.open_facts, 'fact', 'facts')} nobody has looked at"))
    elif not row.settled:
        found.append(Reason("nothing left but to settle it"))
    return found


def benchmark_name(benchmark: str) -> str:
    """ "imagenet" -> "ImageNet", without what its list adds in brackets        "unheard-of" -> "unheard-of" """
    return benchmark_names().get(benchmark, benchmark).partition(" (")[0]


@cache
def benchmark_names() -> Mapping[str, str]:
    """Of all benchmarks of the lexicon, by id."""
    names = {row.benchmark: row.name for row in load_datasets() if row.benchmark}
    return dict(sorted(names.items(), key=lambda item: item[1].casefold()))


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _listed(names: tuple[str, ...]) -> str:
    """("Zephyr Q9", "Q8", "Q7") -> "Zephyr Q9, Q8 and 1 more" """
    told = ", ".join(shortened(name, _LONGEST_NAME) for name in names[:_NAMES_TOLD])
    left = len(names) - _NAMES_TOLD
    return f"{told} and {left} more" if left > 0 else told
