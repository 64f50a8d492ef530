"""A table of a report, built once for HTML and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.records import Subject
from analysis.wording import UNKNOWN, plain, safe_url, task_title

MOST_ROWS = 200
"""Of a table in a report; the CSV and JSON files hold all."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    head: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row is its head."""

    title: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    """Sentences below it."""
    is_folded: bool = False
    """The page shows its title, and the rest when asked."""


def table_of(
    title: str,
    caption: str,
    columns: str,
    rows: Iterable[Sequence[str | Cell]],
    *,
    all_in: str = "",
    notes: Iterable[str] = (),
    is_folded: bool = False,
) -> Table | None:
    """``columns`` are parted by bars, those of numbers begin with #; ``all_in`` names the file with the rows beyond
    ``MOST_ROWS``. None without rows."""
    cells = [tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows]
    if not cells:
        return None
    if len(cells) > MOST_ROWS:
        caption += f" The first {MOST_ROWS} of {len(cells):,}" + (f"; all are in {all_in}." if all_in else ".")
    heads = [head.strip() for head in columns.split("|")]
    return Table(
        title=title,
        caption=caption,
        columns=tuple(Column(head.lstrip("#"), head.startswith("#")) for head in heads),
        rows=tuple(cells[:MOST_ROWS]),
        notes=tuple(notes),
        is_folded=is_folded,
    )


def task_name(each: Subject) -> str:
    return task_title(each.benchmark, each.metric)


def model_and_paper(model: object, title: object, arxiv_id: object, url: object) -> tuple[Cell, Cell]:
    return Cell(plain(model, 60) or UNKNOWN), paper(title, arxiv_id, url)


def paper(title: object, arxiv_id: object, url: object) -> Cell:
    return Cell(plain(title, 90) or plain(arxiv_id, 40) or UNKNOWN, safe_url(url))
