"""Pages with what was read on them drawn in, for people to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pymupdf

from extractors.records import Box, Extraction, Status, Table, TrainingCompute, TrainingRun

_PICTURE_DPI = 110
_MOST_PIXELS_A_SIDE = 5000
"""A larger page is drawn smaller."""
_TABLE_MARGIN_POINTS = 2.0
_LABEL_POINTS = 5.5
_STEP_POINTS = 1.3
"""By so much the box of another record around the same words is wider."""
_MOST_NESTED = 4
"""Words on which more records rest have one box for all."""
_DASHES = "[3 2] 0"

_Colour = tuple[float, float, float]
_Place = tuple[int, Box]

_TABLE_COLOUR = (0.85, 0.1, 0.1)
_CAPTION_COLOUR = (0.0, 0.55, 0.2)
_HEADER_COLOUR = (0.9, 0.5, 0.0)
_CELL_COLOUR = (0.1, 0.3, 0.9)
_RECORD_COLOURS: tuple[_Colour, ...] = (
    (0.85, 0.1, 0.1),
    (0.1, 0.3, 0.9),
    (0.0, 0.55, 0.2),
    (0.9, 0.5, 0.0),
    (0.55, 0.1, 0.7),
    (0.0, 0.6, 0.65),
    (0.85, 0.15, 0.55),
    (0.45, 0.3, 0.1),
)
"""Of a paper's records in turn; with more of them than colours, the numbers tell them apart."""
_COLOUR_OF_MANY = (0.25, 0.25, 0.25)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A box to be drawn."""

    box: Box
    colour: _Colour
    width: float
    dashed: bool = False
    label: str = ""
    label_shift: float = 0.0
    """To the right of the box's left edge, in points: where several labels stand at one box."""


def draw_tables(pdf: bytes, extraction: Extraction) -> Extraction:
    """What was read in ``pdf``, with a PNG of each page with tables: grid, caption, head and cell boxes."""
    return _with_pictures(pdf, extraction, _marks_of_tables(extraction.tables))


def draw_evidence(pdf: bytes, extraction: Extraction, candidates: bool = False) -> Extraction:
    """What was read in ``pdf``, with a PNG of each page with evidence: the boxes of each record, and its number.

    Records count from 1, runs before stated operations; candidates are left out, or have dashed boxes.
    """
    records: list[TrainingRun | TrainingCompute] = [*extraction.runs, *extraction.training_compute]
    shown = [record for record in records if candidates or record.status is Status.ACCEPTED]
    return _with_pictures(pdf, extraction, _marks_of_records(shown))


def _marks_of_tables(tables: Iterable[Table]) -> Iterator[tuple[int, _Mark]]:
    for table in tables:
        for page, box in table.boxes:
            yield page, _Mark(_widened(box, _TABLE_MARGIN_POINTS), _TABLE_COLOUR, 1.2)
        if table.caption_box is not None:
            yield table.page, _Mark(table.caption_box, _CAPTION_COLOUR, 0.8)
        for cell in table.cells:
            yield cell.page, _Mark(cell.box, _HEADER_COLOUR if cell.header else _CELL_COLOUR, 0.5)


def _marks_of_records(records: Sequence[TrainingRun | TrainingCompute]) -> Iterator[tuple[int, _Mark]]:
    resting: dict[_Place, list[int]] = defaultdict(list)
    for number, record in enumerate(records, start=1):
        for place in record.evidence.boxes:
            resting[place].append(number)
    for (page, box), numbers in resting.items():
        if len(numbers) > _MOST_NESTED:
            dashed = all(records[number - 1].status is Status.CANDIDATE for number in numbers)
            yield page, _Mark(box, _COLOUR_OF_MANY, 0.9, dashed, in_ranges(numbers))
            continue
        shift = 0.0
        for nested, number in enumerate(numbers):
            around = _widened(box, _STEP_POINTS * nested)
            colour = _RECORD_COLOURS[(number - 1) % len(_RECORD_COLOURS)]
            dashed = records[number - 1].status is Status.CANDIDATE
            yield page, _Mark(around, colour, 0.7, dashed, str(number), shift)
            shift += 0.6 * _LABEL_POINTS * (len(str(number)) + 1)


def in_ranges(numbers: Sequence[int]) -> str:
    """[2, 3, 4, 7] -> "2-4, 7"; the numbers rise."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def _widened(box: Box, margin: float) -> Box:
    return Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)


def _with_pictures(pdf: bytes, extraction: Extraction, marks: Iterable[tuple[int, _Mark]]) -> Extraction:
    by_page: dict[int, list[_Mark]] = defaultdict(list)
    for page, mark in marks:
        by_page[page].append(mark)
    return replace(extraction, pictures=tuple(_pictures(pdf, by_page)))


def _pictures(pdf: bytes, marks: Mapping[int, Iterable[_Mark]]) -> Iterator[tuple[int, bytes]]:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        for page, drawn in sorted(marks.items()):
            yield page, _picture(document[page - 1], drawn)


def _picture(page: Any, marks: Iterable[_Mark]) -> bytes:
    for mark in marks:
        box = mark.box
        place = pymupdf.Rect(box.x0, box.y0, box.x1, box.y1) * page.derotation_matrix
        page.draw_rect(place, color=mark.colour, width=mark.width, dashes=_DASHES if mark.dashed else None)
        if mark.label:
            at = pymupdf.Point(box.x0 + mark.label_shift, box.y0 - 1) * page.derotation_matrix
            page.insert_text(at, mark.label, fontsize=_LABEL_POINTS, color=mark.colour, rotate=page.rotation)
    longest = max(page.rect.width, page.rect.height, 1.0)
    dpi = max(1, min(_PICTURE_DPI, int(72 * _MOST_PIXELS_A_SIDE / longest)))
    return bytes(page.get_pixmap(dpi=dpi, annots=False).tobytes("png"))
