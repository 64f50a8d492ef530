"""`burden annotations`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from commands.options import ManyValues, existing_file, file_to_write, json_option, need_database

_FEW_PAPERS = 20
"""From so many papers on, one look at all is faster."""


@click.group("annotations")
def annotations_() -> None:
    """What curators said, out to other tools and back: reviews, added facts, comments, settled papers."""


_annotation_format = click.option(
    "--format",
    "file_format",
    type=click.Choice(["jsonl", "label-studio", "csv"]),
    required=True,
    help="jsonl: all that people said, nothing lost. label-studio: tasks with what is in force as predictions. csv: a "
    "row each field, to be filled in.",
)


@annotations_.command("export", cls=ManyValues)
@_annotation_format
@click.option("--paper", "papers", multiple=True, metavar="ID...", help="Only these.  [default: all]")
@click.option(
    "--config", type=file_to_write, metavar="FILE.xml", help="With label-studio: write its labelling config, too."
)
@click.option(
    "-o", "--output", "file", type=file_to_write, metavar="FILE", help="Write to this file.  [default: stdout]"
)
def export_annotations(file_format: str, papers: tuple[str, ...], config: Path | None, file: Path | None) -> None:
    """Write annotations, or facts to be annotated, to a file.

    label-studio and csv hold the sentences that facts stand on, and nothing else of a paper. arXiv's e-prints are not
    to be published: what is exported here is for your own annotators, not for the public.

    \b
    Examples:
      burden annotations export --format jsonl -o annotations.jsonl
      burden annotations export --format label-studio --config labels.xml -o tasks.json
      burden annotations export --format csv --paper 1706.03762 1810.04805 -o facts.csv
    """
    from annotations.exchange.label_studio import labelling_config
    from annotations.exchange.transfer import exported_text
    from db.engine import open_database
    from extractors.version import EXTRACTOR_VERSION
    from flows.annotation_files import write_pieces
    from flows.settings import load_settings

    if config and file_format != "label-studio":
        raise click.UsageError(f"--config has no meaning with {file_format}")
    settings = load_settings()
    need_database(settings)
    pieces = exported_text(open_database(settings.database), file_format, papers, EXTRACTOR_VERSION)
    if file is None:
        for piece in pieces:
            click.echo(piece, nl=False)
    else:
        count = write_pieces(file, pieces)
        click.echo(f"wrote {file}, {count:,} bytes", err=True)
    if config is not None:
        write_pieces(config, (labelling_config(),))
        click.echo(f"wrote {config}: paste it into the project's labelling interface", err=True)


@annotations_.command("import", cls=ManyValues)
@click.argument("file", type=existing_file)
@_annotation_format
@click.option("--reviewer", metavar="NAME", help="Who decided; needed for csv.")
@click.option(
    "--annotator",
    "annotators",
    multiple=True,
    metavar="ID=NAME...",
    help="With label-studio: who its user of this number or e-mail address is.",
)
@click.option("--override", is_flag=True, help="Also where somebody reviewed the same since the export.")
@json_option
@click.pass_context
def import_annotations(
    ctx: click.Context,
    file: Path,
    file_format: str,
    reviewer: str | None,
    annotators: tuple[str, ...],
    override: bool,
    as_json: bool,
) -> None:
    """Take annotations in, whole or not at all; exit code 1 if reviews contradict newer ones, and nothing was stored.

    What is stored already is not stored twice. jsonl says itself who said what, and may tell of papers that are not
    read yet. Of Label Studio take its export "JSON". A csv may come back with other separators or columns moved, but a
    number with a decimal comma is refused, since nobody knows what it was.

    \b
    Examples:
      burden annotations import annotations.jsonl --format jsonl
      burden annotations import export.json --format label-studio --annotator 7=ada 8=ben
      burden annotations import facts.csv --format csv --reviewer ada
    """
    from datetime import UTC

    from annotations.exchange.transfer import import_file
    from db.engine import open_database
    from flows.annotation_files import annotator_names, outcome_record, print_outcome
    from flows.estimates import bring_estimates_up_to_date
    from flows.settings import load_settings

    if file_format == "jsonl" and (reviewer or annotators or override):
        raise click.UsageError("jsonl says itself who decided what: only --json goes with it")
    if file_format == "csv" and not reviewer:
        raise click.UsageError("a csv doesn't say who filled it in: name them with --reviewer")
    settings = load_settings()
    need_database(settings)
    engine = open_database(settings.database)
    names = annotator_names(annotators)
    now = datetime.now(UTC)
    outcome = import_file(engine, file, file_format, reviewer=reviewer, annotators=names, now=now, override=override)
    if outcome.paper_keys:
        bring_estimates_up_to_date(engine, *(outcome.paper_keys if len(outcome.paper_keys) < _FEW_PAPERS else ()))
    if as_json:
        click.echo(json.dumps(outcome_record(outcome), ensure_ascii=False))
    else:
        print_outcome(outcome)
    ctx.exit(1 if outcome.conflicts else 0)
