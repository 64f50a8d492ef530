"""What an export misses and what it has wrong, run by run: the list from which the next rule is found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotations.gold_files import Record
from annotations.run_scoring import RunScorer, reading_stopped
from annotations.stated_runs import StatedRun, differing_fields, exported_run, gold_run, stated_fields


class MissKind(StrEnum):
    MISSED = "missed"
    """A gold run that no accepted record states."""
    WRONG = "wrong"
    """An accepted record that no gold run states."""


@dataclass(frozen=True, slots=True)
class Miss:
    """A run that stands on one side only, and what comes nearest to it on the other."""

    kind: MissKind
    arxiv_id: str
    run: StatedRun
    nearest: StatedRun | None
    """Of the other side; None where that has nothing in common with it."""
    differing: tuple[str, ...]
    """The fields in which ``nearest`` is not the same."""
    held_back: StatedRun | None = None
    """The candidate that states the missed run: found, but not accepted."""

    @property
    def reason(self) -> str:
        """What stands in the way: "held back", "other count, hours", or "nothing like it"."""
        if self.held_back is not None:
            return "held back"
        if self.nearest is None:
            return "nothing like it"
        return "other " + ", ".join(self.differing).replace("_", "-")

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        sides = {"run": self.run, "nearest": self.nearest, "held_back": self.held_back}
        return {
            "kind": str(self.kind),
            "arxiv_id": self.arxiv_id,
            "differing": list(self.differing),
            **{name: run and run.to_dict() for name, run in sides.items()},
        }


def find_misses(
    arxiv_id: str, gold: list[Record], accepted: list[Record], candidates: list[Record], scorer: RunScorer
) -> Iterator[Miss]:
    """The missed runs of one paper, then its wrong records.

    A run and a record are the same if accelerator family, count, hours and device-hours are (times within 3 %),
    and what is unknown to one is unknown to the other. A run marked optional is never missed, and a record of it
    is not wrong; neither is any record where the reading stopped at twelve runs.
    """
    runs = [gold_run(run) for run in gold if not run.get("optional")]
    optional = [gold_run(run) for run in gold if run.get("optional")]
    found = [exported_run(record) for record in accepted]
    held = [exported_run(record) for record in candidates]
    for run in runs:
        if not any(not differing_fields(run, other, scorer) for other in found):
            nearest, differing = _nearest(run, found, scorer)
            yield Miss(MissKind.MISSED, arxiv_id, run, nearest, differing, _surest_same(run, held, scorer))
    if reading_stopped(gold):
        return
    for record in found:
        if not any(not differing_fields(run, record, scorer) for run in [*runs, *optional]):
            nearest, differing = _nearest(record, [*runs, *optional], scorer)
            yield Miss(MissKind.WRONG, arxiv_id, record, nearest, differing)


def reasons(misses: Iterable[Miss]) -> list[tuple[str, int, int]]:
    """How many were missed and how many are wrong for each reason, the most frequent first."""
    counts = Counter((miss.reason, miss.kind) for miss in misses)
    by_reason = [
        (reason, counts[reason, MissKind.MISSED], counts[reason, MissKind.WRONG])
        for reason in dict.fromkeys(reason for reason, _ in counts)
    ]
    return sorted(by_reason, key=lambda row: -row[1] - row[2])


def matched_pages(
    gold: list[Record], accepted: list[Record], scorer: RunScorer
) -> Iterator[tuple[int, frozenset[int | None]]]:
    """The page of each gold run that has one and is found, and the pages of the records that state it."""
    found = [exported_run(record) for record in accepted]
    for run in (gold_run(run) for run in gold if not run.get("optional")):
        pages = frozenset(other.page for other in found if not differing_fields(run, other, scorer))
        if run.page is not None and pages:
            yield run.page, pages


def _nearest(run: StatedRun, others: list[StatedRun], scorer: RunScorer) -> tuple[StatedRun | None, tuple[str, ...]]:
    """The run that differs in the fewest fields, on the same page if there is a choice; None without a common fact."""
    near = []
    for other in others:
        differing = differing_fields(run, other, scorer)
        if stated_fields(run) - set(differing):
            near.append((len(differing), other.page != run.page, other, differing))
    if not near:
        return None, ()
    _, _, nearest, differing = min(near, key=lambda each: each[:2])
    return nearest, differing


def _surest_same(run: StatedRun, candidates: list[StatedRun], scorer: RunScorer) -> StatedRun | None:
    same = (one for one in candidates if not differing_fields(run, one, scorer))
    return max(same, key=lambda one: one.confidence or 0.0, default=None)
