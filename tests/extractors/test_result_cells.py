"""Numbers in tables to values of a benchmark and a metric, in percent: what each is of, and which are no results."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from documents import document_of
from result_tables import Rows, readings, table_of_results, values

from extractors.performance.cells import MOST_RESULTS_OF_A_TABLE
from extractors.performance.readings import MOST_RESULTS, MOST_WORDS_CHARACTERS
from extractors.records import MAX_QUOTE_CHARACTERS, Document, Role

ON_WMT = document_of("We train on WMT 2014.", "Our English-German models are large.")
ON_LIBRISPEECH = document_of("We report LibriSpeech, the clean and the other part.")
ON_CONLL = document_of("We report CoNLL-2003.")


@pytest.mark.parametrize(
    ("head", "caption", "printed", "value"),
    [
        ("Top-1 error (%)", "ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (75.9, 77.1))),
        ("Top-5 err.", "ImageNet.", ("7.1", "6.5"), ("top5_accuracy", (92.9, 93.5))),
        ("Top-1", "Error rates on ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (75.9, 77.1))),
        ("Top-1 ↓", "ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (75.9, 77.1))),
        ("Top-1 acc.", "ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (24.1, 22.9))),
        ("Top-1 acc.", "Errors on ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (24.1, 22.9))),
        ("Top-1 ↑", "ImageNet.", ("24.1", "22.9"), ("top1_accuracy", (24.1, 22.9))),
        ("Error", "ImageNet accuracies.", ("24.1", "22.9"), ("top1_accuracy", (75.9, 77.1))),
    ],
)
def test_errors_become_accuracies_by_what_is_said_nearest(
    head: str, caption: str, printed: tuple[str, str], value: tuple[str, tuple[float, float]]
) -> None:
    metric, expected = value
    table = table_of_results([["Model", head], ["A", printed[0]], ["B", printed[1]]], caption)
    assert values(table) == [("imagenet", metric, each) for each in expected]


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (("24.1", "22.9"), (75.9, 77.1)),
        (("75.9", "77.1"), (75.9, 77.1)),
        (("44.9", "76.1", "77.1"), (44.9, 76.1, 77.1)),
    ],
)
def test_where_nobody_says_the_size_of_a_column_tells_errors(
    printed: tuple[str, ...], expected: tuple[float, ...]
) -> None:
    table = table_of_results([["Model", "Top-1"], *(["A", number] for number in printed)], "ImageNet.")
    assert [value for _, _, value in values(table)] == list(expected)
    assert all("reading.guessed-error" in each.signals for each in readings(table))


def test_in_a_paper_that_speaks_of_accuracy_small_values_are_accuracies() -> None:
    table = table_of_results([["Model", "Top-1"], ["A", "24.1"]], "ImageNet.")
    paper = document_of("The accuracy on ImageNet: accuracies are low. Accuracy is hard. More accuracy is needed.")
    assert values(table, paper=paper) == [("imagenet", "top1_accuracy", 24.1)]


@pytest.mark.parametrize(
    ("head", "printed", "expected"),
    [
        ("Top-1 acc.", ("0.741", "0.763"), (74.1, 76.3)),
        ("Top-1 error", ("0.241", "0.237"), (75.9, 76.3)),
        ("Top-1", ("0.741", "0.763"), (74.1, 76.3)),
        ("Top-1", ("0.241", "0.237"), (75.9, 76.3)),
        ("Top-1 acc.", ("0.741", "76.3"), (76.3,)),
        ("Top-5 error", ("0.9%", "0.8%"), (99.1, 99.2)),
    ],
)
def test_a_column_of_fractions_is_given_in_percent(
    head: str, printed: tuple[str, str], expected: tuple[float, ...]
) -> None:
    table = table_of_results([["Model", head], ["A", printed[0]], ["B", printed[1]]], "ImageNet.")
    assert [value for _, _, value in values(table)] == list(expected)


def test_the_word_error_rate_stays_an_error() -> None:
    rows = [["Model", "test-clean", "test-other"], ["A", "2.1", "4.6"], ["B", "1.9", "4.1"]]
    found = values(table_of_results(rows, "WER on LibriSpeech."), paper=ON_LIBRISPEECH)
    clean, other = "librispeech-test-clean", "librispeech-test-other"
    assert found == [(clean, "wer", 2.1), (clean, "wer", 1.9), (other, "wer", 4.6), (other, "wer", 4.1)]


def test_dev_sets_of_librispeech_are_told_from_test_sets() -> None:
    rows = [
        ["Model", "dev", "", "test", ""],
        ["", "clean", "other", "clean", "other"],
        ["A", "2.0", "4.4", "2.1", "4.6"],
    ]
    found = values(table_of_results(rows, "WER on LibriSpeech.", heads=2), paper=ON_LIBRISPEECH)
    assert found == [("librispeech-test-clean", "wer", 2.1), ("librispeech-test-other", "wer", 4.6)]


@pytest.mark.parametrize(
    ("rows", "heads", "caption", "expected"),
    [
        ([["Model", "EM/F1"], ["A", "84.1/90.9"]], 1, "SQuAD 1.1.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "F1/EM"], ["A", "90.9/84.1"]], 1, "SQuAD 1.1.", [("f1", 90.9), ("em", 84.1)]),
        ([["Model", "EM (F1)"], ["A", "84.1 (90.9)"]], 1, "SQuAD 1.1.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "SQuAD"], ["A", "84.1 / 90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "SQuAD"], ["", "EM/F1"], ["A", "84.1/90.9"]], 2, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["", "Alder"], ["SQuAD 1.1 EM/F1", "84.1/90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "A"], ["B", "84.1/90.9"]], 1, "EM/F1 on SQuAD 1.1.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "SQuAD (v1.1/2.0)"], ["A", "91.1/84.1"]], 1, "F1.", [("f1", 91.1)]),
        ([["Model", "SQuAD v1.1/v2.0"], ["A", "91.1/84.1"]], 1, "F1.", [("f1", 91.1)]),
        ([["Model", "SQuAD 2.0/1.1"], ["A", "84.1/91.1"]], 1, "F1.", [("f1", 91.1)]),
        ([["Model", "SQuAD v2.0 EM/F1"], ["A", "74.1/77.1"]], 1, "SQuAD results.", []),
        ([["Model", "EM/F1 on SQuAD 2.0"], ["A", "74.1/77.1"]], 1, "SQuAD results.", []),
        ([["Model", "SQuAD (EM/F1)"], ["A", "84.1/90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "SQuAD (F1/EM)"], ["A", "90.9/84.1"]], 1, "Results.", [("f1", 90.9), ("em", 84.1)]),
        ([["Model", "SQuAD dev (EM / F1)"], ["A", "84.1 / 90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "SQuAD | EM | F1"], ["A", "84.1 / 90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["", "Alder"], ["SQuAD (EM/F1)", "84.1/90.9"]], 1, "Results.", [("em", 84.1), ("f1", 90.9)]),
        ([["Model", "dev"], ["A", "84.1/90.9"]], 1, "Results on SQuAD (EM/F1).", [("em", 84.1), ("f1", 90.9)]),
    ],
)
def test_pairs_of_answers_go_to_their_metrics_and_versions(
    rows: Rows, heads: int, caption: str, expected: list[tuple[str, float]]
) -> None:
    found = values(table_of_results(rows, caption, heads=heads))
    assert sorted(found) == sorted(("squad1.1", metric, value) for metric, value in expected)


TOP1, TOP5 = "imagenet top1_accuracy", "imagenet top5_accuracy"


@pytest.mark.parametrize(
    ("head", "cell", "caption", "expected"),
    [
        ("Top-1 (Top-5) err.", "24.1 (7.1)", "ImageNet.", [f"{TOP1} 75.9", f"{TOP5} 92.9"]),
        ("Top-1/Top-5", "76.1/93.1", "ImageNet.", [f"{TOP1} 76.1", f"{TOP5} 93.1"]),
        ("AP/AP50", "40.1/60.2", "COCO.", ["coco box_ap 40.1", "coco box_ap50 60.2"]),
        ("C10 / C100", "97.1/84.2", "Accuracy.", ["cifar10 top1_accuracy 97.1", "cifar100 top1_accuracy 84.2"]),
        ("EN-DE / EN-FR", "28.4 / 41.0", "BLEU, WMT14.", ["wmt14-en-de bleu 28.4", "wmt14-en-fr bleu 41.0"]),
        ("CIFAR-10/100", "97.1/84.2", "Accuracy.", ["cifar10 top1_accuracy 97.1", "cifar100 top1_accuracy 84.2"]),
        ("CIFAR-100/10", "84.2/97.1", "Accuracy.", ["cifar10 top1_accuracy 97.1", "cifar100 top1_accuracy 84.2"]),
        ("CIFAR10 (100)", "97.1 (84.2)", "Accuracy.", ["cifar10 top1_accuracy 97.1", "cifar100 top1_accuracy 84.2"]),
        ("Top-1/5 err.", "24.1/7.1", "ImageNet.", [f"{TOP1} 75.9", f"{TOP5} 92.9"]),
        ("CIFAR-10/100 error", "2.9/15.8", "", ["cifar10 top1_accuracy 97.1", "cifar100 top1_accuracy 84.2"]),
        ("Top-1 / 10 epochs", "76.1 / 93.1", "ImageNet.", [f"{TOP1} 76.1"]),
        ("Top-1/5", "76.1/93.1", "ImageNet.", [f"{TOP1} 76.1", f"{TOP5} 93.1"]),
        ("AP50/75", "60.2/44.1", "COCO.", ["coco box_ap50 60.2", "coco box_ap75 44.1"]),
        ("ImageNet (Top-1/Top-5)", "76.1/93.1", "Results.", [f"{TOP1} 76.1", f"{TOP5} 93.1"]),
        ("ImageNet (Top-1)", "76.1 (93.1)", "Results.", [f"{TOP1} 76.1"]),
        ("Top-1/V2/ReaL", "76.1 / 68.1 / 83.1", "ImageNet.", [f"{TOP1} 76.1"]),
        ("Top-1", "76.1 / 93.1", "ImageNet.", [f"{TOP1} 76.1"]),
        ("Top-1", "76.1 (5)", "ImageNet.", [f"{TOP1} 76.1"]),
        ("Top-1", "76.1 ± 0.2", "ImageNet.", [f"{TOP1} 76.1"]),
        ("Acc.", "93.4 (93.6 ± 0.2)", "CIFAR-10.", ["cifar10 top1_accuracy 93.4", "cifar10 top1_accuracy 93.6"]),
    ],
)
def test_numbers_in_one_cell_go_to_the_parts_of_their_head(
    head: str, cell: str, caption: str, expected: list[str]
) -> None:
    found = values(table_of_results([["Model", head], ["Alder", cell]], caption))
    assert sorted(" ".join(map(str, each)) for each in found) == expected


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("76.1", [76.1]),
        ("76.1 (+1.0)", [76.1]),
        ("76.1 †", [76.1]),
        ("76.1%", [76.1]),
        ("+11.0", []),
        ("-11.3", []),
        ("−11.3", []),
        ("(-10.4)", []),
        ("(+10.4)", []),
        ("↑ 11.0", []),
        ("▲11.0", []),
        ("-", []),
        ("n/a", []),
        ("18 layers", []),
        ("90 epochs", []),
        ("12 ms", []),
        ("0", []),
        ("0.0", []),
        ("1.9", []),
        ("100", []),
        ("100.0", []),
        ("101.3", []),
        ("1e30", []),
        ("25M", []),
    ],
)
def test_only_what_can_be_an_accuracy_is_one(cell: str, found: list[float]) -> None:
    rows = [["Model", "Top-1 acc."], ["A", cell], ["B", "80.2"]]
    assert [value for _, _, value in values(table_of_results(rows, "ImageNet."))] == [*found, 80.2]


@pytest.mark.parametrize(
    ("metric", "caption", "outside", "inside"),
    [("BLEU", "WMT14 En-De.", "65.0", "28.4"), ("AP", "COCO.", "85.0", "48.4"), ("EM", "SQuAD 1.1.", "99.5", "84.1")],
)
def test_values_that_no_model_reaches_are_none(metric: str, caption: str, outside: str, inside: str) -> None:
    rows = [["Model", metric], ["A", outside], ["B", inside]]
    assert [value for _, _, value in values(table_of_results(rows, caption))] == [float(inside)]


@pytest.mark.parametrize(
    "head",
    [
        "Params (M)",
        "FLOPs (G)",
        "Epochs",
        "Image size",
        "Throughput (img/s)",
        "Depth",
        "Time (h)",
        "Gain",
        "Δ",
        "Train acc.",
        "Top-10",
        "Perplexity",
        "mIoU",
        "Flowers",
        "ImageNet-V2",
        "ReaL",
        "V2",
    ],
)
def test_a_column_of_something_else_gives_nothing(head: str) -> None:
    rows = [["Model", head, "Top-1"], ["A", "65.1", "76.1"], ["B", "66.1", "77.1"]]
    found = values(table_of_results(rows, "Accuracy on ImageNet."))
    assert found == [("imagenet", "top1_accuracy", 76.1), ("imagenet", "top1_accuracy", 77.1)]


@pytest.mark.parametrize(
    "head", ["AP ^mask", "mask AP", "APS", "AP_M", "AP (large)", "AR@100", "AP60", "VOC mAP", "Top-1"]
)
def test_other_precision_beside_that_of_boxes_gives_nothing(head: str) -> None:
    rows = [["Model", head, "AP ^box"], ["A", "35.1", "40.1"], ["B", "36.1", "41.1"]]
    assert values(table_of_results(rows, "COCO val2017.")) == [("coco", "box_ap", 40.1), ("coco", "box_ap", 41.1)]


def test_a_head_of_masks_rules_out_what_stands_under_it() -> None:
    rows = [["Model", "Box", "", "Mask", ""], ["", "AP", "AP50", "AP", "AP50"], ["A", "40.1", "58.1", "35.2", "56.2"]]
    found = values(table_of_results(rows, "COCO val2017.", heads=2))
    assert found == [("coco", "box_ap", 40.1), ("coco", "box_ap50", 58.1)]


@pytest.mark.parametrize("head", ["Segmentation", "Instance segm.", "Instance Segmentation (val)"])
def test_precision_of_segments_beside_that_of_boxes_gives_nothing(head: str) -> None:
    rows = [["Model", "Detection", "", head, ""], ["", "AP", "AP50", "AP", "AP50"], ["A", "40.1", "58.1", "35", "56.2"]]
    found = values(table_of_results(rows, "COCO.", heads=2))
    assert found == [("coco", "box_ap", 40.1), ("coco", "box_ap50", 58.1)]
    groups = [["Model", "AP"], ["Detection"], ["A", "40.1"], [head], ["A", "35.2"]]
    assert values(table_of_results(groups, "COCO.")) == [("coco", "box_ap", 40.1)]


def test_precision_of_small_and_large_objects_under_a_common_head_gives_nothing() -> None:
    rows = [["Model", "AP", "", "", "", ""], ["", "all", "50", "S", "M", "L"]]
    found = values(table_of_results([*rows, ["A", "40.1", "60.2", "22.1", "44.3", "52.0"]], "COCO.", heads=2))
    assert found == [("coco", "box_ap", 40.1), ("coco", "box_ap50", 60.2)]


@pytest.mark.parametrize("shots", ["5-shot", "1-shot", "10 shots", "few-shot"])
def test_what_was_learnt_from_a_few_examples_gives_nothing(shots: str) -> None:
    rows = [["Model", f"ImageNet {shots}", "ImageNet"], ["A", "40.1", "80.1"]]
    assert values(table_of_results(rows, "Accuracy.")) == [("imagenet", "top1_accuracy", 80.1)]
    groups = [["Model", "Acc."], ["A, full", "80.1"], [f"A, {shots}", "40.1"], [shots], ["A", "42.1"]]
    assert values(table_of_results(groups, "ImageNet.")) == [("imagenet", "top1_accuracy", 80.1)]


@pytest.mark.parametrize(
    "caption",
    [
        "Mask AP on COCO.",
        "Keypoint AP on COCO.",
        "Panoptic results on COCO.",
        "Proposals on COCO.",
        "Per-class AP on COCO.",
    ],
)
def test_a_caption_of_another_measure_rules_its_table_out(caption: str) -> None:
    rows = [["Model", "AP", "AP50"], ["A", "40.1", "60.2"]]
    assert values(table_of_results(rows, caption)) == []
    assert len(values(table_of_results(rows, "Results on COCO."))) == 2


def test_a_paper_on_poses_reports_no_boxes_unless_it_detects_too() -> None:
    table = table_of_results([["Model", "AP", "AP50"], ["A", "70.1", "88.2"]], "Results on COCO.")
    assert values(table, paper=document_of("We estimate poses by keypoints, on COCO.")) == []
    assert len(values(table, paper=document_of("We detect objects and keypoints, on COCO."))) == 2


@pytest.mark.parametrize("label", ["Oracle", "Alder + gt boxes", "Upper bound", "Random guess", "AP ^mask", "Gain"])
def test_a_row_of_no_model_or_of_another_measure_gives_nothing(label: str) -> None:
    rows = [["Model", "AP"], ["A", "40.1"], [label, "70.1"]]
    assert values(table_of_results(rows, "COCO.")) == [("coco", "box_ap", 40.1)]


def test_rows_of_settings_beside_a_row_of_results_give_nothing() -> None:
    rows = [["", "A", "B"], ["Learning rate", "0.1", "0.2"], ["Batch size", "64", "96"], ["Top-1", "76.1", "77.2"]]
    found = values(table_of_results([*rows, ["Weight decay", "0.3", "0.4"]], "ImageNet top-1."))
    assert found == [("imagenet", "top1_accuracy", 76.1), ("imagenet", "top1_accuracy", 77.2)]


@pytest.mark.parametrize("head", ["INet5", "ImageNet 25", "Pets 1", "Cifar25"])
def test_a_table_that_counts_shots_gives_nothing(head: str) -> None:
    rows = [["Model", head, "ImageNet"], ["A", "40.1", "76.1"]]
    assert values(table_of_results(rows, "Accuracy.")) == []


def of_benchmarks(rows: Rows, caption: str, *, heads: int = 1, labels: int = 1) -> list[tuple[str, float]]:
    return [(name, value) for name, _, value in values(table_of_results(rows, caption, heads=heads, labels=labels))]


def test_the_head_is_nearer_than_the_label_and_the_caption() -> None:
    rows = [
        ["Model", "Data", "CIFAR-10", "CIFAR-100"],
        ["A", "ImageNet", "96.1", "80.2"],
        ["B", "CIFAR-100", "96.2", "81.2"],
    ]
    found = of_benchmarks(rows, "Accuracy of what was trained on ImageNet.", labels=2)
    assert found == [("cifar10", 96.1), ("cifar10", 96.2), ("cifar100", 80.2), ("cifar100", 81.2)]


def test_where_columns_are_of_data_sets_a_label_tells_what_was_trained_on() -> None:
    rows = [["Model", "Pretraining", "CIFAR-10", "Robust"], ["Elm", "CIFAR-100", "96.1", "80.2"]]
    assert of_benchmarks(rows, "Accuracy.", labels=2) == [("cifar10", 96.1)]


def test_the_label_and_the_heading_of_a_group_are_nearer_than_the_caption() -> None:
    rows = [
        ["Model", "Acc."],
        ["ImageNet"],
        ["Elm", "76.1"],
        ["CIFAR-10"],
        ["Elm", "96.1"],
        ["Flowers"],
        ["Elm", "99.1"],
    ]
    assert of_benchmarks(rows, "Accuracy on CIFAR-100.") == [("imagenet", 76.1), ("cifar10", 96.1)]
    rows = [["Data", "Alder", "Birch"], ["ImageNet", "76.1", "77.1"], ["Flowers", "98.1", "98.2"]]
    assert of_benchmarks(rows, "Top-1 accuracy.") == [("imagenet", 76.1), ("imagenet", 77.1)]


def test_a_label_below_a_caption_of_other_data_tells_what_was_trained_on() -> None:
    rows = [["Pretraining", "AP"], ["ImageNet", "40.1"], ["COCO", "41.2"]]
    assert of_benchmarks(rows, "AP on PASCAL VOC.") == []
    assert of_benchmarks(rows, "AP on COCO.") == [("coco", 40.1), ("coco", 41.2)]


@pytest.mark.parametrize(
    ("caption", "benchmark"),
    [
        ("Results on CIFAR-10.", "cifar10"),
        ("Results on CIFAR-100, pre-trained on ImageNet.", "cifar100"),
        ("ImageNet and CIFAR-10.", None),
        ("Results on ImageNet-V2.", None),
        ("Results on Flowers.", None),
        ("Results.", None),
    ],
)
def test_a_caption_names_the_benchmark_where_it_names_one(caption: str, benchmark: str | None) -> None:
    rows = [["Model", "Accuracy"], ["A", "76.1"]]
    assert of_benchmarks(rows, caption) == ([(benchmark, 76.1)] if benchmark else [])


def test_blocks_side_by_side_have_their_data_over_their_models() -> None:
    rows = [
        ["CIFAR-10", "Error", "CIFAR-100", "Error"],
        ["Alder-S", "5.1", "Alder-M", "24.1"],
        ["Birch-S", "4.1", "Birch-M", "23.1"],
    ]
    found = readings(table_of_results(rows))
    assert [(each.result.benchmark, each.result.model, each.result.value) for each in found] == [
        ("cifar10", "Alder-S", 94.9),
        ("cifar10", "Birch-S", 95.9),
        ("cifar100", "Alder-M", 75.9),
        ("cifar100", "Birch-M", 76.9),
    ]


def test_the_data_over_the_models_is_nearer_than_the_caption() -> None:
    assert of_benchmarks([["ImageNet", "Top-1"], ["A", "76.1"]], "Results on CIFAR-10.") == [("imagenet", 76.1)]


def paper(*paragraphs: str | tuple[str, str] | tuple[str, str, Role]) -> Document:
    return document_of("We evaluate on ImageNet and on COCO.", *paragraphs)


@pytest.mark.parametrize(
    ("document", "source"),
    [
        (paper(("4.2 COCO", "Table 1 shows the ablation.")), "section"),
        (paper(("4.2 Results", "Table 1 shows what we reach on COCO.")), "reference"),
        (paper(("4.2 Results", "See Tab. 1."), ("4.2 Results", "All is on COCO.")), "section text"),
        (paper(*["We train on COCO."] * 7), "paper"),
        (paper(*["We train on COCO."] * 4, "Others use LVIS."), "paper in part"),
        (paper(("4.2 Results", "Table 2 shows what we reach on COCO.")), None),
        (paper(("4.2 LVIS", "Table 1 shows what we reach on COCO.")), None),
        (paper("We train on COCO.", "We train on COCO.", "Others use LVIS.", "We don't use LVIS."), None),
        (paper(*["We train on COCO."] * 2), None),
        (paper(*["We train on COCO."] * 4, *["Others use LVIS."] * 4), None),
    ],
)
def test_where_a_table_names_no_data_the_paper_around_it_does(document: Document, source: str | None) -> None:
    table = table_of_results([["Model", "AP"], ["A", "40.1"]], "Ablation.")
    found = readings(table, paper=document)
    assert [(each.result.benchmark, each.result.evidence.rules[1]) for each in found] == (
        [("coco", f"result.benchmark-by-{source}")] if source else []
    )


def test_a_paper_that_names_no_benchmark_has_no_results() -> None:
    table = table_of_results([["Model", "Top-1"], ["A", "76.1"]], "ImageNet.")
    assert values(table, paper=document_of("We evaluate on Flowers.")) == []
    assert len(values(table, paper=document_of("We evaluate on CIFAR-10."))) == 1


@pytest.mark.parametrize(
    ("rows", "caption", "document", "found"),
    [
        ([["Model", "En-De"], ["A", "28.4"]], "BLEU.", ON_WMT, 28.4),
        ([["Model", "En-De"], ["A", "28.4"]], "BLEU on WMT'14.", ON_CONLL, 28.4),
        ([["Model", "En-De"], ["A", "28.4"]], "BLEU on newstest2014.", ON_CONLL, 28.4),
        ([["Model", "En-De"], ["A", "28.4"]], "BLEU.", ON_CONLL, None),
        ([["Model", "WMT16 En-De"], ["A", "34.1"]], "BLEU.", ON_WMT, None),
        ([["Model", "IWSLT En-De"], ["A", "24.1"]], "BLEU.", ON_WMT, None),
        ([["Model", "De-En"], ["A", "34.1"]], "BLEU on WMT'14.", ON_WMT, None),
        ([["Model", "WMT14 En-De", "WMT16 En-De"], ["A", "28.4", "34.1"]], "BLEU.", ON_WMT, 28.4),
        ([["Model", "WMT14 En-De", "IWSLT14 En-De"], ["A", "28.4", "29.1"]], "BLEU.", ON_WMT, 28.4),
        ([["Model", "IWSLT En-De", "WMT'14 En-De"], ["A", "29.1", "28.4"]], "BLEU.", ON_CONLL, 28.4),
        ([["", "A"], ["WMT14 En-De", "28.4"], ["WMT16 En-De", "34.1"]], "BLEU.", ON_WMT, 28.4),
        ([["Model", "En-De"], ["A", "28.4"]], "BLEU on WMT'14; the model of WMT'16 is no better.", ON_WMT, 28.4),
        ([["Model", "newstest2013"], ["A", "25.8"]], "BLEU, En-De, WMT'14.", ON_WMT, None),
        ([["Model", "test2013"], ["A", "25.8"]], "BLEU, En-De, WMT'14.", ON_WMT, None),
        ([["Model", "BLEU (dev)"], ["A", "25.8"]], "WMT'14 En-De.", ON_WMT, None),
        ([["Model", "NER"], ["A", "92.1"]], "F1.", ON_CONLL, 92.1),
        ([["Model", "NER"], ["A", "92.1"]], "F1.", ON_WMT, None),
        ([["Model", "Dev F1"], ["A", "95.1"]], "CoNLL-2003.", ON_CONLL, None),
        ([["Model", "Test F1"], ["A", "92.1"]], "CoNLL-2003.", ON_CONLL, 92.1),
        ([["Model", "CoNLL-2003 German"], ["A", "82.1"]], "F1.", ON_CONLL, None),
        ([["Model", "German CoNLL-2003"], ["A", "82.1"]], "F1.", ON_CONLL, None),
        ([["Model", "Adversarial SQuAD"], ["A", "62.1"]], "F1.", ON_CONLL, None),
        ([["Model", "CIFAR-100-C"], ["A", "62.1"]], "Accuracy.", ON_CONLL, None),
        ([["Model", "other"], ["A", "4.1"]], "WER on LibriSpeech.", ON_LIBRISPEECH, 4.1),
        ([["Model", "other"], ["A", "4.1"]], "WER.", ON_WMT, None),
        ([["Model", "dev-other"], ["A", "4.1"]], "WER on LibriSpeech.", ON_LIBRISPEECH, None),
    ],
)
def test_hints_splits_and_neighbours_of_a_benchmark(
    rows: Rows, caption: str, document: Document, found: float | None
) -> None:
    assert [value for _, _, value in values(table_of_results(rows, caption), paper=document)] == (
        [found] if found else []
    )


@pytest.mark.parametrize(
    ("head", "caption", "metric_from", "benchmark_from"),
    [
        ("ImageNet Top-1", "Figures.", "head", "head"),
        ("ImageNet Acc.", "Figures.", "plain head", "head"),
        ("Top-1", "ImageNet.", "head", "caption"),
        ("ImageNet", "Top-1 of all.", "caption", "head"),
        ("ImageNet", "Accuracy of all.", "plain caption", "head"),
        ("ImageNet", "Figures.", "benchmark", "head"),
    ],
)
def test_what_named_metric_and_benchmark_is_kept_as_the_rules_of_a_record(
    head: str, caption: str, metric_from: str, benchmark_from: str
) -> None:
    (read,) = readings(table_of_results([["Model", head], ["A", "76.1"]], caption))
    assert read.result.evidence.rules == (
        f"result.metric-by-{metric_from}",
        f"result.benchmark-by-{benchmark_from}",
    )
    assert read.result.evidence.quote == f"Table 1: A | {head} | 76.1"
    assert read.in_table


def test_where_only_the_data_is_named_what_looks_like_no_score_is_none() -> None:
    rows = [["Model", "ImageNet", "CIFAR-10"], ["A", "76.1", "96.1"], ["B", "77.1", "97.1"], ["C", "3", "12"]]
    assert [value for _, _, value in values(table_of_results(rows))] == [76.1, 77.1, 96.1, 97.1]
    assert values(table_of_results([["Model", "COCO"], ["A", "40.1"]])) == []


def test_splits_are_those_of_the_head_else_of_the_caption() -> None:
    rows = [["Model", "AP val", "AP test-dev", "AP"], ["A", "40.1", "40.6", "40.7"]]
    found = readings(table_of_results(rows, "COCO, minival."))
    assert [(each.result.value, each.result.split) for each in found] == [
        (40.1, "val"),
        (40.6, "test-dev"),
        (40.7, "minival"),
    ]


@pytest.mark.parametrize(
    ("head", "cell"),
    [("AP (val/test-dev)", "40.1/40.6"), ("AP val (test-dev)", "40.1 (40.6)"), ("AP val / AP test-dev", "40.1 / 40.6")],
)
def test_two_numbers_below_two_splits_have_each_its_own(head: str, cell: str) -> None:
    for rows in ([["Model", head], ["A", cell]], [["", "A"], [head, cell]]):
        found = readings(table_of_results(rows, "COCO."))
        assert [(each.result.value, each.result.metric, each.result.split) for each in found] == [
            (40.1, "box_ap", "val"),
            (40.6, "box_ap", "test-dev"),
        ]


def test_a_head_that_only_says_a_split_is_read_beside_other_splits_of_the_caption_s_data() -> None:
    rows = [["Model", "val", "test-dev"], ["A", "40.1", "40.6"]]
    found = readings(table_of_results(rows, "AP on COCO."))
    assert [(each.result.value, each.result.split) for each in found] == [(40.1, "val"), (40.6, "test-dev")]
    rows = [["Model", "val", "COCO"], ["A", "40.1", "40.6"]]
    assert values(table_of_results(rows, "AP on LVIS.")) == [("coco", "box_ap", 40.6)]


def test_the_test_dev_set_is_no_test_of_another_task() -> None:
    table = table_of_results([["Model", "COCO val", "test-dev"], ["A", "40.1", "40.6"]], "AP of detectors.")
    assert values(table) == [("coco", "box_ap", 40.1), ("coco", "box_ap", 40.6)]


@pytest.mark.parametrize("head", ["Top-1 V2", "Top-1 (V2)", "ImageNet V2", "Top-1 acc. ReaL", "Acc. (V2)"])
def test_another_version_of_the_test_set_behind_the_metric_gives_nothing(head: str) -> None:
    rows = [["Model", "Top-1", head], ["A", "77.1", "68.1"]]
    assert values(table_of_results(rows, "ImageNet.")) == [("imagenet", "top1_accuracy", 77.1)]


def test_models_called_by_letters_below_a_heading_are_no_part_of_its_name() -> None:
    rows = [["Model", "Acc."], ["ImageNet"], ["A", "76.1"], ["R", "77.1"], ["B, wide", "78.1"]]
    assert of_benchmarks(rows, "Accuracy.") == [("imagenet", 76.1), ("imagenet", 77.1), ("imagenet", 78.1)]
    rows = [["Data", "Alder"], ["ImageNet"], ["1K", "76.1"], ["A", "26.1"], ["R", "37.1"], ["V2", "68.1"]]
    assert of_benchmarks(rows, "Accuracy.") == [("imagenet", 76.1)]


def test_tables_of_a_paper_that_names_the_parts_of_its_data_nowhere_else_are_read() -> None:
    rows = [["Model", "test-clean", "test-other"], ["A", "2.1", "4.6"]]
    found = values(table_of_results(rows, "WER."), paper=document_of("We train on LibriSpeech."))
    assert found == [("librispeech-test-clean", "wer", 2.1), ("librispeech-test-other", "wer", 4.6)]
    assert values(table_of_results(rows, "WER."), paper=document_of("We train on what we found.")) == []


def test_a_head_of_another_year_holds_for_the_pairs_below_it() -> None:
    rows = [["Model", "WMT14", "", "WMT16", ""], ["", "En-De", "En-Fr", "En-De", "En-Ro"]]
    table = table_of_results([*rows, ["A", "28.4", "41.1", "34.0", "31.0"]], "BLEU.", heads=2)
    assert values(table, paper=ON_WMT) == [("wmt14-en-de", "bleu", 28.4), ("wmt14-en-fr", "bleu", 41.1)]


def many(rows: int, columns: int) -> Rows:
    heads = ["Model", *["Top-1"] * columns]
    return [
        heads,
        *([f"Alder-{row}", *(f"{50 + row % 40}.{column}" for column in range(columns))] for row in range(rows)),
    ]


def test_a_table_and_a_paper_have_no_more_results_than_anyone_reads() -> None:
    table = table_of_results(many(100, 20), "ImageNet.")
    assert len(values(table)) == MOST_RESULTS_OF_A_TABLE == 400
    assert len(values(*[table] * 5)) == MOST_RESULTS == 1500


def searches_in(work: Callable[[], object]) -> int:
    """How often a regular expression is set to work."""
    searches = 0

    def count(frame: FrameType, event: str, called: object) -> None:
        nonlocal searches
        if event == "c_call" and isinstance(getattr(called, "__self__", None), re.Pattern):
            searches += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return searches


@pytest.mark.parametrize(("head", "found"), [("Top-1 of {}", 400), ("{} (ms)", 0)])
def test_words_that_thousands_of_cells_share_are_looked_at_once(head: str, found: int) -> None:
    """2,000 cells in 100 rows and 20 columns: the work grows with the words beside and above them."""
    heads = ["Model", *(head.format(f"Grove-{column}") for column in range(20))]
    table = table_of_results([heads, *([f"Hazel-{head}-{row}", *["76.1"] * 20] for row in range(100))], "ImageNet.")
    read: list[object] = []
    assert searches_in(lambda: read.extend(readings(table))) < 20_000
    assert len(read) == found


def test_a_caption_is_not_searched_again_for_each_value_below_it() -> None:
    """400 values in 20 rows: a few searches in the cell and the heads of each, and none in the caption."""
    rows = [["Model", *["ImageNet Top-1"] * 20], *[["Elm", *["76.1"] * 20]] * 20]
    table = table_of_results(rows, "Accuracy on ImageNet. " + "coco " * 20_000)
    read: list[object] = []
    assert searches_in(lambda: read.extend(readings(table))) < 2_000
    assert len(read) == 400


def test_words_beyond_the_length_of_any_caption_label_or_head_are_not_read() -> None:
    long = "leaves " * (MOST_WORDS_CHARACTERS // 7)
    rows = [["Model", "Accuracy"], ["Elm", "76.1"]]
    assert len(values(table_of_results(rows, f"Figures of ImageNet. {long}"))) == 1
    assert values(table_of_results(rows, f"Figures. {long} of ImageNet.")) == []
    assert values(table_of_results([["Model", f"{long} ImageNet"], ["Elm", "76.1"]], "Accuracy.")) == []
    assert values(table_of_results([["Model", "Accuracy"], [f"{long} ImageNet"], ["Elm", "76.1"]])) == []


@pytest.mark.parametrize(
    "words",
    [
        "pre-trained ",
        "top-1 ",
        "AP ",
        "[",
        "( ",
        "en - ",
        "Lund et al., 2016 ",
        "a",
        "1 ",
        "A-",
        "per ",
        "Δ",
        "wmt-",
        "@.5",
    ],
)
def test_a_caption_of_any_length_and_repetition_is_read_in_time(words: str) -> None:
    caption = "Accuracy on ImageNet. " + words * (100_000 // len(words))
    table = table_of_results([["Model", "ImageNet Top-1"], ["A", "76.1"]], caption)
    (read,) = readings(table)
    assert (read.result.benchmark, read.result.value) == ("imagenet", 76.1)
    assert len(read.result.evidence.quote) <= MAX_QUOTE_CHARACTERS


def test_a_label_and_a_head_of_any_length_are_read_in_time() -> None:
    long = "AlderNet-50 " * 8_000
    (read,) = readings(table_of_results([["Model", f"Top-1 {long}"], [long, "76.1"]], "ImageNet."))
    assert read.result.value == 76.1
    assert read.result.model is None or len(read.result.model) <= 120
    assert len(read.result.evidence.quote) <= MAX_QUOTE_CHARACTERS
