"""What people see on a terminal: tables, progress, and text from outside made harmless."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from extractors.lexicon.unknown_names import UnknownHardwareReport
    from flows.ingest import Watcher
    from flows.lexicon import NameCheck
    from flows.tally import Tally

_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_WIDTH_UNWATCHED = 120
_LONG_CHARACTERS = 32

_RECORD_COLUMNS = {
    "number": "no.",
    "arxiv_id": "paper",
    "model": "model",
    "accelerator": "accelerator",
    "accelerator_count": "count",
    "duration_hours": "hours",
    "hardware_burden_flop": "burden, FLOP",
    "page": "page",
}
_PAPERS_LISTED = 10
_TEXT_FIELDS = frozenset({"arxiv_id", "model", "accelerator"})
_INDENT = "    "


def printable(text: str) -> str:
    """``text`` on one line, without characters that move the cursor, recolour or reorder a terminal.

    "Deep \\x1b[2JNets" -> "Deep [2JNets"        "a\\u202etxt" -> "atxt"        "8 × V100" -> "8 × V100"
    """
    return "".join(
        " " if character in "\n\r\t" else character
        for character in text
        if character in "\n\r\t" or unicodedata.category(character) not in _UNSAFE_CATEGORIES
    )


def console(*, stderr: bool = False) -> Console:
    """A console that reads no markup in what it prints; where nobody watches, its lines are long."""
    from rich.console import Console

    made = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = _WIDTH_UNWATCHED
    return made


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print ``rows`` under ``columns``; numbers stand right, None is left blank.

    In a narrow terminal long texts give way; where there are none, columns of several words do.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    held = [list(row) for row in rows]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=any(columns))
    cells = [[_cell(value) for value in row] for row in held]
    some_long = any(len(text) > _LONG_CHARACTERS for texts in cells for text in texts)
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float) for row in held)
        texts = [row[index] for row in cells]
        long = any(len(text) > _LONG_CHARACTERS for text in texts)
        whole = not long and (some_long or not any(" " in text for text in texts))
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=whole, ratio=1 if long else None)
    for texts in cells:
        table.add_row(*map(Text, texts))
    console().print(table)


def _cell(value: object) -> str:
    """None -> ""    2.6e+19 -> "2.6e+19"    84.0 -> "84"    0.0042 -> "0.0042"    23.456 -> "23.46" """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2g}" if abs(value) >= 1e6 else f"{value:,.4g}"
    return printable(str(value))


def print_records(records: Iterable[Mapping[str, Any]]) -> None:
    """Burden and what it rests on, a line a record, with how it was reckoned (or stated) and the evidence below it.

    A column that no record fills is left out.
    """
    held = list(records)
    shown = [field for field in _RECORD_COLUMNS if any(record.get(field) is not None for record in held)]
    if not held:
        print("nothing found")
        return
    rows = [[shortened(_cell(record.get(field))) for field in shown] for record in held]
    columns = shutil.get_terminal_size((_WIDTH_UNWATCHED, 0)).columns
    head, *lines = aligned(
        [_RECORD_COLUMNS[field] for field in shown], rows, [field in _TEXT_FIELDS for field in shown]
    )
    print(head)
    for record, line in zip(held, lines, strict=True):
        how = _how(record)
        quote = f"“{record['evidence']}”"
        below = printable(f"{how}: {quote}" if how else quote)
        print(line)
        print(textwrap.fill(below, max(columns, 40), initial_indent=_INDENT, subsequent_indent=_INDENT))


def aligned(titles: Sequence[str], rows: Sequence[Sequence[str]], are_words: Sequence[bool]) -> Iterator[str]:
    """Lines of the titles and the rows, in columns: words stand left, numbers right."""
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    ways = [str.ljust if words else str.rjust for words in are_words]
    for cells in (titles, *rows):
        yield "  ".join(way(cell, width) for way, cell, width in zip(ways, cells, widths, strict=True)).rstrip()


def _how(record: Mapping[str, Any]) -> str | None:
    """How the record's figure came about: reckoned, why it was not, or as the paper states it."""
    stated_flop = record.get("flop") or record.get("stated_training_flop")
    stated = f"stated: {_cell(stated_flop)} FLOP" if stated_flop else None
    return "; ".join(filter(None, (record.get("method") or record.get("reason"), stated))) or None


