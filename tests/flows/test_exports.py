"""`burden export` of results, properties and points, in every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from homes import Home, invoke
from pyarrow import parquet

from db.exchange import COLUMNS


@pytest.mark.parametrize("what", ["results", "properties", "points"])
def test_every_format_holds_the_same_records(undisturbed: Home, tmp_path: Path, what: str) -> None:
    lines = invoke(undisturbed, "export", what).stdout.splitlines()
    names = {name: tmp_path / f"{what}.{name}" for name in ("csv", "parquet")}
    for path in names.values():
        ran = invoke(undisturbed, "export", what, "-o", path)
        assert ran.exit_code == 0, ran.stderr
    with names["csv"].open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        assert next(rows) == list(COLUMNS[what])
        assert sum(1 for _ in rows) == len(lines)
    assert parquet.read_table(names["parquet"]).num_rows == len(lines)
    table = invoke(undisturbed, "export", what, "--format", "table")
    assert table.exit_code == 0, table.stderr
    assert table.stdout.count("\n") == len(lines) + 1 if lines else table.stdout == "nothing found\n"


def test_points_are_of_results_that_are_exported(undisturbed: Home) -> None:
    results = {record["fact_key"]: record for record in map(json.loads, _lines(undisturbed, "results"))}
    points = [json.loads(line) for line in _lines(undisturbed, "points")]
    assert bool(points) == any(result["own"] for result in results.values())
    for point in points:
        result = results[point["result_fact_key"]]
        assert (result["own"], result["value"], result["page"]) == (True, point["value"], point["result_page"])


def _lines(home: Home, what: str) -> list[str]:
    ran = invoke(home, "export", what)
    assert ran.exit_code == 0, ran.stderr
    return ran.stdout.splitlines()
