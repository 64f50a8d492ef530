"""Every layout of a table, read from typeset papers, against the truth that was written from their sources."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from extractors.pdf import read_pdf
from extractors.records import Cell, Document, Table
from extractors.tables import find_tables

FOLDER = Path(__file__).parents[2] / "samples" / "tables"
EXPECTED = [json.loads(line) for line in (FOLDER / "expected.jsonl").read_text(encoding="utf-8").splitlines()]
NOT_TABLES = [json.loads(line) for line in (FOLDER / "not_tables.jsonl").read_text(encoding="utf-8").splitlines()]
UNREAD_UNITS = {"m/s"}
"""Units that stand in a caption only and are none of time or share."""

Key = tuple[tuple[str, ...], tuple[str, ...], str]


@cache
def tables_of(paper: str) -> tuple[Table, ...]:
    return find_tables(read_pdf((FOLDER / f"{paper}.pdf").read_bytes()))


def the_table(expected: dict[str, Any]) -> Table:
    """The one table with the expected number."""
    (table,) = [table for table in tables_of(expected["paper"]) if table.number == expected["number"]]
    return table


def alike(text: str) -> str:
    """Spelled so that the truth, typed from the source, and the PDF's characters compare.

    "8×A100" and "8 × A100", "60 000" set with a thin space, "∆", "’" and "−", marks with or without "^".
    """
    plain = text.replace("−", "-").replace("’", "'").replace("∆", "Δ").replace("∗", "*").replace("^", "").lower()
    plain = re.sub(r"(?<=\d) (?=\d{3}\b)", "", plain)
    return re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(plain.split()))


def key(row_path: Any, column_path: Any, text: str) -> Key:
    return tuple(map(alike, row_path)), tuple(map(alike, column_path)), alike(text)


def body(table: Table) -> list[Cell]:
    return [cell for cell in table.cells if not cell.header and cell.column > 0]


def name_of(expected: dict[str, Any]) -> str:
    return f"{expected['paper']}-{expected['number']}"


@pytest.mark.parametrize("expected", EXPECTED, ids=name_of)
def test_every_cell_has_its_text_and_labels(expected: dict[str, Any]) -> None:
    read = sorted(key(cell.row_path, cell.column_path, cell.text) for cell in body(the_table(expected)))
    assert read == sorted(key(*cell) for cell in expected["cells"])


@pytest.mark.parametrize("expected", EXPECTED, ids=name_of)
def test_caption_pages_and_notes(expected: dict[str, Any]) -> None:
    table = the_table(expected)
    assert alike(table.caption).replace(" ", "").startswith(alike(expected["caption_begins"]).replace(" ", ""))
    assert sorted({page for page, _ in table.boxes}) == expected["pages"]
    notes = {alike(mark): alike(text) for mark, text in table.notes}
    assert notes == {alike(mark): alike(text) for mark, text in expected.get("notes", {}).items()}


@pytest.mark.parametrize("expected", [each for each in EXPECTED if each.get("values")], ids=name_of)
def test_numbers_units_and_marks(expected: dict[str, Any]) -> None:
    cells = {key(cell.row_path, cell.column_path, cell.text): cell for cell in body(the_table(expected))}
    for index, reading in expected["values"]:
        cell = cells[key(*expected["cells"][index])]
        for field, wanted in reading.items():
            if field == "unit" and wanted in UNREAD_UNITS:
                continue
            found = _reading(cell)[field]
            if field == "marks":
                assert set(wanted) - {"italic"} <= set(found), (cell.text, field)
            elif isinstance(wanted, float | int):
                assert found == pytest.approx(wanted, rel=1e-3), (cell.text, field)
            else:
                assert alike(found or "") == alike(wanted), (cell.text, field)


def _reading(cell: Cell) -> dict[str, Any]:
    first = cell.numbers[0]
    return {
        "value": first.value,
        "uncertainty": first.uncertainty,
        "low": first.low,
        "high": first.high,
        "second": cell.numbers[1].value if len(cell.numbers) > 1 else None,
        "unit": cell.unit,
        "citation": " ".join(cell.citations),
        "marks": [*cell.marks, *cell.notes],
    }


@pytest.mark.parametrize("paper", sorted({each["paper"] for each in EXPECTED}))
def test_nothing_else_is_taken_for_a_table(paper: str) -> None:
    """Charts, algorithms, matrices, code, lists, author grids and references stand on these pages too."""
    assert {each["paper"] for each in NOT_TABLES} == {each["paper"] for each in EXPECTED}
    wanted = sorted(each["number"] for each in EXPECTED if each["paper"] == paper)
    assert sorted(str(table.number) for table in tables_of(paper)) == wanted


@pytest.mark.parametrize(
    ("paper", "page", "corner"), [("2203.99005", 3, "Layers"), ("2309.99013", 1, "Vibration threshold")]
)
def test_a_table_without_a_caption_is_found(
    paper: str, page: int, corner: str, sample: Callable[[str], Document]
) -> None:
    (table,) = [table for table in find_tables(sample(paper)) if table.number is None]
    assert (table.page, table.caption, table.caption_box) == (page, "", None)
    assert next(cell.text for cell in table.cells if not cell.header) == corner


def test_units_travel_from_heads_and_captions(sample: Callable[[str], Document]) -> None:
    """ "Time (hours)" over a number; "6·10^-4" and "2^21" need none."""
    cost, accuracy = find_tables(sample("1803.99004"))
    hours = {cell.row_path: (cell.numbers[0].value, cell.unit) for cell in cost.cells if cell.column == 4 and cell.row}
    assert hours["Hedge-S, Tiles-100", "GTX 1080 Ti"] == (7.5, "hours")
    shares = [cell.unit for cell in accuracy.cells if cell.numbers and cell.column_path == ("Tiles-100",)]
    assert set(shares) == {"%"}
