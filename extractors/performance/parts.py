"""Cells of several numbers: what each of them is of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from extractors.lexicon.benchmarks import Metric, load_metrics
from extractors.performance.heads import NOTHING, Said, said, said_by_path
from extractors.records import Cell, PrintedNumber

_ALTERNATIVES = re.compile(r"\s?/\s?|\s?\(|\s?\|\s?")
_NUMBER = re.compile(r"(?:v?\d\.\d|\d{1,3})(?:\s(?:err|acc|test|top|f1\b|em\b).{0,20})?", re.IGNORECASE)
_LAST_NUMBER = re.compile(r"v?\d{1,3}(?:\.\d)?$")
_VERSION = re.compile(r"v?\d(?:\.\d)?")
_NAMES_ANOTHER_VERSION = re.compile(r"v?\d\.\d")
_MOST_PARTS = 40


def parts_of(cell: Cell, column: Said, caption: str) -> list[tuple[PrintedNumber, Said]]:
    """Each number with what is said of it: "84.1/90.9" under "EM/F1" is of two metrics."""
    numbers = list(cell.numbers)
    if len(numbers) == 1:
        return [(numbers[0], column)]
    for head in (*reversed(cell.column_path), *reversed(cell.row_path), caption):
        found = _alternatives(head, len(numbers))
        if found:
            before, alternatives = found
            above = tuple(text for text in cell.column_path if text != head)
            outer = (*above, before) if before and head in cell.column_path else above
            parts = [said_by_path((*outer, part)) for part in alternatives]
            return list(zip(numbers, _completed(parts, said(head)), strict=True))
    pair = _pair_of_a_task(column)
    if pair and len(numbers) == 2:
        return [(number, replace(column, metric=metric)) for number, metric in zip(numbers, pair, strict=True)]
    return [(number, column) for number in numbers if number is numbers[0] or _is_alike(number, numbers[0])]


def _completed(parts: Sequence[Said], whole: Said) -> Iterator[Said]:
    """The parts of a head with the data that the whole head names for all, and the metric that one of them names."""
    are_of_data = any(part.datasets and not part.announces for part in parts)
    of_all = () if are_of_data else whole.datasets
    named = next((part for part in parts if part.announces), NOTHING)
    for part in parts:
        measured = part if part.announces else replace(part, metric=named.metric, plain=named.plain)
        yield replace(measured, datasets=part.datasets or of_all)


def _pair_of_a_task(column: Said) -> Sequence[Metric] | None:
    """EM and F1 where a question-answering head names neither."""
    if column.metric or not any(each.dataset.task == "question-answering" for each in column.datasets):
        return None
    return [metric for metric in load_metrics() if "question-answering" in metric.tasks]


@lru_cache(maxsize=4000)
def _alternatives(head: str, count: int) -> tuple[str, tuple[str, ...]] | None:
    """The parts of a head that names as many things of a kind as there are numbers below, and what stands before them.

    "EM/F1" -> EM, F1      "SQuAD (EM/F1)" -> EM, F1 of SQuAD      "AP (val/test-dev)" -> val, test-dev of AP
    "CIFAR-10/100" -> CIFAR-10, CIFAR-100      "SQuAD (EM)" over two numbers -> None
    """
    if not re.search(r"[/(|]", head):
        return None
    words = [part.strip(" )") for part in _ALTERNATIVES.split(head) if part.strip(" )%")][:_MOST_PARTS]
    if len(words) == count + 1 and all(_VERSION.fullmatch(part) for part in words[1:]):
        versions = tuple(f"{words[0]} {part}" for part in words[1:])
        if not _LAST_NUMBER.search(words[0]):
            return "", versions
    windows = [
        (" ".join(words[:start]), tuple(_with_name(part, words[start]) for part in words[start : start + count]))
        for start in range(len(words) - count + 1)
    ]
    for is_of_kind in _KINDS:
        for before, parts in windows:
            if all(map(is_of_kind, parts)) and (is_of_kind is not _is_split or _are_distinct(parts)):
                return before, parts
    for before, parts in windows:
        if not before and len(words) == count and _is_measure(parts[0]) and all(map(_is_said, parts)):
            return before, parts
    return None


def _is_metric(part: str) -> bool:
    return said(part).metric is not None


def _is_measure(part: str) -> bool:
    return said(part).announces


def _is_data(part: str) -> bool:
    return bool(said(part).datasets) or _NAMES_ANOTHER_VERSION.search(part) is not None


def _is_split(part: str) -> bool:
    return said(part).split is not None


def _are_distinct(splits: Sequence[str]) -> bool:
    return len({said(part).split for part in splits}) == len(splits)


def _is_said(part: str) -> bool:
    return _is_measure(part) or _is_data(part)


_KINDS = (_is_metric, _is_measure, _is_data, _is_split)
"""The surest first: of "SQuAD (EM/F1)" the parts are the metrics."""


def _with_name(part: str, first: str) -> str:
    """A bare number with the name before the first one: "SQuAD 1.1/2.0" -> SQuAD 2.0, "CIFAR-10/100" -> CIFAR-100."""
    if not _NUMBER.fullmatch(part) or not _LAST_NUMBER.search(first) or _NUMBER.fullmatch(first):
        return part
    return _LAST_NUMBER.sub("", first) + part


def _is_alike(number: PrintedNumber, first: PrintedNumber) -> bool:
    """Whether a second number without a head of its own may be of the same metric: "6.61 (6.43±0.16)"."""
    return first.value > 0 and abs(number.value - first.value) <= 0.1 * first.value and "." in number.printed
