"""The places that the record of a time in a table rests on: cells, labels and heads, words of the caption."""

from __future__ import annotations

import math
from collections.abc import Iterator

from extractors.mentions import find_mentions
from extractors.names import Hardware, find_names
from extractors.quantities import find_times
from extractors.records import Box, Cell, Document, Passage, Table
from extractors.table_heads import announced_time, unit_of
from extractors.table_statements import TableTime

Piece = tuple[int, Box]
"""``(page, box)``."""

_Stretch = tuple[Passage, int, int]
"""Part of a passage: offsets in its text."""

_CLOSE = 1e-6


def pieces_in_table(document: Document, time: TableTime) -> list[Piece]:
    """The cell of the time (and that of the device-time beside it), and what names and counts the hardware: cells, a
    label or head of theirs, words of the caption.

    "4 | 1" under "#TPUv4 | Days" -> "1", "4", "#TPUv4"      "12.5" below "… on 8 V100 GPUs." -> "12.5", "8 V100 GPUs."
    """
    pieces = [_piece(cell) for cell in (time.cell, *_beside(time), *time.hardware_cells)]
    hardware = time.hardware
    if hardware is None:
        return pieces
    if time.in_caption:
        return [*pieces, *(_caption_words(document, time.table, hardware) or _whole_caption(time.table))]
    telling = list(time.hardware_cells)
    if not any(_names(cell.text, hardware) for cell in telling):
        labels = [cell for of in telling or [time.cell] for cell in _labels_of(time.table, of)]
        naming = next((cell for cell in labels if _names(cell.text, hardware)), None)
        if naming is not None:
            telling.append(naming)
            pieces.append(_piece(naming))
    if not (any(_names(cell.text, hardware) for cell in telling) and _counted_in(telling, hardware.count)):
        pieces += _caption_words(document, time.table, hardware)
    return pieces


def _piece(cell: Cell) -> Piece:
    return cell.page, cell.box


def _beside(time: TableTime) -> list[Cell]:
    """The cell that holds the row's device-time, where the record has it too."""
    if time.second_time is None:
        return []
    hours = time.second_time.duration.hours
    row = [cell for cell in time.table.cells if cell.row == time.cell.row and cell is not time.cell and not cell.header]
    return [cell for cell in row if any(math.isclose(hours, each, rel_tol=_CLOSE) for each in _hours_in(cell))][:1]


def _hours_in(cell: Cell) -> Iterator[float]:
    announced = announced_time(cell, trains=True, in_brackets=False)
    if announced is None:
        return
    yield from (time.duration.hours for time in find_times(cell.name))
    for number in cell.numbers:
        unit = unit_of(number, cell, announced.head)
        if unit is not None:
            yield number.value * unit[0]


def _labels_of(table: Table, cell: Cell) -> list[Cell]:
    """The heads over a cell and the labels beside it, the nearest first."""
    path = {*cell.row_path, *cell.column_path}
    labels = [
        other
        for other in table.cells
        if other is not cell
        and (other.text in path or other.name in path)
        and ((other.header and other.row <= cell.row) or other.row == cell.row)
    ]
    return sorted(labels, key=lambda other: (not _over(other, cell), cell.row - other.row))


def _over(head: Cell, cell: Cell) -> bool:
    return head.column <= cell.column < head.column + head.column_span


def _names(text: str, hardware: Hardware) -> bool:
    return any(item.name == hardware.name for item in find_names(text))


def _counted_in(cells: list[Cell], count: int | None) -> bool:
    if count is None:
        return True
    if any(number.value == count for cell in cells for number in cell.numbers):
        return True
    return any(item.count == count for cell in cells for item in _mentioned(cell.text))


def _mentioned(text: str) -> Iterator[Hardware]:
    for sentence in find_mentions(text):
        yield from sentence.hardware


def _caption_words(document: Document, table: Table, hardware: Hardware) -> list[Piece]:
    """Words of the caption, else of a note, that name or count the hardware; those that do both before others."""
    for passage, start, end in (*_captions(document, table), *_notes(document, table)):
        found = [(_likeness(item, hardware), item) for item in _mentioned(passage.text[start:end])]
        likeness, best = max(found, key=lambda each: each[0], default=(0, hardware))
        if likeness:
            return list(passage.boxes(start + best.start, start + best.end))
    return []


def _likeness(one: Hardware, other: Hardware) -> int:
    return (one.name == other.name) + (one.count is not None and one.count == other.count)


def _captions(document: Document, table: Table) -> Iterator[_Stretch]:
    """What stands in the box of the table's caption."""
    box = table.caption_box
    if box is None:
        return
    for passage in _near(document, table):
        inside = [(start, end) for start, end, page, word in passage.pieces if page == table.page and _holds(box, word)]
        if inside:
            yield passage, inside[0][0], inside[-1][1]


def _notes(document: Document, table: Table) -> Iterator[_Stretch]:
    for passage in _near(document, table):
        for _, note in table.notes:
            start = passage.text.find(note) if note else -1
            if start >= 0:
                yield passage, start, start + len(note)


def _near(document: Document, table: Table) -> Iterator[Passage]:
    return (passage for passage in document.passages if table.page - 1 <= passage.page <= table.page + 1)


def _holds(box: Box, word: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _whole_caption(table: Table) -> list[Piece]:
    return [] if table.caption_box is None else [(table.page, table.caption_box)]
