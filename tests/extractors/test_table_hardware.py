"""The hardware of a time in a table: of its row, its heads, its caption, or of the text that speaks of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from documents import page_of
from readings import read_in_tables

from extractors.records import CountUnit, Document

SETUP = ("4 Setup", "All models were trained on 8 V100 GPUs.")

Machine = tuple[str | None, int | None, CountUnit | None]


def machines(document: Document) -> list[Machine]:
    return [
        (run.accelerator, run.accelerator_count, run.count_unit)
        for run in read_in_tables(document)
        if run.duration_hours or run.device_hours
    ]


def timed(*heads: str, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """A table with a label and a time in each row."""
    named = [[f"Model{number}", *row, str(10 * number)] for number, row in enumerate(rows, start=1)]
    return [["Model", *heads, "Training time (h)"], *named]


@pytest.mark.parametrize(
    ("heads", "row", "expected"),
    [
        (("#GPUs", "Hardware"), ("16", "A100"), ("NVIDIA A100", 16, CountUnit.DEVICES)),
        (("Hardware", "Number of GPUs"), ("A100", "16"), ("NVIDIA A100", 16, CountUnit.DEVICES)),
        (("Batch", "Hardware"), ("256", "8 × A100"), ("NVIDIA A100", 8, CountUnit.DEVICES)),
        (("Batch", "GPU"), ("256", "4 RTX 2080 Ti"), ("NVIDIA GeForce RTX 2080 Ti", 4, CountUnit.DEVICES)),
        (("Batch", "TPU v3 Cores"), ("256", "2048"), ("Google TPU v3", 2048, CountUnit.CORES)),
        (("Batch", "#GPUs"), ("256", "16"), ("GPU", 16, CountUnit.DEVICES)),
        (("Batch", "Setting"), ("256", "with 16 A100 GPUs"), ("NVIDIA A100", 16, CountUnit.DEVICES)),
        (("GPU memory (GB)", "Batch"), ("32", "256"), (None, None, None)),
    ],
)
def test_cells_of_the_row_name_and_count_it(heads: tuple[str, str], row: tuple[str, str], expected: Machine) -> None:
    assert machines(page_of(timed(*heads, rows=[row, row]))) == [expected] * 2


def test_each_row_has_its_own() -> None:
    document = page_of(timed("#GPUs", "Hardware", rows=[("8", "V100"), ("64", "A100")]), SETUP)
    assert [(name, count) for name, count, _ in machines(document)] == [("NVIDIA Tesla V100", 8), ("NVIDIA A100", 64)]


def test_in_a_table_on_its_side_the_cells_of_the_column_do() -> None:
    rows = [
        ["", "Alder", "Birch"],
        ["Hardware", "V100", "A100"],
        ["#GPUs", "8", "64"],
        ["Training time (days)", "2", "9"],
    ]
    assert [(name, count) for name, count, _ in machines(page_of(rows))] == [
        ("NVIDIA Tesla V100", 8),
        ("NVIDIA A100", 64),
    ]


def test_a_head_with_a_device_in_its_time_names_it() -> None:
    document = page_of([["Model", "BLEU", "A100 hours"], ["Alder", "27.1", "71"]], SETUP)
    assert machines(document) == [("NVIDIA A100", None, None)]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Table 1: Costs of training on 8 RTX 2080 Ti cards.", ("NVIDIA GeForce RTX 2080 Ti", 8, CountUnit.DEVICES)),
        (
            "Table 1: Costs. Infer-time is measured on V100; train-time is on 32 TPU cores.",
            ("TPU", 32, CountUnit.CORES),
        ),
        ("Table 1: Costs. Latency is measured on one T4; training on 16 A100.", ("NVIDIA A100", 16, CountUnit.DEVICES)),
        ("Table 1: Costs, and latency measured on a T4.", ("NVIDIA Tesla V100", 8, CountUnit.DEVICES)),
    ],
)
def test_the_caption_names_it_in_its_clause_of_training(caption: str, expected: Machine) -> None:
    rows = timed("Top-1", rows=[("71.2",), ("72.3",)])
    assert machines(page_of(rows, SETUP, caption=caption)) == [expected] * 2


@pytest.mark.parametrize(
    ("heads", "row", "caption", "expected"),
    [
        (("#GPUs", "Top-1"), ("16", "71.2"), "on A100 GPUs", ("NVIDIA A100", 16, CountUnit.DEVICES)),
        (("GPU type", "Top-1"), ("A100", "71.2"), "on 8 GPUs", ("NVIDIA A100", 8, CountUnit.DEVICES)),
    ],
)
def test_the_caption_completes_what_the_row_leaves_open(
    heads: tuple[str, str], row: tuple[str, str], caption: str, expected: Machine
) -> None:
    document = page_of(timed(*heads, rows=[row, row]), caption=f"Table 1: Costs of training {caption}.")
    assert machines(document) == [expected] * 2


@pytest.mark.parametrize(("head", "other"), [("Hardware", None), ("GPUs", None), ("GPU", 1), ("GPU type", 1)])
def test_a_name_without_a_count_takes_that_of_the_text_else_one_under_a_head_in_the_singular(
    head: str, other: int | None
) -> None:
    document = page_of(timed(head, rows=[("V100",), ("A100",)]), SETUP)
    assert [(name, count) for name, count, _ in machines(document)] == [
        ("NVIDIA Tesla V100", 8),
        ("NVIDIA A100", other),
    ]


def test_a_count_without_a_name_takes_the_only_name_of_the_text() -> None:
    document = page_of(timed("#GPUs", rows=[("16",), ("32",)]), SETUP)
    assert [(name, count) for name, count, _ in machines(document)] == [
        ("NVIDIA Tesla V100", 16),
        ("NVIDIA Tesla V100", 32),
    ]


TWO = (("4 Setup", "The encoder was trained on 8 V100 GPUs."), ("5 Setup", "The decoder was trained on 16 A100 GPUs."))


def test_a_table_that_names_none_takes_the_papers_only_one_and_none_of_two() -> None:
    rows = timed("Top-1", rows=[("71.2",), ("72.3",)])
    assert machines(page_of(rows, SETUP)) == [("NVIDIA Tesla V100", 8, CountUnit.DEVICES)] * 2
    assert machines(page_of(rows, *TWO)) == [(None, None, None)] * 2


def test_of_two_that_of_the_sentence_that_speaks_of_the_table() -> None:
    speaking = ("6 Costs", "The models of Table 1 were trained on 32 H100 GPUs.")
    rows = timed("Top-1", rows=[("71.2",), ("72.3",)])
    assert machines(page_of(rows, *TWO, speaking)) == [("NVIDIA H100", 32, CountUnit.DEVICES)] * 2


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("GPU days", ("GPU", None, None)),
        ("TPU core years", ("TPU", None, CountUnit.CORES)),
        ("TPUv3-core-days", ("Google TPU v3", None, CountUnit.CORES)),
    ],
)
def test_a_device_time_names_its_hardware_and_unit(head: str, expected: Machine) -> None:
    """As in a sentence; without the unit, the burden of cores would be that of as many chips, twice as much."""
    assert machines(page_of([["Model", "BLEU", head], ["Alder", "27.1", "71"]])) == [expected]


@pytest.mark.xfail(strict=True, reason="the cell that holds the time is not read for hardware")
@pytest.mark.parametrize("text", ["3 days on 8 V100", "8 V100 × 3 days"])
def test_the_cell_of_the_time_names_it(text: str) -> None:
    document = page_of([["Model", "BLEU", "Training cost"], ["Alder", "27.1", text], ["Birch", "28.1", text]])
    assert machines(document) == [("NVIDIA Tesla V100", 8, CountUnit.DEVICES)] * 2
