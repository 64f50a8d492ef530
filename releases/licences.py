"""Whose each row is, on which terms it may be passed on, and when words of a paper may be.

Sources and their terms are lines of ``licences.csv``. Rows of a source without a licence, or of one that has no line
there, stay behind unless whoever makes the release has its permission and says so; the table ``imports`` names the
file and its digest all the same, so that everybody can import it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from releases.errors import ReleaseError

OWN = "burden"
ARXIV = "arxiv"
CATALOGUE = "catalogue"
OF_PAPERS = "db"
"""The source that the views have for what papers say."""

_QUOTABLE = re.compile(r"https?://creativecommons\.org/(licenses/by(-sa)?/|publicdomain/)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the rows of an attribution are passed on."""

    attribution: str
    title: str
    licence: str
    """SPDX identifier, or ``none stated``."""
    licence_url: str
    url: str
    credit: str
    rows_released: bool
    """Whether a release has its rows."""


def terms(permitted: Collection[str] = ()) -> dict[str, Terms]:
    """By attribution; rows of a source in ``permitted`` are released whatever its line says.

    ``ReleaseError`` for a source without a line: nobody could tell whose its rows are.
    """
    known = _known()
    unknown = sorted(set(permitted) - known.keys())
    if unknown:
        raise ReleaseError(f"no terms of {unknown[0]!r} are known (there are {', '.join(known)}): add a line for it")
    return {name: replace(line, rows_released=line.rows_released or name in permitted) for name, line in known.items()}


@cache
def _known() -> dict[str, Terms]:
    with Path(__file__).with_name("licences.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row | {"rows_released": row["rows_released"] == "true"} for row in csv.DictReader(lines)]
    return {row["attribution"]: Terms(**row) for row in rows}


def may_be_quoted(license_url: str | None) -> bool:
    """Whether the e-print's own licence lets its sentences be passed on in bulk, to everybody, for every use.

    creativecommons.org/licenses/by/4.0/, …/by-sa/4.0/, …/publicdomain/zero/1.0/ -> yes
    arxiv.org/licenses/nonexclusive-distrib/1.0/, …/by-nc-sa/4.0/, None -> no: the place is told, not the words
    """
    return license_url is not None and _QUOTABLE.match(license_url) is not None
