"""Share of a gold file's values that a PDF table reader returns as cells of their own: ours and public ones.

Every reader sees the same pages, those that the gold file names. A value counts where one cell, after marks at
its edges (bold, daggers, '%', '±0.2', '(…)', '[12]', a small '+0.5' or '↑0.5' behind it) are taken off, is the
number as printed and nothing else; a cell of several numbers or of several rows does not count. "With a label" is
weak: the leftmost cell in use of the value's row stands left of the value and holds a letter. Readers that make a
grid of the whole page find many values, and much else: see the cells a table. Gold values that the paper states in
its text only are in no table, so 100 % is out of reach; the line above the table has a ceiling.

A reader's pages run one at a time in a process of its own, which is replaced when a page exceeds the limit. CPU
time is user + system around opening the PDF and reading one page; imports are not counted, models loaded at the
first page are. ``burden`` is measured as a command: its whole process, start included, over the whole paper.

The readers are no dependencies of the project: install them elsewhere and point --burden at the project's command.

    python3 -m venv readers
    readers/bin/pip install pymupdf pdfplumber camelot-py img2table
    readers/bin/python benchmarks/table_readers.py --burden .venv/bin/burden [--readers NAME ...] [--pages N]
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.metadata
import json
import logging
import multiprocessing
import os
import platform
import re
import resource
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

PROJECT = Path(__file__).resolve().parent.parent
PAGE_LIMIT_SECONDS = 60.0
START_LIMIT_SECONDS = 300.0
WRONG_USE = 2
"""Exit code of a command that does not know an option."""

Grid = list[list[str]]
"""One table: rows of cell texts, '' where there is nothing."""
PageReader = Callable[[Path, int], list[Grid]]


class Page(NamedTuple):
    """A page of a paper, from 1."""

    paper: str
    number: int


class Reading(NamedTuple):
    """What a reader made of one page."""

    grids: list[Grid]
    seconds: float
    error: str


@dataclass
class Outcome:
    """What a reader made of all pages, and what that took."""

    version: str
    readings: dict[Page, Reading]
    pages_read: int
    cpu_seconds: float


class Skipped(Exception):
    """A reader that can't be run here, with the reason."""


# --- Public readers -------------------------------------------------------------------------------------------


def plain(table: Sequence[Sequence[Any]]) -> Grid:
    """A table of strings and ``None`` as a grid."""
    return [["" if cell is None else str(cell) for cell in row] for row in table]


def pdfplumber_reader(strategy: str) -> PageReader:
    """``page.extract_tables``, whose lines are drawn lines or edges of text."""
    pdfplumber = importlib.import_module("pdfplumber")
    settings = {"vertical_strategy": strategy, "horizontal_strategy": strategy}

    def read(path: Path, page: int) -> list[Grid]:
        with pdfplumber.open(path) as pdf:
            return [plain(table) for table in pdf.pages[page - 1].extract_tables(settings)]

    return read


def camelot_reader(flavour: str) -> PageReader:
    """``camelot.read_pdf`` with one of its flavours."""
    camelot = importlib.import_module("camelot")

    def read(path: Path, page: int) -> list[Grid]:
        return [plain(table.data) for table in camelot.read_pdf(str(path), pages=str(page), flavor=flavour)]

    return read


def img2table_reader(borderless: bool) -> PageReader:
    """``PDF.extract_tables`` without OCR: tables from the picture of the page, text from the PDF."""
    document = importlib.import_module("img2table.document")
    options = {"borderless_tables": borderless, "implicit_rows": borderless, "implicit_columns": borderless}

    def read(path: Path, page: int) -> list[Grid]:
        tables = document.PDF(str(path), pages=[page - 1], pdf_text_extraction=True).extract_tables(**options)
        return [plain([[cell.value for cell in row] for row in table.content.values()]) for table in tables[page - 1]]

    return read


