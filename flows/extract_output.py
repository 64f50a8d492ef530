"""What `burden extract` writes, paper by paper as they are read."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from db.exchange import write_records
from extractors.records import Table
from flows.fact_tables import print_read
from flows.papers import ReadPdf
from flows.table_formats import csv_header, csv_lines, markdown, print_tables, table_record

Write = Callable[[ReadPdf], None]


@contextmanager
def records_output(output: str, pictures: Path | None) -> Iterator[Write]:
    """Records: ``jsonl`` as they come, a ``table`` of runs and of the best results when all papers are read.

    PNGs of the pages with their evidence go to ``pictures``; the table then has the numbers that stand in them.
    """
    held: list[dict[str, Any]] = []
    write_pictures = _pictures_output(pictures)

    def write(read: ReadPdf) -> None:
        write_pictures(read)
        if output == "jsonl":
            write_records(read.records, "facts", "jsonl", sys.stdout.buffer)
            sys.stdout.buffer.flush()
        elif pictures is None:
            held.extend(read.records)
        else:
            held.extend(record | {"number": number} for number, record in enumerate(read.records, start=1))

    yield write
    if output == "table":
        print_read(held)


@contextmanager
def tables_output(output: str, pictures: Path | None) -> Iterator[Write]:
    """Tables as they come; one ``json`` array or the ``table`` of a terminal when all papers are read.

    PNGs of their pages go to ``pictures``.
    """
    held: list[dict[str, Any]] = []
    shown: list[tuple[str, tuple[Table, ...]]] = []
    found = 0
    write_pictures = _pictures_output(pictures)
    stdout = sys.stdout.buffer  # a progress bar takes the place of sys.stdout while papers are read

    def say(text: str) -> None:
        stdout.write(text.encode("utf-8", errors="replace"))
        stdout.flush()

    if output == "csv":
        say(csv_header())

    def write(read: ReadPdf) -> None:
        nonlocal found
        found += len(read.tables)
        for table in read.tables:
            if output == "csv":
                say(csv_lines(read.paper, read.version, table))
            elif output == "markdown":
                say(markdown(read.paper, table) + "\n")
            elif output == "jsonl":
                say(json.dumps(table_record(read.paper, read.version, table), ensure_ascii=False) + "\n")
            elif output == "json":
                held.append(table_record(read.paper, read.version, table))
        if output == "table":
            shown.append((read.paper, read.tables))
        write_pictures(read)

    yield write
    if output == "json":
        say(json.dumps(held, ensure_ascii=False, indent=1) + "\n")
    for paper, tables in shown:
        print_tables(paper, tables)
    if output == "table" and not found:
        print("no tables found")


def _pictures_output(folder: Path | None) -> Write:
    """Writes pictures into ``folder``, if there is one; those of a second paper of one name as ``NAME-2``."""
    stems: Counter[str] = Counter()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)

    def write(read: ReadPdf) -> None:
        if folder is None or not read.pictures:
            return
        stems[read.path.stem] += 1
        again = f"-{stems[read.path.stem]}" if stems[read.path.stem] > 1 else ""
        for page, picture in read.pictures:
            (folder / f"{read.path.stem}{again}-page-{page}.png").write_bytes(picture)

    return write
