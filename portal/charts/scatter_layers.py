"""The layers of a benchmark's chart: points, intervals, lines with bands, targets, and axes of money and CO2."""

from __future__ import annotations

import json
import math
from typing import Any

import altair as alt
import pandas as pd

from analysis.looks import Look, look_of
from portal.charts.axes import PERCENT_LABELS, amount_labels, padded, padded_logarithmic, power_axis, year_axis
from portal.charts.chart import Size, Spec
from portal.charts.options import Across, Colour
from portal.charts.performance import Performance, axis_name
from portal.charts.themes import Theme

_MOST_INTERVALS = 150
"""Of more points, the bars of their intervals would hide each other."""
_CROWDED, _PACKED = 300, 3_000
_TOP_AXIS_PIXELS = 46

Domain = tuple[float, float]


def scatter_spec(performance: Performance, drawn: int, theme: Theme, size: Size) -> Spec:
    """Without its rows; ``drawn`` is how many points they are."""
    layers = _Layers(performance, drawn, theme, size)
    chart = alt.layer(
        *layers.bands(), *layers.intervals(), layers.points(), *layers.lines(), *layers.targets(), *layers.costs(),
        *layers.focus(),
    )  # fmt: skip
    spec: Spec = chart.resolve_axis(x="independent").properties(**size.properties).to_dict(validate=False)
    return spec


def domains(performance: Performance) -> tuple[Domain, Domain]:
    """Of the axis, and of the error rate in percent: all points and whatever targets are drawn."""
    points, drawn = performance.points, performance.drawn_aims
    ends = [amount.value for aim in drawn if (amount := aim.projection.log10_flop)]
    errors = [100 * aim.target.error for aim in drawn]
    if points.empty:
        return ((2012.0, 2026.0) if performance.options.x is Across.YEAR else (15.0, 25.0)), (1.0, 100.0)
    x = padded(min([points["x"].min(), *ends]), max([points["x"].max(), *ends]), 0.03, 0.2)
    lowest, highest = min([points["error_percent"].min(), *errors]), max([points["error_percent"].max(), *errors])
    low, high = padded_logarithmic(lowest, highest, 0.06)
    return x, (low, min(high, 100.0) if highest < 95 else high)


def has_intervals(points: pd.DataFrame, across: Across) -> bool:
    """Whether bars of the burdens' intervals are drawn."""
    return across is Across.BURDEN and len(points) <= _MOST_INTERVALS


