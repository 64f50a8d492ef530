"""What the card of the trained judge says of its accuracy: the figures, as tables, and what they were measured on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

_DATA = re.compile(r"\*\*Data\.\*\* (\d[\d,]*) papers")
_CALIBRATION = re.compile(r"^(Expected calibration error of [^.]*\d\.\d+ \([^)]*\)[^.\n]*)", re.MULTILINE)
_FOLDS = re.compile(r"\*\*Figures\.\*\* ([^\n]+)")
_LIMITS = re.compile(r"\*\*Limits\.\*\* (.+?)(?:\n\n|\Z)", re.DOTALL)


class CardError(ValueError):
    """The card is not as `burden train` writes it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Card:
    """The figures of the card; each row by the heads of its columns, as it is written there."""

    papers: int
    folds: str
    """How they were measured: a sentence."""
    runs: tuple[dict[str, str], ...]
    """Heads: field, precision, recall, F1 (95 %), hits, of."""
    results: tuple[dict[str, str], ...]
    """Heads: results, share (95 %), hits, of."""
    calibration: tuple[str, ...]
    limits: str


@cache
def trained_card() -> Card:
    """Of the judge that the product ships with."""
    return read_card(resources.files("models").joinpath("trained/card.md").read_text(encoding="utf-8"))


def read_card(text: str) -> Card:
    """``CardError`` where a part is missing."""
    tables = {next(iter(rows[0])): tuple(rows) for rows in _tables(text) if rows}
    data, folds, limits = _DATA.search(text), _FOLDS.search(text), _LIMITS.search(text)
    if not (data and folds and limits and "field" in tables and "results" in tables):
        raise CardError("the card lacks its data, figures or limits: burden train writes it anew")
    return Card(
        papers=int(data[1].replace(",", "")),
        folds=folds[1],
        runs=tables["field"],
        results=tables["results"],
        calibration=tuple(_CALIBRATION.findall(text)),
        limits=" ".join(limits[1].split()),
    )


def _tables(text: str) -> Iterator[list[dict[str, str]]]:
    """The tables of a Markdown text: rows by the heads of their columns."""
    rows: list[list[str]] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            heads, _, *body = rows
            yield [dict(zip(heads, cells, strict=False)) for cells in body]
            rows = []
