"""What a cell says: numbers, units, marks and citations, apart from names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.tabular.cells import content_of, direction_of_heads, unit_of_caption, unit_of_heads, unit_of_labels
from extractors.tabular.numbers import numbers_of

ONE_NUMBER = [
    ("76.3", 76.3, None),
    ("-0.5", -0.5, None),
    ("+1.2", 1.2, None),
    (".85", 0.85, None),
    ("1,281,167", 1_281_167, None),
    ("2.3 × 10^19", 2.3e19, None),
    ("2.3·10^19", 2.3e19, None),
    ("10^18", 1e18, None),
    ("10^-9", 1e-9, None),
    ("1e-4", 1e-4, None),
    ("1.3k", 1300, None),
    ("307 k", 307_000, None),
    ("110M", 110_000_000, None),
    ("1.5B", 1_500_000_000, None),
    ("4.1M", 4_100_000, None),
    ("76.3%", 76.3, "%"),
    ("~76", 76, None),
    ("3.5 days", 3.5, "days"),
    ("12 GPU days", 12, "GPU days"),
    ("27h 40m", 27 + 40 / 60, "h"),
    ("180 TFLOPs/s", 180, "TFLOPs/s"),
    ("28x", 28, "x"),
    ("(76.3)", 76.3, None),
]


@pytest.mark.parametrize(("text", "value", "unit"), ONE_NUMBER)
def test_one_number(text: str, value: float, unit: str | None) -> None:
    (number,) = numbers_of(text)
    assert (number.value, number.unit) == (value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "ResNet-50",
        "8 × A100",
        "7 × 7 × 1024",
        "224 × 224",
        "5:12",
        "n/a",
        "✓",
        "3 x 3, 64",
        "2/",
        "A100-80GB",
        "v2",
    ],
)
def test_words_are_no_numbers(text: str) -> None:
    assert numbers_of(text) == ()


def test_a_number_beyond_measure_is_none() -> None:
    assert numbers_of("9" * 320) == ()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("22.4 / 6.2", [22.4, 6.2]),
        ("93.6/87.3", [93.6, 87.3]),
        ("64.7 (26s)", [64.7, 26]),
        ("0.90 (-12%)", [0.9, -12]),
        ("38.2 +1.7", [38.2, 1.7]),
        ("38.2+1.7", [38.2, 1.7]),
        ("12.5M/4.1B", [12.5e6, 4.1e9]),
        ("10.2, 11.3", [10.2, 11.3]),
    ],
)
def test_several_numbers(text: str, values: list[float]) -> None:
    assert [number.value for number in numbers_of(text)] == values


@pytest.mark.parametrize("text", ["76.3 ± 0.2", "76.3±0.2", "76.3 (±0.2)", "76.3 +/- 0.2", "76.3 (0.2)"])
def test_uncertainty(text: str) -> None:
    (number,) = numbers_of(text)
    assert (number.value, number.uncertainty, number.printed) == (76.3, 0.2, "76.3")


@pytest.mark.parametrize("text", ["10-14 days", "10 - 14 days", "10 to 14 days"])
def test_range_gives_its_middle_and_ends(text: str) -> None:
    (number,) = numbers_of(text)
    assert (number.value, number.low, number.high, number.unit) == (12, 10, 14, "days")


@given(st.integers(-(10**9), 10**9), st.integers(0, 6))
def test_a_printed_decimal_is_read_exactly(digits: int, places: int) -> None:
    """With and without thousands."""
    value = digits / 10**places
    for text in (f"{value:.{places}f}", f"{value:,.{places}f}"):
        (number,) = numbers_of(text)
        assert number.value == float(f"{value:.{places}f}")


@given(st.text(max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    content = content_of(text)
    assert content.name or not text.strip()


@pytest.mark.parametrize(
    ("text", "name", "citations", "notes"),
    [
        ("ResNet-50 [12]", "ResNet-50", ["[12]"], []),
        ("GNMT + RL [38, 40]", "GNMT + RL", ["[38, 40]"], []),
        ("ConvS2S (Gehring et al., 2017)", "ConvS2S", ["(Gehring et al., 2017)"], []),
        ("Zhou et al. (2016)", "Zhou et al. (2016)", ["Zhou et al. (2016)"], []),
        ("8.43 †", "8.43", [], ["†"]),
        ("PNASNet-5 [29] ^‡", "PNASNet-5", ["[29]"], ["‡"]),
        ("91.2 ^a", "91.2", [], ["a"]),
        ("ResNet-50 (ours)", "ResNet-50 (ours)", [], []),
        ("2 ^20", "2 ^20", [], []),
    ],
)
def test_citations_and_marks_stand_apart(text: str, name: str, citations: list[str], notes: list[str]) -> None:
    content = content_of(text)
    assert (content.name, list(content.citations), list(content.notes)) == (name, citations, notes)


@pytest.mark.parametrize(
    ("heads", "unit"),
    [
        (["Time (days)"], "days"),
        (["Training", "Time [h]"], "h"),
        (["Params [M]"], "M"),
        (["FLOPs (×10^9)"], "×10^9"),
        (["# epochs"], "epochs"),
        (["GPU days"], "GPU days"),
        (["Error (%)", "top-1"], "%"),
        (["Throughput (img/s)"], "img/s"),
        (["Top-1"], None),
        (["AP (S)"], None),
        (["Operation(s)"], None),
        (["(h)"], None),
        (["10%", "BLEU"], None),
        ([], None),
    ],
)
def test_unit_of_heads(heads: list[str], unit: str | None) -> None:
    assert unit_of_heads(heads) == unit


def test_unit_of_labels_is_that_in_brackets() -> None:
    assert unit_of_labels(["Cost", "Training time (h)"]) == "h"
    assert unit_of_labels(["ResNet (M)", "wide"]) is None
    assert unit_of_labels(["(d) bottom-up", "Transformer (B)"]) is None


@pytest.mark.parametrize(
    ("caption", "heads", "text", "unit"),
    [
        ("Accuracy (%) on four tasks", ["A"], "76.3", "%"),
        ("Accuracy (%) on four tasks", ["Params"], "110M", None),
        ("Accuracy (%) on four tasks", ["Batch"], "256", None),
        ("Training times in hours", ["Time"], "84", "hours"),
        ("Training times in hours", ["BLEU"], "28.4", None),
        ("Speed in words per second", ["PPL"], "18.7", None),
    ],
)
def test_unit_of_caption_only_where_it_fits(caption: str, heads: list[str], text: str, unit: str | None) -> None:
    assert unit_of_caption(caption, heads, numbers_of(text)[0]) == unit


def test_arrows_tell_the_direction() -> None:
    assert direction_of_heads(["Quality", "FID ↓"]) == -1
    assert direction_of_heads(["Acc. ↑"]) == 1
    assert direction_of_heads(["Acc."]) is None
