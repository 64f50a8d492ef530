"""The accelerators that papers name: ``accelerators.csv``, checked as it is read.

Columns of the file (an empty cell is "not known", never zero):

- ``name``, ``maker``, ``kind`` (gpu | tpu | cpu | other); ``family``: the cards that evaluation counts as
  one (A100 SXM4 and A100 PCIe); empty for a card that is its own family
- ``aliases``: how papers write it, separated by ``|``; case, spaces and hyphens do not matter
- ``weak_aliases``: spellings that also mean other things ("T4", "1080"): names only beside a word such as GPU
- ``release_date`` as YYYY-MM-DD
- ``fp32_tflops``: peak of the vector units, no tensor cores; ``tf32_tflops``, ``half_tflops``: dense fp16 or
  bf16 on the matrix units with fp32 accumulation
- ``peak_low_tflops``, ``peak_high_tflops``: other figures that the conventional peak may stand for (base or
  boost clock, one GPU of a two-GPU board)
- ``memory_gb``, ``tdp_watts``, ``cores_per_chip``, ``chips_per_board``
- ``variants``: the cards that this shorter name may mean, by their names
- ``reference_tflops``: rate of the family by which evaluation judges exported burdens, on one row a family
- ``source`` of the figures, ``note``
"""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib import resources

from extractors.lexicon.spellings import WORD, first_words, lookup_keys, singular, spelling_key, squash

KINDS = ("gpu", "tpu", "cpu", "other")

_NUMBERS = (
    "fp32_tflops",
    "peak_low_tflops",
    "peak_high_tflops",
    "tf32_tflops",
    "half_tflops",
    "reference_tflops",
    "memory_gb",
    "tdp_watts",
)
_COUNTS = ("cores_per_chip", "chips_per_board")
_TEXTS = ("name", "maker", "kind", "family", "aliases", "weak_aliases", "release_date", "variants", "source", "note")
COLUMNS = frozenset((*_TEXTS, *_NUMBERS, *_COUNTS))

_GAP = re.compile(r"[\s\-_]{1,3}|\s?\(")
_LONGEST_ALIAS_WORDS = 7


class LexiconError(ValueError):
    """The catalogue's file is wrong; the message names the line and the row."""


@dataclass(frozen=True, slots=True)
class Accelerator:
    """One row of the catalogue. Rates are peaks of one device in TFLOP/s; unknown is None."""

    name: str
    maker: str
    kind: str
    family: str | None
    aliases: tuple[str, ...]
    weak_aliases: tuple[str, ...]
    release_date: date | None
    fp32_tflops: float | None
    peak_low_tflops: float | None
    peak_high_tflops: float | None
    tf32_tflops: float | None
    half_tflops: float | None
    reference_tflops: float | None
    memory_gb: float | None
    tdp_watts: float | None
    cores_per_chip: int | None
    chips_per_board: int | None
    variants: tuple[str, ...]
    source: str
    note: str

    @property
    def peak_precision(self) -> str:
        """Precision of the conventional peak: fp32, or bf16 or fp16 where matrix units are all the device is for."""
        if self.kind in ("gpu", "cpu"):
            return "fp32"
        if self.kind == "tpu":
            return "bf16"
        return "fp32" if self.half_tflops is None else "fp16"

    @property
    def peak_tflops(self) -> float | None:
        """The conventional peak: fp32 without tensor cores for a GPU, bf16 of one chip for a TPU and its like."""
        return self.fp32_tflops if self.peak_precision == "fp32" else self.half_tflops


@dataclass(frozen=True, slots=True)
class Alias:
    """A spelling of an accelerator's name; a weak one needs a word such as GPU beside it."""

    text: str
    accelerator: Accelerator
    weak: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a written name stands for: the card to reckon with, and all that it may be (itself included)."""

    accelerator: Accelerator
    alternatives: tuple[Accelerator, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """An accelerator's name in a text: ``text[start:end]``."""

    start: int
    end: int
    accelerator: Accelerator
    weak: bool


