"""What stands on a page beside its text: arXiv's stamp, running heads, page numbers, a reviewer's line numbers.

Each kind has to be told by more than its place, or text at the edge of a page is lost: a running head
stands at the same place on several pages; a page number counts on from page to page, or is the
page's own number with nothing beyond it; line numbers are a long column that rises.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from extractors.raw_lines import RawLine, RawPage

_MARGIN_SHARE = 0.09
"""Running heads and page numbers stand in this share of the page's height, at its top and bottom."""
_STAMP = re.compile(
    r"arXiv:\s?(?:\d{4}\.\d{4,5}|[a-z-]{1,20}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,3})?\b"
    r"(?:\s{1,3}\[[\w.-]{1,20}\])?(?:\s{1,3}\d{1,2}\s[A-Z][a-z]{2}\s\d{4})?"
)
_PAGE_NUMBER = re.compile(r"(?:[Pp]age\s)?-?\s?(\d{1,4}|[ivxl]{1,6})\s?-?(?:\s?(?:of|/)\s?\d{1,4})?")
_ROMAN = {
    tens + ones: 10 * ten + one
    for ten, tens in enumerate(("", "x", "xx", "xxx", "xl", "l"))
    for one, ones in enumerate(("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"))
}
_NUMBER = re.compile(r"\d{1,4}")
_SAME_BASELINE_POINTS = 2

_Place = tuple[str, str, int, int]
"""A text without its digits, at its left edge, middle or right edge, and where that is, in points."""


@dataclass(frozen=True, slots=True)
class _Margin:
    """Where in a page's margin a line stands: how far its baseline is from the edge, in points."""

    side: str
    depth: float


def furniture_of(pages: Sequence[RawPage]) -> tuple[list[set[int]], str | None]:
    """For each page the ``id`` of each of its lines that is furniture; and arXiv's stamp if there is one."""
    stamp = None
    found: list[set[int]] = []
    margins = [_in_margins(page) for page in pages]
    repeated = _repeated(pages, margins)
    offsets = _counted_on(pages, margins)
    for page, margin in zip(pages, margins, strict=True):
        stamps = {id(line): match.group() for line in page.lines if (match := _stamp(line, page))}
        stamp = stamp or next(iter(stamps.values()), None)
        known = stamps.keys() | _line_numbers(page)
        known |= {id(line) for line, _ in margin if not repeated.isdisjoint(_places(line))}
        numbers = [
            (line, where)
            for line, where in margin
            if id(line) not in known and _is_page_number(line, where, page, margin, known, offsets)
        ]
        known |= {id(line) for line, _ in numbers}
        for number, where in numbers:
            known |= _running_head(number, where, page, margin, known)
        found.append(known)
    return found, stamp


def _stamp(line: RawLine, page: RawPage) -> re.Match[str] | None:
    """arXiv's stamp runs upwards at the left; on old papers it may lie at the left edge of the first page."""
    upright = line.direction == (1, 0)
    if upright and (page.number != 1 or line.box.x0 >= 0.1 * page.width):
        return None
    return _STAMP.match(line.text)


def _in_margins(page: RawPage) -> list[tuple[RawLine, _Margin]]:
    """The lines in the top and bottom margin; of a turned page's turned lines those at its sides."""
    found = []
    for line in page.lines:
        if line.direction == (1, 0):
            near, far, extent = line.box.y0, line.box.y1, page.height
        else:
            near, far, extent = line.box.x0, line.box.x1, page.width
        turned = "" if line.direction == (1, 0) else "turned "
        if far < _MARGIN_SHARE * extent:
            found.append((line, _Margin(turned + "first", far)))
        elif near > (1 - _MARGIN_SHARE) * extent:
            found.append((line, _Margin(turned + "last", extent - far)))
    return found


