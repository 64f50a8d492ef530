"""Rules about papers, as data: one JSON object a line, each with an example that matches and one that does not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Pattern:
    """A spaCy token pattern with the meaning of a match."""

    id: str
    label: str
    """What a match is: a way of counting, or the kind of a cue."""
    tokens: tuple[tuple[Mapping[str, Any], ...], ...]
    """Alternatives, each a spaCy ``Matcher`` pattern."""
    weight: float
    """For a cue: what it adds to the log-odds that the sentence tells of this paper's own training."""
    matches: tuple[str, ...]
    misses: tuple[str, ...]
    """Sentences that must, and must not, match."""


@cache
def load_patterns(name: str) -> tuple[Pattern, ...]:
    """The patterns of ``name`` ("counts", "cues"), in the order of their file.

    Raises ``ValueError`` naming the file and line of a pattern that is wrong.
    """
    patterns: dict[str, Pattern] = {}
    text = files(__name__).joinpath(f"{name}.jsonl").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            pattern = Pattern(
                id=row["id"],
                label=row["label"],
                tokens=tuple(tuple(alternative) for alternative in row["patterns"]),
                weight=float(row.get("weight", 0.0)),
                matches=tuple(row["matches"]),
                misses=tuple(row["misses"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{name}.jsonl, line {number}: {error!r}") from error
        if pattern.id in patterns:
            raise ValueError(f"{name}.jsonl, line {number}: the id {pattern.id!r} is taken")
        patterns[pattern.id] = pattern
    return tuple(patterns.values())