class _Layers:
    """The layers of one chart, which share their scales."""

    def __init__(self, performance: Performance, drawn: int, theme: Theme, size: Size) -> None:
        self._performance, self._drawn, self._theme, self._size = performance, drawn, theme, size
        self._across = performance.options.x
        x_domain, error_domain = domains(performance)
        self._x_scale = alt.Scale(domain=x_domain, nice=False, zero=False)
        self._y_scale = alt.Scale(type="log", domain=error_domain, nice=False, reverse=True)

    def _x(self, field: str, axis: alt.Axis | None = None) -> alt.X:
        return alt.X(field, scale=self._x_scale, axis=axis)

    def _y(self, field: str) -> alt.Y:
        axis = alt.Axis(title="error rate (better upwards)", labelExpr=PERCENT_LABELS, labelOverlap="greedy")
        return alt.Y(field, scale=self._y_scale, axis=axis)

    def points(self) -> alt.Chart:
        options = self._performance.options
        ticks = 5 if self._size.is_narrow else 10
        name, (low, high) = axis_name(self._across), domains(self._performance)[0]
        axis = year_axis(name, ticks) if self._across is Across.YEAR else power_axis(name, ticks, high - low)
        labels, shapes, colours = self._looks()
        legend = alt.Legend(
            orient="bottom",
            direction="horizontal",
            columns=2 if self._size.is_narrow else 5,
            title=None,
            symbolOpacity=1,
            symbolSize=90,
            symbolFillColor=self._theme.colours["muted"] if options.colour is Colour.CONFIDENCE else alt.Undefined,
        )
        encoding: dict[str, Any] = {
            "x": self._x("x:Q", axis),
            "y": self._y("error:Q"),
            "shape": alt.Shape("look:N", scale=alt.Scale(domain=labels, range=shapes), legend=legend),
            "color": alt.Color("look:N", scale=alt.Scale(domain=labels, range=colours), legend=legend),
        }
        if options.colour is Colour.CONFIDENCE:
            shades = alt.Scale(domain=[0, 1], range=self._theme.shades)
            encoding["color"] = alt.Color("confidence:Q", scale=shades, legend=self._sure())
        crowded, packed = self._drawn > _CROWDED, self._drawn > _PACKED
        mark = alt.Chart(alt.NamedData("points")).mark_point(
            filled=True,
            clip=True,
            size=22 if packed else 38 if crowded else 64,
            opacity=0.5 if packed else 0.65 if crowded else 0.85,
            stroke=self._theme.colours["surface"],
            strokeWidth=0 if packed else 0.6,
            invalid="show",
            aria=False,
            cursor="pointer",
        )
        if not self._size.is_live:
            encoding["tooltip"] = [alt.Tooltip("model:N"), alt.Tooltip("title:N"), alt.Tooltip("value:Q")]
            still: alt.Chart = mark.encode(**encoding)
            return still
        zoom = alt.selection_interval(
            name="zoom",
            bind="scales",
            zoom="wheel![event.shiftKey]",
            translate="[mousedown, window:mouseup] > window:mousemove!",
        )
        live: alt.Chart = mark.encode(**encoding).add_params(zoom)
        return live

    def _sure(self) -> alt.Legend:
        return alt.Legend(
            orient="top" if self._size.is_narrow else "bottom",
            direction="horizontal",
            title=["how sure the machine is", "(grey: imported)"],
            format="%",
            gradientLength=160,
            gradientOpacity=1,
            titleLimit=400,
            tickCount=3,
        )

    def _looks(self) -> tuple[list[str], list[str], list[str]]:
        """Labels, shapes and colours of the looks that any point has, each once."""
        pairs = self._performance.points[["source", "basis"]].drop_duplicates().itertuples(index=False, name=None)
        looks: dict[str, Look] = {}
        for source, basis in sorted(pairs):
            look = look_of(source, basis)
            looks.setdefault(look.label, look)
        colours = [look.on_dark if self._theme.is_dark else look.colour for look in looks.values()]
        return list(looks), [look.shape for look in looks.values()], colours

    def intervals(self) -> list[alt.Chart]:
        """Bars from the least to the most that each burden may be."""
        if not has_intervals(self._performance.points, self._across):
            return []
        labels, _, colours = self._looks()
        if self._performance.options.colour is Colour.CONFIDENCE:
            colours = [self._theme.colours["line-strong"]] * len(labels)
        return [
            alt.Chart(alt.NamedData("points"))
            .transform_filter(f"datum.look === {json.dumps(label)} && isValid(datum.low) && isValid(datum.high)")
            .mark_rule(clip=True, opacity=0.4, strokeWidth=1.2, color=colour, aria=False)
            .encode(x=self._x("low:Q"), x2="high:Q", y=self._y("error:Q"))
            for label, colour in zip(labels, colours, strict=True)
        ]

    def _series(self, table: str) -> list[tuple[alt.Chart, str]]:
        """The rows of each source in turn, and the colour of its lines."""
        sources = sorted({curve.source for curve in self._performance.curves})
        looks = [look_of(source) for source in sources]
        return [
            (
                alt.Chart(alt.NamedData(table)).transform_filter(f"datum.series === {series}"),
                look.on_dark if self._theme.is_dark else look.colour,
            )
            for series, look in enumerate(looks)
        ]

    def bands(self) -> list[alt.Chart]:
        return [
            rows.transform_filter("isValid(datum.low) && isValid(datum.high)")
            .mark_area(clip=True, opacity=0.14, color=colour, aria=False)
            .encode(x=self._x("x:Q"), y=self._y("low:Q"), y2="high:Q", detail="beyond:N")
            for rows, colour in self._series("lines")
        ]

    def lines(self) -> list[alt.Chart]:
        return [
            rows.transform_filter("datum.beyond" if beyond else "!datum.beyond")
            .mark_line(clip=True, strokeWidth=2.2, strokeDash=dash, color=colour, aria=False)
            .encode(x=self._x("x:Q"), y=self._y("error:Q"))
            for rows, colour in self._series("lines")
            for beyond, dash in ((False, [1, 0]), (True, [6, 4]))
        ]

    def targets(self) -> list[alt.Chart]:
        """A line across for each target, and where the lines meet it, with the interval."""
        if not self._performance.drawn_aims:
            return []
        muted = self._theme.colours["muted"]
        across = alt.Chart(alt.NamedData("targets")).encode(y=self._y("error:Q"))
        layers = [
            across.mark_rule(clip=True, strokeDash=[2, 3], color=muted, opacity=0.8, aria=False),
            across.mark_text(align="left", baseline="bottom", dx=4, dy=-3, color=muted, aria=False).encode(
                x=alt.value(0), text="label:N"
            ),
        ]
        series = self._series("aims")
        for rows, colour in series:
            aims = rows.encode(y=self._y("error:Q"))
            bar = aims.mark_rule(clip=True, strokeWidth=3, opacity=0.35, color=colour, aria=False)
            point = aims.mark_point(clip=True, shape="diamond", size=90, strokeWidth=2, color=colour, aria=False)
            label = aims.mark_text(clip=True, baseline="bottom", dy=-9, color=colour, aria=False)
            layers += [
                bar.transform_filter("isValid(datum.low) && isValid(datum.high)").encode(
                    x=self._x("low:Q"), x2="high:Q"
                ),
                point.encode(x=self._x("x:Q")),
                *([label.encode(x=self._x("x:Q"), text="label:N")] if len(series) == 1 else []),
            ]
        return layers

    def costs(self) -> list[alt.Chart]:
        """The same axis in money and CO2, above the chart."""
        constants, options = self._performance.constants, self._performance.options
        if not options.targets or self._size.is_narrow or self._across not in (Across.BURDEN, Across.NETWORK):
            return []
        utilisation = 1.0 if self._across is Across.BURDEN else constants.utilisation
        units = [
            ("cost, $", constants.flop_per_usd, "$"),
            ("CO₂, pounds", constants.flop_per_pound_co2, ""),
        ]
        axes: list[alt.Chart] = []
        for title, flop_per_unit, sign in units:
            if flop_per_unit and utilisation:
                axis = alt.Axis(
                    orient="top",
                    offset=_TOP_AXIS_PIXELS * len(axes),
                    title=title,
                    titlePadding=4,
                    grid=False,
                    ticks=True,
                    tickCount=10,
                    labelOverlap="greedy",
                    labelExpr=amount_labels(math.log10(flop_per_unit * utilisation), sign),
                )
                nothing = alt.Chart(alt.NamedData("nothing")).mark_point(aria=False)
                axes.append(nothing.encode(x=alt.X("x:Q", scale=self._x_scale, axis=axis)))
        return axes

    def focus(self) -> list[alt.Chart]:
        """A ring around the point that the arrow keys have come to."""
        if not self._size.is_live:
            return []
        ring = alt.Chart(alt.NamedData("focus")).mark_point(
            clip=True, shape="circle", size=260, strokeWidth=2.5, color=self._theme.colours["focus"], aria=False
        )
        return [ring.encode(x=self._x("x:Q"), y=self._y("error:Q"))]
