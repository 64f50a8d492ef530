"""The night: everything new at arXiv since the last success is read, the laws are fitted anew, a release is made.

Plain Python; ``flows.prefect_nightly`` lets Prefect watch it. A step that fails is told, and hinders only what can't go
on without it. Nights that were missed are made up for by the next: the main job harvests from the last day that a
successful run covered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep

from db.engine import Engine, open_database
from db.errors import DatabaseError
from db.leases import HeldLease, LeaseHeldError
from db.migrate import upgrade
from db.nights import (
    LEASE,
    NewHardware,
    NightReport,
    NightStatus,
    StepOutcome,
    StepState,
    anything_new_since,
    begin_night,
    hardware_by_paper,
    nights,
    save_night,
)
from db.release_store import releases
from extractors.lexicon.spellings import spelling_key
from extractors.lexicon.unknown_names import unknown_accelerators
from flows.alarms import told, told_without_database
from flows.analysis import AnalysisRequest, NoPointsError, analyze
from flows.discovery import IngestRequest
from flows.disk_space import FREE_DISK_GB, least_free_gb
from flows.drift import MOST_NIGHTS, drift, drift_warnings, measures_of
from flows.exclusion import alone
from flows.ingest import Process, Watcher, ingest
from flows.papers import catalogue
from flows.patience import Patience, is_database_away
from flows.settings import Settings, without_password
from flows.tally import Tally
from flows.version import READING_VERSION
from releases.making import ReleaseOrder, make_release
from releases.pruning import prune_releases

_FAILURES_KEPT = 100
_NIGHTS_LOOKED_AT = 2 * MOST_NIGHTS
"""Some of them have too few papers to say what is usual."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NightRequest:
    """What a night is asked for."""

    categories: tuple[str, ...] = ()
    """Of arXiv; empty for those of deep learning."""
    report_folder: Path | None = None
    """Of the analysis' report; None: fits are stored, no report is written."""
    releases_folder: Path | None = None
    """None: that of the settings, which `burden web` offers."""
    with_release: bool = True
    keep_releases: int | None = None
    """After a release only the files of the latest so many stay; None: all."""


Step = Callable[[], StepOutcome]
Perform = Callable[[str, Step], StepOutcome]
"""Runs the step of this name; Prefect's way shows it as a task."""


class _Skipped(Exception):
    """There was nothing to do: the message says why."""


def night(
    settings: Settings,
    request: NightRequest,
    *,
    watcher: Watcher | None = None,
    process: Process | None = None,
    perform: Perform = lambda name, step: step(),
    wait: Callable[[float], None] = sleep,
) -> NightReport:
    """Run one night; what it did, which is also stored and, where it failed, told.

    ``LeaseHeldError`` where a night is under way here or on another machine: it names who holds it. ``LeaseLostError``
    where another began meanwhile, which took this one for dead. ``DatabaseError`` or ``OSError``, which is told, where
    it can't begin: the database stays away, or nothing can be written. Any other failure is part of the report.
    """
    patience = Patience(settings.night_pause_seconds, wait)
    with ExitStack() as held:
        try:
            engine, lease, report = patience.persist("database", lambda: held.enter_context(_begun(settings)))
        except LeaseHeldError:
            raise
        except (DatabaseError, OSError) as error:
            told_without_database(settings, error)
            raise
        under_way = _Night(engine, settings, request, patience, lease, report, watcher, process)
        try:
            for name, work in under_way.steps():
                under_way.note(perform(name, partial(under_way.outcome, name, work)))
            under_way.close()
        except BaseException as error:
            under_way.broken_off(error)
            raise
        finally:
            told(engine, settings, under_way.report)
    return under_way.report


@contextmanager
def _begun(settings: Settings) -> Iterator[tuple[Engine, HeldLease, NightReport]]:
    """The database, the lease of nights while the block runs, and the new night's row."""
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    upgrade(engine)
    with alone(engine, LEASE, settings.home / "night.lock") as lease:
        yield engine, lease, begin_night(engine, datetime.now(UTC), lease.lease.holder, READING_VERSION)


class _WhileHeld:
    """Tells the watcher of each paper, and lets the next be worked on only while the night's lease is held."""

    def __init__(self, lease: HeldLease, watcher: Watcher | None) -> None:
        self._lease, self._watcher = lease, watcher

    def expect(self, papers: int | None) -> None:
        if self._watcher is not None:
            self._watcher.expect(papers)

    def done(self, name: str) -> None:
        if self._watcher is not None:
            self._watcher.done(name)
        self._lease.check()


