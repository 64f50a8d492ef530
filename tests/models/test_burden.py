"""Hardware burden by the study's convention, its interval, and what gives no estimate."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.lexicon.catalogue import load_catalogue
from extractors.records import Box, BurdenEstimate, CountUnit, Evidence, TrainingRun
from models.burden import estimate_burden, estimator_version

CATALOGUE = load_catalogue()
EVIDENCE = Evidence(page=1, box=Box(0, 0, 1, 1), quote="", start=0, end=0)
P100 = TrainingRun(EVIDENCE, "NVIDIA Tesla P100", accelerator_count=8, duration_hours=84.0)
TPU_CORES = TrainingRun(
    EVIDENCE, "Google TPU v3", accelerator_count=256, count_unit=CountUnit.CORES, duration_hours=24.0
)


def estimate(run: TrainingRun, published: date | None = date(2020, 1, 1)) -> BurdenEstimate:
    return estimate_burden(run, published, CATALOGUE)


def run(accelerator: str | None, count: int | None = 1, hours: float | None = 1.0, **more: object) -> TrainingRun:
    return TrainingRun(EVIDENCE, accelerator, accelerator_count=count, duration_hours=hours, **more)


def test_eight_p100_for_84_hours() -> None:
    burden = estimate(P100, date(2017, 6, 12))
    assert burden.hardware_burden_flop == pytest.approx(8 * 10.6e12 * 302_400)
    assert f"{burden.hardware_burden_flop:.1e}" == "2.6e+19"
    assert f"{burden.hardware_burden_low:.1e}" == "2.3e+19"  # PCIe cards
    assert f"{burden.hardware_burden_high:.1e}" == "2.6e+19"
    assert burden.method == "8 devices x 10.6 TFLOP/s fp32 x 84 h"
    assert burden.reason is None


def test_tpu_cores_are_half_chips() -> None:
    burden = estimate(TPU_CORES)
    exact = 128 * 123e12 * 86_400
    assert burden.hardware_burden_flop == pytest.approx(exact)
    assert (burden.hardware_burden_low, burden.hardware_burden_high) == (pytest.approx(exact), pytest.approx(exact))
    assert burden.method == "256 cores / 2 per chip x 123 TFLOP/s bf16 x 24 h"


def test_tpu_chips_are_counted_and_rated_as_chips() -> None:
    chips = estimate(replace(TPU_CORES, count_unit=CountUnit.CHIPS))
    assert chips.hardware_burden_flop == pytest.approx(256 * 123e12 * 86_400)
    assert chips.method == "256 chips x 123 TFLOP/s bf16 x 24 h"


@pytest.mark.parametrize("unit", [CountUnit.DEVICES, None])
def test_a_tpu_device_may_be_a_core_a_chip_or_a_board(unit: CountUnit | None) -> None:
    burden = estimate(run("Google TPU v2", 16, 120.0, count_unit=unit))
    chip = 16 * 45e12 * 120 * 3600
    assert burden.hardware_burden_flop == pytest.approx(chip)
    assert burden.hardware_burden_low == pytest.approx(chip / 2)
    assert burden.hardware_burden_high == pytest.approx(chip * 4)


def test_every_tpu_of_a_run_counts() -> None:
    """A rate that stands for one device, whatever the count, was a trap of earlier tables."""
    one = estimate(run("Google TPU v2", 1, 108.0, count_unit=CountUnit.CHIPS))
    many = estimate(run("Google TPU v2", 64, 108.0, count_unit=CountUnit.CHIPS))
    assert many.hardware_burden_flop == pytest.approx(64 * one.hardware_burden_flop)


def test_device_hours_are_not_multiplied_by_the_count() -> None:
    stated = run("NVIDIA Tesla P100", 450, None, device_hours=75_600.0)
    burden = estimate(stated)
    assert burden.hardware_burden_flop == pytest.approx(75_600 * 3600 * 10.6e12)
    assert burden == estimate(replace(stated, accelerator_count=None))
    assert burden.method == "75600 device-hours x 10.6 TFLOP/s fp32"


def test_wall_clock_and_count_go_before_device_hours() -> None:
    both = replace(P100, device_hours=10.0)
    assert estimate(both) == estimate(P100)


def test_tpu_core_hours() -> None:
    burden = estimate(run("Google TPU v3", None, None, device_hours=240.0, count_unit=CountUnit.CORES))
    assert burden.hardware_burden_flop == pytest.approx(120 * 3600 * 123e12)
    assert burden.method == "240 core-hours / 2 per chip x 123 TFLOP/s bf16"


def test_a_range_of_time_widens_the_interval() -> None:
    burden = estimate(run("NVIDIA Quadro K6000", 1, 288.0, duration_hours_low=240.0, duration_hours_high=336.0))
    hour = 5.2e12 * 3600
    assert burden.hardware_burden_low == pytest.approx(240 * hour)
    assert burden.hardware_burden_flop == pytest.approx(288 * hour)
    assert burden.hardware_burden_high == pytest.approx(336 * hour)


def test_mixed_precision_widens_the_high_end_alone() -> None:
    plain, mixed = estimate(P100), estimate(replace(P100, mixed_precision=True))
    assert mixed.hardware_burden_flop == plain.hardware_burden_flop
    assert mixed.hardware_burden_low == plain.hardware_burden_low
    assert mixed.hardware_burden_high == pytest.approx(8 * 21.2e12 * 302_400)
    assert mixed.precision_aware_flop == pytest.approx(8 * 21.2e12 * 302_400)
    assert plain.precision_aware_flop is None


def test_mixed_precision_on_a_card_without_a_known_rate_for_it() -> None:
    card = run("NVIDIA Tesla M40", 8, 24.0)
    mixed = estimate(replace(card, mixed_precision=True))
    assert mixed == estimate(card)
    assert mixed.precision_aware_flop is None


def test_each_card_has_one_rate() -> None:
    """M40 runs once carried a V100's rate, and K40c another rate than K40."""
    assert estimate(run("NVIDIA Tesla M40", 8)).hardware_burden_flop == pytest.approx(8 * 6.84e12 * 3600)
    assert estimate(run("NVIDIA Tesla M40", 8)).hardware_burden_high < 8 * 14.13e12 * 3600
    k40, k40c = estimate(run("NVIDIA Tesla K40")), estimate(run("Tesla K40c"))
    assert k40.hardware_burden_flop == k40c.hardware_burden_flop == pytest.approx(4.29e12 * 3600)
    assert k40.hardware_burden_high == pytest.approx(5.046e12 * 3600)


