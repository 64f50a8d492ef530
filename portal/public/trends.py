"""What changes over the years: burdens, hardware, and how many papers tell of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from analysis.growth import Growth, NoGrowth, growth, months_to_double
from analysis.wording import power_of_ten
from db.public_trends import YearRow, burdens_over_time, home_counts, yearly
from portal.charts.trends import trend_figures
from portal.pages import page
from portal.public.caching import HeavyPublicRoute
from portal.public.words import register_words
from portal.services import Wired

_TWO_DIGITS_BELOW = 9.95
"""Months; from there on they round to 10 and more."""

register_words()
router = APIRouter(route_class=HeavyPublicRoute)


@dataclass(frozen=True, slots=True)
class GrowthWords:
    """A rate of growth for the eye; ``reason`` in its place where there is none."""

    what: str
    n: int
    years: str = ""
    a_year: str = ""
    """ "× 4.00 (3.61 to 4.48)" """
    doubling: str = ""
    """ "6.0 months (5.5 to 6.5)" """
    reason: str = ""


@router.get("/trends")
def trends(request: Request, services: Wired) -> Response:
    """Charts, each with its figures as a table below, and rates of growth with intervals."""
    years = yearly(services.engine)
    burdens = burdens_over_time(services.engine)
    return page(
        request,
        "public/trends.html",
        figures=trend_figures(services),
        years=years,
        papers_read=home_counts(services.engine).papers_read,
        growths=[
            growth_words("Largest burden of each paper", *burdens_and_years(burdens)),
            growth_words("Largest burden of each year", *largest_and_years(years)),
        ],
    )


def burdens_and_years(rows: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Year with its fraction, and log10 of the burden, of each paper."""
    year = np.array([row["year"] for row in rows], dtype=float)
    return year, np.log10(np.array([row["hardware_burden_flop"] for row in rows], dtype=float))


def largest_and_years(years: Sequence[YearRow]) -> tuple[np.ndarray, np.ndarray]:
    """Each year, and log10 of its largest burden."""
    known = [row for row in years if row.largest_burden_flop]
    largest = np.array([row.largest_burden_flop for row in known], dtype=float)
    return np.array([row.year for row in known], dtype=float), np.log10(largest)


def growth_words(what: str, year: np.ndarray, log10_burden: np.ndarray) -> GrowthWords:
    """0.30 (0.28 to 0.32) powers of ten a year -> "× 2.00 (1.91 to 2.09)", doubled in "12 months (11 to 13)" """
    found = growth(year, log10_burden)
    if isinstance(found, NoGrowth):
        return GrowthWords(what, found.n, reason=found.reason)
    low, high = found.log10_a_year_low, found.log10_a_year_high
    return GrowthWords(
        what,
        found.n,
        years=f"{math.floor(found.first_year)} to {math.floor(found.last_year)}",
        a_year=f"× {_times(found.log10_a_year)} ({_times(low)} to {_times(high)})",
        doubling=_doubling(found),
    )


def _times(log10_factor: float) -> str:
    """0.02 -> "1.05"        3.2 -> "1,585"        beyond -2 and 6 a power: "10²¹" """
    if not -2 <= log10_factor < 6:
        return power_of_ten(log10_factor)
    return f"{10**log10_factor:,.0f}" if log10_factor >= 1 else f"{10**log10_factor:.2f}"


def _months(months: float) -> str:
    """6.02 -> "6.0"        180.6 -> "181" """
    return f"{months:#.2g}" if months < _TWO_DIGITS_BELOW else f"{months:,.0f}"


def _doubling(found: Growth) -> str:
    """The faster growth is, the sooner it has doubled: the ends change places."""
    central = found.doubling_months
    if central is None:
        return "it does not grow"
    shortest, longest = months_to_double(found.log10_a_year_high), months_to_double(found.log10_a_year_low)
    if shortest is None or longest is None:
        return f"{_months(central)} months (no upper end: it may not grow at all)"
    return f"{_months(central)} months ({_months(shortest)} to {_months(longest)})"
