from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from matplotlib.figure import Figure
from synthetic import HOSTILE_NAME, invented_points, shared_analysis, shared_report

from analysis.bands import fitted_performance
from analysis.figures.axes import MOST_POINTS_DRAWN, performance_axis, sampled
from analysis.figures.canvas import Drawing, file_name
from analysis.figures.compared import comparison_drawing
from analysis.figures.growth import growth_drawing, records
from analysis.figures.projected import projections_drawing
from analysis.figures.residuals import residuals_drawing
from analysis.figures.scatter import scatter_drawing
from analysis.figures.slim import slim
from analysis.projections import Interval
from analysis.records import Coefficient, Computing, Fit, Form, Subject

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
SCATTER = "figures/performance-imagenet-top1-accuracy-hardware-burden.svg"


def links(svg: bytes) -> dict[str, str]:
    """Hover title of each link of a figure, by address."""
    root = ElementTree.fromstring(svg)
    return {link.get(LINK, ""): link.findtext(f"{SVG}title", "") for link in root.iter(f"{SVG}a")}


def texts(svg: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def least_squares(points: pd.DataFrame, form: Form) -> tuple[Fit, Any]:
    known = points[points["hardware_burden_flop"].notna()]
    x = np.log10(known["hardware_burden_flop"].to_numpy())
    performance = 1 / known["error_fraction"].to_numpy()
    results = sm.OLS(np.log10(performance) if form is Form.POLYNOMIAL else performance, sm.add_constant(x)).fit()
    subject = Subject("db", "imagenet", "top1_accuracy", form, Computing.HARDWARE_BURDEN)
    coefficients = tuple(
        Coefficient(name, results.params[index], results.bse[index])
        for index, name in enumerate(("intercept", "slope"))
    )
    fit = Fit(
        subject,
        len(known),
        coefficients,
        intercept_slope_covariance=results.cov_params()[0, 1],
        lowest_computing_flop=10 ** x.min(),
        highest_computing_flop=10 ** x.max(),
    )
    return fit, results


def test_every_point_with_a_burden_leads_to_its_paper_and_says_what_it_is() -> None:
    points = shared_analysis().points
    of_figure = points[(points["benchmark"] == "imagenet") & points["hardware_burden_flop"].notna()]
    found = links(shared_report()[SCATTER])
    assert set(found) == {url for url in of_figure["url"] if url.startswith("https:")}
    row = of_figure[of_figure["model"] == "Net-4"].iloc[0]
    title = found[row["url"]]
    assert "Net-4" in title and row["title"] in title
    assert f"{row['value']:.4g} %" in title
    mantissa = f"{row['hardware_burden_flop']:.1e}".split("e")[0]
    assert f"hardware burden: {mantissa} × 10" in title


def test_an_address_that_is_no_web_page_is_no_link_and_a_name_is_no_markup() -> None:
    root = ElementTree.fromstring(shared_report()[SCATTER])
    titles = [title.text or "" for title in root.iter(f"{SVG}title")]
    hostile = [title for title in titles if "<script>alert(1)</script>" in title]
    assert len(hostile) == 2  # one of either source
    assert all("\u202e" not in title and "\x00" not in title for title in titles)
    assert not list(root.iter(f"{SVG}script"))
    assert not any("javascript" in value for element in root.iter() for value in element.attrib.values())


def test_formulas_in_names_of_models_are_drawn_as_they_stand() -> None:
    analysis = shared_analysis()
    influence = analysis.laws.influence
    of_fit = influence[(influence["source"] == "db") & (influence["benchmark"] == "imagenet")].assign(outlier=True)
    subject = Subject("db", "imagenet", "top1_accuracy", Form.POLYNOMIAL, Computing.HARDWARE_BURDEN)
    name = r"$\frac{$ & <b>"
    drawing = residuals_drawing(subject, of_fit, analysis.points.assign(model=name))
    assert drawing is not None
    assert name in texts(drawing.svg)


def test_the_band_is_that_of_the_mean() -> None:
    points = invented_points()
    for form in Form:
        fit, results = least_squares(points, form)
        x = np.array([16.0, 19.0, 23.5])
        expected = results.get_prediction(sm.add_constant(x)).summary_frame(alpha=0.05)
        line, low, high = fitted_performance(fit, x)
        to_performance = (lambda y: 10**y) if form is Form.POLYNOMIAL else (lambda y: y)
        np.testing.assert_allclose(line, to_performance(expected["mean"]), rtol=1e-9)
        np.testing.assert_allclose(low, to_performance(expected["mean_ci_lower"]), rtol=1e-6)
        np.testing.assert_allclose(high, to_performance(expected["mean_ci_upper"]), rtol=1e-6)


def test_no_band_is_drawn_where_the_fit_states_no_covariance() -> None:
    fit, _ = least_squares(invented_points(), Form.POLYNOMIAL)
    _, low, high = fitted_performance(replace(fit, intercept_slope_covariance=None), np.array([18.0, 20.0]))
    assert np.isnan(low).all() and np.isnan(high).all()


def test_of_many_points_a_fixed_sample_is_drawn_and_the_caption_says_so() -> None:
    points = invented_points(2_600)
    fit, _ = least_squares(points, Form.POLYNOMIAL)
    drawing = scatter_drawing(points, [fit], Computing.HARDWARE_BURDEN)
    marks = [title.text for title in ElementTree.fromstring(drawing.svg).iter(f"{SVG}title")]
    assert len(marks) == MOST_POINTS_DRAWN
    assert "2,340 models" in drawing.caption and "sample of 600 points" in drawing.caption


def test_a_new_point_displaces_at_most_one_of_the_sample() -> None:
    points = invented_points(2_500)
    before = set(sampled(points.iloc[:-1])["point_key"])
    after = set(sampled(points)["point_key"])
    assert len(before - after) <= 1
    assert set(sampled(points.sample(frac=1, random_state=5))["point_key"]) == after


@pytest.mark.parametrize("is_accuracy", [True, False])
def test_a_record_is_what_beats_all_before_it_and_stands_to_the_end(is_accuracy: bool) -> None:
    error = pd.Series([20.0, 40.0, 30.0, 35.0, 25.0, 20.0])
    value = 100 - error if is_accuracy else error
    years = [2015, 2012, 2013, 2013, 2020, 2016]
    dated = pd.DataFrame({"year": years, "value": value, "error_fraction": error / 100})
    found = list(records(dated)[["year", "value"]].itertuples(index=False, name=None))
    expected = [(2012, 40), (2013, 30), (2015, 20), (2020, 20)]
    assert found == [(year, 100 - wrong if is_accuracy else wrong) for year, wrong in expected]


def test_growth_needs_years_and_does_without_burdens() -> None:
    drawing = growth_drawing(invented_points(25).assign(hardware_burden_flop=np.nan))
    assert drawing is not None
    assert "no burden known" in texts(drawing.svg)
    assert growth_drawing(invented_points(5).assign(year=np.nan)) is None


def test_projections_without_bounds_and_beyond_all_floats_are_drawn() -> None:
    projections = shared_analysis().projections
    rows = projections[(projections["benchmark"] == "imagenet") & (projections["metric"] == "top1_accuracy")].copy()
    rows.loc[rows.index[0], "log10_gigaflop"] = 5_000.0
    rows.loc[rows.index[1], ["log10_gigaflop_low", "log10_gigaflop_high"]] = np.nan
    rows.loc[rows.index[1], "interval"] = Interval.UNBOUNDED.value
    drawing = projections_drawing(rows, Computing.HARDWARE_BURDEN)
    assert drawing is not None
    assert any(text.startswith("11.5 %") for text in texts(drawing.svg))
    assert "logarithmic in the exponent" in drawing.caption


def test_pairs_lie_where_their_burdens_are() -> None:
    analysis = shared_analysis()
    drawing = comparison_drawing(analysis.pairs, analysis.points.set_index("point_key")["url"])
    assert drawing is not None
    weighed = [pair for pair in analysis.pairs if pair.log10_burden_ratio is not None]
    assert f"{len(weighed)} models" in drawing.caption
    assert len(links(drawing.svg)) == len([pair for pair in weighed if pair.own_model != HOSTILE_NAME])
    assert comparison_drawing([], pd.Series(dtype=object)) is None


@pytest.mark.parametrize(("low", "high"), [(1.2, 9), (1.41, 1.52), (1.001, 400), (3.0, 3.02)])
def test_axes_of_performance_have_ticks_at_any_range(low: float, high: float) -> None:
    axes = Figure().add_subplot()
    performance_axis(axes, low, high)
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    assert 3 <= len(ticks) <= 12


def test_no_two_figures_of_a_page_share_an_id() -> None:
    figures = [name for name in shared_report() if name.endswith(".svg")]
    ids = [element.get("id") for name in figures for element in ElementTree.fromstring(shared_report()[name]).iter()]
    named = [each for each in ids if each]
    assert len(named) == len(set(named))


def test_names_of_files_do_not_fall_together() -> None:
    assert file_name("squad1.1", "em") == "squad1-1-em"
    names = {file_name("growth", each) for each in ("a b", "a/b", "a&b", "A b", "../../etc", "é", "")}
    assert len(names) == 7
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)
    assert len(file_name("x" * 5_000)) < 100


