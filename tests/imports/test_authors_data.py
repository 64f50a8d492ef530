"""The authors' own tables, read by the importer, give the fits that the authors printed."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from authors_points import METRICS

from imports.computer_progress import read_computer_progress
from imports.records import ImportedFile, ImportedModel

Points = dict[str, np.ndarray[Any, np.dtype[np.float64]]]


@pytest.fixture(scope="module")
def reference(shared_dir: Path, require: Callable[[str, bool, str], None]) -> Path:
    folder = shared_dir / "reference"
    require("shared", (folder / "authors_2022").is_dir(), f"no authors_2022/ in {folder}")
    return folder


@pytest.fixture(scope="module")
def targets(reference: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((reference / "targets.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def files_2022(reference: Path) -> tuple[ImportedFile, ...]:
    return read_computer_progress(reference / "authors_2022")


@pytest.fixture(scope="module")
def files_2020(reference: Path) -> tuple[ImportedFile, ...]:
    return read_computer_progress(reference / "authors_2020")


def points_of(files: tuple[ImportedFile, ...], benchmark: str, metric: str) -> Points:
    rows = [
        (
            1 - result.value / 100,
            model.hardware_burden_flop,
            model.network_operations_flop,
            model.operations_per_pass_flop,
            model.year,
        )
        for file in files
        for model in file.models
        if model.included
        for result in model.results
        if (result.benchmark, result.metric) == (benchmark, metric)
    ]
    columns = np.array(rows, dtype=np.float64).T
    return dict(zip(("err", "HB", "NetOps", "ops/pass", "year"), columns, strict=True))


def least_squares(y: Any, *regressors: Any) -> tuple[int, list[float], float]:
    known = np.all(np.isfinite([y, *regressors]), axis=0)
    design = np.column_stack([np.ones(known.sum()), *(each[known] for each in regressors)])
    solution, *_ = np.linalg.lstsq(design, y[known], rcond=None)
    residual = y[known] - design @ solution
    return int(known.sum()), list(solution), float(1 - residual.var() / y[known].var())


def tenth_percentile_line(y: Any, x: Any) -> tuple[int, list[float]]:
    """The line through two points with the least loss: one of these is always a solution of quantile regression."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]

    def loss(line: tuple[float, float]) -> float:
        residual = y - line[0] - line[1] * x
        return float(np.sum(np.where(residual > 0, 0.1 * residual, -0.9 * residual)))

    pairs = [(i, j) for i, j in itertools.combinations(range(len(x)), 2) if x[i] != x[j]]
    lines = [(y[i] - (y[j] - y[i]) / (x[j] - x[i]) * x[i], (y[j] - y[i]) / (x[j] - x[i])) for i, j in pairs]
    return len(x), list(min(lines, key=loss))


def filled(points: Points, intercept: float, slope: float) -> Any:
    return np.where(np.isfinite(points["HB"]), np.log10(points["HB"]), intercept + slope * np.log10(points["NetOps"]))


def fit(target: dict[str, Any], points: Points, alexnet_flop: float) -> tuple[int, list[float], float | None]:
    y = {
        "log10(err)": np.log10(points["err"]),
        "log10(1/err)": -np.log10(points["err"]),
        "1/err": 1 / points["err"],
        "log10(HB)": np.log10(points["HB"]),
    }[target["y"]]
    x = target["x"]
    operations = np.log10(points["NetOps"] / alexnet_flop)
    if "quantile" in target:
        return *tenth_percentile_line(y, operations), None
    if "year-2012" in x:
        return least_squares(y, operations, points["year"] - 2012)
    if x == "log10(NetOps/AlexNet)":
        return least_squares(y, operations)
    if "frozen" in x:
        return least_squares(y, filled(points, 2.7580, 0.8935))
    if "filled" in x:
        _, (intercept, slope), _ = least_squares(np.log10(points["HB"]), np.log10(points["NetOps"]))
        return least_squares(y, filled(points, intercept, slope))
    return least_squares(y, np.log10(points[x.removeprefix("log10(").removesuffix(")")]))


