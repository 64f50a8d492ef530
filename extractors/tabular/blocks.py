"""Tables that hold several blocks of rows side by side, each with labels of its own.

"Model | Acc. | Our model | Acc.": what stands right of "Our model" belongs to the labels there, not to those at the far
left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from extractors.records import Cell

_FEWEST_ROWS = 2
_MOSTLY = 0.7


def with_own_labels(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a table, those of a later block beside its own labels, and beside what labels all blocks.

    A later block begins at a column of words in which most rows have one, with numbers on both sides of it, under a
    head that says as much as that over the labels of the first.
    """
    body = [cell for cell in cells if not cell.header]
    begins = _later_blocks(body)
    if not begins:
        return tuple(cells)
    labels = {(cell.row, cell.column): cell.text for cell in body}
    headings = {cell.text for cell in cells if cell.header}
    changed = []
    for cell in cells:
        start = max((column for column in begins if column < cell.column), default=None)
        label = labels.get((cell.row, start)) if start is not None else None
        if cell.header or start is None or cell.column in begins or label is None:
            changed.append(cell)
            continue
        of_first_block = {labels.get((cell.row, column)) for column in range(begins[start], start)}
        shared = tuple(text for text in cell.row_path if text in headings or text not in of_first_block)
        changed.append(replace(cell, row_path=(*shared, label)))
    return tuple(changed)


def _later_blocks(body: Sequence[Cell]) -> dict[int, int]:
    """The columns at which a block behind the first begins, each with that at which the first does."""
    columns: dict[int, list[Cell]] = defaultdict(list)
    for cell in body:
        columns[cell.column].append(cell)
    rows = {cell.row for cell in body if cell.numbers}
    numbered = [column for column, held in columns.items() if _mostly(held, lambda cell: bool(cell.numbers))]
    if len(rows) < _FEWEST_ROWS or not numbered:
        return {}
    begins: dict[int, int] = {}
    for column, held in sorted(columns.items()):
        if not min(numbered) < column < max(numbered) or not _mostly(held, _is_label):
            continue
        if len({cell.row for cell in held}) < _MOSTLY * len(rows) or len({cell.text for cell in held}) < _FEWEST_ROWS:
            continue
        alike = [first for first in columns if first < min(numbered) and _is_headed_alike(held, columns[first])]
        if alike:
            begins[column] = min(alike)
    return begins


def _is_label(cell: Cell) -> bool:
    return not cell.numbers and sum(map(str.isalpha, cell.text)) > 1


def _is_headed_alike(held: Sequence[Cell], first: Sequence[Cell]) -> bool:
    """Whether the heads over two columns of words say as much: "Model" and "Our Model", "SQuAD1.1" and "SQuAD2.0"."""
    heads = [(cells[0].column_path[-1:] or ("",))[0].lower() for cells in (held, first)]
    last_words = [head.split()[-1:] for head in heads]
    letters = ["".join(filter(str.isalpha, head)) for head in heads]
    return bool(heads[0]) and (last_words[0] == last_words[1] or (bool(letters[0]) and letters[0] == letters[1]))


def _mostly(held: Sequence[Cell], judge: Callable[[Cell], bool]) -> bool:
    return sum(map(judge, held)) > _MOSTLY * len(held)
