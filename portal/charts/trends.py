"""Charts of what changes over the years: burdens, hardware, and how many papers tell of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from analysis.looks import look_of
from analysis.wording import plain, power_of_ten
from db.engine import Engine
from db.public_trends import AcceleratorYear, YearRow, accelerators_by_year, burdens_over_time, yearly
from portal.charts.axes import padded
from portal.charts.chart import Chart, Links, Table, Told
from portal.charts.figures import Figure, figure_of
from portal.charts.trend_specs import bars_spec, burden_spec, cells_spec, share_spec
from portal.services import Services

_MOST_ACCELERATORS = 16
_LONGEST_NAME = 70
_CROWDED = 1_500
_REPORTED: Mapping[str, str] = {
    "papers_with_accelerator": "an accelerator",
    "papers_with_count": "a count",
    "papers_with_time": "a time",
    "papers_with_burden": "all that a burden takes",
}
"""Columns of ``YearRow``, and what its papers tell."""
_QUANTILES = (("burden_log10_p10", "10th percentile"), ("burden_log10_p50", "median"), ("burden_log10_p90", "90th"))


def burden_over_time(rows: Sequence[Mapping[str, Any]], years: Sequence[YearRow] = ()) -> Chart:
    """The largest burden of each paper by its date (rows of ``burdens_over_time``); of ``years``, lines of the median
    and the middle four fifths."""
    placed = [row for row in rows if row["hardware_burden_flop"] > 0]
    points = [
        (
            row["model_id"],
            plain(row["model"], _LONGEST_NAME) or "model without a name",
            plain(row["title"], _LONGEST_NAME),
            round(row["year"], 3),
            round(math.log10(row["hardware_burden_flop"]), 4),
            look_of("db", row["basis"]).label,
            plain(row["accelerator"], _LONGEST_NAME),
        )
        for row in placed
    ]
    middle = [
        (row.year + 0.5, *(_rounded(getattr(row, column)) for column, _ in _QUANTILES), row.papers_with_burden)
        for row in years
        if row.burden_log10_p50 is not None
    ]
    dates = [point[3] for point in points]
    points.sort(key=lambda point: (point[3], point[0]))
    return Chart(
        name="burden-over-time",
        title="Hardware burden of papers over time",
        description=_burdens_in_words(points, years),
        tables={
            "points": Table(("id", "model", "title", "x", "y", "look", "accelerator"), points),
            "quantiles": Table(("x", "low", "middle", "high", "papers"), middle),
        },
        build=partial(burden_spec, _ends([*dates, *(row.year + 0.5 for row in years)], [point[4] for point in points])),
        told=(
            Told("model", "name"),
            Told("title", "text"),
            Told("y", "power", "hardware burden"),
            Told("x", "year", "year"),
            Told("accelerator", "text", "accelerator"),
            Told("look", "text", "basis"),
        ),
        links=Links("points", "/models/", "id"),
        alternative=Table(
            ("Year", "Papers with a burden", *(words for _, words in _QUANTILES)),
            [
                (row.year, row.papers_with_burden, *(_power(getattr(row, column)) for column, _ in _QUANTILES))
                for row in years
            ],
        ),
    )


def reporting_share(rows: Sequence[YearRow]) -> Chart:
    """What share of each year's papers names its hardware, how much of it, how long, and all that a burden takes."""
    known = [row for row in rows if row.papers]
    shares = [
        (row.year, words, round(getattr(row, column) / row.papers, 4), getattr(row, column), row.papers)
        for row in known
        for column, words in _REPORTED.items()
    ]
    latest = known[-1] if known else None
    told = "No paper has been read yet."
    if latest is not None:
        named = ", ".join(f"{getattr(latest, column) / latest.papers:.0%} {each}" for column, each in _REPORTED.items())
        told = (
            f"Lines from {known[0].year} to {latest.year}. Of {latest.papers:,} papers of {latest.year} name {named}."
        )
    return Chart(
        name="reporting-share",
        title="Share of papers that report their hardware",
        description=told,
        tables={"shares": Table(("year", "what", "share", "papers", "of"), shares)},
        build=partial(share_spec, _ends([row.year for row in known], [])[0], list(_REPORTED.values())),
        told=(
            Told("what", "name"),
            Told("share", "share", "share"),
            Told("papers", "number", "papers"),
            Told("of", "number", "of"),
            Told("year", "year", "year"),
        ),
        alternative=Table(
            ("Year", "Papers", *_REPORTED.values()),
            [(row.year, row.papers, *(getattr(row, column) for column in _REPORTED)) for row in known],
        ),
    )


