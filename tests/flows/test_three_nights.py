"""Three nights at a faulty arXiv, killed on the way, leave what one quiet night leaves. `make soak` has fifty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import Home
from loopback_arxiv import LoopbackArxiv
from soak.comparing import difference, stored_files
from soak.season import Season
from soak.weather import Weather
from soak.worlds import World

DELAY_SECONDS = 0.05
SEED = 9


@pytest.fixture
def arxiv() -> Iterator[LoopbackArxiv]:
    with LoopbackArxiv(oai_page_size=2) as server:
        yield server


def _commands(night: int) -> tuple[str, ...]:
    """The second is a whole night, with analysis and report."""
    return ("schedule", "--once", "--no-release", "--json") if night == 2 else ("ingest", "--json")


def _at(home: Home, arxiv: LoopbackArxiv, path: Path) -> Home:
    variables = arxiv.environment(delay_seconds=DELAY_SECONDS) | {"BURDEN_NIGHT_PAUSE_SECONDS": "0.1"}
    return Home(path, tuple(variables.items()))


def test_three_nights_of_faults_and_kills_lose_and_double_nothing(
    home: Home, arxiv: LoopbackArxiv, tmp_path: Path
) -> None:
    stormy = _at(home, arxiv, tmp_path / "stormy" / "home")
    arxiv.weather = weather = Weather(SEED)
    season = Season(World(SEED, nights=3), arxiv, stormy, weather, SEED, _commands)
    for night in (1, 2):
        season.night(night)
    season.last_night()
    assert season.kills and weather.struck, "nothing went wrong, so nothing was tried"
    assert season.closest_requests_seconds() >= DELAY_SECONDS
    assert arxiv.most_at_once == 1

    quiet = Season(season.world, arxiv, _at(home, arxiv, tmp_path / "quiet" / "home"))
    quiet.last_night()
    assert quiet.home.contents()["claims"], "a comparison of nothing"
    found = difference(quiet.home.contents(), stormy.contents())
    assert (found.lost, found.doubled) == ({}, {}), season.outputs
    assert stored_files(stormy.path) == stored_files(quiet.home.path)
    assert not season.left_behind
