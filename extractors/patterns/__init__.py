"""Rules about papers, as data: one JSON object a line, each with an example that matches and one that does not.

``counts.jsonl``    how a count is said of hardware (spaCy token patterns)
``cues.jsonl``      words that speak for or against this paper's own training (spaCy token patterns)
``sections.jsonl``  what a section's heading says of its sentences (regular expressions)
``contexts.jsonl``  what words right before or behind a mention say of it (regular expressions)
``heads.jsonl``     what the head or row label of a table announces (regular expressions)
``stages.jsonl``    words that tell pretraining, training, fine-tuning and search (regular expressions)
``model_labels.jsonl``       which labels of tables are no names, or add to the one above (regular expressions)
``property_heads.jsonl``     which property of a model the head or row label of a table announces (regular expressions)
``property_mentions.jsonl``  how a sentence states parameters, operations, epochs and examples (regular expressions)
``property_contexts.jsonl``  what words around such a mention say for or against it (regular expressions)
``not_models.json`` words that look like names of models and are of data, tools and hardware
``words.json``      words that the token patterns know as MACHINE, FILLER and ONE
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True, slots=True)
class TextRule:
    """A regular expression over plain text, with the meaning of a match."""

    id: str
    label: str
    """For a stage rule: the stage."""
    pattern: re.Pattern[str]
    weight: float
    """For a section rule: what a heading that matches adds to the log-odds of the sentences below it."""
    matches: tuple[str, ...]
    misses: tuple[str, ...]


@cache
def load_patterns(name: str) -> tuple[Pattern, ...]:
    """The patterns of ``name`` ("counts", "cues"), in the order of their file."""
    return tuple(
        Pattern(
            id=row["id"],
            label=row["label"],
            tokens=tuple(tuple(alternative) for alternative in row["patterns"]),
            weight=float(row.get("weight", 0.0)),
            matches=tuple(row["matches"]),
            misses=tuple(row["misses"]),
        )
        for row in _rows(f"{name}.jsonl", ("id", "label", "patterns", "matches", "misses"))
    )


@cache
def load_text_rules(name: str) -> tuple[TextRule, ...]:
    """The rules of ``name`` ("sections", "stages"), in the order of their file."""
    return tuple(
        TextRule(
            id=row["id"],
            label=row.get("label", ""),
            pattern=re.compile(row["pattern"], re.IGNORECASE),
            weight=float(row.get("weight", 0.0)),
            matches=tuple(row["matches"]),
            misses=tuple(row["misses"]),
        )
        for row in _rows(f"{name}.jsonl", ("id", "pattern", "matches", "misses"))
    )


@cache
def load_word_tags() -> Mapping[str, str]:
    """The tag of each word that has one: "node" -> MACHINE, "synchronized" -> FILLER, "single" -> ONE."""
    tags = json.loads(_text("words.json"))
    return {word: tag for tag, words in tags.items() for word in words}


def _rows(file: str, required: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file; ``ValueError`` names the file and line that is wrong."""
    seen = set()
    for number, line in enumerate(_text(file).splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise ValueError(f"{file}, line {number}: {error}") from error
        missing = [key for key in required if key not in row]
        if missing or row["id"] in seen:
            raise ValueError(f"{file}, line {number}: {'lacks ' + ', '.join(missing) if missing else 'id is taken'}")
        seen.add(row["id"])
        yield row


def _text(file: str) -> str:
    return files(__name__).joinpath(file).read_text(encoding="utf-8")
