"""Pictures of places in a PDF: the right place, boxed, and small."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pymupdf
import pytest
from hostile_pdfs import CASES

from extractors.crops import MOST_BYTES, MOST_PIXELS_ACROSS, MOST_PIXELS_DOWN, Crop, Sight, crops
from extractors.records import Box, PaperError

BLUE, GREEN = (0, 0, 255), (0, 160, 0)


def paper(rotation: int = 0, width: float = 612, height: float = 792) -> bytes:
    with pymupdf.open() as document:
        page = document.new_page(width=width, height=height)
        page.insert_text((100, 300), "We trained on 8 V100 GPUs")
        page.insert_text((100, 400), "for three days in all")
        page.set_rotation(rotation)
        return bytes(document.tobytes())


def coloured(crop: Crop, colour: tuple[int, int, int]) -> np.ndarray:
    """Rows and columns of the pixels of (about) this colour."""
    picture = pymupdf.Pixmap(crop.jpeg)
    pixels = np.frombuffer(picture.samples, dtype=np.uint8).reshape(picture.height, picture.width, 3).astype(int)
    return np.argwhere(np.abs(pixels - np.array(colour)).sum(axis=2) < 150)


def one(pdf: bytes, sight: Sight) -> Crop:
    [crop] = crops(pdf, [sight])
    assert isinstance(crop, Crop)
    return crop


def test_a_box_is_drawn_in_its_surroundings() -> None:
    crop = one(paper(), Sight(1, BLUE, Box(200, 300, 300, 320), beside=((Box(350, 300, 400, 310), GREEN),)))
    rows, columns = coloured(crop, BLUE).T
    zoom = crop.width_pixels / 612
    assert crop.height_pixels / zoom == pytest.approx(120, abs=2), "the box and 50 points above and below"
    assert (columns.min() / zoom, columns.max() / zoom) == pytest.approx((198, 302), abs=2)
    assert (rows.min() / zoom, rows.max() / zoom) == pytest.approx((48, 72), abs=2)
    assert coloured(crop, GREEN).size
    assert not crop.whole_page


@pytest.mark.parametrize("rotation", [0, 90])
def test_quoted_words_are_looked_for(rotation: int) -> None:
    whole = one(paper(rotation), Sight(1, BLUE, words="not on this page at all, I fear"))
    assert whole.whole_page and not coloured(whole, BLUE).size
    assert whole.width_pixels <= 500
    crop = one(paper(rotation), Sight(1, BLUE, words="trained on 8 V100 ... three days"))
    assert not crop.whole_page
    rows, columns = coloured(crop, BLUE).T
    along, page_width = (rows, 612) if rotation == 0 else (columns, 792)
    assert np.ptp(along) * page_width / crop.width_pixels == pytest.approx(117, abs=8), "both parts are boxed"


def test_words_that_the_page_breaks_otherwise_are_found_in_part() -> None:
    crop = one(paper(), Sight(1, BLUE, words="V100 GPUs for three days in all we trained on 8"))
    assert not crop.whole_page and coloured(crop, BLUE).size


def test_pictures_are_small_whatever_the_page_holds() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1000, 3), dtype=np.uint8)
    with pymupdf.open() as document:
        page = document.new_page(width=2000, height=3000)
        picture = pymupdf.Pixmap(pymupdf.csRGB, 1000, 900, noise.tobytes(), False)
        page.insert_image(page.rect, pixmap=picture, keep_proportion=False)
        pdf = bytes(document.tobytes(deflate=True))
    for sight in (Sight(1, BLUE), Sight(1, BLUE, Box(10, 10, 1900, 2900)), Sight(1, BLUE, Box(-1e9, -1e9, 1e9, 1e9))):
        crop = one(pdf, sight)
        assert len(crop.jpeg) <= MOST_BYTES
        assert crop.width_pixels <= MOST_PIXELS_ACROSS and crop.height_pixels <= MOST_PIXELS_DOWN


def test_a_page_that_is_not_there_spoils_no_other() -> None:
    missing, there = crops(paper(), [Sight(7, BLUE), Sight(1, BLUE)])
    assert isinstance(missing, PaperError) and "no page 7" in missing.message
    assert isinstance(there, Crop)


@pytest.mark.parametrize("make", [case.make for case in CASES if not case.needs_limits], ids=lambda make: make.__name__)
def test_hostile_pdfs_end_in_a_picture_or_a_paper_error(make: Callable[[], bytes]) -> None:
    try:
        [crop] = crops(make(), [Sight(1, BLUE, Box(1, 1, 50, 50), "8 NVIDIA V100 GPUs")])
    except PaperError:
        return
    assert isinstance(crop, Crop | PaperError)
