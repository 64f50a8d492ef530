"""Growth over the years: what is put in comes out, and what the data do not say is not said."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.growth import Growth, NoGrowth, growth, months_to_double


def test_a_growth_that_was_put_in_is_found_within_its_interval() -> None:
    random = np.random.default_rng(8)
    year = random.uniform(2012, 2024, 400)
    inside = 0
    for _ in range(40):
        found = growth(year, 17 + 0.6 * (year - 2012) + random.normal(0, 1.2, 400))
        assert isinstance(found, Growth)
        inside += found.log10_a_year_low <= 0.6 <= found.log10_a_year_high
    assert inside >= 34, "an interval of 95 % holds the truth nearly always"


def test_exact_growth_gives_its_doubling_time() -> None:
    year = np.arange(2012.0, 2021.0)
    found = growth(year, 17 + np.log10(2) * (year - 2012))
    assert isinstance(found, Growth)
    assert found.log10_a_year == pytest.approx(np.log10(2))
    assert found.doubling_months == pytest.approx(12)
    assert months_to_double(-0.1) is None


@pytest.mark.parametrize(
    ("year", "burden", "reason"),
    [
        ([2012, 2013, 2014, 2015], [1, 2, 3, 4], "4 points"),
        ([2012.1, 2012.2, 2012.3, 2012.4, 2012.5], [1, 2, 3, 4, 5], "one year"),
        ([2012, 2013, 2014, 2015, np.nan, 2017], [1, 2, np.nan, 4, 5, 6], "4 points"),
    ],
)
def test_too_little_gives_no_rate_but_the_reason(year: list[float], burden: list[float], reason: str) -> None:
    found = growth(np.array(year), np.array(burden))
    assert isinstance(found, NoGrowth) and reason in found.reason
