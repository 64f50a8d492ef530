"""Times and amounts of computing: what the string says, and nothing where it says none."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.normalise import plain_word
from extractors.quantities import (
    HOURS_PER_UNIT,
    QuantityKind,
    find_compute,
    find_times,
    hours_per,
    number_of,
    parse_device_time,
    parse_duration,
)

# Every time string of the study's published data (computerprogress.com, 2020 and 2022), read for what it says;
# the seconds that the study wrote beside them are often other ones.
TIME_STRINGS = list(csv.DictReader((Path(__file__).parent / "time_strings.csv").open(encoding="utf-8")))


def stated(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.mark.parametrize("row", TIME_STRINGS, ids=lambda row: row["written"])
def test_every_time_string_of_the_study_says_what_it_says(row: dict[str, str]) -> None:
    text = " ".join(plain_word(word) for word in row["written"].split())
    duration = parse_duration(text)
    device_hours = parse_device_time(text)
    assert (round(duration.hours, 4) if duration else None) == stated(row["duration_hours"])
    assert (round(device_hours, 4) if device_hours else None) == stated(row["device_hours"])


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("took 18.5 days", [444]),
        ("between 6 and 7.5 days on a single GPU", [162]),
        ("over a period of two weeks", [336]),
        ("trained for about a day", [24]),
        ("about 40 and 50 minutes, respectively", [2 / 3, 5 / 6]),
        ("one and a half days", [36]),
        ("half a day", [12]),
        ("a 12-hour run", [12]),
        ("9h 12h 34h", [9, 12, 34]),
        ("1 day and 3 hours", [27]),
        ("less than 24 hours", [24]),
        ("took 2:30 hours", [2.5]),
        ("several days", []),
        ("960 hours of speech", []),
        ("3 days ago", []),
        ("two 2D convolutions and 3D parallelism in the 1980s", []),
        ("64 second-generation chips", []),
    ],
)
def test_durations_in_running_text(text: str, hours: list[float]) -> None:
    found = [quantity.duration.hours for quantity in find_times(text) if quantity.kind is QuantityKind.DURATION]
    assert found == pytest.approx(hours)


@pytest.mark.parametrize(
    ("text", "hours"), [("29h 15m", 29.25), ("1d 3h 20m", 27 + 1 / 3), ("3 h, at 40 m of depth", 3.0), ("40m", None)]
)
def test_a_bare_m_is_minutes_only_behind_hours_and_glued_to_its_number(text: str, hours: float | None) -> None:
    duration = parse_duration(text)
    assert (duration and duration.hours) == (hours and pytest.approx(hours))


def test_a_range_keeps_its_ends() -> None:
    duration = parse_duration("training takes 10-14 days")
    assert duration is not None
    assert (duration.low_hours, duration.hours, duration.high_hours) == (240, 288, 336)


@pytest.mark.parametrize(
    ("text", "device_hours", "device"),
    [
        ("3150 GPU days", 75_600, "GPU"),
        ("1.2M A100 hours", 1_200_000, "A100"),
        ("5.5k GPU hours", 5_500, "GPU"),
        ("394 H100 GPU hours", 394, "H100 GPU"),
        ("22.4 TPU core years", 22.4 * 8760, "TPU core"),
        ("6.4 × 10^5 GPU hours", 640_000, "GPU"),
        ("184,320 A100-80GB GPU hours", 184_320, "A100-80GB GPU"),
        ("1 720 320 A100-hours", 1_720_320, "A100"),
    ],
)
def test_device_time_is_no_duration(text: str, device_hours: float, device: str) -> None:
    (quantity,) = find_times(text)
    assert quantity.kind is QuantityKind.DEVICE_TIME
    assert quantity.duration.hours == pytest.approx(device_hours)
    assert quantity.device == device
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "24 minutes per epoch",
        "each epoch takes 20 minutes",
        "one iteration took about 1.7 seconds",
        "3 hours for each epoch",
    ],
)
def test_the_time_of_a_step_is_no_training_time(text: str) -> None:
    assert [quantity.kind for quantity in find_times(text)] == [QuantityKind.TIME_PER_STEP]


def test_a_batch_size_before_a_time_does_not_make_it_the_time_of_a_batch() -> None:
    assert parse_duration("with a batch size of 8192, which takes about 5.5 days") is not None


@pytest.mark.parametrize(
    ("text", "flop"),
    [
        ("3.3 × 10^18 FLOPs", [3.3e18]),
        ("2.1e21 FLOPs", [2.1e21]),
        ("1.2 zettaFLOPs", [1.2e21]),
        ("3640 petaflop/s-days", [3640e15 * 86_400]),
        ("125 TFLOP/s", []),
        ("a sustained 1.13 exaFLOPS", []),
        ("312 teraFLOP/s per GPU", []),
        ("3.6 billion FLOPs", []),
    ],
)
def test_amounts_of_computing_are_told_from_rates(text: str, flop: list[float]) -> None:
    assert [compute.flop for compute in find_compute(text)] == pytest.approx(flop)


@given(
    value=st.one_of(st.integers(1, 10_000), st.decimals("0.1", "999", places=2)),
    unit=st.sampled_from(sorted(HOURS_PER_UNIT)),
    plural=st.booleans(),
    gap=st.sampled_from(["", " ", "-"]),
)
def test_any_number_with_any_unit_reads_as_that_many_hours(value: object, unit: str, plural: bool, gap: str) -> None:
    duration = parse_duration(f"{value}{gap}{unit}{'s' if plural else ''}")
    assert duration is not None
    assert duration.hours == pytest.approx(float(str(value)) * HOURS_PER_UNIT[unit])


@given(low=st.integers(1, 50), more=st.integers(1, 50), joins=st.sampled_from(["-", " - ", "~", " to ", " ~ "]))
def test_a_range_lies_between_its_ends(low: int, more: int, joins: str) -> None:
    duration = parse_duration(f"{low}{joins}{low + more} days")
    assert duration is not None
    assert duration.low_hours == low * 24
    assert duration.high_hours == (low + more) * 24
    assert duration.hours == pytest.approx((duration.low_hours + duration.high_hours) / 2)


@given(st.text(alphabet="0123456789 .,-~()/×^abdehimnoprstuwy", max_size=200))
def test_any_text_is_read_without_error_and_in_order(text: str) -> None:
    found = list(find_times(text))
    assert all(0 <= quantity.start < quantity.end <= len(text) for quantity in found)
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_a_very_long_run_of_digits_is_no_quantity_and_costs_no_time() -> None:
    assert list(find_times("9" * 50_000 + " days")) == []
    assert all(quantity.duration.hours < 1e20 for quantity in find_times("1" + ",111" * 5_000 + " GPU hours"))


@pytest.mark.parametrize("text", ["0 GPU hours", "0 days", "0.0 h", "00 FLOPs"])
def test_nothing_takes_no_time(text: str) -> None:
    assert list(find_times(text)) == []
    assert list(find_compute(text)) == []


def test_number_words() -> None:
    assert number_of("1,024") == 1024
    assert number_of("two and a half") == 2.5
    assert number_of("a single") == 1
    assert number_of("several") is None


def test_an_unknown_unit_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        hours_per("fortnight")