def test_what_parts_of_a_picture_share_is_said_once_by_their_group() -> None:
    svg = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
      <defs><path id="dot" d="M 0 0.123456 L 1 1 "/><clipPath id="frame"><rect width="9.0001"/></clipPath></defs>
      <g id="PathCollection_1">
        <a><title>one
two</title><g clip-path="url(#frame)"><use xlink:href="#dot" x="1.23456" style="fill: red; stroke: blue"/></g></a>
        <a><g clip-path="url(#frame)"><use xlink:href="#dot" x="2" style="fill: red; stroke: blue"/></g></a>
      </g>
      <g id="faint"><path d="M 1 2" style="opacity: 0.5"/><path d="M 3 4" style="opacity: 0.5"/></g>
      <text transform="rotate(-0 1 2)">a  b</text>
    </svg>"""
    root = ElementTree.fromstring(svg)
    slim(root)
    defs, points, *rest = root
    assert defs[0].attrib == {"id": "dot", "d": "M 0 0.12 L 1 1"} and defs[1][0].get("width") == "9"
    assert points.attrib == {"clip-path": "url(#frame)", "style": "fill:red;stroke:blue"}
    assert [[part.tag.removeprefix(SVG) for part in link] for link in points] == [["title", "use"], ["use"]]
    assert points[0][0].text == "one\ntwo"
    assert points[0][1].attrib == {LINK: "#dot", "x": "1.23"}
    assert [part.get("style") for part in rest] == ["opacity:0.5", "opacity:0.5", None]
    assert rest[2].text == "a  b" and not rest[2].attrib


def test_every_mark_keeps_its_look_and_one_clip() -> None:
    points = invented_points(40)
    fit, _ = least_squares(points, Form.POLYNOMIAL)
    root = ElementTree.fromstring(scatter_drawing(points, [fit], Computing.HARDWARE_BURDEN).svg)
    parents = {child: parent for parent in root.iter() for child in parent}
    marks = [link.find(f"{SVG}use") for link in root.iter(f"{SVG}a")]
    assert len(marks) == 35
    for mark in marks:
        assert mark is not None
        chain = [mark, parents[mark], parents[parents[mark]]]
        assert sum("clip-path" in element.attrib for element in chain) == 1
        assert any("fill:#0072b2" in element.get("style", "") for element in chain)


def test_only_the_easiest_targets_are_drawn_where_there_are_many() -> None:
    projections = shared_analysis().projections
    rows = projections[(projections["benchmark"] == "imagenet") & (projections["metric"] == "top1_accuracy")]
    more = [rows.assign(target_error=rows["target_error"] / 10**power) for power in range(6)]
    drawing = projections_drawing(pd.concat(more, ignore_index=True), Computing.HARDWARE_BURDEN)
    assert drawing is not None
    drawn = [text for text in texts(drawing.svg) if " % (" in text]
    assert 12 <= len(drawn) <= 16
    lines = len(pd.concat(more)[["target_error", "target", "source"]].drop_duplicates())
    assert f"{lines - len(drawn)} lines of still lower errors" in drawing.caption


def test_pictures_are_of_both_kinds_and_state_what_they_show() -> None:
    drawing = growth_drawing(invented_points(8))
    assert isinstance(drawing, Drawing)
    assert drawing.png.startswith(b"\x89PNG")
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert drawing.title in root.get("aria-label", "")
