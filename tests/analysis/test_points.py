"""The table of points: its schema, what breaks it, and what names its data."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from analysis_points import point

from analysis.points import POINT_COLUMNS, PointsError, check_points, data_digest, points_table


def test_columns_and_their_types_are_those_of_the_contract_with_and_without_rows() -> None:
    for table in (points_table([]), points_table([point(hardware_burden_flop=1e19)])):
        assert list(table.columns) == list(POINT_COLUMNS)
        for column, holds in POINT_COLUMNS.items():
            assert table[column].dtype == ("float64" if holds == "number" else object)
    (row,) = table.to_dict("records")
    assert row["network_operations_flop"] != row["network_operations_flop"]
    assert row["accelerator"] is None


def test_further_columns_may_be_there() -> None:
    table = points_table([point()]).assign(region="north")
    assert check_points(table) is table


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hardware_burden_flop": 0.0}, "hardware_burden_flop of db.*is not above 0"),
        ({"parameters": -1.0}, "parameters of"),
        ({"basis": "guessed"}, "none of curated, imported, machine"),
        ({"metric": None}, "metric of .* is unknown"),
    ],
)
def test_a_row_that_breaks_the_schema_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PointsError, match=message):
        points_table([point(model="Ibis"), point(**changes)])


def test_a_key_stands_once() -> None:
    with pytest.raises(PointsError, match="stands twice"):
        points_table([point(), point()])


def test_a_missing_column_and_texts_for_numbers_are_named() -> None:
    table = points_table([point()])
    with pytest.raises(PointsError, match="no column year"):
        check_points(table.drop(columns="year"))
    with pytest.raises(PointsError, match="value holds"):
        check_points(table.assign(value="80 %"))


def test_the_digest_names_the_data_and_not_their_order() -> None:
    rows = [point(model="A"), point(model="B", hardware_burden_flop=1e19)]
    digest = data_digest(points_table(rows))
    assert digest == data_digest(points_table(rows[::-1]))
    assert digest == data_digest(pd.concat([points_table(rows[1:]), points_table(rows[:1])], ignore_index=True))
    assert digest != data_digest(points_table([rows[0], rows[1] | {"hardware_burden_flop": 1.1e19}]))
    assert digest != data_digest(points_table(rows[:1]))
