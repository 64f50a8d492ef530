"""What heads, labels and captions of tables say: metric, split, error or accuracy, and what rules results out."""

from __future__ import annotations

import pytest
from result_tables import table_of_results

from extractors.performance.heads import NOTHING, Said, said, said_by_path
from extractors.performance.table_words import TableWords
from extractors.records import Table


def metric_of(words: Said) -> str | None:
    return words.metric.metric if words.metric else None


def plain_of(words: Said) -> list[str]:
    return [metric.metric for metric in words.plain]


@pytest.mark.parametrize(
    ("text", "metric", "error", "split"),
    [
        ("Top-1 err. (val)", "top1_accuracy", True, "val"),
        ("Top-1", "top1_accuracy", None, None),
        ("top1", "top1_accuracy", None, None),
        ("Top 1 acc. (%)", "top1_accuracy", False, None),
        ("top-one error", "top1_accuracy", True, None),
        ("Acc@1", "top1_accuracy", False, None),
        ("Prec@1", "top1_accuracy", False, None),
        ("Err@1", "top1_accuracy", True, None),
        ("Top-5 test error", "top5_accuracy", True, "test"),
        ("top-five", "top5_accuracy", None, None),
        ("Acc@5", "top5_accuracy", False, None),
        ("AP_50", "box_ap50", None, None),
        ("AP50", "box_ap50", None, None),
        ("AP ^50", "box_ap50", None, None),
        ("AP ^b 50", "box_ap50", None, None),
        ("mAP@.5", "box_ap50", None, None),
        ("mAP@0.5", "box_ap50", None, None),
        ("AP@IoU=0.5", "box_ap50", None, None),
        ("AP75", "box_ap75", None, None),
        ("AP_75", "box_ap75", None, None),
        ("AP@0.75 (minival)", "box_ap75", None, "minival"),
        ("mAP@[.5,.95]", "box_ap", None, None),
        ("mAP@[0.5:0.95]", "box_ap", None, None),
        ("mAP (0.5:0.95) test-dev", "box_ap", None, "test-dev"),
        ("AP50:95", "box_ap", None, None),
        ("EM", "em", None, None),
        ("Exact Match", "em", None, None),
        ("F1", "f1", None, None),
        ("Dev F1", "f1", None, "dev"),
        ("F1-score", "f1", None, None),
        ("F-measure", "f1", None, None),
        ("BLEU", "bleu", None, None),
        ("tokenized BLEU", "bleu", None, None),
        ("SacreBLEU", "bleu", None, None),
        ("WER (%)", "wer", None, None),
        ("Word error rate", "wer", True, None),
    ],
)
def test_a_head_names_its_metric(text: str, metric: str, error: bool | None, split: str | None) -> None:
    words = said(text)
    assert (metric_of(words), words.error, words.split) == (metric, error, split)
    assert words.announces
    assert not words.never


@pytest.mark.parametrize(
    ("text", "plain", "error"),
    [
        ("Acc.", ["top1_accuracy"], False),
        ("Accuracy (%)", ["top1_accuracy"], False),
        ("Error", ["top1_accuracy"], True),
        ("Error rate (%)", ["top1_accuracy"], True),
        ("Test error", ["top1_accuracy", "f1", "bleu", "wer"], True),
        ("AP", ["box_ap"], None),
        ("mAP", ["box_ap"], None),
        ("AP ^box", ["box_ap"], None),
        ("APb", ["box_ap"], None),
        ("Box AP", ["box_ap"], None),
        ("AP val", ["box_ap"], None),
        ("AP test-dev", ["box_ap"], None),
        ("F", ["f1"], None),
        ("dev", ["f1"], None),
        ("newstest2014", ["bleu"], None),
    ],
)
def test_a_plain_word_may_mean_the_metrics_of_several_tasks(text: str, plain: list[str], error: bool | None) -> None:
    words = said(text)
    assert (metric_of(words), plain_of(words), words.error) == (None, plain, error)
    assert words.announces
    assert not words.never


@pytest.mark.parametrize(
    "text",
    [
        "AP ^mask",
        "AP ^m",
        "APmask",
        "mask AP",
        "APS",
        "AP_M",
        "AP (L)",
        "AP small",
        "AP60",
        "AP90",
        "AP@.85",
        "AP ^kp",
        "AR",
        "AR@100",
        "Recall",
        "R@1",
        "mIoU",
        "PQ",
        "Test PPL",
        "Perplexity",
        "CER",
        "chrF",
        "TER",
        "METEOR",
        "ECE",
        "Top-10",
        "top 3 acc.",
        "ΔAP",
        "Gain",
        "Improvement (AP)",
        "Acc. drop",
        "Relative BLEU",
        "Train acc.",
        "Training error",
        "Search err.",
        "Teacher top-1",
    ],
)
def test_other_measures_and_differences_have_no_results_below_them(text: str) -> None:
    assert said(text).never
    assert said_by_path(("ImageNet", text)).never
    assert said_by_path((text, "Test")).never


