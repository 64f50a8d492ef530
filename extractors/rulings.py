"""Lines that a page draws: the rulings of its tables, and what else is straight and thin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from extractors.records import Box

MAX_RULINGS_PER_PAGE = 4000
"""Of a page that draws more (a chart of many lines) only the longest count."""

_THIN_POINTS = 3.0
_SHORTEST_POINTS = 2.0
_TOUCHING_POINTS = 1.2
_SAME_LINE_POINTS = 0.7
_DASH_POINTS = 8.0
_WHITE = 0.97
_PAGES_ASKED_FOR_MASKS = 2


class RulingReader:
    """Reads the rulings of one document's pages, first page first.

    Old TeX drivers paint rulings as image masks. To find these takes a second pass over a page, so where the
    first pages with tables have none, the others are not asked.
    """

    def __init__(self) -> None:
        self._pages_without_masks = 0

    def read(self, page: Any, has_table: bool) -> tuple[Box, ...]:
        """Horizontal and vertical lines of a PyMuPDF page as thin boxes, the pieces of one line joined.

        A stroked line, a thin filled rectangle, the four sides of a frame -> yes
        A curve, a slanting or white line, a highlighter's translucent stroke -> no
        """
        masks: list[Box] = []
        if has_table and self._pages_without_masks < _PAGES_ASKED_FOR_MASKS:
            masks = _masks(page)
            self._pages_without_masks = 0 if masks else self._pages_without_masks + 1
        return _rulings(page, masks)


def _masks(page: Any) -> list[Box]:
    boxes = (box for kind, box in page.get_bboxlog() if kind == "fill-imgmask")
    return [Box(*sides) for box in boxes for sides in _thin(box[0], box[1], box[2], box[3], 0.0)]


def _rulings(page: Any, masks: list[Box]) -> tuple[Box, ...]:
    drawn = [Box(*sides) for sides in _straight(page.get_cdrawings())] + masks
    if page.rotation:
        drawn = [_turned(box, page.rotation_matrix) for box in drawn]
    if len(drawn) > MAX_RULINGS_PER_PAGE:
        drawn = sorted(drawn, key=lambda box: -max(box.x1 - box.x0, box.y1 - box.y0))[:MAX_RULINGS_PER_PAGE]
    across = [box for box in drawn if is_horizontal(box)]
    down = [_mirrored(box) for box in drawn if not is_horizontal(box)]
    return (*_joined(across), *(_mirrored(box) for box in _joined(down)))


def is_horizontal(ruling: Box) -> bool:
    return ruling.x1 - ruling.x0 >= ruling.y1 - ruling.y0


def _straight(paths: Iterable[dict[str, Any]]) -> Iterator[tuple[float, float, float, float]]:
    for path in paths:
        stroked = "s" in path["type"]
        colour = path.get("color") if stroked else path.get("fill")
        opacity = path.get("stroke_opacity" if stroked else "fill_opacity")
        if (colour is not None and min(colour) > _WHITE) or (opacity is not None and opacity < 1):
            continue
        half = min(path.get("width") or 0.0, _THIN_POINTS) / 2 if stroked else 0.0
        for item in path.get("items", ()):
            if item[0] == "l" and stroked:
                (x0, x1), (y0, y1) = sorted((item[1][0], item[2][0])), sorted((item[1][1], item[2][1]))
                yield from _thin(x0, y0, x1, y1, half)
            elif item[0] in ("re", "qu"):
                x0, y0, x1, y1 = item[1] if item[0] == "re" else _around(item[1])
                if min(x1 - x0, y1 - y0) > _THIN_POINTS and stroked:
                    for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
                        yield from _thin(*side, half)
                else:
                    yield from _thin(x0, y0, x1, y1, half)
        if not stroked and path.get("items") and path["items"][0][0] == "l":
            x0, y0, x1, y1 = path["rect"]
            yield from _thin(x0, y0, x1, y1, 0.0)


def _around(corners: Iterable[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _thin(x0: float, y0: float, x1: float, y1: float, half: float) -> Iterator[tuple[float, float, float, float]]:
    width, height = x1 - x0, y1 - y0
    if height <= _THIN_POINTS and width > max(_SHORTEST_POINTS, 2 * height):
        yield x0, y0 - half, x1, y1 + half
    elif width <= _THIN_POINTS and height > max(_SHORTEST_POINTS, 2 * width):
        yield x0 - half, y0, x1 + half, y1


def _turned(box: Box, matrix: Any) -> Box:
    xs, ys = zip(
        *(
            (x * matrix.a + y * matrix.c + matrix.e, x * matrix.b + y * matrix.d + matrix.f)
            for x, y in ((box.x0, box.y0), (box.x1, box.y1))
        ),
        strict=True,
    )
    return Box(min(xs), min(ys), max(xs), max(ys))


def _mirrored(box: Box) -> Box:
    return Box(box.y0, box.x0, box.y1, box.x1)


def _joined(across: list[Box]) -> list[Box]:
    """Pieces of one horizontal line put together: those that touch, and dashes."""
    joined: list[Box] = []
    last_piece = 0.0
    for box in sorted(across, key=lambda box: (round((box.y0 + box.y1) / 2 / _SAME_LINE_POINTS), box.x0)):
        width = box.x1 - box.x0
        if joined:
            last = joined[-1]
            gap = box.x0 - last.x1
            level = abs((box.y0 + box.y1) - (last.y0 + last.y1)) <= 2 * _SAME_LINE_POINTS
            dashes = last_piece <= _DASH_POINTS and width <= _DASH_POINTS and gap <= _DASH_POINTS
            if level and box.x0 >= last.x0 and (gap <= _TOUCHING_POINTS or dashes):
                joined[-1] = Box(last.x0, min(last.y0, box.y0), max(last.x1, box.x1), max(last.y1, box.y1))
                last_piece = width
                continue
        joined.append(box)
        last_piece = width
    return joined
