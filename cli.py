"""The `burden` command: one thin function a command. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, astuple
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from flows.analysis import AnalysisRequest
    from flows.settings import Settings
    from imports.records import ImportedFile

EXIT_INTERRUPTED = 130
_OUR_ROOMS = {"flows", "db", "models", "annotations", "extractors", "imports", "analysis"}


class Commands(click.Group):
    """Commands whose errors are one line on stderr."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            click.echo("burden: interrupted; the same command goes on from here", err=True)
            ctx.exit(EXIT_INTERRUPTED)
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            _fail(error)


def _fail(error: Exception) -> NoReturn:
    from flows.terminal import printable

    expected = isinstance(error, OSError) or type(error).__module__.split(".")[0] in _OUR_ROOMS
    text = str(error) if expected else f"unexpected {type(error).__name__}: {error} (burden --debug shows where)"
    raise click.ClickException(printable(text or type(error).__name__))


class ManyValues(click.Command):
    """A command whose repeatable options take several values at once: ``--id A B`` is ``--id A --id B``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = (param for param in self.params if isinstance(param, click.Option))
        repeatable = {name for option in options if option.multiple for name in option.opts}
        spread: list[str] = []
        option: str | None = None
        for arg in args:
            if arg.startswith("-") and arg != "-":
                name = arg.partition("=")[0]
                option = name if name in repeatable else None
            elif option is not None and spread[-1] != option:
                spread.append(option)
            spread.append(arg)
        return super().parse_args(ctx, spread)


class _StderrHandler(logging.StreamHandler[Any]):
    """One line a message to whatever stderr is now, so that a progress bar can draw around it."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def format(self, record: logging.LogRecord) -> str:
        from flows.terminal import printable

        return "burden: " + printable(record.getMessage())


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--debug", is_flag=True, help="Log every step, and show the traceback of an error.")
@click.version_option(package_name="arxiv-burden", prog_name="burden")
def main(debug: bool) -> None:
    """How much computing a deep-learning result took: from arXiv papers, with evidence, into SQL.

    \b
    Start with:
      burden extract paper.pdf              read one PDF, no database
      burden ingest --from-folder papers/   read many, into SQL
      burden export burden --format table   see what came of it
    """
    handler = logging.StreamHandler() if debug else _StderrHandler()
    logging.basicConfig(level=logging.DEBUG if debug else logging.WARNING, handlers=[handler])
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: object) -> NoReturn:
    """End as Ctrl-C does: workers are stopped and the run is closed."""
    sys.exit(128 + number)


def _json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for a program to read.")(function)


_jobs_option = click.option(
    "--jobs", type=click.IntRange(min=1), help="Papers read in parallel.  [default: one a processor]"
)
_strict_option = click.option("--strict", is_flag=True, help="Exit with 1 if a paper could not be read.")
_replaces_option = click.option(
    "--replaces", multiple=True, metavar="FILE_NAME", help="Imported before, and no longer to count beside this file."
)
_candidates_option = click.option("--candidates", is_flag=True, help="Also records that were not accepted.")
_date = click.DateTime(formats=["%Y-%m-%d"])
_file = click.Path(exists=True, dir_okay=False, path_type=Path)
_new_file = click.Path(dir_okay=False, path_type=Path)
_folder = click.Path(exists=True, file_okay=False, path_type=Path)
_new_folder = click.Path(file_okay=False, path_type=Path)


