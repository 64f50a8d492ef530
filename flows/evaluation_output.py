"""What `burden evaluate` shows: figures, two exports side by side, and the misses from which the next rule is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from rich.padding import Padding
from rich.text import Text

from annotations.bootstrap import Bounds
from annotations.comparison import Difference
from annotations.evaluation import Evaluation
from annotations.join_scoring import JoinScore, JudgedJoin, join_outcomes
from annotations.misses import Miss, MissKind, reasons
from annotations.report import report_page
from annotations.result_misses import ResultMiss, ResultMissKind, result_reasons
from annotations.stated_results import StatedResult
from annotations.stated_runs import StatedRun
from flows.sources.folder import papers_in_folder
from flows.terminal import console, print_table, printable

_STYLES = {MissKind.MISSED: "bold blue", MissKind.WRONG: "bold red"}
_HELD_BACK_STYLE = "green"
_INDENT = 10
_AnyMiss = TypeVar("_AnyMiss", Miss, ResultMiss, JudgedJoin)


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
    for title, score in (("results", evaluation.results), ("full", evaluation.full), ("joins", evaluation.joins)):
        if score is not None:
            rows = (
                (name.replace("_", " "), share.in_words, share.part, f"{share.whole} {of}")
                for name, (of, share) in score.shares().items()
            )
            print_table((title, "share (95 %)", "hits", "of"), rows)
    if evaluation.joins:
        print_table(("joins", "models"), join_outcomes(evaluation.joins.judged))
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


def print_all_misses(evaluation: Evaluation) -> None:
    """Of runs, then of results and of joins where they were judged."""
    print_misses(evaluation.misses)
    if evaluation.results or evaluation.full:
        print_result_misses(evaluation.result_misses)
    if evaluation.joins:
        print_join_misses(evaluation.joins)


def print_misses(misses: Sequence[Miss]) -> None:
    """Run by run under their papers, as wide as the terminal; then how many there are of which sort."""
    _print_by_paper(misses, _miss_lines, "misses")
    if misses:
        print_table(("misses", "missed", "wrong"), reasons(misses))


def print_result_misses(misses: Sequence[ResultMiss]) -> None:
    """Value by value under their papers; then how many there are of which sort."""
    _print_by_paper(misses, _result_miss_lines, "misses of results")
    if misses:
        rows = ((reason, *counts) for reason, counts in result_reasons(misses))
        print_table(("misses of results", *ResultMissKind), rows)


def print_join_misses(joins: JoinScore) -> None:
    """Under their papers, the models whose runs are not joined right."""
    _print_by_paper(joins.misses, _join_lines, "misses of joins")


def _print_by_paper(
    misses: Sequence[_AnyMiss], lines_of: Callable[[_AnyMiss], Iterable[Text | Padding]], title: str
) -> None:
    if not misses:
        print(f"no {title}")
        return
    out = console()
    for paper, held in groupby(misses, key=lambda miss: miss.arxiv_id):
        out.print(Text(printable(paper), style="bold"))
        for miss in held:
            for line in lines_of(miss):
                out.print(Padding(line, (0, 0, 0, 2)))


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


def _result_miss_lines(miss: ResultMiss) -> Iterable[Text | Padding]:
    first = Text(f"{miss.kind} ".ljust(9), style=_STYLES[MissKind.MISSED if miss.of_gold else MissKind.WRONG])
    spoils = " · spoils the best" if miss.spoils_best else ""
    first.append(_result_in_words(miss.result) + spoils, style="default")
    yield first
    other_side = "exported" if miss.of_gold else "in gold"
    if miss.held_back is not None:
        yield _below(f"found, but held back: {_result_in_words(miss.held_back)}", _HELD_BACK_STYLE)
    elif miss.nearest is None:
        yield _below(f"{miss.reason} {other_side}")
    else:
        yield _below(f"nearest {other_side}: {_result_in_words(miss.nearest)}; {miss.reason}")


def _join_lines(join: JudgedJoin) -> Iterable[Text | Padding]:
    first = Text(f"{join.reason}  ", style=_STYLES[MissKind.MISSED])
    first.append(_result_in_words(join.result), style="default")
    yield first
    if join.found is not None:
        yield _below(f"exported: {_result_in_words(join.found)}")
    for run in join.runs:
        yield _below(f"its run: {_in_words(run)}")
    for run in join.joined:
        yield _below(f"joined: {_in_words(run)}")


def _result_in_words(result: StatedResult) -> str:
    """As "imagenet top1_accuracy 60.72, own · printed 39.28 · Net-18 · table 2 · page 5 · 0.84"."""
    parts = [result.in_words, result.printed and f"printed {result.printed}", result.model]
    parts += [result.table and f"table {result.table}"]
    parts += [f"page {result.page}"] if result.page is not None else []
    parts += [f"{result.confidence:.2f}"] if result.confidence is not None else []
    return printable(" · ".join(filter(None, parts)))


def _below(text: str, style: str = "") -> Padding:
    return Padding(Text(printable(text), style=style), (0, 0, 0, _INDENT - 2))


def _in_words(run: StatedRun) -> str:
    """As "8 x NVIDIA V100, 24 h · ResNet-50 · training · page 5 · 0.84"."""
    parts = [run.in_words, run.model, run.stage]
    parts += [f"page {run.page}"] if run.page is not None else []
    parts += [f"{run.confidence:.2f}"] if run.confidence is not None else []
    return printable(" · ".join(filter(None, parts)))
