"""Captions: where they stand, what they number, and how far they run."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extractors.records import Box, Line, Role
from extractors.tabular.cells import joined
from extractors.tabular.frames import Frame
from extractors.tabular.segments import WORD_SPACE_EMS

_NUMBER = r"(?:[A-Z]{1,2}[.\-]?)?\s?(?:\d{1,3}(?:[.\-]\d{1,3})*|[IVXL]{1,6})[a-z]?"
_LABEL = re.compile(
    r"(?P<before>(?:Extended\sData|Supplementary|Supplemental|Appendix|APPENDIX|SUPPLEMENTARY)\s)?"
    r"(?P<kind>Table|TABLE|Tab\.|TAB\.|Figure|FIGURE|Fig\.?|FIG\.?|Algorithm|ALGORITHM|Listing|LISTING|Scheme|Chart)"
    rf"\s?(?P<number>{_NUMBER})"
    r"(?P<end>\s?[.:|](?!\d)|\s?(?=\()|\s-{1,3}(?=\s)|$|\s(?=[A-Z\[]))"
)
_TABLE_KINDS = ("tab",)
_CONTINUED = re.compile(r"\(?\s*cont(?:inued|'d|\.|d\.?)\b", re.IGNORECASE)
MAX_CAPTIONS = 40
"""A page with more labels is a list of tables, or hostile; the first count."""

_MOST_CAPTION_LINES = 30
_WIDE_GAP_EMS = 1.2
_DESCENT_EMS = 0.35


@dataclass(frozen=True, slots=True)
class Caption:
    """The caption of a table, figure, algorithm or listing."""

    is_table: bool
    number: str
    text: str
    """Without its label: ``Table 3: Results on COCO.`` -> ``Results on COCO.``"""
    box: Box
    lines: tuple[Line, ...]
    continued: bool = False


def captions_of(frame: Frame) -> list[Caption]:
    """All captions of a frame.

    "Table 3: Results", "TABLE III" alone on its line, "Tab. 2. Runs" -> yes
    "Table 3 shows that", "(see Table 3)" -> no
    """
    found: list[Caption] = []
    taken: set[int] = set()
    for index, line in enumerate(frame.lines):
        if id(line) in taken:
            continue
        if len(found) == MAX_CAPTIONS:
            break
        match = _LABEL.match(line.text)
        if match is None or not _begins(line, match, frame.lines[index - 1] if index else None):
            continue
        lines = _run_of(index, frame, match)
        taken.update(map(id, lines))
        text = joined([part.text for part in lines])
        label = _LABEL.match(text)
        found.append(
            Caption(
                is_table=match["kind"].lower().startswith(_TABLE_KINDS),
                number=match["number"].strip(),
                text=text[label.end() if label else match.end() :].strip(),
                box=_end(lines),
                lines=tuple(lines),
                continued=bool(_CONTINUED.search(text[: match.end() + 40])),
            )
        )
    return found


def _begins(line: Line, match: re.Match[str], before: Line | None) -> bool:
    """A label opens a caption where it opens a block, or goes on like one: ``Table 3:``, a line of its own."""
    if line.role in (Role.REFERENCE, Role.FOOTNOTE) or (line.role is Role.TABLE and _is_a_row(line)):
        return False
    numbered = match["kind"].lower() in ("algorithm", "listing")
    strong = (
        match["end"].strip() in (":", "|") or match.end() == len(line.text) or line.role is Role.CAPTION or numbered
    )
    of_table = match["kind"].lower().startswith(_TABLE_KINDS)
    if not of_table and (match.end() == len(line.text) or _has_wide_gap(line)):
        return False
    if strong:
        # "... as shown in\nTable 3: it is" is rare; a line right above that runs on in the same words is not.
        return not (match.end() == len(line.text) and line.role is Role.BODY and _runs_into(before, line))
    return match["end"].strip() == "." and not _runs_into(before, line)


def _is_a_row(line: Line) -> bool:
    """The word and the number stand apart like cells: "Table" as the name of a thing that has 63.5."""
    if len(line.words) < 2:
        return False
    first, second = line.words[:2]
    return second.box.x0 - first.box.x1 > WORD_SPACE_EMS * first.size


def _runs_into(before: Line | None, line: Line) -> bool:
    """``line`` goes on with the sentence of the line right above it."""
    if before is None or before.role is not Role.BODY:
        return False
    height = line.box.y1 - line.box.y0
    close = (
        -height < line.box.y0 - before.box.y1 < 0.8 * height and before.box.x0 < line.box.x1 < before.box.x1 + height
    )
    return close and abs(before.words[0].size - line.words[0].size) < 0.5


def _run_of(index: int, frame: Frame, match: re.Match[str]) -> list[Line]:
    """The caption's first line and those that go on below it, up to a ruling, a blank, a table row or a new label."""
    first = frame.lines[index]
    lines = [first]
    alone = match.end() >= len(first.text)
    left, right = frame.column_of(first.box)
    height = first.box.y1 - first.box.y0
    below = [
        line
        for line in frame.lines
        if first.box.y0 + 0.5 * height < line.box.y0 < first.box.y0 + _MOST_CAPTION_LINES * 1.5 * height
        and left - 4 <= line.box.x0
        and line.box.x1 <= right + 4
    ]
    for line in sorted(below, key=lambda line: (line.box.y0, line.box.x0)):
        titled = alone and len(lines) == 1
        blank = line.box.y0 - lines[-1].box.y1
        if blank > (1.0 if titled else 0.55) * height:
            break
        if not titled and abs(_size(line) - _size(first)) > 1.2:
            continue
        if blank < -0.6 * height or not _in_line(line, lines, titled):
            continue
        opens = _LABEL.match(line.text) and not _within_sentence(lines[-1], line)
        if line.role is Role.HEADING or opens or _has_wide_gap(line):
            break
        if any(lines[-1].words[0].baseline < each.y1 < line.words[0].baseline for each in _over(frame.across, line)):
            break
        lines.append(line)
    return lines


