"""The samples' own books: what they expect of each paper stands on the page that they name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from extractors.normalise import plain_word
from extractors.records import Document

SAMPLES = Path(__file__).parents[2] / "samples"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").splitlines()]


def squeezed(text: str) -> str:
    return "".join(plain_word(word) for word in text.split()).replace(" ", "")


def on_page(document: Document, number: int) -> str:
    """All that begins on the page or goes on there."""
    return squeezed(
        "".join(
            passage.text[start:end]
            for passage in document.passages
            for start, end, page, _ in passage.pieces
            if page == number
        )
    )


@pytest.mark.parametrize("row", rows("expected.jsonl"), ids=lambda row: row["arxiv_id"])
def test_what_is_expected_stands_where_it_is_said_to(row: dict[str, Any], sample: Callable[[str], Document]) -> None:
    document = sample(row["arxiv_id"])
    for run in row["runs"]:
        assert squeezed(run["quote"]) in on_page(document, run["page"])
    for result in row["results"]:
        assert f"{result['value']:.1f}" in on_page(document, result["page"])
    for compute in row["training_flops"]:
        assert f"{compute['value']:.1e}".split("e")[0] in on_page(document, compute["page"])


def test_every_paper_has_metadata_and_all_but_the_broken_one_expectations() -> None:
    papers = {path.stem for path in (SAMPLES / "papers").glob("*.pdf")}
    sources = {path.stem for path in (SAMPLES / "tex").glob("[0-9]*.tex")}
    assert {row["arxiv_id"] for row in rows("metadata.jsonl")} == papers
    assert {row["arxiv_id"] for row in rows("expected.jsonl")} == sources
    assert len(papers - sources) == 1


READABLE = [row for row in rows("metadata.jsonl") if (SAMPLES / "tex" / f"{row['arxiv_id']}.tex").exists()]


@pytest.mark.parametrize("row", READABLE, ids=lambda row: row["arxiv_id"])
def test_stamp_and_title_agree_with_the_metadata(row: dict[str, Any], sample: Callable[[str], Document]) -> None:
    document = sample(row["arxiv_id"])
    assert squeezed(row["title"]) in on_page(document, 1)
    if document.stamp:
        assert document.stamp.startswith(f"arXiv:{row['arxiv_id']}v{row['version']} [{row['categories'][0]}]")
