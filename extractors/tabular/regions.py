"""Where on a page tables stand: which caption, which rulings and which words belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from statistics import median

from extractors.records import Box, Role, Word
from extractors.tabular.bands import Band, bands_in, is_running_text, lines_between, overlap, within
from extractors.tabular.captions import Caption
from extractors.tabular.frames import Frame
from extractors.tabular.ruled_areas import RuledArea, ruled_areas

_FARTHEST_CAPTION_POINTS = 60.0
_FARTHEST_BESIDE_POINTS = 90.0
_SURE_POINTS = 25.0
"""A caption so near to one area only tells on which side this paper has its captions."""
_UNUSUAL_SIDE_POINTS = 10.0
"""A table on the other side counts as so much farther."""
_LINE_BETWEEN_POINTS = 3.0
_STACKED_POINTS = 40.0
_NO_ROWS_POINTS = 30.0
"""An area without rows of cells, such as a chart's frame, counts as so much farther."""
_UNRULED_REACH_POINTS = 700.0
_INFINITE = float("inf")


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


class TablePlaces:
    """Captions and ruled areas of one frame, and which of them belong together."""

    def __init__(self, frame: Frame, captions: Sequence[Caption]) -> None:
        self._frame = frame
        self._captions = captions
        self._captioned = {id(line) for caption in captions for line in caption.lines}
        self._areas = ruled_areas(frame, captions)

    def usual_side(self) -> tuple[int, int]:
        """How many tables stand surely below their captions, and how many above."""
        under = over = 0
        for caption in self._captions:
            near = {_side(caption, area) for area in self._areas if self._distance(caption, area) < _SURE_POINTS}
            under += caption.is_table and near == {"below"}
            over += caption.is_table and near == {"above"}
        return under, over

    def regions(self, below: bool | None) -> list[Region]:
        """Tables, from top to bottom. ``below``: whether this paper's tables stand below captions, None if unknown."""
        owners = self._owners(below)
        regions = []
        for number, area in enumerate(self._areas):
            owner = owners.get(number)
            if owner.is_table if owner is not None else area.ruling_count > 1:
                regions.append(self._region(area.box, owner, ruled=True))
        held = [region for region in regions if region.words]
        served = {id(owner) for owner in owners.values()}
        for caption in self._captions:
            if caption.is_table and id(caption) not in served:
                box = self._unruled(caption, below, held)
                held += [self._region(box, caption, ruled=False)] if box else []
        return sorted(_apart(held), key=lambda region: (region.box.y0, region.box.x0))

    def _owners(self, below: bool | None) -> dict[int, Caption]:
        """For areas, by number, the caption that they belong to: the nearest pairs first, one each.

        Areas left over are further parts of what their nearest caption tells of: of a table, of an algorithm.
        """
        pairs = []
        celled = {number for number, area in enumerate(self._areas) if self._has_rows(area)}
        for caption in self._captions:
            for number, area in enumerate(self._areas):
                distance = self._distance(caption, area)
                if distance < _FARTHEST_CAPTION_POINTS:
                    unusual = caption.is_table and below is not None and _side(caption, area) == _other_side(below)
                    bare = caption.is_table and number not in celled
                    pairs.append((distance + _UNUSUAL_SIDE_POINTS * unusual + _NO_ROWS_POINTS * bare, number, caption))
        pairs.sort(key=lambda pair: pair[:2])
        owners: dict[int, Caption] = {}
        served: set[int] = set()
        for _, number, caption in pairs:
            if number not in owners and id(caption) not in served:
                owners[number] = caption
                served.add(id(caption))
        for _, number, caption in pairs:
            area = self._areas[number]
            further_part = area.ruling_count > 1 and _side(caption, area) != "beside"
            if number not in owners and (further_part or not caption.is_table):
                owners[number] = caption
        self._hand_on(owners)
        return owners

    def _hand_on(self, owners: dict[int, Caption]) -> None:
        """Areas right above or below one with a caption, as wide as it and with nothing between, share the caption."""
        free = [number for number in range(len(self._areas)) if number not in owners]
        while shared := [(each, near) for each in free for near in owners if self._stacked(each, near)]:
            number, near = shared[0]
            owners[number] = owners[near]
            free.remove(number)

    def _stacked(self, one: int, other: int) -> bool:
        upper, lower = sorted((self._areas[one], self._areas[other]), key=lambda area: area.box.y0)
        if upper.ruling_count < 2 or lower.ruling_count < 2 or lower.box.y0 - upper.box.y1 > _STACKED_POINTS:
            return False
        left, right = max(upper.box.x0, lower.box.x0), min(upper.box.x1, lower.box.x1)
        level = abs(upper.box.x0 - lower.box.x0) < 3 and abs(upper.box.x1 - lower.box.x1) < 3
        return level and not lines_between(self._frame, upper.box.y1, lower.box.y0, left, right)

    def _has_rows(self, area: RuledArea) -> bool:
        bands = bands_in(self._frame, area.box, self._captioned)
        return sum(band.is_celled for band in bands) > 1

    def _distance(self, caption: Caption, area: RuledArea) -> float:
        """Points between a caption and an area, with a fine for lines between; infinite where they can't belong."""
        one, other = caption.box, area.box
        if within(one, other):
            return 0.0
        side = _side(caption, area)
        if side == "beside":
            return self._distance_beside(one, other)
        shared = min(one.x1, other.x1) - max(one.x0, other.x0)
        if shared < 0.35 * min(one.x1 - one.x0, other.x1 - other.x0):
            return _INFINITE
        top, bottom = (one.y1, other.y0) if side == "below" else (other.y1, one.y0)
        if bottom - top > 2 * _FARTHEST_CAPTION_POINTS:
            return _INFINITE
        between = lines_between(self._frame, top - 2, bottom + 2, other.x0, other.x1)
        size = caption.lines[0].words[0].size
        for line in between:
            if id(line) in self._captioned and line not in caption.lines:
                return _INFINITE
            small = line.words[0].size <= size - 0.4
            if id(line) not in self._captioned and not small and is_running_text(self._frame, line, other):
                return _INFINITE
        return max(0.0, bottom - top) + _LINE_BETWEEN_POINTS * sum(id(line) not in self._captioned for line in between)

    def _distance_beside(self, one: Box, other: Box) -> float:
        """A caption beside a table stands level with it, in its column, with nothing between."""
        apart = max(one.x0 - other.x1, other.x0 - one.x1)
        level = min(one.y1, other.y1) - max(one.y0, other.y0) > 0.6 * min(one.y1 - one.y0, other.y1 - other.y0)
        columns = (self._frame.column_of(one), (0.0, self._frame.width))
        if not (0 <= apart < _FARTHEST_BESIDE_POINTS and level and self._frame.column_of(other) in columns):
            return _INFINITE
        gap = Box(min(one.x1, other.x1), max(one.y0, other.y0), max(one.x0, other.x0), min(one.y1, other.y1))
        if any(overlap(line.box, gap) for line in self._frame.lines if id(line) not in self._captioned):
            return _INFINITE
        return 0.5 * apart + 5

    def _region(self, box: Box, caption: Caption | None, ruled: bool) -> Region:
        frame = self._frame
        area = Box(box.x0 - 3, box.y0 - 1, box.x1 + 3, box.y1 + 1)
        words = [
            word
            for line in frame.lines
            if line.box.y1 >= area.y0 and line.box.y0 <= area.y1 and id(line) not in self._captioned
            for word in line.words
            if within(word.box, area)
        ]
        if ruled:
            baselines = {round(word.baseline) for word in words}
            words += [
                _beside_rows(word, baselines)
                for word in frame.standing
                if area.y0 <= word.box.y0 and word.box.y1 <= area.y1 and box.x0 <= word.box.x0 <= box.x1
            ]
        across = [each for each in frame.across if area.y0 - 1 <= each.y0 <= area.y1 + 1 and _meet(each, box)]
        down = [
            each
            for each in frame.down
            if box.x0 - 2 <= each.x0 <= box.x1 + 2 and each.y0 < box.y1 - 2 and each.y1 > box.y0 + 2
        ]
        return Region(frame, box, tuple(words), tuple(across), tuple(down), caption, ruled)

    def _unruled(self, caption: Caption, below: bool | None, held: Sequence[Region]) -> Box | None:
        """The rows next to a caption that no rulings belong to; on the usual side, unless the other has far more."""
        left, right = self._reach(caption)
        best: list[Box] = []
        for downwards in (True, False) if below is not False else (False, True):
            if downwards:
                area = Box(left, caption.box.y1 - 1, right, caption.box.y1 + _UNRULED_REACH_POINTS)
            else:
                area = Box(left, caption.box.y0 - _UNRULED_REACH_POINTS, right, caption.box.y0 + 1)
            bands = bands_in(self._frame, area, self._captioned)
            rows = _rows_on(bands if downwards else bands[::-1], caption, held, downwards)
            if len(rows) > 2 * len(best):
                best = rows
        return Box.around(best) if best else None

    def _reach(self, caption: Caption) -> tuple[float, float]:
        """Left and right end of where a caption's table can stand: its column, up to the captions beside it."""
        left, right = self._frame.column_of(caption.box)
        for other in self._captions:
            level = min(other.box.y1, caption.box.y1) - max(other.box.y0, caption.box.y0) > 0
            if other is caption or not level:
                continue
            if other.box.x0 > caption.box.x1:
                right = min(right, (other.box.x0 + caption.box.x1) / 2)
            elif other.box.x1 < caption.box.x0:
                left = max(left, (other.box.x1 + caption.box.x0) / 2)
        return left, right


