"""Pages that nobody typesets: they cost bounded work and end like any other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from documents import line_of

from extractors.records import Box, Document, Line, Page, Role
from extractors.tables import find_tables
from extractors.tabular.captions import MAX_CAPTIONS, captions_of
from extractors.tabular.frames import frames_of
from extractors.tabular.grid import MAX_WORDS_PER_TABLE
from extractors.tabular.ruled_areas import MAX_AREAS, ruled_areas


def page_of(lines: list[Line], rulings: tuple[Box, ...] = ()) -> Document:
    return Document("0" * 64, (Page(1, 5000.0, 9000.0, tuple(lines), rulings),), ())


@pytest.mark.timeout(60)
def test_captions_without_end_are_bounded() -> None:
    lines = [line_of(f"Table {number}: A.", 72, 50 + number, Role.CAPTION) for number in range(3000)]
    document = page_of(lines, tuple(Box(60, 40 + step, 500, 40.3 + step) for step in range(3000)))
    (frame,) = frames_of(document.pages[0])
    assert len(captions_of(frame)) == MAX_CAPTIONS
    assert find_tables(document) == ()


@pytest.mark.timeout(60)
def test_areas_without_end_are_bounded() -> None:
    rulings = tuple(Box(50 + 9 * step, 40 + 20 * step, 150 + 9 * step, 40.3 + 20 * step) for step in range(400))
    (frame,) = frames_of(page_of([line_of("words", 50, 30)], rulings).pages[0])
    assert 0 < len(ruled_areas(frame, [])) <= MAX_AREAS


@pytest.mark.timeout(60)
def test_a_table_of_too_many_words_is_none() -> None:
    columns = 70
    rows = [
        line_of(" ".join(["1"] * columns), 72, 60 + 2 * number) for number in range(MAX_WORDS_PER_TABLE // columns + 2)
    ]
    bottom = 62.0 + 2 * len(rows)
    rulings = (Box(70, 50, 700, 50.5), Box(70, 58.2, 700, 58.6), Box(70, bottom, 700, bottom + 0.5))
    assert find_tables(page_of([line_of("Table 1: A.", 72, 45, Role.CAPTION), *rows], rulings)) == ()


@pytest.mark.timeout(60)
def test_rulings_across_and_down_without_end_are_bounded() -> None:
    across = [Box(50 + step, 40 + 4 * step, 650 + step, 40.3 + 4 * step) for step in range(1500)]
    down = [Box(60 + step / 4, 40 + 4 * step, 60.3 + step / 4, 44 + 4 * step) for step in range(1500)]
    (frame,) = frames_of(page_of([line_of("words", 50, 30)], (*across, *down)).pages[0])
    assert len(ruled_areas(frame, [])) <= MAX_AREAS


def test_a_font_without_size_costs_nothing() -> None:
    """Heads and rows in it end as a table or as none."""
    rows = [line_of("Model Top-1 Top-5", 72, 70), line_of("A 1 2", 72, 90), line_of("B 3 4", 72, 110)]
    flat = [replace(row, words=tuple(replace(word, size=0.0) for word in row.words)) for row in rows]
    rulings = tuple(Box(70, y, 200, y + 0.5) for y in (58, 75, 115))
    assert len(find_tables(page_of([line_of("Table 1: A.", 72, 45, Role.CAPTION), *flat], rulings))) <= 1


def test_words_without_width_or_height() -> None:
    """As fonts without metrics give them."""
    word = line_of("Table 1: A.", 72, 45, Role.CAPTION)
    nowhere = Box(72, 60, 72, 60)
    flat = Line(tuple(replace(each, box=nowhere) for each in word.words), nowhere, Role.TABLE)
    assert find_tables(page_of([word, flat, flat])) == ()
