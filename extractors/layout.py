"""Raw lines to pages in reading order, each line with its role and the section it stands in.

The rules, in the order in which they are applied:

1. the stamp, running heads, page numbers and review line numbers are put aside (``furniture.py``);
2. a page is read in two or three columns where gutters part its lines, full-width lines between bands;
3. pieces of one baseline are one line, unless they are cells of a table;
4. headings, captions, footnotes, tables and references are told by size, place and first words.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from extractors.columns import chunks_in_order, front_matter_end, gutters_of_pages
from extractors.furniture import furniture_of
from extractors.raw_lines import RawLine, RawPage
from extractors.records import Box, Line, Page, Role, Word

_CAPTION = re.compile(
    r"(?:(?:Extended Data |Supplementary |Appendix )?"
    r"(?:Figure|Fig\.?|FIGURE|FIG\.?|Table|TABLE|Tab\.?|Algorithm|Listing)\s?(?:S\.?|[A-Z]\.?)?(?:\d+|[IVX]+)(?:\.\d+)?)"
    r"\s?(?:[.:|(]|\s-|$|(?=\s[A-Z]))"
)
_NUMBERED_HEADING = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){1,3}|[A-Z]|[IVX]{1,5})\.?\s+[A-Z]\S*")
_NAMED_HEADING = re.compile(
    r"(?:\d+\.?\s+|[A-Z]\.?\s+|[IVX]+\.\s+)?(?:Abstract|Introduction|Related Works?|Background|Methods?|"
    r"Experiments?|Results|Discussion|Conclusions?|Acknowledge?ments?|References|Bibliography|Appendix|Appendices|"
    r"Supplementary Materials?|Broader Impact|Limitations|Reproducibility Statement|Ethics Statement)"
    r"(?:\s(?:[A-Z]|\d+))?[.:]?",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    r"(?:\d+\.?\s+|[A-Z]\.?\s+|[IVX]+\.\s+)?(?:References?|Bibliography|Literature Cited)(?:\s+and Notes)?[.:]?", re.I
)
_AFTER_REFERENCES = re.compile(
    r"(?:(?:Appendix|Appendices|APPENDIX|Supplement\w*|SUPPLEMENT\w*|Methods|METHODS|Checklist)\b.*|[A-J](?:\.\d+)*\.?\s+[A-Z].*|Acknowledge?ments?.*)"
)
_MAX_HEADING_WORDS = 14
_TWO_LETTERS = re.compile(r"[^\W\d_]{2}")
"""A heading has a word in it; a large sum sign has none."""


@dataclass(slots=True)
class _Row:
    """What stands on one baseline of one chunk: a line of text, or the cells of a table row."""

    cells: list[RawLine]

    @property
    def words(self) -> tuple[Word, ...]:
        if len(self.cells) == 1:
            return self.cells[0].words
        return tuple(word for cell in self.cells for word in cell.words)

    @property
    def box(self) -> Box:
        return self.cells[0].box if len(self.cells) == 1 else Box.around(cell.box for cell in self.cells)

    @property
    def text(self) -> str:
        return " ".join(cell.text for cell in self.cells)

    def line(self, role: Role, section: str | None = None) -> Line:
        return Line(self.words, self.box, role, section, self.cells[0].direction)


def arrange(pages: Sequence[RawPage]) -> tuple[tuple[Page, ...], str | None]:
    """All pages with their lines in reading order, and arXiv's stamp if there is one."""
    furniture, stamp = furniture_of(pages)
    kept = [
        [line for line in page.lines if id(line) not in aside] for page, aside in zip(pages, furniture, strict=True)
    ]
    body_size = _body_size(kept)
    gutters = gutters_of_pages(pages, kept)
    reader = _RoleReader(body_size)
    arranged = []
    for page, lines, aside, between in zip(pages, kept, furniture, gutters, strict=True):
        front_end = front_matter_end(lines, page)
        chunks = chunks_in_order(lines, between, front_end)
        read = [line for chunk in chunks for line in reader.read(chunk, page, front_end)]
        read += [
            Line(line.words, line.box, Role.FURNITURE, direction=line.direction)
            for line in page.lines
            if id(line) in aside
        ]
        arranged.append(Page(page.number, page.width, page.height, tuple(read), page.rulings, between))
    return tuple(arranged), stamp


