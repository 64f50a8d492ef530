"""The benchmarks and metrics that results are read for: ``benchmarks.csv``, ``metrics.csv``, checked as they are read.

Columns of ``benchmarks.csv``:

- ``benchmark``: the id in exported records; empty for a data set that is only known to be told apart
- ``kind``: *benchmark*; *elsewhere* (models are evaluated on it too, but not for us); *corpus* (for pretraining)
- ``task``: what its metrics have in ``tasks``
- ``roots``: separated by ``|``, what one of stands in all that ``names`` and ``hints`` match
- ``names``: regular expression of how papers write it, case ignored
- ``hints``: what means it only in a paper, or better a table, in which ``context`` stands: "En-De" beside "WMT 2014"
- ``not_on``: splits that are not meant when people speak of the benchmark

Columns of ``metrics.csv``:

- ``metric``: the id in exported records; ``tasks``: where it is used
- ``default``: *yes* for the metric that is meant where a table names its data set and nothing more
- ``better``: *higher* or *lower*; ``low_percent``, ``high_percent``: what a printed value can be
- ``complement``: *yes* where papers also print what it leaves of 100 % (error for accuracy)
- ``names``: what names it for sure; ``plain``: what names it beside a data set of its task ("Acc.", "Test");
  ``unless``: words of a head or caption that tell that something else is measured; ``paper_unless``: such words in the
  title or abstract of a paper
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from extractors.lexicon.catalogue import LexiconError

BENCHMARK, ELSEWHERE, CORPUS = "benchmark", "elsewhere", "corpus"
_KINDS = (BENCHMARK, ELSEWHERE, CORPUS)
_NEVER = re.compile(r"(?!)")
_PRETRAINED = re.compile(
    r"(?:pre-?\s?train(?:ed|ing)?|initiali[sz]ed|checkpoints?|fine-?tun(?:ed|ing)(?=\sfrom))"
    r"(?:\s\w{1,12}){0,2}\s(?:on|from|with|using|by)\s(?:the\s)?$",
    re.IGNORECASE,
)
_PRETRAINING = re.compile(
    r"^[\s-]{0,3}(?:pre-?\s?train|checkpoint|initiali|init\b|weights|features|supervised|labels|images|classes|backbone)",
    re.IGNORECASE,
)
_LOOK_BACK = 60
MOST_CHARACTERS, MOST_MENTIONS = 20_000, 200
"""Of one text, as far as data sets are looked for in it."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A row of ``benchmarks.csv``."""

    benchmark: str | None
    """None for one that is only told apart."""
    name: str
    kind: str
    task: str
    roots: tuple[str, ...]
    """In lower case; one of them stands in whatever names the data set. They are looked for first, since patterns are
    slow."""
    patterns: tuple[tuple[re.Pattern[str], bool], ...]
    """Of its names, and of what only hints at it: ``(pattern, hint)``."""
    context: re.Pattern[str]
    not_on: frozenset[str]
    """Splits whose values are not meant."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A row of ``metrics.csv``; values in percent."""

    metric: str
    name: str
    tasks: tuple[str, ...]
    higher_is_better: bool
    low_percent: float
    high_percent: float
    default: bool
    complement: bool
    names: re.Pattern[str]
    plain: re.Pattern[str]
    unless: re.Pattern[str]
    paper_unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class DatasetMention:
    """Words that name a data set; ``hint``: only where the paper or table holds its context."""

    dataset: Dataset
    start: int
    end: int
    hint: bool


@cache
def load_datasets() -> tuple[Dataset, ...]:
    """The rows of ``benchmarks.csv``; ``LexiconError`` names the line that is wrong."""
    found = []
    for line, row in _rows(
        "benchmarks.csv", ("benchmark", "name", "kind", "task", "roots", "names", "hints", "context", "not_on")
    ):
        if row["kind"] not in _KINDS or bool(row["benchmark"]) != (row["kind"] == BENCHMARK):
            raise LexiconError(
                f"benchmarks.csv, line {line}: kind {row['kind']!r} does not go with {row['benchmark']!r}"
            )
        found.append(
            Dataset(
                benchmark=row["benchmark"] or None,
                name=row["name"],
                kind=row["kind"],
                task=row["task"],
                roots=tuple(row["roots"].split("|")),
                patterns=tuple(
                    (_compiled(row[column], "benchmarks.csv", line), column == "hints")
                    for column in ("names", "hints")
                    if row[column]
                ),
                context=_compiled(row["context"], "benchmarks.csv", line),
                not_on=frozenset(row["not_on"].split()),
            )
        )
    return tuple(found)


