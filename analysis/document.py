"""The contents of a report, built once, and printed as HTML that needs nothing else or as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from defusedxml.ElementTree import fromstring
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from analysis import fit_tables, model_tables, point_tables
from analysis.figures.canvas import Drawing, file_name
from analysis.figures.gallery import Gallery, Wall
from analysis.headline import how_to_read
from analysis.model_comparison import ModelComparison
from analysis.records import Computing, Estimator, Fit, Form, Subject
from analysis.report import Analysis
from analysis.tables import Table, task_name
from analysis.wording import COMPUTING_NAMES, benchmark_name, plain, source_name, task_title

STUDY = "The Computational Limits of Deep Learning (arXiv 2007.05558)"
_LONGEST_CODE = 2_000


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    """Its anchor."""
    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    """Sentences of a list."""
    code: str | None = None
    drawings: tuple[Drawing, ...] = ()
    folded_drawings: tuple[Drawing, ...] = ()
    """The page shows how many there are, and draws them when asked."""
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    lead: str
    sections: tuple[Section, ...]


def document(analysis: Analysis, gallery: Gallery) -> Document:
    counts = Counter(analysis.points["source"].map(source_name))
    models = "; ".join(f"{count:,} of {name}" for name, count in sorted(counts.items())) or "none"
    lead = (
        f"How performance depends on computing, as in {STUDY}: {len(analysis.points):,} points (one a model, "
        f"benchmark and metric): {models}. The error rate err is 1 − accuracy (of speech, the word error rate), "
        "performance is 1/err, and sources are never pooled."
    )
    return Document(
        title="Scaling laws of deep learning, re-fitted",
        lead=lead,
        sections=(
            _headline(analysis, gallery),
            _changes(analysis),
            *_benchmarks(analysis, gallery),
            _comparison(analysis, gallery),
            _refusals(analysis),
            _reproduction(analysis),
        ),
    )


def html(contents: Document, *, has_files: bool) -> str:
    """``has_files``: the SVGs are in figures/ beside the page, which loads each when the reader comes to it; else they
    stand in the page, which then is a single file and a large one."""
    template = _environment().get_template("report.html.j2")
    return template.render(document=contents, inline=None if has_files else _inline)


def markdown(contents: Document, picture_suffix: str | None) -> str:
    """``picture_suffix``: "svg" or "png" of the files in figures/ beside it; None where there are none."""
    template = _environment().get_template("report.md.j2")
    return template.render(document=contents, picture_suffix=picture_suffix)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("analysis", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["markdown"] = escaped_markdown
    environment.filters["address"] = _address
    environment.filters["held"] = _held
    return environment


def _inline(drawing: Drawing) -> Markup:
    """The SVG as it stands in HTML. It was written by ``figures.canvas`` as XML, its texts escaped."""
    text = drawing.svg.decode()
    fromstring(text)
    return Markup(text[text.index("<svg") :])  # noqa: S704


def escaped_markdown(text: str) -> str:
    """Foreign text that Markdown prints as it is: no markup, no link, not even one that a viewer makes of an address.

    "[x](http://a.b) | *c*" -> "\\\\[x\\\\](http\\\\://a.b) \\\\| \\\\*c\\\\*"
    """
    escaped = re.sub(r"([\\`*_\[\]<>|~$&@])", r"\\\1", " ".join(text.split()))
    escaped = re.sub(r"(?i):(?=//)|(?<=\bwww)\.", lambda found: "\\" + found[0], escaped)
    return re.sub(r"^(?=[#+=-])|(?<=^\d)(?=[.)])", r"\\", escaped)


def _address(url: str) -> str:
    return quote(url, safe=":/?#@!$&'*+,;=%~")


def _held(text: str) -> str:
    """A number and its % stay in one line."""
    return re.sub(r"(?<=\d) (?=%)", "\u00a0", text)


def _headline(analysis: Analysis, gallery: Gallery) -> Section:
    fits = [
        fit
        for fit in _ordinary(analysis.laws.fits)
        if fit.subject.form is Form.POLYNOMIAL
        and fit.subject.computing in (Computing.HARDWARE_BURDEN, Computing.FILLED_BURDEN)
    ]
    order = list(COMPUTING_NAMES)
    fits.sort(
        key=lambda fit: (
            fit.subject.benchmark,
            fit.subject.metric,
            order.index(fit.subject.computing),
            fit.subject.source,
        )
    )
    return Section(
        name="halving",
        title="How much more computing halves the error",
        paragraphs=(how_to_read([fit for fit in fits if fit.subject.computing is Computing.HARDWARE_BURDEN]),),
        drawings=gallery.slopes.first,
        folded_drawings=gallery.slopes.others,
        tables=_there(fit_tables.headline_table(fits)),
    )


def _ordinary(fits: Iterable[Fit]) -> Iterator[Fit]:
    return (fit for fit in fits if fit.subject.estimator is Estimator.ORDINARY)


def _there(*found: Table | None) -> tuple[Table, ...]:
    return tuple(table for table in found if table is not None)


def _changes(analysis: Analysis) -> Section:
    changes = analysis.changes
    title = "What changed since the last run"
    if changes is None:
        return Section("changes", title, ("There is no run before this one to compare with.",))
    before = f"The run before: {plain(changes.since)}, data {changes.data_digest_before[:12]}."
    if changes.data_digest_before == analysis.data_digest:
        return Section("changes", title, (before, "The data are the same."))
    return Section(
        "changes",
        title,
        (before,),
        tables=_there(
            point_tables.slope_changes_table(changes),
            point_tables.slope_causes_table(changes),
            point_tables.point_changes_table(changes),
        ),
    )


def _benchmarks(analysis: Analysis, gallery: Gallery) -> Iterator[Section]:
    """Those that have something to show."""
    projected = zip(analysis.projections["benchmark"], analysis.projections["metric"], strict=True)
    tasks = {(fit.subject.benchmark, fit.subject.metric) for fit in analysis.laws.fits} | set(projected)
    tasks |= {task for task, wall in gallery.tasks.items() if wall != Wall()}
    for task in sorted(tasks):
        yield _benchmark(analysis, gallery, *task)


def _benchmark(analysis: Analysis, gallery: Gallery, benchmark: str, metric: str) -> Section:
    def is_of_task(subject: Subject) -> bool:
        return (subject.benchmark, subject.metric) == (benchmark, metric)

    laws = analysis.laws
    fits = [fit for fit in laws.fits if is_of_task(fit.subject)]
    influence, projections = (
        table[(table["benchmark"] == benchmark) & (table["metric"] == metric)]
        for table in (laws.influence, analysis.projections)
    )
    refused = [each for each in laws.refusals if is_of_task(each.subject)]
    ordinary = list(_ordinary(fits))
    wall = gallery.tasks.get((benchmark, metric), Wall())
    return Section(
        name=file_name("benchmark", benchmark, metric),
        title=task_title(benchmark, metric),
        paragraphs=(f"{len(fits)} relations are fitted and {len(refused)} refused; the reasons are further down.",),
        drawings=wall.first,
        folded_drawings=wall.others,
        tables=_there(
            fit_tables.fits_table(ordinary),
            fit_tables.forms_table(
                [each for each in laws.comparisons if (each.benchmark, each.metric) == (benchmark, metric)]
            ),
            fit_tables.other_estimators_table([fit for fit in fits if fit not in ordinary]),
            fit_tables.projections_table(projections),
            point_tables.influence_table(influence, analysis.points),
        ),
    )


def _comparison(analysis: Analysis, gallery: Gallery) -> Section:
    models = analysis.models or ModelComparison((), ())
    return Section(
        name="comparison",
        title="Machine beside import",
        paragraphs=() if analysis.pairs or models.pairs else ("No model is both in this database and in an import.",),
        drawings=(gallery.comparison,) if gallery.comparison else (),
        tables=_there(
            point_tables.summaries_table(analysis.summaries),
            point_tables.pairs_table(analysis.pairs, analysis.points),
            model_tables.agreement_table(models),
            model_tables.ratios_table(models),
            model_tables.models_table(models),
        ),
    )


def _refusals(analysis: Analysis) -> Section:
    laws = analysis.laws
    fitted = {task_name(fit.subject) for fit in laws.fits}
    without = sorted({task_name(refusal.subject) for refusal in laws.refusals} - fitted)
    paragraphs = () if laws.refusals or laws.left_out else ("Nothing.",)
    return Section(
        name="refused",
        title="What was refused or left out, and why",
        paragraphs=(f"Without a single line: {'; '.join(without)}.",) if without else paragraphs,
        tables=_there(fit_tables.refusals_table(laws.refusals), fit_tables.left_out_table(laws.left_out)),
    )


def _reproduction(analysis: Analysis) -> Section:
    constants = analysis.constants
    options = tuple(f"{name}: {value}" for name, value in sorted(analysis.options.items()))
    fixed = tuple(
        f"Conversion of {benchmark_name(benchmark)}: log10(burden) = {each.intercept} + {each.slope} log10(network "
        f"operations), {each.origin}"
        for benchmark, each in sorted(analysis.conversions.items())
    )
    return Section(
        name="reproduction",
        title="Data, constants, and how to make this report again",
        paragraphs=("The same data, options and version give the same bytes.",),
        points=(
            f"Data: sha256 {analysis.data_digest}",
            f"Version: {analysis.code_version}",
            f"Constants of money and CO₂: {constants.name}. {plain(constants.reckoning, 600)}",
            *(f"Source of the constants: {plain(source, 400)}" for source in constants.sources),
            *fixed,
            *options,
        ),
        code=plain(analysis.command, _LONGEST_CODE),
    )
