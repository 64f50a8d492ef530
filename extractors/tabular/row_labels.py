"""Labels of rows: which columns hold them, and to which rows a label that stands once belongs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from extractors.tabular.grid import Grid, GridCell

_MOSTLY_WORDS = 0.3
"""A leading column is one of labels if at most so many of its cells are numbers."""
_MEASURED = re.compile(r"[~<>]?\d[\d.,]*(?:\s?[A-Za-zµ/%]{0,10}$|\s?×)")
"""An amount: "48 kHz", "800 sims", "8 × A100" -> yes        "0-shot", "5-layer, 3 RNN" -> no"""
_MOST_LINES = 5
"""A label has no more."""
_OFF_CENTRE_ROWS = 0.75
_OPENS_REST = re.compile(r"\((?![a-zA-Z0-9]{1,3}\))")
"""A bracket that goes on with the line before: "(Section 5.2)" -> yes        "(b) top-down" -> no"""
_CROSSES = {"x", "X"}
"""Typed beside check marks."""
_NOT_APPLICABLE = {"n/a", "N/A"}


def label_columns(grid: Grid, body: Sequence[int]) -> int:
    """How many leading columns hold labels: the first, and those after it that hold words, if numbers follow them.

    Columns of check marks and dashes hold none, nor do those of amounts ("8 × A100", "48 kHz").
    """
    words = []
    for column in range(len(grid.columns)):
        cells = [cell for number in body if (cell := grid.rows[number].at(column)) is not None]
        judged = [cell for cell in cells if any(map(str.isalnum, cell.text)) and cell.text not in _CROSSES]
        numbers = sum(cell.is_number or bool(_MEASURED.match(cell.text)) for cell in judged)
        words.append(not cells or (bool(judged) and numbers <= _MOSTLY_WORDS * len(judged)))
    count = 1
    while count < len(words) and words[count]:
        count += 1
    return count if count < len(words) else 1


def row_labels(grid: Grid, body: Sequence[int], column: int) -> dict[int, str]:
    """The label of each row in one column; a label that stands once for several rows is given to each of them."""
    labels: dict[int, str] = {}
    groups = list(_groups(grid, body, column))
    cells_of = [
        [(place, cell) for place, number in enumerate(group) if (cell := _own(grid, number, column)) is not None]
        for group in groups
    ]
    framed = len(groups) > 1
    lone = any(len(cells) == 1 < len(group) for group, cells in zip(groups, cells_of, strict=True))
    for group, cells in zip(groups, cells_of, strict=True):
        if framed and _is_one_label(grid, group, cells, lone):
            labels |= dict.fromkeys(group, _as_one_cell(grid, group, [cell for _, cell in cells]).text)
            continue
        marks = any(not any(map(str.isalnum, cell.text)) for _, cell in cells)
        spread = [""] * len(group)
        if not marks:
            spread = _spread(len(group), [(place + (cell.rows - 1) / 2, cell.text) for place, cell in cells])
        for number, text in zip(group, spread, strict=True):
            own = _own(grid, number, column)
            beside = any(grid.rows[number].at(left) is not None for left in range(column))
            if own is not None or not beside:
                labels[number] = own.text if marks and own is not None else text
    if column:
        return {number: text for number, text in labels.items() if _names_something(text)}
    return {number: text for number, text in labels.items() if text.strip("-")}


def _names_something(text: str) -> bool:
    return any(map(str.isalnum, text)) and text not in _NOT_APPLICABLE


def _as_one_cell(grid: Grid, group: Sequence[int], lines: Sequence[GridCell]) -> GridCell:
    """The lines of one label put together in a cell that stands over all rows of the group."""
    first = grid.rows[group[0]]
    label = GridCell(
        lines[0].first, lines[0].first, [held for line in lines for held in line.segments], rows=len(group)
    )
    for number in group:
        row = grid.rows[number]
        row.cells = [cell for cell in row.cells if not any(cell is line for line in lines)]
    first.cells = sorted([*first.cells, label], key=lambda cell: cell.first)
    return label


def _own(grid: Grid, number: int, column: int) -> GridCell | None:
    """The cell that begins in the column, if there is one."""
    cell = grid.rows[number].at(column)
    return cell if cell is not None and cell.first == column else None


def _groups(grid: Grid, body: Sequence[int], column: int) -> Iterator[list[int]]:
    """Rows that follow each other without a heading, or a ruling over the column, between them."""
    group: list[int] = []
    for number in body:
        if group and (number != group[-1] + 1 or column in grid.rows[number].ruled_columns):
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _is_one_label(grid: Grid, group: Sequence[int], cells: Sequence[tuple[int, GridCell]], lone: bool) -> bool:
    """All lines in a framed part of the column are one label.

    Rulings part the rows beside it but not the label; or its lines stand in the middle of the frame, with
    rows before and after them that have none; or each goes on with the one before.

    ``lone``: other frames of this column have one label for several rows.
    """
    texts = [cell.text for _, cell in cells]
    if len(group) < 2 or not cells or not all(any(map(str.isalnum, text)) for text in texts):
        return False
    if len(cells) > 1 and all(cell.is_number for _, cell in cells):
        return False
    if len(cells) > _MOST_LINES:
        return False
    ruled_beside = sum(bool(grid.rows[number].ruled_columns) for number in group[1:])
    if ruled_beside and len(cells) == 1:
        return True
    if ruled_beside >= (0.5 if len(cells) < len(group) else 1) * (len(group) - 1):
        return True
    if len(cells) < len(group):
        places = [place + (cell.rows - 1) / 2 for place, cell in cells]
        together = all(after - before <= 1 for before, after in itertools.pairwise(places))
        middle = (places[0] + places[-1]) / 2
        if together and places[0] > 0 and abs(middle - (len(group) - 1) / 2) <= _OFF_CENTRE_ROWS:
            return True
    return len(texts) > 1 and all(
        before.endswith("-") or _OPENS_REST.match(after) or (lone and after[0].islower())
        for before, after in itertools.pairwise(texts)
    )


def _spread(rows: int, places: Sequence[tuple[float, str]]) -> list[str]:
    """Labels at their places (halves between two rows) over all rows: centred over their group, or at its head.

    3 rows, "A" at 1 -> A A A                        4 rows, "A" at 0, "B" at 2 -> A A B B
    5 rows, "A" at 1, "B" at 3.5 -> A A A B B        3 rows, "A" at 2 -> no label, no label, A
    """
    if not places:
        return [""] * rows
    spread = [""] * rows
    if places[0][0] > 0:
        start = 0.0
        ends = []
        for place, _ in places:
            end = 2 * place - start
            ends.append(end)
            start = end + 1
        if all(b > a for a, b in itertools.pairwise(ends)) and ends[-1] == rows - 1:
            row = 0
            for end, (_, text) in zip(ends, places, strict=True):
                while row <= end:
                    spread[row] = text
                    row += 1
            return spread
    for index in range(rows):
        before = [text for place, text in places if place <= index + 0.5]
        spread[index] = before[-1] if before else ""
    return spread