@main.command(cls=ManyValues)
@click.option("--since", type=_date, help="arXiv papers submitted from this day on.")
@click.option("--until", type=_date, help="Last day.  [default: today]")
@click.option("--category", "categories", multiple=True, metavar="CATEGORY...", help="arXiv categories, as cs.CV.")
@click.option("--search", metavar="QUERY", help="A query in arXiv's search language, as 'ti:transformer'.")
@click.option("--id", "ids", multiple=True, metavar="ID...", help="arXiv ids, with or without version.")
@click.option("--ids-file", type=_file, help="A file with an arXiv id a line.")
@click.option("--from-folder", "folder", type=_folder, help="A folder of PDFs.")
@click.option("--from-tar", "tars", type=_file, multiple=True, metavar="FILE...", help="arXiv bulk tars.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many papers.")
@_jobs_option
@click.option("--retry-failed", is_flag=True, help="Try PDFs again that this version failed on before.")
@click.option("--prefect", is_flag=True, help="Run as a Prefect flow (on PREFECT_API_URL, else a server of its own).")
@click.option("--analyze", "report", type=_new_folder, metavar="DIR", help="Then fit the laws and write their report.")
@_strict_option
@_json_option
@click.pass_context
def ingest(
    ctx: click.Context,
    /,
    since: datetime | None,
    until: datetime | None,
    jobs: int | None,
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
      burden ingest --prefect --analyze report/
    """
    from flows.discovery import IngestRequest
    from flows.settings import load_settings
    from flows.terminal import print_failures, print_summary, watched_progress

    _one_source(since is not None or asked["search"] is not None, ids or ids_file, asked)
    if until and not since:
        raise click.UsageError("--until needs --since")
    if since and until and since > until:
        raise click.UsageError("--since is after --until")
    known_ids = _arxiv_ids(ids, ids_file)
    request = IngestRequest(since=since and since.date(), until=until and until.date(), ids=known_ids, **asked)
    settings = load_settings(jobs=jobs)
    started = monotonic()
    with watched_progress("reading papers") as watcher:
        if prefect and report:
            from flows.analysis import AnalysisRequest
            from flows.prefect_nightly import nightly_flow

            tally, _ = nightly_flow(request, AnalysisRequest(), report, jobs)
        elif prefect:
            from flows.prefect_ingest import ingest_flow

            tally = ingest_flow(request, jobs)
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


_RECORD_FORMATS = ("table", "jsonl")
_TABLE_FORMATS = ("table", "json", "jsonl", "csv", "markdown")


@main.command()
@click.argument("pdfs", metavar="PDF...", nargs=-1, required=True, type=_file)
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
@_jobs_option
@_candidates_option
@_strict_option
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


@main.command()
@click.argument("what", type=click.Choice(["runs", "results", "properties", "burden", "points", "facts"]))
@click.option("--format", "output", type=click.Choice(["jsonl", "csv", "parquet", "table"]), help="[default: jsonl]")
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@_candidates_option
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
    _need_database(settings)
    return exported_records(open_database(settings.database), what, candidates)


def _need_database(settings: Settings) -> None:
    if settings.sqlite_file is not None and not settings.sqlite_file.exists():
        missing = f"no database at {settings.sqlite_file} yet"
        raise click.ClickException(f"{missing}: `burden ingest` and `burden import` make one")


@main.command()
@click.option("--gold", type=_file, help="Training runs by paper, as JSON lines.  [default: the project's own gold]")
@click.option("--results", type=_file, help="Results of the papers' own models, as CSV or JSON lines.")
@click.option("--full", type=_file, help="Every value of a few papers, own or cited, as JSON lines.")
@click.option(
    "--joins",
    type=_file,
    is_flag=False,
    flag_value=str(Path(__file__).parent / "annotations" / "gold" / "joins.jsonl"),
    help="Which runs trained the models of the results, as JSON lines; without FILE the project's own.",
)
@click.option("--pred", type=_file, help="Exported records to judge.  [default: what the database holds]")
@click.option("--against", type=_file, help="A second export, judged beside the first.")
@click.option("--misses", is_flag=True, help="List what was missed, wrong or held back, one by one.")
@click.option("--report", type=_new_file, metavar="FILE.html", help="Write figures and misses as a page to look at.")
@click.option("--pdfs", type=_folder, help="With --report: the papers, to show the place of each miss.")
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="Misses in the report, of runs, of results and of joins each.",
)
@_json_option
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


@main.group()
def lexicon() -> None:
    """The catalogue of accelerators: what papers name that it lacks, and what it takes a name for."""


@lexicon.command()
@click.argument("pdfs", metavar="[PDF]...", nargs=-1, type=_file)
@_jobs_option
@_strict_option
@_json_option
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
        _need_database(settings)
        report = unknown_accelerators(named_in_database(settings), load_catalogue())
    if as_json:
        click.echo(json.dumps([each.to_dict() for each in report.accelerators], ensure_ascii=False))
    else:
        print_unknown_hardware(report)
    print_failures(failures)
    ctx.exit(1 if strict and failures else 0)


@lexicon.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True)
@_json_option
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


@main.command()
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
@_jobs_option
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


@main.command()
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
    "-o", "--output", "folder", type=_new_folder, metavar="DIR", help="Folder of the report.  [default: none]"
)
@_json_option
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

    _need_database(load_settings())
    _analyze(AnalysisRequest(**asked), folder, as_json)


def _analyze(request: AnalysisRequest, folder: Path | None, as_json: bool = False, quiet: bool = False) -> None:
    from db.engine import open_database
    from flows.analysis import analyze as fit
    from flows.analysis_output import analysis_json, print_analysis
    from flows.settings import load_settings

    outcome = fit(open_database(load_settings().database), request, folder)
    if as_json:
        sys.stdout.buffer.write(analysis_json(outcome))
    elif not quiet:
        print_analysis(outcome)


def _analyze_what_is_there(report: Path, as_json: bool) -> None:
    """After an ingestion: that nothing can be fitted yet is no failure of it."""
    from flows.analysis import AnalysisRequest, NoPointsError

    try:
        _analyze(AnalysisRequest(), report, quiet=as_json)
    except NoPointsError as nothing:
        click.echo(f"no report: {nothing}", err=True)


@main.group("import")
def import_() -> None:
    """Other people's tables of models into the database, apart from what papers say (basis: imported)."""


@import_.command("computer-progress")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@_replaces_option
@_json_option
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
@click.argument("file", type=_file)
@_replaces_option
@_json_option
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
    settings = load_settings()
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    stored = store_imports(open_database(settings.database), files, replaces)
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


@main.group("db")
def database() -> None:
    """The database: its schema and how it stands."""


@database.command()
def upgrade() -> None:
    """Bring the schema to this program's (every `burden ingest` and `burden import` does so too).

    \b
    Example:
      BURDEN_DATABASE_URL=postgresql://me@localhost/burden burden db upgrade
    """
    from db.engine import open_database
    from db.migrate import database_status
    from db.migrate import upgrade as bring_up_to_date
    from flows.settings import load_settings

    settings = load_settings()
    if settings.sqlite_file is not None:
        settings.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
    engine = open_database(settings.database)
    bring_up_to_date(engine)
    status = database_status(engine)
    click.echo(f"{status.url} is at schema {status.revision}")


@database.command("status")
@_json_option
@click.pass_context
def database_state(ctx: click.Context, as_json: bool) -> None:
    """Where the database is, its schema, and how many rows its tables hold; exit code 1 if not up to date.

    \b
    Example:
      burden db status --json
    """
    from db.engine import open_database
    from db.migrate import database_status
    from flows.settings import load_settings
    from flows.terminal import print_table

    settings = load_settings()
    _need_database(settings)
    status = database_status(open_database(settings.database))
    if as_json:
        rows = dict(status.row_counts)
        click.echo(json.dumps({"url": status.url, "revision": status.revision, "head": status.head, "rows": rows}))
    else:
        click.echo(f"{status.url}\nschema {status.revision or 'none'}, this program's is {status.head}")
        print_table(("table", "rows"), sorted(status.row_counts.items()))
    ctx.exit(0 if status.revision == status.head else 1)


@main.command()
@_json_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Every setting in force and where it comes from, versions, database, disk; exit code 1 if something is broken.

    \b
    Example:
      burden doctor
    """
    from flows.doctor import Health, examine
    from flows.settings import load_settings
    from flows.terminal import print_table

    findings = list(examine(load_settings()))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        print_table(("what", "", "value", ""), (astuple(finding) for finding in findings))
    ctx.exit(1 if any(finding.health is Health.BROKEN for finding in findings) else 0)
