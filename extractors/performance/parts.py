"""Cells of several numbers: what each of them is of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from extractors.lexicon.benchmarks import Metric, load_metrics
from extractors.performance.heads import Said, said, said_by_path
from extractors.records import Cell, PrintedNumber

_ALTERNATIVES = re.compile(r"\s?/\s?|\s?\(|\s?\|\s?")


def parts_of(cell: Cell, column: Said, caption: str) -> list[tuple[PrintedNumber, Said]]:
    """Each number with what is said of it: "84.1/90.9" under "EM/F1" is of two metrics."""
    numbers = list(cell.numbers)
    if len(numbers) == 1:
        return [(numbers[0], column)]
    for head in (*reversed(cell.column_path), *reversed(cell.row_path), caption):
        alternatives = _alternatives(head, len(numbers))
        if alternatives:
            outer = tuple(text for text in cell.column_path if text != head)
            parts = [said_by_path((*outer, part)) for part in alternatives]
            whole = said(head).datasets
            return [
                (number, part if part.datasets else replace(part, datasets=whole))
                for number, part in zip(numbers, parts, strict=True)
            ]
    pair = _pair_of_a_task(column)
    if pair and len(numbers) == 2:
        return [(number, replace(column, metric=metric)) for number, metric in zip(numbers, pair, strict=True)]
    return [(number, column) for number in numbers if number is numbers[0] or _is_alike(number, numbers[0])]


def _pair_of_a_task(column: Said) -> Sequence[Metric] | None:
    """EM and F1 where a question-answering head names neither."""
    if column.metric or not any(each.dataset.task == "question-answering" for each in column.datasets):
        return None
    return [metric for metric in load_metrics() if "question-answering" in metric.tasks]


@lru_cache(maxsize=4000)
def _alternatives(head: str, count: int) -> list[str] | None:
    """The parts of a head that names as many things as there are numbers below: "EM/F1", "Top-1 (Top-5)"."""
    if not re.search(r"[/(|]", head):
        return None
    words = [part.strip(" )") for part in _ALTERNATIVES.split(head) if part.strip(" )%")]
    if len(words) == count + 1 and all(re.fullmatch(r"v?\d(?:\.\d)?", part) for part in words[1:]):
        return [f"{words[0]} {part}" for part in words[1:]]
    for start in range(len(words) - count + 1):
        parts = [_with_name(part, words[start]) for part in words[start : start + count]]
        if all(said(part).announces or said(part).datasets or re.search(r"v?\d\.\d", part) for part in parts):
            return parts
    return None


def _with_name(part: str, first: str) -> str:
    """A bare version with the name before the first one: "SQuAD 1.1/2.0" -> "SQuAD 2.0"."""
    return re.sub(r"\s?v?\d(?:\.\d)?$", "", first) + " " + part if re.fullmatch(r"v?\d\.\d", part) else part


def _is_alike(number: PrintedNumber, first: PrintedNumber) -> bool:
    """Whether a second number without a head of its own may be of the same metric: "6.61 (6.43±0.16)"."""
    return first.value > 0 and abs(number.value - first.value) <= 0.1 * first.value and "." in number.printed
