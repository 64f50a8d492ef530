from __future__ import annotations

import json

from imports.records import ImportedFile, ImportedModel, ImportedResult, Repair
from imports.report import import_report, import_report_text

TOP1 = ImportedResult("imagenet", "top1_accuracy", 80.0)
TOP5 = ImportedResult("imagenet", "top5_accuracy", 95.0)
FILE = ImportedFile(
    source="authors-2020",
    name="herons\x1b[2J.csv",
    sha256="ab" * 32,
    models=(
        ImportedModel(2, "Heron-S", results=(TOP1, TOP5), hardware_burden_flop=1e18),
        ImportedModel(3, "Heron-B", results=(TOP1,), operations_per_pass_flop=1e9, included=False),
        ImportedModel(4, "Heron-L", hardware_burden_flop=1e19, training_compute_flop=1e19),
    ),
    repairs=(
        *(Repair(line, "time", "range-to-midpoint", f"{line}-9 days", "x") for line in (2, 3, 4, 5)),
        Repair(2, "time_sec", "seconds-without-time", "7 s: 95 imgs/sec", ""),
    ),
    skipped=((9, "empty row"),),
)
FOREIGN = ImportedFile("", "cities.csv", "", (), not_models="no table of the study")


def test_counts_and_first_examples_of_each_rule() -> None:
    report = json.loads(json.dumps(import_report([FILE, FOREIGN])))
    first, foreign = report["files"]
    assert (first["models"], first["results"], first["points"], first["left_out_of_fits"]) == (3, 3, 2, 1)
    assert first["points_with_burden"] == 1
    assert first["points_with_operations_per_pass"] == 1
    assert first["models_with_training_compute"] == 1
    assert [(rule["rule"], rule["count"]) for rule in first["repairs"]] == [
        ("range-to-midpoint", 4),
        ("seconds-without-time", 1),
    ]
    assert first["repairs"][0]["examples"] == [f"line {line}, time: {line}-9 days -> x" for line in (2, 3, 4)]
    assert first["skipped"] == [{"line": 9, "cause": "empty row"}]
    assert foreign["not_models"] == "no table of the study"


def test_the_text_names_files_rules_and_rows_and_cannot_steer_the_terminal() -> None:
    text = import_report_text([FILE, FOREIGN])
    assert "herons\\x1b[2J.csv" in text
    assert "\x1b" not in text
    assert "4 x range-to-midpoint: A range became its midpoint." in text
    assert "line 2, time_sec: 7 s: 95 imgs/sec -> unknown" in text
    assert "line 9 skipped: empty row" in text
    assert "cities.csv: passed over: no table of the study" in text


def test_many_skipped_rows_are_counted_not_listed() -> None:
    many = ImportedFile("epoch", "m.csv", "", (), skipped=tuple((line, "empty row") for line in range(100)))
    text = import_report_text([many])
    assert text.count("skipped: empty row") == 10
    assert "90 more rows skipped" in text
