"""All relations over a table of points: what is fitted, what is refused, who is left out, and who is never mixed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from known_laws import SLOPE, fitted, line, refused, subject
from synthetic import invented_points

from analysis.filling import FixedConversion, fill_burden
from analysis.laws import RELATIONS, Laws, fit_laws
from analysis.records import Computing, Estimator, Fit, Form, RefusalCause, Subject
from analysis.selection import LeftOutCause

MAIN = subject()


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    return pd.concat(
        [
            invented_points(60),
            invented_points(25, benchmark="coco", metric="box_ap", seed=2),
            invented_points(40, source="authors-2022", basis="imported", seed=3),
        ],
        ignore_index=True,
    )


@pytest.fixture(scope="module")
def laws(points: pd.DataFrame) -> Laws:
    return fit_laws(points)


def left_out(laws: Laws, of: Subject) -> dict[LeftOutCause, int]:
    return {each.cause: each.n for each in laws.left_out if each.subject == of}


def test_every_relation_of_every_benchmark_is_fitted_or_refused(laws: Laws) -> None:
    groups = [("db", "coco", "box_ap"), ("db", "imagenet", "top1_accuracy")]
    groups.insert(0, ("authors-2022", "imagenet", "top1_accuracy"))
    expected = [
        Subject(*group, form, computing, estimator) for group in groups for estimator, form, computing in RELATIONS
    ]
    assert [each.subject for each in laws.fits] == expected
    assert laws.refusals == ()


def test_all_estimators_agree_on_a_clean_law() -> None:
    points = invented_points(400)
    known = points["hardware_burden_flop"].notna()
    log10_burden = np.log10(points["hardware_burden_flop"].where(known, 1e20))
    random = np.random.default_rng(1)
    points["error_fraction"] = 10.0 ** -(line(log10_burden.to_numpy()) + random.normal(0, 0.02, 400))
    points["hardware_burden_low_flop"] = points["hardware_burden_flop"] / 1.2
    points["hardware_burden_high_flop"] = points["hardware_burden_flop"] * 1.2
    laws = fit_laws(points)
    for estimator in Estimator:
        if estimator not in (Estimator.CONVERSION, Estimator.TIME_TREND):
            assert fitted(laws.fit(replace(MAIN, estimator=estimator))).slope == pytest.approx(SLOPE, rel=0.05)


def test_imports_change_nothing_of_what_was_read_here(points: pd.DataFrame, laws: Laws) -> None:
    alone = fit_laws(points[points["source"] == "db"])
    assert alone.fits == tuple(each for each in laws.fits if each.subject.source == "db")


def test_machine_and_curated_points_are_fitted_together(points: pd.DataFrame, laws: Laws) -> None:
    reviewed = points.copy()
    reviewed.loc[reviewed.index[:10], "basis"] = "curated"
    assert fit_laws(reviewed).fits == laws.fits


def test_a_source_that_mixes_imported_points_with_others_is_an_error(points: pd.DataFrame) -> None:
    mixed = points.copy()
    mixed.loc[3, "basis"] = "imported"
    with pytest.raises(ValueError, match=r"never pooled.*source db$"):
        fit_laws(mixed)


def test_a_missing_column_is_named(points: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="year, network_operations_flop"):
        fit_laws(points.drop(columns=["year", "network_operations_flop"]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_of_rows_changes_nothing(seed: int, points: pd.DataFrame, laws: Laws) -> None:
    shuffled = fit_laws(points.sample(frac=1, random_state=seed))
    assert (shuffled.fits, shuffled.refusals) == (laws.fits, laws.refusals)
    assert (shuffled.comparisons, shuffled.left_out) == (laws.comparisons, laws.left_out)
    pd.testing.assert_frame_equal(shuffled.influence, laws.influence, check_exact=True)


def test_points_left_out_are_counted_once_by_cause() -> None:
    points = invented_points(50)  # every tenth burden is unknown
    points.loc[[1, 2], "error_fraction"] = [0.0, 1.0]
    points.loc[3, "error_fraction"] = np.nan
    points.loc[9, "error_fraction"] = 1.5  # and its burden is unknown
    points.loc[4, "hardware_burden_flop"] = np.inf
    points.loc[[5, 6, 7], "year"] = np.nan
    points.loc[8, "hardware_burden_low_flop"] = np.nan
    points.loc[11, "hardware_burden_low_flop"] = 2 * points.loc[11, "hardware_burden_high_flop"]
    laws = fit_laws(points)
    common = {
        LeftOutCause.NO_ERROR_RATE: 1,
        LeftOutCause.IMPOSSIBLE_ERROR_RATE: 3,
        LeftOutCause.NO_COMPUTING: 4,
        LeftOutCause.IMPOSSIBLE_COMPUTING: 1,
    }
    expected = {
        Estimator.ORDINARY: common,
        Estimator.YEAR_TREND: common | {LeftOutCause.NO_YEAR: 3},
        Estimator.ERRORS_IN_COMPUTING: common | {LeftOutCause.NO_INTERVAL: 2},
    }
    for estimator, causes in expected.items():
        of = replace(MAIN, estimator=estimator)
        assert left_out(laws, of) == causes
        assert fitted(laws.fit(of)).n == 50 - sum(causes.values())
    conversion = replace(MAIN, estimator=Estimator.CONVERSION, computing=Computing.NETWORK_OPERATIONS)
    assert left_out(laws, conversion) == {LeftOutCause.NO_COMPUTING: 5, LeftOutCause.IMPOSSIBLE_COMPUTING: 1}


def test_what_cannot_be_fitted_is_refused_and_the_rest_is_fitted() -> None:
    points = invented_points(30)
    points["year"] = 2020.0
    points["hardware_burden_low_flop"] = np.nan
    points.loc[3:, "operations_per_pass_flop"] = np.nan
    laws = fit_laws(points)
    causes = {(each.subject.estimator, each.subject.computing): each.cause for each in laws.refusals}
    assert causes == {
        (Estimator.ORDINARY, Computing.OPERATIONS_PER_PASS): RefusalCause.TOO_FEW_POINTS,
        (Estimator.YEAR_TREND, Computing.HARDWARE_BURDEN): RefusalCause.NO_SPREAD,
        (Estimator.YEAR_TREND, Computing.NETWORK_OPERATIONS): RefusalCause.NO_SPREAD,
        (Estimator.YEAR_TREND, Computing.FILLED_BURDEN): RefusalCause.NO_SPREAD,
        (Estimator.ERRORS_IN_COMPUTING, Computing.HARDWARE_BURDEN): RefusalCause.TOO_FEW_POINTS,
    }
    assert isinstance(laws.fit(MAIN), Fit)


def test_no_points_give_no_laws(points: pd.DataFrame) -> None:
    laws = fit_laws(points.iloc[:0])
    assert (laws.fits, laws.refusals, laws.comparisons, laws.left_out) == ((), (), (), ())
    assert laws.influence.empty
    with pytest.raises(KeyError):
        laws.fit(MAIN)


def test_both_forms_are_compared_for_every_computing(laws: Laws) -> None:
    compared = [each.computing for each in laws.comparisons if (each.source, each.benchmark) == ("db", "imagenet")]
    assert compared == list(Computing)


def test_influence_names_the_points_of_the_main_fit(points: pd.DataFrame) -> None:
    moved = points.copy()
    moved.loc[20, "error_fraction"] = moved.loc[20, "error_fraction"] / 4
    laws = fit_laws(moved)
    outliers = laws.influence[laws.influence["outlier"]]
    assert moved.loc[20, "point_key"] in set(outliers["point_key"])
    counted = laws.influence.groupby(["source", "benchmark"]).size()
    for (source, benchmark), n in counted.items():
        main = [each for each in laws.fits if (each.subject.source, each.subject.benchmark) == (source, benchmark)]
        assert n == next(each.n for each in main if each.subject.computing is Computing.HARDWARE_BURDEN)


def test_filling_keeps_known_burdens_and_leaves_what_nothing_tells() -> None:
    points = pd.DataFrame(
        {
            "hardware_burden_flop": [5e20, np.nan, np.nan, np.nan],
            "network_operations_flop": [1e20, 1e20, np.nan, 0.0],
        }
    )
    filled = fill_burden(points, FixedConversion(3.0, 0.9, "a test"))
    assert filled.tolist() == pytest.approx([5e20, 1e21, np.nan, np.nan], nan_ok=True)
    assert filled.name == "filled_burden_flop"


def test_missing_burdens_are_filled_by_the_benchmarks_own_conversion(points: pd.DataFrame, laws: Laws) -> None:
    conversion = fitted(laws.fit(replace(MAIN, estimator=Estimator.CONVERSION, computing=Computing.NETWORK_OPERATIONS)))
    group = points[(points["source"] == "db") & (points["benchmark"] == "imagenet")]
    by_hand = group.assign(hardware_burden_flop=fill_burden(group, conversion))
    fit = fitted(laws.fit(replace(MAIN, computing=Computing.FILLED_BURDEN)))
    assert fit.slope == fitted(fit_laws(by_hand).fit(MAIN)).slope
    assert fit.n == 60
    assert fit.note is not None and fit.note.startswith("6 of 60 burdens are reckoned as")


def test_a_chosen_conversion_replaces_the_fitted_one_for_its_benchmark_only(points: pd.DataFrame, laws: Laws) -> None:
    chosen = fit_laws(points, {"coco": FixedConversion(2.0, 0.9, "a notebook")})
    filled = replace(MAIN, computing=Computing.FILLED_BURDEN)
    filled_coco = replace(filled, benchmark="coco", metric="box_ap")
    assert fitted(chosen.fit(filled_coco)).slope != fitted(laws.fit(filled_coco)).slope
    note = fitted(chosen.fit(filled_coco)).note
    assert note is not None and "from a notebook" in note
    assert chosen.fit(filled) == laws.fit(filled)


def test_without_a_conversion_nothing_is_filled() -> None:
    points = invented_points(30)
    points.loc[4:, "network_operations_flop"] = np.nan
    refusal = refused(fit_laws(points).fit(replace(MAIN, computing=Computing.FILLED_BURDEN)))
    assert refusal.reason == (
        "Missing burdens cannot be filled from network operations. 4 points; a line needs 5. "
        "Left out: computing unknown (26)."
    )


def test_exponential_fits_of_laws_are_of_the_exponential_form(points: pd.DataFrame, laws: Laws) -> None:
    group = points[(points["source"] == "db") & (points["benchmark"] == "imagenet")].dropna(
        subset=["hardware_burden_flop"]
    )
    expected = np.polyfit(np.log10(group["hardware_burden_flop"]), 1 / group["error_fraction"], 1)
    fit = fitted(laws.fit(replace(MAIN, form=Form.EXPONENTIAL)))
    assert (fit.slope, fit.intercept) == pytest.approx(tuple(expected))
