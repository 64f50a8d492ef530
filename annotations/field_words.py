"""Which words of a sentence state a field of a training run: the card's name, the count, the time."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from annotations.lines import Record
from annotations.run_scoring import GENERIC_FAMILIES, RunScorer
from extractors.names import find_names
from extractors.quantities import HOURS_PER_UNIT, QuantityKind, find_times, number_of

Words = tuple[int, int]
"""Where they begin and end."""

_NUMBER = re.compile(r"(?<![\w./-])(?:\d[\d,]*(?:\.\d+)?[kM]?|[a-z]+(?:-[a-z]+)?)(?![\w]|\.\d)", re.IGNORECASE)
_DEVICE = re.compile(
    r"\b(?:GPUs?|TPUs?|CPUs?|cores?|chips?|cards?|devices?|nodes?|machines?|workers?|accelerators?|replicas)\b|TPU|GPU|\d{2,4}Ti",
    re.IGNORECASE,
)
_PROCESSOR = re.compile(r"\b[CGT]PUs?\b", re.IGNORECASE)
_FARTHEST_FROM_DEVICE = 40
_ARTICLE_BEFORE = 8
"""Characters between an article and the card's name: room for the maker's."""
_TOLERANCE = 0.03


class FieldWords:
    """Tells the words by the families of cards that the evaluation knows."""

    def __init__(self, scorer: RunScorer) -> None:
        self._scorer = scorer

    def find(self, field: str, run: Record, text: str) -> Words | None:
        """The first words of ``text`` that state the ``field`` of a run; None where they can't be told.

        count 8, "on 8 V100 GPUs for 3 days" -> "8"      hours 72 -> "3 days"      stage "training" -> None
        """
        return next(self._found(field, run, text), None)

    def _found(self, field: str, run: Record, text: str) -> Iterator[Words]:
        if field == "accelerator":
            yield from self._accelerator(text, run["accelerator"])
        elif field == "count":
            own = list(self._accelerator(text, run["accelerator"])) if run["accelerator"] else []
            yield from _count(text, run["count"], [start for start, _ in own])
            yield from _count(text, run["count"], _devices(text))
        elif field == "hours":
            yield from _times(text, run["hours"], QuantityKind.DURATION, ("hour", "day"))
        elif field == "device_hours":
            yield from _times(text, run["device_hours"], QuantityKind.DEVICE_TIME, ("hour", "day", "year"))

    def _accelerator(self, text: str, written: str) -> Iterator[Words]:
        family = self._scorer.family(written)
        for name in find_names(text):
            if name.specific and self._scorer.family(name.name) == family:
                yield name.start, name.end
        if family in GENERIC_FAMILIES:
            yield from (match.span() for match in _PROCESSOR.finditer(text) if match[0].upper().startswith(family))


def _devices(text: str) -> list[int]:
    return [match.start() for match in _DEVICE.finditer(text)] + [name.start for name in find_names(text)]


def _count(text: str, count: int, devices: Sequence[int]) -> Iterator[Words]:
    """Numbers that are the count, the nearest before a device first; an article only right before one."""
    near = []
    for match in _NUMBER.finditer(text):
        if number_of(match[0]) == count:
            ahead = min((start - match.end() for start in devices if start >= match.end()), default=math.inf)
            if ahead <= (_ARTICLE_BEFORE if match[0].lower() in ("a", "an") else _FARTHEST_FROM_DEVICE):
                near.append((ahead, match.span()))
    yield from (span for _, span in sorted(near))


def _times(text: str, hours: float, kind: QuantityKind, units: Sequence[str]) -> Iterator[Words]:
    """Times of this length; else, as in the rows of tables, bare numbers that are it in one of the units, in order."""
    for time in find_times(text):
        if abs(time.duration.hours - hours) <= _TOLERANCE * hours and time.kind is kind:
            yield time.start, time.end
    for unit in units:
        for match in _NUMBER.finditer(text):
            number = number_of(match[0]) if match[0][0].isdigit() else None
            if number is not None and math.isclose(number * HOURS_PER_UNIT[unit], hours, rel_tol=1e-6):
                yield match.span()