def test_the_fits_of_2022_come_out_of_the_imported_rows(
    files_2022: tuple[ImportedFile, ...], targets: dict[str, Any]
) -> None:
    off: list[str] = []
    for target in targets["fits"]:
        points = points_of(files_2022, target["benchmark"], METRICS[target["benchmark"]])
        n, coefficients, r_squared = fit(target, points, targets["alexnet"]["network_operations"])
        printed = [target[name] for name in ("intercept", "slope", "slope_year") if name in target]
        agrees = n == target["n"] and np.allclose(coefficients, printed, rtol=0, atol=0.0005)
        if not agrees or (r_squared is not None and abs(r_squared - target["r2"]) > 0.001):
            off.append(f"{target['benchmark']} {target['y']} on {target['x']}: {n} {coefficients} {r_squared}")
    assert len(targets["fits"]) == 14
    assert off == []


def test_every_row_of_the_tables_is_a_model(files_2022: tuple[ImportedFile, ...]) -> None:
    assert {file.name.split("-on-")[1]: len(file.models) for file in files_2022} == {
        "imagenet.csv": 208,
        "wmt2014-en-de.csv": 55,
        "wmt2014-en-fr.csv": 42,
        "conll-2003.csv": 54,
        "coco.csv": 116,
        "squad-1-1.csv": 41,
    }
    assert [file.skipped for file in files_2022 if file.skipped] == []


def row(files: tuple[ImportedFile, ...], name: str, line: int) -> ImportedModel:
    return next(model for file in files if file.name == name for model in file.models if model.row_number == line)


def rules_of(files: tuple[ImportedFile, ...], name: str, line: int) -> set[str]:
    return {each.rule for file in files if file.name == name for each in file.repairs if each.row_number == line}


def test_hardware_of_2022_is_read_past_shifted_cells(files_2022: tuple[ImportedFile, ...]) -> None:
    name = "machine-translation-on-wmt2014-en-de.csv"
    shifted = row(files_2022, name, 17)
    assert (shifted.accelerator, shifted.accelerator_count) == ("Cloud TPU v3", 8)
    assert rules_of(files_2022, name, 17) == {"number-in-name-column"}
    assert row(files_2022, "image-classification-on-imagenet.csv", 20).duration_hours is None


def test_burdens_of_2020_follow_from_what_the_rows_say(files_2020: tuple[ImportedFile, ...]) -> None:
    alexnet = row(files_2020, "imagenet.csv", 165)
    assert alexnet.hardware_burden_flop == pytest.approx(3160e9 * 5.5 * 86400, rel=1e-6)
    assert alexnet.results[0].value == pytest.approx(63.3)
    swapped = row(files_2020, "wmt2014_en_de.csv", 5)
    assert swapped.duration_hours == 14 * 24
    assert "time-from-words" in rules_of(files_2020, "wmt2014_en_de.csv", 5)
    another_cards_rate = row(files_2020, "ms_coco.csv", 57)
    assert another_cards_rate.hardware_burden_flop == pytest.approx(8 * 6844e9 * 22.5 * 3600)
    tpus = row(files_2020, "squad_1_1.csv", 11)
    assert tpus.hardware_burden_flop == pytest.approx(64 * 420000e9 * 4 * 86400)
    assert row(files_2020, "squad_1_1.csv", 61).hardware_burden_flop == pytest.approx(2.15e17 * 2.5 * 86400)
    throughput = row(files_2020, "imagenet.csv", 162)
    assert (throughput.duration_hours, throughput.hardware_burden_flop) == (None, None)
    step_times_steps = row(files_2020, "ms_coco.csv", 60)
    assert (step_times_steps.year, step_times_steps.duration_hours) == (None, pytest.approx(53.4))
    assert row(files_2020, "wmt2014_en_fr.csv", 4).training_compute_flop == 2.3e19
    assert not row(files_2020, "imagenet.csv", 93).included


def test_a_single_table_of_2020_finds_the_rates_beside_it(reference: Path) -> None:
    (file,) = read_computer_progress(reference / "authors_2020" / "wmt2014_en_fr.csv")
    assert row((file,), "wmt2014_en_fr.csv", 31).hardware_burden_flop == pytest.approx(10974.2e9 * 4.5 * 86400)
