"""Single pages to look at: as they are drawn, with words where they stand, and no harm from strange files."""

from __future__ import annotations

import io
from pathlib import Path

import pymupdf
import pytest
from hostile_pdfs import CASES, HostilePdf, rotated_page
from PIL import Image

from extractors.page_view import NoSuchPageError, draw_page, words_of_page
from extractors.records import PaperError


@pytest.mark.parametrize("case", [case for case in CASES if not case.needs_limits], ids=lambda case: case.name)
def test_strange_files_are_drawn_or_refused_in_words(case: HostilePdf) -> None:
    pdf = case.make()
    for make in (lambda: draw_page(pdf, 1, 72), lambda: words_of_page(pdf, 1)):
        try:
            assert make()
        except PaperError as error:
            assert error.message


def test_words_of_a_turned_page_stand_where_a_reader_sees_them() -> None:
    read = words_of_page(rotated_page(), 1)
    picture = Image.open(io.BytesIO(draw_page(rotated_page(), 1, 72))).convert("L")
    assert picture.size == (round(read.width), round(read.height))
    for word in read.words:
        shown = picture.crop((round(word.left), round(word.top), round(word.right), round(word.bottom)))
        assert shown.getextrema()[0] < 160, word


def test_a_huge_page_is_drawn_smaller() -> None:
    with pymupdf.open() as document:
        document.new_page(width=7200, height=3600)
        pdf = document.tobytes()
    assert Image.open(io.BytesIO(draw_page(pdf, 1, 288))).size == (5000, 2500)


def test_what_readers_wrote_on_a_page_is_not_shown(samples_dir: Path) -> None:
    plain = (samples_dir / "1707.99006.pdf").read_bytes()
    with pymupdf.open(stream=plain, filetype="pdf") as document:
        document[0].add_rect_annot((0, 0, 600, 700)).update(fill_color=(1, 0, 0))
        written_on = document.tobytes()
    assert draw_page(written_on, 1, 72) == draw_page(plain, 1, 72)


def test_a_page_that_is_not_there_is_told(samples_dir: Path) -> None:
    pdf = (samples_dir / "1707.99006.pdf").read_bytes()
    for make in (lambda: draw_page(pdf, 99, 72), lambda: words_of_page(pdf, 99)):
        with pytest.raises(NoSuchPageError, match="no page 99"):
            make()
