"""Charts: the points and lines that options ask for; specifications are valid and hold nobody's markup; pictures."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote
from xml.etree import ElementTree

import jsonschema_rs
import numpy as np
import pytest
from altair.vegalite.v6.schema.core import load_schema
from hypothesis import given
from hypothesis import strategies as st
from made_points import HOSTILE_NAME, SLOPE, database_with

from analysis.constants import cost_constants, targets_2020
from analysis.laws import fit_laws
from analysis.points import load_points
from analysis.projections import predicted_error
from analysis.records import Fit, Form, Refusal, Subject
from db.engine import Engine
from db.public_queries import POINT_SORTS
from db.public_trends import AcceleratorYear, YearRow
from portal.charts import drawing
from portal.charts.chart import SIZES, Chart, Size
from portal.charts.laws import COMPUTINGS
from portal.charts.options import BASES, Across, ChartOptions, Colour, options_of, query_of
from portal.charts.painting import ChartPainter, ChartUnavailableError
from portal.charts.performance import Performance, performance_of
from portal.charts.scatter import performance_chart
from portal.charts.themes import ThemeName, theme
from portal.charts.thinning import MOST_IN_PICTURE
from portal.charts.trends import accelerators_in_use, burden_over_time, most_used, reporting_share
from portal.queue.filters import FilterError

SVG = "{http://www.w3.org/2000/svg}"
PLAIN = ChartOptions(metric="top1_accuracy")
METRICS = ("top1_accuracy", "top5_accuracy")


def _with_escaped_reference(part: dict[str, Any]) -> dict[str, Any]:
    return part | {"$ref": quote(part["$ref"], safe="#/")} if "$ref" in part else part


_SCHEMA = jsonschema_rs.validator_for(json.loads(json.dumps(load_schema()), object_hook=_with_escaped_reference))
"""Vega-Lite's, as Altair brings it along; its definitions have names like "Dict<string>"."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("points")
    opened = database_with(f"sqlite:///{folder}/burden.sqlite", authors_2022=60, epoch=4)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Performance]:
    """10,000 models."""
    opened = database_with(f"sqlite:///{tmp_path_factory.mktemp('crowd')}/burden.sqlite", authors_2022=10_000)
    yield performance_of(opened, "imagenet", PLAIN)
    opened.dispose()


def chosen(engine: Engine, **options: Any) -> Performance:
    return performance_of(engine, "imagenet", replace(PLAIN, **options))


def vega_lite(chart: Chart, size: Size = SIZES["wide"]) -> dict[str, Any]:
    """The chart's specification in both themes, each found valid by Vega-Lite's own schema; that for light."""
    for name in ThemeName:
        _SCHEMA.validate(chart.to_spec(name, size))
    return chart.to_spec(ThemeName.LIGHT, size)


# Options of the address


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"x": "cost"}, "x is burden, network, pass or year, not 'cost'"),
        ({"form": "linear"}, "polynomial or exponential"),
        ({"colour": "red"}, "basis or confidence"),
        ({"basis": "guessed"}, "machine, curated or imported"),
        ({"metric": "bleu"}, "top1_accuracy or top5_accuracy, not 'bleu'"),
        ({"line": "perhaps"}, "line is 1 or 0"),
        ({"constants": "cheap"}, "no constants named 'cheap'; there are: authors-site"),
        ({"from": "soon"}, "no year"),
        ({"from": "2020", "to": "2012"}, "the first is later"),
        ({"sort": "luck"}, "sort is"),
        ({"sort": "year", "order": "sideways"}, "up or down"),
        ({"search": "x" * 201}, "at most 200 letters"),
        ({"source": "a'; DROP TABLE papers; --"}, "is no source"),
    ],
)
def test_an_option_that_means_nothing_is_refused_in_words(query: dict[str, str], said: str) -> None:
    with pytest.raises(FilterError, match=said):
        options_of(list(query.items()), METRICS)


