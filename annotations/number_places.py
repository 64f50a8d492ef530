"""Where a page prints a number that a reader took from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from annotations.page_letters import passages_on
from annotations.places import Place
from annotations.placing import QuotePlaces, Span
from extractors.records import Cell, Document, PrintedNumber, Table
from extractors.tabular.numbers import numbers_of

_NUMBER_IN_TEXT = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:\s?×\s?10\^\d+)?(?![\w]|\.\d)")


def place_of_number(
    document: Document, tables: Iterable[Table], value: float, page: int, printed: str | None, table: str | None
) -> tuple[Place, str | None]:
    """The place and the digits of a value, as ``printed`` or in one of the forms that say it.

    Of several cells those of the ``table`` named count, else those of all tables on the page; without a cell, numbers
    in the text. Where two places are left it can't be told, and there is none.

    76.5 -> a cell "76.5", "23.5" (an error) or "0.765"
    """
    says = _says(value, printed)
    cells = [
        (one.number, cell, number.printed)
        for one in tables
        for cell in one.cells
        if cell.page == page
        for number in cell.numbers[:3]
        if says(number)
    ]
    named = [held for held in cells if held[0] == table] if table else []
    held = named or cells
    if len(held) == 1:
        _, cell, digits = held[0]
        return _place_of_cell(cell), digits
    if not held:
        in_text = list(_in_text(document, page, says))
        if len(in_text) == 1:
            quotes = QuotePlaces(document)
            span, digits = in_text[0]
            return quotes.place(span, quotes.sentences(span)), digits
    return Place(page), printed


def _place_of_cell(cell: Cell) -> Place:
    return Place.of(cell.text, cell.page, cell.box)


def _says(value: float, printed: str | None) -> Callable[[PrintedNumber], bool]:
    if printed is not None:
        return lambda number: number.printed == printed
    forms = (value, 100 - value, value / 100)
    return lambda number: any(abs(number.value - form) <= 1e-9 * abs(form) for form in forms)


def _in_text(document: Document, page: int, says: Callable[[PrintedNumber], bool]) -> Iterator[tuple[Span, str]]:
    for passage in passages_on(document, page):
        for match in _NUMBER_IN_TEXT.finditer(passage.text):
            numbers = numbers_of(match[0])
            if numbers and says(numbers[0]) and any(on == page for on, _ in passage.boxes(*match.span())):
                yield Span(passage.start + match.start(), passage.start + match.end()), numbers[0].printed
