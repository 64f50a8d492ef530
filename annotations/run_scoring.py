"""Training runs of one paper, exported against gold: how many agree, field by field.

A gold run marked optional was a matter of judgement: finding it is neither right nor wrong. Where the reading
stopped at twelve runs, times and runs beyond them are not held against the export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from annotations.gold_files import Record, number
from extractors.lexicon.catalogue import Catalogue

FIELDS = ("accelerator", "count", "duration", "device_hours", "run", "detection")
GENERIC_FAMILIES = frozenset({"TPU", "CPU", "GPU"})

_GENERIC_WORDS = (
    ("TPU", re.compile(r"\bTPU", re.I)),
    ("CPU", re.compile(r"\bCPU|Xeon|EPYC|Intel Core|i[579]-\d{4}", re.I)),
    ("GPU", re.compile(r"\bGPUs?\b|\b(?:Kepler|Maxwell|Pascal|Volta|Turing|Ampere|Hopper)\b", re.I)),
)
_RUNS_READ_AT_MOST = 12
_TIME_TOLERANCE = 0.03
_BURDEN_FACTOR = 2

Counted = tuple[str | None, float]
Timed = tuple[str | None, float, float]
_Fact = TypeVar("_Fact")


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts behind precision (hits of predicted) and recall (hits of gold)."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0


@dataclass(frozen=True, slots=True)
class PaperScore:
    """One paper's tallies, its gold runs whose burden was found right, and whether its hardware differs."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    burdens_right: int = 0
    burdens_judged: int = 0
    gold_hardware: tuple[str, ...] = ()
    predicted_hardware: tuple[str, ...] = ()
    differs: bool = False


