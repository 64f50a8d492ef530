"""Fifty nights at a faulty arXiv, each process killed at random points: nothing is lost, nothing is there twice.

    make soak                                  # also the fuzzers
    SOAK_NIGHTS=10 SOAK_SEED=3 python -m pytest -s tests/flows/soak/soak_nights.py

The same seed gives the same world, faults and kills, as far as the machine's own timing lets it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import psycopg
import pytest
from loopback_arxiv import LoopbackArxiv
from postgresql_servers import PostgresqlServer, installed_binaries, running_server
from prefect_servers import running_prefect

from soak.comparing import Contents, difference, stored_files
from soak.evening import Evening
from soak.season import Season
from soak.weather import Weather
from soak.worlds import World

if TYPE_CHECKING:
    from homes import Home

    from tests.conftest import Require

NIGHTS = int(os.environ.get("SOAK_NIGHTS", "50"))
MINUTES = float(os.environ.get("SOAK_MINUTES", "600"))
"""Nights that do not fit into them are quiet."""
SEED = int(os.environ.get("SOAK_SEED", "1"))
DELAY_SECONDS = 0.05
KILLS_A_NIGHT = 1.05
KILLS_OF_THE_EVENING = 4


def _commands(night: int) -> tuple[str, ...]:
    """The papers alone; of ten nights one with fits and their report, too, and one that is a flow of Prefect's."""
    of_night = {0: ("schedule", "--once", "--no-release", "--json"), 2: ("night-flow",)}
    return of_night.get(night % 10, ("ingest", "--json"))


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_prefect(tmp_path_factory.mktemp("prefect")) as (api, _):
        yield api


@pytest.fixture
def at_arxiv(home: Home, tmp_path: Path, prefect_api: str) -> Iterator[Callable[..., tuple[Home, LoopbackArxiv]]]:
    """Makes a home by name, with an arXiv of its own and a database."""
    servers: list[LoopbackArxiv] = []

    def make(name: str, database_url: str = "") -> tuple[Home, LoopbackArxiv]:
        arxiv = LoopbackArxiv(oai_page_size=3)
        servers.append(arxiv.__enter__())
        variables = arxiv.environment(delay_seconds=DELAY_SECONDS)
        variables |= {"BURDEN_JOBS": "2", "BURDEN_NIGHT_PAUSE_SECONDS": "0.2"}
        variables |= {"PREFECT_API_URL": prefect_api, "PREFECT_HOME": str(tmp_path / "prefect"), "DO_NOT_TRACK": "1"}
        variables |= {"BURDEN_DATABASE_URL": database_url} if database_url else {}
        return type(home)(tmp_path / name / "home", tuple(variables.items())), arxiv

    yield make
    for server in servers:
        server.__exit__()


@pytest.mark.timeout(6 * 3600)
def test_nights_into_sqlite(at_arxiv: Callable[..., tuple[Home, LoopbackArxiv]]) -> None:
    quiet = _quiet(*at_arxiv("quiet"))
    stormy = _stormy(*at_arxiv("stormy"))
    _nothing_lost_or_doubled("sqlite", stormy, quiet, stormy.home.contents(), quiet.home.contents())


@pytest.mark.timeout(6 * 3600)
def test_nights_into_postgresql(at_arxiv: Callable[..., tuple[Home, LoopbackArxiv]], require: Require) -> None:
    binaries = installed_binaries()
    require("postgresql", binaries is not None, "no initdb")
    assert binaries is not None
    with running_server(binaries) as server:
        with server.connect("postgres") as connection:
            for name in ("quiet", "stormy"):
                connection.execute(f"CREATE DATABASE {name}")
        quiet = _quiet(*at_arxiv("quiet", server.url("quiet")))
        stormy = _stormy(*at_arxiv("stormy", server.url("stormy")), others_to_kill=lambda: _backends(server))
        _nothing_lost_or_doubled("postgresql", stormy, quiet, server.contents("stormy"), server.contents("quiet"))


def _quiet(home: Home, arxiv: LoopbackArxiv) -> Season:
    season = Season(World(SEED, NIGHTS), arxiv, home, commands=_commands, kills_a_night=0)
    season.calm(from_night=1)
    season.last_night()
    _evening(season, kills=0)
    return season


def _stormy(home: Home, arxiv: LoopbackArxiv, others_to_kill: Callable[[], list[tuple[str, int]]] = list) -> Season:
    arxiv.weather = weather = Weather(SEED)
    world = World(SEED, NIGHTS)
    season = Season(
        world,
        arxiv,
        home,
        weather,
        SEED,
        commands=_commands,
        kills_a_night=KILLS_A_NIGHT,
        others_to_kill=others_to_kill,
    )
    end = monotonic() + MINUTES * 60
    for night in range(1, NIGHTS):
        if monotonic() > end:
            season.calm(from_night=night)
            break
        season.night(night)
        kills, faults = season.kills.total(), weather.struck.total()
        print(f"night {night} of {NIGHTS}: {kills} kills, {faults} faults", flush=True)
    season.last_night()
    _evening(season, kills=KILLS_OF_THE_EVENING)
    return season


def _evening(season: Season, kills: int) -> None:
    """Once all papers are in, so that curators have the same before them whatever befell the nights."""
    moment = datetime.combine(season.world.day(NIGHTS), time(20), UTC)
    evening = Evening(season.home, moment, kills, SEED)
    evening.work()
    season.kills += evening.kills


def _backends(server: PostgresqlServer) -> list[tuple[str, int]]:
    """The processes that serve the stormy database just now."""
    try:
        with server.connect("postgres") as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE datname = 'stormy'").fetchall()
    except psycopg.OperationalError:  # it recovers from the last kill
        return []
    return [("database backend", pid) for (pid,) in rows]


def _nothing_lost_or_doubled(name: str, stormy: Season, quiet: Season, found: Contents, expected: Contents) -> None:
    differs = difference(expected, found)
    weather = stormy.weather
    assert weather is not None
    figures = {
        "database": name,
        "nights": NIGHTS,
        "nights with faults and kills": stormy.calm_from - 1 if stormy.calm_from else NIGHTS - 1,
        "seed": SEED,
        "nights given up, and caught up later": stormy.nights_given_up,
        "runs": dict(stormy.endings),
        "kills": dict(stormy.kills),
        "faults": dict(sorted(weather.struck.items())),
        "requests": len(stormy.arxiv.requests),
        "closest requests, seconds": round(stormy.closest_requests_seconds(), 4),
        "configured delay, seconds": DELAY_SECONDS,
        "most requests at once": stormy.arxiv.most_at_once,
        "papers": len(expected["papers"]),
        "claims": len(expected["claims"]),
        "rows": sum(map(len, expected.values())),
        "rows lost": differs.lost_count,
        "rows doubled": differs.doubled_count,
        "processes left behind": stormy.left_behind,
    }
    print(json.dumps(figures, indent=1))
    outputs = stormy.home.path.parent / "outputs.txt"
    outputs.write_text("\n".join(stormy.outputs), encoding="utf-8")
    assert len(expected["claims"]) > NIGHTS, "a comparison of nearly nothing"
    assert (differs.lost, differs.doubled) == ({}, {}), outputs
    assert stored_files(stormy.home.path) == stored_files(quiet.home.path)
    assert stormy.closest_requests_seconds() >= DELAY_SECONDS
    assert stormy.arxiv.most_at_once == 1
    assert not stormy.left_behind
