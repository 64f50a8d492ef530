"""The training sets that papers name: ``training_sets.csv``, checked as it is read.

Columns of the file (an empty cell is "not known"):

- ``name``; ``benchmarks``: ids of the benchmarks that it trains for, separated by ``|``
- ``examples`` of one epoch, in ``unit`` (images, sentence pairs, questions)
- ``role``: ``benchmark`` (trains for one that is known), ``pretraining`` (trains for none), ``other`` (kept so that its
  words and sizes are not taken for another's)
- ``aliases``: how papers write it, separated by ``|``; case, spaces and hyphens do not matter; ``weak_aliases``: names
  that leave open which release is meant ("COCO")
- ``source`` of the size, ``note``
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

ROLES = ("benchmark", "pretraining", "other")
_COLUMNS = ("name", "benchmarks", "examples", "unit", "role", "aliases", "weak_aliases", "source", "note")
_GAP = re.compile(r"[\s-]+")
_FLEXIBLE_GAP = r"[\s'’-]{0,2}"
_OFFSHOOT = r"-(?:(?-i:[A-Z])\b|Rea|Ske|\d)"
"""Test sets that are named after another set: "ImageNet-A", "ImageNet-ReaL"."""
_AND = re.compile(r"(?:\s?\([^()]{1,30}\))?\s?(?:,|/|and|or|\+|&|,\sand)\s?(?:the\s|MS\s)?")
_NO_LETTER = re.compile(r"[\s'’-]")
_COMMON_WORDS = frozenset(("train", "english", "benchmark", "full"))
_WORD = re.compile(r"[a-z\d]*[a-z]{2}[a-z\d]*|\d+[a-z]")


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """One row of the file. Unknown is None."""

    name: str
    benchmarks: tuple[str, ...]
    examples: float | None
    unit: str
    role: str
    aliases: tuple[str, ...]
    weak_aliases: tuple[str, ...]
    source: str

    @property
    def benchmark(self) -> str | None:
        """The benchmark that it trains for, where that is one."""
        return self.benchmarks[0] if len(self.benchmarks) == 1 else None


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A training set as a text names it, at ``text[start:end]``."""

    training_set: TrainingSet
    start: int
    end: int
    weak: bool
    """By a name that leaves its release open."""


@cache
def load_training_sets() -> tuple[TrainingSet, ...]:
    """All rows; ``ValueError`` names the line that is wrong."""
    text = resources.files(__package__).joinpath("training_sets.csv").read_text(encoding="utf-8")
    sets: list[TrainingSet] = []
    names: set[str] = set()
    for number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        if tuple(row) != _COLUMNS or None in row.values():
            raise ValueError(f"training_sets.csv, line {number}: needs the columns {', '.join(_COLUMNS)}")
        if row["name"] in names or row["role"] not in ROLES or not row["source"]:
            raise ValueError(f"training_sets.csv, line {number}: a name that is taken, an unknown role or no source")
        names.add(row["name"])
        sets.append(
            TrainingSet(
                name=row["name"],
                benchmarks=_parts(row["benchmarks"]),
                examples=float(row["examples"]) if row["examples"] else None,
                unit=row["unit"],
                role=row["role"],
                aliases=_parts(row["aliases"]),
                weak_aliases=_parts(row["weak_aliases"]),
                source=row["source"],
            )
        )
    return tuple(sets)


def training_sets_in(text: str) -> list[NamedSet]:
    """The training sets that a text names, in its order; of names that overlap the longest.

    "pre-trained on ImageNet-21k" -> imagenet-21k      "on COCO train2017" -> coco-train2017      "ImageNet-A" -> none
    """
    lower = text.lower()
    return list(_found(text)) if any(word in lower for word in _telling_words()) else []


def joined_sets(text: str, sets: Sequence[NamedSet]) -> list[NamedSet]:
    """The first, and the next ones as long as only "and" stands between them in ``text``.

    "on CIFAR-10 (C10) and CIFAR-100" -> both      "on CIFAR-10, and later on ImageNet" -> cifar-10
    """
    joined = list(sets[:1])
    for each in sets[1:]:
        first, second = sorted((joined[-1], each), key=lambda named: named.start)
        if not _AND.fullmatch(text[first.end : second.start]):
            break
        joined.append(each)
    return joined


def _found(text: str) -> Iterator[NamedSet]:
    pattern, sets = _aliases()
    for match in pattern.finditer(text):
        training_set, weak = sets[_key(match.group())]
        yield NamedSet(training_set, match.start(), match.end(), weak)


@cache
def _aliases() -> tuple[re.Pattern[str], dict[str, tuple[TrainingSet, bool]]]:
    """A pattern of all aliases, and what each means by its ``_key``."""
    sets: dict[str, tuple[TrainingSet, bool]] = {}
    for each in load_training_sets():
        for alias in (*each.aliases, *each.weak_aliases):
            if sets.setdefault(_key(alias), (each, alias in each.weak_aliases))[0] is not each:
                raise ValueError(f"training_sets.csv: {alias} names two training sets")
    spellings = {alias for each in load_training_sets() for alias in (*each.aliases, *each.weak_aliases)}
    longest_first = sorted(spellings, key=lambda alias: (-len(alias), alias))
    alternatives = "|".join(_FLEXIBLE_GAP.join(map(re.escape, _GAP.split(alias))) for alias in longest_first)
    return re.compile(rf"(?<![A-Za-z\d])(?:{alternatives})(?![A-Za-z\d]|{_OFFSHOOT})", re.IGNORECASE), sets


@cache
def _telling_words() -> tuple[str, ...]:
    """The longest word of each alias that is no common one, in lower case."""
    aliases = (alias for each in load_training_sets() for alias in (*each.aliases, *each.weak_aliases))
    words = {
        max(set(_WORD.findall(alias.lower())) - _COMMON_WORDS, key=lambda word: (len(word), word)) for alias in aliases
    }
    return tuple(sorted(word for word in words if not any(other in word and other != word for other in words)))


def _key(alias: str) -> str:
    return _NO_LETTER.sub("", alias).lower()


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
