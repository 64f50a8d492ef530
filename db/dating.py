"""When a paper came out, as far as anything tells."""

from __future__ import annotations

import re
from datetime import date

_MONTH_OF_ID = re.compile(r"(?:^|/)(\d{2})(0[1-9]|1[0-2])(?:\.\d{4,5}|\d{3})$", re.ASCII)
_LAST_CENTURY = 90
"""arXiv began in 1991."""


def dated(published: date | None, paper: str | None) -> date | None:
    """To the day, else to the month of its arXiv id.

    None, 1706.03762 -> 1 June 2017      None, cs/0112017 -> 1 December 2001      None, sha256:4f… or 1713.00001 -> None
    """
    found = _MONTH_OF_ID.search(paper or "") if published is None else None
    if found is None:
        return published
    year, month = int(found[1]), int(found[2])
    return date(year + (1900 if year > _LAST_CENTURY else 2000), month, 1)


def fraction_of_year(day: date) -> float:
    """The middle of its month, as ``fit_points_v1`` reckons it: 2017-06-12 -> 2017.458"""
    return day.year + (day.month - 0.5) / 12
