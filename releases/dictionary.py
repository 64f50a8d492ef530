"""What each column means, of which type it is, and in which unit: the data dictionary.

Meanings stand in the documentation only: the page on the database tells the columns of every view, the page on releases
those of the lists that are no view. Types and units go by the column's name (``columns.csv``), as one name means one
quantity everywhere.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_PAGES = ("database.md", "data.md")
_SECTION = re.compile(r"^### `(\w+)`\n(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `(\w+)` \| (\S.*?) \|$", re.MULTILINE)


class ColumnType(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    """A date with a time, in UTC."""
    TEXTS = "texts"
    """A list of texts."""
    JSON = "json"


_OTHERWISE: Mapping[tuple[str, str], tuple[ColumnType, str]] = {
    # as text, so that the view has the same on both databases
    ("fit_points_v1", "published"): (ColumnType.TEXT, ""),
    ("training_runs_v1", "accelerator_count"): (ColumnType.INTEGER, "devices"),
}
"""Columns of a view that are of another type than elsewhere."""


@cache
def told_columns(view: str) -> dict[str, str]:
    """The columns of a view or list in their order, each with its meaning; ``KeyError`` for one that no page tells.

    ``| `page` | page of the PDF, from 1 |`` -> ``{"page": "page of the PDF, from 1"}``        other lines -> nothing
    """
    return {name: meaning.replace("\\|", "|") for name, meaning in _ROW.findall(_sections()[view])}


@cache
def column_type(view: str, name: str) -> tuple[ColumnType, str]:
    """Type and unit of a column of a view; ``KeyError`` for a column whose type was never decided."""
    return _OTHERWISE.get((view, name)) or _types()[name]


@cache
def _types() -> dict[str, tuple[ColumnType, str]]:
    with (_HERE / "columns.csv").open(encoding="utf-8", newline="") as lines:
        return {row["column"]: (ColumnType(row["type"]), row["unit"]) for row in csv.DictReader(lines)}


@cache
def _sections() -> dict[str, str]:
    return {name: text for page in _PAGES for name, text in _SECTION.findall(_page(page))}


def _page(name: str) -> str:
    """A page of the documentation: beside this file in an installed program, in ``docs`` in a clone."""
    beside, in_clone = _HERE / name, _HERE.parent / "docs" / name
    return (beside if beside.exists() else in_clone).read_text(encoding="utf-8")
