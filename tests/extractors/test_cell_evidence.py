"""The evidence of a record that rests on a table's cell: quote, place and boxes."""

from __future__ import annotations

from dataclasses import replace

from documents import document_of, page_of, table_of

from extractors.cell_evidence import MOST_BOXES, evidence_of_cell
from extractors.cell_places import CellPlaces
from extractors.records import MAX_QUOTE_CHARACTERS, Box, Cell, Evidence, Table
from extractors.tables import find_tables

ROWS = [["Model", "Top-1", "Top-5"], ["AlderNet", "76.3", "93.1"], ["BirchNet", "77.0", "93.1"]]


def evidence(table: Table, cell: Cell) -> Evidence:
    return evidence_of_cell(table, cell, CellPlaces(document_of()), ("a.rule",))


def cell_with(table: Table, text: str) -> Cell:
    return next(cell for cell in table.cells if cell.text == text)


def boxes_of(table: Table, *texts: str) -> set[Box]:
    return {cell.box for cell in table.cells if cell.text in texts}


def test_quote_place_and_boxes_of_a_cell() -> None:
    document = page_of(ROWS, "Text before.", caption="Table 4: Errors.")
    (table,) = find_tables(document)
    cell = cell_with(table, "77.0")
    found = evidence_of_cell(table, cell, CellPlaces(document), ("a.rule",))
    assert found.quote == "Table 4: BirchNet | Top-1 | 77.0"
    assert (found.page, found.box, found.rules) == (1, cell.box, ("a.rule",))
    assert document.text[found.start : found.end] == "77.0"
    assert found.boxes[0] == (1, cell.box)
    assert {box for _, box in found.boxes} == {*boxes_of(table, "77.0", "BirchNet", "Top-1"), table.caption_box}


def test_a_table_without_number_and_caption_has_its_cells_alone() -> None:
    table = replace(table_of(ROWS), number=None)
    found = evidence(table, cell_with(table, "76.3"))
    assert found.quote == "AlderNet | Top-1 | 76.3"
    assert {box for _, box in found.boxes} == boxes_of(table, "76.3", "AlderNet", "Top-1")


def test_a_long_quote_keeps_its_end() -> None:
    table = table_of([["Model", "Top-1"], ["Alder " * 200, "76.3"]])
    quote = evidence(table, cell_with(table, "76.3")).quote
    assert len(quote) == MAX_QUOTE_CHARACTERS
    assert quote.endswith(" | Top-1 | 76.3")


def test_of_labels_that_stand_several_times_the_nearest_is_boxed() -> None:
    table = table_of([["Model", "Top-1"], ["AlderNet", "76.3"], ["BirchNet", "77.0"], ["AlderNet", "78.1"]])
    cell = cell_with(table, "78.1")
    label = next(other for other in table.cells if other.row == 3 and other.column == 0)
    assert {box for _, box in evidence(table, cell).boxes} == {cell.box, label.box, *boxes_of(table, "Top-1")}


def test_a_label_that_stands_once_for_several_rows_and_the_heading_of_a_group_are_boxed() -> None:
    table = table_of([["Method", "Backbone", "AP"], ["AlderDet", "R-50", "40.1"], ["", "R-101", "42.0"]])
    below = [
        replace(cell, row=cell.row + 1, row_path=("Two stages", "AlderDet", "R-101")) if cell.row else cell
        for cell in table.cells
    ]
    heading = replace(table.cells[0], row=1, text="Two stages", box=Box(0, 500, 40, 510), header=True)
    cell = next(cell for cell in below if cell.text == "42.0")
    table = replace(table, cells=(*below, heading))
    assert {box for _, box in evidence(table, cell).boxes} == boxes_of(
        table, "42.0", "R-101", "AlderDet", "Two stages", "AP"
    )


def test_boxes_are_bounded_and_the_caption_is_among_them() -> None:
    labels = [f"label {number}" for number in range(20)]
    table = table_of([["Model"] * 20 + ["Top-1"], [*labels, "76.3"]])
    cell = replace(cell_with(table, "76.3"), row_path=tuple(labels))
    caption = Box(0, 300, 200, 310)
    found = evidence(replace(table, cells=(*table.cells[:-1], cell), caption_box=caption), cell)
    assert len(found.boxes) == MOST_BOXES
    assert found.boxes[-1] == (1, caption)