def pymupdf_reader(own_text: bool, **options: Any) -> PageReader:
    """``page.find_tables``, with its ``extract()`` or with the page's words whose centres lie in its cells.

    The words are what a careful caller would take: ``extract()`` of 2.0 sets '28.07' as '2807' with the point on
    a line of its own.
    """
    pymupdf = importlib.import_module("pymupdf")
    pymupdf.TOOLS.mupdf_display_errors(False)

    def cell_text(words: list[Any], box: Any) -> str:
        if box is None:
            return ""
        left, top, right, bottom = box[:4]
        inside = [
            word
            for word in words
            if left <= (word[0] + word[2]) / 2 < right and top <= (word[1] + word[3]) / 2 < bottom
        ]
        lines: dict[tuple[int, int], list[str]] = {}
        for word in inside:
            lines.setdefault((word[5], word[6]), []).append(word[4])
        return "\n".join(" ".join(line) for line in lines.values())

    def read(path: Path, page: int) -> list[Grid]:
        with pymupdf.open(path) as pdf:
            found = pdf[page - 1].find_tables(**options)
            if found is None:
                raise RuntimeError("find_tables gave up")
            if own_text:
                return [plain(table.extract()) for table in found.tables]
            words = pdf[page - 1].get_text("words")
            return [[[cell_text(words, box) for box in row.cells] for row in table.rows] for table in found.tables]

    return read


@dataclass(frozen=True)
class Library:
    """A public reader with one of its settings."""

    package: str
    licence: str
    load: Callable[[], PageReader]


AGPL = "AGPL-3.0 or commercial"
LIBRARIES = {
    "pdfplumber-lines": Library("pdfplumber", "MIT", partial(pdfplumber_reader, "lines")),
    "pdfplumber-text": Library("pdfplumber", "MIT", partial(pdfplumber_reader, "text")),
    "camelot-lattice": Library("camelot-py", "MIT", partial(camelot_reader, "lattice")),
    "camelot-stream": Library("camelot-py", "MIT", partial(camelot_reader, "stream")),
    "camelot-network": Library("camelot-py", "MIT", partial(camelot_reader, "network")),
    "camelot-hybrid": Library("camelot-py", "MIT", partial(camelot_reader, "hybrid")),
    "img2table-bordered": Library("img2table", "MIT", partial(img2table_reader, False)),
    "img2table-borderless": Library("img2table", "MIT", partial(img2table_reader, True)),
    "pymupdf-layout": Library("pymupdf", AGPL, partial(pymupdf_reader, True)),
    "pymupdf-layout-words": Library("pymupdf", AGPL, partial(pymupdf_reader, False)),
    "pymupdf-refined-words": Library("pymupdf", AGPL, partial(pymupdf_reader, False, union=True, refine=True)),
    "pymupdf-lines-words": Library("pymupdf", AGPL, partial(pymupdf_reader, False, use_layout=False)),
    "pymupdf-text-words": Library("pymupdf", AGPL, partial(pymupdf_reader, False, use_layout=False, strategy="text")),
}
OURS = "burden"
OUR_LICENCE = "AGPL-3.0-or-later"


def serve(name: str, pipe: Connection) -> None:
    """Process of one reader: page in, reading out, until the pipe closes."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    try:
        read = LIBRARIES[name].load()
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")
        return
    pipe.send("")
    while True:
        try:
            path, page = pipe.recv()
        except EOFError:
            return
        grids: list[Grid] = []
        failure = ""
        started = time.process_time()
        try:
            grids = read(path, page)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        pipe.send(Reading(grids, time.process_time() - started, failure))


class Worker:
    """A reader in a process of its own, with a limit for each page."""

    def __init__(self, name: str, limit: float) -> None:
        self._name = name
        self._limit = limit
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other_end = context.Pipe()
        self._process = context.Process(target=serve, args=(self._name, other_end), daemon=True)
        self._process.start()
        other_end.close()
        try:
            problem = self._pipe.recv() if self._pipe.poll(START_LIMIT_SECONDS) else "does not start"
        except EOFError:
            problem = "ended at its start"
        if problem:
            self.close()
            raise Skipped(problem)

    def read(self, path: Path, page: int) -> Reading:
        """Read one page; a page over the limit counts with the whole limit."""
        self._pipe.send((path, page))
        try:
            if self._pipe.poll(self._limit):
                reading: Reading = self._pipe.recv()
                return reading
            failure, seconds = f"over {self._limit:g} s", self._limit
        except EOFError:
            failure, seconds = "its process ended", 0.0
        self.close()
        self._start()
        return Reading([], seconds, failure)

    def close(self) -> None:
        """End the process."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


