"""What `burden reread` prints and writes: the findings in sentences, and the report as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.rereading import Reread, StoreFault
from flows.rereading_report import Report
from flows.terminal import console, print_table

_FORMATS = (".html", ".json", ".md")
_CAME_AND_WENT = (("came", "accepted"), ("went", "held_back"))


class ReportFormatError(ValueError):
    """A file name that tells no format of a report."""


def check_format(file: Path) -> None:
    """``ReportFormatError`` for a name that ends otherwise than reports do.

    changes.html, changes.json, changes.md -> fine        changes.pdf, changes -> refused
    """
    if file.suffix not in _FORMATS:
        raise ReportFormatError(f"{file.name}: a report's name ends in {', '.join(_FORMATS)}")


def write_report(report: Report, file: Path) -> None:
    """In the format that the file's name tells; it appears whole or not at all."""
    from analysis.document import html, markdown
    from flows.rereading_pages import document_of

    check_format(file)
    makers: Mapping[str, Callable[[], str]] = {
        ".json": lambda: json.dumps(report, indent=1, ensure_ascii=False) + "\n",
        ".html": lambda: html(document_of(report, summary(report)), has_files=False),
        ".md": lambda: markdown(document_of(report, summary(report)), None),
    }
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_text(makers[file.suffix](), encoding="utf-8")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def print_reread(done: Reread, report: Report | None, seconds: float) -> None:
    """What was read, then what it changed, a figure a line."""
    tally = done.tally
    rows: list[tuple[str, object]] = [
        ("read again", tally.papers_parsed),
        *((f"failed: {cause}", count) for cause, count in tally.failed_by_cause.items()),
        *((f"{fault} in the store", done.faults[fault]) for fault in StoreFault if done.faults[fault]),
        ("left", done.papers_left),
        ("seconds", round(seconds, 1)),
    ]
    print_table(("", ""), rows)
    if report is not None:
        for line in summary(report):
            console().print(line, markup=False, highlight=False, soft_wrap=True)


def summary(report: Report) -> Iterator[str]:
    """The findings in sentences, for better or worse first."""
    papers, reviews, burdens = report["papers"], report["reviews"], report["burdens"]
    yield _verdict(report["gold"])
    came, went = (sum(row[name] for row in report["records"] for name in names) for names in _CAME_AND_WENT)
    changed = sum(row["changed"] for row in report["records"])
    yield (
        f"{_counted(papers['read_again'], 'paper')} read again, {papers['unchanged']:,} of which say the same;"
        f" {came:,} records came, {went:,} went, {changed:,} changed"
    )
    if reviews["in_force"]:
        yield (
            f"of {_counted(reviews['in_force'], 'review')} {reviews['lost']:,} lost their fact,"
            f" {reviews['stale_now']:,} are of a value that is another now,"
            f" {reviews['found_again']:,} found theirs again"
        )
    else:
        yield "no review is in force on these papers"
    yield (
        f"burdens: {burdens['changed']:,} changed ({burdens['by_a_factor_of_two']:,} by a factor of two or more),"
        f" {burdens['came']:,} came, {burdens['went']:,} went, {burdens['same']:,} stayed"
    )
    laws = report["laws"]
    if laws is None:
        yield "laws: there was nothing to fit"
    else:
        moved = sum(row["slope_before"] != row["slope_after"] for row in laws["reread_alone"])
        yield f"laws: the re-reading moved {moved} of {_counted(laws['main_lines'], 'main slope')}"
    if papers["left"]:
        yield f"{_counted(papers['left'], 'PDF')} left to be read by this version"


def _verdict(gold: Mapping[str, Any] | None) -> str:
    """For better or worse, as far as papers that were judged by people tell."""
    if gold is None:
        return "for better or worse: no paper of the gold data has been read again, so nobody can tell"
    sure = [each for each in gold["differences"] if each["certain"]]
    better, worse = (
        [each["measure"].replace("_", " ") for each in sure if each["better"] is wanted] for wanted in (True, False)
    )
    on = f"on {_counted(gold['papers'], 'paper')} of the gold data"
    if not sure:
        return f"for better or worse: {on} no measure differs for sure"
    said = [f"{words} in {', '.join(names)}" for words, names in (("better", better), ("worse", worse)) if names]
    others = f"the other {len(gold['differences']) - len(sure)} don't differ for sure"
    return f"for better or worse: {on} {'; '.join(said)}; {others}"


def _counted(number: int, thing: str) -> str:
    """1 -> "1 paper"        2400 -> "2,400 papers" """
    return f"{number:,} {thing}" + "s" * (number != 1)