def test_an_address_without_options_shows_the_study_s_own_chart() -> None:
    assert options_of([("theme", "dark"), ("utm", "x")], METRICS) == PLAIN
    assert (PLAIN.x, PLAIN.form, PLAIN.line) == (Across.BURDEN, Form.POLYNOMIAL, True)
    assert options_of([("line", "0")], METRICS).line is False
    assert options_of([("line", "0"), ("line", "1")], METRICS).line is True, "a form sends the box after a hidden 0"


_options = st.builds(
    ChartOptions,
    metric=st.sampled_from(METRICS),
    x=st.sampled_from(Across),
    form=st.sampled_from(Form),
    sources=st.sets(st.sampled_from(("db", "epoch", "authors-2022"))).map(lambda found: tuple(sorted(found))),
    basis=st.sampled_from(("", *BASES)),
    colour=st.sampled_from(Colour),
    line=st.booleans(),
    targets=st.booleans(),
    constants=st.sampled_from(("present", "authors-2020", "2022 NVIDIA A100")),
    year_from=st.none() | st.integers(1990, 2010),
    year_to=st.none() | st.integers(2010, 2030),
    search=st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.strip),
    sort=st.sampled_from(sorted(POINT_SORTS)),
    descending=st.booleans(),
    page=st.integers(1, 9_999),
)


@given(_options)
def test_all_options_live_in_the_address(options: ChartOptions) -> None:
    assert options_of(parse_qsl(query_of(options), keep_blank_values=True), METRICS) == options
    assert options_of(parse_qsl(query_of(options.of_chart())), METRICS) == options.of_chart()


# Points and lines


def test_lines_are_those_of_the_report(engine: Engine) -> None:
    laws = fit_laws(load_points(engine))
    for form in Form:
        for across in (Across.BURDEN, Across.NETWORK):
            performance = chosen(engine, form=form, x=across)
            expected = [
                laws.fit(Subject(source, "imagenet", "top1_accuracy", form, COMPUTINGS[across]))
                for source in ("authors-2022", "epoch")
            ]
            assert list(performance.fits) == expected
    line, refusal = chosen(engine).fits
    assert isinstance(line, Fit) and line.slope == pytest.approx(SLOPE, abs=0.02)
    assert isinstance(refusal, Refusal) and "4 points; a line needs 5" in refusal.reason


def test_a_curve_is_drawn_where_its_line_runs(engine: Engine) -> None:
    for form in Form:
        performance = chosen(engine, form=form)
        (curve,) = performance.curves
        fit = performance.fits[0]
        assert isinstance(fit, Fit) and fit.lowest_computing_flop and fit.highest_computing_flop
        ends = [np.log10(fit.lowest_computing_flop), np.log10(fit.highest_computing_flop)]
        assert [curve.x[0], curve.x[-1]] == pytest.approx(ends)
        for x, error, low, high in zip(curve.x, curve.error, curve.low, curve.high, strict=True):
            predicted = predicted_error(fit, x)
            assert predicted is not None and error == pytest.approx(100 * predicted)
            assert low is not None and high is not None and low <= error <= high


def test_points_without_what_the_axis_shows_are_counted_and_not_drawn(engine: Engine) -> None:
    performance = chosen(engine)
    assert (performance.chosen, len(performance.points)) == (64, 58)
    assert len(chosen(engine, x=Across.YEAR).points) == 64
    assert len(chosen(engine, x=Across.PASS).points) == 0
    assert vega_lite(performance_chart(chosen(engine, x=Across.PASS)))["datasets"]["points"] == []


def test_options_choose_the_points_of_chart_and_line_alike(engine: Engine) -> None:
    of_one = chosen(engine, sources=("epoch",))
    assert set(of_one.points["source"]) == {"epoch"} and of_one.chosen == 4
    early = chosen(engine, year_from=2014, year_to=2016)
    assert early.points["year"].between(2014, 2017).all() and 0 < early.chosen < 64
    assert chosen(engine, search="Paper 17 on").points["model"].tolist() == ["Net 17"]
    assert chosen(engine, basis="machine").chosen == 0
    assert chosen(engine, line=False).fits == ()


