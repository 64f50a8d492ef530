"""`burden ingest`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

import click

from commands.analysis import analyze_and_print
from commands.options import (
    FileOrAddress,
    ManyValues,
    day,
    existing_file,
    existing_folder,
    folder_to_write,
    jobs_option,
    json_option,
    strict_option,
)


@click.command(cls=ManyValues)
@click.option("--since", type=day, help="arXiv papers submitted from this day on.")
@click.option("--until", type=day, help="Last day.  [default: today]")
@click.option("--category", "categories", multiple=True, metavar="CATEGORY...", help="arXiv categories, as cs.CV.")
@click.option("--search", metavar="QUERY", help="A query in arXiv's search language, as 'ti:transformer'.")
@click.option("--id", "ids", multiple=True, metavar="ID...", help="arXiv ids, with or without version.")
@click.option("--ids-file", type=existing_file, help="A file with an arXiv id a line.")
@click.option("--from-folder", "folder", type=existing_folder, help="A folder of PDFs.")
@click.option(
    "--from-tar", "tars", type=FileOrAddress(), multiple=True, metavar="FILE...", help="arXiv bulk tars, also s3://…"
)
@click.option(
    "--manifest", type=FileOrAddress(), metavar="FILE", help="arXiv's list of its tars: their md5 is checked."
)
@click.option("--limit", type=click.IntRange(min=1), help="At most so many papers.")
@jobs_option
@click.option("--runner", type=click.Choice(("processes", "dask")), help="Who reads the PDFs.  [default: processes]")
@click.option("--scheduler", metavar="ADDRESS", help="With dask: tcp://10.0.0.7:8786.  [default: a cluster here]")
@click.option("--retry-failed", is_flag=True, help="Try PDFs again that this version failed on before.")
@click.option("--prefect", is_flag=True, help="Run as a Prefect flow (on PREFECT_API_URL, else a server of its own).")
@click.option(
    "--analyze", "report", type=folder_to_write, metavar="DIR", help="Then fit the laws and write their report."
)
@strict_option
@json_option
@click.pass_context
def ingest(
    ctx: click.Context,
    /,
    since: datetime | None,
    until: datetime | None,
    jobs: int | None,
    runner: str | None,
    scheduler: str | None,
    prefect: bool,
    report: Path | None,
    strict: bool,
    as_json: bool,
    ids: tuple[str, ...],
    ids_file: Path | None,
    **asked: Any,
) -> None:
    """Read papers into the database: discover, download, parse, extract, estimate, load.

    Without a source: everything new at arXiv since the last run (the first time, the last 7 days), in the
    categories of deep learning, if title or abstract speak of it. What was read before is not read again,
    so a run that was stopped goes on where it was.

    \b
    Examples:
      burden ingest --from-folder papers/
      burden ingest --id 1706.03762 1810.04805
      burden ingest --since 2024-06-01 --until 2024-06-07 --category cs.CV --limit 50
      burden ingest --from-tar s3://arxiv/pdf/arXiv_pdf_2401_001.tar --runner dask
      burden ingest --prefect --analyze report/
    """
    from flows.discovery import IngestRequest
    from flows.settings import load_settings
    from flows.sources import SourceError
    from flows.terminal import print_failures, print_summary, watched_progress

    _one_source(since is not None or asked["search"] is not None, ids or ids_file, asked)
    if until and not since:
        raise click.UsageError("--until needs --since")
    if since and until and since > until:
        raise click.UsageError("--since is after --until")
    known_ids = _arxiv_ids(ids, ids_file)
    try:
        request = IngestRequest(since=since and since.date(), until=until and until.date(), ids=known_ids, **asked)
    except SourceError as refused:
        raise click.UsageError(str(refused)) from None
    settings = load_settings(jobs=jobs, runner=runner, scheduler=scheduler)
    if scheduler and settings.runner != "dask":
        raise click.UsageError("--scheduler needs --runner dask")
    if request.manifest and not request.tars:
        raise click.UsageError("--manifest needs --from-tar")
    started = monotonic()
    with watched_progress("reading papers") as watcher:
        if prefect and report:
            from flows.analysis import AnalysisRequest
            from flows.prefect_nightly import ingest_and_analyze_flow

            tally, _ = ingest_and_analyze_flow(request, AnalysisRequest(), report, jobs, runner, scheduler)
        elif prefect:
            from flows.prefect_ingest import ingest_flow

            tally = ingest_flow(request, jobs, runner, scheduler)
        else:
            from flows.ingest import ingest as run

            tally = run(request, settings, watcher)
    seconds = monotonic() - started
    if as_json:
        failures = [{"paper": each.name, "cause": each.cause, "message": each.message} for each in tally.failures]
        click.echo(json.dumps(tally.counts() | {"seconds": round(seconds, 1), "failures": failures}))
    else:
        print_summary(tally, seconds)
        print_failures((each.name, each.cause, each.message) for each in tally.failures)
    if report and not prefect:
        _analyze_what_is_there(report, as_json)
    ctx.exit(1 if strict and tally.unread else 0)


def _arxiv_ids(ids: tuple[str, ...], ids_file: Path | None) -> tuple[str, ...]:
    """All the ids, or a usage error that names those that are none."""
    from flows.sources.identifiers import BadArxivIdError, parse_arxiv_id, read_ids_file, versioned

    try:
        given = [versioned(*parse_arxiv_id(written)) for written in ids]
        listed = read_ids_file(ids_file) if ids_file else []
    except BadArxivIdError as error:
        raise click.UsageError(str(error)) from None
    if ids_file and not listed:
        raise click.UsageError(f"{ids_file} holds no arXiv id")
    return (*given, *listed)


def _one_source(searched: bool, by_id: object, asked: dict[str, Any]) -> None:
    named = [
        name
        for name, given in (
            ("--since/--search", searched),
            ("--id/--ids-file", by_id),
            ("--from-folder", asked["folder"]),
            ("--from-tar", asked["tars"]),
        )
        if given
    ]
    if len(named) > 1:
        raise click.UsageError(f"{' and '.join(named)} can't go together: one source a run")
    if asked["categories"] and named not in ([], ["--since/--search"]):
        raise click.UsageError(f"--category has no meaning with {named[0]}")


def _analyze_what_is_there(report: Path, as_json: bool) -> None:
    """After an ingestion: that nothing can be fitted yet is no failure of it."""
    from flows.analysis import AnalysisRequest, NoPointsError

    try:
        analyze_and_print(AnalysisRequest(), report, quiet=as_json)
    except NoPointsError as nothing:
        click.echo(f"no report: {nothing}", err=True)
