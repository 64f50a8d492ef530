"""A page seen so that its text runs to the right: as it lies, and turned where most of it stands on its side."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from extractors.records import Box, Line, Page, Role, Word
from extractors.rulings import is_horizontal
from extractors.tabular.segments import is_celled, words_of_row

_FEWEST_TURNED_LINES = 4
"""Fewer lines that run upwards are labels of an axis or arXiv's stamp."""
_LONGEST_HEAD = 60
"""Characters."""
_UPRIGHT = (1, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """Lines and rulings of a page in which text runs to the right; furniture is left out."""

    page: int
    width: float
    height: float
    lines: tuple[Line, ...]
    across: tuple[Box, ...]
    """Horizontal rulings, by y."""
    down: tuple[Box, ...]
    """Vertical rulings, by x."""
    gutters: tuple[float, ...]
    standing: tuple[Word, ...]
    """Short lines that run upwards or downwards, each as one word: heads that were turned to save width."""
    on_page: Callable[[Box], Box]
    """A box of this frame where it lies on the page."""
    turned: bool = False
    _celled: dict[int, bool] = field(default_factory=dict)
    """What is known of lines, by ``id``."""

    def is_celled(self, line: Line) -> bool:
        """The line stands apart in cells, as a row of a table does."""
        known = self._celled.get(id(line))
        if known is None:
            known = self._celled[id(line)] = is_celled(words_of_row(line.words))
        return known

    def column_of(self, box: Box) -> tuple[float, float]:
        """Left and right end of the text column that ``box`` stands in, or of all of them if it stands across."""
        edges = (0.0, *self.gutters, self.width)
        for left, right in itertools.pairwise(edges):
            if box.x0 >= left - 4 and box.x1 <= right + 4:
                return left, right
        return 0.0, self.width


def frames_of(page: Page) -> Iterator[Frame]:
    """The page as it lies; and turned, where most of its words run upwards or downwards."""
    lines = [line for line in page.lines if line.role is not Role.FURNITURE]
    upright = tuple(line for line in lines if line.direction == _UPRIGHT)
    across, down = _sorted_rulings(page.rulings)
    standing = [line for line in lines if line.direction != _UPRIGHT]
    heads = tuple(_as_word(line) for line in standing if len(line.text) <= _LONGEST_HEAD)
    turned = _word_count(standing) > _word_count(upright)
    yield Frame(
        page.number,
        page.width,
        page.height,
        upright,
        across,
        down,
        page.gutters,
        standing=() if turned else heads,
        on_page=lambda box: box,
    )
    for direction in ((0, -1), (0, 1)):
        running = [line for line in standing if line.direction == direction]
        if turned and len(running) >= _FEWEST_TURNED_LINES:
            yield _turned(page, running, upwards=direction == (0, -1))


def _word_count(lines: Iterable[Line]) -> int:
    return sum(len(line.words) for line in lines)


def _turned(page: Page, lines: list[Line], upwards: bool) -> Frame:
    width, height = page.width, page.height

    def seen(box: Box) -> Box:
        if upwards:
            return Box(height - box.y1, box.x0, height - box.y0, box.x1)
        return Box(box.y0, width - box.x1, box.y1, width - box.x0)

    def on_page(box: Box) -> Box:
        if upwards:
            return Box(box.y0, height - box.x1, box.y1, height - box.x0)
        return Box(width - box.y1, box.x0, width - box.y0, box.x1)

    def seen_word(word: Word) -> Word:
        return replace(word, box=seen(word.box), baseline=word.baseline if upwards else width - word.baseline)

    turned = tuple(
        replace(line, words=tuple(map(seen_word, line.words)), box=seen(line.box), direction=_UPRIGHT) for line in lines
    )
    ordered = tuple(sorted(turned, key=lambda line: (line.box.y0, line.box.x0)))
    rulings = tuple(map(seen, page.rulings))
    across, down = _sorted_rulings(rulings)
    return Frame(page.number, height, width, ordered, across, down, (), (), on_page, turned=True)


def _as_word(line: Line) -> Word:
    """A standing line as a word whose baseline is its lower end."""
    first = line.words[0]
    return Word(line.text, line.box, first.size, all(word.bold for word in line.words), line.box.y1)


def _sorted_rulings(rulings: tuple[Box, ...]) -> tuple[tuple[Box, ...], tuple[Box, ...]]:
    across = sorted((box for box in rulings if is_horizontal(box)), key=lambda box: box.y0)
    down = sorted((box for box in rulings if not is_horizontal(box)), key=lambda box: box.x0)
    return tuple(across), tuple(down)
