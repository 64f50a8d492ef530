"""The sample paper with results on known benchmarks, from its PDF to the points of the analysis."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from homes import Home, invoke

PAPER = "2104.99017"
TRAINED = {"Heron-S": 8 * 15.7e12 * 76 * 3600, "Heron-B": 32 * 15.7e12 * 62 * 3600}
"""On ImageNet, for both benchmarks."""
TUNED = {"Heron-S": 8 * 15.7e12 * 23 * 3600, "Heron-B": 8 * 15.7e12 * 39 * 3600}
"""On COCO, for its results alone."""


@pytest.fixture(scope="module")
def read(samples_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home into which just this paper was read."""
    folder = tmp_path_factory.mktemp("points")
    (folder / "papers").mkdir()
    shutil.copy(samples_dir / f"{PAPER}.pdf", folder / "papers")
    home = Home(folder / "home")
    home.ingest(folder / "papers")
    return home


def exported(home: Home, what: str) -> list[dict[str, Any]]:
    ran = invoke(home, "export", what)
    assert ran.exit_code == 0, ran.stderr
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_each_result_stands_beside_the_runs_that_paid_for_it(read: Home) -> None:
    points = {(point["model"], point["benchmark"], point["metric"]): point for point in exported(read, "points")}
    assert {key: point["value"] for key, point in points.items()} == {
        ("Heron-S", "imagenet", "top1_accuracy"): 81.7,
        ("Heron-S", "imagenet", "top5_accuracy"): 95.6,
        ("Heron-B", "imagenet", "top1_accuracy"): 83.4,
        ("Heron-B", "imagenet", "top5_accuracy"): 96.5,
        ("Heron-S", "coco", "box_ap"): 46.3,
        ("Heron-S", "coco", "box_ap50"): 67.9,
        ("Heron-S", "coco", "box_ap75"): 50.9,
        ("Heron-B", "coco", "box_ap"): 49.6,
        ("Heron-B", "coco", "box_ap50"): 70.3,
        ("Heron-B", "coco", "box_ap75"): 54.5,
    }
    for (model, benchmark, _), point in points.items():
        paid = TRAINED[model] + (TUNED[model] if benchmark == "coco" else 0)
        assert point["hardware_burden_flop"] == pytest.approx(paid, rel=1e-6)
        assert point["join_status"] == "joined" and point["join_confidence"] > 0.5
    network = {(model, benchmark): point["network_operations_flop"] for (model, benchmark, _), point in points.items()}
    assert network == {
        ("Heron-S", "imagenet"): pytest.approx(7.9e9 * 3 * 1.28e6 * 300),
        ("Heron-B", "imagenet"): pytest.approx(26.4e9 * 3 * 1.28e6 * 300),
        ("Heron-S", "coco"): pytest.approx(508e9 * 3 * 118e3 * 36),
        ("Heron-B", "coco"): pytest.approx(902e9 * 3 * 118e3 * 36),
    }


def test_the_runs_say_of_which_results_they_are(read: Home) -> None:
    runs = {run["duration_hours"]: run["joined_models"] for run in exported(read, "runs")}
    reach = {hours: [(each["model"], each["benchmark"]) for each in joined] for hours, joined in runs.items()}
    assert reach == {
        76.0: [("Heron-S", None)],
        62.0: [("Heron-B", None)],
        23.0: [("Heron-S", "coco")],
        39.0: [("Heron-B", "coco")],
    }


def test_without_a_database_the_records_and_joins_are_the_same(read: Home, samples_dir: Path) -> None:
    ran = read.burden("extract", samples_dir / f"{PAPER}.pdf", "--format", "jsonl")
    fresh = [json.loads(line) for line in ran.stdout.splitlines()]
    assert sum(bool(record.get("joined_models")) for record in fresh) > 10
    assert fresh == exported(read, "facts")
