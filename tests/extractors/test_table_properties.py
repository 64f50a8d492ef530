"""What holds for any table: no word lost or used twice, order kept, each cell under its head and beside its label."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from documents import line_of, table_document
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.pdf import read_pdf
from extractors.records import Box, Document, Page, Role
from extractors.tables import find_tables
from extractors.tabular.captions import captions_of
from extractors.tabular.frames import frames_of
from extractors.tabular.grid import grid_of
from extractors.tabular.regions import TablePlaces

TABLES = sorted((Path(__file__).parents[2] / "samples" / "tables").glob("*.pdf"))

names = st.text(string.ascii_lowercase, min_size=2, max_size=9).map(str.capitalize)
numbers = st.one_of(
    st.integers(0, 99_999).map(str),
    st.decimals(0, 100, places=1).map(str),
    st.decimals(0, 100, places=2).map(lambda value: f"{value} ± 0.2"),
)


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    """A head of words, labels of words, and numbers."""
    columns = draw(st.integers(2, 7))
    heads = draw(st.lists(names, min_size=columns, max_size=columns))
    labels = draw(st.lists(names, min_size=2, max_size=8, unique=True))
    return [heads, *([label, *(draw(numbers) for _ in range(columns - 1))] for label in labels)]


@settings(max_examples=150, deadline=None)
@given(grids(), st.sampled_from(["left", "right", "centre"]), st.data())
def test_each_cell_stands_under_its_head_and_beside_its_label(
    rows: list[list[str]], align: str, data: st.DataObject
) -> None:
    """Rulings allow columns as close as 0.6 of the font size; without them a wider gap has to tell cells from words."""
    ruled = data.draw(st.booleans())
    gap = data.draw(st.floats(6 if ruled else 14, 40))
    (table,) = find_tables(table_document(rows, gap=gap, align=align, ruled=ruled))
    read = [(cell.row_path, cell.column_path, cell.text) for cell in table.cells if not cell.header and cell.column]
    assert read == [
        ((row[0],), (head,), text) for row in rows[1:] for head, text in zip(rows[0][1:], row[1:], strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(grids(), st.data())
def test_empty_cells_stay_empty(rows: list[list[str]], data: st.DataObject) -> None:
    """A row loses a number: the others stay where they are. Its column has another one, and it keeps one itself."""
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(1, len(rows[0]) - 1))
    if len(rows[0]) < 3:
        return
    rows[row][column] = ""
    (table,) = find_tables(table_document(rows))
    read = {(cell.row, cell.column): cell.text for cell in table.cells}
    assert read == {(y, x): text for y, texts in enumerate(rows) for x, text in enumerate(texts) if text}


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_no_word_of_a_region_is_lost_or_used_twice_and_order_is_kept(path: Path) -> None:
    document = read_pdf(path.read_bytes())
    seen: set[int] = set()
    for page in document.pages:
        for frame in frames_of(page):
            for region in TablePlaces(frame, captions_of(frame)).regions(None):
                grid = grid_of(region)
                if grid is None:
                    continue
                words = [
                    word for row in grid.rows for cell in row.cells for held in cell.segments for word in held.words
                ]
                assert sorted(map(id, words)) == sorted(map(id, region.words))
                assert not seen & set(map(id, words))
                seen.update(map(id, words))
                for row in grid.rows:
                    lefts = [word.box.x0 for cell in row.cells for held in cell.segments for word in held.words]
                    assert lefts == sorted(lefts)
                    assert [cell.first for cell in row.cells] == sorted({cell.first for cell in row.cells})
                baselines = [row.baseline for row in grid.rows]
                assert baselines == sorted(baselines)
    assert seen


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(names, min_size=8, max_size=14), min_size=3, max_size=12), st.booleans())
def test_running_text_is_no_table(lines: list[list[str]], captioned: bool) -> None:
    """Neither by itself nor right below a caption."""
    text = [line_of(" ".join(words), 72, 300 + 12 * number, Role.BODY) for number, words in enumerate(lines)]
    caption = [line_of("Table 1: Figures.", 72, 285, Role.CAPTION)] if captioned else []
    page = Page(1, 612.0, 792.0, (*caption, *text))
    assert find_tables(Document("0" * 64, (page,), ())) == ()


@pytest.mark.parametrize("name", ["Table", "Figure", "Algorithm", "Listing", "Tab"])
@pytest.mark.parametrize("value", ["63", "63.5", "64.5 ± 0.2"])
def test_a_row_named_like_a_caption_is_a_row(name: str, value: str) -> None:
    rows = [["Kind", "Score", "Best"], ["Chart", "61.5", "62.5"], [name, value, "64.5"], ["Form", "65.5", "66.5"]]
    (table,) = find_tables(table_document(rows))
    assert [cell.text for cell in table.cells if cell.row == 2] == [name, value, "64.5"]


def test_a_chart_s_grid_is_no_table() -> None:
    """Lines at equal distances with the numbers of an axis beside them, and a figure's caption below."""
    rulings = tuple(Box(120, 200 + 20 * step, 320, 200.5 + 20 * step) for step in range(6))
    ticks = [line_of(str(step / 10), 100, 203 + 20 * step) for step in range(6)]
    axis = [line_of(f"{step}k", 120 + 40 * step, 312) for step in range(6)]
    caption = line_of("Figure 1: Loss.", 120, 330, Role.CAPTION)
    page = Page(1, 612.0, 792.0, (*ticks, *axis, caption), rulings)
    assert find_tables(Document("0" * 64, (page,), ())) == ()