def _beside_rows(word: Word, baselines: Set[int]) -> Word:
    """A standing word beside several rows labels them and counts as on the middle one; others are heads."""
    beside = sorted(baseline for baseline in baselines if word.box.y0 < baseline < word.box.y1)
    return replace(word, baseline=float(beside[len(beside) // 2])) if len(beside) > 2 else word


def _side(caption: Caption, area: RuledArea) -> str:
    """Where the area stands, seen from the caption."""
    if area.box.y0 >= caption.box.y1 - 3:
        return "below"
    if area.box.y1 <= caption.box.y0 + 3:
        return "above"
    return "beside"


def _other_side(below: bool) -> str:
    return "above" if below else "below"


def _meet(ruling: Box, box: Box) -> bool:
    return ruling.x0 < box.x1 and ruling.x1 > box.x0


def _rows_on(bands: Sequence[Band], caption: Caption, held: Sequence[Region], below: bool) -> list[Box]:
    """The boxes of rows that follow each other from a caption on: of cells, or the rests of wrapped labels."""
    rows: list[tuple[Box, bool]] = []
    blanks: list[float] = []
    edge = caption.box.y1 if below else caption.box.y0
    labels_end = _INFINITE
    for band in bands:
        blank = band.box.y0 - edge if below else edge - band.box.y1
        usual = 1.6 * median(blanks) if blanks else 1.8 * band.height
        farthest = max(1.2 * band.height, usual) if rows else 3.0 * band.height
        if band.captioned or blank > farthest or Role.HEADING in band.roles:
            break
        if any(overlap(region.box, band.box) for region in held):
            break
        rest_of_label = bool(blanks) and band.box.x1 < labels_end and blank < 0.5 * band.height
        text = band.roles & {Role.BODY, Role.CAPTION} and len(band.words) > 4
        if text and not band.is_celled and not rest_of_label:
            break
        if band.is_celled:
            labels_end = min(labels_end, band.segments[1].x0)
        if rows:
            blanks.append(max(0.5, blank))
        rows.append((band.box, band.is_celled or (rest_of_label and below)))
        edge = band.box.y1 if below else band.box.y0
    while rows and not rows[-1][1]:
        rows.pop()
    return [box for box, _ in rows] if sum(sure for _, sure in rows) > 1 else []


def _apart(regions: Sequence[Region]) -> Iterator[Region]:
    """Each word belongs to one table: what a larger region holds is not told again."""
    taken: set[int] = set()
    for region in sorted(regions, key=lambda each: (not each.ruled, -len(each.words))):
        words = tuple(word for word in region.words if id(word) not in taken)
        if len(words) >= 0.5 * len(region.words):
            taken.update(map(id, words))
            yield replace(region, words=words)
