"""What stands beside the text is put aside, and text at the edge of a page is not."""

from __future__ import annotations

from collections.abc import Sequence

import pymupdf
import pytest

from extractors.pdf import read_pdf
from extractors.records import Document, Role

STATEMENT = "We trained on 8 V100 GPUs for 3 days"
Place = tuple[float, float]


def document_of(*pages: Sequence[tuple[Place, str]]) -> Document:
    """Pages of thirty lines each in two columns from y = 90 to 438, with these texts at their places besides."""
    pdf = pymupdf.open()
    for drawn in pages:
        page = pdf.new_page(width=612, height=792)
        for place, text in drawn:
            page.insert_text(place, text, fontsize=10)
        for number in range(30):
            page.insert_text((72, 90 + 12 * number), "this is a line of text in the left column of it", fontsize=10)
            page.insert_text((330, 90 + 12 * number), "this is a line of text in the right column", fontsize=10)
    return read_pdf(pdf.tobytes())


def furniture(document: Document) -> list[list[str]]:
    return [[line.text for line in page.lines if line.role is Role.FURNITURE] for page in document.pages]


def test_page_numbers_that_count_on() -> None:
    pages = [[((300, 770), str(number))] for number in (4171, 4172, 4173)]
    assert furniture(document_of(*pages)) == [["4171"], ["4172"], ["4173"]]


@pytest.mark.parametrize("numbers", [("ix", "x", "xi"), ("1 of 3", "2 of 3", "3 of 3"), ("- 5 -", "- 6 -", "- 7 -")])
def test_page_numbers_of_other_kinds(numbers: Sequence[str]) -> None:
    assert furniture(document_of(*([((300, 770), number)] for number in numbers))) == [[number] for number in numbers]


def test_number_of_a_lone_page_is_its_own_and_outermost() -> None:
    assert furniture(document_of([((300, 770), "1")])) == [["1"]]
    assert furniture(document_of([((300, 770), "18")])) == [[]]
    assert furniture(document_of([((300, 750), "1"), ((72, 770), STATEMENT)])) == [[]]


def test_numbers_that_do_not_count_on_are_text() -> None:
    """Ticks of an axis, cells of a table, an index in a formula."""
    assert furniture(document_of(*([((200, 40), number)] for number in ("80", "18", "i")))) == [[], [], []]


@pytest.mark.parametrize("number", ["128", "1"])
def test_a_number_at_the_top_of_a_column_leaves_the_text_beside_it(number: str) -> None:
    assert STATEMENT in document_of([((72, 64), STATEMENT), ((330, 64), number)]).text


def test_text_on_the_baseline_of_a_page_number_that_goes_on_below_is_text() -> None:
    crowded = [((72, 745), "and for this"), ((72, 757), STATEMENT), ((540, 757), "1")]
    assert STATEMENT in document_of(crowded).text


def test_running_head_of_one_page_beside_its_number() -> None:
    assert furniture(document_of([((72, 50), "Brandt and Affleck"), ((540, 50), "1")])) == [["Brandt and Affleck", "1"]]


def test_running_head_stands_at_one_place() -> None:
    heads = [[((250, 50), "Effortless Cells")]] * 4
    assert furniture(document_of(*heads)) == [["Effortless Cells"]] * 4
    headers = [[((x, 60), "Model"), ((x + 200, 60), "Accuracy")] for x in (72, 95, 140, 180)]
    assert furniture(document_of(*headers)) == [[], [], [], []]


def test_stamp_ends_where_it_ends() -> None:
    pdf = pymupdf.open()
    page = pdf.new_page(width=612, height=792)
    page.insert_text((72, 100), STATEMENT)
    page.insert_text((20, 700), "arXiv:2001.00001v1 [cs.LG] 1 Jan 2020 " + "z" * 3000, fontsize=1, rotate=90)
    assert read_pdf(pdf.tobytes()).stamp == "arXiv:2001.00001v1 [cs.LG] 1 Jan 2020"
