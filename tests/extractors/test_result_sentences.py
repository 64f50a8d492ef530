"""Results that running text states: which numbers, of which benchmark, metric and model."""

from __future__ import annotations

from time import perf_counter

import pytest
from documents import document_of
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.patterns import TextRule, load_text_rules
from extractors.performance.context import PaperContext
from extractors.performance.sentences import SentenceValue, sentence_values
from extractors.records import Role


def read(*paragraphs: str | tuple[str, str] | tuple[str, str, Role]) -> list[SentenceValue]:
    document = document_of(*paragraphs)
    return sentence_values(document, PaperContext(document))


def told(*paragraphs: str | tuple[str, str] | tuple[str, str, Role]) -> list[tuple[str, str, float]]:
    return [(each.benchmark, each.metric.metric, each.value) for each in read(*paragraphs)]


@pytest.mark.parametrize("rule", load_text_rules("result_sentences"), ids=lambda rule: rule.id)
def test_a_rule_matches_its_examples_and_only_them(rule: TextRule) -> None:
    assert rule.matches
    assert rule.misses
    assert [text for text in rule.matches if not rule.pattern.search(text)] == []
    assert [text for text in rule.misses if rule.pattern.search(text)] == []


@pytest.mark.parametrize(
    ("sentence", "results"),
    [
        ("Our model achieves 28.7 BLEU on WMT 2014 English-to-German.", [("wmt14-en-de", "bleu", 28.7)]),
        ("We obtain a BLEU score of 41.3 on WMT'14 English-French.", [("wmt14-en-fr", "bleu", 41.3)]),
        ("An ensemble has a top-5 error of 3.61% on the ImageNet test set.", [("imagenet", "top5_accuracy", 96.39)]),
        ("A top-1 accuracy of 88.1% is reached on ImageNet.", [("imagenet", "top1_accuracy", 88.1)]),
        ("The test error on CIFAR-100 is still fairly good (17.4%, Table 6).", [("cifar100", "top1_accuracy", 82.6)]),
        ("It gets 43.3% AP (65.1% AP50) on COCO.", [("coco", "box_ap", 43.3), ("coco", "box_ap50", 65.1)]),
        ("The results on COCO are an mAP@[.5, .95] of 34.8%.", [("coco", "box_ap", 34.8)]),
        ("We report an F1 of 93.2 on CoNLL-2003 NER.", [("conll2003", "f1", 93.2)]),
        ("A top-1 accuracy of 0.7625 was measured on ImageNet.", [("imagenet", "top1_accuracy", 76.25)]),
        ("On COCO the AP is 41.2 ± 0.3 for five seeds.", [("coco", "box_ap", 41.2)]),
    ],
)
def test_a_number_beside_its_measure_is_a_result(sentence: str, results: list[tuple[str, str, float]]) -> None:
    assert told(sentence) == results


@pytest.mark.parametrize(
    ("sentence", "results"),
    [
        ("It has EM/F1 scores of 84.2/90.8 on SQuAD 1.1.", [("squad1.1", "em", 84.2), ("squad1.1", "f1", 90.8)]),
        (
            "OakNet has a top-1/top-5 error of 21.3%/5.5% on ImageNet.",
            [("imagenet", "top1_accuracy", 78.7), ("imagenet", "top5_accuracy", 94.5)],
        ),
        (
            "We obtain 28.6 and 41.4 BLEU on WMT14 English-German and English-French, respectively.",
            [("wmt14-en-de", "bleu", 28.6), ("wmt14-en-fr", "bleu", 41.4)],
        ),
        (
            "It reaches 2.1%/4.4% WER on LibriSpeech test-clean/test-other.",
            [("librispeech-test-clean", "wer", 2.1), ("librispeech-test-other", "wer", 4.4)],
        ),
        ("It obtains 94.4% and 88.5% F1 on SQuAD 1.1 and 2.0 respectively.", [("squad1.1", "f1", 94.4)]),
        (
            "The error is 3.6% on CIFAR-10 and 17.3% on CIFAR-100.",
            [("cifar10", "top1_accuracy", 96.4), ("cifar100", "top1_accuracy", 82.7)],
        ),
        (
            "We see 76.4 and 93.2 for top-1 and top-5 accuracy on ImageNet.",
            [("imagenet", "top1_accuracy", 76.4), ("imagenet", "top5_accuracy", 93.2)],
        ),
        (
            "At 50% sparsity, accuracy on CIFAR-10 is 94.6%; at 90.5% sparsity it is 93.2%.",
            [("cifar10", "top1_accuracy", 94.6), ("cifar10", "top1_accuracy", 93.2)],
        ),
        ("On COCO the mAP is 58.8% and 37.1%.", [("coco", "box_ap50", 58.8), ("coco", "box_ap", 37.1)]),
        (
            "On ImageNet the accuracy rises from 76.2% to 78.3%.",
            [("imagenet", "top1_accuracy", 76.2), ("imagenet", "top1_accuracy", 78.3)],
        ),
    ],
)
def test_several_numbers_go_to_their_measures_and_data_by_order(
    sentence: str, results: list[tuple[str, str, float]]
) -> None:
    assert told(sentence) == results