def test_a_two_gpu_board_says_so_in_its_interval() -> None:
    k80 = estimate(run("NVIDIA Tesla K80", 1))
    hour = 3600e12
    figures = (k80.hardware_burden_low, k80.hardware_burden_flop, k80.hardware_burden_high)
    assert figures == (pytest.approx(2.8 * hour), pytest.approx(5.6 * hour), pytest.approx(8.73 * hour))


def test_one_cpu_is_one_cpu() -> None:
    cpu = estimate(run("Intel Xeon E5620", 1, 10.0))
    assert cpu.hardware_burden_flop == pytest.approx(76.8e9 * 36_000)


@pytest.mark.parametrize(
    ("published", "central_tflops", "low_tflops", "high_tflops", "card"),
    [
        (date(2016, 8, 1), 6.69, 6.6, 6.69, "NVIDIA GeForce GTX Titan X"),
        (date(2016, 8, 2), 10.97, 6.6, 10.97, "NVIDIA Titan X Pascal"),
    ],
)
def test_titan_x_by_date(
    published: date, central_tflops: float, low_tflops: float, high_tflops: float, card: str
) -> None:
    burden = estimate(run("NVIDIA Titan X", 4), published)
    unit = 4 * 3600e12
    assert burden.hardware_burden_flop == pytest.approx(central_tflops * unit)
    assert burden.hardware_burden_low == pytest.approx(low_tflops * unit)
    assert burden.hardware_burden_high == pytest.approx(high_tflops * unit)
    assert burden.method == f"4 devices x {central_tflops:g} TFLOP/s fp32 ({card}) x 1 h"


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (run("GPU", 8, 84.0), "only 'GPU' is named, no model"),
        (run("TPU", 8, 84.0), "only 'TPU' is named, no model"),
        (run("CPU", 8, 84.0), "only 'CPU' is named, no model"),
        (run(None, 8, 84.0), "no hardware is named"),
        (run("Abacus 3000", 8, 84.0), "'Abacus 3000' is not in the catalogue of accelerators"),
        (run("Google TPU v1", 8, 84.0), "no peak rate is known for Google TPU v1"),
        (run("NVIDIA A100", None, 84.0), "not stated: the number of devices"),
        (run("NVIDIA A100", 8, None), "not stated: the training time"),
        (run("NVIDIA A100", None, None), "not stated: the number of devices and the training time"),
        (
            run("NVIDIA A100", 4, 84.0, count_unit=CountUnit.MACHINES),
            "the paper counts machines and does not say how many devices each has",
        ),
        (
            run("NVIDIA A100", 4, 84.0, count_unit=CountUnit.CORES),
            "cores are counted, and cores per device of NVIDIA A100 are not known",
        ),
        (run("NVIDIA A100", 0, 84.0), "the device count is not between 0 and 1e+07"),
        (run("NVIDIA A100", 10**400, 84.0), "the device count is not between 0 and 1e+07"),
        (run("NVIDIA A100", 8, float("nan")), "the training time is not between 0 and 1e+06"),
        (run("NVIDIA A100", 8, float("inf")), "the training time is not between 0 and 1e+06"),
        (run("NVIDIA A100", None, None, device_hours=-5.0), "the device-time is not between 0 and 1e+10"),
    ],
)
def test_what_is_not_known_is_not_guessed(stated: TrainingRun, reason: str) -> None:
    assert estimate(stated) == BurdenEstimate(None, None, None, None, method=None, reason=reason)


