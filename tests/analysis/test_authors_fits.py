"""Every fit that the authors published in August 2022, from their own tables: import, points and laws in one piece."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from math import log10
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from authors_points import METRICS, imported_points

from analysis.filling import AUTHORS_COCO_CONVERSION
from analysis.laws import Laws, fit_laws
from analysis.records import Computing, Estimator, Fit, Form, Subject
from imports.computer_progress import read_computer_progress

BURDEN, OPERATIONS = Computing.HARDWARE_BURDEN, Computing.NETWORK_OPERATIONS
PER_PASS, FILLED = Computing.OPERATIONS_PER_PASS, Computing.FILLED_BURDEN
FROZEN = "log10(HB filled, frozen conversion 2.7580 + 0.8935 log10(NetOps))"
REGRESSORS = {
    "log10(HB)": (BURDEN, Estimator.ORDINARY),
    "log10(NetOps)": (OPERATIONS, Estimator.ORDINARY),
    "log10(ops/pass)": (PER_PASS, Estimator.ORDINARY),
    "log10(NetOps/AlexNet) + (year-2012)": (OPERATIONS, Estimator.YEAR_TREND),
    "log10(NetOps/AlexNet)": (OPERATIONS, Estimator.FRONTIER),
    "log10(HB filled from NetOps)": (FILLED, Estimator.ORDINARY),
    FROZEN: (FILLED, Estimator.ORDINARY),
}
PUBLISHED = [
    ("imagenet", "log10(err)", "log10(HB)"),
    ("imagenet", "log10(err)", "log10(NetOps)"),
    ("imagenet", "log10(err)", "log10(ops/pass)"),
    ("imagenet", "log10(err)", "log10(NetOps/AlexNet) + (year-2012)"),
    ("imagenet", "log10(err)", "log10(NetOps/AlexNet)"),
    ("imagenet", "log10(HB)", "log10(NetOps)"),
    ("imagenet", "log10(1/err)", "log10(HB filled from NetOps)"),
    ("imagenet", "1/err", "log10(HB filled from NetOps)"),
    ("coco", "log10(1/err)", "log10(HB)"),
    ("coco", "log10(1/err)", FROZEN),
    ("squad1.1", "log10(1/err)", "log10(HB)"),
    ("conll2003", "log10(1/err)", "log10(HB)"),
    ("wmt14-en-fr", "log10(1/err)", "log10(HB)"),
    ("wmt14-en-de", "log10(1/err)", "log10(HB)"),
]


@pytest.fixture(scope="module")
def targets(shared_dir: Path) -> dict[str, Any]:
    """Numbers as Decimal, so that each still knows to how many digits it was printed."""
    text = (shared_dir / "reference" / "targets.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return loaded


@pytest.fixture(scope="module")
def points(shared_dir: Path) -> pd.DataFrame:
    return imported_points(read_computer_progress(shared_dir / "reference" / "authors_2022"))


@pytest.fixture(scope="module")
def laws(points: pd.DataFrame) -> Laws:
    return fit_laws(points, {"coco": AUTHORS_COCO_CONVERSION})


def subject_of(benchmark: str, response: str, regressor: str) -> Subject:
    computing, estimator = REGRESSORS[regressor]
    form = Form.EXPONENTIAL if response == "1/err" else Form.POLYNOMIAL
    if response == "log10(HB)":
        estimator = Estimator.CONVERSION
    return Subject("authors-2022", benchmark, METRICS[benchmark], form, computing, estimator)


def fitted(laws: Laws, subject: Subject) -> Fit:
    fit = laws.fit(subject)
    assert isinstance(fit, Fit), fit
    return fit


def as_printed(value: float | None, printed: Decimal) -> bool:
    """Whether the value rounds to what is printed: 0.0088 is printed as 0.009."""
    half_a_digit = 0.5 * 10.0 ** int(printed.as_tuple().exponent)
    return value is not None and abs(value - float(printed)) <= half_a_digit + 1e-12


@pytest.mark.parametrize(("benchmark", "response", "regressor"), PUBLISHED)
def test_fit_is_the_published_one(
    benchmark: str, response: str, regressor: str, laws: Laws, targets: dict[str, Any]
) -> None:
    (target,) = [
        each
        for each in targets["fits"]
        if (each["benchmark"], each["y"], each["x"]) == (benchmark, response, regressor)
    ]
    fit = fitted(laws, subject_of(benchmark, response, regressor))
    sign = -1 if response == "log10(err)" else 1
    alexnet = log10(targets["alexnet"]["network_operations"]) if "AlexNet" in regressor else 0.0

    assert fit.n == target["n"]
    assert sign * (fit.intercept + fit.slope * alexnet) == pytest.approx(float(target["intercept"]), abs=0.0005)
    assert sign * fit.slope == pytest.approx(float(target["slope"]), abs=0.0005)
    if "r2" in target:
        assert fit.r_squared == pytest.approx(float(target["r2"]), abs=0.001)
    if "slope_year" in target:
        assert sign * fit.coefficient("slope_year").value == pytest.approx(float(target["slope_year"]), abs=0.0005)
        assert as_printed(fit.years_per_tenfold, target["years_per_10x"])
    if "se" in target:
        assert as_printed(fit.coefficient("slope").standard_error, target["se"])
    if "hc3_se" in target:
        assert as_printed(fit.coefficient("slope").hc3_standard_error, target["hc3_se"])


def test_no_published_fit_is_left_untested(targets: dict[str, Any]) -> None:
    published = sorted((each["benchmark"], each["y"], each["x"]) for each in targets["fits"])
    assert published == sorted(PUBLISHED)


def test_coco_cannot_fill_burdens_by_itself(points: pd.DataFrame) -> None:
    """No COCO model of the tables knows both measures, so that without a chosen conversion there is none."""
    subject = subject_of("coco", "log10(1/err)", FROZEN)
    refused = fit_laws(points[points["benchmark"] == "coco"]).fit(subject)
    assert not isinstance(refused, Fit)
    assert "cannot be filled" in refused.reason


def test_rounded_conversion_is_told_from_the_unrounded(laws: Laws, points: pd.DataFrame) -> None:
    """The printed 3.1337 and 0.8716 move the intercept of 1/err by more than the digits that are printed."""
    subject = subject_of("imagenet", "1/err", "log10(HB filled from NetOps)")
    rounded = replace(AUTHORS_COCO_CONVERSION, intercept=3.1337, slope=0.8716)
    other = fitted(fit_laws(points[points["benchmark"] == "imagenet"], {"imagenet": rounded}), subject)
    assert abs(other.intercept - fitted(laws, subject).intercept) > 0.001
