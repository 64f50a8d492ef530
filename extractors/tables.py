"""``Document`` to ``Table``: every table of a paper, each cell with its labels, its page and its box.

The way of a table: captions and rulings say where it stands (``tabular/regions.py``), baselines and
shared gaps make a grid of its words (``tabular/grid.py``), lines become rows and heads are told from body
(``tabular/logical.py``), each cell learns what it stands under and beside (``tabular/labels.py``) and what
it says (``tabular/cells.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractors.records import Box, Cell, CellMark, Document, Role, Table
from extractors.tabular.blocks import with_own_labels
from extractors.tabular.captions import Caption, captions_of
from extractors.tabular.cells import (
    Content,
    content_of,
    direction_of_heads,
    unit_of_caption,
    unit_of_heads,
    unit_of_labels,
)
from extractors.tabular.frames import frames_of
from extractors.tabular.grid import Grid, GridCell, GridRow, grid_of
from extractors.tabular.labels import Labels, label
from extractors.tabular.logical import settle_rows
from extractors.tabular.notes import notes_below, notes_in_caption, take_notes_inside
from extractors.tabular.numbers import numbers_of
from extractors.tabular.regions import Region, TablePlaces

_NOT_A_TABLE = re.compile(
    r"(?:Algorithm|Input|Require|Procedure|Function|Listing|Output|Ensure|def |import )\b", re.IGNORECASE
)
_FEWEST_ROWS_UNCAPTIONED = 3
_FARTHEST_FIGURE_POINTS = 400.0
_LABEL_WORDS = 7
"""A longer line of a figure is no label but running text."""


@dataclass(slots=True)
class _Part:
    """A table, or what stands of it on one page."""

    regions: list[Region]
    grid: Grid
    notes: list[tuple[str, str]]


def find_tables(document: Document) -> tuple[Table, ...]:
    """All tables of a document, in reading order."""
    captioned = [(frame, captions_of(frame)) for page in document.pages for frame in frames_of(page)]
    places = [TablePlaces(frame, captions) for frame, captions in captioned]
    under, over = (sum(counts) for counts in zip((0, 0), *(each.usual_side() for each in places), strict=True))
    below_caption = None if under == over else under > over
    parts: list[_Part] = []
    for (_, captions), each in zip(captioned, places, strict=True):
        for region in each.regions(below_caption):
            part = _part(region, captions)
            if part is not None:
                parts.append(part)
    return tuple(_table(part) for part in _continued(parts))


def _part(region: Region, captions: Sequence[Caption]) -> _Part | None:
    grid = grid_of(region)
    if grid is None:
        return None
    if region.caption is None and not _is_table_without_caption(region, grid, captions):
        return None
    grid = settle_rows(grid)
    notes = take_notes_inside(grid)
    if len(grid.rows) < 2:
        return None
    captioned = (line for caption in captions for line in caption.lines)
    caption = region.caption.text if region.caption else ""
    return _Part([region], grid, notes + notes_below(region, captioned) + notes_in_caption(caption))


def _continued(parts: Iterable[_Part]) -> list[_Part]:
    """Those that go on over pages put together; a head that is repeated is left out."""
    held: list[_Part] = []
    for part in parts:
        known = next((earlier for earlier in reversed(held) if _goes_on(earlier, part)), None)
        if known is None:
            held.append(part)
            continue
        head, again = (_texts(each.grid.rows[: each.grid.header_rows]) for each in (known, part))
        more = part.grid.rows[part.grid.header_rows if head == again else 0 :]
        if head == again:
            more[0].ruling_weight, more[0].ruled_columns = 0.0, frozenset()
        known.grid.rows += more
        known.regions += part.regions
        known.notes += part.notes
    return held


def _texts(rows: Iterable[GridRow]) -> list[str]:
    return [cell.text for row in rows for cell in row.cells]


def _goes_on(earlier: _Part, part: _Part) -> bool:
    last, region = earlier.regions[-1], part.regions[0]
    if region.frame.page != last.frame.page + 1 or len(earlier.grid.columns) != len(part.grid.columns):
        return False
    caption = region.caption
    if caption is not None:
        first = earlier.regions[0].caption
        return (
            first is not None and caption.number == first.number and (caption.continued or caption.text == first.text)
        )
    one, other = last.box, region.box
    at_the_edge = one.y1 > 0.7 * last.frame.height and other.y0 < 0.25 * region.frame.height
    return at_the_edge and abs(one.x0 - other.x0) < 12 and abs(one.x1 - other.x1) < 12


def _table(part: _Part) -> Table:
    first = part.regions[0]
    caption = first.caption
    return Table(
        number=caption.number if caption else None,
        caption=caption.text if caption else "",
        page=first.frame.page,
        boxes=tuple((region.frame.page, region.frame.on_page(region.box)) for region in part.regions),
        row_count=len(part.grid.rows),
        column_count=len(part.grid.columns),
        cells=with_own_labels(list(_cells(part, caption.text if caption else ""))),
        notes=tuple(part.notes),
        caption_box=first.frame.on_page(caption.box) if caption else None,
    )


def _is_table_without_caption(region: Region, grid: Grid, captions: Sequence[Caption]) -> bool:
    """Strict, since charts, boxes and algorithms have rulings too: rows of cells, many numbers, names before them,
    and no figure's caption near.
    """
    rows = [row for row in grid.rows if len(row.cells) > 1]
    if len(rows) < _FEWEST_ROWS_UNCAPTIONED or len(rows) < 0.5 * len(grid.rows):
        return False
    beyond = [cell for row in rows for cell in row.cells if cell.first > 0]
    if sum(bool(numbers_of(cell.text)) for cell in beyond) < 0.4 * len(beyond):
        return False
    if not any(any(map(str.isalpha, row.cells[0].text)) for row in rows[1:]):
        return False
    if _NOT_A_TABLE.match(grid.rows[0].cells[0].text):
        return False
    return not any(not caption.is_table and _illustrates(caption, region) for caption in captions)


def _illustrates(caption: Caption, region: Region) -> bool:
    """Nothing but labels and blanks stands between a figure's caption and the region."""
    if min(caption.box.x1, region.box.x1) <= max(caption.box.x0, region.box.x0):
        return False
    top, bottom = min(caption.box.y1, region.box.y1), max(caption.box.y0, region.box.y0)
    between = (
        line
        for line in region.frame.lines
        if line.role in (Role.BODY, Role.HEADING) and top < (line.box.y0 + line.box.y1) / 2 < bottom
    )
    return bottom - top < _FARTHEST_FIGURE_POINTS and not any(
        line.box.x0 < region.box.x1 and line.box.x1 > region.box.x0 and len(line.words) > _LABEL_WORDS
        for line in between
    )