RATED = sorted(one.name for one in CATALOGUE if one.peak_tflops or one.variants)

runs = st.builds(
    TrainingRun,
    evidence=st.just(EVIDENCE),
    accelerator=st.sampled_from(RATED),
    accelerator_count=st.integers(1, 5_000),
    count_unit=st.sampled_from([CountUnit.DEVICES, CountUnit.CHIPS, None]),
    duration_hours=st.floats(0.01, 5_000),
    duration_hours_low=st.none() | st.floats(0.01, 5_000),
    duration_hours_high=st.none() | st.floats(0.01, 5_000),
    mixed_precision=st.booleans(),
)
dates = st.none() | st.dates(date(2012, 1, 1), date(2026, 1, 1))


def figures(burden: BurdenEstimate) -> tuple[float, float, float]:
    assert burden.reason is None
    return burden.hardware_burden_low, burden.hardware_burden_flop, burden.hardware_burden_high


@given(runs, dates)
def test_low_central_high_are_in_order(stated: TrainingRun, published: date | None) -> None:
    burden = estimate(stated, published)
    low, central, high = figures(burden)
    assert 0 < low <= central <= high
    if burden.precision_aware_flop is not None:
        assert central * 0.999 <= burden.precision_aware_flop <= high


@given(runs, dates, st.integers(2, 1_000))
def test_burden_is_linear_in_the_count(stated: TrainingRun, published: date | None, factor: int) -> None:
    more = replace(stated, accelerator_count=stated.accelerator_count * factor)
    expected = [value * factor for value in figures(estimate(stated, published))]
    assert figures(estimate(more, published)) == pytest.approx(expected)


@given(runs, dates, st.floats(1.01, 100))
def test_burden_is_linear_in_the_time(stated: TrainingRun, published: date | None, factor: float) -> None:
    def longer(hours: float | None) -> float | None:
        return None if hours is None else hours * factor

    more = replace(
        stated,
        duration_hours=longer(stated.duration_hours),
        duration_hours_low=longer(stated.duration_hours_low),
        duration_hours_high=longer(stated.duration_hours_high),
    )
    expected = [value * factor for value in figures(estimate(stated, published))]
    assert figures(estimate(more, published)) == pytest.approx(expected)


@given(runs, dates)
def test_count_times_time_is_device_time(stated: TrainingRun, published: date | None) -> None:
    total = stated.accelerator_count * stated.duration_hours
    by_device_time = replace(stated, accelerator_count=None, duration_hours=None, device_hours=total)
    assert estimate(by_device_time, published).hardware_burden_flop == pytest.approx(
        estimate(stated, published).hardware_burden_flop
    )


def test_the_version_names_the_data() -> None:
    assert estimator_version(CATALOGUE).endswith(CATALOGUE.digest)
