"""Constants of projections: each has a source, and what is reckoned follows from prices, rates, power and carbon."""

import csv
import math
from importlib import resources

import pytest

from analysis.constants import (
    Target,
    UnknownConstants,
    constants_names,
    cost_constants,
    fits_2020,
    targets_2020,
    targets_from,
)
from analysis.records import Form


def data_rows(package: str, file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files(package).joinpath(file).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("name", constants_names())
def test_every_set_is_positive_and_says_where_it_comes_from(name: str) -> None:
    constants = cost_constants(name)
    assert constants.name == name
    assert constants.flop_per_usd is not None and 1e15 < constants.flop_per_usd < 1e19
    assert constants.flop_per_pound_co2 is None or 1e15 < constants.flop_per_pound_co2 < 1e20
    assert constants.sources and all(constants.sources)
    assert constants.reckoning.endswith(".")


@pytest.mark.parametrize("file", ["accelerators.csv", "electricity.csv", "targets.csv", "fits_2020.csv"])
def test_every_row_of_data_names_its_source(file: str) -> None:
    rows = data_rows("analysis.constants", file)
    assert rows and all(row["source"].strip() for row in rows)


def test_a_year_with_hardware_is_reckoned_from_price_rate_power_and_carbon() -> None:
    constants = cost_constants("2022 NVIDIA A100")
    kwh_an_hour = 0.400 * 1.55
    pounds_an_hour = kwh_an_hour * 481 / 453.59237
    assert constants.flop_per_usd == pytest.approx(19.5e12 * 3600 / 3.44)
    assert constants.flop_per_pound_co2 == pytest.approx(19.5e12 * 3600 / pounds_an_hour)
    for said in (
        "19.5 TFLOP/s (fp32)",
        "$3.44",
        "42 offers",
        "400 W",
        "PUE 1.55 (2022)",
        "481 g CO2/kWh (world, 2023)",
    ):
        assert said in constants.reckoning


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2022 NVIDIA A100", "at its full 400 W,"),
        ("2018 Google TPU v2", "at its full 280 W,"),
        ("2020 Google TPU v3", "at a measured mean of 220 W,"),
        ("2023 Google TPU v4", "at a measured mean of 170 W,"),
    ],
)
def test_a_measured_mean_is_not_called_a_rating(name: str, said: str) -> None:
    assert said in cost_constants(name).reckoning


def test_the_authors_v100_is_what_their_site_divides_by() -> None:
    assert cost_constants("authors-site").flop_per_usd == pytest.approx(14.13e12 * 3600 / 0.74, rel=1e-12)


def test_co2_is_unknown_where_the_power_is_not_published() -> None:
    constants = cost_constants((2024, "Google TPU v5e"))
    assert constants.flop_per_usd is not None
    assert constants.flop_per_pound_co2 is None
    assert "power is not published" in constants.reckoning


def test_a_name_may_be_a_year_and_hardware_in_any_case() -> None:
    named = cost_constants("2022 NVIDIA A100")
    assert cost_constants((2022, "nvidia a100")) == named
    assert cost_constants("  2022  nvidia  A100 ") == named


@pytest.mark.parametrize("name", ["", "authors", (1999, "NVIDIA A100"), "2022 NVIDIA A100\n; x" * 1000])
def test_an_unknown_name_lists_those_there_are(name: str | tuple[int, str]) -> None:
    with pytest.raises(UnknownConstants) as caught:
        cost_constants(name)
    message = str(caught.value)
    assert all(known in message for known in constants_names())
    assert len(message) < 200 + len(", ".join(constants_names()))
    assert "\n" not in message


def test_rates_and_power_are_those_of_the_catalogue_of_accelerators() -> None:
    catalogue = {row["name"]: row for row in data_rows("extractors.lexicon", "accelerators.csv")}
    for row in data_rows("analysis.constants", "accelerators.csv"):
        known = catalogue[row["hardware"]]
        rate = known["half_tflops"] if row["precision"] == "bf16" else known["fp32_tflops"]
        assert float(row["tflops"]) == float(rate), row["hardware"]
        assert row["power_watts"] == known["tdp_watts"], row["hardware"]
        assert bool(row["power_basis"]) == bool(row["power_watts"]), row["hardware"]


def test_every_benchmark_of_the_printed_table_has_its_targets_and_a_fit_in_both_forms() -> None:
    fitted = {(fit.subject.benchmark, fit.subject.metric, fit.subject.form) for fit in fits_2020()}
    wanted = {(target.benchmark, target.metric) for target in targets_2020()}
    assert len(wanted) == 5
    assert {(*each, form) for each in wanted for form in Form} <= fitted


def test_fits_of_2020_carry_a_covariance_that_a_line_can_have() -> None:
    for fit in fits_2020():
        intercept, slope = (fit.coefficient(name).standard_error for name in ("intercept", "slope"))
        assert intercept and slope and fit.intercept_slope_covariance
        assert -1 < fit.intercept_slope_covariance / (intercept * slope) < -0.9
        mean = -fit.intercept_slope_covariance / slope**2
        assert fit.lowest_computing_flop and fit.highest_computing_flop
        assert math.log10(fit.lowest_computing_flop) < mean < math.log10(fit.highest_computing_flop)


def test_targets_go_down_from_the_best_there_is() -> None:
    targets = targets_from(Target("imagenet", "top1_accuracy", "best today", 0.2, "db"))
    assert [(target.label, target.error) for target in targets] == [
        ("best today", 0.2),
        ("halved", 0.1),
        ("quartered", 0.05),
        ("a tenth", pytest.approx(0.02)),
    ]
    assert {target.source for target in targets} == {"db"}
