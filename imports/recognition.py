"""Which of the study's tables a CSV is: told by its header and its cells; by its name only where these do not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from imports import layout_2020, layout_2022
from imports.csv_files import ForeignTable, ImportFailure, Table
from imports.records import Repair

DATA_WORDS = {
    "imagenet": re.compile(r"image-?\s?net|ilsvrc", re.IGNORECASE),
    "coco": re.compile(r"\bcoco", re.IGNORECASE),
    "squad1.1": re.compile(r"squad", re.IGNORECASE),
    "conll2003": re.compile(r"conll[\s_-]?(?:20)?03", re.IGNORECASE),
    "wmt14-en-de": re.compile(r"(?<![a-z])en(?:glish)?[\s_-]?(?:to[\s_-])?(?:de|german)(?![a-z])", re.IGNORECASE),
    "wmt14-en-fr": re.compile(r"(?<![a-z])en(?:glish)?[\s_-]?(?:to[\s_-])?(?:fr|french)(?![a-z])", re.IGNORECASE),
}
"""How the tables' cells and names write each benchmark."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a header tells that a table is of this layout, and of which benchmark."""

    source: str
    columns: frozenset[str]
    scores: Mapping[str, tuple[str, ...]]
    """First column that a header has -> benchmarks that it may be."""
    data_column: str
    """Where rows may say of which data they are."""
    header_rows: int = 0
    """Rows under the header that go on with it."""


def _scores(metrics: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """First column of scores -> benchmarks that it may be; SQuAD has F1 besides EM, CoNLL F1 alone."""
    scores: dict[str, tuple[str, ...]] = {}
    for benchmark, columns in metrics.items():
        first = next(iter(columns))
        scores[first] = (*scores.get(first, ()), benchmark)
    return scores


LAYOUTS = (
    Layout(
        layout_2022.SOURCE,
        layout_2022.COLUMNS,
        _scores(layout_2022.METRICS_BY_BENCHMARK),
        data_column="training_dataset",
        header_rows=layout_2022.HEADER_ROWS,
    ),
    Layout(
        layout_2020.SOURCE,
        layout_2020.COLUMNS,
        _scores(layout_2020.METRICS_BY_BENCHMARK),
        data_column="dataset",
    ),
)


@dataclass(frozen=True, slots=True)
class Recognised:
    source: str
    benchmark: str
    benchmarks_by_line: Mapping[int, str | None]
    """What rows say of their data, where they say it."""
    repairs: tuple[Repair, ...] = ()


def recognise(table: Table) -> Recognised:
    """Layout and benchmark.

    ``ForeignTable`` for a CSV of another kind, with what it lacks; ``ImportFailure`` for one of the study that does not
    say its benchmark.
    """
    layout = layout_of(table.columns)
    if layout is None:
        lacks = " and ".join(f"{_some(each.columns - table.columns)} of {each.source}" for each in LAYOUTS)
        raise ForeignTable(table.path, f"no table of the study: lacks {lacks}; its header is: {table.header}", 1)
    candidates = next((benchmarks for column, benchmarks in layout.scores.items() if column in table.columns), None)
    if candidates is None:
        raise ForeignTable(table.path, f"no column of scores: none of {_some(layout.scores)}", 1)
    said = {
        row.line: _benchmark_in(text)
        for row in table.rows[layout.header_rows :]
        if (text := row.cells.get(layout.data_column, "").strip())
    }
    if said:
        benchmark, _ = Counter(said.values()).most_common(1)[0]
        if benchmark is None or benchmark not in candidates:
            cause = f"most cells of {layout.data_column} name other data than {_some(candidates)}"
            raise ForeignTable(table.path, cause, next(iter(said)))
        return Recognised(layout.source, benchmark, said)
    if len(candidates) == 1:
        return Recognised(layout.source, candidates[0], {})
    named = [benchmark for benchmark in candidates if DATA_WORDS[benchmark].search(table.path.stem)]
    if len(named) != 1:
        raise ImportFailure(table.path, f"neither cells nor file name say which it is of {_some(candidates)}", 1)
    repair = Repair(1, "", "pair-from-file-name", table.path.name, named[0])
    return Recognised(layout.source, named[0], {}, (repair,))


def layout_of(columns: frozenset[str]) -> Layout | None:
    return next((layout for layout in LAYOUTS if layout.columns <= columns), None)


def _benchmark_in(text: str) -> str | None:
    return next((benchmark for benchmark, words in DATA_WORDS.items() if words.search(text)), None)


def _some(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