def _cells(part: _Part, caption: str) -> Iterator[Cell]:
    grid = part.grid
    labels = label(grid)
    rulings = {region.frame.page: region.across for region in part.regions}
    for number, row in enumerate(grid.rows):
        for cell in row.cells:
            text = cell.text
            content = content_of(text)
            row_path = _row_path(labels, number, cell)
            heads = _shared(labels.column_paths[number][cell.first : cell.last + 1])
            header = id(cell) in labels.header_cells
            yield Cell(
                row=number,
                column=cell.first,
                row_span=cell.rows,
                column_span=cell.last - cell.first + 1,
                header=header,
                text=text,
                page=row.frame.page,
                box=row.frame.on_page(cell.box),
                row_path=row_path,
                column_path=heads,
                numbers=content.numbers,
                unit=content.unit or (None if header else _unit(content, heads, row_path, caption)),
                marks=tuple(_marks(cell, rulings[row.frame.page])),
                notes=content.notes,
                citations=content.citations,
                name=content.name,
                direction=direction_of_heads(heads or (text,)),
            )


def _unit(content: Content, heads: Sequence[str], row_path: Sequence[str], caption: str) -> str | None:
    """The unit that heads, labels or caption tell; words have none."""
    if not content.numbers:
        return None
    return unit_of_heads(heads) or unit_of_labels(row_path) or unit_of_caption(caption, heads, content.numbers[0])


def _row_path(labels: Labels, number: int, cell: GridCell) -> tuple[str, ...]:
    """The labels of its row; of a cell that stands over several rows those of all of them: "ViT-B / ViT-L"."""
    paths = [labels.row_paths[row][cell.first] for row in range(number, min(number + cell.rows, len(labels.row_paths)))]
    if len({len(path) for path in paths}) != 1:
        return paths[0]
    return tuple(" / ".join(dict.fromkeys(texts)) for texts in zip(*paths, strict=True))


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The heads that all columns of a cell have in common; if none, those of each column: "val. error / test error"."""
    first = paths[0]
    common = [
        head for level, head in enumerate(first) if all(path[: level + 1] == first[: level + 1] for path in paths)
    ]
    if common or not any(paths):
        return tuple(common)
    return (" / ".join(dict.fromkeys(path[-1] for path in paths if path)),)


def _marks(cell: GridCell, rulings: Sequence[Box]) -> Iterator[CellMark]:
    words = [word for held in cell.segments for word in held.words]
    named = next((word for word in words if any(map(str.isalnum, word.text))), words[0])
    if named.bold:
        yield CellMark.BOLD
    for word in words:
        width = word.box.x1 - word.box.x0
        if any(
            -0.5 < ruling.y0 - word.baseline < 0.45 * word.size
            and abs(ruling.x0 - word.box.x0) < 3
            and 0.6 * width < ruling.x1 - ruling.x0
            and ruling.x1 < max(held.x1 for held in cell.segments) + 3
            for ruling in rulings
        ):
            yield CellMark.UNDERLINE
            return