def test_the_years_have_a_line_of_their_own(engine: Engine) -> None:
    performance = chosen(engine, x=Across.YEAR, targets=True)
    fit = performance.fits[0]
    assert isinstance(fit, Fit) and fit.slope == pytest.approx(SLOPE * 7 / 12, abs=0.01)
    assert performance.aims == (), "a line over the years is followed to no target"
    curve = performance.curves[0]
    assert 2012 <= curve.x[0] < curve.x[-1] <= 2024


def test_targets_are_followed_along_each_line_as_far_as_a_chart_has_room(engine: Engine) -> None:
    performance = chosen(engine, targets=True, constants="authors-2020")
    errors = [aim.target.error for aim in performance.aims]
    of_study = [target.error for target in targets_2020() if target.benchmark == "imagenet"]
    assert errors == sorted(errors, reverse=True) and set(of_study) < set(errors)
    constants = cost_constants("authors-2020")
    for aim in performance.aims:
        flop, usd = aim.projection.log10_flop, aim.projection.log10_usd
        assert (
            flop
            and usd
            and flop.value
            == pytest.approx(
                (np.log10(1 / aim.target.error) - performance.fits[0].intercept) / performance.fits[0].slope  # type: ignore[union-attr]
            )
        )
        assert flop.value - usd.value == pytest.approx(np.log10(constants.flop_per_usd or 0))
    assert {aim.target.error for aim in performance.drawn_aims} <= set(of_study)
    beyond = [curve for curve in performance.curves if curve.is_beyond]
    assert beyond and beyond[0].x[-1] == pytest.approx(
        max(aim.projection.log10_flop.value for aim in performance.drawn_aims if aim.projection.log10_flop)
    )


def test_an_exponential_line_that_needs_10_to_the_hundreds_still_makes_a_chart(engine: Engine) -> None:
    performance = chosen(engine, targets=True, form=Form.EXPONENTIAL)
    farthest = max(aim.projection.log10_flop.value for aim in performance.aims if aim.projection.log10_flop)
    assert farthest > 100
    spec = vega_lite(performance_chart(performance))
    assert all(row["x"] < 60 for row in spec["datasets"]["aims"])


# Specifications


@pytest.mark.parametrize("across", Across)
@pytest.mark.parametrize("colour", Colour)
@pytest.mark.parametrize("targets", [False, True])
def test_every_chart_is_valid_vega_lite(engine: Engine, across: Across, colour: Colour, targets: bool) -> None:
    chart = performance_chart(chosen(engine, x=across, colour=colour, targets=targets))
    vega_lite(chart)
    vega_lite(chart, SIZES["narrow"])


def test_a_browser_gets_each_row_once_and_packed(crowd: Performance) -> None:
    view = performance_chart(crowd).to_view()
    text = json.dumps(view, separators=(",", ":"), allow_nan=False)
    points = view["tables"]["points"]
    assert len(points["rows"]) == len(crowd.points) == 9_000
    assert len(text) < 200 * len(points["rows"])
    assert set(view["specs"]) == {"light", "dark"} and "datasets" not in view["specs"]["light"]
    assert len(json.dumps(view["specs"])) < 60_000
    assert points["rows"][0][points["columns"].index("id")] == crowd.points["model_id"][0]


def test_no_specification_makes_anybody_s_name_an_expression_or_an_address(engine: Engine) -> None:
    spec = vega_lite(performance_chart(chosen(engine)))
    names = [row["model"] for row in spec.pop("datasets")["points"]]
    assert any("<script>" in name for name in names), "it is a text among rows"
    written = json.dumps(spec)
    assert "<script" not in written and "evil" not in written and '"url"' not in written and "href" not in written


def test_what_is_seen_is_told_in_words(engine: Engine) -> None:
    words = performance_chart(chosen(engine)).description
    assert words.startswith("Scatter chart of 58 models: error rate, from ")
    assert "half the error takes ×" in words