@pytest.mark.parametrize("text", ["Model", "Method", "Backbone", "", "Pre-training", "Data", "mAP@.9", "Stop 1", "Top"])
def test_other_heads_announce_nothing(text: str) -> None:
    assert not said(text).announces
    assert not said(text).never


@pytest.mark.parametrize(
    "text",
    ["Top-1 loc. err", "LOC top-5 error", "Pixel accuracy", "Segmentation acc.", "Retrieval P@1", "detection error"],
)
def test_the_same_words_for_another_task_announce_no_accuracy(text: str) -> None:
    words = said(text)
    assert metric_of(words) is None
    assert "top1_accuracy" not in plain_of(words)


@pytest.mark.parametrize("text", ["Keypoint AP50", "Pose AP75", "Proposals AP50", "Panoptic AP50"])
def test_precision_of_other_things_than_boxes_is_none_of_boxes(text: str) -> None:
    assert metric_of(said(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "#Params (M)",
        "Params",
        "FLOPs (G)",
        "Mult-Adds",
        "MACs",
        "Latency (ms)",
        "Time",
        "img/s",
        "Model size",
        "Memory",
        "Throughput",
        "GPU days",
        "Speed",
        "FPS",
    ],
)
def test_sizes_and_costs_are_told(text: str) -> None:
    assert said(text).cost
    assert said_by_path(("Top-1", text)).cost
    assert not said(f"Top-1 {text}").cost


@pytest.mark.parametrize("text", ["Epochs", "Depth", "# layers", "batch size 64", "lr", "dropout", "Year", "Crops"])
def test_settings_are_told_and_have_no_results_below_them(text: str) -> None:
    assert said(text).setting
    assert said_by_path(("Top-1", text)).cost
    assert not said(f"{text} Top-1").setting


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("COCO test-dev", "test-dev"),
        ("test-std", "test-std"),
        ("test-challenge", "test-std"),
        ("minival", "minival"),
        ("val", "val"),
        ("validation error", "val"),
        ("val2017", "val"),
        ("dev", "dev"),
        ("development", "dev"),
        ("Test", "test"),
        ("test-clean", "test"),
        ("test time augmentation", None),
        ("test scale", None),
        ("test res.", None),
        ("latest", None),
        ("value", None),
        ("device", None),
    ],
)
def test_splits(text: str, split: str | None) -> None:
    assert said(text).split == split


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("error", True),
        ("Errors (%)", True),
        ("misclassification", True),
        ("accuracy", False),
        ("precision", False),
        ("error and accuracy", None),
        ("Top-1", None),
        ("accelerator", None),
        ("terror", None),
    ],
)
def test_errors_are_told_from_accuracies_unless_both_are_named(text: str, error: bool | None) -> None:
    assert said(text).error is error


@pytest.mark.parametrize(
    ("path", "metric", "plain", "benchmarks"),
    [
        (("Top-1", "val"), "top1_accuracy", [], []),
        (("val", "Top-1"), "top1_accuracy", [], []),
        (("ImageNet", "Top-5"), "top5_accuracy", [], ["imagenet"]),
        (("ImageNet", "Top-1", "Acc."), "top1_accuracy", ["top1_accuracy"], ["imagenet"]),
        (("Top-1", "Top-5"), "top5_accuracy", [], []),
        (("BLEU", "EN-DE"), "bleu", [], ["wmt14-en-de"]),
        (("AP", "50"), "box_ap50", ["box_ap"], []),
        (("COCO", "AP ^box", "75"), "box_ap75", ["box_ap"], ["coco"]),
        (("AP@IoU", "0.5:0.95"), "box_ap", [], []),
        (("IoU", "0.75"), "box_ap75", [], []),
        (("SQuAD 1.1", "EM"), "em", [], ["squad1.1"]),
        (("SQuAD 2.0", "EM"), "em", [], [None]),
        (("SQuAD", "v2.0", "EM"), "em", [], [None]),
        (("CIFAR", "100"), None, [], ["cifar100"]),
        (("ImageNet", "V2"), None, [], [None]),
        (("ImageNet", "CIFAR-10"), None, [], ["imagenet", "cifar10"]),
        (("Model",), None, [], []),
        ((), None, [], []),
    ],
)
def test_heads_one_over_another_say_together_what_none_says_alone(
    path: tuple[str, ...], metric: str | None, plain: list[str], benchmarks: list[str | None]
) -> None:
    words = said_by_path(path)
    assert (metric_of(words), plain_of(words)) == (metric, plain)
    assert [mention.dataset.benchmark for mention in words.datasets] == benchmarks
    assert not words.never
    assert not words.cost


