"""Properties of models in tables: what announces them, in which unit, and of which model they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from documents import document_of, page_of, table_document, table_of

from extractors.properties import MOST_IN_TABLES, MOST_PROPERTIES, find_properties
from extractors.property.heads import announced_property
from extractors.records import ModelProperty, Property, Stage, Table
from extractors.tables import find_tables

Said = tuple[str, str | None, float]
"""Property, model and quantity."""


def read(*tables: Table) -> list[ModelProperty]:
    return list(find_properties(document_of(), tables))


def said(rows: Sequence[Sequence[str]], caption: str = "Figures.") -> list[Said]:
    return [(each.property.value, each.model, each.quantity) for each in read(table_of(rows, caption))]


def quantity(head: str, cell: str, caption: str = "Figures.") -> float | None:
    """The only property of a table with one model and one value."""
    found = read(table_of([["Model", head], ["AlderNet-50", cell]], caption))
    return found[0].quantity if found else None


@pytest.mark.parametrize(
    ("head", "cell", "parameters"),
    [
        ("Params (M)", "25.6", 25.6e6),
        ("#Params", "25.6M", 25.6e6),
        ("# params.", "1.3B", 1.3e9),
        ("Parameters", "25,600,000", 25.6e6),
        ("Number of parameters (billion)", "1.7", 1.7e9),
        ("#Params [millions]", "61", 61e6),
        ("params ×10^6", "65", 65e6),
        ("Weights (M)", "15.0", 15e6),
        ("Model size", "175B", 175e9),
        ("#Params", "4M (21x)", 4e6),
        ("Param. ↓", "247M", 247e6),
        ("Params", "25.6 million", 25.6e6),
    ],
)
def test_parameters_in_the_unit_of_head_or_cell(head: str, cell: str, parameters: float) -> None:
    assert quantity(head, cell) == parameters


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("Params", "25.6"),
        ("Model size", "98 MB"),
        ("Params", "35%"),
        ("#Params ratio", "4.0"),
        ("Params reduction (M)", "12"),
        ("Activated params", "2.8B"),
        ("Hyper-parameters", "12M"),
        ("Weights", "0.4"),
        ("Params (M)", "0.0001"),
        ("Params (M)", "10 / 20"),
    ],
)
def test_what_is_no_certain_number_of_parameters_is_left(head: str, cell: str) -> None:
    assert quantity(head, cell) is None


def test_the_unit_may_stand_in_the_caption() -> None:
    rows = [["", "Alder A", "Birch B"], ["Number of parameters", "133", "144"]]
    assert said(rows, "Number of parameters (in millions).") == [
        ("parameters", "Alder A", 133e6),
        ("parameters", "Birch B", 144e6),
    ]
    assert said(rows, "Sizes of networks.") == []


@pytest.mark.parametrize(
    ("head", "cell", "flop"),
    [
        ("FLOPs (G)", "4.1", 4.1e9),
        ("GFLOPs", "4.1", 4.1e9),
        ("#FLOPs", "575M", 575e6),
        ("FLOPs", "4.1 GFLOPs", 4.1e9),
        ("Complexity (MFLOPs)", "146", 146e6),
        ("#Mult-Adds", "575M", 1150e6),
        ("MAdds (B)", "0.39", 0.78e9),
        ("GMACs", "4.1", 8.2e9),
    ],
)
def test_operations_are_taken_as_written_and_multiply_adds_twice(head: str, cell: str, flop: float) -> None:
    assert quantity(head, cell) == pytest.approx(flop)


@pytest.mark.parametrize(
    ("head", "cell"),
    [
        ("Training Cost (FLOPs)", "2.3 × 10^19"),
        ("FLOPs", "2.3 × 10^19"),
        ("TFLOPs", "165"),
        ("teraFLOP/s per GPU", "137"),
        ("FLOPs per token (G)", "350"),
        ("#FLOPs ratio", "0.5x"),
        ("Backbone FLOPs (G)", "3"),
        ("FLOPs", "4.1"),
        ("MAC", "7.9G"),
    ],
)
def test_computing_of_training_rates_and_parts_are_no_operations_of_a_pass(head: str, cell: str) -> None:
    assert quantity(head, cell) is None


def test_the_convention_is_named_in_the_rules() -> None:
    rows = [["Model", "FLOPs (G)", "Mult-Adds (G)"], ["AlderNet-50", "4.1", "3.9"]]
    written, doubled = read(table_of(rows))
    assert "property.flops-as-written" in written.evidence.rules
    assert "property.multiply-adds-doubled" in doubled.evidence.rules


@pytest.mark.parametrize(
    ("sentence", "flop"),
    [
        ("Our network has 3.6 billion FLOPs (multiply-adds).", 8.2e9),
        ("In this paper, FLOPs refers to the number of multiplication-addition operations.", 8.2e9),
        ("We report FLOPs, i.e. the number of multiply-adds.", 8.2e9),
        ("A multiply-add is counted as two FLOPs.", 4.1e9),
        ("We count FLOPs, where one multiply-add is 2 FLOPs.", 4.1e9),
        ("FLOPs are reported for all networks.", 4.1e9),
    ],
)
def test_a_paper_that_calls_multiply_adds_flops_is_believed(sentence: str, flop: float) -> None:
    table = table_of([["Model", "FLOPs (G)"], ["AlderNet-50", "4.1"]])
    found = find_properties(document_of(sentence), [table])
    assert [each.quantity for each in found if each.model == "AlderNet-50"] == [pytest.approx(flop)]


def test_columns_that_count_the_layers_of_one_network_are_left_and_its_total_row_is_read() -> None:
    layers = [["Layer", "Output", "Params"], ["conv1", "112", "2.7M"], ["conv2", "56", "112K"], ["fc6", "1", "4M"]]
    assert said(layers) == []
    totals = [
        ["layer name", "18-layer", "34-layer"],
        ["conv1", "7", "7"],
        ["pool1", "3", "3"],
        ["FLOPs", "1.8G", "3.6G"],
    ]
    assert said(totals) == [("forward_flop", "18-layer", 1.8e9), ("forward_flop", "34-layer", 3.6e9)]


def test_epochs_of_each_model() -> None:
    rows = [["Method", "#Epochs", "AP"], ["AlderDet-S", "300", "44.3"], ["BirchDet-S", "72", "48.1"]]
    found = read(table_of(rows, "Detectors on COCO val2017."))
    assert [(each.model, each.quantity, each.benchmark) for each in found] == [
        ("AlderDet-S", 300, "coco"),
        ("BirchDet-S", 72, "coco"),
    ]


def test_a_column_of_epochs_without_models_is_the_progress_of_one_training() -> None:
    assert said([["Epochs", "Loss"], ["1", "2.5"], ["2", "2.1"], ["3", "1.9"]]) == []


def test_epochs_of_fine_tuning_belong_to_the_benchmark_of_their_column() -> None:
    rows = [["Hyperparam", "RACE", "SQuAD"], ["Max Epochs", "4", "2"], ["Warmup epochs", "1", "1"]]
    (found,) = read(table_of(rows, "Hyperparameters for finetuning."))
    assert (found.model, found.benchmark, found.stage, found.quantity) == (None, "squad1.1", Stage.FINETUNING, 2)


def test_epochs_of_each_part_of_the_data_are_of_no_model() -> None:
    assert said([["Dataset", "Tokens", "Epochs"], ["Books", "25", "1.5"], ["News", "21", "3.6"]]) == []


def test_sizes_of_known_training_sets_are_of_their_benchmarks() -> None:
    rows = [
        ["Dataset", "Train size", "Test size"],
        ["ImageNet", "1,281,167", "50,000"],
        ["Alder Trees", "4,000", "900"],
    ]
    (found,) = read(table_of(rows))
    assert (found.property, found.benchmark, found.model) == (Property.TRAINING_EXAMPLES, "imagenet", None)
    assert found.quantity == 1_281_167


def test_the_label_of_a_row_may_say_it() -> None:
    rows = [["Method", "Error"], ["AlderNet (40 layers, 22.9M params)", "5.1"], ["BirchNet-S / 1000 epochs", "4.9"]]
    assert said(rows) == [
        ("parameters", "AlderNet (40 layers, 22.9M params)", 22.9e6),
        ("epochs", "BirchNet-S / 1000 epochs", 1000),
    ]
    assert said([["Schedule", "Error"], ["300 epochs", "5.1"], ["every 2 epochs", "4.9"]]) == []


def test_a_row_of_figures_names_no_model() -> None:
    assert said([["", "Model size"], ["Figure 2", "1.5B"], ["Figure 3", "8B"]]) == []


def test_evidence_leads_to_the_cell_its_label_and_its_head() -> None:
    document = page_of([["Model", "Params (M)"], ["AlderNet-50", "25.6"], ["BirchNet-50", "11.0"]], "Text before.")
    tables = find_tables(document)
    found = {each.model: each.evidence for each in find_properties(document, tables)}
    evidence = found["AlderNet-50"]
    assert evidence.quote == "Table 1: AlderNet-50 | Params (M) | 25.6"
    assert document.text[evidence.start : evidence.end] == "25.6"
    cells = {cell.text: cell.box for cell in tables[0].cells}
    assert evidence.box == cells["25.6"]
    boxed = {cells["25.6"], cells["AlderNet-50"], cells["Params (M)"], tables[0].caption_box}
    assert {box for _, box in evidence.boxes} == boxed


def test_the_same_said_twice_is_one_record() -> None:
    table = table_of([["Model", "Params (M)"], ["AlderNet-50", "25.6"]])
    assert len(read(table, table)) == 1


def test_a_paper_of_many_large_tables_gives_a_bounded_number() -> None:
    tables = [
        table_of([["Model", "Params"], *([f"Alder-{number}-{row}", f"{row + 1}M"] for row in range(200))])
        for number in range(8)
    ]
    assert len(read(*tables)) <= MOST_IN_TABLES < MOST_PROPERTIES


def test_tables_of_a_page_are_read_as_the_reader_gives_them() -> None:
    document = table_document(
        [["Model", "#Params", "FLOPs"], ["AlderNet", "5.3M", "0.39B"], ["BirchNet", "26M", "4.1B"]]
    )
    found = [(each.model, each.quantity) for each in find_properties(document, find_tables(document))]
    assert found == [("AlderNet", 5.3e6), ("AlderNet", 0.39e9), ("BirchNet", 26e6), ("BirchNet", 4.1e9)]


@pytest.mark.parametrize(
    ("path", "label", "power"),
    [
        (("#Params (M)",), "parameters", 6),
        (("GFLOPs", "224"), "flop", 9),
        (("Params", "(M)"), "parameters", 6),
        (("Params", "Ratio"), None, None),
        (("Top-1",), None, None),
        (("x" * 500,), None, None),
    ],
)
def test_heads_announce_a_property_and_its_unit(path: tuple[str, ...], label: str | None, power: int | None) -> None:
    announced = announced_property(path)
    assert (announced and announced.label, announced and announced.power) == (label, power)
