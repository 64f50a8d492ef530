"""Influence in closed form against statsmodels', and on points that were planted."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from known_laws import line, spread_computing
from statsmodels.stats.outliers_influence import OLSInfluence

from analysis.influence import influence


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 60), st.integers(0, 2**32 - 1))
def test_closed_forms_agree_with_statsmodels(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x = spread_computing(n, random)
    y = line(x) + random.standard_t(3, n) * 0.1
    expected = OLSInfluence(sm.OLS(y, sm.add_constant(x)).fit())
    found = influence(x, y)
    assert found.leverage == pytest.approx(expected.hat_matrix_diag, rel=1e-6)
    assert found.cooks_distance == pytest.approx(expected.cooks_distance[0], rel=1e-5, abs=1e-9)
    assert found.studentised_residual == pytest.approx(expected.resid_studentized_external, rel=1e-4, abs=1e-7)
    assert found.leverage.sum() == pytest.approx(2)


def test_a_planted_outlier_and_a_far_point_are_found_where_they_stand() -> None:
    random = np.random.default_rng(1)
    x = spread_computing(50, random)
    y = line(x) + random.uniform(-0.05, 0.05, 50)
    x[7], y[7] = 20.0, line(np.array(20.0)) + 1.0
    x[31], y[31] = 33.0, line(np.array(33.0))
    found = influence(x, y)
    assert np.flatnonzero(found.outlier).tolist() == [7]
    assert np.flatnonzero(found.bonferroni_p < 0.05).tolist() == [7]
    assert 31 in np.flatnonzero(found.high_leverage)
    assert 7 not in np.flatnonzero(found.high_leverage)
    assert int(np.argmax(found.cooks_distance)) in (7, 31)


@pytest.mark.parametrize("seed", range(4))
def test_a_point_that_fixes_the_line_alone_has_leverage_and_nothing_else(seed: int) -> None:
    random = np.random.default_rng(seed)
    x = np.full(7, random.uniform(17, 24))
    x[3] += random.uniform(0.5, 3)
    found = influence(x, random.uniform(0.1, 1, 7))
    assert found.leverage[3] == pytest.approx(1) and found.high_leverage[3]
    assert np.isnan(found.cooks_distance[3]) and np.isnan(found.studentised_residual[3])
    assert not found.outlier[3]
    assert np.isfinite(np.delete(found.cooks_distance, 3)).all()


def test_many_sound_points_have_outliers_but_none_that_bonferroni_keeps() -> None:
    random = np.random.default_rng(2)
    x = spread_computing(10_000, random)
    found = influence(x, line(x) + random.normal(0, 0.1, 10_000))
    assert 10 <= found.outlier.sum() <= 50
    assert (found.bonferroni_p < 0.05).sum() <= 1


@pytest.mark.parametrize("x", [[18.0, 19.0, 20.0], [18.0, 18.0, 18.0, 18.0, 18.0]])
def test_no_line_has_no_influence(x: list[float]) -> None:
    with pytest.raises(ValueError, match=r"points|spread"):
        influence(np.array(x), np.linspace(0.1, 0.5, len(x)))