class RunScorer:
    """Scores papers by the families and reference rates of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._order = {accelerator.name: index for index, accelerator in enumerate(catalogue)}
        self._rates_tflops = {one.family: one.reference_tflops for one in catalogue if one.reference_tflops}
        self._families: dict[str, str] = {}

    def family(self, name: str | None) -> str | None:
        """Cards that count as one: "NVIDIA A100 SXM4 40GB" -> "A100"; of two cards named, the catalogue's first.

        A name that the catalogue has no family for is its own: "nvidia rtx a4500".
        """
        if not name:
            return None
        if name not in self._families:
            self._families[name] = self._read_family(name)
        return self._families[name]

    def _read_family(self, name: str) -> str:
        named = [mention.accelerator for mention in self._catalogue.mentions(name)]
        first = min((one for one in named if one.family), key=lambda one: self._order[one.name], default=None)
        if first is not None and first.family:
            return first.family
        generic = (family for family, words in _GENERIC_WORDS if words.search(name))
        return next(generic, re.sub(r"\s+", " ", name.strip().lower()))

    def score(self, gold: list[Record], found: list[Record]) -> PaperScore:
        """Tallies of one paper."""
        runs = [run for run in gold if not run.get("optional")]
        optional = [run for run in gold if run.get("optional")]
        capped = reading_stopped(gold)
        families, families_found = self._sets(self._named, runs, optional, found)
        counts, counts_found = self._sets(self._counts, runs, optional, found)
        tallies = {
            "accelerator": _tally(families, families_found),
            "count": _tally(counts, counts_found),
            "duration": _time_tally(runs, optional, found, ("hours", "duration_hours"), capped),
            "run": self._run_tally(runs, optional, found, capped),
        }
        if _values(runs, "device_hours"):  # derived device-hours are welcome where the paper states none
            tallies["device_hours"] = _time_tally(runs, optional, found, ("device_hours", "device_hours"), capped)
        right, judged = self._burdens(runs, found)
        if optional and not runs:  # whether this paper reports any is itself a matter of judgement
            return PaperScore(tallies, right, judged)
        tallies["detection"] = Tally(int(bool(runs and found)), int(bool(found)), int(bool(runs)))
        return PaperScore(
            tallies,
            right,
            judged,
            _in_words(counts, families),
            _in_words(counts_found, families_found),
            differs=families != families_found or counts != counts_found,
        )

    def _sets(
        self,
        facts: Callable[[list[Record], str], set[_Fact]],
        runs: list[Record],
        optional: list[Record],
        found: list[Record],
    ) -> tuple[set[_Fact], set[_Fact]]:
        """Gold facts, and found facts without those that only an optional run has."""
        gold = facts(runs, "count")
        return gold, facts(found, "accelerator_count") - (facts(optional, "count") - gold)

    def _named(self, rows: list[Record], _: str) -> set[str]:
        families = {self.family(row.get("accelerator")) for row in rows}
        return {family for family in families if family is not None} - GENERIC_FAMILIES

    def _counts(self, rows: list[Record], count_key: str) -> set[Counted]:
        pairs = ((self.family(row.get("accelerator")), number(row.get(count_key))) for row in rows)
        return {(family, count) for family, count in pairs if count}

    def _timed(self, rows: list[Record], count_key: str, hours_key: str) -> set[Timed]:
        """Runs that state accelerator, count and time."""
        triples = (
            (self.family(r.get("accelerator")), number(r.get(count_key)), number(r.get(hours_key))) for r in rows
        )
        return {(family, count, hours) for family, count, hours in triples if family and count and hours}

    def _run_tally(self, runs: list[Record], optional: list[Record], found: list[Record], capped: bool) -> Tally:
        gold = self._timed(runs, "count", "hours")
        free = self._timed(optional, "count", "hours")
        predicted = {
            run
            for run in self._timed(found, "accelerator_count", "duration_hours")
            if _any_same(gold, run) or not _any_same(free, run)
        }
        hits = sum(any(_same(run, other) for other in predicted) for run in gold)
        wrong = 0 if capped else sum(not _any_same(gold, run) for run in predicted)
        return Tally(hits, hits + wrong, len(gold))

    def _burdens(self, runs: list[Record], found: list[Record]) -> tuple[int, int]:
        """Gold runs whose exported burden lies within a factor of two of count x reference rate x time."""
        right = judged = 0
        for run in runs:
            family, count, hours = (
                self.family(run.get("accelerator")),
                number(run.get("count")),
                number(run.get("hours")),
            )
            rate_tflops = self._rates_tflops.get(family)
            if not (rate_tflops and count and hours):
                continue
            chips = count / 2 if run.get("count_unit") == "cores" else count
            expected = chips * rate_tflops * 1e12 * hours * 3600
            judged += 1
            right += any(
                self.family(record.get("accelerator")) == family
                and near_hours(hours, number(record.get("duration_hours")) or 0)
                and 1 / _BURDEN_FACTOR <= (number(record.get("hardware_burden_flop")) or 0) / expected <= _BURDEN_FACTOR
                for record in found
            )
        return right, judged


def reading_stopped(gold: list[Record]) -> bool:
    """Whether gold has as many runs as are read at most, so that further ones may be right."""
    return sum(not run.get("optional") for run in gold) >= _RUNS_READ_AT_MOST


def pair(gold: Iterable[float], predicted: Iterable[float], close: Callable[[float, float], bool]) -> int:
    """How many gold values find a predicted one of their own, the nearest that is close."""
    left, hits = sorted(predicted), 0
    for value in sorted(gold):
        candidates = [other for other in left if close(value, other)]
        if candidates:
            left.remove(min(candidates, key=lambda other: abs(other - value)))
            hits += 1
    return hits


def near_hours(gold_hours: float, hours: float) -> bool:
    """The same time, as papers round it: within 3 %."""
    return abs(gold_hours - hours) <= _TIME_TOLERANCE * max(abs(gold_hours), 1e-9)


def _same(gold: Timed, other: Timed) -> bool:
    return gold[:2] == other[:2] and near_hours(gold[2], other[2])


def _any_same(gold: set[Timed], run: Timed) -> bool:
    return any(_same(one, run) for one in gold)


def _values(rows: list[Record], key: str) -> set[float]:
    return {value for value in (number(row.get(key)) for row in rows) if value is not None}


def _tally(gold: set[_Fact], predicted: set[_Fact]) -> Tally:
    return Tally(len(gold & predicted), len(predicted), len(gold))


def _time_tally(
    runs: list[Record], optional: list[Record], found: list[Record], keys: tuple[str, str], capped: bool
) -> Tally:
    """Times one to one; a second export of a right time (rounded otherwise) is not held against it."""
    gold, free = _values(runs, keys[0]), _values(optional, keys[0])
    right, wrong = [], 0
    for value in _values(found, keys[1]):
        if any(near_hours(one, value) for one in gold):
            right.append(value)
        elif not any(near_hours(one, value) for one in free):
            wrong += 1
    hits = pair(gold, right, near_hours)
    return Tally(hits, hits + (0 if capped else wrong), len(gold))


def _in_words(counts: set[Counted], families: set[str]) -> tuple[str, ...]:
    """What was counted, else what was named: "8 x V100", "V100"."""
    counted = (f"{count:g} x {family or 'unnamed'}" for family, count in counts)
    return tuple(sorted(counted) or sorted(families))