class Catalogue:
    """All rows, found by any of their spellings."""

    def __init__(self, accelerators: tuple[Accelerator, ...], digest: str) -> None:
        self.accelerators = accelerators
        self.digest = digest
        """Changes with every change of the data."""
        self._by_name = {accelerator.name: accelerator for accelerator in accelerators}
        self._by_key: dict[str, Alias] = {}
        for alias in self.aliases():
            self._by_key.setdefault(spelling_key(alias.text), alias)

    @cached_property
    def _by_squashed(self) -> dict[str, Alias]:
        squashed: dict[str, Alias] = {}
        for alias in self.aliases():
            squashed.setdefault(squash(alias.text), alias)
        return squashed

    @cached_property
    def _first_words(self) -> frozenset[str]:
        return frozenset(first for alias in self.aliases() for first in first_words(alias.text))

    def __iter__(self) -> Iterator[Accelerator]:
        return iter(self.accelerators)

    def __len__(self) -> int:
        return len(self.accelerators)

    def named(self, name: str) -> Accelerator | None:
        """The row of this canonical name."""
        return self._by_name.get(name)

    def aliases(self) -> Iterator[Alias]:
        """Every spelling in the file, canonical names first; strong before weak."""
        for accelerator in self.accelerators:
            yield Alias(accelerator.name, accelerator, weak=False)
        for accelerator in self.accelerators:
            for text in accelerator.aliases:
                yield Alias(text, accelerator, weak=False)
        for accelerator in self.accelerators:
            for text in accelerator.weak_aliases:
                yield Alias(text, accelerator, weak=True)

    def find(self, name: str) -> Accelerator | None:
        """The accelerator that a written name stands for, or None where the catalogue does not know it.

        Case, spaces, hyphens, makers' names, memory sizes and plurals do not matter; a weak alias counts.

            "Nvidia GeForce GTX-1080Ti GPUs" -> NVIDIA GeForce GTX 1080 Ti      "V100 32GB" -> NVIDIA Tesla V100
            "TPUv3-256" -> Google TPU v3       "GPU", "NVIDIA", "1920" -> None
        """
        if len(name) > 200:
            return None
        for spelling in lookup_keys(name):
            alias = self._by_key.get(spelling)
            if alias is not None:
                return alias.accelerator
        return None

    def resolve(self, name: str, published: date | None) -> Resolution | None:
        """The card to reckon with for a name written in a paper of this date, with all that it may be.

        A card released after the paper is left out; if all were, the first released stays. A name without a
        rate of its own takes the newest card left, so "Titan X" is the Maxwell card until 1 August 2016 and the
        Pascal card from then on, or where the date is not known.
        """
        accelerator = self._by_name.get(name) or self.find(name)
        if accelerator is None:
            return None
        variants = [self._by_name[variant] for variant in accelerator.variants]
        if published is not None:
            variants = _released(variants, published)
        if not variants:
            return Resolution(accelerator, (accelerator,))
        if accelerator.peak_tflops is None and accelerator.name not in accelerator.variants:
            central = max(variants, key=lambda one: one.release_date or date.min)
            return Resolution(central, tuple(variants))
        return Resolution(accelerator, (accelerator, *(one for one in variants if one is not accelerator)))

    def mentions(self, text: str) -> Iterator[Mention]:
        """Names of accelerators in a text, left to right, the longest at each place.

        "8xA100-80GB" -> NVIDIA A100 at 2      "two GTX 1080Ti" -> NVIDIA GeForce GTX 1080 Ti at 4
        "a 100 epochs", "A1000" -> nothing
        """
        words = list(WORD.finditer(text))
        place = 0
        while place < len(words):
            found = self._longest_at(text, words, place) if self._may_begin(text, words[place]) else None
            if found is None:
                place += 1
            else:
                last, alias = found
                yield Mention(words[place].start(), words[last].end(), alias.accelerator, alias.weak)
                place = last + 1

    def _may_begin(self, text: str, word: re.Match[str]) -> bool:
        """Whether a name may begin with this word; a single letter only before a hyphen ("V-100")."""
        glued_on = len(word[0]) > 1 or text[word.end() : word.end() + 1] == "-"
        return glued_on and word[0].lower() in self._first_words

    def _longest_at(self, text: str, words: list[re.Match[str]], place: int) -> tuple[int, Alias] | None:
        best = None
        joined = ""
        for last in range(place, min(place + _LONGEST_ALIAS_WORDS, len(words))):
            if last > place:
                gap = text[words[last - 1].end() : words[last].start()]
                letter = words[last - 1][0].isalpha() and len(words[last - 1][0]) == 1
                if not _GAP.fullmatch(gap) or (letter and words[last][0].isdigit() and gap != "-"):
                    break
            joined += words[last][0]
            squashed = squash(joined)
            alias = self._by_squashed.get(squashed) or self._by_squashed.get(singular(squashed))
            if alias is not None:
                best = (last, alias)
        return best


def _released(cards: list[Accelerator], published: date) -> list[Accelerator]:
    """Those that a paper of this date can have used; of cards that all came later, the earliest."""
    earliest = min((card.release_date or date.min for card in cards), default=date.min)
    return [card for card in cards if (card.release_date or date.min) <= max(published, earliest)]


@cache
def load_catalogue() -> Catalogue:
    """The catalogue that the product ships with."""
    file = resources.files(__package__).joinpath("accelerators.csv")
    return parse_catalogue(file.read_bytes(), "accelerators.csv")


