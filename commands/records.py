"""`burden export`, `burden evaluate`, `burden train`: what was read, how good it is, and learning from it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from commands.options import (
    candidates_option,
    existing_file,
    existing_folder,
    file_to_write,
    jobs_option,
    json_option,
    need_database,
)


@click.command()
@click.argument("what", type=click.Choice(["runs", "results", "properties", "burden", "points", "facts"]))
@click.option("--format", "output", type=click.Choice(["jsonl", "csv", "parquet", "table"]), help="[default: jsonl]")
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@candidates_option
def export(what: str, output: str | None, file: Path | None, candidates: bool) -> None:
    """What the database holds now, corrections applied.

    runs, results and properties (of models: parameters, FLOP of a forward pass, epochs, training examples) are what
    papers state; facts is all of it. burden sums runs up by the model that they name; points has the best result of
    each model and benchmark beside the burden of the runs that paid for it, for a scaling law.

    \b
    Examples:
      burden export facts > facts.jsonl
      burden export points -o points.parquet
      burden export results --format table
    """
    from db.exchange import write_records, write_records_file
    from flows.fact_tables import print_exported

    output = output or (file.suffix.lstrip(".") if file and file.suffix in (".csv", ".parquet") else "jsonl")
    if output == "table" and file is not None:
        raise click.UsageError("a table goes to the terminal; a file takes jsonl, csv or parquet")
    if output == "parquet" and file is None and sys.stdout.isatty():
        raise click.UsageError("parquet is no text: name a file with -o")
    records = _records_in_force(what, candidates)
    if output == "table":
        print_exported(records)
    elif file is not None:
        click.echo(f"{write_records_file(records, what, output, file)} records in {file}", err=True)
    else:
        write_records(records, what, output, sys.stdout.buffer)


def _records_in_force(what: str, candidates: bool = False) -> Iterator[dict[str, Any]]:
    from db.engine import open_database
    from db.queries import exported_records
    from flows.settings import load_settings

    settings = load_settings()
    need_database(settings)
    return exported_records(open_database(settings.database), what, candidates)


@click.command()
@click.option(
    "--gold", type=existing_file, help="Training runs by paper, as JSON lines.  [default: the project's own gold]"
)
@click.option("--results", type=existing_file, help="Results of the papers' own models, as CSV or JSON lines.")
@click.option("--full", type=existing_file, help="Every value of a few papers, own or cited, as JSON lines.")
@click.option(
    "--joins",
    type=existing_file,
    is_flag=False,
    flag_value=str(Path(__file__).parent.parent / "annotations" / "gold" / "joins.jsonl"),
    help="Which runs trained the models of the results, as JSON lines; without FILE the project's own.",
)
@click.option("--pred", type=existing_file, help="Exported records to judge.  [default: what the database holds]")
@click.option("--against", type=existing_file, help="A second export, judged beside the first.")
@click.option("--misses", is_flag=True, help="List what was missed, wrong or held back, one by one.")
@click.option(
    "--report", type=file_to_write, metavar="FILE.html", help="Write figures and misses as a page to look at."
)
@click.option("--pdfs", type=existing_folder, help="With --report: the papers, to show the place of each miss.")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Misses in the report, of runs, of results and of joins each.",
)
@json_option
def evaluate(
    gold: Path | None,
    results: Path | None,
    full: Path | None,
    joins: Path | None,
    pred: Path | None,
    against: Path | None,
    misses: bool,
    report: Path | None,
    pdfs: Path | None,
    most: int,
    as_json: bool,
) -> None:
    """Precision, recall and F1 by field against gold annotations, with intervals, and the papers that differ.

    Without --gold the project's own gold is taken, for runs, results and the joins of results to runs.
    Confidences are judged over candidates, too (calibration), so export with --candidates; a miss then says if
    it was found and held back. Two exports are compared on the same draws of papers: what stays is no chance.

    \b
    Examples:
      burden evaluate
      burden evaluate --gold gold.jsonl
      burden extract papers/*.pdf --candidates --format jsonl > e.jsonl
      burden evaluate --gold gold.jsonl --pred e.jsonl --misses
      burden evaluate --gold gold.jsonl --pred e.jsonl --against rules-alone.jsonl
      burden evaluate --gold gold.jsonl --pred e.jsonl --report misses.html --pdfs papers/
    """
    from annotations.comparison import compare, comparison_record
    from annotations.evaluation import evaluate as judge
    from annotations.gold_files import read_export
    from annotations.standoff import GOLD_JOINS, GOLD_RESULTS, GOLD_RUNS
    from flows.evaluation_output import print_all_misses, print_comparison, print_evaluation, write_report

    if gold is None:
        gold, results, full = GOLD_RUNS, results or GOLD_RESULTS, full or GOLD_RESULTS
        joins = joins or GOLD_JOINS
    if pdfs and not report:
        raise click.UsageError("--pdfs needs --report")
    records = read_export(pred) if pred else list(_records_in_force("facts", candidates=True))
    evaluation = judge(gold, records, results, full, joins)
    differences = compare(evaluation, judge(gold, read_export(against), results, full, joins)) if against else ()
    if report:
        names = {"export": pred.name if pred else "the database", "gold": gold.name}
        write_report(report, evaluation, differences, pdfs, against=against.name if against else "", most=most, **names)
    if as_json:
        figures = evaluation.to_dict()
        figures |= {"against": comparison_record(differences)} if against else {}
        figures |= evaluation.miss_records() if misses else {}
        click.echo(json.dumps(figures))
        return
    print_evaluation(evaluation, list_papers=not misses)
    if against:
        print_comparison(differences)
    if misses:
        print_all_misses(evaluation)


@click.command()
@click.option(
    "--pdfs",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="PDFs of the papers of the gold data, named by arXiv id; papers that are not there are left out.",
)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where weights, estimators and model card go.  [default: into the program, which uses them from then on]",
)
@click.option(
    "--held-out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write every paper's records by a judge fitted on other papers, for `burden evaluate --pred`.",
)
@jobs_option
def train(pdfs: Path, output: Path | None, held_out: Path | None, jobs: int | None) -> None:
    """Fit the judge that weighs what the rules see, on the gold data, and say how well it does on papers held out.

    The same data give the same weights. Takes a few minutes; needs no network.

    \b
    Examples:
      burden train --pdfs papers/ --output trained/
      burden train --pdfs papers/ --held-out held-out.jsonl
      burden evaluate --pred held-out.jsonl --misses
    """
    from annotations.folds import OUTER_FOLDS
    from flows.evaluation_output import print_evaluation
    from flows.settings import load_settings
    from flows.terminal import watched_progress
    from flows.training import TRAINED_FOLDER, TrainingError, read_corpus, save, save_records
    from flows.training import train as fit

    settings = load_settings(jobs=jobs)
    try:
        with watched_progress("reading papers") as watcher:
            corpus = read_corpus(pdfs, settings.jobs, watcher.done, watcher.expect)
        with watched_progress("fitting and judging papers held out") as watcher:
            watcher.expect(OUTER_FOLDS)
            trained = fit(corpus, lambda: watcher.done("a part of the papers"))
    except TrainingError as error:
        raise click.ClickException(str(error)) from error
    print_evaluation(trained.evaluation)
    if corpus.missing or corpus.unreadable or corpus.labels_not_found:
        click.echo(
            f"left out: {len(corpus.missing)} papers without a PDF, {len(corpus.unreadable)} unreadable, "
            f"{corpus.labels_not_found} labels whose sentence was not found again",
            err=True,
        )
    for path in save(output or TRAINED_FOLDER, corpus, trained):
        click.echo(f"wrote {path}", err=True)
    if held_out is not None:
        save_records(held_out, trained.records)
        click.echo(f"wrote {held_out}", err=True)
