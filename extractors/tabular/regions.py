"""Where on a page tables stand: which caption, which rulings and which words belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from extractors.records import Box, Line, Role, Word
from extractors.tabular.captions import Caption
from extractors.tabular.frames import Frame
from extractors.tabular.segments import is_celled, rows_by_baseline, words_of_row

_SHORTEST_RULING_POINTS = 28.0
_SAME_END_POINTS = 5.0
_FARTHEST_CAPTION_POINTS = 60.0
_FARTHEST_BESIDE_POINTS = 90.0
_UNUSUAL_SIDE_POINTS = 10.0
"""A table on the side of its caption where this paper's tables do not stand counts as so much farther."""
_EMPTY_BETWEEN_TABLES_POINTS = 14.0
_GROWTH_PITCHES = 2.2
"""Rows without rulings between them follow each other within so many times their usual distance."""
_NOTE_MARK = re.compile(r"\^|[†‡§¶*⋆]")


@dataclass(frozen=True, slots=True)
class Region:
    """A table's place in a frame, its words and its rulings, and its caption if it has one."""

    frame: Frame
    box: Box
    words: tuple[Word, ...]
    across: tuple[Box, ...]
    down: tuple[Box, ...]
    caption: Caption | None
    ruled: bool


@dataclass(slots=True)
class _Candidate:
    """Rulings that may frame a table."""

    box: Box
    rulings: list[Box] = field(default_factory=list)


def regions_of(frame: Frame, captions: Sequence[Caption], below: bool | None) -> list[Region]:
    """All tables of a frame. ``below``: whether this paper's tables stand below their captions, None if not known."""
    return _Finder(frame, captions, below).found()


def usual_side(frame: Frame, captions: Sequence[Caption]) -> tuple[int, int]:
    """How many tables stand surely below their captions, and how many above."""
    finder = _Finder(frame, captions, None)
    under = over = 0
    for caption in captions:
        if not caption.is_table:
            continue
        sides = {
            finder.side(caption, candidate)
            for candidate in finder.candidates
            if finder.distance(caption, candidate) < 25
        }
        if sides == {"below"}:
            under += 1
        elif sides == {"above"}:
            over += 1
    return under, over


