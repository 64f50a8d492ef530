"""Machine beside people: which rows are taken for one model, and what is said of their differences."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from analysis_points import point

from analysis.comparison import compare_with_imports, paired_points, summaries
from analysis.points import points_table


def _points(*rows: dict[str, Any]) -> pd.DataFrame:
    return points_table(rows)


def _own(model: str | None, value: float, burden: float | None = 1e19, **changes: Any) -> dict[str, Any]:
    return point(source="db", basis="machine", model=model, value=value, hardware_burden_flop=burden, **changes)


def _imported(model: str, value: float, burden: float | None = 1e19, **changes: Any) -> dict[str, Any]:
    return point(
        source="authors-2022", basis="imported", model=model, value=value, hardware_burden_flop=burden, **changes
    )


def test_a_model_is_known_by_its_name_however_it_is_spaced_though_the_values_differ() -> None:
    (pair,) = compare_with_imports(
        _points(_own("Transformer (big)", 28.4, 2e19), _imported("transformer big", 28.1, 1e19))
    )
    assert (pair.own_model, pair.imported_model, pair.rule) == ("Transformer (big)", "transformer big", "same name")
    assert pair.value_difference == pytest.approx(0.3)
    assert pair.log10_burden_ratio == pytest.approx(0.30103, abs=1e-5)


def test_under_other_names_a_value_tells_the_model_unless_two_have_it() -> None:
    points = _points(
        _own("ours, base", 27.3),
        _own("ours, deep", 28.0),
        _own("ours, wide", 28.0),
        _imported("Heron Base", 27.32),
        _imported("Heron Deep", 28.0),
    )
    assert [(each.own_model, each.imported_model, each.rule) for each in compare_with_imports(points)] == [
        ("ours, base", "Heron Base", "same value")
    ]


def test_a_row_is_used_once_and_by_its_name_first() -> None:
    points = _points(_own("Heron", 28.0), _imported("Heron", 27.0), _imported("Heron, again", 28.0))
    assert [(each.imported_model, each.rule) for each in compare_with_imports(points)] == [("Heron", "same name")]


@pytest.mark.parametrize("other", [{"arxiv_id": "2001.00002"}, {"benchmark": "coco"}, {"metric": "top5_accuracy"}])
def test_other_papers_benchmarks_and_metrics_are_no_pair(other: dict[str, str]) -> None:
    assert not compare_with_imports(_points(_own("Heron", 28.0), _imported("Heron", 28.0, **other)))


def test_papers_without_an_arxiv_id_are_not_taken_for_one_paper() -> None:
    points = _points(_own("Heron", 28.0, arxiv_id=None), _imported("Heron", 28.0, arxiv_id=None))
    assert not compare_with_imports(points)


def test_summary_counts_what_both_know_and_how_far_apart_it_lies() -> None:
    rows = [
        row
        for number, burden in enumerate((1e19, 1.5e19, 1e20, None))
        for row in (_own(f"M{number}", 80 + number, burden), _imported(f"M{number}", 80.5 + number, 1e19))
    ]
    (summary,) = summaries(compare_with_imports(_points(*rows)))
    assert (summary.pairs, summary.pairs_with_burden) == (4, 3)
    assert summary.median_log10_burden_ratio == pytest.approx(0.17609, abs=1e-5)
    assert summary.within_factor_two == pytest.approx(2 / 3)
    assert (summary.median_value_difference, summary.same_value) == (pytest.approx(-0.5), 0)


def test_a_pair_without_burdens_says_nothing_of_their_ratio() -> None:
    (summary,) = summaries(compare_with_imports(_points(_own("A", 80, None), _imported("A", 80))))
    assert summary.pairs_with_burden == 0
    assert summary.median_log10_burden_ratio is None and summary.within_factor_two is None
    assert summary.same_value == 1


def test_the_same_models_from_either_source_can_be_fitted_beside_each_other() -> None:
    points = _points(_own("A", 80), _imported("A", 80), _own("B", 81, None), _imported("B", 81), _own("C", 82))
    both = paired_points(points, compare_with_imports(points))
    assert sorted(zip(both["source"], both["model"], strict=True)) == [
        ("authors-2022 beside db", "A"),
        ("db beside authors-2022", "A"),
    ]
