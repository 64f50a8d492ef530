"""Tables of results made for tests, and what is read in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents import document_of

from extractors.judge import RulesJudge
from extractors.performance.context import PaperContext
from extractors.performance.readings import ReadResult, read_results
from extractors.records import Box, Cell, Document, Result, Table
from extractors.results import find_results
from extractors.tabular.blocks import with_own_labels
from extractors.tabular.cells import content_of, direction_of_heads, unit_of_heads

Rows = Sequence[Sequence[str]]

A_PAPER = document_of("We evaluate on ImageNet.")
"""It names a benchmark, without which its tables would not be looked at, but too seldom for it to be the main one."""


def table_of_results(
    rows: Rows,
    caption: str = "Figures.",
    *,
    heads: int = 1,
    labels: int = 1,
    notes: Sequence[tuple[str, str]] = (),
    number: str = "1",
) -> Table:
    """A table as the reader gives it: rows of heads, leading columns of labels, and groups of rows below a heading.

    "" in a row of heads above another goes on with the head to its left; "" in a column of labels is the label above.
    A row of one text below the heads is the heading of a group.
    """
    paths = _paths_of_heads(rows[:heads])
    cells: list[Cell] = []
    group: tuple[str, ...] = ()
    beside = [""] * labels
    for row, texts in enumerate(rows):
        if row < heads:
            cells += [replace(_cell(row, column, text), header=True) for column, text in enumerate(texts) if text]
        elif len(texts) == 1:
            group = (texts[0],)
            cells.append(replace(_cell(row, 0, texts[0]), header=True))
        else:
            beside = [text or above for text, above in zip(texts, beside, strict=False)]
            for column, text in enumerate(texts):
                labelled = (*group, *(label for label in beside[:column] if label))
                cells += [_cell(row, column, text, labelled, paths[column])] if text else []
    return Table(number, caption, 1, (), len(rows), len(rows[0]), with_own_labels(cells), tuple(notes))


def _paths_of_heads(rows: Rows) -> list[tuple[str, ...]]:
    filled = []
    for number, texts in enumerate(rows, start=1):
        line: list[str] = []
        for text in texts:
            line.append(text or (line[-1] if line and number < len(rows) else ""))
        filled.append(line)
    return [tuple(text for text in path if text) for path in zip(*filled, strict=True)]


def _cell(row: int, column: int, text: str, row_path: tuple[str, ...] = (), heads: tuple[str, ...] = ()) -> Cell:
    content = content_of(text)
    return Cell(
        row=row,
        column=column,
        row_span=1,
        column_span=1,
        header=False,
        text=text,
        page=1,
        box=Box(50.0 * column, 12.0 * row, 50.0 * column + 40, 12.0 * row + 10),
        row_path=row_path,
        column_path=heads,
        numbers=content.numbers,
        unit=content.unit or unit_of_heads(heads),
        notes=content.notes,
        citations=content.citations,
        name=content.name,
        direction=direction_of_heads(heads),
    )


def readings(*tables: Table, paper: Document = A_PAPER) -> list[ReadResult]:
    """Every value that the tables, and the sentences of the paper, state."""
    return list(read_results(paper, tables, PaperContext(paper)))


def results(*tables: Table, paper: Document = A_PAPER) -> list[Result]:
    """What the rules alone make of them, candidates among it."""
    return list(find_results(readings(*tables, paper=paper), RulesJudge()))


def values(*tables: Table, paper: Document = A_PAPER) -> list[tuple[str, str, float]]:
    """Benchmark, metric and value of each number that is read as a result."""
    read = (each.result for each in readings(*tables, paper=paper))
    return [(result.benchmark, result.metric, result.value) for result in read]