def _body_size(pages: Iterable[Iterable[RawLine]]) -> float:
    """The font size, to half a point, in which most characters are set."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[round(line.size * 2) / 2] += len(line.words)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _rows(chunk: Sequence[RawLine]) -> list[_Row]:
    """Lines of a chunk put together by baseline, in the order in which the chunk draws them."""
    rows: list[_Row] = []
    for line in chunk:
        if rows and line.direction == (1, 0) and _same_baseline(rows[-1].cells[-1], line):
            last = rows[-1].cells[-1]
            if line.box.x0 - last.box.x1 < 1.2 * max(last.size, line.size):
                rows[-1].cells[-1] = replace(
                    last,
                    words=last.words + line.words,
                    text=f"{last.text} {line.text}",
                    box=Box.around((last.box, line.box)),
                    size=max(last.size, line.size),
                    bold=last.bold and line.bold,
                )
            else:
                rows[-1].cells.append(line)
        else:
            rows.append(_Row([line]))
    return rows


def _same_baseline(last: RawLine, line: RawLine) -> bool:
    overlap = min(last.box.y1, line.box.y1) - max(last.box.y0, line.box.y0)
    return (
        overlap > 0.5 * min(last.box.y1 - last.box.y0, line.box.y1 - line.box.y0)
        and line.box.x0 > last.box.x0
        and line.box.x0 >= last.box.x1 - 2
    )


class _RoleReader:
    """Tells the role of each line, remembering the section and whether the references have begun."""

    def __init__(self, body_size: float) -> None:
        self._body_size = body_size
        self._section: str | None = None
        self._in_references = False

    def read(self, chunk: Sequence[RawLine], page: RawPage, front_end: float) -> list[Line]:
        """The chunk's lines; a caption runs to the end of its chunk, a footnote too."""
        rows = _rows(chunk)
        if chunk[-1].box.y1 <= front_end:
            return [row.line(self._front_role(row, page)) for row in rows]
        tabular = self._is_tabular(rows)
        running: Role | None = None
        read = []
        for index, row in enumerate(rows):
            first = row.cells[0]
            text = row.text
            if index == 0 or running is None:
                running = self._lasting_role(text, first, page) if (index == 0 or not tabular) else None
            role = running
            if role is None and self._is_heading(text, row, page):
                self._section = text[:200]
                self._in_references = bool(_REFERENCES.fullmatch(text))
                role = Role.HEADING
            if role is None:
                role = Role.TABLE if tabular else Role.REFERENCE if self._in_references else Role.BODY
            read.append(row.line(role, self._section))
        return read

    def _front_role(self, row: _Row, page: RawPage) -> Role:
        line = row.cells[0]
        titled = self._is_large(line, page) or (line.bold and line.size > 1.08 * self._body_size)
        return Role.TITLE if titled else Role.BODY

    def _is_large(self, line: RawLine, page: RawPage) -> bool:
        return line.size > 1.3 * self._body_size and line.box.y0 < 0.35 * page.height

    def _lasting_role(self, text: str, line: RawLine, page: RawPage) -> Role | None:
        if _CAPTION.match(text):
            return Role.CAPTION
        small = line.size < 0.92 * self._body_size
        if small and line.box.y0 > 0.6 * page.height and re.match(r"(?:\^|\d{1,2}\s?[A-Z(h]|[*†‡§])", text):
            return Role.FOOTNOTE
        if page.number == 1 and self._section is None and self._is_large(line, page) and not _is_known_heading(text):
            return Role.TITLE
        return None

    def _is_heading(self, text: str, row: _Row, page: RawPage) -> bool:
        words = row.words
        if len(row.cells) > 1 or len(words) > _MAX_HEADING_WORDS or text.endswith((",", ";")):
            return False
        if not _TWO_LETTERS.search(text):
            return False
        line = row.cells[0]
        stands_out = line.bold or line.size > 1.08 * self._body_size or text.isupper()
        if self._in_references:
            larger = line.size > 1.08 * self._body_size and text[:1].isupper() and not text.endswith(".")
            return larger or (stands_out and bool(_AFTER_REFERENCES.fullmatch(text)))
        if _NAMED_HEADING.fullmatch(text):
            return True
        return stands_out and (
            bool(_NUMBERED_HEADING.match(text)) or (line.size > 1.08 * self._body_size and text[:1].isupper())
        )

    def _is_tabular(self, rows: Sequence[_Row]) -> bool:
        """Most rows have cells, or most are a few short words in small print: a table or a drawing's labels.

        Text that runs upwards is one or the other; two lines of a reference with a wide gap are no table.
        """
        if not rows or (self._in_references and len(rows) < 3):
            return False
        if rows[0].cells[0].direction != (1, 0):
            return True
        celled = sum(len(row.cells) > 1 or _has_wide_gap(row) for row in rows)
        if celled >= 0.5 * len(rows):
            return True
        size = median(row.cells[0].size for row in rows)
        words = median(len(row.words) for row in rows)
        if len(rows) >= 4:
            return words <= 2 and size <= self._body_size
        return words <= 4 and size < (0.95 if words <= 2 else 0.85) * self._body_size


def _is_known_heading(text: str) -> bool:
    return bool(_NAMED_HEADING.fullmatch(text) or _NUMBERED_HEADING.match(text))


def _has_wide_gap(row: _Row) -> bool:
    words = row.words
    return any(
        after.box.x0 - before.box.x1 > 1.6 * max(before.size, after.size) for before, after in itertools.pairwise(words)
    )
