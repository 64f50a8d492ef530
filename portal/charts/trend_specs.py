"""How the charts of trends are drawn: their rows come from ``portal.charts.trends``."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from analysis.looks import look_of
from portal.charts.axes import power_axis, year_axis
from portal.charts.chart import Size, Spec
from portal.charts.themes import Theme

_PALE_SHARE = 0.42
"""Fields of fewer papers than this share of the most are pale."""
_MOST_NUMBERED_YEARS = 14
"""Of more years, fields are too small for numbers."""
Domain = tuple[float, float]


def burden_spec(ends: tuple[Domain, Domain], theme: Theme, size: Size) -> Spec:
    years, burdens = ends
    x_scale, y_scale = (alt.Scale(domain=domain, nice=False, zero=False) for domain in (years, burdens))
    looks = [look_of("db", basis) for basis in ("machine", "curated")]
    labels, shapes = [look.label for look in looks], [look.shape for look in looks]
    colours = [look.on_dark if theme.is_dark else look.colour for look in looks]
    legend = alt.Legend(orient="bottom", title=None, symbolOpacity=1)
    x = alt.X("x:Q", scale=x_scale, axis=year_axis("year of publication", 5 if size.is_narrow else 10))
    points = (
        alt.Chart(alt.NamedData("points"))
        .mark_point(filled=True, size=20, opacity=0.45, clip=True, aria=False, cursor="pointer")
        .encode(
            x=x,
            y=alt.Y("y:Q", scale=y_scale, axis=power_axis("hardware burden, FLOP", 8, burdens[1] - burdens[0])),
            shape=alt.Shape("look:N", scale=alt.Scale(domain=labels, range=shapes), legend=legend),
            color=alt.Color("look:N", scale=alt.Scale(domain=labels, range=colours), legend=legend),
        )
    )
    quantiles = alt.Chart(alt.NamedData("quantiles")).encode(x=alt.X("x:Q", scale=x_scale))
    text = theme.colours["text"]
    layers = [
        points,
        quantiles.mark_line(strokeDash=[3, 3], color=text, opacity=0.7, aria=False).encode(y="low:Q"),
        quantiles.mark_line(strokeWidth=2.6, color=text, aria=False).encode(y="middle:Q"),
        quantiles.mark_line(strokeDash=[3, 3], color=text, opacity=0.7, aria=False).encode(y="high:Q"),
    ]
    if size.is_live:
        ring = alt.Chart(alt.NamedData("focus")).mark_point(size=220, strokeWidth=2.5, color=theme.colours["focus"])
        layers.append(ring.encode(x=x, y=alt.Y("y:Q", scale=y_scale)))
    return _spec(alt.layer(*layers), size)


def share_spec(years: Domain, names: Sequence[str], theme: Theme, size: Size) -> Spec:
    colour = alt.Color(
        "what:N",
        scale=alt.Scale(domain=list(names), range=list(theme.series[: len(names)])),
        legend=alt.Legend(orient="bottom", title=None, columns=2 if size.is_narrow else 4, symbolType="stroke"),
    )
    lines = alt.Chart(alt.NamedData("shares")).encode(
        x=alt.X("year:Q", scale=alt.Scale(domain=years, nice=False), axis=year_axis("year of publication", 8)),
        y=alt.Y(
            "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="share of papers that name", format="%")
        ),
        color=colour,
    )
    dots = lines.mark_point(filled=True, size=46, opacity=1, aria=False)
    return _spec(alt.layer(lines.mark_line(strokeWidth=2.2, aria=False), dots), size)


def cells_spec(order: Sequence[str], years: Sequence[int], most_papers: int, theme: Theme, size: Size) -> Spec:
    least, most = theme.shades
    cells = alt.Chart(alt.NamedData("cells")).encode(
        x=alt.X("year:O", scale=alt.Scale(domain=list(years)), axis=alt.Axis(title=None, labelAngle=0)),
        y=_names_axis(order, size),
    )
    squares = cells.mark_rect(cornerRadius=3, aria=False).encode(
        color=alt.Color("papers:Q", scale=alt.Scale(type="sqrt", range=[least, most]), legend=None)
    )
    if size.is_narrow or len(years) > _MOST_NUMBERED_YEARS:
        return _spec(alt.layer(squares), size)
    numbers = cells.mark_text(fontSize=11, aria=False).encode(
        text=alt.Text("papers:Q", format=",d"),
        color=alt.condition(
            f"datum.papers > {_PALE_SHARE * most_papers}",
            alt.value(theme.colours["surface"]),
            alt.value(theme.colours["text"]),
        ),
    )
    return _spec(alt.layer(squares, numbers), size)


def bars_spec(order: Sequence[str], theme: Theme, size: Size) -> Spec:
    bars = alt.Chart(alt.NamedData("bars")).encode(
        x=alt.X("papers:Q", axis=alt.Axis(title="papers", tickMinStep=1, format=",d", labelOverlap="greedy")),
        y=_names_axis(order, size),
    )
    layers = [
        bars.mark_bar(color=theme.colours["accent"], cornerRadiusEnd=3, aria=False),
        bars.mark_text(align="left", dx=5, aria=False).encode(text=alt.Text("papers:Q", format=",d")),
    ]
    return _spec(alt.layer(*layers), size)


def _names_axis(order: Sequence[str], size: Size) -> alt.Y:
    axis = alt.Axis(title=None, labelLimit=130 if size.is_narrow else 240, ticks=False, domain=False)
    return alt.Y("accelerator:N", scale=alt.Scale(domain=list(order), paddingInner=0.12), axis=axis)


def _spec(chart: alt.LayerChart | alt.FacetChart, size: Size) -> Spec:
    spec: Spec = chart.properties(**size.properties).to_dict(validate=False)
    return spec