def read_with_library(name: str, pages: list[Page], corpus: Path, limit: float) -> Outcome:
    """Read ``pages`` with a public reader."""
    try:
        version = importlib.metadata.version(LIBRARIES[name].package)
    except importlib.metadata.PackageNotFoundError:
        raise Skipped(f"{LIBRARIES[name].package} is not installed") from None
    worker = Worker(name, limit)
    try:
        readings = {page: worker.read(corpus / f"{page.paper}.pdf", page.number) for page in pages}
    finally:
        worker.close()
    return Outcome(version, readings, len(pages), sum(reading.seconds for reading in readings.values()))


# --- Our reader -----------------------------------------------------------------------------------------------


def grids_by_page(output: str) -> dict[int, list[Grid]]:
    """Tables of ``burden extract --tables --format jsonl``; one that runs over pages is one grid on each."""
    pages: dict[int, list[Grid]] = {}
    for line in output.splitlines():
        table = json.loads(line) if line.strip() else {}
        if table.get("kind") != "table":
            continue
        cells: dict[int, list[dict[str, Any]]] = {}
        for cell in table["cells"]:
            cells.setdefault(cell.get("page", table["page"]), []).append(cell)
        for page, on_page in cells.items():
            rows = 1 + max(cell["row"] for cell in on_page)
            columns = 1 + max(cell["column"] for cell in on_page)
            grid = [[""] * columns for _ in range(rows)]
            for cell in on_page:
                grid[cell["row"]][cell["column"]] = cell["text"]
            pages.setdefault(page, []).append(grid)
    return pages


