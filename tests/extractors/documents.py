"""Documents made of plain paragraphs, or of one table, for tests of what is found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from extractors.passages import SEPARATOR, passages_of
from extractors.records import Box, Cell, Document, Line, Page, Passage, Role, Table, Word
from extractors.tabular.cells import content_of, unit_of_heads


def document_of(*paragraphs: str | tuple[str, str] | tuple[str, str, Role]) -> Document:
    """A one-page document; each paragraph is its text, or ``(section, text)``, or ``(section, text, role)``.

    Every word has a box of its own: ten points wide, a line to each paragraph.
    """
    passages = []
    start = 0
    for line, paragraph in enumerate(paragraphs):
        section, text, role = ("", paragraph, Role.BODY) if isinstance(paragraph, str) else (*paragraph, Role.BODY)[:3]
        pieces = []
        offset = 0
        for number, word in enumerate(text.split(" ")):
            box = Box(10.0 * number, 20.0 * line, 10.0 * number + 9, 20.0 * line + 10)
            pieces.append((offset, offset + len(word), 1, box))
            offset += len(word) + 1
        passages.append(Passage(text, start, Role(role), section or None, 1, tuple(pieces)))
        start += len(text) + len(SEPARATOR)
    return Document(sha256="0" * 64, pages=(), passages=tuple(passages))


_SIZE = 10.0
_CHARACTER = 5.0
_SPACE = 3.0
_PITCH = 12.0
_LEFT, _TOP = 100.0, 200.0


def table_document(
    rows: Sequence[Sequence[str]],
    *,
    gap: float = 12.0,
    align: str = "left",
    ruled: bool = True,
    caption: str = "Table 1: Figures.",
) -> Document:
    """A page with a caption and a table below it, ``gap`` points between its columns; "" is an empty cell.

    ``ruled``: a ruling above, below the first row, and below the last, as booktabs draws them.
    """
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lefts = [_LEFT + sum(widths[:column]) + gap * column for column in range(len(widths))]
    right = lefts[-1] + widths[-1]
    lines = [line_of(caption, _LEFT, _TOP - 15, Role.CAPTION)]
    for number, row in enumerate(rows):
        words: list[Word] = []
        for text, left, width in zip(row, lefts, widths, strict=True):
            slack = width - _width(text)
            start = left + {"left": 0.0, "right": slack, "centre": slack / 2}[align]
            words += line_of(text, start, _TOP + number * _PITCH).words if text else ()
        if words:
            lines.append(Line(tuple(words), Box.around(word.box for word in words), Role.TABLE))
    heights = (_TOP - 11, _TOP + 3.5, _TOP + (len(rows) - 1) * _PITCH + 3.5)
    rulings = tuple(Box(_LEFT - 2, y, right + 2, y + 0.5) for y in heights) if ruled else ()
    page = Page(1, max(612.0, right + 100), 792.0, tuple(lines), rulings)
    return Document(sha256="0" * 64, pages=(page,), passages=())


def page_of(
    rows: Sequence[Sequence[str]], *paragraphs: str | tuple[str, str], caption: str = "Table 1: Figures."
) -> Document:
    """A page of ``paragraphs``, as ``document_of`` has them, and a table with its caption below them."""
    page = table_document(rows, caption=caption)
    text = document_of(*paragraphs)
    start = sum(len(passage.text) + len(SEPARATOR) for passage in text.passages)
    below = tuple(replace(passage, start=passage.start + start) for passage in passages_of(page.pages))
    return replace(page, passages=(*text.passages, *below))


def table_of(rows: Sequence[Sequence[str]], caption: str = "") -> Table:
    """A table as the reader would give it: a row of heads, a column of labels; a box of its own for each cell."""
    heads = rows[0]
    cells = []
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            content = content_of(text)
            cells.append(
                Cell(
                    row=row,
                    column=column,
                    row_span=1,
                    column_span=1,
                    header=row == 0,
                    text=text,
                    page=1,
                    box=Box(50.0 * column, 12.0 * row, 50.0 * column + 40, 12.0 * row + 10),
                    row_path=(texts[0],) if row and column else (),
                    column_path=(heads[column],) if row else (),
                    numbers=content.numbers,
                    unit=content.unit or unit_of_heads([heads[column]] if row else []),
                    name=content.name,
                )
            )
    return Table("1", caption, 1, (), len(rows), len(heads), tuple(cells))


def line_of(text: str, left: float, baseline: float, role: Role = Role.TABLE) -> Line:
    """A line of words, each character five points wide, that stands on ``baseline``."""
    words = []
    for word in text.split(" "):
        box = Box(left, baseline - 8, left + _CHARACTER * len(word), baseline + 2)
        words.append(Word(word, box, _SIZE, baseline=baseline))
        left = box.x1 + _SPACE
    return Line(tuple(words), Box.around(word.box for word in words), role)


def _width(text: str) -> float:
    return sum(_CHARACTER * len(word) + _SPACE for word in text.split(" ")) - _SPACE if text else 0.0
