"""`burden schedule` and `burden runs`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from commands.options import folder_to_write, jobs_option, json_option, need_database

if TYPE_CHECKING:
    from db.engine import Engine
    from flows.nightly import NightRequest

_CRON = "30 4 * * 1-5"


def _known_timezone(ctx: click.Context, parameter: click.Parameter, name: str) -> str:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is no time zone, as UTC or America/New_York are") from None
    return name


@click.command()
@click.option(
    "--cron", default=_CRON, show_default=True, help="When, as cron has it: minute, hour, day, month, weekday."
)
@click.option(
    "--timezone", default="UTC", show_default=True, callback=_known_timezone, help="Of --cron, as America/New_York."
)
@click.option("--category", "categories", multiple=True, metavar="CATEGORY", help="arXiv categories, as cs.CV.")
@click.option("--analyze", "report", type=folder_to_write, metavar="DIR", help="Folder of the analysis' report.")
@click.option(
    "--release",
    "releases",
    type=folder_to_write,
    metavar="DIR",
    help="Folder of releases.  [default: as `burden release`]",
)
@click.option("--no-release", is_flag=True, help="Make no releases.")
@click.option(
    "--keep-releases",
    type=click.IntRange(min=1),
    metavar="N",
    help="Delete the files of all but the latest N; `burden release --rebuild` makes them again.  [default: keep all]",
)
@click.option("--once", is_flag=True, help="One night now, without a Prefect server.")
@jobs_option
@json_option
@click.pass_context
def schedule(
    ctx: click.Context,
    cron: str,
    timezone: str,
    categories: tuple[str, ...],
    report: Path | None,
    releases: Path | None,
    no_release: bool,
    keep_releases: int | None,
    once: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Every night: read what is new at arXiv since the last success, fit the laws anew, make a release.

    Serves a Prefect deployment until it is stopped; PREFECT_API_URL says where Prefect's server is. The default is an
    hour or two after arXiv's daily update, Sunday to Thursday at 22:30 US Eastern time. A night that was missed is made
    up for by the next. Two nights exclude each other, also on two machines that share the database.

    \b
    Examples:
      burden schedule --once
      PREFECT_API_URL=http://127.0.0.1:4200/api burden schedule --analyze report/
      burden schedule --cron "30 23 * * 0-4" --timezone America/New_York --no-release
    """
    from flows.nightly import NightRequest

    if no_release and releases:
        raise click.UsageError("--release and --no-release don't go together")
    request = NightRequest(categories, report, releases, not no_release, keep_releases)
    if once:
        ctx.exit(_one_night(request, jobs, as_json))
    if as_json:
        raise click.UsageError("--json goes with --once")
    from flows.prefect_nightly import serve_nights

    try:
        serve_nights(request, cron, timezone, jobs)
    except ValueError as error:
        raise click.UsageError(f"--cron {cron!r}: {error}") from None


def _one_night(request: NightRequest, jobs: int | None, as_json: bool) -> int:
    """The exit code: 1 where a step failed."""
    from db.nights import NightStatus
    from flows.night_report import night_json, print_night
    from flows.nightly import night
    from flows.settings import load_settings
    from flows.terminal import watched_progress

    with watched_progress("reading papers") as watcher:
        report = night(load_settings(jobs=jobs), request, watcher=watcher)
    if as_json:
        click.echo(json.dumps(night_json(report)))
    else:
        print_night(report)
    return 0 if report.status is NightStatus.SUCCEEDED else 1


@click.command()
@click.argument("name", metavar="[ID]", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="The latest so many.")
@json_option
def runs(name: str | None, limit: int, as_json: bool) -> None:
    """List nights and other runs of the ingestion, or show one: night-12 (or 12), ingest-34.

    \b
    Examples:
      burden runs
      burden runs 12
      burden runs ingest-34 --json
    """
    from db.engine import open_database
    from db.migrate import upgrade
    from flows.run_records import mark_killed_runs
    from flows.settings import load_settings

    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    upgrade(engine)
    mark_killed_runs(engine, settings.home)
    if name is None:
        _list(engine, limit, as_json)
    else:
        _show(engine, name, as_json)


def _list(engine: Engine, limit: int, as_json: bool) -> None:
    from db.ingest_runs import ingest_runs
    from db.nights import nights
    from flows.night_report import ingest_run_json, night_json, print_runs

    told = nights(engine, limit)
    of_nights = {number for each in told for number in each.ingest_runs}
    others = [each for each in ingest_runs(engine, limit + len(of_nights)) if each.number not in of_nights][:limit]
    if as_json:
        listed = {
            "nights": [night_json(each) for each in told],
            "ingest_runs": [ingest_run_json(each) for each in others],
        }
        click.echo(json.dumps(listed))
    else:
        print_runs(told, others, limit)


def _show(engine: Engine, name: str, as_json: bool) -> None:
    from db.ingest_runs import ingest_run
    from db.nights import night
    from flows.night_report import ingest_run_json, night_json, print_ingest_run, print_night

    kind, _, number = name.rpartition("-")
    if kind not in ("", "night", "ingest") or not number.isdigit():
        raise click.UsageError(f"{name!r} is no run: write night-12, or 12, or ingest-34 (`burden runs` lists them)")
    if kind == "ingest":
        run = ingest_run(engine, int(number))
        if run is None:
            raise click.ClickException(f"there is no ingestion {number} (`burden runs` lists those that there are)")
        click.echo(json.dumps(ingest_run_json(run))) if as_json else print_ingest_run(run)
        return
    report = night(engine, int(number))
    if report is None:
        raise click.ClickException(f"there is no night {number} (`burden runs` lists those that there are)")
    click.echo(json.dumps(night_json(report))) if as_json else print_night(report)
