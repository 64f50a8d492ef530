"""`burden reread`."""

from __future__ import annotations

import json
from pathlib import Path
from time import monotonic

import click

from commands.options import file_to_write, jobs_option, json_option, need_database, strict_option


@click.command()
@jobs_option
@click.option("--limit", type=click.IntRange(min=1), help="At most so many papers; the next run goes on.")
@click.option("--gold", is_flag=True, help="Only papers of the gold data: for better or worse, before all are read.")
@click.option("--retry-failed", is_flag=True, help="Try PDFs again that this version failed on before.")
@click.option("--report", type=file_to_write, metavar="FILE", help="Write what has changed as .html, .md or .json.")
@strict_option
@json_option
@click.pass_context
def reread(
    ctx: click.Context,
    jobs: int | None,
    limit: int | None,
    gold: bool,
    retry_failed: bool,
    report: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Read stored PDFs again that another version of the extractor has read. Downloads nothing.

    Papers count as read now once they are saved, a hundred at a time; earlier readings stay in the database, and
    reviews find their facts again. A run that was stopped goes on where it was. Then it tells what came, went and
    changed, which reviews lost their fact, what became of burdens and laws, and how both readings do on the gold data.

    \b
    Examples:
      burden reread --gold --report better-or-worse.html
      burden reread --jobs 8 --report changes.html
      burden reread --json
    """
    from db.engine import open_database
    from flows.rereading import RereadRequest
    from flows.rereading import reread as run
    from flows.rereading_output import ReportFormatError, check_format, print_reread, write_report
    from flows.rereading_report import report_of
    from flows.settings import load_settings
    from flows.terminal import print_failures, watched_progress

    settings = load_settings(jobs=jobs)
    need_database(settings)
    try:
        if report:
            check_format(report)
    except ReportFormatError as error:
        raise click.UsageError(str(error)) from None
    started = monotonic()
    with watched_progress("reading again") as watcher:
        done = run(RereadRequest(limit, gold, retry_failed), settings, watcher)
    made = report_of(open_database(settings.database), done)
    seconds = monotonic() - started
    if report and made:
        write_report(made, report)
    failures = [(each.name, str(each.cause), each.message) for each in done.tally.failures]
    failures += [(each.name, str(each.fault), each.message) for each in done.faulty]
    if as_json:
        named = [{"paper": name, "cause": cause, "message": message} for name, cause, message in failures]
        click.echo(json.dumps(done.counts() | {"seconds": round(seconds, 1), "failures": named, "report": made}))
    else:
        print_reread(done, made, seconds)
        print_failures(failures)
    if report and not made:
        click.echo("no report: this version has not read anything again", err=True)
    ctx.exit(1 if strict and failures else 0)
