"""Values as a release has them, and the lines of its CSV."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releases.csv_text import csv_line
from releases.data_files import write_csv, write_parquet
from releases.dictionary import ColumnType, column_type, told_columns
from releases.licences import may_be_quoted
from releases.rows import json_value, row_of, stored_row, without_addresses
from releases.tables import TABLES


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (1, ColumnType.BOOLEAN, True),
        (Decimal("2.5"), ColumnType.NUMBER, 2.5),
        (float("nan"), ColumnType.NUMBER, None),
        ("2026-03-01 12:00:00.500000", ColumnType.MOMENT, "2026-03-01T12:00:00Z"),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), ColumnType.MOMENT, "2026-03-01T12:00:00Z"),
        (date(2024, 1, 2), ColumnType.DATE, "2024-01-02"),
        ("2024-01-02", ColumnType.DATE, "2024-01-02"),
        ('["cs.CV"]', ColumnType.TEXTS, ["cs.CV"]),
        (["cs.CV"], ColumnType.TEXTS, ["cs.CV"]),
        (None, ColumnType.TEXT, None),
    ],
)
def test_values_are_the_same_from_either_database(value: Any, kind: ColumnType, shown: Any) -> None:
    assert json_value(value, kind) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to Ada.L+x@example.org, please", "write to [e-mail address], please"),
        ("a@b.co and c@d.example", "[e-mail address] and [e-mail address]"),
        ("mAP@0.5, recall@10, R@1", "mAP@0.5, recall@10, R@1"),
        ("by {ada, bob.b}@example.org.", "by [e-mail address]."),
        (r"by \{ada,o'brien\}@cs.example.org", "by [e-mail address]"),
        ("Pat.O'Brien@example.org, o\u2019b@example.org", "[e-mail address], [e-mail address]"),
        ("'ada@example.org'", "'[e-mail address]'"),
        ("{AP, AR}@0.5 and {x}{y}@z", "{AP, AR}@0.5 and {x}{y}@z"),
    ],
)
def test_addresses_are_taken_out_of_any_text(text: str, shown: str) -> None:
    assert without_addresses(text) == shown
    assert without_addresses({"x": [text]}) == {"x": [shown]}


@pytest.mark.parametrize("text", ["{" * 200_000 + "@", "{a" * 100_000 + "@", "a'" * 100_000 + "@", "@a." * 70_000])
def test_texts_that_are_made_to_be_slow_are_looked_through_at_once(text: str) -> None:
    started = time.process_time()
    without_addresses(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("licence", "quotable"),
    [
        ("http://creativecommons.org/licenses/by/4.0/", True),
        ("https://creativecommons.org/licenses/by-sa/4.0/", True),
        ("http://creativecommons.org/publicdomain/zero/1.0/", True),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0/", False),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", False),
        ("https://evil.example/creativecommons.org/licenses/by/4.0/", False),
        (None, False),
    ],
)
def test_which_licences_let_a_sentence_be_passed_on(licence: str | None, quotable: bool) -> None:
    assert may_be_quoted(licence) is quotable


@given(
    st.lists(
        st.lists(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=4)
    )
)
def test_csv_lines_are_read_back_as_they_were(rows: list[list[str]]) -> None:
    written = "".join(csv_line(row) for row in rows)
    assert list(csv.reader(io.StringIO(written, newline=""), strict=True)) == rows


def test_empty_tables_have_their_columns() -> None:
    import pyarrow.parquet

    columns = [("a", ColumnType.TEXT), ("b", ColumnType.TEXTS)]
    streams = io.BytesIO(), io.BytesIO()
    assert (write_csv(columns, [], streams[0]), write_parquet(columns, [], streams[1])) == (0, 0)
    assert streams[0].getvalue() == b"a,b\n"
    assert pyarrow.parquet.read_table(streams[1]).column_names == ["a", "b"]


def test_a_stored_row_is_read_back() -> None:
    values = ["é\u2028", None, 1e19, True, ["x"], {"b": 1}]
    assert row_of(stored_row(values)) == values
    assert b"\n" not in stored_row(["a\nb"])


@pytest.mark.parametrize("view", [table.view for table in TABLES])
def test_every_column_has_a_type_and_a_meaning(view: str) -> None:
    left_out = next(table.left_out for table in TABLES if table.view == view)
    for name, meaning in told_columns(view).items():
        if name not in left_out:
            assert meaning and column_type(view, name)
    assert left_out.keys() <= told_columns(view).keys()