def accelerators_in_use(rows: Sequence[AcceleratorYear]) -> Chart:
    """How many papers of each year used each of the most-used accelerators, the earliest on top."""
    totals = _totals(rows)
    names = [name for name, _ in totals.most_common(_MOST_ACCELERATORS)]
    cells = [row for row in rows if row.accelerator in names]
    middles = {name: _middle_year([row for row in cells if row.accelerator == name]) for name in names}
    order = sorted(names, key=lambda name: (middles[name], name))
    years = sorted({row.year for row in cells})
    counts = {(row.accelerator, row.year): row.papers for row in cells}
    return Chart(
        name="accelerators-by-year",
        title="Accelerators in use by year",
        description=f"A field for each accelerator and year, darker with more papers: {len(names)} accelerators, from "
        f"{order[0]} to {order[-1]}, {years[0]} to {years[-1]}."
        if order
        else "No paper names an accelerator yet.",
        tables={"cells": Table(("accelerator", "year", "papers"), [(r.accelerator, r.year, r.papers) for r in cells])},
        build=partial(cells_spec, order, years, max((row.papers for row in cells), default=0)),
        told=(Told("accelerator", "name"), Told("year", "year", "year"), Told("papers", "number", "papers")),
        alternative=Table(
            ("Accelerator", *map(str, years)), [(name, *(counts.get((name, year)) for year in years)) for name in order]
        ),
    )


def most_used(rows: Sequence[AcceleratorYear]) -> Chart:
    """The accelerators of most papers, of all years together."""
    bars = _totals(rows).most_common(_MOST_ACCELERATORS)
    told = ", ".join(f"{name} ({papers:,})" for name, papers in bars[:3])
    return Chart(
        name="most-used",
        title="Most-used accelerators",
        description=f"Bars by number of papers, the most on top: {told}." if bars else "No paper names one yet.",
        tables={"bars": Table(("accelerator", "papers"), bars)},
        build=partial(bars_spec, [name for name, _ in bars]),
        told=(Told("accelerator", "name"), Told("papers", "number", "papers")),
        alternative=Table(("Accelerator", "Papers"), bars),
    )


def trend_charts(engine: Engine) -> dict[str, Chart]:
    """All of them, by name, of what the public tables hold now."""
    years, accelerators = yearly(engine), accelerators_by_year(engine)
    charts = (
        burden_over_time(burdens_over_time(engine), years),
        reporting_share(years),
        accelerators_in_use(accelerators),
        most_used(accelerators),
    )
    return {chart.name: chart for chart in charts}


def trend_figures(services: Services) -> list[Figure]:
    """The same for the page that shows them."""
    return [figure_of(chart, f"/charts/{name}") for name, chart in trend_charts(services.engine).items()]


def _totals(rows: Sequence[AcceleratorYear]) -> Counter[str]:
    """Papers by accelerator, of all years; the same order for the same rows."""
    totals: Counter[str] = Counter()
    for row in sorted(rows, key=lambda row: row.accelerator):
        totals[row.accelerator] += row.papers
    return totals


def _middle_year(rows: Sequence[AcceleratorYear]) -> float:
    return sum(row.year * row.papers for row in rows) / sum(row.papers for row in rows)


def _ends(x: Sequence[float], y: Sequence[float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Domains of both axes, of no points some that look like any other chart's."""
    return (
        padded(min(x), max(x), 0.02, 0.3) if x else (2012.0, 2026.0),
        padded(min(y), max(y), 0.03, 0.3) if y else (14.0, 26.0),
    )


def _burdens_in_words(points: Sequence[tuple[Any, ...]], years: Sequence[YearRow]) -> str:
    if not points:
        return "No paper has a burden yet."
    papers = "1 paper" if len(points) == 1 else f"{len(points):,} papers"
    first, last = math.floor(points[0][3]), math.floor(points[-1][3])
    low, high = (power_of_ten(end(point[4] for point in points)) for end in (min, max))
    text = f"Scatter chart of {papers}, {first} to {last}: hardware burdens from {low} to {high} FLOP."
    medians = [(row.year, row.burden_log10_p50) for row in years if row.burden_log10_p50 is not None]
    if len(medians) > 1:
        (year, middle), (latest, now) = medians[0], medians[-1]
        way = "rises" if now > middle else "falls"
        text += f" The median {way} from {power_of_ten(middle)} in {year} to {power_of_ten(now)} in {latest}."
    return text


def _power(exponent: float | None) -> str | None:
    return None if exponent is None else power_of_ten(exponent)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
