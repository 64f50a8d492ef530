"""Make the pictures of the README and the docs anew, from the sample papers: ``python docs/make_pictures.py``."""

from __future__ import annotations

from pathlib import Path

import pymupdf

from extractors.records import Status
from flows.reading import read, read_and_draw_tables

PROJECT = Path(__file__).resolve().parent.parent
PICTURES = PROJECT / "docs" / "pictures"
SAMPLE = PROJECT / "samples" / "papers" / "2105.99003.pdf"
TABLE_SAMPLE, TABLE_PAGE = PROJECT / "samples" / "tables" / "2302.99102.pdf", 2
_BORDER_POINTS = pymupdf.Rect(-2, -1, 2, 1)
_SURROUNDINGS_POINTS = 60
_RED = (0.85, 0.1, 0.1)


def picture_of_evidence(source: Path, target: Path) -> None:
    """The page of a paper's first accepted run, cut to the evidence of that page's runs, each in its box."""
    accepted = [run.evidence for run in read(source.read_bytes()).runs if run.status is Status.ACCEPTED]
    shown = [evidence.box for evidence in accepted if evidence.page == accepted[0].page]
    with pymupdf.open(source) as pdf:
        page = pdf[accepted[0].page - 1]
        for box in shown:
            page.draw_rect(pymupdf.Rect(box.as_list()) + _BORDER_POINTS, color=_RED, width=1)
        top, bottom = min(box.y0 for box in shown), max(box.y1 for box in shown)
        clip = pymupdf.Rect(30, top - _SURROUNDINGS_POINTS, page.rect.width - 30, bottom + _SURROUNDINGS_POINTS)
        page.get_pixmap(dpi=110, clip=clip & page.rect).save(target)


def picture_of_tables(source: Path, page: int, target: Path) -> None:
    """A page as ``burden extract --tables --draw`` draws it."""
    pictures = dict(read_and_draw_tables(source.read_bytes()).pictures)
    target.write_bytes(pictures[page])


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    picture_of_evidence(SAMPLE, PICTURES / "evidence.png")
    picture_of_tables(TABLE_SAMPLE, TABLE_PAGE, PICTURES / "tables.png")