@pytest.mark.parametrize(
    ("path", "never"),
    [
        (("AP", "S"), True),
        (("AP", "M"), True),
        (("COCO", "AP", "large"), True),
        (("AP", "Small model"), False),
        (("AP", "all"), False),
        (("Top-1", "S"), False),
        (("Segmentation", "AP"), True),
        (("COCO instance segmentation", "val", "AP50"), True),
        (("Detection and segmentation", "AP"), False),
        (("ImageNet", "5-shot"), True),
        (("Few-shot", "ImageNet", "Top-1"), True),
        (("Zero-shot", "Top-1"), False),
    ],
)
def test_heads_may_make_other_measures_of_those_below_and_above_them(path: tuple[str, ...], never: bool) -> None:
    assert said_by_path(path).never is never


def test_of_two_heads_that_say_it_the_inner_one_counts() -> None:
    assert said_by_path(("Error", "Accuracy")).error is False
    assert said_by_path(("Accuracy", "Error")).error is True
    assert said_by_path(("test", "val")).split == "val"
    assert said_by_path(("val", "")).split == "val"


def words_of(table: Table, row: int, column: int) -> tuple[Said, Said]:
    words = TableWords(table)
    (cell,) = (cell for cell in words.numbered if (cell.row, cell.column) == (row, column))
    return words.said_of(cell)


@pytest.mark.parametrize(
    "label", ["Oracle", "Oracle rescoring", "Alder + ground-truth boxes", "gt labels", "Upper bound", "Random guess"]
)
def test_a_row_of_what_could_be_reached_is_no_model_s(label: str) -> None:
    table = table_of_results([["Model", "AP"], ["Alder", "40.1"], [label, "70.2"]], "COCO.")
    assert not words_of(table, 1, 1)[1].never
    assert words_of(table, 2, 1)[1].never


@pytest.mark.parametrize("label", ["AP ^mask", "AR@100", "Gain", "Perplexity", "Train acc."])
def test_a_label_of_another_measure_rules_its_row_out(label: str) -> None:
    table = table_of_results([["", "Alder"], [label, "70.2"]], "COCO.")
    assert words_of(table, 1, 1)[1].never


def test_a_long_label_describes_a_model_and_announces_nothing() -> None:
    label = "Alder with a mask branch that was improved by several hints"
    table = table_of_results([["Model", "AP"], [label, "40.1"]], "COCO.")
    assert not words_of(table, 1, 1)[1].never


@pytest.mark.parametrize("label", ["Learning rate", "Batch size", "Params (M)", "# layers", "weight decay", "Epochs"])
def test_a_label_of_a_setting_or_size_rules_its_row_out(label: str) -> None:
    table = table_of_results([["", "Alder"], [label, "70.2"], ["Top-1", "76.1"]], "ImageNet.")
    assert words_of(table, 1, 1)[1].cost
    assert not words_of(table, 2, 1)[1].cost


@pytest.mark.parametrize(
    ("label", "metric"), [("0.75", "box_ap75"), ("0.5:0.95", "box_ap"), ("0.5", "box_ap50"), ("0.9", None)]
)
def test_a_bare_threshold_is_read_with_the_head_over_it(label: str, metric: str | None) -> None:
    table = table_of_results([["Model", "AP@IoU", "Alder"], ["Birch", label, "41.2"]], "COCO.", labels=2)
    assert metric_of(words_of(table, 1, 2)[1]) == metric


def test_the_labels_of_a_row_say_together_what_none_says_alone() -> None:
    table = table_of_results([["Data", "Set", "A"], ["SQuAD", "v2.0", "80.1"], ["", "v1.1", "90.2"]], labels=2)
    assert [mention.dataset.benchmark for mention in words_of(table, 1, 2)[1].datasets] == [None]
    assert [mention.dataset.benchmark for mention in words_of(table, 2, 2)[1].datasets] == ["squad1.1"]


def test_nothing_said_is_nothing() -> None:
    assert said("") is NOTHING
    assert said_by_path(()) is NOTHING
    assert not (NOTHING.announces or NOTHING.never or NOTHING.cost or NOTHING.setting or NOTHING.per_class)
