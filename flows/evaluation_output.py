"""What `burden evaluate` shows: figures, two exports side by side, and the misses from which the next rule is found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.padding import Padding
from rich.text import Text

from annotations.bootstrap import Bounds
from annotations.comparison import Difference
from annotations.evaluation import Evaluation
from annotations.misses import Miss, MissKind, reasons
from annotations.report import report_page
from annotations.stated_runs import StatedRun
from flows.sources.folder import papers_in_folder
from flows.terminal import console, print_table, printable

_STYLES = {MissKind.MISSED: "bold blue", MissKind.WRONG: "bold red"}
_HELD_BACK_STYLE = "green"
_INDENT = 10


def pdfs_by_paper(folder: Path) -> dict[str, Path]:
    """The papers in a folder by the id that their files are named by; of several versions the latest."""
    latest: dict[str, tuple[int, Path]] = {}
    for found in papers_in_folder(folder):
        paper, version = found.metadata.arxiv_id, found.metadata.version or 0
        if paper and found.pdf_path and found.failure is None and version >= latest.get(paper, (0, folder))[0]:
            latest[paper] = version, found.pdf_path
    return {paper: path for paper, (_, path) in latest.items()}


def write_report(
    file: Path,
    evaluation: Evaluation,
    differences: Sequence[Difference],
    pdfs: Path | None,
    *,
    export: str,
    gold: str,
    against: str,
    most: int,
) -> None:
    """The page of ``report_page`` into ``file``; ``pdfs`` is the folder of the papers."""
    at_hand = pdfs_by_paper(pdfs) if pdfs else {}
    page = report_page(
        evaluation, at_hand, export=export, gold=gold, differences=differences, against=against, most=most
    )
    file.write_text(page, encoding="utf-8")


def print_evaluation(evaluation: Evaluation, *, list_papers: bool = True) -> None:
    """Figures by field, the calibration, and the papers whose hardware is not what gold says, if they are asked for."""
    print_table(("field", "precision", "recall", "F1 (95 %)", "hits", "of"), evaluation.rows())
    for title, score in (("results", evaluation.results), ("full", evaluation.full)):
        if score is not None:
            print_table((title, ""), asdict(score).items())
    _print_calibration(evaluation)
    if list_papers and evaluation.differences:
        differences = (
            (each.arxiv_id, ", ".join(each.gold), ", ".join(each.predicted)) for each in evaluation.differences
        )
        print_table(("differs", "gold", "exported"), differences)


def _print_calibration(evaluation: Evaluation) -> None:
    calibration = evaluation.calibration
    if not calibration.records:
        return
    print(
        f"Expected calibration error {calibration.error:.3f} {_interval(calibration.error_interval)}"
        f" over {calibration.records} records, {calibration.candidates} of them candidates"
    )
    bins = ((f"{each.mean_confidence:.3f}", f"{each.share_right:.3f}", each.records) for each in calibration.bins)
    print_table(("mean confidence", "share right", "records"), bins)


def print_comparison(differences: Sequence[Difference]) -> None:
    """Both exports, measure by measure; a star marks a difference that is there on (nearly) every draw of papers."""
    rows = (
        (
            one.measure.replace("_", "-"),
            f"{one.first:.3f} {_interval(one.first_interval)}",
            f"{one.second:.3f} {_interval(one.second_interval)}",
            f"{one.difference:+.3f} ({one.difference_interval[0]:+.3f} to {one.difference_interval[1]:+.3f})",
            "*" if one.certain else "",
        )
        for one in differences
    )
    print_table(("F1, share or error", "this export", "against", "difference, paired", ""), rows)


def _interval(bounds: Bounds) -> str:
    return f"({bounds[0]:.2f}–{bounds[1]:.2f})"


def print_misses(misses: Sequence[Miss]) -> None:
    """Run by run under their papers, as wide as the terminal; then how many there are of which sort."""
    if not misses:
        print("no misses")
        return
    out = console()
    for paper, held in groupby(misses, key=lambda miss: miss.arxiv_id):
        out.print(Text(printable(paper), style="bold"))
        for miss in held:
            for line in _miss_lines(miss):
                out.print(Padding(line, (0, 0, 0, 2)))
    print_table(("misses", "missed", "wrong"), reasons(misses))


def _miss_lines(miss: Miss) -> Iterable[Text | Padding]:
    missed = miss.kind is MissKind.MISSED
    first = Text(f"{miss.kind}".ljust(8), style=_STYLES[miss.kind])
    first.append(_in_words(miss.run), style="default")
    yield first
    if miss.held_back is not None:
        confidence = miss.held_back.confidence
        at = "" if confidence is None else f" at {confidence:.2f}"
        page = "" if miss.held_back.page is None else f", page {miss.held_back.page}"
        yield _below(f"found, but held back{at}{page}", _HELD_BACK_STYLE)
    if miss.nearest is not None:
        differing = ", ".join(miss.differing).replace("_", "-")
        yield _below(f"nearest {'record' if missed else 'gold run'}: {_in_words(miss.nearest)}; other {differing}")
    elif miss.held_back is None:
        yield _below(f"nothing like it {'exported' if missed else 'in gold'}")
    if miss.run.text:
        yield _below(f"“{miss.run.text}”", "dim")


def _below(text: str, style: str = "") -> Padding:
    return Padding(Text(printable(text), style=style), (0, 0, 0, _INDENT - 2))


def _in_words(run: StatedRun) -> str:
    """As "8 x NVIDIA V100, 24 h · ResNet-50 · training · page 5 · 0.84"."""
    parts = [run.in_words, run.model, run.stage]
    parts += [f"page {run.page}"] if run.page is not None else []
    parts += [f"{run.confidence:.2f}"] if run.confidence is not None else []
    return printable(" · ".join(filter(None, parts)))
