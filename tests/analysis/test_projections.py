"""Projections: the printed table of 2020, intervals against simulation, and what must not be projected."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from analysis.constants import CostConstants, Target, cost_constants, fits_2020, printed_2020, targets_2020
from analysis.projections import (
    Interval,
    Reach,
    predicted_error,
    project,
    projection_table,
)
from analysis.records import Coefficient, Computing, Estimator, Fit, Form, Subject
from analysis.theory import Standing, degree

UNIT_COSTS = CostConstants("unit", 1e17, 1e16, 0.25, "Invented.", ("test",))
DIFFERENCES = ["difference_gigaflop", "difference_pounds_co2", "difference_usd"]


def line(
    intercept: float,
    slope: float,
    form: Form = Form.POLYNOMIAL,
    computing: Computing = Computing.HARDWARE_BURDEN,
    estimator: Estimator = Estimator.ORDINARY,
) -> Fit:
    return Fit(
        Subject("db", "imagenet", "top1_accuracy", form, computing, estimator),
        n=30,
        coefficients=(Coefficient("intercept", intercept), Coefficient("slope", slope)),
        lowest_computing_flop=1e18,
        highest_computing_flop=1e22,
    )


def least_squares(x: np.ndarray, y: np.ndarray) -> tuple[Fit, sm.regression.linear_model.RegressionResults]:
    results = sm.OLS(y, sm.add_constant(x)).fit()
    fit = replace(
        line(*results.params),
        n=len(x),
        coefficients=tuple(
            Coefficient(name, value, error)
            for name, value, error in zip(("intercept", "slope"), results.params, results.bse, strict=True)
        ),
        intercept_slope_covariance=results.cov_params()[0, 1],
    )
    return fit, results


@pytest.fixture(scope="module")
def targets_file(shared_dir: Path) -> Path:
    return shared_dir / "reference" / "targets.json"


def test_the_45_polynomial_exponents_follow_from_the_published_coefficients(targets_file: Path) -> None:
    published = json.loads(targets_file.read_text(encoding="utf-8"))["fits_2020"]["fits"]
    metric_of = {target.benchmark: target.metric for target in targets_2020()}
    fits = [
        replace(
            line(row["intercept"], row["slope"]),
            subject=Subject(
                "2020", row["benchmark"], metric_of[row["benchmark"]], Form.POLYNOMIAL, Computing.HARDWARE_BURDEN
            ),
        )
        for row in published
        if row["benchmark"] in metric_of
    ]
    table = projection_table(fits, targets_2020(), cost_constants("authors-2020"), printed_2020())
    assert len(table) == 15
    assert (table[DIFFERENCES] == 0).all(axis=None)


def test_the_printed_exponents_are_those_of_the_paper(targets_file: Path) -> None:
    figure = json.loads(targets_file.read_text(encoding="utf-8"))["projections_2020_figure"]
    del figure["note"]
    expected = {
        (benchmark, round(float(percent.rstrip("%")) / 100, 12), form): tuple(exponents)
        for benchmark, row in figure.items()
        for percent, both in row.items()
        for form, exponents in zip((Form.POLYNOMIAL, Form.EXPONENTIAL), both, strict=True)
    }
    assert printed_2020() == expected


def test_the_fits_of_2020_have_the_published_coefficients(targets_file: Path) -> None:
    published = json.loads(targets_file.read_text(encoding="utf-8"))["fits_2020"]["fits"]
    ours = {fit.subject.benchmark: fit for fit in fits_2020() if fit.subject.form is Form.POLYNOMIAL}
    assert ours.keys() == {row["benchmark"] for row in published}
    for row in published:
        fit = ours[row["benchmark"]]
        assert (fit.n, round(fit.intercept, 4), round(fit.slope, 4)) == (row["n"], row["intercept"], row["slope"])


def test_the_printed_table_of_2020_in_both_forms() -> None:
    table = projection_table(fits_2020(), targets_2020(), cost_constants("authors-2020"), printed_2020())
    assert table[DIFFERENCES].notna().to_numpy().sum() == 90
    assert (table["difference_gigaflop"] == 0).all()
    assert (table[DIFFERENCES].abs() <= 1).all(axis=None)


def test_money_and_co2_of_2020_follow_from_costs_that_were_published_before() -> None:
    table = projection_table(fits_2020(), targets_2020(), cost_constants("strubell-2019"), printed_2020())
    assert (table["difference_usd"] == 0).all()
    assert (table["difference_pounds_co2"].abs() <= 1).all()


@given(
    st.sampled_from(list(Form)),
    st.floats(-3, 3),
    st.floats(0.001, 5),
    st.floats(1e-9, 0.999),
)
def test_the_projected_computing_gives_the_target_error_back(
    form: Form, intercept: float, slope: float, error: float
) -> None:
    fit = line(intercept, slope, form)
    projected = project(fit, error, UNIT_COSTS)
    assert projected.log10_flop is not None
    assert predicted_error(fit, projected.log10_flop.value) == pytest.approx(error, rel=1e-6)


def test_no_error_is_predicted_where_the_line_leaves_the_possible() -> None:
    assert predicted_error(line(-1, 0.1), 5) is None
    assert predicted_error(line(-1, 0.1, Form.EXPONENTIAL), 15) is None
    assert predicted_error(line(-1, 0.1, Form.EXPONENTIAL), 30) == pytest.approx(0.5)


def test_the_interval_ends_where_the_band_of_the_line_meets_the_target() -> None:
    random = np.random.default_rng(3)
    x = random.uniform(17, 23, 20)
    fit, results = least_squares(x, -1.0 + 0.08 * x + random.normal(0, 0.05, 20))
    projected = project(fit, 0.05, UNIT_COSTS)
    assert projected.interval is Interval.BOUNDED
    assert projected.log10_flop is not None
    low, value, high = projected.log10_flop.low, projected.log10_flop.value, projected.log10_flop.high
    assert low is not None and high is not None and low < value < high
    band = results.get_prediction(np.array([[1, low], [1, high]])).conf_int(alpha=0.05)
    assert band[0, 1] == pytest.approx(math.log10(20), rel=1e-9)
    assert band[1, 0] == pytest.approx(math.log10(20), rel=1e-9)


def test_the_interval_holds_the_truth_in_95_of_100_simulations() -> None:
    random = np.random.default_rng(11)
    x = np.linspace(17, 22, 15)
    truth = (math.log10(20) + 1.0) / 0.1
    held = []
    for _ in range(2000):
        fit, _results = least_squares(x, -1.0 + 0.1 * x + random.normal(0, 0.06, len(x)))
        amount = project(fit, 0.05, UNIT_COSTS).log10_flop
        assert amount is not None and amount.low is not None and amount.high is not None
        held.append(amount.low <= truth <= amount.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_money_and_co2_have_the_interval_of_the_computing() -> None:
    fit = fits_2020()[0]
    projected = project(fit, 0.05, UNIT_COSTS)
    flop, usd, co2 = projected.log10_flop, projected.log10_usd, projected.log10_pounds_co2
    assert flop and usd and co2 and flop.low and flop.high
    assert (usd.low, usd.value, usd.high) == pytest.approx((flop.low - 17, flop.value - 17, flop.high - 17))
    assert (co2.low, co2.value, co2.high) == pytest.approx((flop.low - 16, flop.value - 16, flop.high - 16))


def test_a_slope_that_may_be_0_gives_no_bounds() -> None:
    flat = next(fit for fit in fits_2020() if fit.subject.benchmark == "wmt14-en-de")
    projected = project(flat, 0.3, UNIT_COSTS)
    assert projected.interval is Interval.UNBOUNDED
    assert projected.log10_flop is not None
    assert (projected.log10_flop.low, projected.log10_flop.high) == (None, None)


def test_a_fit_without_covariance_has_a_projection_without_interval() -> None:
    projected = project(line(-0.7565, 0.0733), 0.05, UNIT_COSTS)
    assert projected.interval is Interval.UNKNOWN
    assert projected.log10_flop is not None
    assert projected.log10_flop.value == pytest.approx(28.07, abs=0.005)
    assert (projected.log10_flop.low, projected.log10_flop.high) == (None, None)


@pytest.mark.parametrize("slope", [-0.05, 0.0, math.nan])
def test_no_amount_of_computing_helps_where_the_slope_is_not_above_0(slope: float) -> None:
    projected = project(line(3.0, slope), 0.05, UNIT_COSTS)
    assert projected.interval is Interval.NONE
    assert (projected.log10_flop, projected.log10_usd, projected.log10_pounds_co2) == (None, None, None)


def test_exponents_beyond_any_float_stay_numbers() -> None:
    exponential = [fit for fit in fits_2020() if fit.subject.form is Form.EXPONENTIAL]
    targets = [replace(target, error=1e-6) for target in targets_2020()]
    table = projection_table(exponential, targets, cost_constants("authors-2020"))
    assert (table["log10_gigaflop"] > 1e5).all()
    assert np.isfinite(table[["log10_usd", "log10_pounds_co2", "log10_gigaflop_high"]]).all(axis=None)


def test_network_operations_cost_what_the_peak_would_have_done_in_the_time() -> None:
    operations = project(line(-1, 0.1, computing=Computing.NETWORK_OPERATIONS), 0.1, UNIT_COSTS)
    burden = project(line(-1, 0.1), 0.1, UNIT_COSTS)
    assert operations.log10_flop == burden.log10_flop
    assert operations.log10_usd and burden.log10_usd
    assert operations.log10_usd.value - burden.log10_usd.value == pytest.approx(math.log10(4))


@pytest.mark.parametrize(
    ("computing", "constants"),
    [
        (Computing.OPERATIONS_PER_PASS, UNIT_COSTS),
        (Computing.NETWORK_OPERATIONS, cost_constants("authors-2020")),
    ],
)
def test_costs_are_unknown_where_the_computing_does_not_say_what_was_spent(
    computing: Computing, constants: CostConstants
) -> None:
    projected = project(line(-1, 0.1, computing=computing), 0.1, constants)
    assert projected.log10_flop is not None
    assert (projected.log10_usd, projected.log10_pounds_co2) == (None, None)


@pytest.mark.parametrize(
    ("error", "reach", "tenfolds_beyond"),
    [(0.5, Reach.BELOW, 0), (0.1, Reach.INSIDE, 0), (0.01, Reach.BEYOND, 8)],
)
def test_a_projection_says_where_it_lies_beside_the_data(error: float, reach: Reach, tenfolds_beyond: float) -> None:
    projected = project(line(-1, 0.1), error, UNIT_COSTS)
    assert projected.reach is reach
    assert projected.tenfolds_beyond == pytest.approx(tenfolds_beyond)


@pytest.mark.parametrize("error", [0, 1, -0.1, 5, math.nan, math.inf])
def test_a_target_must_be_a_fraction(error: float) -> None:
    with pytest.raises(ValueError, match="fraction between 0 and 1"):
        project(line(-1, 0.1), error, UNIT_COSTS)


@pytest.mark.parametrize("estimator", [Estimator.YEAR_TREND, Estimator.CONVERSION])
def test_what_is_no_line_of_performance_on_computing_is_refused(estimator: Estimator) -> None:
    with pytest.raises(ValueError, match=estimator.value):
        project(line(-1, 0.1, estimator=estimator), 0.1, UNIT_COSTS)


def test_the_table_pairs_fits_with_the_targets_of_their_benchmark_and_metric() -> None:
    targets = [
        Target("imagenet", "top1_accuracy", "low", 0.1, "test"),
        Target("imagenet", "top5_accuracy", "other metric", 0.1, "test"),
        Target("coco", "box_ap", "other benchmark", 0.1, "test"),
    ]
    costs = replace(UNIT_COSTS, flop_per_pound_co2=None)
    table = projection_table([line(-1, 0.1)], targets, costs, {("imagenet", 0.1, Form.POLYNOMIAL): (12, 3, 3)})
    [row] = table.to_dict("records")
    assert (row["target"], row["log10_gigaflop"], row["log10_usd"]) == ("low", pytest.approx(11), pytest.approx(3))
    assert (row["printed_gigaflop"], row["printed_pounds_co2"], row["difference_usd"]) == (12, 3, 0)
    assert table[["log10_pounds_co2", "floor_pounds_co2", "difference_pounds_co2"]].isna().all(axis=None)


def test_an_empty_table_has_the_same_columns() -> None:
    full = projection_table([line(-1, 0.1)], [Target("imagenet", "top1_accuracy", "low", 0.1, "test")], UNIT_COSTS)
    empty = projection_table([], [], UNIT_COSTS)
    assert len(empty) == 0
    assert empty.dtypes.equals(full.dtypes)


def test_the_degree_is_the_slope_turned_over_beside_the_bound_of_theory() -> None:
    fit = replace(
        line(-1.0673, 0.0908),
        n=102,
        coefficients=(Coefficient("intercept", -1.0673), Coefficient("slope", 0.0908, 0.006, low=0.079, high=0.1025)),
    )
    found = degree(fit)
    assert found is not None
    assert (found.low, found.value, found.high) == pytest.approx((1 / 0.1025, 1 / 0.0908, 1 / 0.079))
    assert (found.theory_lower_bound_degree, found.standing) == (4, Standing.ABOVE)


@pytest.mark.parametrize(
    ("slope", "error", "standing", "bounded"),
    [
        (0.5, 0.02, Standing.BELOW, True),
        (0.25, 0.02, Standing.UNDECIDED, True),
        (0.1, 0.02, Standing.ABOVE, True),
        (0.01, 0.02, Standing.ABOVE, False),
        (0.2, 0.2, Standing.UNDECIDED, False),
        (0.2, None, Standing.UNKNOWN, False),
    ],
)
def test_the_standing_goes_by_the_interval(
    slope: float, error: float | None, standing: Standing, bounded: bool
) -> None:
    fit = replace(line(0, slope), coefficients=(Coefficient("intercept", 0), Coefficient("slope", slope, error)))
    found = degree(fit)
    assert found is not None
    assert found.standing is standing
    assert (found.high is not None) is bounded


def test_only_a_rising_power_law_has_a_degree() -> None:
    assert degree(line(0, 0.1, Form.EXPONENTIAL)) is None
    assert degree(line(0, -0.1)) is None