def run_whole(command: list[str], limit: float) -> tuple[int, str, str, float]:
    """Exit code, output, complaints and CPU seconds of a command with its children; ended at the limit."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            output, complaints = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, complaints = process.communicate()
            complaints = f"over {limit:g} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return process.returncode, output, complaints, seconds


def last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def read_with_burden(command: str, pages: list[Page], corpus: Path, limit: float) -> Outcome:
    """Read each paper of ``pages`` whole, as its users would."""
    try:
        _, version, _, _ = run_whole([command, "--version"], limit)
    except OSError as error:
        raise Skipped(f"{command}: {error.strerror}") from None
    readings: dict[Page, Reading] = {}
    pages_read = 0
    cpu_seconds = 0.0
    for paper in sorted({page.paper for page in pages}):
        path = corpus / f"{paper}.pdf"
        length = page_count(path)
        exit_code, output, complaints, seconds = run_whole(
            [command, "extract", "--tables", "--format", "jsonl", str(path)], limit * length
        )
        if exit_code == WRONG_USE:
            raise Skipped(last_line(complaints))
        failure = f"exit code {exit_code}: {last_line(complaints)}" if exit_code else ""
        grids = {} if exit_code else grids_by_page(output)
        readings |= {page: Reading(grids.get(page.number, []), 0.0, failure) for page in pages if page.paper == paper}
        pages_read += length
        cpu_seconds += seconds
    return Outcome(last_line(version).rpartition(" ")[2], readings, pages_read, cpu_seconds)


# --- What counts ----------------------------------------------------------------------------------------------

_MINUS = str.maketrans("−–‐‑", "----")
_MARKS = r"[*∗⋆★†‡§¶~≈^_•◦♦#]"
_ASIDE = r"\([^()]*\)|\[[^\[\]]*\]"
_CHANGE = r"(?:(?:±|\+/-)\s*[\d.]+%?|\s(?:[+-]|[↑↓▲▼])\s*[\d.]+%?|[↑↓▲▼]\s*[\d.]*%?)"
_LEADING = re.compile(rf"^(?:</?\w+>|{_MARKS}|{_ASIDE})\s*")
_TRAILING = re.compile(rf"\s*(?:</?\w+>|{_MARKS}|{_ASIDE}|%|{_CHANGE})$")
_NUMBER = re.compile(r"-?\d*\.?\d+")


def bare(cell: str) -> str:
    """The cell without marks at its edges."""
    text = cell.translate(_MINUS).strip()
    while True:
        shorter = _TRAILING.sub("", _LEADING.sub("", text)).strip()
        if not shorter or shorter == text:
            return text
        text = shorter


@dataclass
class Tally:
    """What a reader got of the gold values, with what it missed and how."""

    own: int = 0
    labelled: int = 0
    glued: int = 0
    absent: int = 0
    tables: int = 0
    cells: int = 0
    failures: list[str] = field(default_factory=list)


def labelled(row: list[str], column: int) -> bool:
    """Whether the leftmost cell in use stands left of ``column`` and holds a letter."""
    first = next((index for index, cell in enumerate(row) if cell.strip()), column)
    return first < column and any(character.isalpha() for character in row[first])


def judge(grids: list[Grid], printed: str) -> str:
    """``labelled``, ``own``, ``glued`` (in a cell with more) or ``absent``."""
    places = [
        (row, column) for grid in grids for row in grid for column, cell in enumerate(row) if bare(cell) == printed
    ]
    if places:
        return "labelled" if any(labelled(row, column) for row, column in places) else "own"
    inside = re.compile(rf"(?<![\d.]){re.escape(printed)}(?!\.?\d)")
    glued = any(inside.search(cell.translate(_MINUS)) for grid in grids for row in grid for cell in row)
    return "glued" if glued else "absent"


def tally(readings: dict[Page, Reading], gold: list[tuple[Page, str]], details: list[dict[str, Any]]) -> Tally:
    """Count ``gold`` values over ``readings``; the verdicts go to ``details``."""
    result = Tally()
    for page, reading in readings.items():
        result.tables += len(reading.grids)
        result.cells += sum(bool(cell.strip()) for grid in reading.grids for row in grid for cell in row)
        if reading.error:
            result.failures.append(f"{page.paper} p. {page.number}: {reading.error}")
    for page, printed in gold:
        verdict = judge(readings[page].grids, printed)
        result.own += verdict in ("own", "labelled")
        result.labelled += verdict == "labelled"
        result.glued += verdict == "glued"
        result.absent += verdict == "absent"
        details.append({"paper": page.paper, "page": page.number, "printed": printed, "verdict": verdict})
    return result


# --- Gold, pages, the table -------------------------------------------------------------------------------------


def load_gold(path: Path, corpus: Path) -> list[tuple[Page, str]]:
    """Page and number as printed of each row whose paper is there."""
    with path.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [
        (Page(row["arxiv_id"], int(row["page"])), row["printed"].translate(_MINUS).strip().removesuffix("%").strip())
        for row in rows
        if (corpus / f"{row['arxiv_id']}.pdf").is_file()
    ]


def page_count(path: Path) -> int:
    with importlib.import_module("pymupdf").open(path) as pdf:
        return int(pdf.page_count)


def words_of(path: Path, page: int) -> set[str]:
    """The page's words without marks at their edges."""
    with importlib.import_module("pymupdf").open(path) as pdf:
        return {bare(word[4]) for word in pdf[page - 1].get_text("words")}


def share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part}/{whole})"