def shortened(text: str) -> str:
    return text if len(text) <= _LONG_CHARACTERS else text[: _LONG_CHARACTERS - 1] + "…"


def print_summary(tally: Tally, seconds: float) -> None:
    """What an ingest run did, one figure a line."""
    rows: list[tuple[str, object]] = [
        ("papers seen", tally.papers_seen),
        ("relevant", tally.papers_relevant),
        ("new", tally.papers_new),
        ("read before", tally.papers_unchanged),
        ("parsed", tally.papers_parsed),
        *((f"failed: {cause}", count) for cause, count in tally.failed_by_cause.items()),
        ("training runs found", tally.runs_found),
        ("burden estimated", tally.burden_estimated),
        ("seconds", round(seconds, 1)),
    ]
    print_table(("", ""), rows)


def print_failures(failures: Iterable[tuple[str, str, str]]) -> None:
    """A line on stderr for each ``(name, cause, message)``."""
    for name, cause, message in failures:
        print(f"failed: {printable(name)}: {cause}: {printable(message)}", file=sys.stderr)


def print_unknown_hardware(report: UnknownHardwareReport) -> None:
    """Each name with the papers that have it and a few of their sentences, and what to do about them."""
    looked_through = _papers(report.paper_count)
    if not report.accelerators:
        print(f"no unknown hardware in {looked_through}")
        return
    columns = max(shutil.get_terminal_size((_WIDTH_UNWATCHED, 0)).columns, 40)
    for each in report.accelerators:
        listed = ", ".join(each.papers[:_PAPERS_LISTED])
        more = len(each.papers) - _PAPERS_LISTED
        print(printable(f"{each.name}: {_papers(len(each.papers))}: {listed}" + (f" and {more} more" * (more > 0))))
        if len(each.spellings) > 1:
            print(printable(f"{_INDENT}also written {', '.join(each.spellings[1:])}"))
        for sentence in each.sentences:
            told = printable(f"{sentence.arxiv_id}, page {sentence.page}: “{sentence.evidence}”")
            print(textwrap.fill(told, columns, initial_indent=_INDENT, subsequent_indent=2 * _INDENT))
    print(f"\n{len(report.accelerators)} unknown in {looked_through}; a row for each that is hardware makes it known:")
    print("extractors/lexicon/accelerators.csv, explained in CONTRIBUTING.md")


def _papers(count: int) -> str:
    return f"{count:,} paper" + ("s" * (count != 1))


def print_name_checks(checks: Iterable[NameCheck]) -> None:
    """What the catalogue takes each written name for, a line a name."""
    rows = []
    for check in checks:
        rate = f"{check.peak_tflops:g} {check.peak_precision}" if check.peak_tflops else None
        of_another = f" ({check.peak_of})" if rate and check.peak_of != check.name else ""
        known = (check.name, check.kind, check.fp32_tflops, (rate or "none known") + of_another, check.source)
        rows.append((check.written, *(known if check.name else ("unknown", None, None, None, None))))
    print_table(("written", "name", "kind", "fp32 TFLOP/s", "rate that counts", "source"), rows)


class Unwatched:
    """Where there is no terminal, nothing is shown."""

    def expect(self, papers: int | None) -> None:
        pass

    def done(self, name: str) -> None:
        pass


class ProgressWatcher:
    """Shows a run's progress as a bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def expect(self, papers: int | None) -> None:
        self._progress.update(self._task, total=papers)

    def done(self, name: str) -> None:
        self._progress.update(self._task, advance=1, name=printable(name))


@contextmanager
def watched_progress(description: str) -> Iterator[Watcher]:
    """A bar on stderr while the block runs, if that is a terminal; it leaves nothing behind."""
    if not sys.stderr.isatty():
        yield Unwatched()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}", markup=False),
        console=console(stderr=True),
        transient=True,
    ) as progress:
        yield ProgressWatcher(progress, progress.add_task(description, total=None, name=""))
