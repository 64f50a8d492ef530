"""`burden analyze` and `burden import`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from commands.options import existing_file, folder_to_write, json_option, need_database, replaces_option

if TYPE_CHECKING:
    from flows.analysis import AnalysisRequest
    from imports.records import ImportedFile


@click.command()
@click.option("--benchmark", "benchmarks", multiple=True, metavar="NAME...", help="Only these, as imagenet, coco.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="NAME...",
    help="Only these: db (what papers say), authors-2022, authors-2020.  [default: all, side by side]",
)
@click.option("--least-confidence", type=click.FloatRange(0, 1), default=0.0, help="Leave out less sure points.")
@click.option("--constants", default="present", show_default=True, help="Costs of projections, as authors-2020.")
@click.option(
    "--conversion",
    type=click.Choice(["fitted", "authors-coco"]),
    default="fitted",
    help="What fills a missing burden: each benchmark's own regression, or for COCO the authors' fixed one.",
)
@click.option(
    "-o", "--output", "folder", type=folder_to_write, metavar="DIR", help="Folder of the report.  [default: none]"
)
@json_option
def analyze(folder: Path | None, as_json: bool, **asked: Any) -> None:
    """Fit the study's scaling laws to what the database holds, and write a report with figures.

    For every benchmark and source: performance on computing in both forms of the study, with classical and robust
    errors, reverse and quantile regression, the trend over years, errors in variables, outliers; what target errors
    would take; machine beside people. The fits are stored, and compared with those of the run before. The folder gets
    index.html, report.md, CSV, JSON, and the figures as SVG and PNG; the same data give the same files.

    \b
    Examples:
      burden analyze -o report/
      burden analyze --benchmark imagenet --source authors-2022 --constants authors-2020 -o imagenet-2022/
      burden analyze --json
    """
    from flows.analysis import AnalysisRequest
    from flows.settings import load_settings

    need_database(load_settings())
    analyze_and_print(AnalysisRequest(**asked), folder, as_json)


def analyze_and_print(
    request: AnalysisRequest, folder: Path | None, as_json: bool = False, quiet: bool = False
) -> None:
    from db.engine import open_database
    from flows.analysis import analyze as fit
    from flows.analysis_output import analysis_json, print_analysis
    from flows.settings import load_settings

    outcome = fit(open_database(load_settings().database), request, folder)
    if as_json:
        sys.stdout.buffer.write(analysis_json(outcome))
    elif not quiet:
        print_analysis(outcome)


@click.group("import")
def import_() -> None:
    """Other people's tables of models into the database, apart from what papers say (basis: imported)."""


@import_.command("computer-progress")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@replaces_option
@json_option
@click.pass_context
def import_computer_progress(ctx: click.Context, path: Path, replaces: tuple[str, ...], as_json: bool) -> None:
    """The CSVs of the study's authors, of 2020 or of 2022: a folder of them, or one file.

    Each repair that reading took is reported by its rule. A file that is imported again changes nothing, nor does a
    copy under another name; a newer one of the same name takes its place. Where files of other names share most models,
    which then count twice, a warning says so. A file that cannot be read is named at the end, the others are stored all
    the same, and the exit code is 1. `burden analyze --source authors-2022` fits what was imported.

    \b
    Examples:
      burden import computer-progress authors_2022/
      burden import computer-progress image-classification-on-imagenet.csv --json
      burden import computer-progress imagenet-2023.csv --replaces image-classification-on-imagenet.csv
    """
    from imports.computer_progress import read_computer_progress

    ctx.exit(_import(lambda: read_computer_progress(path), replaces, as_json))


@import_.command("epoch")
@click.argument("file", type=existing_file)
@replaces_option
@json_option
@click.pass_context
def import_epoch(ctx: click.Context, file: Path, replaces: tuple[str, ...], as_json: bool) -> None:
    """The CSV of models that Epoch AI publishes (epoch.ai/data): training compute, hardware, time, parameters.

    It has no results on benchmarks, so its models are compared with papers' runs and not fitted. One of its files is
    enough: all_ai_models.csv has the models of the others, and of several imported ones each counts.

    \b
    Examples:
      burden import epoch all_ai_models.csv
      burden import epoch all_ai_models.csv --replaces notable_ai_models.csv
    """
    from imports.epoch import read_epoch

    ctx.exit(_import(lambda: (read_epoch(file),), replaces, as_json))


def _import(read: Callable[[], Sequence[ImportedFile]], replaces: Sequence[str], as_json: bool) -> int:
    """The exit code: 1 where a file is broken."""
    from db.engine import open_database
    from flows.importing import outcome_line, store_imports, warnings
    from flows.settings import load_settings
    from imports.report import broken_files, import_report, import_report_text

    files = read()
    stored = store_imports(open_database(load_settings().database), files, replaces)
    if as_json:
        outcomes = [{"file": each.file.name, **asdict(each.outcome)} for each in stored]
        click.echo(json.dumps(import_report(files) | {"stored": outcomes}, ensure_ascii=False))
    else:
        click.echo(import_report_text(files))
        for each in stored:
            click.echo(outcome_line(each))
    for line in (*(warning for each in stored for warning in warnings(each)), *broken_files(files)):
        click.echo(line, err=True)
    return 1 if any(file.broken for file in files) else 0
