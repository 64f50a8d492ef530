"""Nights on end: processes are started, killed at random points, started again; and what is left is compared.

season = Season(world, arxiv, home, weather, seed=1)
season.night(1)             # as a supervisor would: again until it ends well, or is given up
season.last_night()         # in good weather, undisturbed
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from loopback_arxiv import LoopbackArxiv
from process_groups import living

from soak.weather import Weather
from soak.worlds import World

if TYPE_CHECKING:
    from homes import Home

ON_DAY = Path(__file__).with_name("on_day.py")
_BEGINS = time(3, 30)
_MOST_TRIES = 12
_LONGEST_RUN_SECONDS = 600.0
_LOOKS_EVERY_SECONDS = 0.02

Doom = Callable[[float], bool]
"""Told how long the run has lasted: whether it dies now."""


@dataclass
class Season:
    """A home, its arXiv, and what befell the nights."""

    world: World
    arxiv: LoopbackArxiv
    home: Home
    weather: Weather | None = None
    seed: int = 0
    commands: Callable[[int], tuple[str, ...]] = lambda night: ("ingest", "--json")
    """What is run in a night."""
    kills_a_night: float = 1.0
    others_to_kill: Callable[[], list[tuple[str, int]]] = list
    """Processes outside the run's own group, such as those that serve its database, with their names."""
    kills: Counter[str] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    nights_given_up: list[int] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    """What processes of killed runs were still alive long after."""
    outputs: list[str] = field(default_factory=list)
    calm_from: int | None = None
    """The first night without faults, if there is one before the last."""
    _usual_seconds: float = 4.0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self.home.path.mkdir(parents=True)

    def night(self, number: int) -> None:
        """One night: killed as often as chance wills, and begun again until it ends well."""
        self.world.advance(self.arxiv, number)
        kills_left = self._how_many_kills()
        for attempt in range(_MOST_TRIES):
            doom = self._doom() if kills_left > 0 else None
            kills_left -= 1
            if self._run(number, attempt, doom) == 0:
                return
        self.nights_given_up.append(number)

    def calm(self, *, from_night: int) -> None:
        """No faults any more, and once a week only: what the nights between would have brought is caught up."""
        self.calm_from = from_night
        if self.weather is not None:
            self.weather.is_quiet = True
        for night in range(from_night + 6, self.world.nights, 7):
            self.world.advance(self.arxiv, night)
            assert self._run(night, 0, None) == 0, self.outputs[-1]

    def last_night(self) -> None:
        """The last night of the world, without faults: what is left to be caught up is caught up now."""
        if self.weather is not None:
            self.weather.is_quiet = True
        self.world.advance(self.arxiv, self.world.nights)
        assert self._run(self.world.nights, 0, None) == 0, self.outputs[-1]

    def _how_many_kills(self) -> int:
        whole = int(self.kills_a_night)
        return whole + (self._chance.random() < self.kills_a_night - whole)

    def _doom(self) -> Doom:
        """A point in time, or a request that has come: drawn so that every part of a run is struck now and then."""
        if self._chance.random() < 0.5:
            moment = self._chance.uniform(0.1, 1.1) * self._usual_seconds
            return lambda seconds: seconds >= moment
        awaited = len(self.arxiv.requests) + self._chance.randint(1, 8)
        pause = self._chance.uniform(0, 0.3)
        return lambda seconds: len(self.arxiv.requests) >= awaited and seconds >= pause

    def _run(self, night: int, attempt: int, doom: Doom | None) -> int:
        """The exit code of one run, which may be killed, it or one of its processes."""
        moment = datetime.combine(self.world.day(night), _BEGINS) + timedelta(minutes=20 * attempt)
        command = [sys.executable, str(ON_DAY), moment.isoformat(), *self.commands(night)]
        log = self.home.path.parent / "runs.log"
        with log.open("w+b") as output:
            started = monotonic()
            process = subprocess.Popen(
                command,
                env=self.home.environment,
                cwd=self.home.path.parent,
                start_new_session=True,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                while not _has_ended(process, _LOOKS_EVERY_SECONDS):
                    seconds = monotonic() - started
                    assert seconds < _LONGEST_RUN_SECONDS, f"a run of night {night} hangs"
                    if doom is not None and doom(seconds):
                        doom = None
                        self._kill_one_of(process)
            finally:
                self._sweep(process)
        code = process.returncode
        self.endings["ended well" if code == 0 else "killed" if code == -signal.SIGKILL else "ended with an error"] += 1
        self.outputs.append(f"night {night}, attempt {attempt}, exit code {code}: {log.read_text(errors='replace')}")
        if code == 0:
            self._usual_seconds += 0.3 * (monotonic() - started - self._usual_seconds)
        return code

    def _kill_one_of(self, process: subprocess.Popen[bytes]) -> None:
        children = [(_kind(each), each) for each in living(process.pid) if each != process.pid]
        victims = [("run", process.pid)] * max(1, len(children)) + children + self.others_to_kill()
        name, victim = self._chance.choice(victims)
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.kills[name] += 1

    def _sweep(self, process: subprocess.Popen[bytes]) -> None:
        """No process of a run may outlive it for long: a supervisor would start the next beside it."""
        end = monotonic() + 30
        while left := living(process.pid):
            if monotonic() > end:
                self.left_behind += [_kind(each) for each in left]
                for each in left:
                    with suppress(ProcessLookupError):
                        os.kill(each, signal.SIGKILL)
                break
            _has_ended(process, _LOOKS_EVERY_SECONDS)

    def closest_requests_seconds(self) -> float:
        """The shortest time between two requests, by the stand-in's log."""
        times = sorted(request.at for request in self.arxiv.requests)
        return min((later - earlier for earlier, later in pairwise(times)), default=float("inf"))


def _has_ended(process: subprocess.Popen[bytes], within_seconds: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(within_seconds)
    return process.poll() is not None


def _kind(process_id: int) -> str:
    with suppress(OSError):
        line = Path(f"/proc/{process_id}/cmdline").read_bytes().decode(errors="replace")
        return "resource tracker" if "resource_tracker" in line else "worker"
    return "gone"
