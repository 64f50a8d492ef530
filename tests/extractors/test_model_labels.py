"""What tables call their models: which labels and heads are names, and which of several make the name of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from documents import table_of

from extractors.model_labels import may_name, plain_name
from extractors.patterns import TextRule, load_text_rules
from extractors.records import Cell, Table
from extractors.table_models import ModelLabels

Rows = Sequence[Sequence[str]]


def table_with(rows: Rows, labels: int) -> Table:
    """Heads, then rows with ``labels`` columns of labels: "" is the label above, a row of one text heads a group."""
    cells: list[Cell] = []
    headings: tuple[str, ...] = ()
    above: list[str] = [""] * labels
    for cell in table_of([list(row) + [""] * (len(rows[0]) - len(row)) for row in rows]).cells:
        texts = rows[cell.row]
        if cell.row and len(texts) == 1:
            headings = (texts[0],)
            cells += [replace(cell, header=True, row_path=())] if cell.column == 0 else []
            continue
        if cell.row and cell.column == 0:
            above = [text or above[place] for place, text in enumerate(texts[:labels])]
        path = tuple(text for text in above[: cell.column] if text) if cell.row else ()
        if cell.text:
            cells.append(replace(cell, row_path=(*headings, *path)))
    return replace(table_of(rows[:1]), cells=tuple(cells), row_count=len(rows))


def names(rows: Rows, labels: int = 1) -> list[str | None]:
    """Of the last number in each row."""
    table = table_with(rows, labels)
    reading = ModelLabels(table)
    last = {cell.row: cell for cell in table.cells if cell.numbers}
    return [reading.model_of(cell) for cell in last.values()]


@pytest.mark.parametrize("rule", load_text_rules("model_labels"), ids=lambda rule: rule.id)
def test_a_rule_matches_its_examples_and_only_them(rule: TextRule) -> None:
    assert rule.matches
    assert rule.misses
    assert [text for text in rule.matches if not rule.pattern.search(text)] == []
    assert [text for text in rule.misses if rule.pattern.search(text)] == []


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("AlderNet-50 [14]", "AlderNet-50"),
        ("AlderNet (Lund et al., 2016)", "AlderNet"),
        ("AlderNet (Lund et al., 2016) + cutout", "AlderNet + cutout"),
        ("AlderNet (L = 40) Lund et al. (2016a)", "AlderNet (L = 40)"),
        ("Lund et al. (2016) AlderNet (Char)", "AlderNet (Char)"),
        ("Lund et al. [8] - Alder-XL", "Alder-XL"),
        ("Lund (2015) - Alder LSTM", "Alder LSTM"),
        ("Lund et al. (2016)", "Lund et al. (2016)"),
        ("AlderNet (reported by Lund et al. (2016))", "AlderNet"),
        ("• AlderNet-L ^‡", "AlderNet-L"),
        ("◦Alder-T", "Alder-T"),
        ("(b) AlderNet", "AlderNet"),
        ("(*) AlderNet ^†", "AlderNet"),
        ("AlderNet (ours)", "AlderNet"),
        ("AlderNet ours", "AlderNet"),
        ("ours, AlderNet on birch", "AlderNet on birch"),
        ("Ours", "Ours"),
        ("+ more data (§3.2)", "+ more data (§3.2)"),
        ("Alder-152 + SE ^3, α = 0.5", "Alder-152 + SE, α = 0.5"),
        ("A ^2-Net", "A ^2-Net"),
        ("AlderBASE", "AlderBASE"),
    ],
)
def test_citations_marks_and_numbering_are_no_part_of_a_name(label: str, name: str) -> None:
    assert plain_name(label) == name


@pytest.mark.parametrize(
    ("label", "head"),
    [
        ("AlderNet-50", ""),
        ("Alder", "Model"),
        ("G/14", ""),
        ("R26+S/32", ""),
        ("D", "ConvNet config."),
        ("18-layer", ""),
        ("0.75 AlderNet v1", ""),
        ("Mask R-CNN", ""),
        ("AlderVGG (ILSVRC'14)", ""),
        ("AlderNet, single LSTM, test-time flip", ""),
        ("Multi-scale (Lund & Berg, 2015)", ""),
        ("AlderNet", "Task"),
        ("Alder", "Model FLOPs"),
    ],
)
def test_labels_that_name_models(label: str, head: str) -> None:
    assert may_name(label, head)


@pytest.mark.parametrize(
    ("label", "head"),
    [
        ("Top-1 acc.", ""),
        ("mmAP(%)", ""),
        ("ImageNet", ""),
        ("CIFAR-100 (Lund & Berg, 2009)", ""),
        ("SQuAD v1.1 (F1)", ""),
        ("LibriSpeech test-clean", ""),
        ("300M", "Data"),
        ("1.3B params", ""),
        ("300k steps", ""),
        ("224 × 224", ""),
        ("log 10", ""),
        ("✓", ""),
        ("n/a", ""),
        ("Baseline", ""),
        ("kernel size 5", ""),
        ("Training time (h)", ""),
        ("#GPUs", ""),
        ("D", "Part"),
        ("Python", "Language"),
        ("alder", "FLOPs"),
    ],
)
def test_labels_that_name_no_model(label: str, head: str) -> None:
    assert not may_name(label, head)


def test_a_detector_is_named_with_its_backbone() -> None:
    rows = [
        ["Method", "Backbone", "AP"],
        ["AlderDet [3]", "R-50", "40.1"],
        ["", "R-101", "42.0"],
        ["BirchDet", "R-50", "41.3"],
    ]
    assert names(rows, 2) == ["AlderDet R-50", "AlderDet R-101", "BirchDet R-50"]


def test_a_method_is_named_with_the_network_that_others_train_too() -> None:
    rows = [
        ["Method", "Arch.", "Top-1"],
        ["Supervised", "AlderNet-S", "79.1"],
        ["", "AlderNet-B", "80.2"],
        ["DINE", "AlderNet-S", "77.0"],
        ["", "AlderNet-B", "78.2"],
    ]
    assert names(rows, 2) == ["Supervised AlderNet-S", "Supervised AlderNet-B", "DINE AlderNet-S", "DINE AlderNet-B"]


@pytest.mark.parametrize("group", ["ConvNets & Hybrid", "ConvNets (ours)", "CNN", "Results of others", "AlderNet"])
def test_the_label_of_a_group_is_no_part_of_a_full_name(group: str) -> None:
    rows = [["", "Model", "Top-1"], [group, "AlderNet-B1", "79.1"], ["", "AlderNet-B2 [7]", "80.2"]]
    assert names(rows, 2) == ["AlderNet-B1", "AlderNet-B2"]


def test_groups_within_groups() -> None:
    rows = [
        ["Task", "Kind", "Model", "Top-1"],
        ["Image Classification", "CNN", "AlderNet-18", "71.0"],
        ["", "", "BirchNet-16", "72.0"],
    ]
    assert names(rows, 3) == ["AlderNet-18", "BirchNet-16"]


def test_a_size_needs_the_label_before_it() -> None:
    rows = [
        ["Model", "Size", "BLEU"],
        ["Transformer", "base", "27.1"],
        ["", "big", "28.2"],
        ["AlderViT", "B/8", "28.4"],
        ["", "g/14", "28.9"],
    ]
    assert names(rows, 2) == ["Transformer base", "Transformer big", "AlderViT B/8", "AlderViT g/14"]


def test_words_that_only_sort_models_are_left() -> None:
    rows = [
        ["Model", "Design", "Kind", "Top-1"],
        ["AlderNet-A", "manual", "CNN", "70.1"],
        ["BirchNet-A", "auto", "CNN", "72.0"],
    ]
    assert names(rows, 3) == ["AlderNet-A", "BirchNet-A"]
    assert names([["Model", "Type", "Top-1"], ["AlderNet-A", "Dense Encoder", "70.1"]], 2) == ["AlderNet-A"]


def test_words_that_tell_rows_apart_stay() -> None:
    rows = [["Model", "Evaluation", "Top-1"], ["AlderNet-A", "dense", "70.1"], ["", "multi-crop", "72.0"]]
    assert names(rows, 2) == ["AlderNet-A dense", "AlderNet-A multi-crop"]


def test_what_is_added_comes_with_the_model_above() -> None:
    rows = [
        ["Model", "Top-1"],
        ["AlderNet [4]", "70.1"],
        ["+ dropout", "71.0"],
        ["+ dropout + more data", "71.9"],
        ["-shortcuts", "68.0"],
        ["BirchNet", "72.0"],
        ["w/o shortcuts", "70.3"],
    ]
    assert names(rows) == [
        "AlderNet",
        "AlderNet + dropout",
        "AlderNet + dropout + more data",
        "AlderNet -shortcuts",
        "BirchNet",
        "BirchNet w/o shortcuts",
    ]


def test_what_is_added_comes_with_all_of_the_name_above() -> None:
    rows = [["Method", "Backbone", "AP"], ["AlderDet", "R-50", "40.1"], ["+ mirrored", "", "40.9"]]
    table = table_with(rows, 2)
    added = next(cell for cell in table.cells if cell.text == "40.9")
    assert ModelLabels(table).model_of(replace(added, row_path=("+ mirrored",))) == "AlderDet R-50 + mirrored"


def test_what_is_added_comes_with_the_heading_of_its_group() -> None:
    rows = [
        ["", "F1"],
        ["AlderBERT"],
        ["with books", "90.1"],
        ["+ web pages", "91.2"],
        ["BirchBERT"],
        ["with books", "89.0"],
    ]
    assert names(rows) == ["AlderBERT with books", "AlderBERT + web pages", "BirchBERT with books"]


def test_a_heading_that_names_the_model_tells_rows_of_the_same_label_apart() -> None:
    rows = [
        ["", "Top-1"],
        ["AlderViT-S/16"],
        ["Sup.", "70.0"],
        ["DINE", "71.0"],
        ["AlderViT-B/16"],
        ["Sup.", "72.0"],
        ["DINE", "73.0"],
    ]
    assert names(rows) == ["AlderViT-S/16 Sup.", "AlderViT-S/16 DINE", "AlderViT-B/16 Sup.", "AlderViT-B/16 DINE"]


@pytest.mark.parametrize("heading", ["Two-stage methods", "ImageNet-22K pre-trained models", "Our AlderNet runs:"])
def test_other_headings_are_no_part_of_a_name(heading: str) -> None:
    rows = [["", "Top-1"], [heading], ["AlderNet-A", "70.0"], ["Others"], ["AlderNet-A", "72.0"]]
    assert names(rows) == ["AlderNet-A", "AlderNet-A"]


def test_a_column_names_the_model_where_its_row_does_not() -> None:
    assert names([["", "AlderNet-S"], ["Top-1", "70.1"]]) == ["AlderNet-S"]
    assert names([["Images", "AlderNet-S"], ["300M", "70.1"]]) == ["AlderNet-S"]
    assert names([["", "Top-1 (%)"], ["✓", "70.1"]]) == [None]


def test_heads_in_a_line_with_a_data_set_name_data() -> None:
    assert names([["", "ImageNet", "Alder Trees"], ["Error", "30.1", "12.0"]]) == [None]
    assert names([["", "AlderNet, ImageNet", "BirchNet, ImageNet"], ["Error", "30.1", "12.0"]]) == [
        "BirchNet, ImageNet"
    ]


def test_names_are_the_same_for_every_cell_of_a_row_and_bounded() -> None:
    table = table_with([["Model", "Params", "Top-1"], ["Alder " * 40 + "Net", "25M", "70.1"]], 1)
    reading = ModelLabels(table)
    found = {reading.model_of(cell) for cell in table.cells if cell.row and cell.column}
    assert len(found) == 1
    assert len(found.pop() or "") <= 120
