"""Invented papers, and stand-off records made from what is known of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from annotations.make_gold import make
from extractors.pdf import read_pdf
from extractors.records import Document, Table
from extractors.tables import find_tables

PAPERS = ("1606.99014", "1707.99006", "1803.99004", "2106.99008")


@pytest.fixture(scope="session")
def invented(samples_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Gold files of four invented papers, one of them without a run, and the records made from them."""
    gold = tmp_path_factory.mktemp("gold")
    lines = (samples_dir.parent / "expected.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (gold / "runs.jsonl").write_text("".join(line for line in lines if json.loads(line)["arxiv_id"] in PAPERS))
    (gold / "results.csv").write_text("arxiv_id,benchmark,metric,value,is_best,page,printed\n")
    (gold / "results_full.jsonl").write_text("")
    made = gold / "made"
    made.mkdir()
    (made / "roles.jsonl").write_text("")
    make(gold, samples_dir, made)
    return gold


@pytest.fixture(scope="session")
def read(samples_dir: Path) -> Callable[[str], tuple[Document, tuple[Table, ...]]]:
    """Reads an invented paper."""

    def read_sample(paper: str) -> tuple[Document, tuple[Table, ...]]:
        document = read_pdf((samples_dir / f"{paper}.pdf").read_bytes())
        return document, find_tables(document)

    return read_sample
