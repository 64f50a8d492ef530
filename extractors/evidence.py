"""Where a record comes from: the sentence as quote, and boxes around just the words that it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from extractors.cell_evidence import words_of
from extractors.cell_places import CellPlaces
from extractors.judge import RULES_LOG_ODDS
from extractors.judgement import Place
from extractors.records import MAX_QUOTE_CHARACTERS, Box, Document, Evidence, Passage, TrainingRun
from extractors.table_evidence import pieces_in_table
from extractors.table_statements import TableTime

Span = tuple[Place, int, int]
"""Words of a sentence: offsets in its passage's text."""

_NAMED_ELSEWHERE = "link.only-name"
_MAKER_BEFORE = re.compile(
    r"\b(?:(?:nvidia|amd|intel|google|tesla|geforce|quadro|cloud)(?:[\s®™-]|R\u20dd)+)+\Z", re.IGNORECASE
)
_LONGEST_MAKER = 40
"""Characters, of a maker's and a family's name together."""
_SAME_LINE = 0.5
"""Boxes that overlap by this share of their height stand on one line."""
_WIDEST_SPACE = 1.0
"""Between words of one box, in heights of a line."""


def evidence_of(place: Place, spans: Sequence[tuple[int, int]], rules: tuple[str, ...], *further: Span) -> Evidence:
    """The sentence of ``place`` as quote; boxes around ``spans`` in it, and around ``further`` words elsewhere."""
    passage = place.passage
    held = [piece for start, end in spans for piece in _words(passage, start, end)]
    page = min(number for number, _ in held)
    start, end = _quoted(place, spans[0][0])
    elsewhere = [piece for other, begin, stop in further for piece in _words(other.passage, begin, stop)]
    return Evidence(
        page=page,
        box=Box.around(box for number, box in held if number == page),
        quote=passage.text[start:end],
        start=passage.start + start,
        end=passage.start + end,
        rules=rules,
        boxes=_joined([*held, *elsewhere]),
    )


def evidence_in_table(document: Document, time: TableTime, rules: tuple[str, ...], *further: Span) -> Evidence:
    """The row's label, the head and the value as quote; boxes around the cells and the words of the caption that the
    record rests on, and around ``further`` words."""
    cell = time.cell
    start, end = CellPlaces(document).offsets(cell)
    elsewhere = [piece for other, begin, stop in further for piece in _words(other.passage, begin, stop)]
    return Evidence(
        page=cell.page,
        box=cell.box,
        quote=words_of(cell)[-MAX_QUOTE_CHARACTERS:],
        start=start,
        end=end,
        rules=rules,
        boxes=_joined([*pieces_in_table(document, time), *elsewhere]),
    )


def with_names(runs: Iterable[TrainingRun], places: Sequence[Place]) -> tuple[TrainingRun, ...]:
    """Runs whose own words leave the hardware's name open ("on 8 GPUs") also have a box around it, where the paper
    gives it: of the sentences that do, in the one that speaks most of its own training."""
    named: dict[str, tuple[float, Span]] = {}
    for place in places:
        odds = place.seen.signals[RULES_LOG_ODDS]
        for item in place.sentence.hardware:
            if item.specific and (item.name not in named or odds > named[item.name][0]):
                named[item.name] = odds, (place, item.start, item.end)
    return tuple(
        _with_words(run, named[run.accelerator][1])
        if run.accelerator in named and _NAMED_ELSEWHERE in run.evidence.rules
        else run
        for run in runs
    )


def _with_words(run: TrainingRun, span: Span) -> TrainingRun:
    place, start, end = span
    boxes = _joined([*run.evidence.boxes, *_words(place.passage, start, end)])
    return replace(run, evidence=replace(run.evidence, boxes=boxes))


def _words(passage: Passage, start: int, end: int) -> Iterator[tuple[int, Box]]:
    """The words of a span, with the maker's name before one that begins with a product's.

    "on NVIDIA [K80 GPUs]" -> "NVIDIA", "K80", "GPUs"      "We at Google took [3 days]" -> "3", "days"
    """
    maker = _MAKER_BEFORE.search(passage.text, max(0, start - _LONGEST_MAKER), start)
    yield from passage.boxes(maker.start() if maker else start, end)


def _quoted(place: Place, anchor: int) -> tuple[int, int]:
    """The sentence without white space around it; of one that is too long, the half-overlapping window that holds
    ``anchor``, so that the same words are quoted wherever in the window the anchor falls."""
    start, end = place.sentence.start, place.sentence.end
    if end - start > MAX_QUOTE_CHARACTERS:
        step = MAX_QUOTE_CHARACTERS // 2
        start += max(0, (anchor - start) // step * step - step // 2)
        end = min(end, start + MAX_QUOTE_CHARACTERS)
    text = place.passage.text[start:end]
    start += len(text) - len(text.lstrip())
    return start, start + len(text.strip())


def _joined(pieces: Iterable[tuple[int, Box]]) -> tuple[tuple[int, Box], ...]:
    """Word boxes, those that follow one another on a line as one."""
    joined: list[tuple[int, Box]] = []
    for page, box in dict.fromkeys(pieces):
        if joined and joined[-1][0] == page and _follows(joined[-1][1], box):
            joined[-1] = (page, Box.around((joined[-1][1], box)))
        else:
            joined.append((page, box))
    return tuple(joined)


def _follows(one: Box, other: Box) -> bool:
    height = max(1.0, min(one.y1 - one.y0, other.y1 - other.y0))
    overlap = min(one.y1, other.y1) - max(one.y0, other.y0)
    return overlap > _SAME_LINE * height and -_WIDEST_SPACE * height < other.x0 - one.x1 < _WIDEST_SPACE * height