def _in_line(line: Line, lines: Sequence[Line], titled: bool) -> bool:
    """Begins where the caption's lines begin, or stands centred below them."""
    around = Box.around(part.box for part in lines)
    if titled:
        return line.box.x0 < around.x1 and line.box.x1 > around.x0
    lefts = {round(part.box.x0) for part in lines}
    centred = abs((line.box.x0 + line.box.x1) - (around.x0 + around.x1)) < 8
    begins = any(abs(line.box.x0 - left) <= 3 for left in lefts)
    hangs = len(lines) == 1 and around.x0 < line.box.x0 < around.x0 + 60 and line.box.x1 > around.x0 + 60
    outdented = len(lines) == 1 and around.x0 - 25 < line.box.x0 < around.x0
    return begins or centred or hangs or outdented


def _size(line: Line) -> float:
    return max(word.size for word in line.words)


def _within_sentence(before: Line, line: Line) -> bool:
    """The line above breaks off in the middle of a sentence, right above this one."""
    height = line.box.y1 - line.box.y0
    return line.box.y0 - before.box.y1 < 0.4 * height and not before.text.endswith((".", ":", "!", "?", ")"))


def _has_wide_gap(line: Line) -> bool:
    """Wider than justified text leaves: a row of a table."""
    gaps = (after.box.x0 - before.box.x1 for before, after in itertools.pairwise(line.words))
    return max(gaps, default=0.0) > _WIDE_GAP_EMS * line.words[0].size


def _end(lines: Sequence[Line]) -> Box:
    """Around the lines, down to where letters end: the box of a brace or a large operator reaches far below."""
    around = Box.around(part.box for part in lines)
    last = lines[-1].words[0]
    return replace(around, y1=max(around.y0 + 1, min(around.y1, last.baseline + _DESCENT_EMS * last.size)))


def _over(rulings: Iterable[Box], line: Line) -> Iterable[Box]:
    return (
        ruling
        for ruling in rulings
        if ruling.x0 < line.box.x1 and ruling.x1 > line.box.x0 and ruling.x1 - ruling.x0 > 25
    )