def test_a_year_lasts_until_its_end(engine: Engine) -> None:
    over_years = chosen(engine, x=Across.YEAR)
    last = over_years.points.assign(year=2017.958, x=2017.958)
    chart = performance_chart(replace(over_years, points=last))
    points = chart.tables["points"]
    assert {row[points.columns.index("year")] for row in points.rows} == {2017.958}
    assert "from 2017 to 2017." in chart.description


@pytest.mark.parametrize("name", ThemeName)
def test_charts_have_the_colours_of_the_style_sheet(name: ThemeName) -> None:
    colours = theme(name).colours
    assert colours["surface"] == {"light": "#ffffff", "dark": "#1c211f"}[name]
    assert {"text", "muted", "line", "line-strong", "accent", "focus"} <= set(colours)


# Pictures


def test_a_picture_of_very_many_points_shows_one_of_each_heap_and_says_so(crowd: Performance) -> None:
    chart = performance_chart(crowd)
    assert chart.thinned is not None
    few = chart.thinned(SIZES["wide"])
    drawn = len(few.tables["points"].rows)
    assert MOST_IN_PICTURE / 3 < drawn <= MOST_IN_PICTURE
    assert f"{drawn:,} of 9,000 points are drawn" in few.description
    assert few.to_spec()["description"] == few.description
    assert chart.to_spec()["datasets"]["points"] != few.to_spec()["datasets"]["points"]


def test_where_a_point_was_left_out_another_of_its_look_stands(crowd: Performance) -> None:
    chart = performance_chart(crowd)
    assert chart.thinned is not None
    few = chart.thinned(SIZES["wide"])
    kept = {row[0] for row in few.tables["points"].rows}
    x_low, x_high = crowd.points["x"].min(), crowd.points["x"].max()
    errors = np.log(crowd.points["error_percent"])
    places = np.column_stack(
        [820 * (crowd.points["x"] - x_low) / (x_high - x_low), 460 * (errors - errors.min()) / np.ptp(errors)]
    )
    stays = crowd.points["model_id"].isin(kept).to_numpy()
    for place in places[~stays][:300]:
        assert np.hypot(*(places[stays] - place).T).min() < 15


def test_a_picture_is_a_picture_and_nothing_else(engine: Engine) -> None:
    drawing.prepare()
    svg = drawing.svg(json.dumps(performance_chart(chosen(engine)).to_picture_spec(ThemeName.DARK, SIZES["narrow"])))
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script")) and not list(root.iter(f"{SVG}a"))
    texts = "".join(root.itertext())
    assert "hardware burden, FLOP" in texts and "10²⁰" in texts and "20 %" in texts
    assert "authors, 2022" in texts


def test_names_that_are_drawn_are_texts() -> None:
    drawing.prepare()
    rows = [AcceleratorYear(HOSTILE_NAME, 2020, 3), AcceleratorYear("NVIDIA A100", 2021, 2)]
    for chart in (accelerators_in_use(rows), most_used(rows)):
        root = ElementTree.fromstring(drawing.svg(json.dumps(chart.to_picture_spec(ThemeName.LIGHT, SIZES["wide"]))))
        assert not list(root.iter(f"{SVG}script"))
        assert "HYPERLINK" in "".join(root.itertext())


# Trends


def _years() -> list[YearRow]:
    return [
        YearRow(2019, 10, 6, 5, 4, 2, 17.0, 18.5, 20.0, 1e20),
        YearRow(2020, 20, 15, 12, 9, 0, None, None, None, None),
        YearRow(2021, 40, 30, 25, 20, 10, 18.0, 19.5, 22.0, 1e22),
    ]