def parse_catalogue(data: bytes, origin: str) -> Catalogue:
    """All rows of a catalogue's file, or ``LexiconError`` naming the line that is wrong."""
    reader = csv.DictReader(data.decode("utf-8").splitlines(), strict=True)
    missing = COLUMNS - set(reader.fieldnames or ())
    if missing:
        raise LexiconError(f"{origin}: columns missing: {', '.join(sorted(missing))}")
    accelerators = []
    lines = []
    for row in reader:
        place = f"{origin}, line {reader.line_num} ({row['name']})"
        if None in row or None in row.values():
            raise LexiconError(f"{place}: {len(reader.fieldnames or ())} cells expected")
        accelerators.append(_accelerator(row, place))
        lines.append(place)
    _check_names(accelerators, lines)
    return Catalogue(tuple(accelerators), hashlib.sha256(data).hexdigest()[:12])


def _accelerator(row: dict[str, str], place: str) -> Accelerator:
    cells = {column: value.strip() for column, value in row.items()}
    for column in ("name", "maker", "source"):
        if not cells[column]:
            raise LexiconError(f"{place}: {column} is empty; every row names its {column}")
    if cells["kind"] not in KINDS:
        raise LexiconError(f"{place}: kind {cells['kind']!r} is none of {', '.join(KINDS)}")
    numbers = {column: _number(cells[column], f"{place}: {column}") for column in (*_NUMBERS, *_COUNTS)}
    counts = {column: _count(numbers[column], f"{place}: {column}") for column in _COUNTS}
    low, central, high = (numbers[column] for column in ("peak_low_tflops", "fp32_tflops", "peak_high_tflops"))
    if central is not None and not (low or central) <= central <= (high or central):
        raise LexiconError(f"{place}: fp32_tflops {central} is not between peak_low_tflops and peak_high_tflops")
    return Accelerator(
        name=cells["name"],
        maker=cells["maker"],
        kind=cells["kind"],
        family=cells["family"] or None,
        aliases=_listed(cells["aliases"], place),
        weak_aliases=_listed(cells["weak_aliases"], place),
        release_date=_date(cells["release_date"], place),
        fp32_tflops=central,
        peak_low_tflops=low,
        peak_high_tflops=high,
        tf32_tflops=numbers["tf32_tflops"],
        half_tflops=numbers["half_tflops"],
        reference_tflops=numbers["reference_tflops"],
        memory_gb=numbers["memory_gb"],
        tdp_watts=numbers["tdp_watts"],
        cores_per_chip=counts["cores_per_chip"],
        chips_per_board=counts["chips_per_board"],
        variants=_listed(cells["variants"], place),
        source=cells["source"],
        note=cells["note"],
    )


def _number(cell: str, place: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        raise LexiconError(f"{place} {cell!r} is not a number; leave it empty if unknown") from None
    if not math.isfinite(value) or value <= 0:
        raise LexiconError(f"{place} {cell!r} is not a positive number; leave it empty if unknown")
    return value


def _count(value: float | None, place: str) -> int | None:
    if value is None:
        return None
    if value != int(value):
        raise LexiconError(f"{place} {value} is not a whole number")
    return int(value)


def _date(cell: str, place: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise LexiconError(f"{place}: release_date {cell!r} is not YYYY-MM-DD") from None


def _listed(cell: str, place: str) -> tuple[str, ...]:
    texts = tuple(text.strip() for text in cell.split("|")) if cell else ()
    if "" in texts or len(set(texts)) < len(texts):
        raise LexiconError(f"{place}: empty or repeated entry in {cell!r}")
    return texts


def _check_names(accelerators: list[Accelerator], places: list[str]) -> None:
    """Every spelling means one row, and every variant is one."""
    holders: dict[str, int] = {}
    for index, accelerator in enumerate(accelerators):
        for text in (accelerator.name, *accelerator.aliases, *accelerator.weak_aliases):
            spelling = spelling_key(text)
            if not spelling:
                raise LexiconError(f"{places[index]}: {text!r} says nothing but makers and the like")
            holder = holders.setdefault(spelling, index)
            if holder != index:
                raise LexiconError(f"{places[index]}: {text!r} is already a name in {places[holder]}")
    names = {accelerator.name for accelerator in accelerators}
    judged: set[str | None] = set()
    for accelerator, place in zip(accelerators, places, strict=True):
        if accelerator.reference_tflops is not None:
            if accelerator.family is None or accelerator.family in judged:
                raise LexiconError(f"{place}: reference_tflops stands on one row of a family")
            judged.add(accelerator.family)
        unknown = [variant for variant in accelerator.variants if variant not in names]
        if unknown:
            raise LexiconError(f"{place}: variants that are no row: {', '.join(unknown)}")