class _Night:
    """A night under way: its steps, and the report that grows with them."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        request: NightRequest,
        patience: Patience,
        lease: HeldLease,
        report: NightReport,
        watcher: Watcher | None,
        process: Process | None,
    ) -> None:
        self.report = report
        self._engine, self._settings, self._request = engine, settings, request
        self._patience, self._lease = patience, lease
        self._watcher, self._process = _WhileHeld(lease, watcher), process
        self._tally = Tally()
        self._attempts = 0
        self._gone: str | None = None
        """Why nothing more can be done."""

    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        return ("papers", self._papers), ("analysis", self._analysis), ("release", self._release)

    def outcome(self, name: str, work: Callable[[], str]) -> StepOutcome:
        """Do a step, again and again where its failure may pass; whatever else fails in it stays its own."""
        if self._gone is not None:
            return StepOutcome(name, StepState.SKIPPED, self._gone, 0)
        started, self._attempts = monotonic(), 0

        def attempt() -> str:
            self._attempts += 1
            self._lease.check()
            return work()

        state = StepState.DONE
        try:
            message = self._patience.persist(f"night {self.report.night}, {name}", attempt)
        except _Skipped as nothing:
            state, message = StepState.SKIPPED, str(nothing)
        except Exception as error:
            state, message = StepState.FAILED, _told(error)
            log.error("night %s, %s: %s", self.report.night, name, message)
            log.debug("where it failed", exc_info=error)
            if isinstance(error, DatabaseError) and is_database_away(error):
                self._gone = "the database is away"
        return StepOutcome(name, state, message, self._attempts, round(monotonic() - started, 1))

    def note(self, outcome: StepOutcome) -> None:
        """Add to the report what came of a step, and store it, so that `burden runs` shows how far the night is."""
        self._change(steps=(*self.report.steps, outcome))
        with suppress(DatabaseError):  # stored again at the end, where it is waited for
            self._save()

    def close(self) -> None:
        """Draw the conclusions, and store the report for good."""
        self._patience.persist("report of the night", self._conclude)
        self._patience.persist("report of the night", self._save)

    def broken_off(self, error: BaseException) -> None:
        """Store that the night ended before its time."""
        stopped = isinstance(error, KeyboardInterrupt | SystemExit)
        self._change(status=NightStatus.INTERRUPTED if stopped else NightStatus.FAILED, finished=datetime.now(UTC))
        with suppress(DatabaseError):  # the database may be what failed; its error is on its way
            self._save()

    def _save(self) -> None:
        """Store the report, unless another night has begun, which has marked this one as interrupted."""
        self._lease.check()
        save_night(self._engine, self.report)

    def _papers(self) -> str:
        tally = Tally()
        try:
            request = IngestRequest(categories=self._request.categories)
            ingest(request, self._settings, self._watcher, self._process, tally)
        finally:
            self._tally = tally.after(self._tally)
            if tally.ingest_run is not None:
                self._change(ingest_runs=(*self.report.ingest_runs, tally.ingest_run))
            failures = self._tally.failures[:_FAILURES_KEPT]
            self._change(
                counts=self._tally.counts(),
                failures=tuple((each.name, each.cause.value, each.message) for each in failures),
                measures=measures_of(self._tally),
            )
        failed = len(self._tally.failures)
        return f"{self._tally.papers_relevant} found, {self._tally.papers_parsed} read, {failed} failed"

    def _analysis(self) -> str:
        try:
            outcome = analyze(self._engine, AnalysisRequest(), self._request.report_folder)
        except NoPointsError as nothing:
            raise _Skipped(str(nothing)) from None
        written = f", report in {self._request.report_folder}" if outcome.files else ""
        return f"run {outcome.run} of the analysis{written}"

    def _release(self) -> str:
        if not self._request.with_release:
            raise _Skipped("none is asked for")
        made_before = releases(self._engine)
        new = self._tally.papers_new or not made_before or anything_new_since(self._engine, made_before[0].made_at)
        if not new:
            raise _Skipped(f"nothing has changed since {made_before[0].name}")
        folder = self._request.releases_folder or self._settings.releases_folder
        order = ReleaseOrder(_free_name(self._engine, folder), site_url=self._settings.public_url)
        made = make_release(self._engine, folder, order, catalogue())
        self._change(releases=(*self.report.releases, made.name))
        keep = self._request.keep_releases
        pruned = prune_releases(self._engine, folder, keep) if keep else ()
        gone = f"; files deleted of {', '.join(pruned)}" if pruned else ""
        return f"{made.name}: {sum(made.row_counts.values()):,} rows in {made.folder}{gone}"

    def _conclude(self) -> None:
        earlier = [each for each in nights(self._engine, _NIGHTS_LOOKED_AT) if each.night != self.report.night]
        findings = drift(self.report.measures, READING_VERSION, earlier)
        failed = {step.name for step in self.report.steps if step.state is StepState.FAILED}
        status = NightStatus.INCOMPLETE if failed else NightStatus.SUCCEEDED
        self._change(
            measures={**self.report.measures, **self._room_left()},
            drift=findings,
            warnings=drift_warnings(findings, READING_VERSION, earlier),
            new_hardware=_new_hardware(self._engine, self.report, earlier) if self._tally.papers_parsed else (),
            status=NightStatus.FAILED if "papers" in failed else status,
            finished=datetime.now(UTC),
        )

    def _room_left(self) -> dict[str, float]:
        """As a measure; none where the system does not say."""
        with suppress(OSError):
            return {FREE_DISK_GB: round(least_free_gb(self._settings, self._request.releases_folder), 3)}
        return {}

    def _change(self, **changes: object) -> None:
        self.report = replace(self.report, **changes)  # type: ignore[arg-type]


def _told(error: Exception) -> str:
    """In words, on one line; an address in them has no password, whoever wrote the message."""
    return " ".join(map(without_password, f"{type(error).__name__}: {error}".split()))


def _free_name(engine: Engine, folder: Path) -> str:
    """2026-11-27 -> itself; where there is such a release 2026-11-27.2, .3, …"""
    taken = {each.name for each in releases(engine)}
    taken |= {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    day = datetime.now(UTC).date().isoformat()
    names = (day, *(f"{day}.{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


def _new_hardware(engine: Engine, report: NightReport, earlier: list[NightReport]) -> tuple[NewHardware, ...]:
    """Names in what was read since the last night that ended, which no paper read before had, in any spelling."""
    ended = [each.finished for each in earlier if each.finished is not None]
    since = ended[0] if ended else report.started
    known = unknown_accelerators(hardware_by_paper(engine, since, before=True), catalogue())
    keys = {spelling_key(each.name) for each in known.accelerators}
    found = unknown_accelerators(hardware_by_paper(engine, since, before=False), catalogue())
    return tuple(
        NewHardware(each.name, len(each.papers), each.papers[0])
        for each in found.accelerators
        if spelling_key(each.name) not in keys
    )