@cache
def load_metrics() -> tuple[Metric, ...]:
    """The rows of ``metrics.csv``; ``LexiconError`` names the line that is wrong."""
    found = []
    required = ("metric", "name", "tasks", "better", "low_percent", "high_percent", "names", "plain")
    for line, row in _rows("metrics.csv", (*required, "default", "complement", "unless", "paper_unless")):
        if row["better"] not in ("higher", "lower"):
            raise LexiconError(f"metrics.csv, line {line}: better should be higher or lower, not {row['better']!r}")
        try:
            low, high = float(row["low_percent"]), float(row["high_percent"])
        except ValueError as error:
            raise LexiconError(f"metrics.csv, line {line}: {error}") from error
        found.append(
            Metric(
                metric=row["metric"],
                name=row["name"],
                tasks=tuple(row["tasks"].split()),
                higher_is_better=row["better"] == "higher",
                low_percent=low,
                high_percent=high,
                default=row["default"] == "yes",
                complement=row["complement"] == "yes",
                names=_compiled(row["names"], "metrics.csv", line),
                plain=_compiled(row["plain"], "metrics.csv", line),
                unless=_compiled(row["unless"], "metrics.csv", line),
                paper_unless=_compiled(row["paper_unless"], "metrics.csv", line),
            )
        )
    return tuple(found)


@cache
def _all_roots() -> tuple[str, ...]:
    return tuple({root for dataset in load_datasets() for root in dataset.roots})


def default_metric(task: str) -> Metric | None:
    """What is measured on a data set of ``task`` where nobody says: top-1 accuracy; None if it may be anything."""
    return next((metric for metric in load_metrics() if metric.default and task in metric.tasks), None)


@lru_cache(maxsize=4000)
def find_named_data(text: str) -> tuple[DatasetMention, ...]:
    """All data that ``text`` names, for evaluation or pretraining, in order; of overlapping names the longest.

    A longer text than anyone writes is read as far as ``MOST_CHARACTERS``, and of more mentions the first count.
    """
    text = text[:MOST_CHARACTERS]
    lowered = text.lower()
    present = {root for root in _all_roots() if root in lowered}
    found = []
    for dataset in load_datasets() if present else ():
        if not present.isdisjoint(dataset.roots):
            for pattern, hint in dataset.patterns:
                found += [DatasetMention(dataset, match.start(), match.end(), hint) for match in pattern.finditer(text)]
    if not found:
        return ()
    kept: list[DatasetMention] = []
    for mention in sorted(found, key=lambda each: (each.start - each.end, each.hint, each.start)):
        place = bisect_left(kept, mention.start, key=lambda each: each.start)
        if all(
            mention.end <= other.start or other.end <= mention.start for other in kept[max(0, place - 1) : place + 1]
        ):
            kept.insert(place, mention)
    return tuple(kept[:MOST_MENTIONS])


def find_datasets(text: str) -> tuple[DatasetMention, ...]:
    """The data sets on which models are evaluated that ``text`` names, in order; pretraining is no evaluation.

    "CIFAR-100 top-1" -> cifar100      "ImageNet-V2" -> told apart      "COCO, ImageNet pre-trained" -> coco
    """
    named = find_named_data(text)
    return tuple(each for each in named if each.dataset.kind != CORPUS and not starts_from(text, each))


def starts_from(text: str, mention: DatasetMention) -> bool:
    """Whether a data set is named as what something was pretrained on: "from ImageNet pretrained weights"."""
    before, after = text[max(0, mention.start - _LOOK_BACK) : mention.start], text[mention.end : mention.end + 20]
    return bool(_PRETRAINED.search(before) or _PRETRAINING.search(after))


def _rows(file: str, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    text = resources.files("extractors.lexicon").joinpath(file).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in required if name not in (reader.fieldnames or ())]
    if missing:
        raise LexiconError(f"{file} lacks the columns {', '.join(missing)}")
    for row in reader:
        if None in row or None in row.values():
            raise LexiconError(f"{file}, line {reader.line_num}: as many cells as columns are needed")
        yield reader.line_num, row


def _compiled(pattern: str, file: str, line: int) -> re.Pattern[str]:
    """The pattern as whole words, as far as it begins and ends with letters; nothing matches an empty one."""
    if not pattern:
        return _NEVER
    try:
        re.compile(pattern)  # the brackets around it could close one that it leaves open
        return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z\d])", re.IGNORECASE)
    except re.error as error:
        raise LexiconError(f"{file}, line {line}: {error}") from error
