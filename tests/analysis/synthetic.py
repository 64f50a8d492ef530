"""Invented points with a known law, for tests of figures and reports: hostile names and unknown numbers among them."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from analysis.comparison import compare_with_imports, summaries
from analysis.constants import cost_constants, targets_2020
from analysis.laws import fit_laws
from analysis.output import report_files
from analysis.points import check_points, data_digest
from analysis.projections import projection_table
from analysis.records import Estimator
from analysis.report import Analysis

HOSTILE_NAME = '=HYPERLINK("http://evil.example","<script>alert(1)</script>") $\\frac{$ | [x](javascript:alert(1))'
HOSTILE_URL = "javascript:alert(1)"
SLOPE, INTERCEPT, SCATTER = 0.09, -1.05, 0.05


def invented_points(
    count: int = 60,
    *,
    source: str = "db",
    basis: str = "machine",
    benchmark: str = "imagenet",
    metric: str = "top1_accuracy",
    seed: int = 1,
) -> pd.DataFrame:
    """log10(1/err) = INTERCEPT + SLOPE log10(C) with normal scatter; every tenth burden is unknown, the first model's
    name and address are an attack, and every third point has no model name."""
    random = np.random.default_rng(seed)
    log10_burden = random.uniform(16.5, 22.5, count)
    error = 10 ** -(INTERCEPT + SLOPE * log10_burden + random.normal(0, SCATTER, count))
    error = np.clip(error, 0.01, 0.99)
    burden = np.where(np.arange(count) % 10 == 9, np.nan, 10**log10_burden)
    widths = 10 ** random.uniform(0, 0.6, count)
    year = np.round(2012 + (log10_burden - 16.5) * 1.3 + random.uniform(0, 2, count), 2)
    rows = pd.DataFrame(
        {
            "source": source,
            "basis": basis,
            "point_key": [f"{source}:{benchmark}:{metric}:{index:06d}" for index in range(count)],
            "arxiv_id": [f"{int(when) % 100:02d}01.{index:05d}" for index, when in enumerate(year)],
            "title": [f"Paper {index} on deep nets" for index in range(count)],
            "url": [f"https://arxiv.org/abs/{int(when) % 100:02d}01.{index:05d}" for index, when in enumerate(year)],
            "model": [None if index % 3 == 2 else f"Net-{index}" for index in range(count)],
            "benchmark": benchmark,
            "metric": metric,
            "value": 100 * (1 - error),
            "error_fraction": error,
            "published": [f"{int(when)}-01-15" for when in year],
            "year": year,
            "hardware_burden_flop": burden,
            "hardware_burden_low_flop": burden / widths,
            "hardware_burden_high_flop": burden * widths,
            "network_operations_flop": 10 ** (log10_burden - 0.6 + random.normal(0, 0.2, count)),
            "operations_per_pass_flop": 10 ** random.uniform(8, 11.5, count),
            "parameters": 10 ** random.uniform(6, 9.5, count),
            "confidence": np.nan if basis == "imported" else random.uniform(0.5, 1, count),
            "accelerator": "NVIDIA Tesla V100",
            "note": None,
        }
    )
    for column in rows.columns.difference(rows.select_dtypes("number").columns):
        texts = rows[column].astype(object)
        rows[column] = texts.where(texts.notna(), None)
    rows.loc[0, ["model", "title", "url"]] = [HOSTILE_NAME, "\x00<b>Bold\u202e</b> & \n\n@risk", HOSTILE_URL]
    return check_points(rows)


def two_sources() -> pd.DataFrame:
    """Of three benchmarks, one of them with too few points for a line."""
    own = invented_points()
    imported = invented_points(30, source="authors-2022", basis="imported", seed=2)
    imported.loc[:9, ["arxiv_id", "model"]] = own.loc[:9, ["arxiv_id", "model"]].to_numpy()
    squad = invented_points(20, benchmark="squad1.1", metric="em", seed=3)
    coco = invented_points(3, benchmark="coco", metric="box_ap", seed=4)
    return pd.concat([own, imported, squad, coco], ignore_index=True)


def invented_analysis(points: pd.DataFrame | None = None, **more: Any) -> Analysis:
    """Of these points, or of ``two_sources``."""
    if points is None:
        points = two_sources()
    laws, constants = fit_laws(points), cost_constants("authors-2020")
    ordinary = [fit for fit in laws.fits if fit.subject.estimator is Estimator.ORDINARY]
    pairs = compare_with_imports(points)
    given: dict[str, Any] = {
        "points": points,
        "laws": laws,
        "projections": projection_table(ordinary, targets_2020(), constants),
        "pairs": pairs,
        "summaries": summaries(pairs),
        "constants": constants,
        "data_digest": data_digest(points),
        "code_version": "0.1.0",
        "command": "burden analyze -o report",
        "options": {"least confidence": "0"},
    }
    return Analysis(**{**given, **more})


@cache
def shared_analysis() -> Analysis:
    return invented_analysis()


@cache
def shared_report() -> dict[str, bytes]:
    """Files of its report by name."""
    return dict(report_files(shared_analysis()))