def test_trends_are_valid_and_stand_as_tables_too() -> None:
    papers = [(2019.458, 1e18), (2021.042, 2e20), (2019.5, 3e19)]
    same = {"model": None, "title": "T", "accelerator": None, "basis": "machine"}
    rows = [
        {**same, "model_id": f"{index:016x}", "year": year, "hardware_burden_flop": burden}
        for index, (year, burden) in enumerate(papers)
    ]
    cards = [AcceleratorYear("NVIDIA A100", 2021, 4), AcceleratorYear("NVIDIA Tesla V100", 2019, 7)]
    charts = [burden_over_time(rows, _years()), reporting_share(_years()), accelerators_in_use(cards), most_used(cards)]
    for chart in charts:
        vega_lite(chart)
        json.dumps(chart.to_view(), allow_nan=False)
        assert chart.alternative is not None and chart.alternative.rows
    burdens, shares, fields, bars = charts
    assert [row[3] for row in burdens.tables["points"].rows] == [2019.458, 2019.5, 2021.042]
    assert "The median rises from 10¹⁸·⁵ in 2019 to 10¹⁹·⁵ in 2021." in burdens.description
    assert "Of 40 papers of 2021 name 75% an accelerator" in shares.description
    assert [row[0] for row in fields.alternative.rows] == ["NVIDIA Tesla V100", "NVIDIA A100"]  # type: ignore[union-attr]
    assert bars.description.startswith("Bars by number of papers, the most on top: NVIDIA Tesla V100 (7)")


def test_trends_of_nothing_say_so() -> None:
    for chart in (burden_over_time([]), reporting_share([]), accelerators_in_use([]), most_used([])):
        vega_lite(chart)
        assert chart.description.startswith("No paper")


# The process that draws


@pytest.fixture
def painter() -> Iterator[Callable[..., ChartPainter]]:
    made: list[ChartPainter] = []

    def make(**options: Any) -> ChartPainter:
        made.append(ChartPainter(**options))
        return made[-1]

    yield make
    for each in made:
        each.close()


SMALL = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


def test_what_was_drawn_is_kept_and_drawn_once_for_all_who_wait(painter: Callable[..., ChartPainter]) -> None:
    paints = painter()
    with ThreadPoolExecutor(6) as threads:
        drawn = list(threads.map(lambda _: paints.svg(SMALL), range(6)))
    assert len(set(drawn)) == 1 and drawn[0].startswith(b"<svg")
    assert paints.svg(dict(SMALL)) is paints.svg(SMALL)
    assert paints.png(SMALL).startswith(b"\x89PNG")
    assert b"vegaEmbed" in paints.library() and paints.library() is paints.library()


def test_a_chart_that_takes_too_long_is_given_up_and_others_are_drawn(painter: Callable[..., ChartPainter]) -> None:
    paints = painter(time_limit_seconds=6)
    endless = {"data": {"sequence": {"start": 0, "stop": 40_000_000, "as": "a"}}, "mark": "point",
               "encoding": {"x": {"field": "a", "type": "nominal"}}}  # fmt: skip
    with pytest.raises(ChartUnavailableError) as refused:
        paints.svg(endless)
    assert not refused.value.is_busy
    for attempt in range(5):  # on a busy machine a new process may itself take long to start
        try:
            assert paints.svg({**SMALL, "width": 400}).startswith(b"<svg")
            break
        except ChartUnavailableError:
            assert attempt < 4


def test_a_specification_that_is_none_is_told(painter: Callable[..., ChartPainter]) -> None:
    with pytest.raises(ChartUnavailableError, match="can't be drawn"):
        painter().svg({"mark": 7})


def test_more_than_so_many_do_not_wait(painter: Callable[..., ChartPainter]) -> None:
    paints = painter(most_waiting=1)
    begun = threading.Event()

    def first() -> bytes:
        begun.set()
        return paints.svg(SMALL)

    with ThreadPoolExecutor(1) as threads:
        drawn = threads.submit(first)
        begun.wait()
        refused = 0
        while not drawn.done():
            try:
                paints.svg({**SMALL, "width": 300})
            except ChartUnavailableError as error:
                assert error.is_busy
                refused += 1
        assert drawn.result().startswith(b"<svg") and refused


def test_after_it_was_closed_no_process_is_left(painter: Callable[..., ChartPainter]) -> None:
    paints = painter()
    paints.svg(SMALL)
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    paints.close()
    with pytest.raises(ChartUnavailableError, match="being stopped"):
        paints.svg({**SMALL, "width": 301})
    assert not children.exists() or "vl_convert" not in children.read_text()
