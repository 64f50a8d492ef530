"""Lines that a page draws, however it draws them."""

from __future__ import annotations

from collections.abc import Callable

import pymupdf
import pytest

from extractors.pdf import read_pdf
from extractors.records import Box
from extractors.rulings import is_horizontal

Draw = Callable[[pymupdf.Page], None]


def rulings_of(draw: Draw, rotation: int = 0) -> list[Box]:
    """The rulings of a page with "Table 1" and what ``draw`` draws."""
    document = pymupdf.open()
    page = document.new_page(width=400, height=600)
    page.insert_text((50, 40), "Table 1: Runs", fontsize=10)
    draw(page)
    page.set_rotation(rotation)
    (read,) = read_pdf(document.tobytes()).pages
    return list(read.rulings)


def rounded(boxes: list[Box]) -> list[tuple[int, int, int, int]]:
    return [(round(box.x0), round(box.y0), round(box.x1), round(box.y1)) for box in boxes]


def test_a_stroked_line_a_thin_rectangle_and_a_frame() -> None:
    assert rounded(rulings_of(lambda page: page.draw_line((50, 100), (250, 100)))) == [(50, 100, 250, 100)]
    thin = rulings_of(lambda page: page.draw_rect((50, 100, 250, 100.4), color=None, fill=(0, 0, 0)))
    assert rounded(thin) == [(50, 100, 250, 100)]
    frame = rulings_of(lambda page: page.draw_rect((50, 100, 250, 200)))
    assert sum(map(is_horizontal, frame)) == 2
    assert sorted(rounded(frame)) == [
        (50, 100, 50, 200),
        (50, 100, 250, 100),
        (50, 200, 250, 200),
        (250, 100, 250, 200),
    ]


def test_pieces_that_touch_and_dashes_are_one_line() -> None:
    def pieces(page: pymupdf.Page) -> None:
        for x in range(50, 250, 50):
            page.draw_line((x, 100), (x + 50, 100))
        for x in range(50, 250, 8):
            page.draw_line((x, 200), (x + 4, 200))

    assert rounded(rulings_of(pieces)) == [(50, 100, 250, 100), (50, 200, 246, 200)]


def test_short_rulings_with_a_gap_stay_two() -> None:
    def pieces(page: pymupdf.Page) -> None:
        page.draw_line((50, 100), (140, 100))
        page.draw_line((146, 100), (250, 100))

    assert len(rulings_of(pieces)) == 2


@pytest.mark.parametrize(
    "draw",
    [
        lambda page: page.draw_line((50, 100), (250, 160)),
        lambda page: page.draw_line((50, 100), (250, 100), color=(1, 1, 1)),
        lambda page: page.draw_rect((50, 100, 250, 112), color=None, fill=(1, 1, 0), fill_opacity=0.4),
        lambda page: page.draw_bezier((50, 100), (90, 60), (200, 140), (250, 100)),
        lambda page: page.add_underline_annot((50, 30, 150, 44)),
    ],
    ids=["slanting", "white", "highlight", "curve", "a reader's underline"],
)
def test_what_is_no_ruling(draw: Draw) -> None:
    assert rulings_of(draw) == []


def test_notes_that_answer_each_other_cost_no_paper() -> None:
    document = pymupdf.open()
    page = document.new_page()
    page.insert_text((72, 72), "Words of the paper.")
    note = page.add_text_annot((100, 100), "A note.")
    answer = page.add_text_annot((120, 100), "An answer.")
    document.xref_set_key(answer.xref, "IRT", f"{note.xref} 0 R")
    (read,) = read_pdf(document.tobytes()).pages
    assert [line.text for line in read.lines] == ["Words of the paper."]


def test_a_turned_page_s_rulings_lie_where_a_reader_sees_them() -> None:
    (ruling,) = rulings_of(lambda page: page.draw_line((50, 100), (250, 100)), rotation=90)
    assert not is_horizontal(ruling)
    assert (round(ruling.y0), round(ruling.y1), round(ruling.x0)) == (50, 250, 500)


def test_a_drawing_of_many_lines_is_bounded() -> None:
    def many(page: pymupdf.Page) -> None:
        shape = page.new_shape()
        for step in range(6000):
            shape.draw_line((10, 60 + step / 12), (14 + step / 20, 60 + step / 12))
        shape.finish()
        shape.commit()

    assert 0 < len(rulings_of(many)) <= 4000
