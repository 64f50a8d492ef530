"""Whatever stands in a table: times are positive and finite, and a flood of cells is no flood of records."""

from __future__ import annotations

import math
import time

import pytest
from documents import document_of, table_of
from hypothesis import given, settings
from hypothesis import strategies as st
from readings import findings

from extractors.table_statements import MOST_TIME_CELLS, table_times

HEADS = [
    "Training time (h)",
    "Training time",
    "Time (days)",
    "GPU days",
    "TPU core years",
    "#GPUs",
    "Hardware",
    "Epochs",
]
CAPTIONS = ["", "Table 1: Costs of training on 8 V100 GPUs.", "Table 1: Training time in hours."]

printable = st.text(
    st.characters(max_codepoint=0x2100, exclude_categories=("C", "Z"), include_characters=" "), max_size=12
)
amounts = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(str),
    st.integers(0, 10**18).map(str),
    st.tuples(st.integers(0, 999), st.integers(0, 999)).map("{0[0]}-{0[1]}".format),
    st.integers(-400, 400).map("10^{}".format),
)
units = st.sampled_from(
    ["", "h", " hours", " days", "s", " ms", " GPU days", "k GPU hours", " (7s)", " (+5%)", "h 40m", "%"]
)
values = st.one_of(printable, st.tuples(amounts, units).map("".join))


@st.composite
def grids(draw: st.DrawFn) -> list[list[str]]:
    columns = draw(st.integers(2, 4))
    heads = st.one_of(st.sampled_from(HEADS), printable)
    labels = st.one_of(printable, st.sampled_from(["Training time", "GPU days", "Alder [3]", "300"]))
    rows = draw(st.integers(1, 4))
    body = [[draw(labels), *(draw(values) for _ in range(columns - 1))] for _ in range(rows)]
    return [[draw(heads) for _ in range(columns)], *body]


@settings(max_examples=400, deadline=None)
@given(grids(), st.sampled_from(CAPTIONS), st.sampled_from(["", "We give the training time in brackets."]))
def test_every_time_is_positive_and_finite(rows: list[list[str]], caption: str, text: str) -> None:
    for found in table_times([table_of(rows, caption)], text):
        for quantity in filter(None, (found.time, found.second_time)):
            duration = quantity.duration
            assert 0 <= duration.low_hours <= duration.hours <= duration.high_hours < math.inf
            assert duration.hours > 0


@pytest.mark.parametrize("value", ["9" * 305, "0." + "0" * 322 + "5", "10^999", "1e999", "9" * 400, "0 days", "-3"])
@pytest.mark.parametrize("head", ["Training time (s)", "Training time (years)", "GPU years", "Search cost (GPU days)"])
def test_numbers_that_no_paper_can_mean_give_no_infinite_and_no_zero_time(head: str, value: str) -> None:
    hours = [found.time.duration.hours for found in table_times([table_of([["Model", head], ["Alder", value]])], "")]
    assert all(0 < each < math.inf for each in hours)


@pytest.mark.parametrize("distinct", [False, True])
def test_a_flood_of_cells_is_no_flood_of_records(distinct: bool) -> None:
    """10,000 cells of "1h" are measurements."""
    rows = [
        [f"Alder{row}", *(f"{100 * row + cell if distinct else 1}h" for cell in range(1, 101))] for row in range(100)
    ]
    table = table_of([["Model", *["Training time"] * 100], *rows])
    begun = time.perf_counter()
    found = findings(document_of("We trained on 8 V100 GPUs."), [table])
    assert time.perf_counter() - begun < 20
    assert len(table_times([table], "")) <= MOST_TIME_CELLS
    assert 0 < len(found.runs) <= MOST_TIME_CELLS


@pytest.mark.parametrize(("rows", "expected"), [(MOST_TIME_CELLS, MOST_TIME_CELLS), (MOST_TIME_CELLS + 1, 0)])
def test_a_table_has_all_its_times_or_none(rows: int, expected: int) -> None:
    table = table_of([["Model", "Training time (h)"], *([f"Alder{row}", str(row + 1)] for row in range(rows))])
    assert len(table_times([table], "")) == expected
