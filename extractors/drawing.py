"""Pages with what was read on them drawn in, for people to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pymupdf

from extractors.records import Box, Extraction, Table

_PICTURE_DPI = 110
_MOST_PIXELS_A_SIDE = 5000
"""A larger page is drawn smaller."""
_TABLE_COLOUR = (0.85, 0.1, 0.1)
_CAPTION_COLOUR = (0.0, 0.55, 0.2)
_HEADER_COLOUR = (0.9, 0.5, 0.0)
_CELL_COLOUR = (0.1, 0.3, 0.9)
_TABLE_MARGIN_POINTS = 2.0


def draw_tables(pdf: bytes, extraction: Extraction) -> Extraction:
    """What was read in ``pdf``, with a PNG of each page with tables: grid, caption, head and cell boxes."""
    return replace(extraction, pictures=tuple(_pictures(pdf, extraction.tables)))


def _pictures(pdf: bytes, tables: Iterable[Table]) -> Iterable[tuple[int, bytes]]:
    boxes: dict[int, list[tuple[Box, tuple[float, float, float], float]]] = {}
    for table in tables:
        for page, box in table.boxes:
            margin = _TABLE_MARGIN_POINTS
            around = Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin)
            boxes.setdefault(page, []).append((around, _TABLE_COLOUR, 1.2))
        if table.caption_box is not None:
            boxes.setdefault(table.page, []).append((table.caption_box, _CAPTION_COLOUR, 0.8))
        for cell in table.cells:
            colour = _HEADER_COLOUR if cell.header else _CELL_COLOUR
            boxes.setdefault(cell.page, []).append((cell.box, colour, 0.5))
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        for page, drawn in sorted(boxes.items()):
            yield page, _picture(document[page - 1], drawn)


def _picture(page: Any, drawn: Iterable[tuple[Box, tuple[float, float, float], float]]) -> bytes:
    for box, colour, width in drawn:
        place = pymupdf.Rect(box.x0, box.y0, box.x1, box.y1) * page.derotation_matrix
        page.draw_rect(place, color=colour, width=width)
    longest = max(page.rect.width, page.rect.height, 1.0)
    dpi = max(1, min(_PICTURE_DPI, int(72 * _MOST_PIXELS_A_SIDE / longest)))
    return bytes(page.get_pixmap(dpi=dpi).tobytes("png"))
