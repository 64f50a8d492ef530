"""How far a statement reaches: the models, benchmarks and tasks that its words, its paragraph and its heading name."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import pytest
from documents import document_of
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.performance.context import PaperContext
from extractors.records import Box, Evidence
from extractors.scopes import Scope, ScopeReader, is_in_table, named_model

OAKS = ("OakNet-50", "OakNet-101", "PineNet")
SIZES = ("Alder-Base", "Alder-Large", "Birch Large")


def scope(
    sentence: str,
    models: Sequence[str] = OAKS,
    *,
    before: str = "",
    section: str = "4 Set-up",
    elsewhere: str = "",
    model: str | None = None,
) -> Scope:
    """Of a sentence behind ``before``, in a paper that says ``elsewhere`` in another paragraph."""
    text = f"{before} {sentence}" if before else sentence
    document = document_of((section, text), *([elsewhere] if elsewhere else []))
    start = len(text) - len(sentence)
    evidence = Evidence(1, Box(0, 0, 9, 9), sentence, start, start + len(sentence))
    reader = ScopeReader(document, [named_model(name) for name in models], PaperContext(document))
    return reader.of(evidence, model)


def row(words: str, model: str | None, models: Sequence[str] = OAKS) -> Scope:
    """Of a row of a table, with the model that its label names."""
    return scope(words, models, model=model)


def reader_of(models: Sequence[str], text: str = "") -> ScopeReader:
    document = document_of(text)
    return ScopeReader(document, [named_model(name) for name in models], PaperContext(document))


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("OakNet-50 was trained for 3 days.", {"OakNet-50"}),
        ("Both OakNet-50 and OakNet-101 took 3 days.", {"OakNet-50", "OakNet-101"}),
        ("PineNet's training took 3 days.", {"PineNet"}),
        ("Training OakNet takes 3 days.", {"OakNet-50", "OakNet-101"}),
        ("PineNet-Large took 3 days.", {"PineNet"}),
        ("AlderNet took 3 days.", set()),
        ("Oak took 3 days on 50 GPUs.", set()),
        ("Training took 3 days.", set()),
    ],
)
def test_a_sentence_is_of_the_models_that_it_names(sentence: str, names: set[str]) -> None:
    assert scope(sentence).names == names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("Faster Oak R-CNN took 3 days.", {"Faster Oak R-CNN"}),
        ("Oak R-CNN took 3 days.", {"Faster Oak R-CNN", "Mask Oak R-CNN"}),
        ("Oak-31B/L took 3 days.", {"Oak-31B", "Oak-31L"}),
        ("Oak-31B took 3 days.", {"Oak-31B"}),
        ("Birch, and later Cedar v2, took 3 days.", {"Birch", "Cedar v2"}),
    ],
)
def test_words_side_by_side_are_one_name(sentence: str, names: set[str]) -> None:
    models = ["Faster Oak R-CNN", "Mask Oak R-CNN", "Oak-31B", "Oak-31L", "Oak-11B", "Birch", "Cedar v2"]
    assert scope(sentence, models).names == names


def test_a_longer_name_is_the_shorter_one_that_a_result_has() -> None:
    models = ["Birch", "Birch-Tiny"]
    assert scope("Birch-Large took 3 days.", models).names == {"Birch"}
    assert scope("Birch-Tiny took 3 days.", models).names == {"Birch-Tiny"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Unlike PineNet, OakNet-50 took 3 days.",
        "OakNet-50 took 3 days, 2 less than PineNet.",
        "OakNet-50 took 3 days, as long as PineNet [12].",
        "Following PineNet (Smith et al., 2019), OakNet-50 took 3 days.",
        "Whereas PineNet needs a week, OakNet-50 took 3 days.",
        "OakNet-50 took 3 days; similar to PineNet, it needs a warm-up.",
        "OakNet-50 took 3 days on ImageNet.",
    ],
)
def test_what_is_compared_with_or_cited_is_not_meant(sentence: str) -> None:
    assert scope(sentence, [*OAKS, "ImageNet pre-trained baseline"]).names == {"OakNet-50"}


def test_the_model_of_a_record_goes_before_the_names_in_its_sentence() -> None:
    found = scope("We trained PineNet and OakNet-50 for 3 days.", model="PineNet")
    assert found.names == {"PineNet"}


def test_a_model_that_no_result_has_is_strange() -> None:
    found = scope("We trained AlderNet for 3 days.", model="AlderNet", before="OakNet-50 is small.")
    assert found.strange and found.is_definite
    assert not found.names and not found.around


@pytest.mark.parametrize(
    ("before", "section", "around"),
    [
        ("PineNet has 50 layers.", "4 Set-up", {"PineNet"}),
        ("PineNet has 50 layers. We use warm-up.", "4 Set-up", set()),
        ("PineNet is small. OakNet-50 is not.", "4 Set-up", {"OakNet-50"}),
        ("PineNet: We use warm-up. The rate is 0.1.", "4 Set-up", {"PineNet"}),
        ("PineNet. We use warm-up. The rate is 0.1.", "4 Set-up", {"PineNet"}),
        ("For PineNet: We use warm-up.", "4 Set-up", {"PineNet"}),
        ("PineNet: As set out. OakNet-50 is another.", "4 Set-up", {"OakNet-50"}),
        ("", "4.1 PineNet", {"PineNet"}),
        ("We use warm-up.", "4.1 PineNet", {"PineNet"}),
        ("OakNet-50 is small.", "4.1 PineNet", {"OakNet-50"}),
        ("", "4 Set-up", set()),
    ],
)
def test_a_sentence_without_names_is_of_the_model_that_was_named_last(
    before: str, section: str, around: set[str]
) -> None:
    assert scope("Training took 3 days.", before=before, section=section).around == around


def test_a_sentence_with_names_is_not_of_those_around_it() -> None:
    assert scope("OakNet-50 took 3 days.", before="PineNet is small.", section="4.1 PineNet").around == set()


@pytest.mark.parametrize(
    ("sentence", "classes"),
    [
        ("The large model took 3 days.", {"large"}),
        ("Our base-sized models took 3 days.", {"base"}),
        ("The largest network took 3 days.", {"large"}),
        ("Base models took a day and large models 3 days.", {"base", "large"}),
        ("The tiny model took 3 days.", set()),
        ("A large batch took 3 days.", set()),
    ],
)
def test_a_kind_of_models_is_told_by_its_size(sentence: str, classes: set[str]) -> None:
    assert scope(sentence, SIZES).classes == classes


@pytest.mark.parametrize(
    ("sentence", "all_models"),
    [
        ("All our models were trained on 8 GPUs.", True),
        ("All of the models were trained on 8 GPUs.", True),
        ("We trained each network on 8 GPUs.", True),
        ("Our experiments ran on 8 GPUs.", True),
        ("Both variants took 3 days.", True),
        ("We trained on 8 GPUs.", False),
        ("We trained one model on 8 GPUs.", False),
        ("All layers are normalised.", False),
    ],
)
def test_what_is_said_of_all_models(sentence: str, all_models: bool) -> None:
    assert scope(sentence, ["OakNet-50"]).of_all is all_models


@pytest.mark.parametrize(
    ("sentence", "before", "section", "benchmarks", "others"),
    [
        ("Training on ImageNet took 3 days.", "", "4 Set-up", {"imagenet"}, False),
        ("Training on ImageNet and COCO took 3 days.", "", "4 Set-up", {"imagenet", "coco"}, False),
        ("Training took 3 days.", "We use ImageNet.", "4 Set-up", {"imagenet"}, False),
        ("Training took 3 days.", "We use ImageNet. Then we use COCO.", "4 Set-up", {"coco"}, False),
        ("Training took 3 days.", "", "4.1 CIFAR-10", {"cifar10"}, False),
        ("Training on COCO took 3 days.", "We use ImageNet.", "4.1 CIFAR-10", {"coco"}, False),
        ("Training on SVHN took 3 days.", "", "4.1 CIFAR-10", set(), True),
        ("Training on LSUN took 3 days.", "", "4.1 CIFAR-10", set(), True),
        ("Training on SVHN and CIFAR-10 took 3 days.", "", "4 Set-up", {"cifar10"}, False),
        ("Training took 3 days.", "", "4.1 SVHN", set(), True),
        ("Training took 3 days.", "", "4 Set-up", set(), False),
        ("As for COCO, training took 3 days.", "", "4 Set-up", set(), False),
        ("Training took 3 days, the same as on COCO.", "", "4.1 CIFAR-10", {"cifar10"}, False),
    ],
)
def test_the_nearest_words_that_name_data_tell_the_benchmark(
    sentence: str, before: str, section: str, benchmarks: set[str], others: bool
) -> None:
    found = scope(sentence, before=before, section=section)
    assert (found.benchmarks, found.of_others) == (benchmarks, others)


@pytest.mark.parametrize(
    ("elsewhere", "benchmarks"),
    [("We use the data of WMT 2014.", {"wmt14-en-de"}), ("We use the data of IWSLT.", set())],
)
def test_a_hint_at_a_benchmark_needs_its_context_in_the_paper(elsewhere: str, benchmarks: set[str]) -> None:
    assert scope("Training on English-German took 3 days.", elsewhere=elsewhere).benchmarks == benchmarks


@pytest.mark.parametrize(
    ("section", "tasks"),
    [
        ("4.1 Image Classification", {"image-classification"}),
        ("4.2 Object Detection", {"object-detection"}),
        ("4.3 Semantic Segmentation", {"other"}),
        ("4 Set-up", set()),
    ],
)
def test_the_heading_tells_the_task(section: str, tasks: set[str]) -> None:
    assert scope("Training took 3 days.", section=section).tasks == tasks


@pytest.mark.parametrize(
    ("sentence", "before", "section", "aside"),
    [
        ("The ablation took 3 days.", "", "4 Set-up", True),
        ("Training took 3 days.", "For ablations we use a short schedule.", "4 Set-up", True),
        ("Training took 3 days.", "", "5 Ablation study", True),
        ("The throughput on 8 GPUs is high.", "", "4 Set-up", True),
        ("Training took 3 days.", "Ablations follow. We use warm-up.", "4 Set-up", False),
        ("Training took 3 days.", "", "4 Set-up", False),
    ],
)
def test_ablations_and_measurements_are_asides(sentence: str, before: str, section: str, aside: bool) -> None:
    assert scope(sentence, before=before, section=section).aside is aside


def test_a_setting_is_named_by_its_word() -> None:
    assert scope("The Mobile setting took 3 days.").settings == {"mobile"}
    assert scope("The default setting took 3 days.").settings == set()


@pytest.mark.parametrize(
    ("model", "names"),
    [
        ("OakNet-50", set()),
        ("OakNet 50", set()),
        ("OakNet-50 (fp16)", {"OakNet-50"}),
        ("AlderNet", set()),
    ],
)
def test_a_row_is_of_its_very_label_else_of_the_names_in_it(model: str, names: set[str]) -> None:
    found = row(f"{model} | Time (h) | 12", model)
    assert found.names == names
    assert found.label == named_model(model).label
    assert found.is_definite and not found.strange


def test_a_row_that_names_no_model_is_of_none_that_is_known() -> None:
    found = row("Batch 256 | Time (h) | 12", None)
    assert found.strange and not found.label and not found.names


def test_marks_tell_rows_apart_and_spaces_do_not() -> None:
    assert named_model("OakNet-50 †").label != named_model("OakNet-50").label
    assert named_model("OakNet 50").label == named_model("oaknet-50").label


def test_a_row_is_told_by_its_bars() -> None:
    assert is_in_table(Evidence(1, Box(0, 0, 9, 9), "OakNet-50 | Time (h) | 12", 0, 0))
    assert not is_in_table(Evidence(1, Box(0, 0, 9, 9), "OakNet-50 took 12 h.", 0, 0))


def test_a_row_is_of_the_benchmark_that_its_heads_name() -> None:
    assert row("OakNet-50 | COCO | Time (h) | 12", "OakNet-50").benchmarks == {"coco"}


def test_models_come_in_the_order_of_the_text_each_once() -> None:
    reader = reader_of(OAKS)
    text = "PineNet took a day and OakNet-101 two; OakNet-50 and PineNet ran at night."
    assert reader.models_in_order(text) == ({"PineNet"}, {"OakNet-101"}, {"OakNet-50"})
    assert reader.models_in_order("Training took a day.") == ()


def test_data_come_in_the_order_of_the_text_each_once() -> None:
    reader = reader_of(OAKS)
    text = "COCO took a day, ImageNet two, JFT-300M a month; COCO ran at night."
    assert reader.data_in_order(text) == ("coco", "imagenet", None)
    assert reader.data_in_order("Training took a day.") == ()


def test_a_place_before_the_first_passage_is_in_none() -> None:
    reader = reader_of(OAKS, "OakNet-50 is small. Training took 3 days.")
    nowhere = Evidence(1, Box(0, 0, 9, 9), "Training took 3 days.", 0, 0)
    assert reader.of(nowhere, None).around == set()


WORDS = st.sampled_from(
    [
        "OakNet-50",
        "oaknet",
        "Oak",
        "/",
        "-",
        "|",
        ".",
        "[1]",
        "than",
        "the large model",
        "ImageNet",
        "\u202e",
        "B/L",
        "É",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=5), st.lists(WORDS, max_size=12).map(" ".join))
def test_only_models_of_the_results_are_named(models: list[str], text: str) -> None:
    found = scope(f"x {text}", models, before=text, section=text)
    assert found.names | found.around <= set(models)
    assert all(meant for meant in reader_of(models).models_in_order(text))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("OakNet-50-50-50-50 " * 30_000, id="names"),
        pytest.param("than " * 100_000, id="comparisons"),
        pytest.param("A" * 500_000, id="one word"),
        pytest.param("A-" * 200_000 + "/" * 1000, id="one name"),
        pytest.param("all of our the other " * 20_000, id="nearly all models"),
        pytest.param("ImageNet COCO " * 1_000, id="data"),
    ],
)
def test_hostile_text_is_read_in_time(text: str) -> None:
    began = perf_counter()
    scope(text[:500], before=text, section=text[:500], models=[text[:300], *OAKS])
    assert perf_counter() - began < 5
