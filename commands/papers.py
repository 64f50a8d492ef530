"""`burden extract`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from commands.options import candidates_option, existing_file, jobs_option, strict_option

_RECORD_FORMATS = ("table", "jsonl")
_TABLE_FORMATS = ("table", "json", "jsonl", "csv", "markdown")


@click.command()
@click.argument("pdfs", metavar="PDF...", nargs=-1, required=True, type=existing_file)
@click.option("--tables", is_flag=True, help="The papers' tables, cell by cell, instead of training runs.")
@click.option(
    "--format",
    "output",
    type=click.Choice(_TABLE_FORMATS),
    default="table",
    show_default=True,
    help="json, csv and markdown are for --tables.",
)
@click.option(
    "--draw",
    "pictures",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write pages as PNGs into this folder: each run's evidence boxed in a colour of its own, with the number "
    "that the table gives it (with --candidates: theirs dashed); with --tables, the tables boxed.",
)
@click.option("--rules-alone", is_flag=True, help="Without the trained judge; its confidences are not calibrated.")
@jobs_option
@candidates_option
@strict_option
@click.pass_context
def extract(
    ctx: click.Context,
    pdfs: tuple[Path, ...],
    tables: bool,
    output: str,
    pictures: Path | None,
    rules_alone: bool,
    jobs: int | None,
    candidates: bool,
    strict: bool,
) -> None:
    """Read PDFs without a database: training runs with their burden, page and evidence, and results; or all tables.

    On the terminal, of the results come the best of the papers' own on each benchmark; jsonl has all of them, and
    properties of models (parameters, FLOP of a forward pass, epochs, training examples).

    \b
    Examples:
      burden extract 1706.03762.pdf
      burden extract 1706.03762.pdf --draw pictures/
      burden extract papers/*.pdf --format jsonl > records.jsonl
      burden extract papers/*.pdf --format jsonl --rules-alone --candidates > rules.jsonl
      burden extract --tables 1706.03762.pdf
      burden extract --tables 1706.03762.pdf --format csv > cells.csv
      burden extract --tables 1706.03762.pdf --draw pictures/
    """
    from flows.extract_output import records_output, tables_output
    from flows.papers import Drawing, read_pdfs
    from flows.settings import load_settings
    from flows.terminal import print_failures, watched_progress

    if not tables and output not in _RECORD_FORMATS:
        raise click.UsageError(f"--format {output} needs --tables")
    if tables and (candidates or rules_alone):
        raise click.UsageError(f"--{'candidates' if candidates else 'rules-alone'} has no meaning with --tables")
    if rules_alone and pictures is not None:
        raise click.UsageError("--rules-alone has no meaning with --draw")
    settings = load_settings(jobs=jobs)
    failures: list[tuple[str, str, str]] = []
    opened = (tables_output if tables else records_output)(output, pictures)
    with opened as write, watched_progress("reading papers") as watcher:
        watcher.expect(len(pdfs))
        workers = min(settings.jobs, len(pdfs))
        draw = (Drawing.TABLES if tables else Drawing.EVIDENCE) if pictures else None
        with closing(read_pdfs(list(pdfs), settings.limits, workers, candidates, draw, rules_alone)) as readings:
            for read in readings:
                watcher.done(read.path.name)
                if read.error is not None:
                    failures.append((str(read.path), read.error.cause, read.error.message))
                else:
                    write(read)
    print_failures(failures)
    ctx.exit(1 if strict and failures else 0)
