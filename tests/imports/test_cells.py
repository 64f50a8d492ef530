from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.cells import RowReader, read_number
from imports.csv_files import Row
from imports.links import arxiv_id_in
from imports.records import Repair
from imports.repairs import RULES


@pytest.mark.parametrize(
    ("cell", "value", "rule"),
    [
        ("1.84E+09", 1.84e9, None),
        (" 24.7 ", 24.7, None),
        ("1,280,000", 1_280_000, "thousands-separator"),
        ("1 280 000", 1_280_000, "thousands-separator"),
        ("0,855", 0.855, "decimal-comma"),
        ("0,001", 0.001, "decimal-comma"),
        ("0,5", 0.5, "decimal-comma"),
        ("06.07", 6.07, "leading-zero"),
        ("0.5", 0.5, None),
        ("2.3 × 10^19", 2.3e19, "power-of-ten"),
        ("25.6M", 25.6e6, "scale-letter"),
        ("10-14", 12, "range-to-midpoint"),
        ("~5", 5, "approximate-sign"),
        ("76.3 %", 76.3, "percent-sign"),
        ("", None, None),
    ],
)
def test_a_cell_states_a_number(cell: str, value: float | None, rule: str | None) -> None:
    assert read_number(cell) == (value, rule)


@pytest.mark.parametrize(
    "cell",
    [
        "1,5",
        "12,34,567",
        "00,855",
        "0,855,000",
        "012,345",
        "0 855",
        "n/a",
        "nan",
        "inf",
        "1e999",
        "1_000",
        "٣",
        "14-10",
        "1.2.3",
        "8 GPUs",
    ],
)
def test_what_states_no_number_is_unknown(cell: str) -> None:
    assert read_number(cell) == (None, "unreadable-number")


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_written_numbers_are_read_back(number: float) -> None:
    for written in (repr(number), f"{number:.17E}"):
        assert read_number(written) == (number, None)


@given(st.integers(min_value=1000, max_value=10**18))
def test_thousands_are_read_back(number: int) -> None:
    assert read_number(f"{number:,}") == (float(number), "thousands-separator")


@given(st.text(max_size=60))
def test_any_cell_is_a_finite_number_or_unknown(cell: str) -> None:
    value, rule = read_number(cell)
    assert value is None or math.isfinite(value)
    assert rule is None or rule in RULES


def reader(**cells: str) -> RowReader:
    return RowReader(Row(7, cells), [])


def test_texts_come_on_one_line_without_control_characters() -> None:
    row = reader(title="Attention\nof  Herons\x1b[31m", name="H" * 5000)
    assert row.text("title") == "Attention of Herons [31m"
    assert row.repairs == [
        Repair(7, "title", "text-cleaned", "Attention\\nof  Herons\\x1b[31m", "Attention of Herons [31m")
    ]
    assert len(row.text("name") or "") == 300


def test_only_links_of_the_web_are_kept() -> None:
    row = reader(
        bad="javascript:alert(1)", good="https://arxiv.org/abs/2104.99017v2", two="https://a.org/x, https://b.org/y"
    )
    assert (row.link("bad"), row.link("good")) == (None, "https://arxiv.org/abs/2104.99017v2")
    assert row.link("two") == "https://a.org/x"
    assert [repair.rule for repair in row.repairs] == ["link-refused"]


def test_numbers_out_of_bounds_are_unknown() -> None:
    row = reader(flops="-3", year="217", score="101", absent="")
    assert (row.number("flops"), row.year("year"), row.percent("score"), row.number("absent")) == (None,) * 4
    assert [repair.rule for repair in row.repairs] == ["not-positive", "implausible-year", "score-out-of-range"]


@pytest.mark.parametrize(
    ("link", "arxiv_id"),
    [
        ("https://arxiv.org/pdf/2104.99017v5.pdf", "2104.99017"),
        ("http://www.arxiv.org/abs/cs.CL/0112017", "cs/0112017"),
        ("https://doi.org/10.48550/arXiv.2104.99017", "2104.99017"),
        ("https://openreview.net/forum?id=2104.99017", None),
        ("https://arxiv.org/abs/2113.99017", None),
        (None, None),
    ],
)
def test_arxiv_ids_in_links(link: str | None, arxiv_id: str | None) -> None:
    assert arxiv_id_in(link) == arxiv_id
