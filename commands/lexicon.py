"""`burden lexicon`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from commands.options import existing_file, jobs_option, json_option, need_database, strict_option


@click.group()
def lexicon() -> None:
    """The catalogue of accelerators: what papers name that it lacks, and what it takes a name for."""


@lexicon.command()
@click.argument("pdfs", metavar="[PDF]...", nargs=-1, type=existing_file)
@jobs_option
@strict_option
@json_option
@click.pass_context
def unknown(ctx: click.Context, pdfs: tuple[Path, ...], jobs: int | None, strict: bool, as_json: bool) -> None:
    """Hardware that papers name and the catalogue lacks, with the papers and sentences that name it.

    Looks through the papers in the database; with PDFs, through these, without a database. A row added to
    extractors/lexicon/accelerators.csv takes its name off the list at once.

    \b
    Examples:
      burden lexicon unknown
      burden lexicon unknown --json
      burden lexicon unknown papers/*.pdf
    """
    from extractors.lexicon.catalogue import load_catalogue
    from flows.lexicon import named_in_database, named_in_pdfs, unknown_accelerators
    from flows.settings import load_settings
    from flows.terminal import print_failures, print_unknown_hardware, watched_progress

    if not pdfs and (jobs or strict):
        raise click.UsageError(f"{'--jobs' if jobs else '--strict'} has no meaning without PDFs")
    settings = load_settings(jobs=jobs)
    failures: list[tuple[str, str, str]] = []
    if pdfs:
        with watched_progress("reading papers") as watcher:
            report = unknown_accelerators(named_in_pdfs(list(pdfs), settings, watcher, failures), load_catalogue())
    else:
        need_database(settings)
        report = unknown_accelerators(named_in_database(settings), load_catalogue())
    if as_json:
        click.echo(json.dumps([each.to_dict() for each in report.accelerators], ensure_ascii=False))
    else:
        print_unknown_hardware(report)
    print_failures(failures)
    ctx.exit(1 if strict and failures else 0)


@lexicon.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@json_option
@click.pass_context
def check(ctx: click.Context, names: tuple[str, ...], as_json: bool) -> None:
    """What the catalogue takes names for: its own name, kind, rates in TFLOP/s, source; exit code 1 if one is unknown.

    \b
    Example:
      burden lexicon check "V100 32GB" "TPU v3" "Titan X"
    """
    from extractors.lexicon.catalogue import load_catalogue
    from flows.lexicon import check_name
    from flows.terminal import print_name_checks

    checks = [check_name(name, load_catalogue()) for name in names]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in checks], ensure_ascii=False))
    else:
        print_name_checks(checks)
    ctx.exit(0 if all(each.name for each in checks) else 1)
