"""The words that stand-off records point at, from PDFs at hand: training text that is not in the project."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotations.page_letters import PageLetters, boxes_of, passages_on
from annotations.places import Place
from annotations.standoff import Fact
from extractors.pdf import read_pdf
from extractors.records import Box, Document, PaperError, Table
from extractors.tables import find_tables


@dataclass(frozen=True, slots=True)
class RecoveredText:
    """A record with its sentence or cell, and where this stands in the document at hand."""

    record: Fact
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was recovered, and what was not."""

    texts: tuple[RecoveredText, ...] = ()
    not_found: tuple[Fact, ...] = ()
    """The paper was read, and nothing in it has the record's digest: another version of the PDF, or of its reader."""
    unplaced: int = 0
    """Records that say no place."""
    missing_papers: tuple[str, ...] = ()
    """Papers without a PDF in the folder."""
    unreadable_papers: tuple[str, ...] = ()


def recover(document: Document, tables: Sequence[Table], records: Iterable[Fact]) -> Recovery:
    """Texts of the ``records`` of one paper.

    A record's offsets are tried first; then the words of its page with its digest; of several those that
    its box covers most, then the nearest to its offsets. A cell is the one with its digest that its box covers most.
    """
    reader = _Reader(document, tables)
    texts, not_found, unplaced = [], [], 0
    for record in records:
        if not record.place.is_placed:
            unplaced += 1
            continue
        found = reader.find(record.place)
        if found is None:
            not_found.append(record)
        else:
            texts.append(RecoveredText(record, *found))
    return Recovery(tuple(texts), tuple(not_found), unplaced)


def recover_from_folder(folder: Path, records: Iterable[Fact]) -> Recovery:
    """Texts of records from PDFs named by arXiv id: ``1706.03762v5.pdf``, ``1706.03762.pdf``, ``cs_0112017.pdf``."""
    by_paper: dict[str, list[Fact]] = defaultdict(list)
    for record in records:
        by_paper[record.paper].append(record)
    parts: list[Recovery] = []
    missing, unreadable = [], []
    for paper, held in by_paper.items():
        path = pdf_of(folder, paper, held[0].version)
        if path is None:
            missing.append(paper)
            continue
        try:
            document = read_pdf(path.read_bytes())
        except PaperError:
            unreadable.append(paper)
            continue
        parts.append(recover(document, find_tables(document), held))
    return Recovery(
        tuple(text for part in parts for text in part.texts),
        tuple(record for part in parts for record in part.not_found),
        sum(part.unplaced for part in parts),
        tuple(missing),
        tuple(unreadable),
    )


def pdf_of(folder: Path, paper: str, version: int | None) -> Path | None:
    """The PDF of this version in the folder, else the one named without version."""
    stem = paper.replace("/", "_")
    names = ([f"{stem}v{version}.pdf"] if version else []) + [f"{stem}.pdf"]
    return next((folder / name for name in names if (folder / name).is_file()), None)


class _Reader:
    """One document, its pages' letters kept from one record to the next."""

    def __init__(self, document: Document, tables: Sequence[Table]) -> None:
        self._document = document
        self._text = document.text
        self._cells = [cell for table in tables for cell in table.cells]
        self._letters: dict[int, PageLetters] = {}

    def find(self, place: Place) -> tuple[str, Place] | None:
        """The text with the place's digest, and its place in this document."""
        if place.page is None or place.box is None or place.digest is None or place.letters is None:
            return None
        if place.start is None or place.end is None:
            return self._cell(place, place.page, place.box)
        if place.holds(self._text[place.start : place.end]):
            return self._text[place.start : place.end], place
        if place.page not in self._letters:
            self._letters[place.page] = PageLetters.of(passages_on(self._document, place.page))
        held = [
            (_overlap(box, place.box) if page == place.page else 0.0, -abs(start - place.start), start, end, page, box)
            for start, end in self._letters[place.page].spans_with(place.digest, place.letters)
            for page, box in boxes_of(self._document, start, end)
        ]
        if not held:
            return None
        _, _, start, end, page, box = max(held, key=lambda span: span[:2])
        text = self._text[start:end]
        return text, Place.of(text, page, box, start, end)

    def _cell(self, place: Place, page: int, box: Box) -> tuple[str, Place] | None:
        cells = [cell for cell in self._cells if cell.page == page and place.holds(cell.text)]
        nearest = max(cells, key=lambda cell: _overlap(cell.box, box), default=None)
        if nearest is None or not _overlap(nearest.box, box):
            return None
        return nearest.text, Place.of(nearest.text, page, nearest.box)


def _overlap(one: Box, other: Box) -> float:
    """Area that two boxes share."""
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    return max(width, 0.0) * max(height, 0.0)
