"""A chart as a page shows it: its words, and the addresses where its picture, its rows and its files are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.charts.chart import Chart, Table
from portal.charts.drawing import library_version


@dataclass(frozen=True, slots=True)
class Figure:
    """What the macro ``chart`` of ``public/chart.html`` shows."""

    name: str
    title: str
    description: str
    path: str
    """Below which its files are: "/charts/most-used"."""
    query: str = ""
    """Options of the chart, as its address has them, without "?"."""
    alternative: Table | None = None

    def address(self, kind: str, **options: str) -> str:
        """ "svg", theme="dark" -> "/charts/most-used.svg?theme=dark" """
        query = "&".join(filter(None, (self.query, urlencode(options))))
        return f"{self.path}.{kind}" + (f"?{query}" if query else "")

    @property
    def library(self) -> str:
        """Address of the script that draws charts."""
        return library_address()


def figure_of(chart: Chart, path: str, query: str = "") -> Figure:
    return Figure(chart.name, chart.title, chart.description, path, query, chart.alternative)


def library_address() -> str:
    """It changes with the script, so that browsers may keep it."""
    return f"/charts/library/{hashlib.sha256(library_version().encode()).hexdigest()[:16]}.js"