def _repeated(pages: Sequence[RawPage], margins: Iterable[list[tuple[RawLine, _Margin]]]) -> set[_Place]:
    """Texts (digits aside) at one place in the margins of at least three pages, or a quarter of a long document.

    "Published as a conference paper at ICLR 2017" is one; "Model" is none if it heads tables of other widths.
    """
    seen: Counter[_Place] = Counter()
    for margin in margins:
        seen.update({place for line, _ in margin if line.direction == (1, 0) for place in _places(line)})
    least = max(2 if len(pages) < 5 else 3, len(pages) // 4)
    return {place for place, count in seen.items() if count >= least and any(map(str.isalpha, place[0]))}


def _places(line: RawLine) -> tuple[_Place, ...]:
    text, box = re.sub(r"\d+", "#", line.text), line.box
    edges = (("left", box.x0), ("middle", (box.x0 + box.x1) / 2), ("right", box.x1))
    return tuple((text, edge, round(x), round(box.y1)) for edge, x in edges)


def _page_number(line: RawLine) -> int | None:
    """The number that a line consists of: "7" -> 7, "- 7 -" -> 7, "7 of 12" -> 7, "vii" -> 7; "7 GPUs" -> None."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    if match is None:
        return None
    written = match.group(1)
    return int(written) if written.isdigit() else _ROMAN.get(written)


def _counted_on(
    pages: Sequence[RawPage], margins: Iterable[list[tuple[RawLine, _Margin]]]
) -> set[tuple[str, int, int]]:
    """Side, baseline and distance from the page's own number of such numbers as stand so on several pages."""
    seen: Counter[tuple[str, int, int]] = Counter()
    for page, margin in zip(pages, margins, strict=True):
        seen.update(
            {
                (where.side, round(where.depth), number - page.number)
                for line, where in margin
                if (number := _page_number(line)) is not None
            }
        )
    return {counted for counted, count in seen.items() if count > 1}


def _is_page_number(
    line: RawLine,
    where: _Margin,
    page: RawPage,
    margin: Iterable[tuple[RawLine, _Margin]],
    known: set[int],
    counted_on: set[tuple[str, int, int]],
) -> bool:
    """Counts on from other pages, or is this page's number with no text beyond it; a tick of an axis is neither."""
    number = _page_number(line)
    if number is None:
        return False
    if (where.side, round(where.depth), number - page.number) in counted_on:
        return True
    return number == page.number and _is_outermost(where, margin, known)


def _is_outermost(where: _Margin, margin: Iterable[tuple[RawLine, _Margin]], known: set[int]) -> bool:
    return not any(
        other.side == where.side and other.depth < where.depth - _SAME_BASELINE_POINTS and id(line) not in known
        for line, other in margin
    )


def _running_head(
    number: RawLine, where: _Margin, page: RawPage, margin: Sequence[tuple[RawLine, _Margin]], known: set[int]
) -> set[int]:
    """The lines beside a page number at the page's side, if that row is the outermost and well apart from the text.

    "Brandt and Affleck            2" above the text is one, even if it stands on one page only.
    """
    at_the_side = number.box.x1 < 0.25 * page.width or number.box.x0 > 0.75 * page.width
    if number.direction != (1, 0) or not at_the_side or not _is_outermost(where, margin, known):
        return set()
    row = {
        id(line)
        for line, other in margin
        if other.side == where.side and abs(other.depth - where.depth) < _SAME_BASELINE_POINTS
    }
    height = number.box.y1 - number.box.y0
    crowded = any(
        line.box.y0 < number.box.y1 + height and line.box.y1 > number.box.y0 - height
        for line in page.lines
        if id(line) not in row and id(line) not in known and line.direction == (1, 0)
    )
    return set() if crowded else row


def _line_numbers(page: RawPage) -> set[int]:
    """Ids of the lines that are a reviewer's line numbers: columns of rising numbers at the sides.

    One that strayed between the columns counts too, if it goes on where such a column ends.
    """
    numbers = [line for line in page.lines if _NUMBER.fullmatch(line.text)]
    found: set[int] = set()
    by_value: dict[int, RawLine] = {}
    for side in (
        [line for line in numbers if line.box.x1 < 0.12 * page.width],
        [line for line in numbers if line.box.x0 > 0.88 * page.width],
    ):
        for column in _aligned(side):
            column.sort(key=lambda line: line.box.y0)
            values = [int(line.text) for line in column]
            if len(values) >= 15 and all(a < b for a, b in itertools.pairwise(values)):
                found.update(id(line) for line in column)
                by_value.update(zip(values, column, strict=True))
    for line in sorted(numbers, key=lambda line: int(line.text)) if found else ():
        before = by_value.get(int(line.text) - 1)
        if before and int(line.text) not in by_value and line.size == before.size:
            found.add(id(line))
            by_value[int(line.text)] = line
    return found


def _aligned(lines: Sequence[RawLine]) -> Iterator[list[RawLine]]:
    """Lines that share a left or a right edge, within two points."""
    for edge in ("x0", "x1"):
        ordered = sorted(lines, key=lambda line: float(getattr(line.box, edge)))
        column: list[RawLine] = []
        for line in ordered:
            if column and getattr(line.box, edge) - getattr(column[0].box, edge) > 2:
                yield column
                column = []
            column.append(line)
        if column:
            yield column
