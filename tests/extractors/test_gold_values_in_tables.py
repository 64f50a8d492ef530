"""Of the values that people found in tables of real papers, how many are a cell of their own: at least 95 in 100."""

from __future__ import annotations

import csv
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from extractors.pdf import read_pdf
from extractors.records import Role
from extractors.tables import find_tables

LEAST_SHARE = 0.95


def printed_in(path: Path) -> tuple[set[str], set[str]]:
    """The numbers that cells print; and those that stand in rows of cells, wherever these belong."""
    document = read_pdf(path.read_bytes())
    cells = {number.printed for table in find_tables(document) for cell in table.cells for number in cell.numbers}
    rows = {
        word.text.strip("()[]*†‡,;%")
        for page in document.pages
        for line in page.lines
        if line.role is Role.TABLE
        for word in line.words
    }
    return cells, rows


def test_values_of_the_gold_data_are_cells(shared_dir: Path) -> None:
    """A value counts if a row of cells anywhere in its paper prints it, as the page layout tells, not the reader."""
    gold: dict[str, set[str]] = defaultdict(set)
    with (shared_dir / "gold" / "results.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            gold[row["arxiv_id"]].add(row["printed"])
    papers = sorted(gold)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        read = pool.map(printed_in, [shared_dir / "corpus" / f"{paper}.pdf" for paper in papers])
        found: list[tuple[str, str]] = []
        missed: list[tuple[str, str]] = []
        for paper, (cells, rows) in zip(papers, read, strict=True):
            for value in sorted(gold[paper] & (cells | rows)):
                (found if value in cells else missed).append((paper, value))
    assert len(found) > 400
    assert len(found) >= LEAST_SHARE * (len(found) + len(missed)), missed
    print(f"{len(found)} of {len(found) + len(missed)} values are cells; not: {missed}")
