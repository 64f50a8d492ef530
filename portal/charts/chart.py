"""A chart before it is drawn: its rows, and how a theme and a size make a specification of Vega-Lite of them.

Rows stay apart from the specification. A browser gets them once, packed in columns, with a specification for light and
one for dark; a file for download has all in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.charts.themes import Theme, ThemeName, theme

Cell = str | int | float | bool | None
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a chart; each has a value for every column."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]

    def records(self) -> list[dict[str, Cell]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Size:
    """Of the drawing within its axes, in pixels; None fills the element of the page in which the chart is drawn."""

    width: int | None
    height: int | None
    is_narrow: bool = False
    """A phone: legends are stacked, and what also stands in a table is left out."""

    @property
    def properties(self) -> dict[str, Any]:
        """As a specification has them."""
        return {"width": self.width or "container", "height": self.height or "container"}

    @property
    def is_live(self) -> bool:
        """Drawn by a browser, where it can be zoomed and walked through."""
        return self.width is None


SIZES: Mapping[str, Size] = {"wide": Size(820, 460), "narrow": Size(330, 380, is_narrow=True)}
"""Of files, by the word that addresses have for them."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of what a chart tells of the point under the mouse, or of the one that the arrow keys have come to."""

    column: str
    kind: str
    """"name", "text", "percent", "power" (the exponent of 10 in FLOP), "year", "share" or "number"."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the points of a table lead: ``base`` and the value of ``column``."""

    table: str
    base: str
    column: str


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    """Of its files: small letters, digits, hyphens."""
    title: str
    description: str
    """What is seen, in sentences, for those who see no picture."""
    tables: Mapping[str, Table]
    build: Callable[[Theme, Size], Spec]
    """The specification without its rows, which it names by their tables."""
    told: tuple[Told, ...] = ()
    links: Links | None = None
    alternative: Table | None = None
    """The same for readers of tables, short enough to stand beneath the chart."""
    thinned: Callable[[Size], Chart] | None = field(default=None, repr=False)
    """The chart with fewer points, where as a picture of this size nobody could tell the others."""

    def to_spec(
        self, theme_name: ThemeName = ThemeName.LIGHT, size: Size = SIZES["wide"], subtitle: Sequence[str] | None = None
    ) -> Spec:
        """All in one, for any program that draws Vega-Lite; with the title above it where ``subtitle`` is given."""
        spec = self._themed(theme_name, size)
        spec["datasets"] = {name: table.records() for name, table in self.tables.items()}
        if subtitle is not None:
            spec["title"] = {"text": self.title, "subtitle": list(subtitle)}
        return spec

    def to_picture_spec(self, theme_name: ThemeName, size: Size, subtitle: Sequence[str] | None = None) -> Spec:
        """As ``to_spec``, with as many points as a picture shows."""
        drawn = self.thinned(size) if self.thinned else self
        return drawn.to_spec(theme_name, size, subtitle)

    def to_view(self, is_narrow: bool = False) -> dict[str, Any]:
        """What the page's script draws: rows in columns, and a specification for light and one for dark."""
        size = Size(None, None, is_narrow)
        return {
            "title": self.title,
            "specs": {name.value: self._themed(name, size) for name in ThemeName},
            "tables": {name: {"columns": table.columns, "rows": table.rows} for name, table in self.tables.items()},
            "told": [{"column": each.column, "kind": each.kind, "label": each.label} for each in self.told],
            "links": {"table": self.links.table, "base": self.links.base, "column": self.links.column}
            if self.links
            else None,
        }

    def _themed(self, theme_name: ThemeName, size: Size) -> Spec:
        chosen = theme(theme_name)
        spec = self.build(chosen, size)
        spec["config"] = chosen.config(is_picture=not size.is_live)
        spec["description"] = self.description
        if size.is_live:
            spec["autosize"] = {"type": "fit", "contains": "padding", "resize": True}
        return spec