@pytest.mark.parametrize(
    "sentence",
    [
        "It improves over OakNet by 2.1 BLEU on WMT 2014 English-German.",
        "This is a gain of 1.4% AP on COCO.",
        "Our head gives +0.6 AP on COCO.",
        "We are over 2 BLEU better on WMT14 English-German.",
        "The accuracy on CIFAR-10 is 1.9% higher.",
        "This is a 28.5% relative improvement of mAP on COCO.",
        "On ImageNet, OakNet reaches over 80% top-1 accuracy.",
        "The oracle has a BLEU of ~45.1 on WMT14 English-French.",
        "The training error on CIFAR-10 is 0.9%.",
        "We average AP over IoU thresholds from 0.5 to 0.95 on COCO.",
        "It has 41.5 mask AP on COCO.",
        "The AP of small objects is 21.3 on COCO.",
        "The accuracy on CIFAR-10 falls with a learning rate of 0.125.",
        "We train with a batch size of 25.6 and report accuracy on CIFAR-10.",
        "YewNet takes 76.5 ms and has no loss of accuracy on ImageNet.",
        "It scores 26.2 BLEU on newstest2013 English-German.",
        "With ground-truth boxes the AP on COCO is 50.2.",
        "The perplexity is 20.5 and the accuracy on CIFAR-10 is high.",
        "BLEU lies between 24.1 and 26.2 on WMT14 English-German.",
    ],
)
def test_differences_bounds_settings_and_other_measures_are_no_results(sentence: str) -> None:
    assert told(sentence) == []


def test_a_cited_best_is_a_result_too_and_is_marked() -> None:
    ours, theirs = read(
        "Our model scores 29.1 BLEU on WMT14 En-De, compared to the previous best of 28.3 by ElmNet [1]."
    )
    assert (ours.value, theirs.value) == (29.1, 28.3)
    assert "text.we" in ours.signals
    assert "text.previous" not in ours.signals
    assert {"text.previous", "text.compared", "text.cited"} <= theirs.signals.keys()
    assert "text.we" not in theirs.signals
    assert theirs.model == "ElmNet"


@pytest.mark.parametrize(
    ("paragraphs", "results", "source"),
    [
        (
            ["We train on CIFAR-10. After that, we obtain a test error of 4.2%."],
            [("cifar10", "top1_accuracy", 95.8)],
            "text.benchmark-before",
        ),
        (
            [("4.2 Results on CIFAR-100", "Then we obtain a test error of 18.2%.")],
            [("cifar100", "top1_accuracy", 81.8)],
            "text.benchmark-section",
        ),
        (
            [("", "Detection on COCO", Role.TITLE), ("5 Ablations", "This gives an AP of 31.8 in Table 2.")],
            [("coco", "box_ap", 31.8)],
            "text.benchmark-paper",
        ),
    ],
)
def test_the_benchmark_may_be_named_before_in_the_heading_or_by_the_paper(
    paragraphs: list[str | tuple[str, str]], results: list[tuple[str, str, float]], source: str
) -> None:
    values = read(*paragraphs)
    assert [(each.benchmark, each.metric.metric, each.value) for each in values] == results
    assert source in values[0].signals


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["We train on CIFAR-10. On SVHN we obtain a test error of 2.4%."],
        ["We train on CIFAR-10. On the Forest-150 dataset we obtain an accuracy of 92.4%."],
        ["We report COCO. Moreover, it reaches 75.2% mAP on PASCAL VOC 2007."],
        ["We use SVHN, with the same network as for CIFAR-10. We obtain a test error of 2.4%."],
        [("", "ImageNet classifiers", Role.TITLE), "It has 62.1% top-1 accuracy on Forests."],
        [("", "OakPose: Pose Estimation on COCO", Role.TITLE), "OakPose-m achieves 75.1% AP on COCO."],
        ["The ImageNet pre-trained model reaches 92.4% accuracy on Flowers."],
    ],
)
def test_other_data_blocks_a_benchmark_that_is_named_further_off(paragraphs: list[str | tuple[str, str]]) -> None:
    assert told(*paragraphs) == []


