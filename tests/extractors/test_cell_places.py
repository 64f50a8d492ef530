"""Where a table's cell stands in the text of its document."""

from __future__ import annotations

from dataclasses import replace

import pytest
from documents import document_of, page_of, table_of

from extractors.cell_places import CellPlaces
from extractors.records import Box, Cell, Document, Role
from extractors.tables import find_tables


def cell_at(box: Box, page: int = 1) -> Cell:
    (cell,) = table_of([["76.3"]]).cells
    return replace(cell, box=box, page=page)


def word_of(document: Document, cell: Cell) -> str:
    start, end = CellPlaces(document).offsets(cell)
    return document.text[start:end]


def test_each_cell_of_a_page_leads_to_its_own_words() -> None:
    rows = [["Model", "Top-1", "Top-5"], ["AlderNet", "76.3", "93.1"], ["BirchNet", "76.3", "93.4"]]
    document = page_of(rows, "A value of 76.3 stands in the text, too.")
    (table,) = find_tables(document)
    places = CellPlaces(document)
    numbers = [cell for cell in table.cells if cell.numbers]
    starts = [places.offsets(cell)[0] for cell in numbers]
    assert [document.text[slice(*places.offsets(cell))] for cell in numbers] == ["76.3", "93.1", "76.3", "93.4"]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize(
    ("box", "word"),
    [
        (Box(12, 0, 17, 10), "two"),
        (Box(12, 20, 17, 30), "five"),
        (Box(12, 12, 17, 22), "five"),
        (Box(12, 8, 17, 18), "two"),
        (Box(12, 500, 17, 510), "five"),
        (Box(300, 0, 310, 10), ""),
    ],
)
def test_of_the_words_in_its_columns_the_nearest_is_taken(box: Box, word: str) -> None:
    assert word_of(document_of("one two three", "four five six"), cell_at(box)) == word


def test_headings_references_and_other_pages_hold_no_cells() -> None:
    document = document_of(("", "one two", Role.HEADING), ("", "three four", Role.REFERENCE))
    assert CellPlaces(document).offsets(cell_at(Box(12, 0, 17, 10))) == (0, 0)
    assert CellPlaces(document_of("one two")).offsets(cell_at(Box(12, 0, 17, 10), page=2)) == (0, 0)


def test_a_table_on_the_second_page_of_a_passage_is_found() -> None:
    document = document_of("one two three")
    (passage,) = document.passages
    first, second, third = passage.pieces
    turned = replace(passage, pieces=(first, (*second[:2], 2, second[3]), (*third[:2], 2, third[3])))
    assert word_of(replace(document, passages=(turned,)), cell_at(second[3], page=2)) == "two"
