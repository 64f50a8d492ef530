"""Tables of papers as programs and people take them: JSON, CSV, Markdown, and on a terminal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from extractors.records import Cell, PrintedNumber, Table
from extractors.tabular.numbers import numbers_of
from flows.terminal import console, printable

_PATH_SEPARATOR = " > "
_CSV_COLUMNS = (
    "arxiv_id", "version", "table", "page", "row", "column", "header", "row_path", "column_path", "text", "value",
    "uncertainty", "low", "high", "further_values", "unit", "marks", "notes", "citations", "caption",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@")
_NUMBERS_ONLY = re.compile(r"[-+.\de ]*")


def table_record(paper: str, version: int | None, table: Table) -> dict[str, Any]:
    """A table as JSON values: caption, boxes, notes, and its cells with their paths."""
    return {
        "kind": "table",
        "arxiv_id": paper,
        "version": version,
        "number": table.number,
        "caption": table.caption,
        "page": table.page,
        "bbox": table.boxes[0][1].as_list(),
        "parts": [{"page": page, "bbox": box.as_list()} for page, box in table.boxes],
        "caption_bbox": table.caption_box.as_list() if table.caption_box else None,
        "row_count": table.row_count,
        "column_count": table.column_count,
        "notes": [{"mark": mark, "text": text} for mark, text in table.notes],
        "cells": [_cell_record(cell) for cell in table.cells],
    }


def _cell_record(cell: Cell) -> dict[str, Any]:
    return {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "header": cell.header,
        "text": cell.text,
        "name": cell.name,
        "row_path": list(cell.row_path),
        "column_path": list(cell.column_path),
        "numbers": [_number_record(number) for number in cell.numbers],
        "unit": cell.unit,
        "marks": [mark.value for mark in cell.marks],
        "notes": list(cell.notes),
        "citations": list(cell.citations),
        "direction": cell.direction,
        "page": cell.page,
        "bbox": cell.box.as_list(),
    }


def _number_record(number: PrintedNumber) -> dict[str, Any]:
    fields = ("value", "printed", "uncertainty", "low", "high", "unit")
    return {name: value for name in fields if (value := getattr(number, name)) is not None}


def csv_header() -> str:
    return ",".join(_CSV_COLUMNS) + "\n"


def csv_lines(paper: str, version: int | None, table: Table) -> str:
    """A line for each cell; what a spreadsheet would take for a formula gets an apostrophe before it."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for cell in table.cells:
        number = cell.numbers[0] if cell.numbers else None
        values = (
            paper,
            version,
            table.number,
            cell.page,
            cell.row,
            cell.column,
            int(cell.header),
            _PATH_SEPARATOR.join(cell.row_path),
            _PATH_SEPARATOR.join(cell.column_path),
            cell.text,
            *((number.value, number.uncertainty, number.low, number.high) if number else (None,) * 4),
            " ".join(repr(number.value) for number in cell.numbers[1:]),
            cell.unit,
            " ".join(cell.marks),
            " ".join(cell.notes),
            " ".join(cell.citations),
            table.caption,
        )
        writer.writerow([_safe(value) if isinstance(value, str) else value for value in values])
    return written.getvalue()


def _safe(text: str) -> str:
    """What a spreadsheet would reckon is quoted; numbers, dashes and changes are data.

    "=1+1" -> "'=1+1"        "-0.5", "-", "+1.2%" -> as they are        "ResNet" -> as it is
    """
    signed = text[:1] in ("+", "-")
    harmless = signed and (not text.strip("-") or bool(numbers_of(text)) or _NUMBERS_ONLY.fullmatch(text) is not None)
    return "'" + text if text.startswith(_FORMULA_STARTS) and not harmless else text


def markdown(paper: str, table: Table) -> str:
    """A heading with the caption, the grid as a Markdown table, the notes below it."""
    lines = [f"### {paper}, page {table.page}: {_escaped(_title(table))}", ""]
    rows = grid_texts(table)
    heads = _head_count(table)
    head = [" ".join(filter(None, texts)) for texts in zip(*grid_texts(table, spread=True)[:heads], strict=True)]
    head = head or [""] * table.column_count
    lines.append("| " + " | ".join(map(_escaped, head)) + " |")
    lines.append("|" + " --- |" * table.column_count)
    lines += ["| " + " | ".join(map(_escaped, row)) + " |" for row in rows[heads:]]
    lines += ["", *(f"{_escaped(mark)} {_escaped(text)}  " for mark, text in table.notes)]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """So that no text from a paper makes markup: "a|b <i>" -> "a\\|b &lt;i>"."""
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{character}" if character in "|\\`*_[]#" else character for character in safe)


def grid_texts(table: Table, spread: bool = False) -> list[list[str]]:
    """Texts by row and column; a cell that spans columns stands in its first, or ``spread`` in each."""
    rows = [[""] * table.column_count for _ in range(table.row_count)]
    for cell in table.cells:
        for column in range(cell.column, cell.column + (cell.column_span if spread else 1)):
            held = rows[cell.row][column]
            rows[cell.row][column] = f"{held} {cell.text}" if held else cell.text
    return rows


def _head_count(table: Table) -> int:
    """How many rows at the top are heads."""
    count = 0
    while count < table.row_count and all(cell.header for cell in table.cells if cell.row == count):
        count += 1
    return min(count, table.row_count - 1)


def _title(table: Table) -> str:
    label = f"Table {table.number}" if table.number else "Table without a caption"
    return f"{label}: {table.caption}" if table.caption else label


def print_tables(paper: str, tables: Iterable[Table]) -> None:
    """Each table in a frame, heads above a rule, notes below."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Grid
    from rich.text import Text

    screen = console()
    for table in tables:
        rows = grid_texts(table)
        heads = _head_count(table)
        pages = ", ".join(dict.fromkeys(str(page) for page, _ in table.boxes))
        screen.print(Text(printable(f"{paper}, page {pages}: {_title(table)}"), style="bold"))
        grid = Grid(box=SIMPLE_HEAD, pad_edge=False, show_header=heads > 0)
        numeric = set(_numeric_columns(table))
        for column in range(table.column_count):
            title = "\n".join(printable(row[column]) for row in rows[:heads])
            grid.add_column(Text(title), justify="right" if column in numeric else "left", overflow="fold")
        for row in rows[heads:]:
            grid.add_row(*(Text(printable(text)) for text in row))
        screen.print(grid)
        for mark, text in table.notes:
            screen.print(Text(printable(f"  {mark} {text}")))
        screen.print()


def _numeric_columns(table: Table) -> Iterator[int]:
    for column in range(table.column_count):
        body = [cell for cell in table.cells if cell.column == column and not cell.header]
        if sum(bool(cell.numbers) for cell in body) > 0.5 * len(body):
            yield column
