"""Where a record comes from: the sentence as quote, and boxes around just the words that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extractors.judgement import Place
from extractors.records import MAX_QUOTE_CHARACTERS, Box, Cell, Document, Evidence, Role
from extractors.table_statements import TableTime

Span = tuple[Place, int, int]
"""Words of a sentence: offsets in its passage's text."""

_SAME_LINE = 0.5
"""Boxes that overlap by this share of their height stand on one line."""
_WIDEST_SPACE = 1.0
"""Between words of one box, in heights of a line."""


def evidence_of(place: Place, spans: Sequence[tuple[int, int]], rules: tuple[str, ...], *further: Span) -> Evidence:
    """The sentence of ``place`` as quote; boxes around ``spans`` in it, and around ``further`` words elsewhere."""
    passage = place.passage
    held = [piece for start, end in spans for piece in passage.boxes(start, end)]
    page = min(number for number, _ in held)
    start, end = _quoted(place, spans[0][0])
    elsewhere = [piece for other, begin, stop in further for piece in other.passage.boxes(begin, stop)]
    return Evidence(
        page=page,
        box=Box.around(box for number, box in held if number == page),
        quote=passage.text[start:end],
        start=passage.start + start,
        end=passage.start + end,
        rules=rules,
        boxes=_joined([*held, *elsewhere]),
    )


def evidence_in_table(document: Document, time: TableTime, rules: tuple[str, ...], *further: Span) -> Evidence:
    """The row's label, the head and the value as quote; boxes around the cells, and around ``further`` words."""
    cell = time.cell
    labels = [text for text in (*cell.row_path, *cell.column_path) if text]
    quote = " | ".join((*labels, cell.text))[-MAX_QUOTE_CHARACTERS:]
    start, end = _row_in_text(document, cell)
    cells = [(each.page, each.box) for each in (cell, *time.hardware_cells)]
    if time.in_caption and time.table.caption_box is not None:
        cells.append((time.table.page, time.table.caption_box))
    elsewhere = [piece for other, begin, stop in further for piece in other.passage.boxes(begin, stop)]
    return Evidence(
        page=cell.page,
        box=cell.box,
        quote=quote,
        start=start,
        end=end,
        rules=rules,
        boxes=_joined([*cells, *elsewhere]),
    )


def _row_in_text(document: Document, cell: Cell) -> tuple[int, int]:
    """Offsets of the cell's words in ``Document.text``; of the nearest table line where they stand in none."""
    middle = (cell.box.y0 + cell.box.y1) / 2
    best: tuple[float, int, int] | None = None
    for passage in document.passages:
        if passage.role in (Role.HEADING, Role.REFERENCE) or not passage.page <= cell.page <= passage.page + 2:
            continue
        for start, end, page, box in passage.pieces:
            if page != cell.page or box.x1 < cell.box.x0 - 1 or box.x0 > cell.box.x1 + 1:
                continue
            distance = abs((box.y0 + box.y1) / 2 - middle)
            if best is None or distance < best[0]:
                best = (distance, passage.start + start, passage.start + end)
    return best[1:] if best else (0, 0)


def _quoted(place: Place, anchor: int) -> tuple[int, int]:
    """The sentence without white space around it; of one that is too long, the half-overlapping window that holds
    ``anchor``, so that the same words are quoted wherever in the window the anchor falls."""
    start, end = place.sentence.start, place.sentence.end
    if end - start > MAX_QUOTE_CHARACTERS:
        step = MAX_QUOTE_CHARACTERS // 2
        start += max(0, (anchor - start) // step * step - step // 2)
        end = min(end, start + MAX_QUOTE_CHARACTERS)
    text = place.passage.text[start:end]
    start += len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _joined(pieces: Iterable[tuple[int, Box]]) -> tuple[tuple[int, Box], ...]:
    """Word boxes, those that follow one another on a line as one."""
    joined: list[tuple[int, Box]] = []
    for page, box in dict.fromkeys(pieces):
        if joined and joined[-1][0] == page and _follows(joined[-1][1], box):
            joined[-1] = (page, Box.around((joined[-1][1], box)))
        else:
            joined.append((page, box))
    return tuple(joined)


def _follows(one: Box, other: Box) -> bool:
    height = max(1.0, min(one.y1 - one.y0, other.y1 - other.y0))
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return overlap > _SAME_LINE * height and -_WIDEST_SPACE * height < other.x0 - one.x1 < _WIDEST_SPACE * height