def test_a_small_plain_error_of_imagenet_is_of_five_guesses_and_a_large_one_of_one() -> None:
    assert told("An ensemble achieves 3.7% error on the ImageNet test set.") == [("imagenet", "top5_accuracy", 96.3)]
    assert told("It achieves 23.7% error on ImageNet.") == [("imagenet", "top1_accuracy", 76.3)]


@pytest.mark.parametrize(
    ("sentence", "models"),
    [
        ("OakNet-50 achieves 76.2% top-1 accuracy on ImageNet.", ["OakNet-50"]),
        ("Our model achieves 76.2% top-1 accuracy on ImageNet.", [None]),
        ("ElmNet reaches 83.5% top-1 accuracy on ImageNet, outperforming BirchNet (81.8%).", ["ElmNet", "BirchNet"]),
        ("OakNet-B7 has 84.2% top-1 / 97.2% top-5 accuracy on ImageNet.", ["OakNet-B7", "OakNet-B7"]),
        ("It is better than OakNet-50 (76.4% vs. 74.8% top-1 accuracy on ImageNet).", [None, "OakNet-50"]),
        ("OakNet-50 and OakNet-101 achieve 76.2% and 77.5% top-1 accuracy on ImageNet.", ["OakNet-50", "OakNet-101"]),
        ("On CIFAR-10 we get an error of 2.9%, compared to 2.6% by ElmNAS.", [None, "ElmNAS"]),
        ("On COCO, Maple R-CNN with OakNet-101 gets 38.4 box AP.", ["Maple R-CNN with OakNet-101"]),
        ("Training on ImageNet with V100 GPUs gives an accuracy of 77.1%.", [None]),
    ],
)
def test_a_value_has_the_name_that_the_sentence_ties_to_it(sentence: str, models: list[str | None]) -> None:
    assert [each.model for each in read(sentence)] == models


def test_split_ensemble_and_crops_are_those_named_nearest() -> None:
    dev, val = read("A single OakDet gets 52.1 AP on COCO test-dev and 51.7 AP on val.")
    assert (dev.split, val.split) == ("test-dev", "val")
    (ensemble,) = read("On ImageNet an ensemble of 6 models has 10-crop top-5 error of 4.1%.")
    assert (ensemble.ensemble, ensemble.crops) == (True, 10)
    (single,) = read("Our single model has a single-crop top-1 error of 21.2% on the ImageNet validation set.")
    assert (single.ensemble, single.crops, single.split) == (False, 1, "val")


def test_offsets_lead_to_the_number_and_its_sentence() -> None:
    text = "We use COCO. The AP of 28.4. Then the mean average precision grew, v.s. before."
    (value,) = read(text)
    assert value.passage.text[value.start : value.end] == "28.4"
    assert value.passage.text[value.sentence_start : value.sentence_end].strip() == "The AP of 28.4."


def test_rows_of_a_table_that_came_along_with_a_caption_are_no_results() -> None:
    caption = "Table 2 top-1 val. error (%) top-5 val. error (%) on ImageNet A 256 29.6 10.4 B 256 28.7 9.9"
    assert told(("4 Results", caption, Role.CAPTION)) == []
    assert told(("4 Results", "We get 76.5% top-1 accuracy on ImageNet.", Role.REFERENCE)) == []


_WORDS = st.sampled_from(
    "28.4 76.5% 3.57% 41/42 top-1 top-5 accuracy error BLEU AP AP50 EM F1 on of from to and by vs. (40.1 ImageNet COCO "
    "CIFAR-10 WMT14 En-De SQuAD 1.1 OakNet-50 respectively , ; ± 0.3".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_WORDS, max_size=40))
def test_whatever_is_written_values_stay_in_their_range_and_place(words: list[str]) -> None:
    text = " ".join(words)
    for value in read(text):
        assert value.metric.low_percent <= value.value <= value.metric.high_percent
        assert 0 <= value.sentence_start <= value.start < value.end <= value.sentence_end <= len(text)


def test_a_hostile_paper_takes_no_more_than_seconds() -> None:
    start = perf_counter()
    read("An accuracy of 50.1 is good. " * 20_000, "accuracy (" * 5_000 + "76.1%", "1.1/" * 20_000 + " BLEU")
    read("from 40.1 to 40.2 BLEU on WMT14 En-De and " * 5_000, "AP 40.1 " * 20_000, "by the " * 10_000 + "40.1 AP")
    assert perf_counter() - start < 20