def row_of(name: str, licence: str, outcome: Outcome, result: Tally, gold_values: int) -> list[str]:
    """One line of the table."""
    speed = f"{outcome.pages_read / outcome.cpu_seconds:.2f}" if outcome.cpu_seconds else "–"
    return [
        name,
        outcome.version,
        licence,
        share(result.own, gold_values),
        share(result.labelled, gold_values),
        str(result.glued),
        str(result.absent),
        f"{result.tables / len(outcome.readings):.1f}",
        f"{result.cells / result.tables:.0f}" if result.tables else "–",
        f"{speed} (whole papers, whole process)" if name == OURS else speed,
        f"{outcome.cpu_seconds:.0f}",
        str(len(result.failures)),
    ]


HEADINGS = (
    "reader,version,licence,a cell of its own,with a row label,in a cell with more,in no cell,tables a page,"
    "cells a table,pages/CPU s,CPU s,failed pages"
).split(",")


def main() -> None:
    """Run the readers one after the other, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    shared = Path(os.environ.get("BURDEN_SHARED") or PROJECT.parent / "shared")
    parser.add_argument("--readers", nargs="+", choices=[*LIBRARIES, OURS], default=[*LIBRARIES, OURS], metavar="NAME")
    parser.add_argument("--pages", type=int, help="at most so many pages, spread over the gold file (all)")
    parser.add_argument("--gold", type=Path, default=shared / "gold" / "results.csv")
    parser.add_argument("--corpus", type=Path, default=shared / "corpus", help="folder of ARXIV_ID.pdf")
    parser.add_argument("--burden", default=str(Path(sys.executable).parent / "burden"), help="our command")
    parser.add_argument("--limit", type=float, default=PAGE_LIMIT_SECONDS, help="seconds a page may take (60)")
    parser.add_argument("--details", type=Path, help="write each reader's verdict on each value here, as JSON lines")
    options = parser.parse_args()

    gold = load_gold(options.gold, options.corpus) if options.gold.is_file() else []
    pages = sorted({page for page, _ in gold})
    if options.pages and options.pages < len(pages):
        pages = [pages[index * len(pages) // options.pages] for index in range(options.pages)]
        gold = [(page, printed) for page, printed in gold if page in pages]
    if not gold:
        sys.exit(f"no gold values of papers in {options.corpus}")
    words = {page: words_of(options.corpus / f"{page.paper}.pdf", page.number) for page in pages}
    ceiling = sum(printed in words[page] for page, printed in gold)
    print(f"{len(gold)} gold values on {len(pages)} pages of {len({page.paper for page in pages})} papers")
    print(
        f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"
    )
    print(f"words of their own in the page's text, a ceiling: {share(ceiling, len(gold))}\n", flush=True)

    rows: list[list[str]] = []
    notes: list[str] = []
    details: list[dict[str, Any]] = []
    for name in options.readers:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            if name == OURS:
                licence = OUR_LICENCE
                outcome = read_with_burden(options.burden, pages, options.corpus, options.limit)
            else:
                licence = LIBRARIES[name].licence
                outcome = read_with_library(name, pages, options.corpus, options.limit)
        except Skipped as reason:
            notes.append(f"skipped {name}: {reason}")
            continue
        verdicts: list[dict[str, Any]] = []
        result = tally(outcome.readings, gold, verdicts)
        details += [{"reader": name, **verdict} for verdict in verdicts]
        rows.append(row_of(name, licence, outcome, result, len(gold)))
        notes += [f"failed {name}, {failure}" for failure in result.failures]

    for cells in (HEADINGS, ["---"] * len(HEADINGS), *rows):
        print(f"| {' | '.join(cells)} |")
    if notes:
        print("", *notes, sep="\n")
    if options.details:
        options.details.write_text("".join(f"{json.dumps(line)}\n" for line in details), encoding="utf-8")


if __name__ == "__main__":
    main()
