"""Pages with evidence drawn in: what is boxed, how, and on which pages."""

from __future__ import annotations

from dataclasses import replace

import pymupdf
import pytest

from extractors.drawing import draw_evidence, in_ranges
from extractors.records import Box, Evidence, Extraction, Status, TrainingCompute, TrainingRun

LEFT, RIGHT = Box(100.0, 100.0, 200.0, 112.0), Box(300.0, 100.0, 400.0, 112.0)
PIXELS_A_POINT = 110 / 72


def blank_pdf(rotation: int = 0) -> bytes:
    document = pymupdf.open()
    for _ in range(3):
        document.new_page(width=600, height=400).set_rotation(rotation)
    return bytes(document.tobytes())


def run_at(*boxes: tuple[int, Box], status: Status = Status.ACCEPTED) -> TrainingRun:
    evidence = Evidence(boxes[0][0], boxes[0][1], "We used 8 GPUs.", 0, 15, boxes=boxes)
    return TrainingRun(evidence, "GPU", status=status)


def drawn(*runs: TrainingRun, candidates: bool = False, rotation: int = 0) -> dict[int, pymupdf.Pixmap]:
    pdf, extraction = blank_pdf(rotation), Extraction("0" * 64, 3, runs)
    return {page: pymupdf.Pixmap(png) for page, png in draw_evidence(pdf, extraction, candidates).pictures}


def edge(picture: pymupdf.Pixmap, box: Box) -> list[tuple[int, ...]]:
    """The colours along a box's lower edge that are not the paper's, a sample a pixel."""
    y = round(box.y1 * PIXELS_A_POINT)
    columns = range(round(box.x0 * PIXELS_A_POINT), round(box.x1 * PIXELS_A_POINT))
    samples = [min((picture.pixel(x, row) for row in (y - 1, y, y + 1)), key=sum) for x in columns]
    return [colour for colour in samples if sum(colour) < 700]


def ink(picture: pymupdf.Pixmap, x0: float, y0: float, x1: float, y1: float) -> int:
    """How many pixels of this part of the page, in points, are not the paper's."""
    columns = range(int(x0 * PIXELS_A_POINT), int(x1 * PIXELS_A_POINT))
    rows = range(int(y0 * PIXELS_A_POINT), int(y1 * PIXELS_A_POINT))
    return sum(sum(picture.pixel(x, y)) < 700 for x in columns for y in rows)


def test_only_pages_with_evidence_are_drawn_and_candidates_only_if_asked_for() -> None:
    runs = run_at((1, LEFT), (3, RIGHT)), run_at((2, LEFT), status=Status.CANDIDATE)
    assert list(drawn(*runs)) == [1, 3]
    assert list(drawn(*runs, candidates=True)) == [1, 2, 3]


def test_each_run_has_a_colour_of_its_own() -> None:
    picture = drawn(run_at((1, LEFT)), run_at((1, RIGHT)))[1]
    (red, *_), (blue, *_) = edge(picture, LEFT), edge(picture, RIGHT)
    assert red[0] > red[2] and blue[2] > blue[0]


def test_a_candidates_box_is_dashed() -> None:
    picture = drawn(run_at((1, LEFT)), run_at((1, RIGHT), status=Status.CANDIDATE), candidates=True)[1]
    solid, dashed = len(edge(picture, LEFT)), len(edge(picture, RIGHT))
    assert 0 < dashed < 0.9 * solid


def test_stated_operations_are_drawn_behind_the_runs() -> None:
    compute = TrainingCompute(run_at((2, LEFT)).evidence, 1e20)
    extraction = draw_evidence(blank_pdf(), replace(Extraction("0" * 64, 3, ()), training_compute=(compute,)))
    assert [page for page, _ in extraction.pictures] == [2]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_box_and_number_stand_where_the_reader_sees_the_words(rotation: int) -> None:
    picture = drawn(run_at((1, LEFT)), rotation=rotation)[1]
    assert len(edge(picture, LEFT)) > 0.9 * 100 * PIXELS_A_POINT
    above = ink(picture, LEFT.x0, LEFT.y0 - 6, LEFT.x0 + 6, LEFT.y0 - 2)
    assert 0 < above == ink(picture, 0, 0, picture.width / PIXELS_A_POINT, LEFT.y0 - 2)


def test_words_of_many_runs_have_one_box_that_stays_on_the_words() -> None:
    """The others would be drawn over the lines around them."""
    picture = drawn(*[run_at((1, LEFT)) for _ in range(30)])[1]
    assert ink(picture, 0, LEFT.y1 + 2, 390, 390) == 0
    assert ink(picture, 0, 0, LEFT.x0 - 2, 390) == 0


def test_numbers_in_a_row_are_a_range() -> None:
    assert in_ranges([2, 3, 4, 7, 9, 10]) == "2-4, 7, 9-10"