class _Finder:
    def __init__(self, frame: Frame, captions: Sequence[Caption], below: bool | None) -> None:
        self.frame = frame
        self.captions = captions
        self.below = below
        self._caption_lines = {id(line) for caption in captions for line in caption.lines}
        self._long = [box for box in frame.across if box.x1 - box.x0 >= _SHORTEST_RULING_POINTS]
        self.candidates = self._ruled() if self._long else []

    # -- rulings ---------------------------------------------------------------------------------------------

    def _ruled(self) -> list[_Candidate]:
        """Rulings with the same ends, one under the other, with nothing between them that parts tables."""
        groups: list[list[Box]] = []
        for box in self._long:
            for group in groups:
                if abs(group[-1].x0 - box.x0) <= _SAME_END_POINTS and abs(group[-1].x1 - box.x1) <= _SAME_END_POINTS:
                    group.append(box)
                    break
            else:
                groups.append([box])
        candidates = []
        for group in groups:
            run = [group[0]]
            for box in group[1:]:
                if self._parted(run[-1], box):
                    candidates.append(_Candidate(Box.around(run), run))
                    run = []
                run.append(box)
            candidates.append(_Candidate(Box.around(run), run))
        for candidate in candidates:
            candidate.box = self._with_verticals(candidate.box)
        merged = self._merged(candidates)
        for candidate in merged:
            if len(candidate.rulings) > 1 or self._near_caption(candidate):
                candidate.box = self._grown(candidate.box)
        return self._merged(merged)

    def _with_verticals(self, box: Box) -> Box:
        """Vertical rulings that cross or touch a table's rulings are the table's over their whole length."""
        while True:
            longer = self._with_touching(box)
            if longer == box:
                return box
            box = longer

    def _with_touching(self, box: Box) -> Box:
        down = [
            each
            for each in self.frame.down
            if box.x0 - 3 <= each.x0 and each.x1 <= box.x1 + 3 and each.y0 <= box.y1 + 3 and each.y1 >= box.y0 - 3
        ]
        return Box(
            box.x0, min([box.y0, *(each.y0 for each in down)]), box.x1, max([box.y1, *(each.y1 for each in down)])
        )

    def _merged(self, candidates: list[_Candidate]) -> list[_Candidate]:
        """Candidates that lie within or across another are part of it."""
        ordered = sorted(candidates, key=lambda each: -(_area(each.box) + each.box.x1 - each.box.x0))
        kept: list[_Candidate] = []
        for candidate in ordered:
            for other in kept:
                if _overlaps(other.box, candidate.box):
                    other.box = Box.around((other.box, candidate.box))
                    other.rulings += candidate.rulings
                    break
            else:
                kept.append(candidate)
        return [
            candidate for candidate in kept if candidate.box.y1 - candidate.box.y0 > 5 or self._near_caption(candidate)
        ]

    def _near_caption(self, candidate: _Candidate) -> bool:
        return any(
            caption.is_table and self.distance(caption, candidate) < _FARTHEST_CAPTION_POINTS
            for caption in self.captions
        )

    def _parted(self, upper: Box, lower: Box) -> bool:
        top, bottom = upper.y1, lower.y0
        inside = [
            line
            for line in self.frame.lines
            if top - 1 <= (line.box.y0 + line.box.y1) / 2 <= bottom + 1
            and line.box.x0 < upper.x1 - 2
            and line.box.x1 > upper.x0 + 2
        ]
        if not inside and any(
            top - 1 <= word.box.y1 <= bottom + 1 and upper.x0 <= word.box.x0 <= upper.x1 for word in self.frame.standing
        ):
            return False
        if not inside:
            return bottom - top > _EMPTY_BETWEEN_TABLES_POINTS
        if any(id(line) in self._caption_lines for line in inside):
            return True
        if any(
            line.role is Role.HEADING and not is_celled(words_of_row(line.words)) and bottom - top > 60
            for line in inside
        ):
            return True
        prose = sum(self._is_prose(line, upper) for line in inside)
        return prose >= 3 and prose >= 0.5 * len(inside)

    def _is_prose(self, line: Line, extent: Box) -> bool:
        """A line of running text as wide as its column, or wider than the table."""
        if line.role not in (Role.BODY, Role.REFERENCE, Role.FOOTNOTE) or is_celled(words_of_row(line.words)):
            return False
        left, right = self.frame.column_of(line.box)
        width = line.box.x1 - line.box.x0
        sticks_out = line.box.x0 < extent.x0 - 12 or line.box.x1 > extent.x1 + 12
        return len(line.words) >= 4 and (sticks_out or width > 0.6 * (right - left))

    # -- captions --------------------------------------------------------------------------------------------

    def side(self, caption: Caption, candidate: _Candidate) -> str:
        if candidate.box.y0 >= caption.box.y1 - 3:
            return "below"
        if candidate.box.y1 <= caption.box.y0 + 3:
            return "above"
        return "beside"

    def distance(self, caption: Caption, candidate: _Candidate) -> float:
        """Points between caption and rulings, with a fine for lines that stand between; infinite if they can't belong."""
        one, other = caption.box, candidate.box
        across = min(one.x1, other.x1) - max(one.x0, other.x0)
        side = self.side(caption, candidate)
        if side == "beside":
            apart = max(one.x0 - other.x1, other.x0 - one.x1)
            together = min(one.y1, other.y1) - max(one.y0, other.y0)
            level = together > 0.6 * min(one.y1 - one.y0, other.y1 - other.y0)
            gap = Box(min(one.x1, other.x1), max(one.y0, other.y0), max(one.x0, other.x0), min(one.y1, other.y1))
            free = not any(_overlaps(line.box, gap) for line in self.frame.lines if id(line) not in self._caption_lines)
            level = level and self.frame.column_of(other) in (self.frame.column_of(one), (0.0, self.frame.width))
            return 0.5 * apart + 5 if 0 <= apart < _FARTHEST_BESIDE_POINTS and level and free else float("inf")
        if across < 0.35 * min(one.x1 - one.x0, other.x1 - other.x0):
            return float("inf")
        top, bottom = (one.y1, other.y0) if side == "below" else (other.y1, one.y0)
        if bottom - top > _FARTHEST_CAPTION_POINTS + 60:
            return float("inf")
        between = [
            line
            for line in self.frame.lines
            if id(line) not in self._caption_lines
            and top - 2 <= (line.box.y0 + line.box.y1) / 2 <= bottom + 2
            and line.box.x0 < other.x1
            and line.box.x1 > other.x0
        ]
        size = caption.lines[0].words[0].size
        prose = sum(self._is_prose(line, other) for line in between if line.words[0].size > size - 0.4)
        other_captions = sum(
            top - 2 <= (each.box.y0 + each.box.y1) / 2 <= bottom + 2
            and min(each.box.x1, other.x1) > max(each.box.x0, other.x0)
            for each in self.captions
            if each is not caption
        )
        if prose or other_captions:
            return float("inf")
        return max(0.0, bottom - top) + 3 * len(between)

    def found(self) -> list[Region]:
        pairs = []
        for caption in self.captions:
            for candidate in self.candidates:
                distance = self.distance(caption, candidate)
                if distance < _FARTHEST_CAPTION_POINTS:
                    side = self.side(caption, candidate)
                    wrong = self.below is not None and caption.is_table and side == ("above" if self.below else "below")
                    pairs.append((distance + _UNUSUAL_SIDE_POINTS * wrong, candidate.box.y0, caption, candidate))
        pairs.sort(key=lambda pair: pair[:2])
        of_candidate: dict[int, Caption] = {}
        of_caption: dict[int, _Candidate] = {}
        for _, _, caption, candidate in pairs:
            if id(candidate) not in of_candidate and id(caption) not in of_caption:
                of_candidate[id(candidate)] = caption
                of_caption[id(caption)] = candidate
        self._adopt(of_candidate, pairs)
        regions = []
        for candidate in self.candidates:
            owner = of_candidate.get(id(candidate))
            if owner is not None and not owner.is_table:
                continue
            if owner is None and len(candidate.rulings) < 2:
                continue
            region = self._region(candidate.box, owner, ruled=True)
            if region is not None:
                regions.append(region)
        for caption in self.captions:
            if caption.is_table and id(caption) not in of_caption:
                region = self._unruled(caption, regions)
                if region is not None:
                    regions.append(region)
        return sorted(self._apart(regions), key=lambda region: (region.box.y0, region.box.x0))

    def _adopt(
        self, of_candidate: dict[int, Caption], pairs: Iterable[tuple[float, float, Caption, _Candidate]]
    ) -> None:
        """Rulings left over beside or under a captioned table, within reach of the same caption: its further parts."""
        for _, _, caption, candidate in pairs:
            near = self.side(caption, candidate) != "beside" and len(candidate.rulings) > 1
            if id(candidate) not in of_candidate and caption.is_table and near:
                of_candidate[id(candidate)] = caption

    # -- words -----------------------------------------------------------------------------------------------

    def _region(self, box: Box, caption: Caption | None, ruled: bool) -> Region | None:
        words = tuple(
            word
            for line in self.frame.lines
            if line.box.y1 >= box.y0 - 4 and line.box.y0 <= box.y1 + 4 and id(line) not in self._caption_lines
            for word in line.words
            if box.y0 - 1 <= (word.box.y0 + word.box.y1) / 2 <= box.y1 + 1
            and box.x0 - 3 <= (word.box.x0 + word.box.x1) / 2 <= box.x1 + 3
        )
        words += tuple(
            word
            for word in self.frame.standing
            if ruled and box.y0 - 1 <= word.box.y0 and word.box.y1 <= box.y1 + 1 and box.x0 <= word.box.x0 <= box.x1
        )
        if not words:
            return None
        whole = Box.around((box, *(word.box for word in words))) if not ruled else box
        across = tuple(
            each
            for each in self.frame.across
            if box.y0 - 2 <= each.y0 <= box.y1 + 2 and each.x0 < box.x1 and each.x1 > box.x0
        )
        down = tuple(
            each
            for each in self.frame.down
            if box.x0 - 2 <= each.x0 <= box.x1 + 2 and each.y0 < box.y1 - 2 and each.y1 > box.y0 + 2
        )
        return Region(self.frame, whole, words, across, down, caption, ruled)

    def _bands(
        self, left: float, right: float, top: float, bottom: float
    ) -> list[tuple[Box, list[Word], set[Role], bool]]:
        """Rows of words in a part of the frame: box, words, their lines' roles, and whether a caption has part in it."""
        held: list[tuple[Word, Line]] = []
        for line in self.frame.lines:
            if line.box.y1 > top and line.box.y0 < bottom and line.box.x1 > left and line.box.x0 < right:
                held += [
                    (word, line)
                    for word in line.words
                    if left - 2 <= (word.box.x0 + word.box.x1) / 2 <= right + 2
                    and top <= (word.box.y0 + word.box.y1) / 2 <= bottom
                ]
        line_of = {id(word): line for word, line in held}
        bands = []
        for row in rows_by_baseline(word for word, _ in held):
            lines = [line_of[id(word)] for word in row]
            bands.append(
                (
                    Box.around(word.box for word in row),
                    row,
                    {line.role for line in lines},
                    any(id(line) in self._caption_lines for line in lines),
                )
            )
        return bands

    def _grown(self, box: Box) -> Box:
        """Rows right above the first ruling and below the last that stand in the same columns are the table's too."""
        x0, x1 = box.x0, box.x1
        for upwards in (True, False):
            edge = box.y0 if upwards else box.y1
            if upwards:
                bands = self._bands(x0 - 2, x1 + 2, max(0.0, box.y0 - 300), box.y0)[::-1]
            else:
                bands = self._bands(x0 - 2, x1 + 2, box.y1, box.y1 + 500)
            pending: list[Box] = []
            for around, words, roles, captioned in bands:
                height = around.y1 - around.y0
                blank = edge - around.y1 if upwards else around.y0 - edge
                segments = words_of_row(words)
                if captioned or blank > 0.75 * height or roles & {Role.HEADING, Role.CAPTION, Role.FOOTNOTE}:
                    break
                if self._crosses(words, x0, x1) or len(pending) > 1 or _NOTE_MARK.match(words[0].text):
                    break
                edge = around.y0 if upwards else around.y1
                pending.append(Box(x0, around.y0, x1, around.y1))
                if is_celled(segments):
                    box = Box.around((box, *pending))
                    pending = []
        return box

    def _crosses(self, words: Sequence[Word], x0: float, x1: float) -> bool:
        """The line that these words are of goes on beyond the table's sides."""
        own = {id(word) for word in words}
        for line in self.frame.lines:
            if any(id(word) in own for word in line.words):
                return line.box.x0 < x0 - 8 or line.box.x1 > x1 + 8
        return False

    def _unruled(self, caption: Caption, regions: Sequence[Region]) -> Region | None:
        """The rows next to a caption that no rulings belong to: those of cells, while they follow each other closely."""
        left, right = self._reach(caption)
        order = (True, False) if self.below is not False else (False, True)
        best: tuple[int, Box] | None = None
        for below in order:
            if below:
                bands = self._bands(left, right, caption.box.y1 - 1, min(caption.box.y1 + 700, self.frame.height))
            else:
                bands = self._bands(left, right, max(0.0, caption.box.y0 - 700), caption.box.y0 + 1)[::-1]
            rows = self._rows_on(bands, caption, regions, below)
            if rows and (best is None or len(rows) > 2 * best[0]):
                best = len(rows), Box.around(rows)
        return None if best is None else self._region(best[1], caption, ruled=False)

    def _reach(self, caption: Caption) -> tuple[float, float]:
        """Left and right end of where a caption's table can stand: its column, up to the captions beside it."""
        left, right = self.frame.column_of(caption.box)
        for other in self.captions:
            level = min(other.box.y1, caption.box.y1) - max(other.box.y0, caption.box.y0) > 0
            if other is caption or not level:
                continue
            if other.box.x0 > caption.box.x1:
                right = min(right, (other.box.x0 + caption.box.x1) / 2)
            elif other.box.x1 < caption.box.x0:
                left = max(left, (other.box.x1 + caption.box.x0) / 2)
        return left, right

    def _rows_on(
        self,
        bands: list[tuple[Box, list[Word], set[Role], bool]],
        caption: Caption,
        regions: Sequence[Region],
        below: bool,
    ) -> list[Box]:
        rows: list[tuple[Box, bool]] = []
        """Boxes, and whether the row is sure: one of cells, or the rest of a label."""
        pitches: list[float] = []
        edge = caption.box.y1 if below else caption.box.y0
        labels_end = self.frame.width
        for around, words, roles, captioned in bands:
            height = around.y1 - around.y0
            blank = around.y0 - edge if below else edge - around.y1
            most = 3.0 * height if not rows else max(1.2 * height, 1.6 * median(pitches) if pitches else 1.8 * height)
            segments = words_of_row(words)
            celled = is_celled(segments)
            if captioned or blank > most or Role.HEADING in roles:
                break
            if any(_overlaps(region.box, around) for region in regions):
                break
            rest = bool(pitches) and around.x1 < labels_end and blank < 0.5 * height
            if not celled and not rest and (Role.BODY in roles or Role.CAPTION in roles) and len(words) > 4:
                break
            if celled:
                labels_end = min(labels_end, segments[1].x0)
            if rows:
                pitches.append(max(0.5, blank))
            rows.append((around, celled or (rest and below)))
            edge = around.y1 if below else around.y0
        while rows and not rows[-1][1]:
            rows.pop()
        if sum(sure for _, sure in rows) < 2:
            return []
        return [box for box, _ in rows]

    def _apart(self, regions: list[Region]) -> Iterator[Region]:
        """Each word belongs to one table: what a larger region holds is not told again."""
        taken: set[int] = set()
        for region in sorted(regions, key=lambda each: (not each.ruled, -len(each.words))):
            words = tuple(word for word in region.words if id(word) not in taken)
            if len(words) < 0.5 * len(region.words):
                continue
            taken.update(map(id, words))
            yield replace(region, words=words)


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def _overlaps(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 - 1 and other.x0 < one.x1 - 1 and one.y0 <= other.y1 and other.y0 <= one.y1
