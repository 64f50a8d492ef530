"""The night as a Prefect flow, and its schedule. Thin on purpose: ``flows.nightly`` does the work.

Importing this module imports Prefect, which takes seconds: only what runs a flow does so.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("PREFECT_LOGGING_EXTRA_LOGGERS", "flows,db")  # so that a run's page shows what a night waits for
# Where the server dies within a night, the flow's process ends in minutes: five retries of each event would take long.
os.environ.setdefault("PREFECT_CLIENT_MAX_RETRIES", "3")

from flows.prefect_ingest import ingest_flow  # isort: skip  (sets what Prefect reads when it is imported)

import httpx
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.schedules import Cron
from prefect.settings import get_current_settings
from prefect.states import Completed, Failed
from prefect.types.entrypoint import EntrypointType

from db.engine import open_database
from db.leases import LeaseHeldError
from db.migrate import upgrade
from db.nights import NightStatus, StepOutcome, StepState
from flows.alarms import watching
from flows.analysis import AnalysisOutcome, AnalysisRequest, NoPointsError, analyze
from flows.discovery import IngestRequest
from flows.night_report import night_markdown
from flows.nightly import NightRequest, Step, night
from flows.settings import load_settings
from flows.tally import Tally

log = logging.getLogger(__name__)


class ScheduleError(Exception):
    """Nights can't be scheduled: why, and what to do."""


@flow(name="analyze")
def analyze_flow(request: AnalysisRequest, folder: Path | None = None) -> AnalysisOutcome | None:
    """``flows.analysis.analyze`` of the database that is set where the flow runs; None while it has no point."""
    try:
        return analyze(open_database(load_settings().database), request, folder)
    except NoPointsError as nothing:
        get_run_logger().warning("%s", nothing)
        return None


@flow(name="ingest and analyze")
def ingest_and_analyze_flow(
    papers: IngestRequest,
    analysis: AnalysisRequest,
    folder: Path | None = None,
    jobs: int | None = None,
    runner: str | None = None,
    scheduler: str | None = None,
) -> tuple[Tally, AnalysisOutcome | None]:
    """Papers first; the analysis runs once they are in. Papers that fail do not hold it up."""
    tally = ingest_flow(papers, jobs, runner, scheduler)
    return tally, analyze_flow(analysis, folder)


@flow(name="night")
def night_flow(
    categories: tuple[str, ...] = (),
    report_folder: str | None = None,
    releases_folder: str | None = None,
    with_release: bool = True,
    keep_releases: int | None = None,
    jobs: int | None = None,
) -> State[None]:
    """``flows.nightly.night`` with a task a step, and its report as an artifact. Settings are read where the flow runs.

    A night that finds another one under way is no failure: its flow is completed as "Skipped". Where Prefect's server
    goes away meanwhile, the night goes on without it, and its pages lack what came of it.
    """
    # Its parameters are of built-in types: a flow that is served goes into its process without this module's names.
    report, releases = report_folder and Path(report_folder), releases_folder and Path(releases_folder)
    request = NightRequest(categories, report or None, releases or None, with_release, keep_releases)
    try:
        done = night(load_settings(jobs=jobs), request, perform=_as_task)
    except LeaseHeldError as held:
        return Completed(name="Skipped", message=str(held))
    told = f"night {done.night}: {done.status}"
    with _told_if_unreachable():
        create_markdown_artifact(night_markdown(done), key="night", description=told)
    return Completed(message=told) if done.status is NightStatus.SUCCEEDED else Failed(message=told)


def _as_task(name: str, step: Step) -> StepOutcome:
    outcomes: list[StepOutcome] = []

    @task(name=name, cache_policy=NO_CACHE)
    def run() -> State[None]:
        outcomes.append(step())
        failed = outcomes[0].state is StepState.FAILED
        return Failed(message=outcomes[0].message) if failed else Completed(message=outcomes[0].message)

    with _told_if_unreachable():
        run(return_state=True)
    return outcomes[0] if outcomes else step()


@contextmanager
def _told_if_unreachable() -> Iterator[None]:
    """A night needs Prefect's server for nothing but its pages: what fails there is logged and hinders nothing."""
    try:
        yield
    except Exception as error:  # Prefect has many: httpx's, and a RuntimeError in their place
        log.warning("Prefect's server does not learn of this: %s", error)


def serve_nights(request: NightRequest, cron: str, timezone: str, jobs: int | None) -> None:
    """Run the night whenever the schedule says so, until this process is stopped.

    ``ScheduleError`` where Prefect's server is not named or does not answer; ``ValueError`` for what is no cron.
    """
    schedule = Cron(cron, timezone=timezone)
    url = get_current_settings().api.url
    if not url:
        raise ScheduleError(
            "PREFECT_API_URL is not set: run `prefect server start`, set it to http://127.0.0.1:4200/api, and try again"
            " (or let cron or systemd run `burden schedule --once`, which needs no server)"
        )
    settings = load_settings(jobs=jobs)
    engine = open_database(settings.database)
    upgrade(engine)
    parameters = {
        "categories": list(request.categories),
        "report_folder": request.report_folder and str(request.report_folder.absolute()),
        "releases_folder": request.releases_folder and str(request.releases_folder.absolute()),
        "with_release": request.with_release,
        "keep_releases": request.keep_releases,
        "jobs": jobs,
    }
    try:
        with watching(engine, settings):
            night_flow.serve(
                name="nightly",
                description="What is new at arXiv since the last success, the laws fitted anew, a release.",
                schedule=schedule,
                parameters=parameters,
                entrypoint_type=EntrypointType.MODULE_PATH,
                limit=1,
                pause_on_shutdown=False,
                print_starting_message=False,
            )
    except httpx.HTTPError as error:
        raise ScheduleError(f"Prefect's server at {url} can't be used: {error or type(error).__name__}") from error
